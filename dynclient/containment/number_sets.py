"""Sets of numbers: bounds, divisors, enumerations. Containment is decided exactly.

A set contains what the engines accept: `1.0` is an integer, `multipleOf` counts by the decimal
text of a number, bounds count by its value. The witness is the simplest number that there is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

from dynclient.containment.unknown import Undecidable, Unknown

Number: TypeAlias = int | float

T = TypeVar("T")

#: From here on the decimal text of a float and its value are different numbers.
MAX_EXACT_FLOAT = 2**53
#: At most so many values are tried, to find one or to show that there is none.
MAX_CANDIDATES = 2_000
#: A difference has at most so many parts.
MAX_PIECES = 500
#: Integers with more digits are not computed with.
MAX_DIGITS = 4_000
_MAX_FLOAT_DIGITS = 17
#: Keyword, whether it is a lower bound, whether it excludes the bound itself.
_BOUND_KEYWORDS = (
    ("minimum", True, False),
    ("exclusiveMinimum", True, True),
    ("maximum", False, False),
    ("exclusiveMaximum", False, True),
)


@dataclass(frozen=True, slots=True)
class NumberSet:
    """The numbers that meet all of these conditions; without any, every number.

    Args:
        is_integer: only integers.
        minimum: least value, None for no bound.
        is_minimum_exclusive: the bound itself is not in the set.
        maximum: greatest value, None for no bound.
        is_maximum_exclusive: the bound itself is not in the set.
        divisors: each number is a multiple of all of these (positive).
        excluded_divisors: no number is a multiple of any of these.
        excluded: values that are not in the set.
        enumeration: the only values that may be in the set; None for no such list.

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
    def from_schema(cls, schema: Mapping[str, Any], *, is_integer: bool = False) -> NumberSet:
        """Return the numbers that the numeric keywords of a schema (in our dialect) allow.

        Args:
            schema: with any of `minimum`, `exclusiveMinimum`, `maximum`, `exclusiveMaximum` and
                `multipleOf`. Other keywords are ignored.
            is_integer: only integers.

        Raises:
            Undecidable: a keyword is no finite number, or a divisor is not positive.

        """
        divisors = frozenset[Fraction]()
        if schema.get("multipleOf") is not None:
            divisors = frozenset({_to_divisor(schema["multipleOf"])})
        result = cls(is_integer=is_integer, divisors=divisors)
        for keyword, is_lower, is_exclusive in _BOUND_KEYWORDS:
            if keyword in schema:
                bound = to_exact(schema[keyword])
                result = result.restrict(bound, is_lower=is_lower, is_exclusive=is_exclusive)
        return result

    @classmethod
    def from_values(cls, values: Iterable[Number]) -> NumberSet:
        """Return the set of these numbers."""
        return cls(enumeration=frozenset(map(to_exact, values)))

    def restrict(self, bound: Fraction, *, is_lower: bool, is_exclusive: bool) -> NumberSet:
        """Return the part of the set above a lower bound or below an upper one."""
        if is_lower:
            own = self.minimum
            if own is None or (bound, is_exclusive) > (own, self.is_minimum_exclusive):
                return replace(self, minimum=bound, is_minimum_exclusive=is_exclusive)
        else:
            own = self.maximum
            if own is None or (-bound, is_exclusive) > (-own, self.is_maximum_exclusive):
                return replace(self, maximum=bound, is_maximum_exclusive=is_exclusive)
        return self

    def exclude(self, values: Iterable[Number]) -> NumberSet:
        """Return the set without some values."""
        return replace(self, excluded=self.excluded.union(map(to_exact, values)))

    def __and__(self, other: NumberSet) -> NumberSet:
        result = replace(
            self,
            is_integer=self.is_integer or other.is_integer,
            divisors=self.divisors | other.divisors,
            excluded_divisors=self.excluded_divisors | other.excluded_divisors,
            excluded=self.excluded | other.excluded,
            enumeration=intersect_enumerations(self.enumeration, other.enumeration),
        )
        if other.minimum is not None:
            result = result.restrict(
                other.minimum, is_lower=True, is_exclusive=other.is_minimum_exclusive
            )
        if other.maximum is not None:
            result = result.restrict(
                other.maximum, is_lower=False, is_exclusive=other.is_maximum_exclusive
            )
        return result

    def contains(self, value: Number) -> bool:
        """Tell whether a number is in the set, as both engines decide."""
        if not _is_number(value):
            return False
        by_value = to_exact(value)
        by_digits = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        return (
            self._is_within_bounds(by_value)
            and self._is_multiple(by_digits)
            and by_value not in self.excluded
        )

    def contains_exactly(self, value: Fraction) -> bool:
        """Tell whether an exact value is in the set."""
        return (
            self._is_within_bounds(value)
            and self._is_multiple(value)
            and value not in self.excluded
        )

    def _is_within_bounds(self, value: Fraction) -> bool:
        low, high = self.minimum, self.maximum
        if low is not None and (value < low or (value == low and self.is_minimum_exclusive)):
            return False
        if high is not None and (value > high or (value == high and self.is_maximum_exclusive)):
            return False
        return self.enumeration is None or value in self.enumeration

    def _is_multiple(self, value: Fraction) -> bool:
        if self.is_integer and value.denominator != 1:
            return False
        if any((value / divisor).denominator != 1 for divisor in self.divisors):
            return False
        return not any((value / divisor).denominator == 1 for divisor in self.excluded_divisors)

    @property
    def step(self) -> Fraction | None:
        """The number of which every number of the set is a multiple; None without divisors."""
        divisors = set(self.divisors)
        if self.is_integer:
            divisors.add(Fraction(1))
        if not divisors:
            return None
        numerator = math.lcm(*(divisor.numerator for divisor in divisors))
        return Fraction(numerator, math.gcd(*(divisor.denominator for divisor in divisors)))


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number of JSON: no boolean, no infinity."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


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


def intersect_enumerations(
    one: frozenset[T] | None, other: frozenset[T] | None
) -> frozenset[T] | None:
    """Return the values of both enumerations, where None stands for any value."""
    if one is None:
        return other
    return one if other is None else one & other


def find_counterexample(subset: NumberSet, superset: NumberSet) -> Number | Unknown | None:
    """Decide whether every number of one set is in the other.

    Returns:
        None where that is proved; else a simple number of the first set alone, or why neither
        could be shown.

    """
    return find_uncovered(subset, [superset])


def find_uncovered(subset: NumberSet, union: Iterable[NumberSet]) -> Number | Unknown | None:
    """Decide whether every number of a set is in a union; the result is that of the above."""
    members = list(union)
    pieces = [subset]
    try:
        for member in members:
            pieces = [rest for piece in pieces for rest in _subtract(piece, member)]
            if len(pieces) > MAX_PIECES:
                return Unknown("the union falls into too many pieces")
    except Undecidable as error:
        return Unknown(error.reason)

    def is_witness(value: Number) -> bool:
        return subset.contains(value) and not any(member.contains(value) for member in members)

    return _find_simplest(pieces, is_witness)


def find_example(numbers: NumberSet) -> Number | Unknown | None:
    """Return a simple number of a set, None where it is proved empty, or why neither was shown."""
    return _find_simplest([numbers], numbers.contains)


def _subtract(piece: NumberSet, other: NumberSet) -> Iterator[NumberSet]:
    """Yield the parts of a set outside another: each part breaks one condition of the other."""
    if other.enumeration is not None:
        listed = filter(other.contains_exactly, other.enumeration)
        yield replace(piece, excluded=piece.excluded.union(listed))
        return
    if other.minimum is not None:
        is_exclusive = not other.is_minimum_exclusive
        yield piece.restrict(other.minimum, is_lower=False, is_exclusive=is_exclusive)
    if other.maximum is not None:
        is_exclusive = not other.is_maximum_exclusive
        yield piece.restrict(other.maximum, is_lower=True, is_exclusive=is_exclusive)
    divisors = set(other.divisors)
    if other.is_integer:
        divisors.add(Fraction(1))
    for divisor in sorted(divisors):
        yield replace(piece, excluded_divisors=piece.excluded_divisors | {divisor})
    for divisor in sorted(other.excluded_divisors):
        yield replace(piece, divisors=piece.divisors | {divisor})
    if other.excluded:
        yield replace(piece, enumeration=intersect_enumerations(piece.enumeration, other.excluded))


def _find_simplest(
    pieces: list[NumberSet], is_witness: Callable[[Number], bool]
) -> Number | Unknown | None:
    """Return the simplest number of all pieces, None where all are empty."""
    numbers: list[Number] = []
    unknown: Unknown | None = None
    for piece in pieces:
        result = _find_in_piece(piece, is_witness)
        if isinstance(result, Unknown):
            unknown = result
        elif result is not None:
            numbers.append(result)
    return min(numbers, key=_rank_simplicity) if numbers else unknown


def _rank_simplicity(value: Number) -> tuple[bool, int, bool, Number]:
    """Order numbers: integers first, then few digits, then positive before negative, then small."""
    return isinstance(value, float), len(repr(abs(value))), value < 0, abs(value)


def _find_in_piece(
    piece: NumberSet, is_witness: Callable[[Number], bool]
) -> Number | Unknown | None:
    if _is_trivially_empty(piece):
        return None
    for value in itertools.islice(_generate_candidates(piece), MAX_CANDIDATES):
        if not piece.contains_exactly(value):
            continue
        number = _to_json_number(value)
        if number is not None and is_witness(number):
            return number
    if _is_exhausted(piece):
        return None
    return Unknown("no number was found that could serve as an example")


def _to_json_number(value: Fraction) -> Number | None:
    """Return a value as a number of JSON, None where a float cannot hold it."""
    if value.denominator == 1:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return None
    is_exact = abs(number) < MAX_EXACT_FLOAT and Fraction(repr(number)) == value
    return number if is_exact else None


def _is_trivially_empty(piece: NumberSet) -> bool:
    if _has_crossed_bounds(piece):
        return True
    step = piece.step
    return step is not None and any(
        (step / divisor).denominator == 1 for divisor in piece.excluded_divisors
    )


def _has_crossed_bounds(piece: NumberSet) -> bool:
    """Tell whether the bounds leave no room."""
    if piece.minimum is None or piece.maximum is None:
        return False
    is_open = piece.is_minimum_exclusive or piece.is_maximum_exclusive
    return piece.minimum > piece.maximum or (piece.minimum == piece.maximum and is_open)


def _is_exhausted(piece: NumberSet) -> bool:
    """Tell whether the candidates were all numbers of a set."""
    if piece.enumeration is not None:
        return not any(piece.contains_exactly(value) for value in piece.enumeration)
    if piece.minimum is not None and piece.minimum == piece.maximum:
        return not piece.contains_exactly(piece.minimum)
    step = piece.step
    if step is None:
        return False
    counts = _list_step_counts(piece, step)
    if counts is None:
        return False
    return not any(piece.contains_exactly(count * step) for count in counts)


def _list_step_counts(piece: NumberSet, step: Fraction) -> range | None:
    """Return the multiples of a step within the bounds, divided by it; None if too many."""
    first, last = _compute_step_range(piece, step)
    if first is None or last is None or last - first >= MAX_CANDIDATES:
        return None
    return None if _spans_huge_floats(piece) else range(first, last + 1)


def _spans_huge_floats(piece: NumberSet) -> bool:
    """Tell whether a set may have floats whose digits and value are different numbers."""
    if piece.minimum is None or piece.maximum is None:
        return True
    size = max(abs(piece.minimum), abs(piece.maximum))
    return size >= MAX_EXACT_FLOAT and piece.maximum - piece.minimum >= size / MAX_EXACT_FLOAT


def _compute_step_range(piece: NumberSet, step: Fraction) -> tuple[int | None, int | None]:
    """Return the first and the last multiple of a step within the bounds, divided by the step."""
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
    """Yield the bounds and the value halfway between them, however close they are."""
    low, high = piece.minimum, piece.maximum
    if low is not None and high is not None and max(abs(low), abs(high)) < MAX_EXACT_FLOAT:
        yield from (low, high, Fraction(repr(float((low + high) / 2))))


def _generate_multiples(piece: NumberSet, step: Fraction) -> Iterator[Fraction]:
    """Yield the multiples of a step in a set, those closest to zero first."""
    first, last = _compute_step_range(piece, step)
    middle = _find_closest_to_zero(first, last)
    if middle is None:
        return
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


def _find_closest_to_zero(first: int | None, last: int | None) -> int | None:
    """Return the number of a range that is closest to zero; None where the range is empty."""
    if first is not None and last is not None and first > last:
        return None
    if first is not None and first > 0:
        return first
    if last is not None and last < 0:
        return last
    return 0
