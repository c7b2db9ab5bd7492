"""The properties that an object may have where unevaluated ones are refused or restricted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dynclient import regex
from dynclient.containment.evaluated_properties import (
    EvaluatedProperties,
    collect_evaluated_properties,
    find_undeclared_required,
)
from dynclient.containment.witnesses.constraint_set import UnevaluatedRule


@dataclass(frozen=True, slots=True)
class AllowedProperties:
    """A property fits one of the schemas that evaluate it, else the schema of the rule.

    Attributes:
        rule: the rule that restricts the properties.
        evaluated: the properties that some schema may evaluate.

    """

    rule: UnevaluatedRule
    evaluated: EvaluatedProperties

    def find_schemas(self, name: str) -> tuple[Any, ...]:
        """Return the schemas for a property. It fits at least one of them."""
        schemas = list(self.evaluated.by_name.get(name, ()))
        for pattern, schema in self.evaluated.by_pattern:
            if regex.compile(pattern).search(name):
                schemas.append(schema)
        unevaluated = self.rule.unevaluated_schema.schema
        if unevaluated is not False or not schemas:
            schemas.append(unevaluated)
        return tuple(schemas)


def compute_allowed_properties(
    rule: UnevaluatedRule, negated: Iterable[Any]
) -> AllowedProperties | None:
    """Return the properties that a rule allows.

    Args:
        rule: the rule.
        negated: schemas that do not fit the value, which evaluate nothing.

    Returns:
        The properties; None where some schema may evaluate every property.

    """
    defs = rule.signed.view.defs
    declaring_schema = rule.declaring_schema
    evaluated = collect_evaluated_properties(rule.schemas, negated, defs, declaring_schema)
    if evaluated is None:
        return None
    if declaring_schema is None:
        # The reading allows required properties even where nothing declares them.
        for schema in rule.schemas:
            for name in sorted(find_undeclared_required(schema, defs)):
                evaluated.by_name.setdefault(name, [True])
    return AllowedProperties(rule, evaluated)
