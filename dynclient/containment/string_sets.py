"""Sets of strings: lengths, patterns, single texts. Inclusion is decided by automata where cheaper answers fail.

Texts are Unicode scalar values, lengths count code points.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dynclient import regex
from dynclient.containment.number_sets import to_exact
from dynclient.containment.unknown import Unknown
from dynclient.regex.automata import Language, NotRegular, TooManyStates, Undecided

#: How many texts are tried as witnesses where automata cannot say it all.
MAX_CANDIDATES = 12
#: A plain text longer than this is not made up.
MAX_EXAMPLE_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class StringSet:
    """The strings that all of these allow; without any, every string.

    Args:
        least: fewest characters.
        most: most characters, None for no limit.
        patterns: each is found in the text.
        unlike: none of these is.
        excluded: texts left out.
        among: the only texts there are, None for no such list.

    """

    min_length: int = 0
    max_length: int | None = None
    patterns: frozenset[str] = frozenset()
    excluded_patterns: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    enumeration: frozenset[str] | None = None

    @classmethod
    def from_schema(cls, schema: Mapping[str, Any]) -> StringSet:
        """Return the strings that `minLength`, `maxLength` and `pattern` of a schema (in our dialect) allow.

        Raises:
            Undecidable: a length is no finite number.

        """
        found = frozenset({schema["pattern"]} if "pattern" in schema else ())
        most = schema.get("maxLength")
        return cls(
            max(0, math.ceil(to_exact(schema.get("minLength", 0)))),
            None if most is None else math.floor(to_exact(most)),
            found,
        )

    @classmethod
    def from_values(cls, texts: Iterable[str]) -> StringSet:
        """Return these texts alone."""
        return cls(enumeration=frozenset(texts))

    def exclude(self, texts: Iterable[str]) -> StringSet:
        """Return the set less some texts."""
        return replace(self, excluded=self.excluded | frozenset(texts))

    def __and__(self, other: StringSet) -> StringSet:
        return StringSet(
            max(self.min_length, other.min_length),
            min(
                (most for most in (self.max_length, other.max_length) if most is not None),
                default=None,
            ),
            self.patterns | other.patterns,
            self.excluded_patterns | other.excluded_patterns,
            self.excluded | other.excluded,
            other.enumeration
            if self.enumeration is None
            else self.enumeration
            if other.enumeration is None
            else self.enumeration & other.enumeration,
        )

    def contains(self, text: str) -> bool:
        """Tell whether a text is in the set, as the engines judge it."""
        return (
            self.min_length <= len(text)
            and (self.max_length is None or len(text) <= self.max_length)
            and (self.enumeration is None or text in self.enumeration)
            and text not in self.excluded
            and all(_is_pattern_found(pattern, text) for pattern in self.patterns)
            and not any(_is_pattern_found(pattern, text) for pattern in self.excluded_patterns)
        )

    def to_language(self) -> Language:
        """Return the set as a regular language.

        Raises:
            Undecided: a pattern is not regular, or a text is not Unicode.

        """
        made = Language.from_lengths(self.min_length, self.max_length)
        if self.enumeration is not None:
            made &= Language.from_texts(self.enumeration)
        for pattern in sorted(self.patterns):
            made &= Language.from_pattern(pattern)
        for pattern in sorted(self.excluded_patterns):
            made -= Language.from_pattern(pattern)
        return made - Language.from_texts(self.excluded) if self.excluded else made


def find_counterexample(narrow: StringSet, wide: StringSet) -> str | Unknown | None:
    """Tell whether every string of one set is in the other.

    Returns:
        None where that is proved; else a short text that only the first set holds, or why neither could be shown.

    """
    return find_uncovered(narrow, [wide])


def find_uncovered(narrow: StringSet, union: Iterable[StringSet]) -> str | Unknown | None:
    """Tell whether every string of a set is in at least one of others; the answer is that of `included`."""
    members = list(union)
    if narrow.enumeration is not None:
        return _check_enumeration(narrow, members)
    if _is_trivially_empty(narrow) or any(
        _is_trivially_contained(narrow, member) for member in members
    ):
        return None
    plain = _find_trivial_witness(narrow, members)
    return _decide_by_automata(narrow, members) if plain is None else plain


def find_example(strings: StringSet) -> str | Unknown | None:
    """Return a short text of a set, None where it is proved empty, or why neither could be shown."""
    return find_uncovered(strings, [])


@functools.lru_cache(maxsize=512)
def _compile(pattern: str) -> regex.Pattern | None:
    try:
        return regex.compile(pattern)
    except regex.PatternError:
        return None


def _is_pattern_found(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found; one that cannot be read is never."""
    compiled = _compile(pattern)
    return compiled is not None and compiled.search(text)


def _check_enumeration(narrow: StringSet, members: list[StringSet]) -> str | None:
    """Check a list of texts one by one; of those missing the shortest is the witness."""
    assert narrow.enumeration is not None
    missing = [
        t
        for t in narrow.enumeration
        if narrow.contains(t) and not any(member.contains(t) for member in members)
    ]
    return min(missing, key=lambda text: (len(text), text), default=None)


def _is_trivially_empty(strings: StringSet) -> bool:
    return (strings.max_length is not None and strings.max_length < strings.min_length) or bool(
        strings.patterns & strings.excluded_patterns
    )


def _is_trivially_contained(narrow: StringSet, wide: StringSet) -> bool:
    """Tell whether each rule of one set is a rule of the other already."""
    return (
        wide.enumeration is None
        and narrow.min_length >= wide.min_length
        and (
            wide.max_length is None
            or (narrow.max_length is not None and narrow.max_length <= wide.max_length)
        )
        and narrow.patterns >= wide.patterns
        and narrow.excluded_patterns >= wide.excluded_patterns
        and all(text in narrow.excluded or not narrow.contains(text) for text in wide.excluded)
    )


def _find_trivial_witness(narrow: StringSet, members: list[StringSet]) -> str | None:
    """Return a text of one letter, where the first set has no patterns and a length settles it."""
    if narrow.patterns or narrow.excluded_patterns:
        return None
    edges = {
        narrow.min_length,
        *(m.min_length - 1 for m in members),
        *(m.max_length + 1 for m in members if m.max_length is not None),
    }
    for length in sorted(edge for edge in edges if narrow.min_length <= edge <= MAX_EXAMPLE_LENGTH):
        text = "a" * length
        if narrow.contains(text) and not any(member.contains(text) for member in members):
            return text
    return None


def _decide_by_automata(narrow: StringSet, members: list[StringSet]) -> str | Unknown | None:
    """Decide by automata; where a pattern is not regular, prove without it or find a witness by trying."""
    try:
        outer, doubt = _overapproximate(narrow)
        inner = Language.empty()
        for member in members:
            part, why = _underapproximate(_drop_shared_patterns(member, narrow))
            inner |= part
            doubt = doubt or why
        text = (outer - inner).find_shortest()
    except Undecided as error:
        return _try_candidates(narrow, members, None, error.reason)
    if text is None or _is_witness(text, narrow, members):
        return text
    return _try_candidates(
        narrow, members, outer - inner, doubt or "the matcher gives up where the automata do not"
    )


def _drop_shared_patterns(wide: StringSet, narrow: StringSet) -> StringSet:
    """Return a set without the patterns that every text of another passes anyway."""
    return replace(
        wide,
        patterns=wide.patterns - narrow.patterns,
        excluded_patterns=wide.excluded_patterns - narrow.excluded_patterns,
    )


def _overapproximate(strings: StringSet) -> tuple[Language, str]:
    """Return a language that holds the set, and why it is not the set itself ("" where it is)."""
    kept, doubt = strings, ""
    for pattern in sorted(strings.patterns | strings.excluded_patterns):
        try:
            Language.from_pattern(pattern)
        except NotRegular as error:
            doubt = error.reason
            kept = replace(
                kept,
                patterns=kept.patterns - {pattern},
                excluded_patterns=kept.excluded_patterns - {pattern},
            )
    return kept.to_language(), doubt


def _underapproximate(strings: StringSet) -> tuple[Language, str]:
    """Return a language that the set holds, and why it is not the set itself ("" where it is)."""
    try:
        return strings.to_language(), ""
    except NotRegular as error:
        return Language.empty(), error.reason


def _is_witness(text: str, narrow: StringSet, members: list[StringSet]) -> bool:
    return narrow.contains(text) and not any(member.contains(text) for member in members)


def _try_candidates(
    narrow: StringSet, members: list[StringSet], rest: Language | None, why: str
) -> str | Unknown:
    """Return a witness out of a few likely texts, else say why nothing is known."""
    likely = itertools.chain(
        _generate_candidates(narrow, rest), *(sorted(member.excluded) for member in members)
    )
    found = (text for text in likely if _is_witness(text, narrow, members))
    text = next(found, None)
    return Unknown(why) if text is None else text


def _generate_candidates(narrow: StringSet, rest: Language | None) -> Iterator[str]:
    if rest is not None:
        with contextlib.suppress(TooManyStates):
            yield from rest.list_texts(MAX_CANDIDATES)
    chance = random.Random(0)  # noqa: S311 - the same texts each time, nothing secret
    for pattern, _ in itertools.product(sorted(narrow.patterns), range(MAX_CANDIDATES)):
        compiled = _compile(pattern)
        text = (
            None
            if compiled is None
            else regex.sample(compiled.node, chance, narrow.min_length, narrow.max_length)
        )
        if text is not None:
            yield text
