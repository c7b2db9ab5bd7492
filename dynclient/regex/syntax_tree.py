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


class PatternError(ValueError):
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
class CharacterClass:
    """One character out of `ranges`; without any it matches nothing."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Concatenation:
    """The parts one after the other; without any it matches the empty text."""

    parts: tuple[PatternNode, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """One of two or more options."""

    alternatives: tuple[PatternNode, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`node` at least `min`, at most `max` times, None for no limit; `lazy` changes captures only, not what matches."""

    node: PatternNode
    min: int
    max: int | None
    is_lazy: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group, first index 1 (groups that do not capture leave no trace in the tree)."""

    node: PatternNode
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
    node: PatternNode | None = None


@dataclass(frozen=True, slots=True)
class Backreference:
    """The text that group `index` captured; the parser made sure that it did capture."""

    index: int


PatternNode: TypeAlias = (
    Literal
    | CharacterClass
    | Concatenation
    | Alternation
    | Repeat
    | Group
    | Assertion
    | Backreference
)


def get_children(node: PatternNode) -> tuple[PatternNode, ...]:
    """Return the nodes directly below, in the order of the source."""
    match node:
        case Concatenation(parts):
            return parts
        case Alternation(options):
            return options
        case Repeat(inner) | Group(inner):
            return (inner,)
        case Assertion(_, inner) if inner is not None:
            return (inner,)
    return ()


def walk(node: PatternNode) -> Iterator[PatternNode]:
    """Yield the node and everything below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(get_children(current)))


def is_linear(node: PatternNode) -> bool:
    r"""Tell whether a linear engine can do it: no look, no backreference, no `\b` (the engine's own is not ASCII)."""
    return not any(
        isinstance(part, Backreference) or _needs_backtracking(part) for part in walk(node)
    )


def _needs_backtracking(node: PatternNode) -> bool:
    return isinstance(node, Assertion) and node.kind not in {"start", "end"}


def compute_width(node: PatternNode) -> tuple[int, int | None]:  # noqa: PLR0911 - one for each kind of node
    """Return the fewest and most characters it can take up, None for no limit (a backreference is anything)."""
    match node:
        case Literal() | CharacterClass():
            return 1, 1
        case Concatenation(parts):
            return _add_widths([compute_width(part) for part in parts])
        case Alternation(options):
            widths = [compute_width(option) for option in options]
            return min(low for low, _ in widths), _find_upper_bound([high for _, high in widths])
        case Repeat(inner, least, most):
            low, high = compute_width(inner)
            return (
                low * least,
                0
                if high == 0 or most == 0
                else None
                if high is None or most is None
                else high * most,
            )
        case Group(inner):
            return compute_width(inner)
        case Backreference():
            return 0, None
    return 0, 0


def _add_widths(widths: list[tuple[int, int | None]]) -> tuple[int, int | None]:
    highs = [high for _, high in widths]
    return sum(low for low, _ in widths), None if None in highs else sum(
        high for high in highs if high is not None
    )


def _find_upper_bound(highs: list[int | None]) -> int | None:
    return None if None in highs else max(high for high in highs if high is not None)


def estimate_size(node: PatternNode) -> int:
    """Estimate the states of a compiled matcher, rather too high: repeats written out, a class by its UTF-8 bytes."""
    match node:
        case CharacterClass(ranges):
            return estimate_class_size(ranges)
        case Concatenation(parts) | Alternation(parts):
            return 1 + sum(estimate_size(part) + 1 for part in parts)
        case Repeat(inner, least, most):
            return 1 + (estimate_size(inner) + 1) * max(least + 1 if most is None else most, 1)
        case Group(inner):
            return estimate_size(inner)
        case Assertion(_, inner) if inner is not None:
            return 2 + estimate_size(inner)
    return 1


def estimate_class_size(ranges: Ranges) -> int:
    """Estimate the states of a class in UTF-8: all of ASCII is one, each range above costs by the lengths it spans."""
    total = 1
    for first, last in ranges:
        total += 2 * (first <= 0x7FF and last >= 0x80)  # noqa: PLR2004 - the borders of UTF-8's lengths
        total += 4 * (first <= 0xFFFF and last >= 0x800)  # noqa: PLR2004
        total += 5 * (last >= 0x10000)  # noqa: PLR2004
    return total
