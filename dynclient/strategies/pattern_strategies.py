"""Texts that match a pattern of ECMA-262: drawn from its tree, so that they shrink to its shortest, plainest match."""

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
#: How often a text is drawn anew before the sampler is asked.
MAX_MATCH_ATTEMPTS = 3
MAX_MATCH_LENGTH = 100_000

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
    ceiling = min([MAX_MATCH_LENGTH, *(limit for limit in (most, high) if limit is not None)])
    if least > ceiling:
        return None
    for _ in range(MAX_MATCH_ATTEMPTS):
        text = _MatchDrawer(draw).draw_node(pattern.node, min(max(low, least), ceiling), ceiling)
        text = None if text is None else _add_surroundings(draw, pattern.node, text, low, high)
        if (
            text is not None
            and low <= len(text) <= (high or MAX_MATCH_LENGTH)
            and pattern.search(text)
        ):
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
    """Return a match with text around it, where the pattern does not ask for the ends; filled up to a length."""
    if _has_assertion(node):
        return text
    if draw(_EIGHT_SIDES) == _RARE_SIDE:
        around = draw(st.text(_PLAIN_CHARACTERS, max_size=4))
        text = text + around if high is None or len(text) + len(around) <= high else text
    return text + "a" * (low - len(text))


_RARE_SIDE = 7


@lru_cache(maxsize=512)
def _has_assertion(node: PatternNode) -> bool:
    return any(isinstance(part, Assertion) for part in walk(node))


class _MatchDrawer:
    """Draws one text for a tree; remembers what groups captured."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.captures: dict[int, str] = {}

    def draw_node(self, node: PatternNode, low: int, high: int) -> str | None:  # noqa: PLR0911 (one for each kind of node)
        """Return a text of `low` to `high` characters for a node (looks aside), None where that failed."""
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
        fitting = [o for o in options if _can_fit(compute_width(o), low, high)]
        while fitting:
            option = fitting.pop(self.draw(st.integers(0, len(fitting) - 1)))
            text = self.draw_node(option, low, high)
            if text is not None:
                return text
        return None

    def _draw_sequence(self, parts: tuple[PatternNode, ...], low: int, high: int) -> str | None:
        widths = [compute_width(part) for part in parts]
        rest_low = sum(least for least, _ in widths)
        rest_high = sum(high if most is None else most for _, most in widths)
        texts: list[str] = []
        for part, (least, most) in zip(parts, widths, strict=True):
            rest_low -= least
            rest_high -= high if most is None else most
            upper = high - rest_low if most is None else min(most, high - rest_low)
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
        fewest = max(node.min, -(-low // most) if most else min(low, 1))
        largest = min(
            high // least if least else fewest + MAX_EXTRA_REPEATS, fewest + MAX_EXTRA_REPEATS
        )
        largest = largest if node.max is None else min(largest, node.max)
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
        drawn = [self.draw(characters) for _ in range(min(count, 40))]
        return "".join(drawn) + (drawn[-1] * (count - len(drawn)) if drawn else "")


def _can_fit(size: tuple[int, int | None], low: int, high: int) -> bool:
    least, most = size
    return least <= high and (most is None or most >= low)


@lru_cache(maxsize=512)
def _characters(ranges: Ranges) -> st.SearchStrategy[str] | None:
    """Return a strategy of a class's characters: mostly plain ones, sometimes any; None for the empty class."""
    if not ranges:
        return None
    plain = [
        char
        for char in _PLAIN_CHARACTERS
        if any(first <= ord(char) <= last for first, last in ranges)
    ]
    wide = [
        st.characters(min_codepoint=a, max_codepoint=b, exclude_categories=["Cs"])
        for a, b in ranges[:20]
    ]
    others = wide[0] if len(wide) == 1 else st.one_of(wide)
    size = sum(last - first + 1 for first, last in ranges)
    if len(plain) == size:
        return st.sampled_from(plain)
    return st.one_of(st.sampled_from(plain), st.sampled_from(plain), others) if plain else others
