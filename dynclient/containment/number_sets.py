"""Sets of numbers: bounds, grids and single values. Inclusion is decided exactly, with the simplest witness.

What a set holds is judged as the engines do: an integer may be written `1.0`, `multipleOf` counts by decimal texts,
bounds by value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from dynclient.containment.unknown import Undecidable, Unknown

Number: TypeAlias = int | float

#: From here on a float's decimal text and its value are not the same number.
MAX_EXACT_FLOAT = 2**53
#: How many values are looked at before giving up on finding one (or on showing that there is none).
MAX_CANDIDATES = 2_000
#: How many parts a difference may fall into.
MAX_PIECES = 500
#: How many digits an integer may have to be reckoned with.
MAX_DIGITS = 4_000
_MAX_FLOAT_DIGITS = 17
#: Keyword, whether it is a lower bound, whether it leaves the bound itself out.
_BOUND_KEYWORDS = (
    ("minimum", True, False),
    ("exclusiveMinimum", True, True),
    ("maximum", False, False),
    ("exclusiveMaximum", False, True),
)


@dataclass(frozen=True, slots=True)
class NumberSet:
    """The numbers that all of these allow; without any, every number.

    Args:
        whole: only integers.
        low: least value, None for none; `low_open` leaves it out itself.
        high: greatest value, likewise.
        multiples: each number is an integral multiple of all of these (positive).
        not_multiples: and of none of these.
        excluded: values left out.
        among: the only values there are, None for no such list.

    """

    is_integer: bool = False
    minimum: Fraction | None = None
    is_minimum_exclusive: bool = False
    maximum: Fraction | None = None
    is_maximum_exclusive: bool = False
    divisors: frozenset[Fraction] = frozenset()
    excluded_divisors: frozenset[Fraction] = frozenset()
    excluded: frozenset[Fraction] = frozenset()
    enumeration: frozenset[Fraction] | None = None

    @classmethod
    def from_schema(cls, schema: Mapping[str, Any], *, whole: bool = False) -> NumberSet:
        """Return the numbers that the numeric keywords of a schema (in our dialect) allow; others play no part.

        Args:
            schema: with `minimum`, `exclusiveMinimum`, `maximum`, `exclusiveMaximum`, `multipleOf`, or none of them.
            whole: only integers.

        Raises:
            Undecidable: a keyword is no finite number, or a divisor not positive.

        """
        divisor = schema.get("multipleOf")
        made = cls(
            is_integer=whole,
            divisors=frozenset() if divisor is None else frozenset({_to_divisor(divisor)}),
        )
        for keyword, is_low, is_open in _BOUND_KEYWORDS:
            if keyword in schema:
                made = made.restrict(to_exact(schema[keyword]), is_low=is_low, is_open=is_open)
        return made

    @classmethod
    def from_values(cls, values: Iterable[Number]) -> NumberSet:
        """Return these numbers alone."""
        return cls(enumeration=frozenset(map(to_exact, values)))

    def restrict(self, value: Fraction, *, is_low: bool, is_open: bool) -> NumberSet:
        """Return the part of the set above (or below) a value."""
        if is_low:
            if self.minimum is None or (value, is_open) > (self.minimum, self.is_minimum_exclusive):
                return replace(self, minimum=value, is_minimum_exclusive=is_open)
        elif self.maximum is None or (-value, is_open) > (-self.maximum, self.is_maximum_exclusive):
            return replace(self, maximum=value, is_maximum_exclusive=is_open)
        return self

    def exclude(self, values: Iterable[Number]) -> NumberSet:
        """Return the set less some values."""
        return replace(self, excluded=self.excluded | frozenset(map(to_exact, values)))

    def __and__(self, other: NumberSet) -> NumberSet:
        made = replace(
            self,
            is_integer=self.is_integer or other.is_integer,
            divisors=self.divisors | other.divisors,
            excluded_divisors=self.excluded_divisors | other.excluded_divisors,
            excluded=self.excluded | other.excluded,
            enumeration=_intersect_enumerations(self.enumeration, other.enumeration),
        )
        if other.minimum is not None:
            made = made.restrict(other.minimum, is_low=True, is_open=other.is_minimum_exclusive)
        if other.maximum is not None:
            made = made.restrict(other.maximum, is_low=False, is_open=other.is_maximum_exclusive)
        return made

    def contains(self, value: Number) -> bool:
        """Tell whether a number is in the set, as both engines judge it."""
        if not _is_number(value):
            return False
        by_value, by_digits = (
            to_exact(value),
            Fraction(repr(value)) if isinstance(value, float) else Fraction(value),
        )
        return (
            self._is_within_bounds(by_value)
            and self._is_on_grid(by_digits)
            and by_value not in self.excluded
        )

    def contains_exactly(self, value: Fraction) -> bool:
        """Tell whether an exact value is in the set."""
        return (
            self._is_within_bounds(value) and self._is_on_grid(value) and value not in self.excluded
        )

    def _is_within_bounds(self, value: Fraction) -> bool:
        above = (
            self.minimum is None
            or value > self.minimum
            or (value == self.minimum and not self.is_minimum_exclusive)
        )
        below = (
            self.maximum is None
            or value < self.maximum
            or (value == self.maximum and not self.is_maximum_exclusive)
        )
        return above and below and (self.enumeration is None or value in self.enumeration)

    def _is_on_grid(self, value: Fraction) -> bool:
        return (
            (not self.is_integer or value.denominator == 1)
            and all((value / step).denominator == 1 for step in self.divisors)
            and not any((value / step).denominator == 1 for step in self.excluded_divisors)
        )

    @property
    def step(self) -> Fraction | None:
        """The grid that every number of the set is on, None where they lie dense."""
        steps = [*self.divisors, *([Fraction(1)] if self.is_integer else [])]
        if not steps:
            return None
        return Fraction(
            math.lcm(*(s.numerator for s in steps)), math.gcd(*(s.denominator for s in steps))
        )


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number of JSON (no truth value, no infinity)."""
    return (
        math.isfinite(value)
        if isinstance(value, float)
        else isinstance(value, int) and not isinstance(value, bool)
    )


def to_exact(value: Any) -> Fraction:
    """Return a number as the engines compare it: by its digits, a huge float by its value.

    Raises:
        Undecidable: it is no finite number, or has too many digits.

    """
    if not _is_number(value):
        raise Undecidable("a bound is no finite number")
    if isinstance(value, int):
        if value.bit_length() > MAX_DIGITS * 3:
            raise Undecidable("a number has too many digits")
        return Fraction(value)
    return Fraction(value) if abs(value) >= MAX_EXACT_FLOAT else Fraction(repr(value))


def _to_divisor(value: Number) -> Fraction:
    to_exact(value)
    if value <= 0:
        raise Undecidable("multipleOf is not positive")
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _intersect_enumerations(
    one: frozenset[Fraction] | None, other: frozenset[Fraction] | None
) -> frozenset[Fraction] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def find_counterexample(narrow: NumberSet, wide: NumberSet) -> Number | Unknown | None:
    """Tell whether every number of one set is in the other.

    Returns:
        None where that is proved; else a simple number that only the first set holds, or why neither could be shown.

    """
    return find_uncovered(narrow, [wide])


def find_uncovered(narrow: NumberSet, union: Iterable[NumberSet]) -> Number | Unknown | None:
    """Tell whether every number of a set is in at least one of others; the answer is that of `included`."""
    members = list(union)
    try:
        pieces = [narrow]
        for member in members:
            pieces = [rest for piece in pieces for rest in _subtract(piece, member)]
            if len(pieces) > MAX_PIECES:
                return Unknown("the union falls into too many pieces")
    except Undecidable as error:
        return Unknown(error.reason)
    return _find_simplest(
        pieces, lambda value: narrow.contains(value) and not any(m.contains(value) for m in members)
    )


def find_example(numbers: NumberSet) -> Number | Unknown | None:
    """Return a simple number of a set, None where it is proved empty, or why neither could be shown."""
    return _find_simplest([numbers], numbers.contains)


def _subtract(piece: NumberSet, wide: NumberSet) -> Iterator[NumberSet]:
    """Yield sets that together are one set less another: each breaks one rule of the other."""
    if wide.enumeration is not None:
        taken = frozenset(value for value in wide.enumeration if wide.contains_exactly(value))
        yield replace(piece, excluded=piece.excluded | taken)
        return
    if wide.minimum is not None:
        yield piece.restrict(wide.minimum, is_low=False, is_open=not wide.is_minimum_exclusive)
    if wide.maximum is not None:
        yield piece.restrict(wide.maximum, is_low=True, is_open=not wide.is_maximum_exclusive)
    for step in sorted(wide.divisors | ({Fraction(1)} if wide.is_integer else set())):
        yield replace(piece, excluded_divisors=piece.excluded_divisors | {step})
    for step in sorted(wide.excluded_divisors):
        yield replace(piece, divisors=piece.divisors | {step})
    if wide.excluded:
        yield replace(piece, enumeration=_intersect_enumerations(piece.enumeration, wide.excluded))


def _find_simplest(
    pieces: list[NumberSet], is_witness: Callable[[Number], bool]
) -> Number | Unknown | None:
    """Return the simplest number of all pieces, None where all are empty."""
    found: list[Number] = []
    unknown: Unknown | None = None
    for piece in pieces:
        answer = _find_in_piece(piece, is_witness)
        if isinstance(answer, Unknown):
            unknown = answer
        elif answer is not None:
            found.append(answer)
    return min(found, key=_rank_simplicity) if found else unknown


def _rank_simplicity(value: Number) -> tuple[bool, int, bool, Number]:
    """Order numbers: integers first, then those with few digits, then small ones, positive before negative."""
    return isinstance(value, float), len(repr(abs(value))), value < 0, abs(value)


def _find_in_piece(
    piece: NumberSet, is_witness: Callable[[Number], bool]
) -> Number | Unknown | None:
    if _is_trivially_empty(piece):
        return None
    for value in itertools.islice(_generate_candidates(piece), MAX_CANDIDATES):
        if (
            piece.contains_exactly(value)
            and (number := _to_json_number(value)) is not None
            and is_witness(number)
        ):
            return number
    return (
        None
        if _is_exhausted(piece)
        else Unknown("no number was found that could serve as an example")
    )


def _to_json_number(value: Fraction) -> Number | None:
    """Return a value as JSON carries it, None where a float cannot."""
    if value.denominator == 1:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < MAX_EXACT_FLOAT and Fraction(repr(number)) == value else None


def _is_trivially_empty(piece: NumberSet) -> bool:
    if _has_crossed_bounds(piece):
        return True
    step = piece.step
    return step is not None and any(
        (step / unwanted).denominator == 1 for unwanted in piece.excluded_divisors
    )


def _has_crossed_bounds(piece: NumberSet) -> bool:
    """Tell whether the bounds leave no room."""
    if piece.minimum is None or piece.maximum is None:
        return False
    is_open = piece.is_minimum_exclusive or piece.is_maximum_exclusive
    return piece.minimum > piece.maximum or (piece.minimum == piece.maximum and is_open)


def _is_exhausted(piece: NumberSet) -> bool:
    """Tell whether the candidates were all the numbers there are."""
    if piece.enumeration is not None:
        return not any(piece.contains_exactly(value) for value in piece.enumeration)
    if piece.minimum is not None and piece.minimum == piece.maximum:
        return not piece.contains_exactly(piece.minimum)
    step = piece.step
    if step is None:
        return False
    first, last = _compute_step_range(piece, step)
    if first is None or last is None or last - first >= MAX_CANDIDATES or _spans_huge_floats(piece):
        return False
    return not any(piece.contains_exactly(count * step) for count in range(first, last + 1))


def _spans_huge_floats(piece: NumberSet) -> bool:
    """Tell whether there may be floats in a set whose digits say another number than their value."""
    if piece.minimum is None or piece.maximum is None:
        return True
    size = max(abs(piece.minimum), abs(piece.maximum))
    return size >= MAX_EXACT_FLOAT and piece.maximum - piece.minimum >= size / MAX_EXACT_FLOAT


def _compute_step_range(piece: NumberSet, step: Fraction) -> tuple[int | None, int | None]:
    """Return the first and last multiple of a step within the bounds, as counts of it."""
    first = last = None
    if piece.minimum is not None:
        first = math.ceil(piece.minimum / step)
        first += piece.is_minimum_exclusive and first * step == piece.minimum
    if piece.maximum is not None:
        last = math.floor(piece.maximum / step)
        last -= piece.is_maximum_exclusive and last * step == piece.maximum
    return first, last


def _generate_candidates(piece: NumberSet) -> Iterator[Fraction]:
    """Yield values that may be in a set, simple ones first; all of them where they are few."""
    if piece.enumeration is not None:
        yield from sorted(
            piece.enumeration, key=lambda value: (value.denominator != 1, abs(value), value < 0)
        )
        return
    step = piece.step
    if step is not None:
        yield from _generate_multiples(piece, step)
        return
    for bound in (piece.minimum, piece.maximum):
        if bound is not None and piece.minimum == piece.maximum:
            yield bound
    for digits in range(_MAX_FLOAT_DIGITS + 1):
        yield from itertools.islice(
            _generate_multiples(piece, Fraction(5, 10**digits)), 2 if digits else 0
        )
        yield from itertools.islice(
            _generate_multiples(piece, Fraction(1, 10**digits)), 20 + len(piece.excluded)
        )
    yield from _generate_between_bounds(piece)


def _generate_between_bounds(piece: NumberSet) -> Iterator[Fraction]:
    """Yield what lies at the bounds and between them, however small that is."""
    low, high = piece.minimum, piece.maximum
    if low is not None and high is not None and max(abs(low), abs(high)) < MAX_EXACT_FLOAT:
        yield from (low, high, Fraction(repr(float((low + high) / 2))))


def _generate_multiples(piece: NumberSet, step: Fraction) -> Iterator[Fraction]:
    """Yield the multiples of a step in a set, those closest to zero first."""
    first, last = _compute_step_range(piece, step)
    if first is not None and last is not None and first > last:
        return
    middle = max(first, 0) if first is not None else 0
    middle = min(last, middle) if last is not None else middle
    yield middle * step
    for away in itertools.count(1):
        up, down = middle + away, middle - away
        goes_up, goes_down = last is None or up <= last, first is None or down >= first
        if goes_up:
            yield up * step
        if goes_down:
            yield down * step
        if not goes_up and not goes_down:
            return
