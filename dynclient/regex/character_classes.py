r"""Sets of characters for patterns: range algebra, `\d \w \s`, POSIX classes, Unicode properties, case folding."""

from __future__ import annotations

import bisect
import functools
import re
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynclient.regex.syntax_tree import Ranges

MAX_CODE_POINT = 0x10FFFF
FIRST_SURROGATE, LAST_SURROGATE = 0xD800, 0xDFFF


def normalise(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Return sorted, merged ranges without surrogates."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(pairs):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(part for pair in merged for part in _split_around_surrogates(*pair))


def _split_around_surrogates(first: int, last: int) -> Iterable[tuple[int, int]]:
    if last < FIRST_SURROGATE or first > LAST_SURROGATE:
        yield first, last
        return
    if first < FIRST_SURROGATE:
        yield first, FIRST_SURROGATE - 1
    if last > LAST_SURROGATE:
        yield LAST_SURROGATE + 1, last


def complement(ranges: Ranges) -> Ranges:
    """Return every other character."""
    gaps = []
    following = 0
    for first, last in ranges:
        if first > following:
            gaps.append((following, first - 1))
        following = last + 1
    if following <= MAX_CODE_POINT:
        gaps.append((following, MAX_CODE_POINT))
    return normalise(gaps)


def intersect(one: Ranges, other: Ranges) -> Ranges:
    """Return the characters in both."""
    return complement(normalise(complement(one) + complement(other)))


def contains(ranges: Ranges, code: int) -> bool:
    """Tell whether a code point is in a class."""
    return any(first <= code <= last for first, last in ranges)


def build_class(chars: str) -> Ranges:
    """Return the class of these characters."""
    return normalise((ord(char), ord(char)) for char in chars)


ANY = complement(())
DIGIT = build_class(string.digits)
WORD = build_class(string.ascii_letters + string.digits + "_")
LINE_TERMINATORS = build_class("\n\r\u2028\u2029")
# ECMA-262 §22.2.2.9 CharacterClassEscape: WhiteSpace and LineTerminator, so all of Zs and the byte order mark too.
SPACE = build_class(
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
DOT = complement(LINE_TERMINATORS)

ESCAPES = {
    "d": DIGIT,
    "D": complement(DIGIT),
    "w": WORD,
    "W": complement(WORD),
    "s": SPACE,
    "S": complement(SPACE),
}

#: POSIX classes in the C locale, as RE2 and Go read them.
POSIX = {
    "alnum": build_class(string.ascii_letters + string.digits),
    "alpha": build_class(string.ascii_letters),
    "ascii": ((0, 0x7F),),
    "blank": build_class(" \t"),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": build_class(string.ascii_lowercase),
    "print": ((0x20, 0x7E),),
    "punct": build_class(string.punctuation),
    "space": build_class(string.whitespace),
    "upper": build_class(string.ascii_uppercase),
    "word": WORD,
    "xdigit": build_class(string.hexdigits),
}

#: Beyond it nothing has case.
_LAST_CASED = 0x1FFFF
#: Simple foldings that Unicode 15.1 added, so older Pythons lack them.
_LATE_FOLDINGS = {"\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb05": "\ufb06"}
_BLOCK_SIZE = 4096
_PROPERTY_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,40}(=[A-Za-z][A-Za-z0-9_]{0,40})?")


@functools.cache
def _list_all_characters() -> str:
    return "".join(map(chr, (code for first, last in ANY for code in range(first, last + 1))))


def find_unicode_property(name: str) -> Ranges | None:
    r"""Return the characters of `\p{name}`, None when there is no such property.

    Args:
        name: "L", "Lu", "Letter", "Script=Han", "Han", "White_Space", ...; case and underscores do not matter.

    """
    return (
        _compute_unicode_property(name.lower().replace("_", ""))
        if _PROPERTY_NAME.fullmatch(name)
        else None
    )


@functools.lru_cache(maxsize=512)
def _compute_unicode_property(name: str) -> Ranges | None:
    """Ask the matching engine (the standard library knows no scripts): halve blocks neither all in nor all out."""
    import jsonschema_rs as engine

    options = engine.RegexOptions()
    try:
        inside = engine.Draft202012Validator(
            {"pattern": f"^[\\p{{{name}}}]*$"}, pattern_options=options
        )
        outside = engine.Draft202012Validator(
            {"pattern": f"^[^\\p{{{name}}}]*$"}, pattern_options=options
        )
    except ValueError:
        return None
    everything = _list_all_characters()
    found: list[tuple[int, int]] = []
    blocks = [
        (start, min(start + _BLOCK_SIZE, len(everything)))
        for start in range(0, len(everything), _BLOCK_SIZE)
    ]
    while blocks:
        start, end = blocks.pop()
        text = everything[start:end]
        if inside.is_valid(text):
            found.append((ord(text[0]), ord(text[-1])))
        elif not outside.is_valid(text):
            middle = (start + end) // 2
            blocks += [(start, middle), (middle, end)]
    return normalise(found)


@functools.cache
def _map_case_families() -> dict[int, frozenset[int]]:
    """Map each cased character to all that fold to the same one (Unicode simple case folding)."""
    families: dict[str, set[int]] = {}
    for code in range(_LAST_CASED + 1):
        char = chr(code)
        if (folded := _fold_character(char)) != char:
            families.setdefault(folded, {ord(folded)}).add(code)
    return {code: frozenset(family) for family in families.values() for code in family}


def _fold_character(char: str) -> str:
    if char in _LATE_FOLDINGS:
        return _LATE_FOLDINGS[char]
    full, lower = char.casefold(), char.lower()
    return full if len(full) == 1 else lower if len(lower) == 1 else char


@functools.lru_cache(maxsize=512)
def fold(ranges: Ranges) -> Ranges:
    """Return the class with every other-case form added."""
    siblings = _map_case_families()
    found = [
        siblings[code] for first, last in ranges for code in _list_cased_characters(first, last)
    ]
    return normalise([*ranges, *((other, other) for family in found for other in family)])


def _list_cased_characters(first: int, last: int) -> list[int]:
    """Return the characters of a range that have case."""
    cased = _list_all_cased_characters()
    return cased[bisect.bisect_left(cased, first) : bisect.bisect_right(cased, last)]


@functools.cache
def _list_all_cased_characters() -> list[int]:
    return sorted(_map_case_families())
