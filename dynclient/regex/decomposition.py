"""Splits a search into simpler ones: `^(?!A)(?=B)C` is `^C` and `^B` and not `^A`.

The simpler searches are linear as a rule, where the whole is not.
"""

from __future__ import annotations

from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    CharacterClass,
    Concatenation,
    Literal,
    PatternNode,
    Repeat,
    compute_width,
    contains,
    list_parts,
    unwrap_groups,
)

_START, _END = Assertion("start"), Assertion("end")
_EMPTY = Concatenation(())

#: Whether a search must succeed (True) or fail (False), and its tree.
_SignedTree = tuple[bool, PatternNode]


def split_search(node: PatternNode) -> list[tuple[bool, PatternNode]]:
    """Return the (is_positive, tree) pairs whose conjunction a search is.

    A text has a match exactly when each positive tree is found in it and no other is. Lookarounds
    are split off where they stand at the start (`^(?=…)`), at the end (`(?<!…)$`) or in front of
    each character (`^(?:(?!…).)*$`). A pattern that has them elsewhere comes back as it is.
    """
    if not isinstance(node, Concatenation) or contains(node, Backreference):
        return [(True, trim(node))]
    parts = list(node.parts)
    lookarounds = [
        *_split_leading_lookaheads(parts),
        *_split_trailing_lookbehinds(parts),
        *_split_guarded_repeat(parts),
    ]
    searches = [(True, Concatenation(tuple(parts))), *lookarounds]
    return [(is_positive, trim(tree)) for is_positive, tree in searches]


def _split_leading_lookaheads(parts: list[PatternNode]) -> list[_SignedTree]:
    """Take the lookaheads at the start off the parts, and return them as searches."""
    searches: list[_SignedTree] = []
    while parts[:1] == [_START] and len(parts) > 1:
        match parts[1]:
            case Assertion("ahead" | "not ahead" as kind, inner) if inner is not None:
                searches.append((kind == "ahead", Concatenation((_START, *list_parts(inner)))))
                del parts[1]
            case _:
                break
    return searches


def _split_trailing_lookbehinds(parts: list[PatternNode]) -> list[_SignedTree]:
    """Take the lookbehinds at the end off the parts, and return them as searches."""
    searches: list[_SignedTree] = []
    while parts[-1:] == [_END] and len(parts) > 1:
        match parts[-2]:
            case Assertion("behind" | "not behind" as kind, inner) if inner is not None:
                searches.append((kind == "behind", Concatenation((*list_parts(inner), _END))))
                del parts[-2]
            case _:
                break
    return searches


def _split_guarded_repeat(parts: list[PatternNode]) -> list[_SignedTree]:
    """Take the lookahead off `^(?:(?!X).)*$`, and return it as a search.

    Every match of X starts before some character, if X matches at least one itself.
    """
    match parts:
        case [start, Repeat(inner, least, most, is_lazy), end] if (start, end) == (_START, _END):
            match unwrap_groups(inner):
                case Concatenation(
                    (Assertion("not ahead", unwanted), CharacterClass() | Literal() as char)
                ) if unwanted is not None and _can_be_searched_alone(unwanted):
                    parts[1] = Repeat(char, least, most, is_lazy)
                    return [(False, unwanted)]
    return []


def _can_be_searched_alone(node: PatternNode) -> bool:
    low, _ = compute_width(node)
    return low > 0 and not contains(node, Assertion)


def trim(node: PatternNode) -> PatternNode:
    """Return a simpler tree that is found in the same texts.

    A repeat at an open end need not take more than its fewest turns.
    """
    match node:
        case Alternation(alternatives):
            return Alternation(tuple(map(trim, alternatives)))
        case Repeat(inner, least, _, is_lazy):
            return Repeat(inner, least, least, is_lazy) if least else _EMPTY
        case Concatenation(parts) if parts and not contains(node, Backreference):
            return Concatenation(_trim_ends(parts))
    return node


def _trim_ends(parts: tuple[PatternNode, ...]) -> tuple[PatternNode, ...]:
    trimmed_parts = list(parts)
    for index in {0, len(parts) - 1}:
        if isinstance(parts[index], Repeat):
            trimmed_parts[index] = trim(parts[index])
    return tuple(part for part in trimmed_parts if part != _EMPTY)
