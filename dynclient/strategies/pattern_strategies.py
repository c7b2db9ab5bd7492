"""Texts that match a pattern of ECMA-262, drawn from its tree: they shrink to a short match."""

from __future__ import annotations

import string
from functools import lru_cache

from hypothesis import strategies as st

from dynclient import regex
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

#: How many turns more than it must a repeat takes.
MAX_EXTRA_REPEATS = 6
#: Attempts before the generator is asked.
MAX_MATCH_ATTEMPTS = 3
MAX_MATCH_LENGTH = 100_000
#: How many characters of a run are drawn; the last one is repeated.
MAX_DIFFERENT = 40

_PLAIN_CHARACTERS = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_."
_EIGHT_SIDES = st.integers(0, 7)


def draw_match(draw: st.DrawFn, source: str, low: int = 0, high: int | None = None) -> str | None:
    """Return a text in which a pattern is found; None where none was.

    Args:
        draw: of the example under way.
        source: the pattern.
        low: fewest characters.
        high: most characters, None for no limit.

    """
    pattern = _compile_pattern(source)
    if pattern is None:
        return None
    least, most = compute_width(pattern.node)
    limits = [limit for limit in (MAX_MATCH_LENGTH, most, high) if limit is not None]
    ceiling = min(limits)
    if least > ceiling:
        return None
    floor = min(max(low, least), ceiling)
    for _ in range(MAX_MATCH_ATTEMPTS):
        text = _MatchDrawer(draw).draw_node(pattern.node, floor, ceiling)
        if text is None:
            continue
        text = _add_surroundings(draw, pattern.node, text, low, high)
        has_length = low <= len(text) <= (high or MAX_MATCH_LENGTH)
        if has_length and pattern.search(text):
            return text
    return None


@lru_cache(maxsize=512)
def _compile_pattern(source: str) -> regex.Pattern | None:
    try:
        return regex.compile(source)
    except regex.PatternError:
        return None


def _add_surroundings(
    draw: st.DrawFn, node: PatternNode, text: str, low: int, high: int | None
) -> str:
    """Return a text of some length that contains a match, where the pattern has no assertions."""
    if _has_assertion(node):
        return text
    if draw(_EIGHT_SIDES) == _RARE_SIDE:
        suffix = draw(st.text(_PLAIN_CHARACTERS, max_size=4))
        if high is None or len(text) + len(suffix) <= high:
            text += suffix
    return text + "a" * (low - len(text))


_RARE_SIDE = 7


@lru_cache(maxsize=512)
def _has_assertion(node: PatternNode) -> bool:
    return any(isinstance(part, Assertion) for part in walk(node))


class _MatchDrawer:
    """Draws one text for the tree of a pattern, with the captures of its groups."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.captures: dict[int, str] = {}

    def draw_node(self, node: PatternNode, low: int, high: int) -> str | None:  # noqa: PLR0911
        """Return a text of `low` to `high` characters for a node; None where that failed."""
        match node:
            case Literal(char):
                return char if low <= 1 <= high else None
            case CharacterClass(ranges):
                return self._draw_char(ranges) if low <= 1 <= high else None
            case Concatenation(parts):
                return self._draw_sequence(parts, low, high)
            case Alternation(options):
                return self._draw_alternation(options, low, high)
            case Repeat():
                return self._draw_repeat(node, low, high)
            case Group(inner, index):
                text = self.draw_node(inner, low, high)
                self.captures[index] = text or ""
                return text
            case Backreference(index):
                return self.captures.get(index, "")
        return "" if low == 0 else None

    def _draw_char(self, ranges: Ranges) -> str | None:
        characters = _characters(ranges)
        return None if characters is None else self.draw(characters)

    def _draw_alternation(
        self, options: tuple[PatternNode, ...], low: int, high: int
    ) -> str | None:
        remaining = [option for option in options if _can_fit(compute_width(option), low, high)]
        while remaining:
            index = self.draw(st.integers(0, len(remaining) - 1))
            option = remaining.pop(index)
            text = self.draw_node(option, low, high)
            if text is not None:
                return text
        return None

    def _draw_sequence(self, parts: tuple[PatternNode, ...], low: int, high: int) -> str | None:
        widths = [compute_width(part) for part in parts]
        # The fewest and most characters that the parts after this one can have.
        rest_low = sum(least for least, _ in widths)
        rest_high = sum(high if most is None else most for _, most in widths)
        texts: list[str] = []
        for part, (least, most) in zip(parts, widths, strict=True):
            rest_low -= least
            rest_high -= high if most is None else most
            upper = high - rest_low
            if most is not None:
                upper = min(most, upper)
            text = self.draw_node(part, max(least, low - rest_high), upper)
            if text is None or len(text) > high:
                return None
            texts.append(text)
            low, high = max(low - len(text), 0), high - len(text)
        return "".join(texts) if low == 0 else None

    def _draw_repeat(self, node: Repeat, low: int, high: int) -> str | None:
        least, most = compute_width(node.node)
        if most == 0 or node.max == 0:
            return "" if low == 0 else None
        needed = -(-low // most) if most else min(low, 1)
        fewest = max(node.min, needed)
        limits = [fewest + MAX_EXTRA_REPEATS]
        if least:
            limits.append(high // least)
        if node.max is not None:
            limits.append(node.max)
        largest = min(limits)
        if fewest > largest:
            return None
        count = self.draw(st.integers(fewest, largest))
        if isinstance(node.node, Literal | CharacterClass):
            return self._draw_run(node.node, count)
        return self._draw_sequence((node.node,) * count, low, high)

    def _draw_run(self, node: Literal | CharacterClass, count: int) -> str | None:
        """Draw a run of one class; of a long one only the first characters differ."""
        characters = _characters(node.ranges)
        if characters is None:
            return None if count else ""
        run = "".join(self.draw(characters) for _ in range(min(count, MAX_DIFFERENT)))
        return run + run[-1:] * (count - len(run))


def _can_fit(size: tuple[int, int | None], low: int, high: int) -> bool:
    least, most = size
    return least <= high and (most is None or most >= low)


@lru_cache(maxsize=512)
def _characters(ranges: Ranges) -> st.SearchStrategy[str] | None:
    """Return a strategy of the characters in ranges, mostly plain; None without any."""
    if not ranges:
        return None
    plain = [char for char in _PLAIN_CHARACTERS if _is_in_ranges(char, ranges)]
    size = sum(last - first + 1 for first, last in ranges)
    if len(plain) == size:
        return st.sampled_from(plain)

    of_each_range = [
        st.characters(min_codepoint=first, max_codepoint=last, exclude_categories=["Cs"])
        for first, last in ranges[:20]
    ]
    of_all_ranges = of_each_range[0] if len(of_each_range) == 1 else st.one_of(of_each_range)
    if not plain:
        return of_all_ranges
    return st.one_of(st.sampled_from(plain), st.sampled_from(plain), of_all_ranges)


def _is_in_ranges(char: str, ranges: Ranges) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)
