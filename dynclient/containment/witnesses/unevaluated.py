"""Objects with properties of alternatives that were not chosen for them.

Such a property is allowed only where its alternative fits the object as well. That can be checked
only once the object is built.
"""

from __future__ import annotations

from typing import Any

from dynclient.containment.witnesses.constraint_set import ConstraintSet, UnevaluatedRule
from dynclient.containment.witnesses.search_results import SearchResult, Witness
from dynclient.containment.witnesses.signed_schemas import SignedSchema
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.schema.readings import walk_in_place


def find_unfitting_alternatives(
    validators: ValidatorCache, constraints: ConstraintSet, result: SearchResult
) -> list[Any]:
    """Return the alternatives that do not fit an object with refused properties; [] if allowed."""
    if not isinstance(result, Witness) or not isinstance(result.value, dict):
        return []
    unfitting: list[Any] = []
    for rule in constraints.unevaluated:
        if not _has_unevaluated_properties(constraints, rule, result.value):
            continue
        if not _is_allowed(validators, rule, result.value):
            unfitting += _select_unfitting(validators, rule, result.value)
    return unfitting


def _has_unevaluated_properties(
    constraints: ConstraintSet, rule: UnevaluatedRule, value: dict[str, Any]
) -> bool:
    """Tell whether an object has properties that no chosen schema of the same side declares."""
    declared = set[str]()
    for part in constraints.applicators:
        if part.signed.view is rule.signed.view:
            declared.update(part.keywords.get("properties", ()))
    return not declared.issuperset(value)


def _is_allowed(validators: ValidatorCache, rule: UnevaluatedRule, value: dict[str, Any]) -> bool:
    """Tell whether a rule allows an object. Where several schemas close together, assume so."""
    if rule.declaring_schema is not None or len(rule.schemas) != 1:
        return True
    return validators.satisfies(rule.signed, value)


def _select_unfitting(
    validators: ValidatorCache, rule: UnevaluatedRule, value: dict[str, Any]
) -> list[Any]:
    view = rule.signed.view
    unfitting: list[Any] = []
    for schema in rule.schemas:
        for part in walk_in_place(schema, view.defs):
            for member in (*part.get("anyOf", ()), *part.get("oneOf", ())):
                signed = SignedSchema(view, member, closing_mode="open")
                if not validators.satisfies(signed, value):
                    unfitting.append(member)
    return unfitting
