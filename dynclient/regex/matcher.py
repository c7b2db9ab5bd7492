r"""Matches a pattern without ever hanging: the Rust engine of jsonschema-rs runs it.

A pattern without lookarounds, backreferences and `\b` runs on the linear-time engine. Other
patterns are split into such ones where that is possible. What remains runs on the backtracking
engine under a limit of steps. The work of one search is limited too, by the size of the pattern and
the length of the text. When a limit is hit, the answer is: no match.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from dynclient.regex.decomposition import split_search, trim
from dynclient.regex.pattern_parser import parse
from dynclient.regex.rust_syntax import to_rust
from dynclient.regex.syntax_tree import (
    Assertion,
    CharacterClass,
    Concatenation,
    Literal,
    PatternError,
    PatternNode,
    Repeat,
    estimate_size,
    is_linear,
)

#: Steps of the backtracking engine for one search.
BACKTRACK_LIMIT = 100_000
#: Size of the pattern times length of the text (its square where the search is not linear), above
#: which a search is not tried.
WORK_LIMIT = 1_000_000_000
#: Many patterns up to this size stay compiled, of larger ones only a few.
MAX_SMALL_SIZE = 5_000

_Search = Callable[[str], bool]


class _WorkLimitExceeded(Exception):
    """A search is not tried, so neither a match nor the lack of one is known."""


class SignedSearch(NamedTuple):
    """One of the searches whose conjunction a pattern is.

    Attributes:
        is_positive: whether it must find something (True) or nothing (False).
        rust: its source for jsonschema-rs.
        is_linear: whether the linear-time engine can take `rust`.
        search: tells whether it finds something in a text.

    """

    is_positive: bool
    rust: str
    is_linear: bool
    search: _Search


class Pattern:
    """A compiled pattern; it is thread-safe and pickles by its source.

    Attributes:
        source: the pattern as it stands in the document.
        node: its syntax tree.
        size: an estimate of the states that a matcher has.
        rust: what jsonschema-rs takes in place of `source`.
        is_linear: whether `RegexOptions` can take `rust`; else only `FancyRegexOptions` can.
        searches: the same as searches of their own (an `allOf` of `pattern` and `not`). They are
            linear for many patterns that are not.

    """

    __slots__ = ("is_linear", "node", "rust", "searches", "size", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.node = parse(source)
        self.size = estimate_size(self.node)
        whole = trim(self.node)
        self.is_linear = is_linear(whole)
        self.rust = to_rust(whole)
        self.searches = _compile_searches(self.node)
        if len(self.searches) > 1:
            # `rust` was not compiled yet: this raises where the engine cannot take it.
            _compile_rust(self.rust, linear=False)

    def search(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere in the text, as JSON Schema's `pattern` asks.

        Args:
            text: any str; one with lone surrogates matches nothing.

        Returns:
            False also where the limit of work or of backtracking is hit.

        """
        return _matches_all(self.searches, text)

    def __repr__(self) -> str:
        return f"Pattern({self.source!r})"

    def __reduce__(self) -> tuple[Callable[[str], Pattern], tuple[str]]:
        return compile, (self.source,)


def compile(pattern: str) -> Pattern:  # noqa: A001 - mirrors `re.compile`
    """Compile a pattern; it stays compiled for the next time.

    Raises:
        PatternError: it cannot be read with one sure meaning, or is too large.

    """
    return _compile_small(pattern) if _is_small(pattern) else _compile_large(pattern)


@functools.lru_cache(maxsize=1024)
def _is_small(pattern: str) -> bool:
    return estimate_size(parse(pattern)) <= MAX_SMALL_SIZE


_compile_small = functools.lru_cache(maxsize=512)(Pattern)
_compile_large = functools.lru_cache(maxsize=8)(Pattern)


@functools.lru_cache(maxsize=32)
def compile_search(node: PatternNode) -> _Search:
    """Return the unanchored search for a tree; it promises what `Pattern.search` does.

    Raises:
        PatternError: the engine cannot take it.

    """
    return functools.partial(_matches_all, _compile_searches(node))


def _matches_all(searches: tuple[SignedSearch, ...], text: str) -> bool:
    try:
        return all(signed.search(text) is signed.is_positive for signed in searches)
    except (UnicodeEncodeError, _WorkLimitExceeded):
        return False


def _compile_searches(node: PatternNode) -> tuple[SignedSearch, ...]:
    signed_trees = split_search(node)
    if not all(is_linear(tree) for _, tree in signed_trees):
        # A search that gives up must not count as one that finds nothing.
        signed_trees = [(True, trim(node))]
    return tuple(_compile_signed_search(is_positive, tree) for is_positive, tree in signed_trees)


def _compile_signed_search(is_positive: bool, node: PatternNode) -> SignedSearch:
    linear = is_linear(node)
    rust = to_rust(node)
    search = _compile_class_run(node)
    if search is None:
        engine_search = _compile_rust(rust, linear=linear)
        search = _limit_work(engine_search, estimate_size(node), linear=linear)
    return SignedSearch(is_positive, rust, linear, search)


def _limit_work(search: _Search, states: int, *, linear: bool) -> _Search:
    max_work = WORK_LIMIT // max(states, 1)
    max_length = max_work if linear else int(max_work**0.5)

    def search_within_limit(text: str) -> bool:
        if len(text) > max_length:
            raise _WorkLimitExceeded
        return search(text)

    return search_within_limit


def _compile_class_run(node: PatternNode) -> _Search | None:
    """Compile a long run of one class (`^.{0,4000}$`) to a search that counts; None for all else.

    Such a search is cheap, however long the run and the text are.
    """
    match node:
        case Concatenation(
            (Assertion("start"), Repeat(Literal() | CharacterClass() as char, low, high), end)
        ) if end == Assertion("end"):
            unlimited = Concatenation((Assertion("start"), Repeat(char, 0, None), end))
            search = _compile_rust(to_rust(unlimited), linear=True)
            return functools.partial(_search_class_run, search, low, high)
    return None


def _search_class_run(search: _Search, low: int, high: int | None, text: str) -> bool:
    if len(text) < low or (high is not None and len(text) > high):
        return False
    return search(text)


def _compile_rust(rust: str, *, linear: bool) -> _Search:
    import jsonschema_rs

    options: Any = jsonschema_rs.RegexOptions()
    if not linear:
        options = jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACK_LIMIT)
    try:
        validator = jsonschema_rs.Draft202012Validator({"pattern": rust}, pattern_options=options)
    except ValueError:
        why = "too large" if linear else "too large, or a look behind of a kind it does not support"
        raise PatternError(f"the engine cannot take it: {why}") from None
    search: _Search = validator.is_valid
    return search
