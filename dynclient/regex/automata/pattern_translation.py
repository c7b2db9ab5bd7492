"""Translates a pattern to the expression of its language.

A long counted repeat becomes a bound of the length where it can, so that it takes few states.
"""

from __future__ import annotations

from dynclient.regex.automata import language_expressions
from dynclient.regex.automata.automata_errors import NotRegular
from dynclient.regex.automata.language_expressions import (
    IntersectionLanguage,
    LanguageExpression,
    LengthLanguage,
    PatternLanguage,
)
from dynclient.regex.automata.lengths import build_interval
from dynclient.regex.decomposition import split_search
from dynclient.regex.pattern_parser import parse
from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    Concatenation,
    Literal,
    PatternError,
    PatternNode,
    Repeat,
    build_alternation,
    compute_width,
    contains,
    list_alternatives,
    list_parts,
    unwrap_groups,
    walk,
)

#: A repeat of more turns than this becomes a bound of the length where it can.
FEW_TURNS = 8

_START_ANCHOR, _END_ANCHOR = Assertion("start"), Assertion("end")


def translate_pattern(pattern: str) -> LanguageExpression:
    """Return the language of the texts in which a pattern is found.

    Raises:
        NotRegular: it is no pattern, has backreferences, or lookbehinds with assertions in them.

    """
    try:
        node = parse(pattern)
    except PatternError as error:
        raise NotRegular(f"the pattern cannot be read: {error.message}") from None
    if contains(node, Backreference):
        raise NotRegular("a backreference makes it no regular pattern")
    if any(_is_lookbehind_with_assertion(part) for part in walk(node)):
        raise NotRegular("a look behind looks further around")

    conjuncts: list[LanguageExpression] = []
    for is_positive, search in split_search(node):
        language = _translate_search(search)
        conjuncts.append(language if is_positive else language_expressions.complement(language))
    return language_expressions.intersect(*conjuncts)


def _is_lookbehind_with_assertion(node: PatternNode) -> bool:
    """Tell whether a lookbehind has assertions in it other than the start.

    The automata cannot follow these.
    """
    match node:
        case Assertion("behind" | "not behind", inner) if inner is not None:
            assertions = [part for part in walk(inner) if isinstance(part, Assertion)]
            return any(assertion.kind != "start" for assertion in assertions)
    return False


def translate_texts(texts: frozenset[str]) -> LanguageExpression:
    """Return the language of these texts alone.

    Raises:
        NotRegular: one holds a lone surrogate, which is no character.

    """
    if not texts:
        return language_expressions.NOTHING
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise NotRegular("a text holds half of a surrogate pair") from None
    anchored = [_anchor(tuple(map(Literal, text))) for text in sorted(texts)]
    return PatternLanguage(build_alternation(tuple(anchored)))


def _translate_search(node: PatternNode) -> LanguageExpression:
    """Return the language of a search; its counted repeats become languages of their own."""
    node = unwrap_groups(node)
    alternatives = _list_searches(node)
    if len(alternatives) == 1:
        return _translate_counted_repeat(node) or PatternLanguage(node)

    counted_repeats: list[LanguageExpression] = []
    others: list[PatternNode] = []
    for alternative in alternatives:
        language = _translate_counted_repeat(alternative)
        if language is None:
            others.append(alternative)
        else:
            counted_repeats.append(language)
    if not counted_repeats:
        return PatternLanguage(node)
    if others:
        counted_repeats.append(PatternLanguage(build_alternation(tuple(others))))
    return language_expressions.unite(*counted_repeats)


def _list_searches(node: PatternNode) -> tuple[PatternNode, ...]:
    """Return searches of which one must succeed: `a|b` has two, `^(?:a|b)$` too."""
    match node:
        case Alternation(alternatives):
            return alternatives
        case Concatenation((start, middle, end)) if (start, end) == (_START_ANCHOR, _END_ANCHOR):
            inner = unwrap_groups(middle)
            if isinstance(inner, Alternation | Concatenation):
                return tuple(_anchor(list_parts(option)) for option in list_alternatives(inner))
    return (node,)


def _anchor(parts: tuple[PatternNode, ...]) -> PatternNode:
    return Concatenation((_START_ANCHOR, *parts, _END_ANCHOR))


def _translate_counted_repeat(node: PatternNode) -> IntersectionLanguage | None:
    """Read `^A(?:B){m,n}C$`, all of fixed width, as `^A(?:B)*C$` within a range of lengths.

    The length of a text then decides how many turns the repeat takes.
    """
    match node:
        case Concatenation((start, *parts, end)) if (start, end) == (_START_ANCHOR, _END_ANCHOR):
            index = _find_long_repeat(parts)
            if index is not None:
                return _translate_repeat_at(parts, index)
    return None


def _translate_repeat_at(parts: list[PatternNode], index: int) -> IntersectionLanguage:
    repeat = unwrap_groups(parts[index])
    assert isinstance(repeat, Repeat)
    before, after = parts[:index], parts[index + 1 :]
    other_width = sum(compute_width(part)[0] for part in before + after)
    turn_width, _ = compute_width(repeat.node)
    low = other_width + turn_width * repeat.min
    high = None if repeat.max is None else other_width + turn_width * repeat.max

    unlimited = Repeat(repeat.node, 0, None)
    pattern = PatternLanguage(_anchor((*before, unlimited, *after)))
    return IntersectionLanguage((pattern, LengthLanguage(build_interval(low, high))))


def _find_long_repeat(parts: list[PatternNode]) -> int | None:
    """Return the index of the one long repeat; None where another part varies in width too."""
    if any(contains(part, Assertion) for part in parts):
        return None
    widths = [compute_width(part) for part in parts]
    varying = [index for index, (low, high) in enumerate(widths) if low != high]
    long = [index for index, part in enumerate(parts) if _is_long_repeat(unwrap_groups(part))]
    if len(varying) > 1 or not long:
        return None
    if varying:
        return varying[0] if varying[0] in long else None
    return max(long, key=lambda index: widths[index][0])


def _is_long_repeat(node: PatternNode) -> bool:
    if not isinstance(node, Repeat):
        return False
    most = node.min if node.max is None else max(node.min, node.max)
    if most <= FEW_TURNS:
        return False
    low, high = compute_width(node.node)
    return low == high and low > 0
