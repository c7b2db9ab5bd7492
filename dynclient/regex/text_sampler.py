"""Generates a text that matches a pattern: short, readable, and always checked by the matcher."""

from __future__ import annotations

import functools
import string
from typing import TYPE_CHECKING

from dynclient.regex.character_classes import contains
from dynclient.regex.matcher import compile_search
from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    CharacterClass,
    Concatenation,
    Group,
    Literal,
    PatternNode,
    Ranges,
    Repeat,
    Width,
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
        text = sampler.draw(node, least, min(ceiling, least + LENGTH_SPREAD + attempt // 4))
        if text is None and attempt % 2:
            text = sampler.draw(node, low, ceiling)
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


class _TextSampler:
    """Draws texts for nodes within a range of lengths; remembers what groups captured."""

    def __init__(self, random: randomness.Random) -> None:
        self.random = random
        self.captures: dict[int, str] = {}

    def draw(self, node: PatternNode, low: int, high: int) -> str | None:  # noqa: PLR0911 - one for each kind of node
        """Return a text of `low` to `high` characters for the node, None where the draw failed.

        Lookarounds do not count.
        """
        match node:
            case Literal(char):
                return char if low <= 1 <= high else None
            case CharacterClass(ranges):
                return self._draw_character(ranges) if low <= 1 <= high else None
            case Concatenation(parts):
                return self._draw_concatenation(parts, low, high)
            case Alternation(alternatives):
                return self._draw_alternation(alternatives, low, high)
            case Repeat():
                return self._draw_repeat(node, low, high)
            case Group(inner, index):
                text = self.draw(inner, low, high)
                self.captures[index] = text or ""
                return text
            case Backreference(index):
                return self.captures.get(index, "")
        return "" if low == 0 else None

    def overwrite_with_lookaheads(self, text: str, lookaheads: list[PatternNode]) -> str:
        """Write what the lookaheads ask for over the text, each at a random position."""
        for node in lookaheads:
            low, _ = compute_width(node)
            piece = self.draw(node, low, low) or ""
            start = self.random.randint(0, max(len(text) - len(piece), 0))
            text = text[:start] + piece + text[start + len(piece) :]
        return text

    def _draw_character(self, ranges: Ranges) -> str | None:
        characters = _list_readable_characters(ranges)
        return self.random.choice(characters) if characters else None

    def _draw_alternation(
        self, alternatives: tuple[PatternNode, ...], low: int, high: int
    ) -> str | None:
        for alternative in self.random.sample(alternatives, len(alternatives)):
            least, most = compute_width(alternative)
            if least > high or (most is not None and most < low):
                continue
            text = self.draw(alternative, low, high)
            if text is not None:
                return text
        return None

    def _draw_concatenation(
        self, parts: tuple[PatternNode, ...], low: int, high: int
    ) -> str | None:
        widths = [compute_width(part) for part in parts]
        rest_low = sum(least for least, _ in widths)
        rest_high = sum(high if most is None else most for _, most in widths)
        texts: list[str] = []
        for part, (least, most) in zip(parts, widths, strict=True):
            rest_low -= least
            rest_high -= high if most is None else most
            upper = high - rest_low if most is None else min(most, high - rest_low)
            text = self.draw(part, max(least, low - rest_high), upper)
            if text is None or len(text) > high:
                return None
            texts.append(text)
            low = max(low - len(text), 0)
            high -= len(text)
        return "".join(texts) if low == 0 else None

    def _draw_repeat(self, node: Repeat, low: int, high: int) -> str | None:
        least, most = compute_width(node.node)
        if most == 0 or node.max == 0:
            return "" if low == 0 else None
        turns = self._draw_turns(node, (least, most), low, high)
        if turns is None:
            return None
        if not isinstance(node.node, Literal | CharacterClass):
            return self._draw_concatenation((node.node,) * turns, low, high)

        characters: list[str] = []
        for _ in range(turns):
            character = self.draw(node.node, 1, 1)
            if character is None:
                return None
            characters.append(character)
        return "".join(characters)

    def _draw_turns(self, node: Repeat, width: Width, low: int, high: int) -> int | None:
        """Return how many turns a repeat takes, None where no number of turns fits the range."""
        least, most = width
        needed = -(-low // most) if most else min(low, 1)
        fewest = max(node.min, needed)
        largest = high // least if least else fewest + 3
        if node.max is not None:
            largest = min(largest, node.max)
        if fewest > largest:
            return None
        return self.random.randint(fewest, min(largest, fewest + LENGTH_SPREAD))


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
