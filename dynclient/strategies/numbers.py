"""Numbers between bounds and on a grid, as strategies."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dynclient.schema.samples.shapes import Range

#: Floats count exactly up to here, so that a multiple of a small step still is one.
MAX_COUNT = 10**9

#: What a strategy of numbers depends on: low, high, whether each is open, step, whether whole.
Bounds = tuple[Fraction | None, Fraction | None, bool, bool, Fraction | None, bool]


def bounds_of(allowed: Range, *, whole: bool) -> Bounds:
    """Return what a strategy of these numbers depends on."""
    return allowed.low, allowed.high, allowed.low_open, allowed.high_open, allowed.step, whole


@lru_cache(maxsize=1024)
def numbers(bounds: Bounds) -> st.SearchStrategy[Any] | None:
    """Return a strategy of numbers, ints and floats as JSON has them; None where there is none to be found."""
    *limits, whole = bounds
    allowed = Range(*limits)  # type: ignore[arg-type] # the limits are a Range's fields in their order
    if whole or allowed.step is not None:
        return _multiples(allowed, whole=whole)
    found = [
        strategy
        for strategy in (_multiples(allowed, whole=True), _floats(allowed))
        if strategy is not None
    ]
    return st.one_of(found) if found else None


def _multiples(allowed: Range, *, whole: bool) -> st.SearchStrategy[Any] | None:
    step = next(allowed.grids(whole))
    first, last = allowed.ends(step)
    if first is not None and last is not None and first > last:
        return None
    if step.denominator != 1:
        first, last = _near_zero(first, last)
    if step == 1:
        return st.integers(first, last)
    return (
        st.integers(first, last)
        .map(lambda count: plain(count * step))
        .filter(lambda n: holds(allowed, n))
    )


def _near_zero(first: int | None, last: int | None) -> tuple[int, int]:
    """Return limits for counts of a fraction, which floats must be able to tell apart."""
    if first is None:
        first = -MAX_COUNT if last is None else min(-MAX_COUNT, last - MAX_COUNT)
    if last is None:
        last = max(MAX_COUNT, first + MAX_COUNT)
    return first, last


def plain(value: Fraction) -> int | float:
    """Return a fraction as JSON would write it: an int where it is whole."""
    return int(value) if value.denominator == 1 else float(value)


def holds(allowed: Range, number: float) -> bool:
    """Tell whether a number is allowed, both by its digits and by its exact value."""
    if number == number // 1:
        return allowed.holds(Fraction(number))
    # The engines compare a float with the float that a bound is.
    low, high = (
        None if edge is None else Fraction(edge)
        for edge in (_edge(allowed.low), _edge(allowed.high))
    )
    binary = Range(low, high, allowed.low_open, allowed.high_open)
    return (
        math.isfinite(number)
        and allowed.holds(Fraction(str(number)))
        and binary.holds(Fraction(number))
    )


def _floats(allowed: Range) -> st.SearchStrategy[Any] | None:
    low, high = _edge(allowed.low), _edge(allowed.high)
    if low is not None and high is not None and low > high:
        return None
    drawn = st.floats(low, high, allow_nan=False, allow_infinity=False)
    return (
        drawn
        if low is None and high is None
        else drawn.filter(lambda number: holds(allowed, number))
    )


def _edge(bound: Fraction | None) -> float | None:
    if bound is None or abs(bound) >= 2**1023:
        return None
    return float(bound)
