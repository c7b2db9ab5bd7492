"""Take a search apart into simpler, as a rule linear ones: `^(?!A)(?=B)C` is `^C` and `^B` and not `^A`."""

from __future__ import annotations

from dynclient.schema.patterns.nodes import (
    Alternation,
    Assertion,
    Backreference,
    CharClass,
    Group,
    Literal,
    Node,
    Repeat,
    Sequence,
    walk,
    width,
)

_START, _END = Assertion("start"), Assertion("end")


def split(node: Node) -> list[tuple[bool, Node]]:
    """Return (wanted, tree) pairs: a text has a match exactly when each wanted tree is found in it, and no other is.

    Looks are split off where they stand at the start (`^(?=…)`), at the end (`(?<!…)$`) or in front of each character
    (`^(?:(?!…).)*$`); a pattern that has them elsewhere comes back as one term.
    """
    if not isinstance(node, Sequence) or any(
        isinstance(part, Backreference) for part in walk(node)
    ):
        return [(True, trimmed(node))]
    parts = list(node.parts)
    terms = _leading(parts) + _trailing(parts) + _each(parts)
    return [
        (True, trimmed(Sequence(tuple(parts)))),
        *((wanted, trimmed(term)) for wanted, term in terms),
    ]


def _leading(parts: list[Node]) -> list[tuple[bool, Node]]:
    terms: list[tuple[bool, Node]] = []
    while parts[:1] == [_START] and len(parts) > 1:
        match parts[1]:
            case Assertion("ahead" | "not ahead" as kind, inner) if inner is not None:
                terms.append((kind == "ahead", _joined(_START, inner)))
                del parts[1]
            case _:
                break
    return terms


def _trailing(parts: list[Node]) -> list[tuple[bool, Node]]:
    terms: list[tuple[bool, Node]] = []
    while parts[-1:] == [_END] and len(parts) > 1:
        match parts[-2]:
            case Assertion("behind" | "not behind" as kind, inner) if inner is not None:
                terms.append((kind == "behind", _joined(inner, _END)))
                del parts[-2]
            case _:
                break
    return terms


def _each(parts: list[Node]) -> list[tuple[bool, Node]]:
    """Split `^(?:(?!X).)*$`: every match of X starts before some character, if it takes up at least one itself."""
    match parts:
        case [start, Repeat(inner, least, most, lazy), end] if (start, end) == (_START, _END):
            match inner.node if isinstance(inner, Group) else inner:
                case Sequence(
                    (Assertion("not ahead", unwanted), CharClass() | Literal() as char)
                ) if unwanted is not None and width(unwanted)[0] > 0 and not _looks(unwanted):
                    parts[1] = Repeat(char, least, most, lazy)
                    return [(False, unwanted)]
    return []


def _looks(node: Node) -> bool:
    return any(isinstance(part, Assertion) for part in walk(node))


def _joined(*parts: Node) -> Node:
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, Sequence) else (part,))
    ]
    return Sequence(tuple(flat))


def trimmed(node: Node) -> Node:
    """Return a tree found in the same texts: a repeat at an open end need only be there the fewest times."""
    match node:
        case Alternation(options):
            return Alternation(tuple(map(trimmed, options)))
        case Repeat(inner, least, _, lazy):
            return Repeat(inner, least, least, lazy) if least else Sequence(())
        case Sequence(parts) if parts and not any(
            isinstance(part, Backreference) for part in walk(node)
        ):
            return Sequence(_trimmed_ends(parts))
    return node


def _trimmed_ends(parts: tuple[Node, ...]) -> tuple[Node, ...]:
    first, last = parts[0], parts[-1]
    if isinstance(last, Repeat):
        parts = (*parts[:-1], trimmed(last))
    if isinstance(first, Repeat) and len(parts) > 1:
        parts = (trimmed(first), *parts[1:])
    return tuple(part for part in parts if part != Sequence(()))
