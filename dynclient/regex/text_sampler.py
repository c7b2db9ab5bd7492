"""Generates a text that matches a pattern: short, readable, and always checked by the matcher."""

from __future__ import annotations

import functools
import string
from typing import TYPE_CHECKING

from dynclient.regex.character_classes import contains
from dynclient.regex.match_builder import MatchBuilder, can_have_length
from dynclient.regex.matcher import compile_search
from dynclient.regex.syntax_tree import (
    Assertion,
    CharacterClass,
    Literal,
    PatternNode,
    Ranges,
    compute_width,
    walk,
)

if TYPE_CHECKING:
    import random as randomness
    from collections.abc import Iterator

MAX_ATTEMPTS = 200
#: A text is at most this much longer than it must be; the limit grows while attempts fail.
LENGTH_SPREAD = 8
#: No text longer than this is generated.
MAX_SAMPLE_LENGTH = 100_000

#: The most readable characters come first.
_TIERS = (
    string.ascii_letters + string.digits,
    "-_.",
    string.punctuation + " ",
    "".join(chr(code) for code in range(0xC0, 0x180)),
)


def sample(
    node: PatternNode, random: randomness.Random, min_length: int = 0, max_length: int | None = None
) -> str | None:
    """Return a text in which the pattern is found.

    Args:
        node: the tree of the pattern.
        random: the source of choices; the same state gives the same text.
        min_length: fewest characters; an unanchored match is padded up to it.
        max_length: most characters, None for no limit.

    Returns:
        the text; None when no attempt succeeded. Then there may be none, or the lookarounds are too
        hard to guess.

    """
    matches = compile_search(node)
    for text in _generate_candidates(node, random, min_length, max_length):
        if len(text) < min_length or (max_length is not None and len(text) > max_length):
            continue
        if matches(text):
            return text
    return None


def _generate_candidates(
    node: PatternNode, random: randomness.Random, min_length: int, max_length: int | None
) -> Iterator[str]:
    low, high = compute_width(node)
    limits = [limit for limit in (high, max_length) if limit is not None]
    ceiling = min([MAX_SAMPLE_LENGTH, *limits])
    if low > ceiling:
        return

    least = min(max(low, min_length), ceiling)
    lookaheads = _list_lookaheads(node)
    sampler = _TextSampler(random)
    for attempt in range(MAX_ATTEMPTS):
        text = sampler.build(node, least, min(ceiling, least + LENGTH_SPREAD + attempt // 4))
        if text is None and attempt % 2:
            text = sampler.build(node, low, ceiling)
        if text is None:
            continue
        yield from _pad(text, min_length)
        if lookaheads:
            yield sampler.overwrite_with_lookaheads(text, lookaheads)


def _list_lookaheads(node: PatternNode) -> list[PatternNode]:
    """Return what the positive lookaheads in a tree ask for."""
    lookaheads: list[PatternNode] = []
    for part in walk(node):
        match part:
            case Assertion("ahead", inner) if inner:
                lookaheads.append(inner)
    return lookaheads


def _pad(text: str, min_length: int) -> Iterator[str]:
    """Yield the text filled up to a length: at the end and in front, with letters and spaces.

    The matcher decides which of them is a match.
    """
    missing = min_length - len(text)
    if missing <= 0:
        yield text
    elif min_length <= MAX_SAMPLE_LENGTH:
        for filler in "a ":
            yield text + filler * missing
            yield filler * missing + text


class _TextSampler(MatchBuilder):
    """Builds texts by the choices of a `Random`."""

    max_extra_turns = LENGTH_SPREAD
    max_extra_empty_turns = 3

    def __init__(self, random: randomness.Random) -> None:
        super().__init__()
        self.random = random

    def choose_character(self, ranges: Ranges) -> str | None:
        characters = _list_readable_characters(ranges)
        return self.random.choice(characters) if characters else None

    def choose_run(self, node: Literal | CharacterClass, count: int) -> str | None:
        characters: list[str] = []
        for _ in range(count):
            character = self.build(node, 1, 1)
            if character is None:
                return None
            characters.append(character)
        return "".join(characters)

    def choose_count(self, fewest: int, largest: int) -> int:
        return self.random.randint(fewest, largest)

    def order_alternatives(
        self, alternatives: tuple[PatternNode, ...], low: int, high: int
    ) -> Iterator[PatternNode]:
        for alternative in self.random.sample(alternatives, len(alternatives)):
            if can_have_length(alternative, low, high):
                yield alternative

    def overwrite_with_lookaheads(self, text: str, lookaheads: list[PatternNode]) -> str:
        """Write what the lookaheads ask for over the text, each at a random position."""
        for node in lookaheads:
            low, _ = compute_width(node)
            piece = self.build(node, low, low) or ""
            start = self.random.randint(0, max(len(text) - len(piece), 0))
            text = text[:start] + piece + text[start + len(piece) :]
        return text


@functools.lru_cache(maxsize=1024)
def _list_readable_characters(ranges: Ranges) -> str:
    """Return the most readable characters of a class, "" only for the empty one."""
    for tier in _TIERS:
        readable = "".join(char for char in tier if contains(ranges, ord(char)))
        if readable:
            return readable
    characters: list[str] = []
    for first, last in ranges:
        characters += map(chr, range(first, min(last, first + 50) + 1))
    printable = "".join(char for char in characters if char.isprintable())
    return printable or "".join(characters)
