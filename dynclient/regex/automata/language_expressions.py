"""Languages as expressions: patterns and lengths under and, or, not; what truth of the patterns means for lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dynclient.regex.automata import lengths
from dynclient.regex.automata.lengths import ALL, NONE, LengthSet
from dynclient.regex.syntax_tree import PatternNode


@dataclass(frozen=True, slots=True)
class PatternLanguage:
    """The texts in which a tree is found; it has no backreference."""

    node: PatternNode


@dataclass(frozen=True, slots=True)
class LengthLanguage:
    """The texts of some lengths, in characters (code points)."""

    lengths: LengthSet


@dataclass(frozen=True, slots=True)
class IntersectionLanguage:
    """The texts in all parts."""

    parts: tuple[LanguageExpression, ...]


@dataclass(frozen=True, slots=True)
class UnionLanguage:
    """The texts in at least one part."""

    parts: tuple[LanguageExpression, ...]


@dataclass(frozen=True, slots=True)
class ComplementLanguage:
    """The texts that are not in the part."""

    part: LanguageExpression


LanguageExpression: TypeAlias = (
    PatternLanguage | LengthLanguage | IntersectionLanguage | UnionLanguage | ComplementLanguage
)

EVERYTHING, NOTHING = LengthLanguage(ALL), LengthLanguage(NONE)


def intersect(*parts: LanguageExpression) -> LanguageExpression:
    """Return the intersection, flat and without what says nothing."""
    flat = [
        inner
        for part in parts
        for inner in (part.parts if isinstance(part, IntersectionLanguage) else (part,))
    ]
    kept = tuple(dict.fromkeys(part for part in flat if part != EVERYTHING))
    if NOTHING in kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else IntersectionLanguage(kept) if kept else EVERYTHING


def unite(*parts: LanguageExpression) -> LanguageExpression:
    """Return the union, flat and without what says nothing."""
    flat = [
        inner
        for part in parts
        for inner in (part.parts if isinstance(part, UnionLanguage) else (part,))
    ]
    kept = tuple(dict.fromkeys(part for part in flat if part != NOTHING))
    if EVERYTHING in kept:
        return EVERYTHING
    return kept[0] if len(kept) == 1 else UnionLanguage(kept) if kept else NOTHING


def complement(part: LanguageExpression) -> LanguageExpression:
    """Return the complement."""
    match part:
        case ComplementLanguage(inner):
            return inner
        case LengthLanguage(allowed):
            return LengthLanguage(lengths.complement(allowed))
    return ComplementLanguage(part)


def number_patterns(expression: LanguageExpression) -> dict[PatternLanguage, int]:
    """Number the patterns of an expression."""
    numbers: dict[PatternLanguage, int] = {}
    waiting = [expression]
    while waiting:
        match waiting.pop():
            case PatternLanguage() as found:
                numbers.setdefault(found, len(numbers))
            case IntersectionLanguage(parts) | UnionLanguage(parts):
                waiting.extend(reversed(parts))
            case ComplementLanguage(part):
                waiting.append(part)
    return numbers


def evaluate_lengths(
    expression: LanguageExpression,
    numbers: dict[PatternLanguage, int],
    truths: tuple[bool | None, ...],
) -> tuple[LengthSet, LengthSet]:
    """Return the lengths at which a text is surely in the language, and those at which it may be.

    Args:
        expression: the language.
        numbers: of its patterns, from `found_in`.
        truths: whether each pattern is found, None where that is open.

    """
    match expression:
        case PatternLanguage():
            truth = truths[numbers[expression]]
            return (ALL if truth else NONE), (NONE if truth is False else ALL)
        case LengthLanguage(known):
            return known, known
        case ComplementLanguage(part):
            sure, possible = evaluate_lengths(part, numbers, truths)
            return lengths.complement(possible), lengths.complement(sure)
    combine, result = (
        (lengths.intersect, (ALL, ALL))
        if isinstance(expression, IntersectionLanguage)
        else (lengths.unite, (NONE, NONE))
    )
    for part in expression.parts:
        sure, possible = evaluate_lengths(part, numbers, truths)
        result = combine(result[0], sure), combine(result[1], possible)
    return result
