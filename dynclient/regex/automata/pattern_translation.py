"""From a pattern to the expression of its language; long counted runs become bounds of the length."""

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
    Group,
    Literal,
    PatternError,
    PatternNode,
    Repeat,
    compute_width,
    walk,
)

#: A repeat of more turns than this is taken for a bound of the length, where it is one.
FEW_TURNS = 8

_START_ANCHOR, _END_ANCHOR = Assertion("start"), Assertion("end")


def translate_pattern(pattern: str) -> LanguageExpression:
    """Return the language of the texts in which a pattern is found.

    Raises:
        Irregular: it is no pattern, has backreferences, or looks behind that look further around.

    """
    try:
        node = parse(pattern)
    except PatternError as error:
        raise NotRegular(f"the pattern cannot be read: {error.message}") from None
    if any(isinstance(part, Backreference) for part in walk(node)):
        raise NotRegular("a backreference makes it no regular pattern")
    if any(_has_nested_assertion(part) for part in walk(node)):
        raise NotRegular("a look behind looks further around")
    terms = [(wanted, _translate_search(term)) for wanted, term in split_search(node)]
    return language_expressions.intersect(
        *(part if wanted else language_expressions.complement(part) for wanted, part in terms)
    )


def _has_nested_assertion(node: PatternNode) -> bool:
    """Tell whether a look behind has assertions in it other than the start, which the automata cannot follow."""
    if (
        not isinstance(node, Assertion)
        or node.kind not in {"behind", "not behind"}
        or node.node is None
    ):
        return False
    return any(isinstance(part, Assertion) and part.kind != "start" for part in walk(node.node))


def translate_texts(texts: frozenset[str]) -> LanguageExpression:
    """Return the language of these texts alone.

    Raises:
        Irregular: one holds a lone surrogate, which is no character.

    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotRegular("a text holds half of a surrogate pair") from None
    options = tuple(
        Concatenation((_START_ANCHOR, *map(Literal, text), _END_ANCHOR)) for text in sorted(texts)
    )
    if not options:
        return language_expressions.NOTHING
    return PatternLanguage(options[0] if len(options) == 1 else Alternation(options))


def _translate_search(node: PatternNode) -> LanguageExpression:
    """Take a search apart where an option of it is a counted run."""
    while isinstance(node, Group):
        node = node.node
    options = _list_alternatives(node)
    if len(options) == 1:
        return _translate_counted_run(node) or PatternLanguage(node)
    counted = [(option, _translate_counted_run(option)) for option in options]
    others = tuple(option for option, run in counted if run is None)
    runs: list[LanguageExpression] = [run for _, run in counted if run is not None]
    if not runs:
        return PatternLanguage(node)
    if others:
        runs.append(PatternLanguage(others[0] if len(others) == 1 else Alternation(others)))
    return language_expressions.unite(*runs)


def _list_alternatives(node: PatternNode) -> tuple[PatternNode, ...]:
    """Return searches of which one must succeed: `a|b` has two, `^(?:a|b)$` too."""
    match node:
        case Alternation(options):
            return options
        case Concatenation((start, middle, end)) if (start, end) == (_START_ANCHOR, _END_ANCHOR):
            inner = _unwrap_groups(middle)
            if isinstance(inner, Alternation):
                return tuple(_anchor(_list_parts(option)) for option in inner.alternatives)
            if isinstance(inner, Concatenation):
                return (_anchor(inner.parts),)
    return (node,)


def _anchor(parts: tuple[PatternNode, ...]) -> PatternNode:
    return Concatenation((_START_ANCHOR, *parts, _END_ANCHOR))


def _unwrap_groups(node: PatternNode) -> PatternNode:
    while isinstance(node, Group):
        node = node.node
    return node


def _list_parts(node: PatternNode) -> tuple[PatternNode, ...]:
    return node.parts if isinstance(node, Concatenation) else (node,)


def _translate_counted_run(node: PatternNode) -> IntersectionLanguage | None:
    """Read `^A(?:B){m,n}C$`, all of fixed width, as `^A(?:B)*C$` in a range of lengths: the length tells the turns."""
    match node:
        case Concatenation((start, *middle, end)) if (start, end) == (_START_ANCHOR, _END_ANCHOR):
            place = _find_long_run(middle)
            if place is None:
                return None
            run = _unwrap_groups(middle[place])
            assert isinstance(run, Repeat)
            around = sum(
                compute_width(part)[0] for index, part in enumerate(middle) if index != place
            )
            each = compute_width(run.node)[0]
            bounds = build_interval(
                around + each * run.min, None if run.max is None else around + each * run.max
            )
            middle[place] = Repeat(run.node, 0, None)
            return IntersectionLanguage(
                (PatternLanguage(_anchor(tuple(middle))), LengthLanguage(bounds))
            )
    return None


def _find_long_run(parts: list[PatternNode]) -> int | None:
    """Return which part is the one long run, None where there is none or another part varies in width too."""
    if any(isinstance(inner, Assertion) for part in parts for inner in walk(part)):
        return None
    widths = [compute_width(part) for part in parts]
    varying = [index for index, (low, high) in enumerate(widths) if low != high]
    long = [index for index, part in enumerate(parts) if _is_long(_unwrap_groups(part))]
    if len(varying) > 1 or not long:
        return None
    return (
        (varying[0] if varying[0] in long else None)
        if varying
        else max(long, key=lambda index: widths[index][0])
    )


def _is_long(node: PatternNode) -> bool:
    if not isinstance(node, Repeat) or (
        node.min <= FEW_TURNS and (node.max is None or node.max <= FEW_TURNS)
    ):
        return False
    low, high = compute_width(node.node)
    return low == high and low > 0
