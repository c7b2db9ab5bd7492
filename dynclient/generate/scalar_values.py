"""Plausible strings and numbers: small, readable, named after the property they stand in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from random import Random

from dynclient import regex
from dynclient.generate.merged_schema import (
    ExcludedValues,
    GenerationFailed,
    MergedSchema,
    NumberRange,
    compute_identity,
    pick,
)
from dynclient.schema import formats

PatternMatcher = Callable[[str, str], bool]

#: Longer strings are refused: a hostile `minLength` must not cost memory.
MAX_STRING_LENGTH = 100_000

#: Beyond these a number is not written down: Python itself refuses to print integers of more than 4300 digits.
MAX_NUMBER = 10**4200
MAX_PLAIN_INTEGER = 10**21  # from here on a float is written, where it is as good
MAX_FLOAT = 2**1023

#: How many numbers are looked at one by one when chance finds no new one.
MAX_SCANNED_NUMBERS = 1000
#: How many of the tries for a text are short ones, before long ones are tried.
SHORT_TRIES = 5


def generate_number(
    shape: MergedSchema, whole: bool, random: Random, avoid: ExcludedValues
) -> int | float:
    """Return a small number between the bounds and on the grid, two decimals unless whole.

    Raises:
        Refusal: there is none.

    """
    for step in shape.number_range.propose_steps(whole):
        first, last = shape.number_range.find_end_counts(step)
        if first is not None and last is not None and first > last:
            continue
        low, high = _find_readable_window(first, last, step)
        for count in _draw_counts(
            low, high, first if first is not None and first < low else low, last, random
        ):
            value = _convert_to_json_number(count * step, shape.number_range, whole)
            if value is not None and compute_identity(value) not in avoid:
                return value
    raise GenerationFailed("no number lies between minimum and maximum on the grid of multipleOf")


def _find_readable_window(first: int | None, last: int | None, step: Fraction) -> tuple[int, int]:
    """Return where readable numbers lie: from 1 to 100 if the bounds allow, else next to a bound."""
    low = math.ceil(1 / step)
    high = max(math.floor(100 / step), low + 9)
    if first is not None and first > high:
        return first, first + 99 if last is None else min(last, first + 99)
    if last is not None and last < low:
        return last - 99 if first is None else max(first, last - 99), last
    return low if first is None else max(low, first), high if last is None else min(high, last)


def _draw_counts(
    low: int, high: int, first: int, last: int | None, random: Random
) -> Iterator[int]:
    """Yield some of a window by chance, then all there are from the first upwards, boundedly many."""
    for _ in range(8):
        yield low + int(random.random() * (high - low + 1))
    yield from range(
        first,
        first + MAX_SCANNED_NUMBERS if last is None else min(last + 1, first + MAX_SCANNED_NUMBERS),
    )


def _convert_to_json_number(
    value: Fraction, allowed: NumberRange, whole: bool
) -> int | float | None:
    """Return a fraction as JSON writes it, None where that would be another number or a very long one."""
    is_whole = value.denominator == 1
    if is_whole and (whole or abs(value) < MAX_PLAIN_INTEGER):
        return int(value) if abs(value) < MAX_NUMBER else None
    near = float(value) if abs(value) < MAX_FLOAT else math.inf
    if (
        math.isfinite(near)
        and allowed.contains(Fraction(str(near)))
        and (abs(near) < 2**53 or allowed.contains(Fraction(near)))
    ):
        return near
    return int(value) if is_whole and abs(value) < MAX_NUMBER else None


_READABLE_FORMS = (
    ("email", "{stem}{n}@example.com"),
    ("currency", "EUR"),
    ("country", "DE"),
    ("timezone", "Europe/Berlin"),
    ("language", "en"),
    ("locale", "en"),
    ("phone", "+49301234{n:02}"),
    ("url", "https://example.com/{n}"),
    ("uri", "https://example.com/{n}"),
)


def generate_string(
    shape: MergedSchema, name: str, random: Random, avoid: ExcludedValues, matches: PatternMatcher
) -> str:
    """Return a string that honours lengths, patterns and formats; readable where they allow it.

    Args:
        shape: what is asked.
        name: the property's name, which readable strings are made from.
        random: where chance comes from.
        avoid: strings that will not do.
        matches: (pattern, text) -> whether it matches.

    Raises:
        Refusal: there is none, or only a very long one.

    """
    low, high = shape.length_bounds
    if low > MAX_STRING_LENGTH or (high is not None and low > high):
        raise GenerationFailed("minLength cannot be met")
    sources = list(dict.fromkeys(shape.get_keyword_values("pattern")))
    known = [
        form
        for form in dict.fromkeys(shape.get_keyword_values("format"))
        if form in formats.FORMAT_CHECKS
    ]
    for candidate in _generate_candidates(sources, known, name, random, shape.length_bounds):
        fits = (
            low <= len(candidate)
            and (high is None or len(candidate) <= high)
            and candidate not in avoid
        )
        if (
            fits
            and all(matches(source, candidate) for source in sources)
            and _has_formats(known, candidate)
        ):
            return candidate
    raise GenerationFailed(
        "no string was found for " + " and ".join(["its length", *sources, *known])
    )


def _has_formats(known: Sequence[str], candidate: str) -> bool:
    return len(known) < 2 or all(formats.FORMAT_CHECKS[form](candidate) for form in known)  # noqa: PLR2004 (drawn from one)


def _generate_candidates(
    sources: Sequence[str],
    known: Sequence[str],
    name: str,
    random: Random,
    lengths: tuple[int, int | None],
) -> Iterator[str]:
    """Yield strings to try: of a format, else readable ones, then such as the patterns ask for."""
    for n in range(40):
        drawn: str | None = None
        if known and (not sources or n % 2 == 0):
            drawn = formats.generate_formatted_string(pick(known, random), random)
        elif sources and (known or n > 1):
            drawn = _sample_pattern(pick(sources, random), random, *lengths)
        if drawn is None:
            limit = 9 if n < SHORT_TRIES else 9999
            drawn = generate_readable_string(name, 1 + int(random.random() * limit), *lengths)
        yield drawn


def _sample_pattern(pattern: str, random: Random, low: int, high: int | None) -> str | None:
    node = _parse_pattern(pattern)
    return None if node is None else regex.sample(node, random, min_length=low, max_length=high)


@lru_cache(maxsize=1024)
def _parse_pattern(pattern: str) -> regex.PatternNode | None:
    try:
        return regex.parse(pattern)
    except regex.PatternError:
        return None


def generate_readable_string(name: str, n: int, low: int = 0, high: int | None = None) -> str:
    """Return a word made from a property's name and a number, cut and filled to a length."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name[:60])
    stem = "-".join(words).lower() or "text"
    form = next(
        (form for word, form in _READABLE_FORMS if word in "".join(words).lower()), "{stem}-{n}"
    )
    made = form.format(stem=stem, n=n)
    if high is not None and len(made) > high:
        digits = str(n)[-high:] if high else ""
        made = stem[: high - len(digits)] + digits
    return made + "x" * (low - len(made))
