"""Numbers between bounds and on a grid, as strategies."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dynclient.generate.merged_schema import NumberRange

#: Floats count exactly up to here, so that a multiple of a small step still is one.
MAX_COUNT = 10**9

#: What a strategy of numbers depends on: low, high, whether each is open, step, whether whole.
NumberBounds = tuple[Fraction | None, Fraction | None, bool, bool, Fraction | None, bool]


def get_bounds(allowed: NumberRange, *, whole: bool) -> NumberBounds:
    """Return the bounds that a strategy of these numbers depends on."""
    return (
        allowed.low,
        allowed.high,
        allowed.is_low_exclusive,
        allowed.is_high_exclusive,
        allowed.step,
        whole,
    )


@lru_cache(maxsize=1024)
def build_number_strategy(bounds: NumberBounds) -> st.SearchStrategy[Any] | None:
    """Return a strategy of numbers, as JSON has them; None where none is found."""
    *limits, whole = bounds
    allowed = NumberRange(*limits)  # type: ignore[arg-type] # the fields in order
    if whole or allowed.step is not None:
        return _multiples(allowed, whole=whole)
    strategies = [_multiples(allowed, whole=True), _floats(allowed)]
    non_empty = [strategy for strategy in strategies if strategy is not None]
    return st.one_of(non_empty) if non_empty else None


def _multiples(allowed: NumberRange, *, whole: bool) -> st.SearchStrategy[Any] | None:
    step = next(allowed.propose_steps(whole))
    first, last = allowed.find_end_counts(step)
    if first is not None and last is not None and first > last:
        return None
    if step.denominator != 1:
        first, last = _limit_counts(first, last)
    if step == 1:
        return st.integers(first, last)
    multiples = st.integers(first, last).map(lambda count: to_json_number(count * step))
    return multiples.filter(lambda number: is_allowed(allowed, number))


def _limit_counts(first: int | None, last: int | None) -> tuple[int, int]:
    """Return limits for counts of a fraction, which floats must be able to tell apart."""
    if first is None:
        first = -MAX_COUNT if last is None else min(-MAX_COUNT, last - MAX_COUNT)
    if last is None:
        last = max(MAX_COUNT, first + MAX_COUNT)
    return first, last


def to_json_number(value: Fraction) -> int | float:
    """Return a fraction as JSON would write it: an int where it is whole."""
    return int(value) if value.denominator == 1 else float(value)


def is_allowed(allowed: NumberRange, number: float) -> bool:
    """Tell whether a number is allowed, both by its digits and by its exact value."""
    if number == number // 1:
        return allowed.contains(Fraction(number))
    if not math.isfinite(number):
        return False
    # The engines compare a float with the bound as a float.
    low, high = _round_to_float(allowed.low), _round_to_float(allowed.high)
    rounded = NumberRange(low, high, allowed.is_low_exclusive, allowed.is_high_exclusive)
    return allowed.contains(Fraction(str(number))) and rounded.contains(Fraction(number))


def _round_to_float(bound: Fraction | None) -> Fraction | None:
    """Return the value that a bound has as a float."""
    rounded = _to_float(bound)
    return None if rounded is None else Fraction(rounded)


def _floats(allowed: NumberRange) -> st.SearchStrategy[Any] | None:
    low, high = _to_float(allowed.low), _to_float(allowed.high)
    if low is not None and high is not None and low > high:
        return None
    floats = st.floats(low, high, allow_nan=False, allow_infinity=False)
    if low is None and high is None:
        return floats
    return floats.filter(lambda number: is_allowed(allowed, number))


def _to_float(bound: Fraction | None) -> float | None:
    if bound is None or abs(bound) >= 2**1023:
        return None
    return float(bound)
