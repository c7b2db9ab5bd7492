"""What of a pattern is still to be matched: a node, and the continuation after it."""

from __future__ import annotations

from typing import NamedTuple

from dynclient.regex.automata.automata_errors import NotRegular
from dynclient.regex.syntax_tree import (
    Alternation,
    Concatenation,
    Group,
    PatternNode,
    Repeat,
)

#: The number of the continuation after which nothing more has to be matched.
FINISHED = 0
#: Stands for the turns left of a repeat without an upper limit.
_UNLIMITED = -1


class Continuation(NamedTuple):
    """A node that is still to be matched, and the number of the continuation after it.

    `low` and `high` are the turns left of a repeat (-1: no limit). In a concatenation, `low` is the
    index of the part to go on with.
    """

    node: PatternNode
    low: int
    high: int
    rest: int


class ContinuationTable:
    """Gives each continuation of one tree a number, so that equal ones are recognised cheaply.

    Args:
        tree: the tree; the table keeps it alive, because it tells nodes apart by identity.

    """

    def __init__(self, tree: PatternNode) -> None:
        self._tree = tree
        self._continuations = [Continuation(Concatenation(()), 0, 0, FINISHED)]
        self._numbers: dict[tuple[int, int, int, int], int] = {}

    def __getitem__(self, number: int) -> Continuation:
        return self._continuations[number]

    def start(self, node: PatternNode, rest: int) -> int:
        """Return the number of the continuation that matches a whole node and then `rest`."""
        if isinstance(node, Repeat):
            high = _UNLIMITED if node.max is None else node.max
            return self._intern(node, rest, node.min, high)
        return self._intern(node, rest)

    def expand(self, number: int) -> list[int]:
        """Return the continuations that stand for one whose node is not a character or assertion.

        Raises:
            NotRegular: the node is a backreference.

        """
        node, low, high, rest = self._continuations[number]
        match node:
            case Concatenation(parts):
                after_part = self._intern(node, rest, low + 1)
                return [self.start(parts[low], after_part)]
            case Alternation(alternatives):
                return [self.start(alternative, rest) for alternative in alternatives]
            case Repeat(inner):
                return self._expand_repeat(node, inner, low, high, rest)
            case Group(inner):
                return [self.start(inner, rest)]
        raise NotRegular("a backreference makes it no regular pattern")

    def _expand_repeat(
        self, node: PatternNode, inner: PatternNode, low: int, high: int, rest: int
    ) -> list[int]:
        continuations = [rest] if low == 0 else []
        if high:
            after_turn = self._intern(node, rest, max(low - 1, 0), max(high - 1, _UNLIMITED))
            continuations.append(self.start(inner, after_turn))
        return continuations

    def _intern(self, node: PatternNode, rest: int, low: int = 0, high: int = 0) -> int:
        if isinstance(node, Concatenation) and low == len(node.parts):
            return rest
        key = (id(node), low, high, rest)
        if key not in self._numbers:
            self._numbers[key] = len(self._continuations)
            self._continuations.append(Continuation(node, low, high, rest))
        return self._numbers[key]
