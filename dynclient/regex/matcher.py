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
#: Size of pattern times length of text (its square where not linear), above which a search is not tried.
WORK_LIMIT = 1_000_000_000
#: Patterns up to this size are kept ready in number, larger ones only a few.
MAX_SMALL_SIZE = 5_000

_Search = Callable[[str], bool]


class _WorkLimitExceeded(Exception):
    """A search that is not tried, so neither a match nor the lack of one is known."""


@dataclass(frozen=True, slots=True)
class SignedSearch:
    """One of the searches that a pattern comes down to, wanted to find something or to find nothing."""

    is_positive: bool
    rust: str
    is_linear: bool
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
        self.size = estimate_size(self.node)
        whole = trim(self.node)
        self.linear = is_linear(whole)
        self.rust = to_rust(whole)
        self.terms = _compile_searches(self.node)
        if len(self.terms) > 1:
            _compile_rust(
                self.rust, linear=False
            )  # refuses what it cannot take: others hand `rust` on

    def search(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere in the text, as JSON Schema's `pattern` asks.

        Args:
            text: any str; one with lone surrogates matches nothing.

        Returns:
            False also when the limit of work or of backtracking is hit.

        """
        return _matches_all(self.terms, text)

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
    return estimate_size(parse(pattern)) <= MAX_SMALL_SIZE


_compile_small = functools.lru_cache(maxsize=512)(Pattern)
_compile_large = functools.lru_cache(maxsize=8)(Pattern)


@functools.lru_cache(maxsize=32)
def compile_search(node: PatternNode) -> _Search:
    """Return the unanchored search for a tree; `Pattern.search` says what it promises.

    Raises:
        BadPattern: the engine cannot take it.

    """
    return functools.partial(_matches_all, _compile_searches(node))


def _matches_all(terms: tuple[SignedSearch, ...], text: str) -> bool:
    try:
        return all(term.search(text) is term.is_positive for term in terms)
    except (UnicodeEncodeError, _WorkLimitExceeded):
        return False


def _compile_searches(node: PatternNode) -> tuple[SignedSearch, ...]:
    parts = split_search(node)
    if not all(
        is_linear(part) for _, part in parts
    ):  # a search that gives up must not count as one that finds nothing
        parts = [(True, trim(node))]
    return tuple(_compile_signed_search(wanted, part) for wanted, part in parts)


def _compile_signed_search(wanted: bool, node: PatternNode) -> SignedSearch:
    linear, rust = is_linear(node), to_rust(node)
    return SignedSearch(
        wanted,
        rust,
        linear,
        _compile_class_run(node)
        or _limit_work(_compile_rust(rust, linear=linear), estimate_size(node), linear=linear),
    )


def _limit_work(is_match: _Search, states: int, *, linear: bool) -> _Search:
    most = WORK_LIMIT // max(states, 1)
    longest = most if linear else int(most**0.5)

    def search(text: str) -> bool:
        if len(text) > longest:
            raise _WorkLimitExceeded
        return is_match(text)

    return search


def _compile_class_run(node: PatternNode) -> _Search | None:
    """Match a long run of one class (`^.{0,4000}$`) by counting: cheap however long both are; None for all else."""
    match node:
        case Concatenation(
            (
                Assertion("start"),
                Repeat(Literal() | CharacterClass() as char, least, most),
                Assertion("end"),
            )
        ):
            unlimited = Concatenation((Assertion("start"), Repeat(char, 0, None), Assertion("end")))
            is_match = _compile_rust(to_rust(unlimited), linear=True)
            return lambda text: (
                least <= len(text) and (most is None or len(text) <= most) and is_match(text)
            )
    return None


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
    is_match: _Search = validator.is_valid
    return is_match
