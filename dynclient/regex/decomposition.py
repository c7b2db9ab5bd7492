"""Take a search apart into simpler, as a rule linear ones: `^(?!A)(?=B)C` is `^C` and `^B` and not `^A`."""

from __future__ import annotations

from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    CharacterClass,
    Concatenation,
    Group,
    Literal,
    PatternNode,
    Repeat,
    compute_width,
    walk,
)

_START, _END = Assertion("start"), Assertion("end")


def split_search(node: PatternNode) -> list[tuple[bool, PatternNode]]:
    """Return (wanted, tree) pairs: a text has a match exactly when each wanted tree is found in it, and no other is.

    Looks are split off where they stand at the start (`^(?=…)`), at the end (`(?<!…)$`) or in front of each character
    (`^(?:(?!…).)*$`); a pattern that has them elsewhere comes back as one term.
    """
    if not isinstance(node, Concatenation) or any(
        isinstance(part, Backreference) for part in walk(node)
    ):
        return [(True, trim(node))]
    parts = list(node.parts)
    terms = (
        _split_leading_lookaheads(parts)
        + _split_trailing_lookbehinds(parts)
        + _split_guarded_repeat(parts)
    )
    return [
        (True, trim(Concatenation(tuple(parts)))),
        *((wanted, trim(term)) for wanted, term in terms),
    ]


def _split_leading_lookaheads(parts: list[PatternNode]) -> list[tuple[bool, PatternNode]]:
    terms: list[tuple[bool, PatternNode]] = []
    while parts[:1] == [_START] and len(parts) > 1:
        match parts[1]:
            case Assertion("ahead" | "not ahead" as kind, inner) if inner is not None:
                terms.append((kind == "ahead", _concatenate(_START, inner)))
                del parts[1]
            case _:
                break
    return terms


def _split_trailing_lookbehinds(parts: list[PatternNode]) -> list[tuple[bool, PatternNode]]:
    terms: list[tuple[bool, PatternNode]] = []
    while parts[-1:] == [_END] and len(parts) > 1:
        match parts[-2]:
            case Assertion("behind" | "not behind" as kind, inner) if inner is not None:
                terms.append((kind == "behind", _concatenate(inner, _END)))
                del parts[-2]
            case _:
                break
    return terms


def _split_guarded_repeat(parts: list[PatternNode]) -> list[tuple[bool, PatternNode]]:
    """Split `^(?:(?!X).)*$`: every match of X starts before some character, if it takes up at least one itself."""
    match parts:
        case [start, Repeat(inner, least, most, lazy), end] if (start, end) == (_START, _END):
            match inner.node if isinstance(inner, Group) else inner:
                case Concatenation(
                    (Assertion("not ahead", unwanted), CharacterClass() | Literal() as char)
                ) if (
                    unwanted is not None
                    and compute_width(unwanted)[0] > 0
                    and not _has_assertion(unwanted)
                ):
                    parts[1] = Repeat(char, least, most, lazy)
                    return [(False, unwanted)]
    return []


def _has_assertion(node: PatternNode) -> bool:
    return any(isinstance(part, Assertion) for part in walk(node))


def _concatenate(*parts: PatternNode) -> PatternNode:
    flat = [
        inner
        for part in parts
        for inner in (part.parts if isinstance(part, Concatenation) else (part,))
    ]
    return Concatenation(tuple(flat))


def trim(node: PatternNode) -> PatternNode:
    """Return a tree found in the same texts: a repeat at an open end need only be there the fewest times."""
    match node:
        case Alternation(options):
            return Alternation(tuple(map(trim, options)))
        case Repeat(inner, least, _, lazy):
            return Repeat(inner, least, least, lazy) if least else Concatenation(())
        case Concatenation(parts) if parts and not any(
            isinstance(part, Backreference) for part in walk(node)
        ):
            return Concatenation(_trim_ends(parts))
    return node


def _trim_ends(parts: tuple[PatternNode, ...]) -> tuple[PatternNode, ...]:
    first, last = parts[0], parts[-1]
    if isinstance(last, Repeat):
        parts = (*parts[:-1], trim(last))
    if isinstance(first, Repeat) and len(parts) > 1:
        parts = (trim(first), *parts[1:])
    return tuple(part for part in parts if part != Concatenation(()))
