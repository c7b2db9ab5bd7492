"""From a pattern to the expression of its language; long counted runs become bounds of the length."""

from __future__ import annotations

from dynclient.schema.patterns.automata import expressions
from dynclient.schema.patterns.automata.errors import Irregular
from dynclient.schema.patterns.automata.expressions import Every, Expression, Found, Long
from dynclient.schema.patterns.automata.lengths import between
from dynclient.schema.patterns.nodes import (
    Alternation,
    Assertion,
    Backreference,
    BadPattern,
    Group,
    Literal,
    Node,
    Repeat,
    Sequence,
    walk,
    width,
)
from dynclient.schema.patterns.parsing import parse
from dynclient.schema.patterns.terms import split

#: A repeat of more turns than this is taken for a bound of the length, where it is one.
FEW = 8

_START, _END = Assertion("start"), Assertion("end")


def read(pattern: str) -> Expression:
    """Return the language of the texts in which a pattern is found.

    Raises:
        Irregular: it is no pattern, has backreferences, or looks behind that look further around.

    """
    try:
        node = parse(pattern)
    except BadPattern as error:
        raise Irregular(f"the pattern cannot be read: {error.message}") from None
    if any(isinstance(part, Backreference) for part in walk(node)):
        raise Irregular("a backreference makes it no regular pattern")
    if any(_looks_further(part) for part in walk(node)):
        raise Irregular("a look behind looks further around")
    terms = [(wanted, _expression(term)) for wanted, term in split(node)]
    return expressions.every(
        *(part if wanted else expressions.without(part) for wanted, part in terms)
    )


def _looks_further(node: Node) -> bool:
    """Tell whether a look behind has assertions in it other than the start, which the automata cannot follow."""
    if (
        not isinstance(node, Assertion)
        or node.kind not in {"behind", "not behind"}
        or node.node is None
    ):
        return False
    return any(isinstance(part, Assertion) and part.kind != "start" for part in walk(node.node))


def exactly(texts: frozenset[str]) -> Expression:
    """Return the language of these texts alone.

    Raises:
        Irregular: one holds a lone surrogate, which is no character.

    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Irregular("a text holds half of a surrogate pair") from None
    options = tuple(Sequence((_START, *map(Literal, text), _END)) for text in sorted(texts))
    if not options:
        return expressions.NOTHING
    return Found(options[0] if len(options) == 1 else Alternation(options))


def _expression(node: Node) -> Expression:
    """Take a search apart where an option of it is a counted run."""
    while isinstance(node, Group):
        node = node.node
    options = _options(node)
    if len(options) == 1:
        return _counted(node) or Found(node)
    counted = [(option, _counted(option)) for option in options]
    others = tuple(option for option, run in counted if run is None)
    runs: list[Expression] = [run for _, run in counted if run is not None]
    if not runs:
        return Found(node)
    if others:
        runs.append(Found(others[0] if len(others) == 1 else Alternation(others)))
    return expressions.some(*runs)


def _options(node: Node) -> tuple[Node, ...]:
    """Return searches of which one must succeed: `a|b` has two, `^(?:a|b)$` too."""
    match node:
        case Alternation(options):
            return options
        case Sequence((start, middle, end)) if (start, end) == (_START, _END):
            inner = _bare(middle)
            if isinstance(inner, Alternation):
                return tuple(_whole(_parts(option)) for option in inner.options)
            if isinstance(inner, Sequence):
                return (_whole(inner.parts),)
    return (node,)


def _whole(parts: tuple[Node, ...]) -> Node:
    return Sequence((_START, *parts, _END))


def _bare(node: Node) -> Node:
    while isinstance(node, Group):
        node = node.node
    return node


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Sequence) else (node,)


def _counted(node: Node) -> Every | None:
    """Read `^A(?:B){m,n}C$`, all of fixed width, as `^A(?:B)*C$` in a range of lengths: the length tells the turns."""
    match node:
        case Sequence((start, *middle, end)) if (start, end) == (_START, _END):
            place = _run(middle)
            if place is None:
                return None
            run = _bare(middle[place])
            assert isinstance(run, Repeat)
            around = sum(width(part)[0] for index, part in enumerate(middle) if index != place)
            each = width(run.node)[0]
            bounds = between(
                around + each * run.min, None if run.max is None else around + each * run.max
            )
            middle[place] = Repeat(run.node, 0, None)
            return Every((Found(_whole(tuple(middle))), Long(bounds)))
    return None


def _run(parts: list[Node]) -> int | None:
    """Return which part is the one long run, None where there is none or another part varies in width too."""
    if any(isinstance(inner, Assertion) for part in parts for inner in walk(part)):
        return None
    widths = [width(part) for part in parts]
    varying = [index for index, (low, high) in enumerate(widths) if low != high]
    long = [index for index, part in enumerate(parts) if _is_long(_bare(part))]
    if len(varying) > 1 or not long:
        return None
    return (
        (varying[0] if varying[0] in long else None)
        if varying
        else max(long, key=lambda index: widths[index][0])
    )


def _is_long(node: Node) -> bool:
    if not isinstance(node, Repeat) or (node.min <= FEW and (node.max is None or node.max <= FEW)):
        return False
    low, high = width(node.node)
    return low == high and low > 0
