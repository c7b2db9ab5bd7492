"""What an object borrows: properties that only alternatives beside those that were chosen for it declare.

They may be there only where such an alternative fits, too, which is seen when the object is made.
"""

from __future__ import annotations

from typing import Any

from dynclient.containment.witnesses.constraint_set import ConstraintSet, UnevaluatedRule
from dynclient.containment.witnesses.search_results import SearchResult, Witness
from dynclient.containment.witnesses.signed_schemas import SignedSchema
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.schema.readings import walk_in_place


def find_unfitting_alternatives(
    judge: ValidatorCache, cell: ConstraintSet, answer: SearchResult
) -> list[Any]:
    """Return the alternatives that do not fit an object which is refused as it borrows of them; [] where it is not."""
    if not isinstance(answer, Witness) or not isinstance(answer.value, dict):
        return []
    found: list[Any] = []
    for limit in cell.unevaluated:
        if _has_unevaluated_properties(cell, limit, answer.value) and not _is_allowed(
            judge, limit, answer.value
        ):
            found += _select_unfitting(judge, limit, answer.value)
    return found


def _has_unevaluated_properties(
    cell: ConstraintSet, limit: UnevaluatedRule, value: dict[str, Any]
) -> bool:
    own = {
        name
        for part in cell.applicators
        if part.signed.view is limit.signed.view
        for name in part.keywords.get("properties", ())
    }
    return not own.issuperset(value)


def _is_allowed(judge: ValidatorCache, limit: UnevaluatedRule, value: dict[str, Any]) -> bool:
    """Tell whether a limit lets an object in; where several schemas close together nobody looks."""
    return (
        limit.declaring_schema is not None
        or len(limit.schemas) != 1
        or judge.satisfies(limit.signed, value)
    )


def _select_unfitting(
    judge: ValidatorCache, limit: UnevaluatedRule, value: dict[str, Any]
) -> list[Any]:
    parts = (
        part for schema in limit.schemas for part in walk_in_place(schema, limit.signed.view.defs)
    )
    members = (
        member for part in parts for member in (*part.get("anyOf", ()), *part.get("oneOf", ()))
    )
    return [
        member
        for member in members
        if not judge.satisfies(SignedSchema(limit.signed.view, member, closing_mode="open"), value)
    ]
