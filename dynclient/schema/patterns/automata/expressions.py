"""Languages as expressions: patterns and lengths under and, or, not; what truth of the patterns means for lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dynclient.schema.patterns.automata import lengths
from dynclient.schema.patterns.automata.lengths import ALL, NONE, Lengths
from dynclient.schema.patterns.nodes import Node


@dataclass(frozen=True, slots=True)
class Found:
    """The texts in which a tree is found; it has no backreference."""

    node: Node


@dataclass(frozen=True, slots=True)
class Long:
    """The texts of some lengths, in characters (code points)."""

    lengths: Lengths


@dataclass(frozen=True, slots=True)
class Every:
    """The texts in all parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """The texts in at least one part."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The texts that are not in the part."""

    part: Expression


Expression: TypeAlias = Found | Long | Every | Some | Without

EVERYTHING, NOTHING = Long(ALL), Long(NONE)


def every(*parts: Expression) -> Expression:
    """Return the intersection, flat and without what says nothing."""
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, Every) else (part,))
    ]
    kept = tuple(dict.fromkeys(part for part in flat if part != EVERYTHING))
    if NOTHING in kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else Every(kept) if kept else EVERYTHING


def some(*parts: Expression) -> Expression:
    """Return the union, flat and without what says nothing."""
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, Some) else (part,))
    ]
    kept = tuple(dict.fromkeys(part for part in flat if part != NOTHING))
    if EVERYTHING in kept:
        return EVERYTHING
    return kept[0] if len(kept) == 1 else Some(kept) if kept else NOTHING


def without(part: Expression) -> Expression:
    """Return the complement."""
    match part:
        case Without(inner):
            return inner
        case Long(allowed):
            return Long(lengths.complement(allowed))
    return Without(part)


def found_in(expression: Expression) -> dict[Found, int]:
    """Number the patterns of an expression."""
    numbers: dict[Found, int] = {}
    waiting = [expression]
    while waiting:
        match waiting.pop():
            case Found() as found:
                numbers.setdefault(found, len(numbers))
            case Every(parts) | Some(parts):
                waiting.extend(reversed(parts))
            case Without(part):
                waiting.append(part)
    return numbers


def allowed(
    expression: Expression, numbers: dict[Found, int], truths: tuple[bool | None, ...]
) -> tuple[Lengths, Lengths]:
    """Return the lengths at which a text is surely in the language, and those at which it may be.

    Args:
        expression: the language.
        numbers: of its patterns, from `found_in`.
        truths: whether each pattern is found, None where that is open.

    """
    match expression:
        case Found():
            truth = truths[numbers[expression]]
            return (ALL if truth else NONE), (NONE if truth is False else ALL)
        case Long(known):
            return known, known
        case Without(part):
            sure, possible = allowed(part, numbers, truths)
            return lengths.complement(possible), lengths.complement(sure)
    combine, result = (
        (lengths.intersection, (ALL, ALL))
        if isinstance(expression, Every)
        else (lengths.union, (NONE, NONE))
    )
    for part in expression.parts:
        sure, possible = allowed(part, numbers, truths)
        result = combine(result[0], sure), combine(result[1], possible)
    return result
