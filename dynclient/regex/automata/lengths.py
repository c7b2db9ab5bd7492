"""Sets of lengths: sorted, disjoint intervals that do not touch; None is no upper end."""

from __future__ import annotations

from typing import TypeAlias

Interval: TypeAlias = tuple[int, int | None]
LengthSet: TypeAlias = tuple[Interval, ...]

ALL: LengthSet = ((0, None),)
NONE: LengthSet = ()


def build_interval(low: int, high: int | None) -> LengthSet:
    """Return the lengths from `low` to `high`, both included."""
    low = max(low, 0)
    is_empty = high is not None and high < low
    return NONE if is_empty else ((low, high),)


def complement(lengths: LengthSet) -> LengthSet:
    """Return every other length."""
    gaps: list[Interval] = []
    start = 0
    for low, high in lengths:
        if low > start:
            gaps.append((start, low - 1))
        if high is None:
            return tuple(gaps)
        start = high + 1
    return (*gaps, (start, None))


def intersect(one: LengthSet, other: LengthSet) -> LengthSet:
    """Return the lengths in both sets."""
    overlaps: list[Interval] = []
    for left in one:
        for right in other:
            overlaps += _intersect_intervals(left, right)
    return tuple(sorted(overlaps))


def unite(one: LengthSet, other: LengthSet) -> LengthSet:
    """Return the lengths in either set."""
    return complement(intersect(complement(one), complement(other)))


def _intersect_intervals(one: Interval, other: Interval) -> LengthSet:
    low = max(one[0], other[0])
    highs = [high for high in (one[1], other[1]) if high is not None]
    return build_interval(low, min(highs, default=None))


def contains(lengths: LengthSet, length: int) -> bool:
    """Tell whether a length is in a set."""
    return find_least_from(lengths, length) == length


def find_least_from(lengths: LengthSet, start: int, stride: int = 1) -> int | None:
    """Return the least of `start`, `start + stride`, … that is in a set, None where none is."""
    for low, high in lengths:
        strides = max(0, -(-(low - start) // stride))
        candidate = start + strides * stride
        if high is None or candidate <= high:
            return candidate
    return None
