"""Another value, where the first that comes to mind is one of those left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from dynclient.schema.samples.shapes import identity
from dynclient.schema.subsumption.solving.answers import NOBODY_KNOWS, Answer, Found
from dynclient.schema.subsumption.solving.cells import Cell


def another(
    cell: Cell, search: Callable[[Cell], Answer], size: Literal["counts", "lengths"]
) -> Answer:
    """Return what a search finds that is not left out: a larger one than those found before.

    Args:
        cell: the facts.
        search: looks for a value that fits them.
        size: what says how large it is.

    """
    left_out = set(map(identity, cell.without))
    answer = search(cell)
    for _ in left_out:
        if not isinstance(answer, Found) or identity(answer.value) not in left_out:
            return answer
        alone, larger = not answer.value, len(answer.value) + 1
        answer = search(_grown(cell, size, larger))
        if not isinstance(answer, Found):
            return (
                answer if alone else NOBODY_KNOWS
            )  # where it was not empty, another of its size may do
    return (
        NOBODY_KNOWS if isinstance(answer, Found) and identity(answer.value) in left_out else answer
    )


def _grown(cell: Cell, size: Literal["counts", "lengths"], least: int) -> Cell:
    if size == "counts":
        return replace(cell, counts=(least, cell.counts[1]))
    return replace(cell, lengths=(least, cell.lengths[1]))
