"""The alphabet of a question: its characters in the minterms that its patterns can tell apart.

A minterm is a largest set of characters that no class of the patterns divides. Symbolic automata
take minterms in place of single characters.
"""

from __future__ import annotations

import functools
import string
import unicodedata
from typing import TypeAlias

from dynclient.regex import character_classes
from dynclient.regex.syntax_tree import Ranges

#: A set of minterms, one bit for each.
Mask: TypeAlias = int

#: The most readable characters come first.
_TIERS = (
    string.ascii_lowercase + string.digits + string.ascii_uppercase,
    "-_.",
    "/:@+,;=!?#$%&'()*<>[]^`{|}~\"\\",
    " ",
    "".join(chr(code) for code in range(0xC0, 0x180) if code not in {0xD7, 0xF7}),
)
#: How many characters of a class are examined for a printable one.
_MAX_EXAMINED = 300
_TIER_COST = 1000


class Alphabet:
    """All characters, in minterms such that each known class is a union of some.

    Args:
        known: the classes that the patterns have.

    """

    def __init__(self, known: frozenset[Ranges]) -> None:
        self._minterms, self._masks = _compute_minterms(known | {character_classes.ANY})
        self.all_characters: Mask = self._masks[character_classes.ANY]

    def get_mask(self, ranges: Ranges) -> Mask:
        """Return the minterms of a known class."""
        return self._masks[ranges]

    def find_minterm(self, char: str) -> Mask:
        """Return the minterm of a character as a set of one; 0 for half of a surrogate pair."""
        for bit, minterm in enumerate(self._minterms):
            if character_classes.contains(minterm, ord(char)):
                return 1 << bit
        return 0

    def pick_readable_character(self, mask: Mask) -> tuple[int, str]:
        """Return how hard to read a set's most readable character is, and that character."""
        minterms = [minterm for bit, minterm in enumerate(self._minterms) if mask >> bit & 1]
        return min(map(rank_readability, minterms))

    def partition(self, masks: set[Mask]) -> list[Mask]:
        """Return all characters in the coarsest sets that each mask is a union of."""
        blocks = [self.all_characters]
        for mask in masks:
            halves: list[Mask] = []
            for block in blocks:
                halves += (block & mask, block & ~mask)
            blocks = [half for half in halves if half]
        return sorted(blocks)


@functools.lru_cache(maxsize=256)
def _compute_minterms(known: frozenset[Ranges]) -> tuple[tuple[Ranges, ...], dict[Ranges, Mask]]:
    """Return the minterms, and each class as a mask of them."""
    classes = sorted(known)
    ranges_by_membership = _sweep(classes)
    masks = dict.fromkeys(classes, 0)
    for bit, membership in enumerate(ranges_by_membership):
        for index, ranges in enumerate(classes):
            if membership >> index & 1:
                masks[ranges] |= 1 << bit
    minterms = tuple(tuple(ranges) for ranges in ranges_by_membership.values())
    return minterms, masks


def _sweep(classes: list[Ranges]) -> dict[int, list[tuple[int, int]]]:
    """Return the ranges of characters that are in the same classes.

    The key has one bit for each of the classes that the characters are in.
    """
    borders: list[tuple[int, int]] = []
    for index, ranges in enumerate(classes):
        for first, last in ranges:
            borders += ((first, index), (last + 1, index))

    ranges_by_membership: dict[int, list[tuple[int, int]]] = {}
    membership = start = 0
    for code, index in sorted(borders):
        if membership and code > start:
            ranges_by_membership.setdefault(membership, []).append((start, code - 1))
        start = code
        membership ^= 1 << index
    return ranges_by_membership


@functools.lru_cache(maxsize=4096)
def rank_readability(ranges: Ranges) -> tuple[int, str]:
    """Return how hard to read a class's most readable character is (0 is `a`), and that one."""
    for tier, characters in enumerate(_TIERS):
        for index, char in enumerate(characters):
            if character_classes.contains(ranges, ord(char)):
                return tier * _TIER_COST + index, char

    examined: list[str] = []
    for first, last in ranges[:_MAX_EXAMINED]:
        examined += map(chr, range(first, min(last, first + 40) + 1))
    return min(_rank_character(char) for char in examined[:_MAX_EXAMINED])


def _rank_character(char: str) -> tuple[int, str]:
    return (len(_TIERS) + _rank_strangeness(char)) * _TIER_COST, char


def _rank_strangeness(char: str) -> int:
    """Return 0 for a printable letter, up to 3 for a control character."""
    category = unicodedata.category(char)
    if char.isprintable():
        return 0 if category.startswith("L") else 1
    return 3 if category in {"Cc", "Cn", "Co"} else 2
