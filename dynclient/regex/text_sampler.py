"""Make up a text that matches a pattern: short, readable, and always checked by the matcher."""

from __future__ import annotations

import functools
import string
from typing import TYPE_CHECKING

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
    compute_width,
    walk,
)

if TYPE_CHECKING:
    import random as randomness
    from collections.abc import Iterator

MAX_ATTEMPTS = 200
#: A drawn text is at most this much longer than it must be; the bound grows while attempts fail.
LENGTH_SPREAD = 8
#: No text longer than this is made up.
MAX_SAMPLE_LENGTH = 100_000

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
        random: decides; the same state gives the same text.
        min_length: fewest characters; an unanchored match is padded up to it.
        max_length: most characters, None for no limit.

    Returns:
        the text, or None when none was found (there may be none, or looks are too tricky to guess).

    """
    matches = compile_search(node)
    for text in _generate_candidates(node, random, min_length, max_length):
        fits = min_length <= len(text) and (max_length is None or len(text) <= max_length)
        if fits and matches(text):
            return text
    return None


def _generate_candidates(
    node: PatternNode, random: randomness.Random, min_length: int, max_length: int | None
) -> Iterator[str]:
    low, high = compute_width(node)
    ceiling = min(
        [MAX_SAMPLE_LENGTH, *(limit for limit in (high, max_length) if limit is not None)]
    )
    if low > ceiling:
        return
    least = min(max(low, min_length), ceiling)
    wanted = [
        part.node
        for part in walk(node)
        if isinstance(part, Assertion) and part.kind == "ahead" and part.node
    ]
    drawing = _TextSampler(random)
    for attempt in range(MAX_ATTEMPTS):
        text = drawing.draw(node, least, min(ceiling, least + LENGTH_SPREAD + attempt // 4))
        if text is None:
            text = drawing.draw(node, low, ceiling) if attempt % 2 else None
        if text is not None:
            yield from _pad(text, min_length)
            if wanted:
                yield drawing.overwrite_with_lookaheads(text, wanted)


def _pad(text: str, min_length: int) -> Iterator[str]:
    """Yield the text, filled up at the end or in front, with letters or spaces: the matcher tells which will do."""
    missing = min_length - len(text)
    if missing <= 0:
        yield text
    elif min_length <= MAX_SAMPLE_LENGTH:
        for filler in "a ":
            yield text + filler * missing
            yield filler * missing + text


class _TextSampler:
    """Draws texts for nodes, in a given range of lengths; remembers what groups captured."""

    def __init__(self, random: randomness.Random) -> None:
        self.random = random
        self.captures: dict[int, str] = {}

    def draw(self, node: PatternNode, low: int, high: int) -> str | None:  # noqa: PLR0911 - one for each kind of node
        """Return a text of `low` to `high` characters for the node (looks aside), None where the draw failed."""
        match node:
            case Literal(char):
                return char if low <= 1 <= high else None
            case CharacterClass(ranges):
                return self._draw_character(ranges) if low <= 1 <= high else None
            case Concatenation(parts):
                return self._draw_concatenation(parts, low, high)
            case Alternation(options):
                return self._draw_alternation(options, low, high)
            case Repeat():
                return self._draw_repeat(node, low, high)
            case Group(inner, index):
                text = self.draw(inner, low, high)
                self.captures[index] = text or ""
                return text
            case Backreference(index):
                return self.captures.get(index, "")
        return "" if low == 0 else None

    def overwrite_with_lookaheads(self, text: str, wanted: list[PatternNode]) -> str:
        """Write what the looks ahead want over the text, each at a place of its own choice."""
        for node in wanted:
            low, _ = compute_width(node)
            piece = self.draw(node, low, low) or ""
            at = self.random.randint(0, max(len(text) - len(piece), 0))
            text = text[:at] + piece + text[at + len(piece) :]
        return text

    def _draw_character(self, ranges: Ranges) -> str | None:
        choice = _list_readable_characters(ranges)
        return self.random.choice(choice) if choice else None

    def _draw_alternation(
        self, options: tuple[PatternNode, ...], low: int, high: int
    ) -> str | None:
        for option in self.random.sample(options, len(options)):
            least, most = compute_width(option)
            if least <= high and (most is None or most >= low):
                text = self.draw(option, low, high)
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
            low, high = max(low - len(text), 0), high - len(text)
        return "".join(texts) if low == 0 else None

    def _draw_repeat(self, node: Repeat, low: int, high: int) -> str | None:
        least, most = compute_width(node.node)
        if most == 0 or node.max == 0:
            return "" if low == 0 else None
        fewest = max(node.min, -(-low // most) if most else min(low, 1))
        largest = high // least if least else fewest + 3
        if node.max is not None:
            largest = min(largest, node.max)
        if fewest > largest:
            return None
        count = self.random.randint(fewest, min(largest, fewest + LENGTH_SPREAD))
        if isinstance(node.node, Literal | CharacterClass):
            texts = [self.draw(node.node, 1, 1) for _ in range(count)]
            return None if None in texts else "".join(text for text in texts if text)
        return self._draw_concatenation((node.node,) * count, low, high)


@functools.lru_cache(maxsize=1024)
def _list_readable_characters(ranges: Ranges) -> str:
    """Return the most readable characters of a class, "" only for the empty one."""
    for tier in _TIERS:
        found = "".join(char for char in tier if _is_in_class(ranges, ord(char)))
        if found:
            return found
    some = "".join(
        chr(code) for first, last in ranges for code in range(first, min(last, first + 50) + 1)
    )
    return "".join(char for char in some if char.isprintable()) or some


def _is_in_class(ranges: Ranges, code: int) -> bool:
    return any(first <= code <= last for first, last in ranges)
