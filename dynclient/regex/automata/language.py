"""Regular languages over Unicode scalar values, as values with an algebra."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from dynclient.regex.automata import language_expressions, pattern_translation, product_automaton
from dynclient.regex.automata.automata_errors import TextTooLong, TooManyStates
from dynclient.regex.automata.language_expressions import (
    EVERYTHING,
    NOTHING,
    LanguageExpression,
    LengthLanguage,
)
from dynclient.regex.automata.lengths import build_interval


@dataclass(frozen=True, slots=True)
class Language:
    """A set of texts; `&`, `|`, `-` and `~` build new ones without any search.

    The search begins with a question. Every question (`is_empty`, `find_shortest`, `list_texts`, …)
    raises `TooManyStates` where its answer takes too many states.
    """

    expression: LanguageExpression

    @classmethod
    def from_pattern(cls, pattern: str) -> Language:
        """Return the texts in which a pattern of ECMA-262 is found, anywhere unless it is anchored.

        Raises:
            NotRegular: it is no pattern, has backreferences, or lookbehinds with assertions in
                them.

        """
        return cls(_translate_pattern(pattern))

    @classmethod
    def universal(cls) -> Language:
        """Return all texts."""
        return cls(EVERYTHING)

    @classmethod
    def empty(cls) -> Language:
        """Return no text."""
        return cls(NOTHING)

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> Language:
        """Return these texts alone.

        Raises:
            NotRegular: one holds a lone surrogate, which is no character.

        """
        return cls(pattern_translation.translate_texts(frozenset(texts)))

    @classmethod
    def from_lengths(cls, low: int, high: int | None = None) -> Language:
        """Return the texts of `low` to `high` characters (code points), None for no limit."""
        return cls(LengthLanguage(build_interval(low, high)))

    def __and__(self, other: Language) -> Language:
        return Language(language_expressions.intersect(self.expression, other.expression))

    def __or__(self, other: Language) -> Language:
        return Language(language_expressions.unite(self.expression, other.expression))

    def __invert__(self) -> Language:
        return Language(language_expressions.complement(self.expression))

    def __sub__(self, other: Language) -> Language:
        return self & ~other

    @property
    def is_empty(self) -> bool:
        """Whether no text is in it."""
        try:
            return self.find_shortest() is None
        except TextTooLong:
            return False

    def find_shortest(self) -> str | None:
        """Return the shortest text, None if the language is empty.

        Of several it is the most readable one: letters and digits come first.

        Raises:
            TooManyStates: the search takes too many states.
            TextTooLong: the shortest text is too long to be built.

        """
        answer = _find_shortest_text(self.expression)
        if isinstance(answer, TooManyStates):
            raise TooManyStates(answer.reason)
        if isinstance(answer, TextTooLong):
            raise TextTooLong(answer.length)
        return answer

    def list_texts(self, limit: int) -> tuple[str, ...]:
        """Return up to `limit` different texts, shortest first; fewer if there are no more."""
        texts: list[str] = []
        while len(texts) < limit:
            others = self - Language.from_texts(texts)
            text = others.find_shortest()
            if text is None:
                break
            texts.append(text)
        return tuple(texts)

    def list_all_texts(self, limit: int) -> tuple[str, ...] | None:
        """Return all texts, shortest first; None if there are more than `limit`."""
        texts = self.list_texts(limit + 1)
        return texts if len(texts) <= limit else None

    def __contains__(self, text: str) -> bool:
        return product_automaton.accepts_text(self.expression, text)


@functools.lru_cache(maxsize=512)
def _find_shortest_text(expression: LanguageExpression) -> str | TooManyStates | TextTooLong | None:
    """Return the answer or the failure; the cache keeps failures too, as they take longest."""
    try:
        return product_automaton.find_shortest_text(expression)
    except TooManyStates as error:
        return TooManyStates(error.reason)
    except TextTooLong as error:
        return error.with_traceback(None)


_translate_pattern = functools.lru_cache(maxsize=512)(pattern_translation.translate_pattern)
