r"""Match a pattern, without ever hanging: the tree is written for the Rust engine of jsonschema-rs and run there.

A pattern without looks, backreferences and `\b` runs on its linear-time engine. Others are taken apart into such ones
where that can be done; what remains runs on its backtracking engine under a limit of steps. The work of one search is
bounded too, by size of pattern and length of text. When a limit is hit, the answer is: no match.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dynclient.schema.patterns.nodes import (
    Assertion,
    BadPattern,
    CharClass,
    Literal,
    Node,
    Repeat,
    Sequence,
    is_linear,
    size,
)
from dynclient.schema.patterns.parsing import parse
from dynclient.schema.patterns.rust import to_rust
from dynclient.schema.patterns.terms import split, trimmed

#: Steps of the backtracking engine for one search.
BACKTRACK_LIMIT = 100_000
#: Size of pattern times length of text (its square where not linear), above which a search is not tried.
WORK_LIMIT = 1_000_000_000
#: Patterns up to this size are kept ready in number, larger ones only a few.
SMALL = 5_000

_Search = Callable[[str], bool]


class _TooMuchWork(Exception):
    """A search that is not tried, so neither a match nor the lack of one is known."""


@dataclass(frozen=True, slots=True)
class Term:
    """One of the searches that a pattern comes down to, wanted to find something or to find nothing."""

    wanted: bool
    rust: str
    linear: bool
    search: _Search = field(repr=False, compare=False)


class Pattern:
    """A pattern ready to search with; thread-safe, pickles by its source.

    `rust` is what jsonschema-rs takes in place of `source`: under `RegexOptions` where `linear`, else under
    `FancyRegexOptions` only. `terms` say the same as searches of their own (an `allOf` of `pattern` and `not`), which
    are linear for many patterns that are not. `node` is the tree, `size` about how many states a matcher has.
    """

    __slots__ = ("linear", "node", "rust", "size", "source", "terms")

    def __init__(self, source: str) -> None:
        self.source = source
        self.node = parse(source)
        self.size = size(self.node)
        whole = trimmed(self.node)
        self.linear = is_linear(whole)
        self.rust = to_rust(whole)
        self.terms = _terms(self.node)
        if len(self.terms) > 1:
            _engine(self.rust, linear=False)  # refuses what it cannot take: others hand `rust` on

    def search(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere in the text, as JSON Schema's `pattern` asks.

        Args:
            text: any str; one with lone surrogates matches nothing.

        Returns:
            False also when the limit of work or of backtracking is hit.

        """
        return _holds(self.terms, text)

    def __repr__(self) -> str:
        return f"Pattern({self.source!r})"

    def __reduce__(self) -> tuple[Callable[[str], Pattern], tuple[str]]:
        return compile, (self.source,)


def compile(pattern: str) -> Pattern:  # noqa: A001 - mirrors `re.compile`
    """Make a pattern searchable; it stays ready for the next time.

    Raises:
        BadPattern: it cannot be read with one sure meaning, or is too large.

    """
    return _compile_small(pattern) if _is_small(pattern) else _compile_large(pattern)


@functools.lru_cache(maxsize=1024)
def _is_small(pattern: str) -> bool:
    return size(parse(pattern)) <= SMALL


_compile_small = functools.lru_cache(maxsize=512)(Pattern)
_compile_large = functools.lru_cache(maxsize=8)(Pattern)


@functools.lru_cache(maxsize=32)
def searcher(node: Node) -> _Search:
    """Return the unanchored search for a tree; `Pattern.search` says what it promises.

    Raises:
        BadPattern: the engine cannot take it.

    """
    return functools.partial(_holds, _terms(node))


def _holds(terms: tuple[Term, ...], text: str) -> bool:
    try:
        return all(term.search(text) is term.wanted for term in terms)
    except (UnicodeEncodeError, _TooMuchWork):
        return False


def _terms(node: Node) -> tuple[Term, ...]:
    parts = split(node)
    if not all(
        is_linear(part) for _, part in parts
    ):  # a search that gives up must not count as one that finds nothing
        parts = [(True, trimmed(node))]
    return tuple(_term(wanted, part) for wanted, part in parts)


def _term(wanted: bool, node: Node) -> Term:
    linear, rust = is_linear(node), to_rust(node)
    return Term(
        wanted,
        rust,
        linear,
        _run(node) or _bounded(_engine(rust, linear=linear), size(node), linear=linear),
    )


def _bounded(is_match: _Search, states: int, *, linear: bool) -> _Search:
    most = WORK_LIMIT // max(states, 1)
    longest = most if linear else int(most**0.5)

    def search(text: str) -> bool:
        if len(text) > longest:
            raise _TooMuchWork
        return is_match(text)

    return search


def _run(node: Node) -> _Search | None:
    """Match a long run of one class (`^.{0,4000}$`) by counting: cheap however long both are; None for all else."""
    match node:
        case Sequence(
            (
                Assertion("start"),
                Repeat(Literal() | CharClass() as char, least, most),
                Assertion("end"),
            )
        ):
            unlimited = Sequence((Assertion("start"), Repeat(char, 0, None), Assertion("end")))
            is_match = _engine(to_rust(unlimited), linear=True)
            return lambda text: (
                least <= len(text) and (most is None or len(text) <= most) and is_match(text)
            )
    return None


def _engine(rust: str, *, linear: bool) -> _Search:
    import jsonschema_rs

    options: Any = jsonschema_rs.RegexOptions()
    if not linear:
        options = jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACK_LIMIT)
    try:
        validator = jsonschema_rs.Draft202012Validator({"pattern": rust}, pattern_options=options)
    except ValueError:
        why = "too large" if linear else "too large, or a look behind of a kind it does not support"
        raise BadPattern(f"the engine cannot take it: {why}") from None
    is_match: _Search = validator.is_valid
    return is_match
