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

from dynclient.schema.subsumption.answers import Undecidable, Unknown

Number: TypeAlias = int | float

#: From here on a float's decimal text and its value are not the same number.
EXACT = 2**53
#: How many values are looked at before giving up on finding one (or on showing that there is none).
MAX_TRIED = 2_000
#: How many parts a difference may fall into.
MAX_PIECES = 500
#: How many digits an integer may have to be reckoned with.
MAX_DIGITS = 4_000
_MOST_DIGITS = 17
#: Keyword, whether it is a lower bound, whether it leaves the bound itself out.
_BOUNDS = (
    ("minimum", True, False),
    ("exclusiveMinimum", True, True),
    ("maximum", False, False),
    ("exclusiveMaximum", False, True),
)


@dataclass(frozen=True, slots=True)
class Numbers:
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

    whole: bool = False
    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    multiples: frozenset[Fraction] = frozenset()
    not_multiples: frozenset[Fraction] = frozenset()
    excluded: frozenset[Fraction] = frozenset()
    among: frozenset[Fraction] | None = None

    @classmethod
    def described(cls, schema: Mapping[str, Any], *, whole: bool = False) -> Numbers:
        """Return the numbers that the numeric keywords of a schema (in our dialect) allow; others play no part.

        Args:
            schema: with `minimum`, `exclusiveMinimum`, `maximum`, `exclusiveMaximum`, `multipleOf`, or none of them.
            whole: only integers.

        Raises:
            Undecidable: a keyword is no finite number, or a divisor not positive.

        """
        divisor = schema.get("multipleOf")
        made = cls(
            whole=whole,
            multiples=frozenset() if divisor is None else frozenset({_divisor(divisor)}),
        )
        for keyword, is_low, is_open in _BOUNDS:
            if keyword in schema:
                made = made.bounded(exact(schema[keyword]), is_low=is_low, is_open=is_open)
        return made

    @classmethod
    def of(cls, values: Iterable[Number]) -> Numbers:
        """Return these numbers alone."""
        return cls(among=frozenset(map(exact, values)))

    def bounded(self, value: Fraction, *, is_low: bool, is_open: bool) -> Numbers:
        """Return the part of the set above (or below) a value."""
        if is_low:
            if self.low is None or (value, is_open) > (self.low, self.low_open):
                return replace(self, low=value, low_open=is_open)
        elif self.high is None or (-value, is_open) > (-self.high, self.high_open):
            return replace(self, high=value, high_open=is_open)
        return self

    def without(self, values: Iterable[Number]) -> Numbers:
        """Return the set less some values."""
        return replace(self, excluded=self.excluded | frozenset(map(exact, values)))

    def __and__(self, other: Numbers) -> Numbers:
        made = replace(
            self,
            whole=self.whole or other.whole,
            multiples=self.multiples | other.multiples,
            not_multiples=self.not_multiples | other.not_multiples,
            excluded=self.excluded | other.excluded,
            among=_common(self.among, other.among),
        )
        if other.low is not None:
            made = made.bounded(other.low, is_low=True, is_open=other.low_open)
        if other.high is not None:
            made = made.bounded(other.high, is_low=False, is_open=other.high_open)
        return made

    def holds(self, value: Number) -> bool:
        """Tell whether a number is in the set, as both engines judge it."""
        if not _is_number(value):
            return False
        by_value, by_digits = (
            exact(value),
            Fraction(repr(value)) if isinstance(value, float) else Fraction(value),
        )
        return self._within(by_value) and self._on_grid(by_digits) and by_value not in self.excluded

    def has(self, value: Fraction) -> bool:
        """Tell whether an exact value is in the set."""
        return self._within(value) and self._on_grid(value) and value not in self.excluded

    def _within(self, value: Fraction) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = (
            self.high is None or value < self.high or (value == self.high and not self.high_open)
        )
        return above and below and (self.among is None or value in self.among)

    def _on_grid(self, value: Fraction) -> bool:
        return (
            (not self.whole or value.denominator == 1)
            and all((value / step).denominator == 1 for step in self.multiples)
            and not any((value / step).denominator == 1 for step in self.not_multiples)
        )

    @property
    def step(self) -> Fraction | None:
        """The grid that every number of the set is on, None where they lie dense."""
        steps = [*self.multiples, *([Fraction(1)] if self.whole else [])]
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


def exact(value: Any) -> Fraction:
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
    return Fraction(value) if abs(value) >= EXACT else Fraction(repr(value))


def _divisor(value: Number) -> Fraction:
    exact(value)
    if value <= 0:
        raise Undecidable("multipleOf is not positive")
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _common(
    one: frozenset[Fraction] | None, other: frozenset[Fraction] | None
) -> frozenset[Fraction] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def included(narrow: Numbers, wide: Numbers) -> Number | Unknown | None:
    """Tell whether every number of one set is in the other.

    Returns:
        None where that is proved; else a simple number that only the first set holds, or why neither could be shown.

    """
    return covered(narrow, [wide])


def covered(narrow: Numbers, union: Iterable[Numbers]) -> Number | Unknown | None:
    """Tell whether every number of a set is in at least one of others; the answer is that of `included`."""
    members = list(union)
    try:
        pieces = [narrow]
        for member in members:
            pieces = [rest for piece in pieces for rest in _less(piece, member)]
            if len(pieces) > MAX_PIECES:
                return Unknown("the union falls into too many pieces")
    except Undecidable as error:
        return Unknown(error.why)
    return _simplest(
        pieces, lambda value: narrow.holds(value) and not any(m.holds(value) for m in members)
    )


def example(numbers: Numbers) -> Number | Unknown | None:
    """Return a simple number of a set, None where it is proved empty, or why neither could be shown."""
    return _simplest([numbers], numbers.holds)


def _less(piece: Numbers, wide: Numbers) -> Iterator[Numbers]:
    """Yield sets that together are one set less another: each breaks one rule of the other."""
    if wide.among is not None:
        taken = frozenset(value for value in wide.among if wide.has(value))
        yield replace(piece, excluded=piece.excluded | taken)
        return
    if wide.low is not None:
        yield piece.bounded(wide.low, is_low=False, is_open=not wide.low_open)
    if wide.high is not None:
        yield piece.bounded(wide.high, is_low=True, is_open=not wide.high_open)
    for step in sorted(wide.multiples | ({Fraction(1)} if wide.whole else set())):
        yield replace(piece, not_multiples=piece.not_multiples | {step})
    for step in sorted(wide.not_multiples):
        yield replace(piece, multiples=piece.multiples | {step})
    if wide.excluded:
        yield replace(piece, among=_common(piece.among, wide.excluded))


def _simplest(
    pieces: list[Numbers], is_witness: Callable[[Number], bool]
) -> Number | Unknown | None:
    """Return the simplest number of all pieces, None where all are empty."""
    found: list[Number] = []
    unknown: Unknown | None = None
    for piece in pieces:
        answer = _of_piece(piece, is_witness)
        if isinstance(answer, Unknown):
            unknown = answer
        elif answer is not None:
            found.append(answer)
    return min(found, key=_plainness) if found else unknown


def _plainness(value: Number) -> tuple[bool, int, bool, Number]:
    """Order numbers: integers first, then those with few digits, then small ones, positive before negative."""
    return isinstance(value, float), len(repr(abs(value))), value < 0, abs(value)


def _of_piece(piece: Numbers, is_witness: Callable[[Number], bool]) -> Number | Unknown | None:
    if _is_plainly_empty(piece):
        return None
    for value in itertools.islice(_candidates(piece), MAX_TRIED):
        if piece.has(value) and (number := _written(value)) is not None and is_witness(number):
            return number
    return (
        None
        if _is_exhausted(piece)
        else Unknown("no number was found that could serve as an example")
    )


def _written(value: Fraction) -> Number | None:
    """Return a value as JSON carries it, None where a float cannot."""
    if value.denominator == 1:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < EXACT and Fraction(repr(number)) == value else None


def _is_plainly_empty(piece: Numbers) -> bool:
    if _is_crossed(piece):
        return True
    step = piece.step
    return step is not None and any(
        (step / unwanted).denominator == 1 for unwanted in piece.not_multiples
    )


def _is_crossed(piece: Numbers) -> bool:
    """Tell whether the bounds leave no room."""
    if piece.low is None or piece.high is None:
        return False
    is_open = piece.low_open or piece.high_open
    return piece.low > piece.high or (piece.low == piece.high and is_open)


def _is_exhausted(piece: Numbers) -> bool:
    """Tell whether the candidates were all the numbers there are."""
    if piece.among is not None:
        return not any(piece.has(value) for value in piece.among)
    if piece.low is not None and piece.low == piece.high:
        return not piece.has(piece.low)
    step = piece.step
    if step is None:
        return False
    first, last = _ends(piece, step)
    if first is None or last is None or last - first >= MAX_TRIED or _spans_huge_floats(piece):
        return False
    return not any(piece.has(count * step) for count in range(first, last + 1))


def _spans_huge_floats(piece: Numbers) -> bool:
    """Tell whether there may be floats in a set whose digits say another number than their value."""
    if piece.low is None or piece.high is None:
        return True
    size = max(abs(piece.low), abs(piece.high))
    return size >= EXACT and piece.high - piece.low >= size / EXACT


def _ends(piece: Numbers, step: Fraction) -> tuple[int | None, int | None]:
    """Return the first and last multiple of a step within the bounds, as counts of it."""
    first = last = None
    if piece.low is not None:
        first = math.ceil(piece.low / step)
        first += piece.low_open and first * step == piece.low
    if piece.high is not None:
        last = math.floor(piece.high / step)
        last -= piece.high_open and last * step == piece.high
    return first, last


def _candidates(piece: Numbers) -> Iterator[Fraction]:
    """Yield values that may be in a set, simple ones first; all of them where they are few."""
    if piece.among is not None:
        yield from sorted(
            piece.among, key=lambda value: (value.denominator != 1, abs(value), value < 0)
        )
        return
    step = piece.step
    if step is not None:
        yield from _near_zero(piece, step)
        return
    for bound in (piece.low, piece.high):
        if bound is not None and piece.low == piece.high:
            yield bound
    for digits in range(_MOST_DIGITS + 1):
        yield from itertools.islice(_near_zero(piece, Fraction(5, 10**digits)), 2 if digits else 0)
        yield from itertools.islice(
            _near_zero(piece, Fraction(1, 10**digits)), 20 + len(piece.excluded)
        )
    yield from _between(piece)


def _between(piece: Numbers) -> Iterator[Fraction]:
    """Yield what lies at the bounds and between them, however small that is."""
    low, high = piece.low, piece.high
    if low is not None and high is not None and max(abs(low), abs(high)) < EXACT:
        yield from (low, high, Fraction(repr(float((low + high) / 2))))


def _near_zero(piece: Numbers, step: Fraction) -> Iterator[Fraction]:
    """Yield the multiples of a step in a set, those closest to zero first."""
    first, last = _ends(piece, step)
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
