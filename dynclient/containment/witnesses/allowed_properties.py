"""Which properties an object may have besides those that are spoken of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dynclient import regex
from dynclient.containment.evaluated_properties import (
    collect_evaluated_properties,
    find_undeclared_required,
)
from dynclient.containment.witnesses.constraint_set import UnevaluatedRule


@dataclass(frozen=True, slots=True)
class AllowedProperties:
    """All properties are of these names, their values fitting one of the schemas given; any other fits `rest`.

    Attributes:
        limit: where this comes from.
        named: schemas by name.
        like: schemas by pattern.

    """

    rule: UnevaluatedRule
    schemas_by_name: dict[str, list[Any]]
    schemas_by_pattern: list[tuple[str, Any]]

    def find_schemas(self, name: str) -> tuple[Any, ...]:
        """Return those of which a property of a name must fit one."""
        found = (
            *self.schemas_by_name.get(name, ()),
            *(s for p, s in self.schemas_by_pattern if regex.compile(p).search(name)),
        )
        rest = self.rule.unevaluated_schema.schema
        return (*found, rest) if rest is not False or not found else found


def compute_allowed_properties(
    limit: UnevaluatedRule, barred: Iterable[Any]
) -> AllowedProperties | None:
    """Return the properties that may be there, None where a schema that may fit takes all.

    Args:
        limit: the limit.
        barred: schemas that are known not to fit.

    """
    defs = limit.signed.view.defs
    found = collect_evaluated_properties(limit.schemas, barred, defs, limit.declaring_schema)
    if found is None:
        return None
    named, like = found
    if limit.declaring_schema is None:
        named |= {
            name: [True]
            for schema in limit.schemas
            for name in find_undeclared_required(schema, defs)
            if name not in named
        }
    return AllowedProperties(limit, named, like)
