"""Plausible strings and numbers: small, readable, named after the property they are for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from random import Random

from dynclient import regex
from dynclient.generate.format_values import generate_formatted_string
from dynclient.generate.merged_schema import (
    ExcludedValues,
    GenerationFailed,
    MergedSchema,
    NumberRange,
    compute_identity,
    pick,
)
from dynclient.schema.formats import FORMAT_CHECKS

#: (pattern, text) -> whether the pattern matches.
PatternMatcher = Callable[[str, str], bool]

#: Longer strings are refused: a hostile `minLength` must not cost memory.
MAX_STRING_LENGTH = 100_000

#: Larger numbers are refused: Python itself refuses to print integers of more than 4300 digits.
MAX_NUMBER = 10**4200
#: From here on a whole number is written as a float where that is the same number.
MAX_PLAIN_INTEGER = 10**21
MAX_FLOAT = 2**1023
#: Up to here each integer is a float of its own.
MAX_EXACT_FLOAT = 2**53

#: How many numbers are drawn, and how many are then tried one by one.
DRAWN_NUMBERS = 8
MAX_SCANNED_NUMBERS = 1000

#: Into how many parts a range is divided from which a number is drawn. It may be too wide for a
#: float.
FRACTION_STEPS = 2**53
#: Numbers up to here are readable; beside a bound so many are drawn from.
READABLE_NUMBERS = 100

#: How much of a property's name is in a readable string.
MAX_STEM_LENGTH = 60
MAX_STRING_TRIES = 40
#: How many of the tries for a string have short numbers in them, before long ones come.
SHORT_TRIES = 5
#: So many tries are readable strings, before strings are generated from the patterns alone.
READABLE_TRIES = 2

#: Part of a property's name -> a readable string for it.
_READABLE_FORMS = {
    "email": "{stem}{n}@example.com",
    "currency": "EUR",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "language": "en",
    "locale": "en",
    "phone": "+49301234{n:02}",
    "url": "https://example.com/{n}",
    "uri": "https://example.com/{n}",
}


def generate_number(
    merged: MergedSchema, whole: bool, random: Random, avoid: ExcludedValues
) -> int | float:
    """Return a small number between the bounds and on the grid, of two decimals unless whole.

    Args:
        merged: the schema with the bounds.
        whole: whether it must be an integer.
        random: makes each random choice.
        avoid: identities of the values that must not be generated.

    Raises:
        GenerationFailed: no number was found.

    """
    number_range = merged.number_range
    for step in number_range.propose_steps(whole):
        first, last = number_range.find_end_counts(step)
        if first is not None and last is not None and first > last:
            continue
        for count in _draw_counts(first, last, step, random):
            value = _convert_to_json_number(count * step, number_range, whole)
            if value is not None and compute_identity(value) not in avoid:
                return value
    raise GenerationFailed("no number lies between minimum and maximum on the grid of multipleOf")


def _draw_counts(
    first: int | None, last: int | None, step: Fraction, random: Random
) -> Iterator[int]:
    """Yield multiples of a step, in steps: some of the readable ones, then one after the other.

    Args:
        first: the lowest that is allowed; None without a bound.
        last: the highest that is allowed; None without a bound.
        step: what is multiplied.
        random: makes each random choice.

    """
    low, high = _find_readable_window(first, last, step)
    for _ in range(DRAWN_NUMBERS):
        fraction = int(random.random() * FRACTION_STEPS)
        yield low + fraction * (high - low + 1) // FRACTION_STEPS

    start = low if first is None else min(first, low)
    stop = start + MAX_SCANNED_NUMBERS
    if last is not None:
        stop = min(last + 1, stop)
    yield from range(start, stop)


def _find_readable_window(first: int | None, last: int | None, step: Fraction) -> tuple[int, int]:
    """Return where readable numbers are: from 1 to 100 if the bounds allow it, else at a bound."""
    low = math.ceil(1 / step)
    high = max(math.floor(READABLE_NUMBERS / step), low + 9)
    if first is not None and first > high:
        low, high = first, first + READABLE_NUMBERS - 1
    elif last is not None and last < low:
        low, high = last - READABLE_NUMBERS + 1, last
    if first is not None:
        low = max(low, first)
    if last is not None:
        high = min(high, last)
    return low, high


def _convert_to_json_number(
    value: Fraction, allowed: NumberRange, whole: bool
) -> int | float | None:
    """Return a fraction as JSON writes it; None where that is another number or a very long one."""
    integer = None
    if value.denominator == 1 and abs(value) < MAX_NUMBER:
        integer = int(value)
    if value.denominator == 1 and (whole or abs(value) < MAX_PLAIN_INTEGER):
        return integer
    number = float(value) if abs(value) < MAX_FLOAT else math.inf
    return number if _is_exactly_allowed(number, allowed) else integer


def _is_exactly_allowed(number: float, allowed: NumberRange) -> bool:
    """Return whether a float is allowed by its digits and, where they differ, by its value."""
    if not math.isfinite(number) or not allowed.contains(Fraction(str(number))):
        return False
    if abs(number) < MAX_EXACT_FLOAT:
        return True
    return allowed.contains(Fraction(number))


def generate_string(
    merged: MergedSchema,
    name: str,
    random: Random,
    avoid: ExcludedValues,
    matches: PatternMatcher,
) -> str:
    """Return a string that satisfies lengths, patterns and formats; readable where they allow it.

    Args:
        merged: the schema with the keywords.
        name: the property's name; readable strings are made from it.
        random: makes each random choice.
        avoid: strings that must not be generated.
        matches: (pattern, text) -> whether the pattern matches.

    Raises:
        GenerationFailed: no string was found, or only a very long one.

    """
    low, high = merged.length_bounds
    if low > MAX_STRING_LENGTH or (high is not None and low > high):
        raise GenerationFailed("minLength cannot be met")
    patterns = list(dict.fromkeys(merged.get_keyword_values("pattern")))
    format_names = _list_checked_formats(merged)
    for candidate in _generate_candidates(patterns, format_names, name, random, (low, high)):
        if candidate in avoid or not _has_length(candidate, low, high):
            continue
        is_matched = all(matches(pattern, candidate) for pattern in patterns)
        if is_matched and _has_formats(format_names, candidate):
            return candidate
    raise GenerationFailed(
        "no string was found for " + " and ".join(["its length", *patterns, *format_names])
    )


def _list_checked_formats(merged: MergedSchema) -> list[str]:
    names = dict.fromkeys(merged.get_keyword_values("format"))
    return [name for name in names if name in FORMAT_CHECKS]


def _has_length(text: str, low: int, high: int | None) -> bool:
    return low <= len(text) and (high is None or len(text) <= high)


def _has_formats(format_names: Sequence[str], candidate: str) -> bool:
    if len(format_names) == 1:  # the candidates are generated from it
        return True
    return all(FORMAT_CHECKS[name](candidate) for name in format_names)


def _generate_candidates(
    patterns: Sequence[str],
    format_names: Sequence[str],
    name: str,
    random: Random,
    lengths: tuple[int, int | None],
) -> Iterator[str]:
    """Yield strings to try: of a format, else readable ones, then such as the patterns describe."""
    for n in range(MAX_STRING_TRIES):
        candidate: str | None = None
        if format_names and (not patterns or n % 2 == 0):
            format_name = pick(format_names, random)
            candidate = generate_formatted_string(format_name, random)
        elif patterns and (format_names or n >= READABLE_TRIES):
            candidate = _sample_pattern(pick(patterns, random), random, *lengths)
        if candidate is None:
            limit = 9 if n < SHORT_TRIES else 9999
            candidate = generate_readable_string(name, 1 + int(random.random() * limit), *lengths)
        yield candidate


def _sample_pattern(pattern: str, random: Random, low: int, high: int | None) -> str | None:
    node = _parse_pattern(pattern)
    if node is None:
        return None
    return regex.sample(node, random, min_length=low, max_length=high)


@lru_cache(maxsize=1024)
def _parse_pattern(pattern: str) -> regex.PatternNode | None:
    try:
        return regex.parse(pattern)
    except regex.PatternError:
        return None


def generate_readable_string(name: str, n: int, low: int = 0, high: int | None = None) -> str:
    """Return a word made from a property's name and a number.

    Args:
        name: the property's name.
        n: the number; positive.
        low: the least length; the word is filled up to it.
        high: the greatest length; the word is cut to it. None: any.

    """
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name[:MAX_STEM_LENGTH])
    stem = "-".join(words).lower() or "text"
    form = _find_readable_form("".join(words).lower())
    text = form.format(stem=stem, n=n)
    if high is not None and len(text) > high:
        text = _join_within(stem, str(n), high)
    return text.ljust(low, "x")


def _join_within(stem: str, digits: str, length: int) -> str:
    """Return a stem and digits, cut to a length; the last digits are kept first."""
    if length == 0:
        return ""
    digits = digits[-length:]
    return stem[: length - len(digits)] + digits


def _find_readable_form(name: str) -> str:
    for word, form in _READABLE_FORMS.items():
        if word in name:
            return form
    return "{stem}-{n}"
