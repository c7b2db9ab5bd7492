"""Which properties an object may have besides those that are spoken of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dynclient.schema import patterns
from dynclient.schema.subsumption.declared import let_in, spoken
from dynclient.schema.subsumption.solving.cells import Limit


@dataclass(frozen=True, slots=True)
class Only:
    """All properties are of these names, their values fitting one of the schemas given; any other fits `rest`.

    Attributes:
        limit: where this comes from.
        named: schemas by name.
        like: schemas by pattern.

    """

    limit: Limit
    named: dict[str, list[Any]]
    like: list[tuple[str, Any]]

    def schemas(self, name: str) -> tuple[Any, ...]:
        """Return those of which a property of a name must fit one."""
        found = (
            *self.named.get(name, ()),
            *(s for p, s in self.like if patterns.compile(p).search(name)),
        )
        rest = self.limit.rest.schema
        return (*found, rest) if rest is not False or not found else found


def only(limit: Limit, barred: Iterable[Any]) -> Only | None:
    """Return the properties that may be there, None where a schema that may fit takes all.

    Args:
        limit: the limit.
        barred: schemas that are known not to fit.

    """
    defs = limit.term.side.defs
    found = spoken(limit.schemas, barred, defs, limit.said)
    if found is None:
        return None
    named, like = found
    if limit.said is None:
        named |= {
            name: [True]
            for schema in limit.schemas
            for name in let_in(schema, defs)
            if name not in named
        }
    return Only(limit, named, like)
