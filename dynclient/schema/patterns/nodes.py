"""The tree of a pattern, and what can be told from it: width, size, linearity.

The alphabet is Unicode scalar values: a lone surrogate is no character, so no class holds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Sorted, disjoint, non-touching (first, last) code points, both included; surrogates never among them.
Ranges: TypeAlias = tuple[tuple[int, int], ...]


class BadPattern(ValueError):
    """Tell that a pattern cannot be read with one sure meaning, or is too large to be matched safely.

    Args:
        message: what is wrong, without the pattern itself.
        position: index into the pattern, in code points, where it goes wrong.
        hint: how to write it instead, "" where there is no advice.

    """

    def __init__(self, message: str, position: int = 0, hint: str = "") -> None:
        super().__init__(message, position, hint)
        self.message = message
        self.position = position
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} at position {self.position}" + (
            f"; {self.hint}" if self.hint else ""
        )


@dataclass(frozen=True, slots=True)
class Literal:
    """One character."""

    char: str

    @property
    def ranges(self) -> Ranges:
        """The character as a class of one."""
        return ((ord(self.char), ord(self.char)),)


@dataclass(frozen=True, slots=True)
class CharClass:
    """One character out of `ranges`; without any it matches nothing."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """The parts one after the other; without any it matches the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """One of two or more options."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`node` at least `min`, at most `max` times, None for no limit; `lazy` changes captures only, not what matches."""

    node: Node
    min: int
    max: int | None
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group, first index 1 (groups that do not capture leave no trace in the tree)."""

    node: Node
    index: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A place, not a character: very start and end of the text, ASCII word boundary, or what stands ahead or behind.

    `node` is given for the four looks only.
    """

    kind: OneOf[
        "start", "end", "boundary", "not boundary", "ahead", "not ahead", "behind", "not behind"
    ]
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Backreference:
    """The text that group `index` captured; the parser made sure that it did capture."""

    index: int


Node: TypeAlias = (
    Literal | CharClass | Sequence | Alternation | Repeat | Group | Assertion | Backreference
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below, in the order of the source."""
    match node:
        case Sequence(parts):
            return parts
        case Alternation(options):
            return options
        case Repeat(inner) | Group(inner):
            return (inner,)
        case Assertion(_, inner) if inner is not None:
            return (inner,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def is_linear(node: Node) -> bool:
    r"""Tell whether a linear engine can do it: no look, no backreference, no `\b` (the engine's own is not ASCII)."""
    return not any(isinstance(part, Backreference) or _looks(part) for part in walk(node))


def _looks(node: Node) -> bool:
    return isinstance(node, Assertion) and node.kind not in {"start", "end"}


def width(node: Node) -> tuple[int, int | None]:  # noqa: PLR0911 - one for each kind of node
    """Return the fewest and most characters it can take up, None for no limit (a backreference is anything)."""
    match node:
        case Literal() | CharClass():
            return 1, 1
        case Sequence(parts):
            return _sum([width(part) for part in parts])
        case Alternation(options):
            widths = [width(option) for option in options]
            return min(low for low, _ in widths), _most([high for _, high in widths])
        case Repeat(inner, least, most):
            low, high = width(inner)
            return (
                low * least,
                0
                if high == 0 or most == 0
                else None
                if high is None or most is None
                else high * most,
            )
        case Group(inner):
            return width(inner)
        case Backreference():
            return 0, None
    return 0, 0


def _sum(widths: list[tuple[int, int | None]]) -> tuple[int, int | None]:
    highs = [high for _, high in widths]
    return sum(low for low, _ in widths), None if None in highs else sum(
        high for high in highs if high is not None
    )


def _most(highs: list[int | None]) -> int | None:
    return None if None in highs else max(high for high in highs if high is not None)


def size(node: Node) -> int:
    """Estimate the states of a compiled matcher, rather too high: repeats written out, a class by its UTF-8 bytes."""
    match node:
        case CharClass(ranges):
            return class_size(ranges)
        case Sequence(parts) | Alternation(parts):
            return 1 + sum(size(part) + 1 for part in parts)
        case Repeat(inner, least, most):
            return 1 + (size(inner) + 1) * max(least + 1 if most is None else most, 1)
        case Group(inner):
            return size(inner)
        case Assertion(_, inner) if inner is not None:
            return 2 + size(inner)
    return 1


def class_size(ranges: Ranges) -> int:
    """Estimate the states of a class in UTF-8: all of ASCII is one, each range above costs by the lengths it spans."""
    total = 1
    for first, last in ranges:
        total += 2 * (first <= 0x7FF and last >= 0x80)  # noqa: PLR2004 - the borders of UTF-8's lengths
        total += 4 * (first <= 0xFFFF and last >= 0x800)  # noqa: PLR2004
        total += 5 * (last >= 0x10000)  # noqa: PLR2004
    return total
