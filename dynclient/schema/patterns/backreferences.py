"""Backreferences that mean the same in every engine: to a group that surely took part, just once."""

from __future__ import annotations

from dynclient.schema.patterns.nodes import (
    Alternation,
    Assertion,
    Backreference,
    BadPattern,
    Group,
    Node,
    Repeat,
    Sequence,
    walk,
)

_Groups = frozenset[int]


def check_backreferences(node: Node) -> None:
    """Refuse a reference to a group that may be unset, unfinished or reset when it is reached.

    ECMA-262 matches the empty text there and forgets captures with each turn of a repeat; other engines do neither.

    Raises:
        BadPattern: there is such a reference.

    """
    if any(isinstance(part, Backreference) for part in walk(node)):
        _captured(node, frozenset())


def _captured(node: Node, before: _Groups) -> _Groups:
    """Return the groups that surely have captured after `node`, given those before it."""
    match node:
        case Backreference(index):
            _require(index, before)
        case Sequence(parts):
            for part in parts:
                before = _captured(part, before)
        case Alternation(options):
            return frozenset.intersection(*(_captured(option, before) for option in options))
        case Repeat(inner, least, most):
            after = _captured(inner, before)
            return after if (least, most) == (1, 1) else before
        case Group(inner, index):
            return _captured(inner, before) | {index}
        case Assertion():
            return _looked(node, before)
    return before


def _looked(node: Assertion, before: _Groups) -> _Groups:
    if node.node is None:
        return before
    if node.kind in {
        "behind",
        "not behind",
    }:  # read from right to left: a group in it is not finished yet
        for part in walk(node.node):
            if isinstance(part, Backreference):
                _require(part.index, before)
        return before
    after = _captured(node.node, before)
    return after if node.kind == "ahead" else before


def _require(index: int, known: _Groups) -> None:
    if index not in known:
        raise BadPattern(f"group {index} may not have matched where it is referred to")
