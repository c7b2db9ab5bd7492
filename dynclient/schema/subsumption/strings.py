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

from dynclient.schema import patterns
from dynclient.schema.patterns.automata import Irregular, Language, TooLarge, Undecided
from dynclient.schema.subsumption.answers import Unknown
from dynclient.schema.subsumption.numbers import exact

#: How many texts are tried as witnesses where automata cannot say it all.
MAX_TRIED = 12
#: A plain text longer than this is not made up.
MAX_EXAMPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Strings:
    """The strings that all of these allow; without any, every string.

    Args:
        least: fewest characters.
        most: most characters, None for no limit.
        patterns: each is found in the text.
        unlike: none of these is.
        excluded: texts left out.
        among: the only texts there are, None for no such list.

    """

    least: int = 0
    most: int | None = None
    patterns: frozenset[str] = frozenset()
    unlike: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    among: frozenset[str] | None = None

    @classmethod
    def described(cls, schema: Mapping[str, Any]) -> Strings:
        """Return the strings that `minLength`, `maxLength` and `pattern` of a schema (in our dialect) allow.

        Raises:
            Undecidable: a length is no finite number.

        """
        found = frozenset({schema["pattern"]} if "pattern" in schema else ())
        most = schema.get("maxLength")
        return cls(
            max(0, math.ceil(exact(schema.get("minLength", 0)))),
            None if most is None else math.floor(exact(most)),
            found,
        )

    @classmethod
    def of(cls, texts: Iterable[str]) -> Strings:
        """Return these texts alone."""
        return cls(among=frozenset(texts))

    def without(self, texts: Iterable[str]) -> Strings:
        """Return the set less some texts."""
        return replace(self, excluded=self.excluded | frozenset(texts))

    def __and__(self, other: Strings) -> Strings:
        return Strings(
            max(self.least, other.least),
            min((most for most in (self.most, other.most) if most is not None), default=None),
            self.patterns | other.patterns,
            self.unlike | other.unlike,
            self.excluded | other.excluded,
            other.among
            if self.among is None
            else self.among
            if other.among is None
            else self.among & other.among,
        )

    def holds(self, text: str) -> bool:
        """Tell whether a text is in the set, as the engines judge it."""
        return (
            self.least <= len(text)
            and (self.most is None or len(text) <= self.most)
            and (self.among is None or text in self.among)
            and text not in self.excluded
            and all(_found(pattern, text) for pattern in self.patterns)
            and not any(_found(pattern, text) for pattern in self.unlike)
        )

    def language(self) -> Language:
        """Return the set as a regular language.

        Raises:
            Undecided: a pattern is not regular, or a text is not Unicode.

        """
        made = Language.lengths(self.least, self.most)
        if self.among is not None:
            made &= Language.of(self.among)
        for pattern in sorted(self.patterns):
            made &= Language.matching(pattern)
        for pattern in sorted(self.unlike):
            made -= Language.matching(pattern)
        return made - Language.of(self.excluded) if self.excluded else made


def included(narrow: Strings, wide: Strings) -> str | Unknown | None:
    """Tell whether every string of one set is in the other.

    Returns:
        None where that is proved; else a short text that only the first set holds, or why neither could be shown.

    """
    return covered(narrow, [wide])


def covered(narrow: Strings, union: Iterable[Strings]) -> str | Unknown | None:
    """Tell whether every string of a set is in at least one of others; the answer is that of `included`."""
    members = list(union)
    if narrow.among is not None:
        return _listed(narrow, members)
    if _is_plainly_empty(narrow) or any(_is_plainly_within(narrow, member) for member in members):
        return None
    plain = _plain_witness(narrow, members)
    return _decided(narrow, members) if plain is None else plain


def example(strings: Strings) -> str | Unknown | None:
    """Return a short text of a set, None where it is proved empty, or why neither could be shown."""
    return covered(strings, [])


@functools.lru_cache(maxsize=512)
def _compiled(pattern: str) -> patterns.Pattern | None:
    try:
        return patterns.compile(pattern)
    except patterns.BadPattern:
        return None


def _found(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found; one that cannot be read is never."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text)


def _listed(narrow: Strings, members: list[Strings]) -> str | None:
    """Check a list of texts one by one; of those missing the shortest is the witness."""
    assert narrow.among is not None
    missing = [
        t
        for t in narrow.among
        if narrow.holds(t) and not any(member.holds(t) for member in members)
    ]
    return min(missing, key=lambda text: (len(text), text), default=None)


def _is_plainly_empty(strings: Strings) -> bool:
    return (strings.most is not None and strings.most < strings.least) or bool(
        strings.patterns & strings.unlike
    )


def _is_plainly_within(narrow: Strings, wide: Strings) -> bool:
    """Tell whether each rule of one set is a rule of the other already."""
    return (
        wide.among is None
        and narrow.least >= wide.least
        and (wide.most is None or (narrow.most is not None and narrow.most <= wide.most))
        and narrow.patterns >= wide.patterns
        and narrow.unlike >= wide.unlike
        and all(text in narrow.excluded or not narrow.holds(text) for text in wide.excluded)
    )


def _plain_witness(narrow: Strings, members: list[Strings]) -> str | None:
    """Return a text of one letter, where the first set has no patterns and a length settles it."""
    if narrow.patterns or narrow.unlike:
        return None
    edges = {
        narrow.least,
        *(m.least - 1 for m in members),
        *(m.most + 1 for m in members if m.most is not None),
    }
    for length in sorted(edge for edge in edges if narrow.least <= edge <= MAX_EXAMPLE):
        text = "a" * length
        if narrow.holds(text) and not any(member.holds(text) for member in members):
            return text
    return None


def _decided(narrow: Strings, members: list[Strings]) -> str | Unknown | None:
    """Decide by automata; where a pattern is not regular, prove without it or find a witness by trying."""
    try:
        outer, doubt = _around(narrow)
        inner = Language.nothing()
        for member in members:
            part, why = _inside(_unshared(member, narrow))
            inner |= part
            doubt = doubt or why
        text = (outer - inner).shortest()
    except Undecided as error:
        return _tried(narrow, members, None, error.why)
    if text is None or _is_witness(text, narrow, members):
        return text
    return _tried(
        narrow, members, outer - inner, doubt or "the matcher gives up where the automata do not"
    )


def _unshared(wide: Strings, narrow: Strings) -> Strings:
    """Return a set without the patterns that every text of another passes anyway."""
    return replace(
        wide, patterns=wide.patterns - narrow.patterns, unlike=wide.unlike - narrow.unlike
    )


def _around(strings: Strings) -> tuple[Language, str]:
    """Return a language that holds the set, and why it is not the set itself ("" where it is)."""
    kept, doubt = strings, ""
    for pattern in sorted(strings.patterns | strings.unlike):
        try:
            Language.matching(pattern)
        except Irregular as error:
            doubt = error.why
            kept = replace(kept, patterns=kept.patterns - {pattern}, unlike=kept.unlike - {pattern})
    return kept.language(), doubt


def _inside(strings: Strings) -> tuple[Language, str]:
    """Return a language that the set holds, and why it is not the set itself ("" where it is)."""
    try:
        return strings.language(), ""
    except Irregular as error:
        return Language.nothing(), error.why


def _is_witness(text: str, narrow: Strings, members: list[Strings]) -> bool:
    return narrow.holds(text) and not any(member.holds(text) for member in members)


def _tried(
    narrow: Strings, members: list[Strings], rest: Language | None, why: str
) -> str | Unknown:
    """Return a witness out of a few likely texts, else say why nothing is known."""
    likely = itertools.chain(
        _likely(narrow, rest), *(sorted(member.excluded) for member in members)
    )
    found = (text for text in likely if _is_witness(text, narrow, members))
    text = next(found, None)
    return Unknown(why) if text is None else text


def _likely(narrow: Strings, rest: Language | None) -> Iterator[str]:
    if rest is not None:
        with contextlib.suppress(TooLarge):
            yield from rest.texts(MAX_TRIED)
    chance = random.Random(0)  # noqa: S311 - the same texts each time, nothing secret
    for pattern, _ in itertools.product(sorted(narrow.patterns), range(MAX_TRIED)):
        compiled = _compiled(pattern)
        text = (
            None
            if compiled is None
            else patterns.sample(compiled.node, chance, narrow.least, narrow.most)
        )
        if text is not None:
            yield text
