"""Sets of lengths: sorted, disjoint, non-touching intervals; None is no upper end."""

from __future__ import annotations

from typing import TypeAlias

LengthSet: TypeAlias = tuple[tuple[int, int | None], ...]

ALL: LengthSet = ((0, None),)
NONE: LengthSet = ()


def build_interval(low: int, high: int | None) -> LengthSet:
    """Return the lengths from `low` to `high`, both included."""
    low = max(low, 0)
    return NONE if high is not None and high < low else ((low, high),)


def complement(lengths: LengthSet) -> LengthSet:
    """Return every other length."""
    gaps: list[tuple[int, int | None]] = []
    following = 0
    for low, high in lengths:
        if low > following:
            gaps.append((following, low - 1))
        if high is None:
            return tuple(gaps)
        following = high + 1
    return (*gaps, (following, None))


def intersect(one: LengthSet, other: LengthSet) -> LengthSet:
    """Return the lengths in both."""
    found = (_intersect_intervals(a, b) for a in one for b in other)
    return tuple(sorted(pair for pair in found if pair is not None))


def unite(one: LengthSet, other: LengthSet) -> LengthSet:
    """Return the lengths in either."""
    return complement(intersect(complement(one), complement(other)))


def _intersect_intervals(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> tuple[int, int | None] | None:
    low = max(one[0], other[0])
    highs = [high for high in (one[1], other[1]) if high is not None]
    high = min(highs, default=None)
    return None if high is not None and high < low else (low, high)


def find_least_from(lengths: LengthSet, start: int, stride: int = 1) -> int | None:
    """Return the least of `start`, `start + stride`, … that is in the set, None where none is."""
    for low, high in lengths:
        found = start + max(0, -(-(low - start) // stride)) * stride
        if high is None or found <= high:
            return found
    return None
