"""Sets of lengths: sorted, disjoint, non-touching intervals; None is no upper end."""

from __future__ import annotations

from typing import TypeAlias

Lengths: TypeAlias = tuple[tuple[int, int | None], ...]

ALL: Lengths = ((0, None),)
NONE: Lengths = ()


def between(low: int, high: int | None) -> Lengths:
    """Return the lengths from `low` to `high`, both included."""
    low = max(low, 0)
    return NONE if high is not None and high < low else ((low, high),)


def complement(lengths: Lengths) -> Lengths:
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


def intersection(one: Lengths, other: Lengths) -> Lengths:
    """Return the lengths in both."""
    found = (_overlap(a, b) for a in one for b in other)
    return tuple(sorted(pair for pair in found if pair is not None))


def union(one: Lengths, other: Lengths) -> Lengths:
    """Return the lengths in either."""
    return complement(intersection(complement(one), complement(other)))


def _overlap(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> tuple[int, int | None] | None:
    low = max(one[0], other[0])
    highs = [high for high in (one[1], other[1]) if high is not None]
    high = min(highs, default=None)
    return None if high is not None and high < low else (low, high)


def least_from(lengths: Lengths, start: int, stride: int = 1) -> int | None:
    """Return the least of `start`, `start + stride`, … that is in the set, None where none is."""
    for low, high in lengths:
        found = start + max(0, -(-(low - start) // stride)) * stride
        if high is None or found <= high:
            return found
    return None
