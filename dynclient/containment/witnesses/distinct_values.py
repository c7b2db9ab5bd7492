"""Another value, where the first that comes to mind is one of those left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from dynclient.containment.witnesses.constraint_set import ConstraintSet
from dynclient.containment.witnesses.search_results import UNDETERMINED, SearchResult, Witness
from dynclient.generate.merged_schema import compute_identity


def generate_distinct_value(
    cell: ConstraintSet,
    search: Callable[[ConstraintSet], SearchResult],
    size: Literal["counts", "lengths"],
) -> SearchResult:
    """Return what a search finds that is not left out: a larger one than those found before.

    Args:
        cell: the facts.
        search: looks for a value that fits them.
        size: what says how large it is.

    """
    left_out = set(map(compute_identity, cell.excluded_values))
    answer = search(cell)
    for _ in left_out:
        if not isinstance(answer, Witness) or compute_identity(answer.value) not in left_out:
            return answer
        alone, larger = not answer.value, len(answer.value) + 1
        answer = search(_require_size(cell, size, larger))
        if not isinstance(answer, Witness):
            return (
                answer if alone else UNDETERMINED
            )  # where it was not empty, another of its size may do
    return (
        UNDETERMINED
        if isinstance(answer, Witness) and compute_identity(answer.value) in left_out
        else answer
    )


def _require_size(
    cell: ConstraintSet, size: Literal["counts", "lengths"], least: int
) -> ConstraintSet:
    if size == "counts":
        return replace(cell, property_count=(least, cell.property_count[1]))
    return replace(cell, item_count=(least, cell.item_count[1]))
