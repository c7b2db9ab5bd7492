"""Texts that match a pattern of ECMA-262, drawn from its tree: they shrink to a short match."""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import lru_cache

from hypothesis import strategies as st

from dynclient import regex
from dynclient.regex.match_builder import MatchBuilder, can_have_length
from dynclient.regex.syntax_tree import (
    Assertion,
    CharacterClass,
    Literal,
    PatternNode,
    Ranges,
    compute_width,
    walk,
)

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
        text = _DrawnMatchBuilder(draw).build(pattern.node, floor, ceiling)
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


class _DrawnMatchBuilder(MatchBuilder):
    """Builds texts by the choices of Hypothesis."""

    max_extra_turns = 6
    max_extra_empty_turns = 6

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__()
        self.draw = draw

    def choose_character(self, ranges: Ranges) -> str | None:
        characters = _characters(ranges)
        return None if characters is None else self.draw(characters)

    def choose_run(self, node: Literal | CharacterClass, count: int) -> str | None:
        """Return a run of one class; of a long one only the first characters differ."""
        characters = _characters(node.ranges)
        if characters is None:
            return None if count else ""
        run = "".join(self.draw(characters) for _ in range(min(count, MAX_DIFFERENT)))
        return run + run[-1:] * (count - len(run))

    def choose_count(self, fewest: int, largest: int) -> int:
        return self.draw(st.integers(fewest, largest))

    def order_alternatives(
        self, alternatives: tuple[PatternNode, ...], low: int, high: int
    ) -> Iterator[PatternNode]:
        remaining = [node for node in alternatives if can_have_length(node, low, high)]
        while remaining:
            yield remaining.pop(self.draw(st.integers(0, len(remaining) - 1)))


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
