"""Languages as expressions: patterns and lengths under intersection, union and complement."""

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
    """Return the intersection, flat and without parts that hold all texts."""
    flat: dict[LanguageExpression, None] = {}
    for part in parts:
        conjuncts = part.parts if isinstance(part, IntersectionLanguage) else (part,)
        flat.update(dict.fromkeys(conjuncts))
    flat.pop(EVERYTHING, None)
    if NOTHING in flat:
        return NOTHING
    if len(flat) > 1:
        return IntersectionLanguage(tuple(flat))
    return next(iter(flat), EVERYTHING)


def unite(*parts: LanguageExpression) -> LanguageExpression:
    """Return the union, flat and without parts that hold no text."""
    flat: dict[LanguageExpression, None] = {}
    for part in parts:
        disjuncts = part.parts if isinstance(part, UnionLanguage) else (part,)
        flat.update(dict.fromkeys(disjuncts))
    flat.pop(NOTHING, None)
    if EVERYTHING in flat:
        return EVERYTHING
    if len(flat) > 1:
        return UnionLanguage(tuple(flat))
    return next(iter(flat), NOTHING)


def complement(part: LanguageExpression) -> LanguageExpression:
    """Return the complement."""
    match part:
        case ComplementLanguage(inner):
            return inner
        case LengthLanguage(length_set):
            return LengthLanguage(lengths.complement(length_set))
    return ComplementLanguage(part)


def number_patterns(expression: LanguageExpression) -> dict[PatternLanguage, int]:
    """Number the patterns of an expression from 0, in the order in which they stand."""
    numbers: dict[PatternLanguage, int] = {}
    pending = [expression]
    while pending:
        match pending.pop():
            case PatternLanguage() as pattern:
                numbers.setdefault(pattern, len(numbers))
            case IntersectionLanguage(parts) | UnionLanguage(parts):
                pending.extend(reversed(parts))
            case ComplementLanguage(part):
                pending.append(part)
    return numbers


def evaluate_lengths(
    expression: LanguageExpression,
    numbers: dict[PatternLanguage, int],
    truths: tuple[bool | None, ...],
) -> tuple[LengthSet, LengthSet]:
    """Evaluate an expression for one text of unknown length, in three-valued logic.

    Args:
        expression: the language.
        numbers: the numbers of its patterns, from `number_patterns`.
        truths: whether each pattern is found in the text, None where that is open.

    Returns:
        the lengths at which the text is certainly in the language, and those at which it may be.

    """
    match expression:
        case PatternLanguage():
            return _PATTERN_LENGTHS[truths[numbers[expression]]]
        case LengthLanguage(length_set):
            return length_set, length_set
        case ComplementLanguage(part):
            certain, possible = evaluate_lengths(part, numbers, truths)
            return lengths.complement(possible), lengths.complement(certain)
        case IntersectionLanguage(parts):
            combine, certain, possible = lengths.intersect, ALL, ALL
        case UnionLanguage(parts):
            combine, certain, possible = lengths.unite, NONE, NONE
    for part in parts:
        part_certain, part_possible = evaluate_lengths(part, numbers, truths)
        certain = combine(certain, part_certain)
        possible = combine(possible, part_possible)
    return certain, possible


_PATTERN_LENGTHS: dict[bool | None, tuple[LengthSet, LengthSet]] = {
    True: (ALL, ALL),
    None: (NONE, ALL),
    False: (NONE, NONE),
}
