"""Refuses backreferences that do not mean the same in every engine.

They mean the same if the group has certainly taken part in the match, exactly once.
"""

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
    contains,
    walk,
)

_GroupIndexes = frozenset[int]


def check_backreferences(node: PatternNode) -> None:
    """Refuse a reference to a group that may be unset, unfinished or reset when it is reached.

    There ECMA-262 matches the empty text, and it forgets captures with each turn of a repeat. Other
    engines do neither.

    Raises:
        PatternError: there is such a reference.

    """
    if contains(node, Backreference):
        _find_captured_groups(node, frozenset())


def _find_captured_groups(node: PatternNode, before: _GroupIndexes) -> _GroupIndexes:
    """Return the groups that have certainly captured after `node`, from those before it."""
    match node:
        case Backreference(index):
            _require_captured(index, before)
        case Concatenation(parts):
            for part in parts:
                before = _find_captured_groups(part, before)
        case Alternation(alternatives):
            captured = [_find_captured_groups(inner, before) for inner in alternatives]
            return frozenset.intersection(*captured)
        case Repeat(inner, least, most):
            after = _find_captured_groups(inner, before)
            return after if (least, most) == (1, 1) else before
        case Group(inner, index):
            return _find_captured_groups(inner, before) | {index}
        case Assertion(_, inner) if inner is not None:
            return _find_captured_by_lookaround(node, inner, before)
    return before


def _find_captured_by_lookaround(
    node: Assertion, inner: PatternNode, before: _GroupIndexes
) -> _GroupIndexes:
    if node.is_lookbehind:
        # It is read from right to left, so a group in it is not finished yet.
        for part in walk(inner):
            if isinstance(part, Backreference):
                _require_captured(part.index, before)
        return before
    after = _find_captured_groups(inner, before)
    return after if node.kind == "ahead" else before


def _require_captured(index: int, captured: _GroupIndexes) -> None:
    if index not in captured:
        raise PatternError(f"group {index} may not have matched where it is referred to")
