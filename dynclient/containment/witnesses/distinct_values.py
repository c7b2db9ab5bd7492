"""Values that differ from excluded ones, found among larger and larger values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from dynclient.containment.witnesses.constraint_set import ConstraintSet
from dynclient.containment.witnesses.search_results import UNDETERMINED, SearchResult, Witness
from dynclient.generate.merged_schema import compute_identity

Size = Literal["property_count", "item_count"]


def generate_distinct_value(
    constraints: ConstraintSet, search: Callable[[ConstraintSet], SearchResult], size: Size
) -> SearchResult:
    """Return a witness that is not excluded: one that is larger than the excluded ones found.

    Args:
        constraints: what the value must fit.
        search: finds a value that fits constraints, the excluded values apart.
        size: the constraint that says how large the value is.

    """
    excluded = set(map(compute_identity, constraints.excluded_values))
    result = search(constraints)
    for _ in excluded:
        if not isinstance(result, Witness) or compute_identity(result.value) not in excluded:
            return result
        # The empty value is the only one of its size. Else another one of the size may fit.
        is_only_one = not result.value
        result = search(_require_size(constraints, size, len(result.value) + 1))
        if not isinstance(result, Witness):
            return result if is_only_one else UNDETERMINED
    if isinstance(result, Witness) and compute_identity(result.value) in excluded:
        return UNDETERMINED
    return result


def _require_size(constraints: ConstraintSet, size: Size, minimum: int) -> ConstraintSet:
    if size == "property_count":
        return replace(constraints, property_count=(minimum, constraints.property_count[1]))
    return replace(constraints, item_count=(minimum, constraints.item_count[1]))
