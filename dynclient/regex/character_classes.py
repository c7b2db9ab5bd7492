r"""Sets of characters: range algebra, `\d \w \s`, POSIX and Unicode classes, case folding."""

from __future__ import annotations

import bisect
import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    ranges: list[tuple[int, int]] = []
    for first, last in merged:
        ranges += _split_around_surrogates(first, last)
    return tuple(ranges)


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
    start = 0
    for first, last in ranges:
        if first > start:
            gaps.append((start, first - 1))
        start = last + 1
    if start <= MAX_CODE_POINT:
        gaps.append((start, MAX_CODE_POINT))
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
DIGIT: Ranges = ((0x30, 0x39),)
LOWER: Ranges = ((0x61, 0x7A),)
UPPER: Ranges = ((0x41, 0x5A),)
WORD: Ranges = (*DIGIT, *UPPER, (0x5F, 0x5F), *LOWER)
LINE_TERMINATORS = build_class("\n\r\u2028\u2029")
# ECMA-262 §22.2.2.9 CharacterClassEscape: WhiteSpace and LineTerminator. So all of the category Zs
# and the byte order mark belong to it too.
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
    "alnum": (*DIGIT, *UPPER, *LOWER),
    "alpha": (*UPPER, *LOWER),
    "ascii": ((0, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": LOWER,
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": UPPER,
    "word": WORD,
    "xdigit": (*DIGIT, (0x41, 0x46), (0x61, 0x66)),
}

#: Beyond it nothing has case.
_LAST_CASED = 0x1FFFF
#: Simple foldings that Unicode 15.1 added, so older Pythons lack them.
_LATE_FOLDINGS = {"\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb05": "\ufb06"}
_BLOCK_SIZE = 4096
_PROPERTY_NAME = r"[A-Za-z][A-Za-z0-9_]{0,40}(=[A-Za-z][A-Za-z0-9_]{0,40})?"


def find_unicode_property(name: str) -> Ranges | None:
    r"""Return the characters of `\p{name}`, None when there is no such property.

    Args:
        name: "L", "Lu", "Letter", "Script=Han", "Han", "White_Space", …; case and underscores do
            not matter.

    """
    if not re.fullmatch(_PROPERTY_NAME, name):
        return None
    return _compute_unicode_property(name.lower().replace("_", ""))


@functools.lru_cache(maxsize=512)
def _compute_unicode_property(name: str) -> Ranges | None:
    """Ask the matching engine for the characters: the standard library knows no scripts.

    A block of characters that is neither all in nor all out is halved.
    """
    try:
        has_only_members = _compile_full_match(f"[\\p{{{name}}}]")
        has_no_member = _compile_full_match(f"[^\\p{{{name}}}]")
    except ValueError:
        return None

    characters = _list_all_characters()
    members: list[tuple[int, int]] = []
    starts = range(0, len(characters), _BLOCK_SIZE)
    blocks = [(start, min(start + _BLOCK_SIZE, len(characters))) for start in starts]
    while blocks:
        start, end = blocks.pop()
        block = characters[start:end]
        if has_only_members(block):
            members.append((ord(block[0]), ord(block[-1])))
        elif not has_no_member(block):
            middle = (start + end) // 2
            blocks += [(start, middle), (middle, end)]
    return normalise(members)


def _compile_full_match(character_class: str) -> Callable[[str], bool]:
    """Return whether a text has characters of a class alone.

    Raises:
        ValueError: the engine does not know the class.

    """
    import jsonschema_rs as engine

    schema = {"pattern": f"^{character_class}*$"}
    validator = engine.Draft202012Validator(schema, pattern_options=engine.RegexOptions())
    is_match: Callable[[str], bool] = validator.is_valid
    return is_match


@functools.cache
def _list_all_characters() -> str:
    characters: list[str] = []
    for first, last in ANY:
        characters += map(chr, range(first, last + 1))
    return "".join(characters)


@functools.cache
def _map_case_families() -> dict[int, frozenset[int]]:
    """Map each cased character to all characters that fold to the same one.

    Source: Unicode simple case folding.
    """
    families: dict[str, set[int]] = {}
    for code in range(_LAST_CASED + 1):
        char = chr(code)
        folded = _fold_character(char)
        if folded != char:
            families.setdefault(folded, {ord(folded)}).add(code)
    return {code: frozenset(family) for family in families.values() for code in family}


def _fold_character(char: str) -> str:
    if char in _LATE_FOLDINGS:
        return _LATE_FOLDINGS[char]
    for folded in (char.casefold(), char.lower()):
        if len(folded) == 1:
            return folded
    return char


@functools.lru_cache(maxsize=512)
def fold(ranges: Ranges) -> Ranges:
    """Return the class with every other-case form added."""
    families = _map_case_families()
    pairs = list(ranges)
    for first, last in ranges:
        for code in _list_cased_characters(first, last):
            pairs += ((sibling, sibling) for sibling in families[code])
    return normalise(pairs)


def _list_cased_characters(first: int, last: int) -> list[int]:
    """Return the characters of a range that have case."""
    cased = _list_all_cased_characters()
    return cased[bisect.bisect_left(cased, first) : bisect.bisect_right(cased, last)]


@functools.cache
def _list_all_cased_characters() -> list[int]:
    return sorted(_map_case_families())
