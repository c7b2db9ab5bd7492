"""Builds a text for the tree of a pattern: the walk that each source of choices shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from dynclient.regex.syntax_tree import (
    Alternation,
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
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class MatchBuilder(ABC):
    """Builds texts for nodes within a range of lengths; remembers what groups captured.

    A subclass makes the choices. Lookarounds do not count: the matcher checks the text afterwards.
    """

    #: How many turns more than it must a repeat takes at most, and one of something empty.
    max_extra_turns: ClassVar[int]
    max_extra_empty_turns: ClassVar[int]

    def __init__(self) -> None:
        self.captures: dict[int, str] = {}

    @abstractmethod
    def choose_character(self, ranges: Ranges) -> str | None:
        """Return a character of a class; None where it has none."""

    @abstractmethod
    def choose_run(self, node: Literal | CharacterClass, count: int) -> str | None:
        """Return a run of characters of one class; None where it has none."""

    @abstractmethod
    def choose_count(self, fewest: int, largest: int) -> int:
        """Return a number of turns, both ends included."""

    @abstractmethod
    def order_alternatives(
        self, alternatives: tuple[PatternNode, ...], low: int, high: int
    ) -> Iterator[PatternNode]:
        """Yield those alternatives that can have such a length, in the order to try them in."""

    def build(self, node: PatternNode, low: int, high: int) -> str | None:  # noqa: PLR0911 - one for each kind of node
        """Return a text of `low` to `high` characters for a node; None where that failed."""
        match node:
            case Literal(char):
                return char if low <= 1 <= high else None
            case CharacterClass(ranges):
                return self.choose_character(ranges) if low <= 1 <= high else None
            case Concatenation(parts):
                return self._build_sequence(parts, low, high)
            case Alternation(alternatives):
                return self._build_alternative(alternatives, low, high)
            case Repeat():
                return self._build_repeat(node, low, high)
            case Group():
                return self._build_group(node, low, high)
            case Backreference(index):
                return self.captures.get(index, "")
        return _build_empty(low)

    def _build_group(self, node: Group, low: int, high: int) -> str | None:
        text = self.build(node.node, low, high)
        self.captures[node.index] = text or ""
        return text

    def _build_alternative(
        self, alternatives: tuple[PatternNode, ...], low: int, high: int
    ) -> str | None:
        for alternative in self.order_alternatives(alternatives, low, high):
            text = self.build(alternative, low, high)
            if text is not None:
                return text
        return None

    def _build_sequence(self, parts: tuple[PatternNode, ...], low: int, high: int) -> str | None:
        widths = [compute_width(part) for part in parts]
        # The fewest and most characters that the parts after this one can have.
        rest_low = sum(least for least, _ in widths)
        rest_high = sum(_limit_width(width, high) for width in widths)
        texts: list[str] = []
        for part, width in zip(parts, widths, strict=True):
            least, most = width[0], _limit_width(width, high)
            rest_low -= least
            rest_high -= most
            text = self.build(part, max(least, low - rest_high), min(most, high - rest_low))
            if text is None or len(text) > high:
                return None
            texts.append(text)
            low = max(low - len(text), 0)
            high -= len(text)
        return "".join(texts) if low == 0 else None

    def _build_repeat(self, node: Repeat, low: int, high: int) -> str | None:
        width = compute_width(node.node)
        if width[1] == 0 or node.max == 0:
            return _build_empty(low)
        count = self._choose_turns(node, width, low, high)
        if count is None:
            return None
        if isinstance(node.node, Literal | CharacterClass):
            return self.choose_run(node.node, count)
        return self._build_sequence((node.node,) * count, low, high)

    def _choose_turns(self, node: Repeat, width: Width, low: int, high: int) -> int | None:
        """Return how many turns a repeat takes; None where no number of turns has the length."""
        least, most = width
        needed = -(-low // most) if most else min(low, 1)
        fewest = max(node.min, needed)
        limits = [fewest + self.max_extra_turns]
        limits.append(high // least if least else fewest + self.max_extra_empty_turns)
        if node.max is not None:
            limits.append(node.max)
        largest = min(limits)
        if fewest > largest:
            return None
        return self.choose_count(fewest, largest)


def _build_empty(low: int) -> str | None:
    return "" if low == 0 else None


def _limit_width(width: Width, high: int) -> int:
    """Return the most characters of a node; `high` where nothing else limits them."""
    _, most = width
    return high if most is None else most


def can_have_length(node: PatternNode, low: int, high: int) -> bool:
    """Tell whether a text of a node can have `low` to `high` characters."""
    least, most = compute_width(node)
    return least <= high and (most is None or most >= low)
