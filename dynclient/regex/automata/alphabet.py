"""The characters of a question, sorted into the classes that its patterns can tell apart."""

from __future__ import annotations

import functools
import string
import unicodedata
from typing import TypeAlias

from dynclient.regex import character_classes
from dynclient.regex.syntax_tree import Ranges

#: One bit for each class that can be told apart.
Mask: TypeAlias = int

_TIERS = (
    string.ascii_lowercase + string.digits + string.ascii_uppercase,
    "-_.",
    "/:@+,;=!?#$%&'()*<>[]^`{|}~\"\\",
    " ",
    "".join(chr(code) for code in range(0xC0, 0x180) if code not in {0xD7, 0xF7}),
)
#: How many characters of a class are looked at for a printable one.
_MAX_EXAMINED = 300
_TIER_COST = 1000


class Alphabet:
    """All characters, in classes such that each of `known` is a union of some."""

    def __init__(self, known: frozenset[Ranges]) -> None:
        self._minterms, self._masks = _compute_minterms(known | {character_classes.ANY})
        self.all_characters: Mask = self._masks[character_classes.ANY]

    def get_mask(self, ranges: Ranges) -> Mask:
        """Return a class as a set of parts; it must be one of those known."""
        return self._masks[ranges]

    def find_minterm(self, char: str) -> Mask:
        """Return the part that holds a character, as a set of one; 0 for half of a surrogate pair."""
        code = ord(char)
        for bit, part in enumerate(self._minterms):
            if any(first <= code <= last for first, last in part):
                return 1 << bit
        return 0

    def pick_readable_character(self, mask: Mask) -> tuple[int, str]:
        """Return how hard to read a set's most readable character is, and that character."""
        return min(
            rank_readability(part) for bit, part in enumerate(self._minterms) if mask >> bit & 1
        )

    def partition(self, masks: set[Mask]) -> list[Mask]:
        """Return all characters in the coarsest sets that tell these apart."""
        blocks = [self.all_characters]
        for mask in masks:
            halves = [half for block in blocks for half in (block & mask, block & ~mask)]
            blocks = [half for half in halves if half]
        return sorted(blocks)


@functools.lru_cache(maxsize=256)
def _compute_minterms(known: frozenset[Ranges]) -> tuple[tuple[Ranges, ...], dict[Ranges, Mask]]:
    """Return the parts, and each class as a mask of them."""
    numbered = sorted(known)
    turns = sorted(
        (place, index)
        for index, ranges in enumerate(numbered)
        for first, last in ranges
        for place in (first, last + 1)
    )
    spans: dict[int, list[tuple[int, int]]] = {}
    held = start = 0
    for place, index in turns:
        if held and place > start:
            spans.setdefault(held, []).append((start, place - 1))
        start = place
        held ^= 1 << index
    masks = dict.fromkeys(numbered, 0)
    for bit, signature in enumerate(spans):
        for index, ranges in enumerate(numbered):
            masks[ranges] |= (signature >> index & 1) << bit
    return tuple(tuple(part) for part in spans.values()), masks


@functools.lru_cache(maxsize=4096)
def rank_readability(ranges: Ranges) -> tuple[int, str]:
    """Return how hard to read a class's most readable character is (0 is `a`), and that character."""
    for tier, characters in enumerate(_TIERS):
        for place, char in enumerate(characters):
            if any(first <= ord(char) <= last for first, last in ranges):
                return tier * _TIER_COST + place, char
    some = [
        chr(code)
        for first, last in ranges[:_MAX_EXAMINED]
        for code in range(first, min(last, first + 40) + 1)
    ]
    return min(
        ((len(_TIERS) + _rank_strangeness(char)) * _TIER_COST, char)
        for char in some[:_MAX_EXAMINED]
    )


def _rank_strangeness(char: str) -> int:
    if char.isprintable():
        return 0 if unicodedata.category(char).startswith("L") else 1
    return 3 if unicodedata.category(char) in {"Cc", "Cn", "Co"} else 2
