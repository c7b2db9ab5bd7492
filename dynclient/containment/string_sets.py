"""Sets of strings: lengths, patterns, enumerations. Automata decide where cheaper rules fail.

A string is a sequence of Unicode scalar values. Its length counts code points.
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
from dynclient.containment.number_sets import intersect_enumerations, to_exact
from dynclient.containment.unknown import Unknown
from dynclient.regex.automata import Language, NotRegular, TextTooLong, Undecided
from dynclient.schema.engines.long_values import MAX_VALUE_SIZE, LongText

#: How many strings are tried as witnesses where a pattern is not regular.
MAX_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class StringSet:
    """The strings that meet all of these conditions; without any, every string.

    Args:
        min_length: fewest characters.
        max_length: most characters, None for no limit.
        patterns: each is found in the string.
        excluded_patterns: none is found in the string.
        excluded: strings that are not in the set.
        enumeration: the only strings that may be in the set; None for no such list.

    """

    min_length: int = 0
    max_length: int | None = None
    patterns: frozenset[str] = frozenset()
    excluded_patterns: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    enumeration: frozenset[str] | None = None

    @classmethod
    def from_schema(cls, schema: Mapping[str, Any]) -> StringSet:
        """Return the strings that `minLength`, `maxLength` and `pattern` of a schema allow.

        Raises:
            Undecidable: a length is no finite number.

        """
        min_length = math.ceil(to_exact(schema.get("minLength", 0)))
        max_length = schema.get("maxLength")
        return cls(
            min_length=max(0, min_length),
            max_length=None if max_length is None else math.floor(to_exact(max_length)),
            patterns=frozenset({schema["pattern"]} if "pattern" in schema else ()),
        )

    @classmethod
    def from_values(cls, values: Iterable[str]) -> StringSet:
        """Return the set of these strings."""
        return cls(enumeration=frozenset(values))

    def exclude(self, values: Iterable[str]) -> StringSet:
        """Return the set without some strings."""
        return replace(self, excluded=self.excluded.union(values))

    def __and__(self, other: StringSet) -> StringSet:
        limits = [limit for limit in (self.max_length, other.max_length) if limit is not None]
        return StringSet(
            min_length=max(self.min_length, other.min_length),
            max_length=min(limits, default=None),
            patterns=self.patterns | other.patterns,
            excluded_patterns=self.excluded_patterns | other.excluded_patterns,
            excluded=self.excluded | other.excluded,
            enumeration=intersect_enumerations(self.enumeration, other.enumeration),
        )

    def contains(self, text: str) -> bool:
        """Tell whether a string is in the set, as the engines decide."""
        if len(text) < self.min_length or text in self.excluded:
            return False
        if self.max_length is not None and len(text) > self.max_length:
            return False
        if self.enumeration is not None and text not in self.enumeration:
            return False
        if not all(_is_pattern_found(pattern, text) for pattern in self.patterns):
            return False
        return not any(_is_pattern_found(pattern, text) for pattern in self.excluded_patterns)

    def to_language(self) -> Language:
        """Return the set as a regular language.

        Raises:
            Undecided: a pattern is not regular, or a string is not Unicode.

        """
        language = Language.from_lengths(self.min_length, self.max_length)
        if self.enumeration is not None:
            language &= Language.from_texts(self.enumeration)
        for pattern in sorted(self.patterns):
            language &= Language.from_pattern(pattern)
        for pattern in sorted(self.excluded_patterns):
            language -= Language.from_pattern(pattern)
        return language - Language.from_texts(self.excluded) if self.excluded else language


def find_counterexample(subset: StringSet, superset: StringSet) -> str | Unknown | None:
    """Decide whether every string of one set is in the other.

    Returns:
        None where that is proved; else a short string of the first set alone, or why neither
        could be shown.

    """
    return find_uncovered(subset, [superset])


def find_uncovered(subset: StringSet, union: Iterable[StringSet]) -> str | Unknown | None:
    """Decide whether every string of a set is in a union; the result is that of the above."""
    members = list(union)
    if subset.enumeration is not None:
        return _check_enumeration(subset, members)
    if _is_trivially_empty(subset):
        return None
    if any(_is_trivially_contained(subset, member) for member in members):
        return None
    witness = _find_trivial_witness(subset, members)
    return _decide_by_automata(subset, members) if witness is None else witness


def find_example(strings: StringSet) -> str | Unknown | None:
    """Return a short string of a set, None where it is proved empty, or why neither was shown."""
    return find_uncovered(strings, [])


@functools.lru_cache(maxsize=512)
def _compile(pattern: str) -> regex.Pattern | None:
    try:
        return regex.compile(pattern)
    except regex.PatternError:
        return None


def _is_pattern_found(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found; an invalid one never is."""
    compiled = _compile(pattern)
    return compiled is not None and compiled.search(text)


def _is_witness(text: str, subset: StringSet, members: list[StringSet]) -> bool:
    return subset.contains(text) and not any(member.contains(text) for member in members)


def _check_enumeration(subset: StringSet, members: list[StringSet]) -> str | None:
    """Check listed strings one by one; return the shortest that is not covered."""
    assert subset.enumeration is not None
    witnesses = [text for text in subset.enumeration if _is_witness(text, subset, members)]
    return min(witnesses, key=lambda text: (len(text), text), default=None)


def _is_trivially_empty(strings: StringSet) -> bool:
    if strings.max_length is not None and strings.max_length < strings.min_length:
        return True
    return not strings.patterns.isdisjoint(strings.excluded_patterns)


def _is_trivially_contained(subset: StringSet, superset: StringSet) -> bool:
    """Tell whether each condition of one set is a condition of the other already."""
    if superset.enumeration is not None or subset.min_length < superset.min_length:
        return False
    limit = math.inf if subset.max_length is None else subset.max_length
    if superset.max_length is not None and limit > superset.max_length:
        return False
    if not subset.patterns >= superset.patterns:
        return False
    if not subset.excluded_patterns >= superset.excluded_patterns:
        return False
    return not any(
        text not in subset.excluded and subset.contains(text) for text in superset.excluded
    )


def _find_trivial_witness(subset: StringSet, members: list[StringSet]) -> str | None:
    """Return a string of one letter, where the set has no patterns and a length decides."""
    if subset.patterns or subset.excluded_patterns:
        return None
    lengths = {subset.min_length}
    for member in members:
        lengths.add(member.min_length - 1)
        if member.max_length is not None:
            lengths.add(member.max_length + 1)
    for length in sorted(lengths):
        if not subset.min_length <= length <= MAX_VALUE_SIZE:
            continue
        text = "a" * length
        if _is_witness(text, subset, members):
            return text
    return None


def _decide_by_automata(subset: StringSet, members: list[StringSet]) -> str | Unknown | None:
    """Decide by automata; where a pattern is not regular, prove without it or try candidates."""
    try:
        upper, reason = _overapproximate(subset)
        lower = Language.empty()
        for member in members:
            part, part_reason = _underapproximate(_drop_shared_patterns(member, subset))
            lower |= part
            reason = reason or part_reason
        difference = upper - lower
        text = difference.find_shortest()
    except TextTooLong as error:
        return _describe_long_text(subset, error)
    except Undecided as error:
        return _try_candidates(subset, members, None, error.reason)
    if text is None or _is_witness(text, subset, members):
        return text
    reason = reason or "the matcher gives up where the automata do not"
    return _try_candidates(subset, members, difference, reason)


def _describe_long_text(strings: StringSet, error: TextTooLong) -> LongText | Unknown:
    """Return a stand-in of a text that is too long, with a short text of the same patterns."""
    text = find_example(replace(strings, min_length=0, max_length=None))
    return LongText(text, error.length) if isinstance(text, str) else Unknown(error.reason)


def _drop_shared_patterns(superset: StringSet, subset: StringSet) -> StringSet:
    """Return a set without the patterns that every string of the subset fits anyway."""
    return replace(
        superset,
        patterns=superset.patterns - subset.patterns,
        excluded_patterns=superset.excluded_patterns - subset.excluded_patterns,
    )


def _overapproximate(strings: StringSet) -> tuple[Language, str]:
    """Return a language that contains the set, and why it is not equal ("" where it is)."""
    regular, reason = strings, ""
    for pattern in sorted(strings.patterns | strings.excluded_patterns):
        try:
            Language.from_pattern(pattern)
        except NotRegular as error:
            reason = error.reason
            regular = replace(
                regular,
                patterns=regular.patterns - {pattern},
                excluded_patterns=regular.excluded_patterns - {pattern},
            )
    return regular.to_language(), reason


def _underapproximate(strings: StringSet) -> tuple[Language, str]:
    """Return a language that the set contains, and why it is not equal ("" where it is)."""
    try:
        return strings.to_language(), ""
    except NotRegular as error:
        return Language.empty(), error.reason


def _try_candidates(
    subset: StringSet, members: list[StringSet], difference: Language | None, reason: str
) -> str | Unknown:
    """Return a witness out of a few candidates, else Unknown with the reason."""
    excluded = [sorted(member.excluded) for member in members]
    for text in itertools.chain(_generate_candidates(subset, difference), *excluded):
        if _is_witness(text, subset, members):
            return text
    return Unknown(reason)


def _generate_candidates(subset: StringSet, difference: Language | None) -> Iterator[str]:
    if difference is not None:
        with contextlib.suppress(Undecided):
            yield from difference.list_texts(MAX_CANDIDATES)
    chance = random.Random(0)  # noqa: S311 (the same strings each time, nothing secret)
    for pattern in sorted(subset.patterns):
        compiled = _compile(pattern)
        for _ in range(MAX_CANDIDATES if compiled is not None else 0):
            assert compiled is not None
            text = regex.sample(compiled.node, chance, subset.min_length, subset.max_length)
            if text is not None:
                yield text
