"""Backreferences that mean the same in every engine: to a group that surely took part, just once."""

from __future__ import annotations

from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    Concatenation,
    Group,
    PatternError,
    PatternNode,
    Repeat,
    walk,
)

_GroupIndexes = frozenset[int]


def check_backreferences(node: PatternNode) -> None:
    """Refuse a reference to a group that may be unset, unfinished or reset when it is reached.

    ECMA-262 matches the empty text there and forgets captures with each turn of a repeat; other engines do neither.

    Raises:
        BadPattern: there is such a reference.

    """
    if any(isinstance(part, Backreference) for part in walk(node)):
        _find_captured_groups(node, frozenset())


def _find_captured_groups(node: PatternNode, before: _GroupIndexes) -> _GroupIndexes:
    """Return the groups that surely have captured after `node`, given those before it."""
    match node:
        case Backreference(index):
            _require_captured(index, before)
        case Concatenation(parts):
            for part in parts:
                before = _find_captured_groups(part, before)
        case Alternation(options):
            return frozenset.intersection(
                *(_find_captured_groups(option, before) for option in options)
            )
        case Repeat(inner, least, most):
            after = _find_captured_groups(inner, before)
            return after if (least, most) == (1, 1) else before
        case Group(inner, index):
            return _find_captured_groups(inner, before) | {index}
        case Assertion():
            return _find_captured_by_lookaround(node, before)
    return before


def _find_captured_by_lookaround(node: Assertion, before: _GroupIndexes) -> _GroupIndexes:
    if node.node is None:
        return before
    if node.kind in {
        "behind",
        "not behind",
    }:  # read from right to left: a group in it is not finished yet
        for part in walk(node.node):
            if isinstance(part, Backreference):
                _require_captured(part.index, before)
        return before
    after = _find_captured_groups(node.node, before)
    return after if node.kind == "ahead" else before


def _require_captured(index: int, known: _GroupIndexes) -> None:
    if index not in known:
        raise PatternError(f"group {index} may not have matched where it is referred to")
