"""The syntax tree of a pattern, and what follows from it: width, size, linearity.

The alphabet is Unicode scalar values: a lone surrogate is no character, so no class holds one.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias
from typing import Literal as OneOf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: (first, last) code points, both included: sorted, disjoint, not touching, without surrogates.
Ranges: TypeAlias = tuple[tuple[int, int], ...]
#: The fewest and the most characters of a match; None: no limit.
Width: TypeAlias = tuple[int, int | None]

#: The last code points that UTF-8 writes in one, two and three bytes.
_LAST_OF_ONE_BYTE, _LAST_OF_TWO_BYTES, _LAST_OF_THREE_BYTES = 0x7F, 0x7FF, 0xFFFF


class PatternError(ValueError):
    """A pattern has no single sure meaning, or is too large to be matched safely.

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
        text = f"{self.message} at position {self.position}"
        return f"{text}; {self.hint}" if self.hint else text


class SyntaxNode:
    """What all nodes share: two are equal where their kind and their parts are; none changes.

    They are no dataclasses, which would take longer to define than most patterns to parse.
    """

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()
    _get_parts: ClassVar[attrgetter[Any]]

    def __init_subclass__(cls) -> None:
        cls._get_parts = attrgetter(*cls.__match_args__)

    def __eq__(self, other: object) -> bool:
        get_parts = self._get_parts
        return type(self) is type(other) and get_parts(self) == get_parts(other)

    def __hash__(self) -> int:
        return hash(self._get_parts(self))

    def __repr__(self) -> str:
        parts = [f"{name}={getattr(self, name)!r}" for name in self.__match_args__]
        return f"{type(self).__name__}({', '.join(parts)})"


class Literal(SyntaxNode):
    """One character."""

    __slots__ = ("char",)
    __match_args__ = ("char",)

    def __init__(self, char: str) -> None:
        self.char = char

    @property
    def ranges(self) -> Ranges:
        """The character as a class of one."""
        code = ord(self.char)
        return ((code, code),)


class CharacterClass(SyntaxNode):
    """One character of `ranges`; a class without characters matches nothing."""

    __slots__ = ("ranges",)
    __match_args__ = ("ranges",)

    def __init__(self, ranges: Ranges) -> None:
        self.ranges = ranges


class Concatenation(SyntaxNode):
    """The parts one after the other; without parts it matches the empty text."""

    __slots__ = ("parts",)
    __match_args__ = ("parts",)

    def __init__(self, parts: tuple[PatternNode, ...]) -> None:
        self.parts = parts


class Alternation(SyntaxNode):
    """One of two or more alternatives."""

    __slots__ = ("alternatives",)
    __match_args__ = ("alternatives",)

    def __init__(self, alternatives: tuple[PatternNode, ...]) -> None:
        self.alternatives = alternatives


class Repeat(SyntaxNode):
    """`node` at least `min` and at most `max` times, None for no limit.

    A lazy repeat changes what groups capture, not what the pattern matches.
    """

    __slots__ = ("is_lazy", "max", "min", "node")
    __match_args__ = ("node", "min", "max", "is_lazy")

    def __init__(
        self,
        node: PatternNode,
        min: int,  # noqa: A002 (as the pattern has it)
        max: int | None,  # noqa: A002 (as above)
        is_lazy: bool = False,
    ) -> None:
        self.node = node
        self.min = min
        self.max = max
        self.is_lazy = is_lazy


class Group(SyntaxNode):
    """A capturing group, first index 1 (groups that do not capture leave no trace in the tree)."""

    __slots__ = ("index", "name", "node")
    __match_args__ = ("node", "index", "name")

    def __init__(self, node: PatternNode, index: int, name: str | None = None) -> None:
        self.node = node
        self.index = index
        self.name = name


AssertionKind: TypeAlias = OneOf[
    "start", "end", "boundary", "not boundary", "ahead", "not ahead", "behind", "not behind"
]


class Assertion(SyntaxNode):
    """A condition on a position of the text, without a character of its own.

    `start` and `end` are the very ends of the text, boundaries are those of ASCII words. `node` is
    given for the four lookarounds only.

    Source: ECMA-262 §22.2.1 Assertion.
    """

    __slots__ = ("kind", "node")
    __match_args__ = ("kind", "node")

    def __init__(self, kind: AssertionKind, node: PatternNode | None = None) -> None:
        self.kind = kind
        self.node = node

    @property
    def is_lookbehind(self) -> bool:
        """Whether it looks at the text before its position."""
        return self.kind in {"behind", "not behind"}


class Backreference(SyntaxNode):
    """The text that group `index` captured; the parser checks that the group has captured."""

    __slots__ = ("index",)
    __match_args__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


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
        case Alternation(alternatives):
            return alternatives
        case Repeat(inner) | Group(inner):
            return (inner,)
        case Assertion(_, inner) if inner is not None:
            return (inner,)
    return ()


def walk(node: PatternNode) -> Iterator[PatternNode]:
    """Yield the node and everything below it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(get_children(current)))


def contains(node: PatternNode, kind: type[PatternNode]) -> bool:
    """Tell whether a node, or a node below it, is of a kind."""
    return any(isinstance(part, kind) for part in walk(node))


def unwrap_groups(node: PatternNode) -> PatternNode:
    """Return the first node that is not a capturing group."""
    while isinstance(node, Group):
        node = node.node
    return node


def list_alternatives(node: PatternNode) -> tuple[PatternNode, ...]:
    """Return the alternatives of an alternation; any other node is its only one."""
    return node.alternatives if isinstance(node, Alternation) else (node,)


def list_parts(node: PatternNode) -> tuple[PatternNode, ...]:
    """Return the parts of a concatenation; any other node is its only one."""
    return node.parts if isinstance(node, Concatenation) else (node,)


def build_alternation(alternatives: tuple[PatternNode, ...]) -> PatternNode:
    """Return the alternation of one or more nodes."""
    return alternatives[0] if len(alternatives) == 1 else Alternation(alternatives)


def is_linear(node: PatternNode) -> bool:
    r"""Tell whether an engine of linear time can match it.

    It has no lookaround, no backreference and no `\b`: the engine's own `\b` is not ASCII.
    """
    return not any(_needs_backtracking(part) for part in walk(node))


def _needs_backtracking(node: PatternNode) -> bool:
    match node:
        case Backreference():
            return True
        case Assertion(kind):
            return kind not in {"start", "end"}
    return False


def compute_width(node: PatternNode) -> Width:  # noqa: PLR0911 - one for each kind of node
    """Return the fewest and the most characters that a node can match, None for no limit.

    A backreference counts as anything.
    """
    match node:
        case Literal() | CharacterClass():
            return 1, 1
        case Concatenation(parts):
            return _combine_widths(parts, sum, sum)
        case Alternation(alternatives):
            return _combine_widths(alternatives, min, max)
        case Repeat(inner, least, most):
            return _multiply_width(compute_width(inner), least, most)
        case Group(inner):
            return compute_width(inner)
        case Backreference():
            return 0, None
    return 0, 0


def _combine_widths(
    nodes: tuple[PatternNode, ...],
    combine_lows: Callable[[list[int]], int],
    combine_highs: Callable[[list[int]], int],
) -> Width:
    """Return the width of several nodes; it has no limit where one of them has none."""
    widths = [compute_width(node) for node in nodes]
    low = combine_lows([low for low, _ in widths])
    highs = [high for _, high in widths if high is not None]
    return low, combine_highs(highs) if len(highs) == len(widths) else None


def _multiply_width(width: Width, least: int, most: int | None) -> Width:
    low, high = width
    if high == 0 or most == 0:
        return low * least, 0
    if high is None or most is None:
        return low * least, None
    return low * least, high * most


def estimate_size(node: PatternNode) -> int:
    """Estimate the states of a compiled matcher, rather too high.

    Repeats count as written out, a class by its UTF-8 bytes.
    """
    match node:
        case CharacterClass(ranges):
            return estimate_class_size(ranges)
        case Concatenation(parts) | Alternation(parts):
            return 1 + sum(estimate_size(part) + 1 for part in parts)
        case Repeat(inner, least, most):
            turns = least + 1 if most is None else most
            return 1 + (estimate_size(inner) + 1) * max(turns, 1)
        case Group(inner):
            return estimate_size(inner)
        case Assertion(_, inner) if inner is not None:
            return 2 + estimate_size(inner)
    return 1


def estimate_class_size(ranges: Ranges) -> int:
    """Estimate the states of a class in UTF-8.

    All of ASCII is one state. Each range above costs by the lengths of encoding that it spans.
    """
    size = 1
    for first, last in ranges:
        if first <= _LAST_OF_TWO_BYTES and last > _LAST_OF_ONE_BYTE:
            size += 2
        if first <= _LAST_OF_THREE_BYTES and last > _LAST_OF_TWO_BYTES:
            size += 4
        if last > _LAST_OF_THREE_BYTES:
            size += 5
    return size
