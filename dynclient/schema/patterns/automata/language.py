"""Regular languages over Unicode scalar values, as values with an algebra."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from dynclient.schema.patterns.automata import deciding, expressions, reading
from dynclient.schema.patterns.automata.errors import TooLarge
from dynclient.schema.patterns.automata.expressions import EVERYTHING, NOTHING, Expression, Long
from dynclient.schema.patterns.automata.lengths import between


@dataclass(frozen=True, slots=True)
class Language:
    """A set of texts; `&`, `|`, `-` and `~` make new ones without looking into it, questions are answered lazily.

    Every question (`is_empty`, `shortest`, `texts`, …) raises `TooLarge` where its answer takes too many states.
    """

    expression: Expression

    @classmethod
    def matching(cls, pattern: str) -> Language:
        """Return the texts in which a pattern of ECMA-262 is found, anywhere unless it is anchored.

        Raises:
            Irregular: it is no pattern, has backreferences, or looks behind that look further around.

        """
        return cls(_read(pattern))

    @classmethod
    def everything(cls) -> Language:
        """Return all texts."""
        return cls(EVERYTHING)

    @classmethod
    def nothing(cls) -> Language:
        """Return no text."""
        return cls(NOTHING)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Language:
        """Return these texts alone.

        Raises:
            Irregular: one holds a lone surrogate, which is no character.

        """
        return cls(reading.exactly(frozenset(texts)))

    @classmethod
    def lengths(cls, low: int, high: int | None = None) -> Language:
        """Return the texts of `low` to `high` characters (code points), None for no limit."""
        return cls(Long(between(low, high)))

    def __and__(self, other: Language) -> Language:
        return Language(expressions.every(self.expression, other.expression))

    def __or__(self, other: Language) -> Language:
        return Language(expressions.some(self.expression, other.expression))

    def __invert__(self) -> Language:
        return Language(expressions.without(self.expression))

    def __sub__(self, other: Language) -> Language:
        return self & ~other

    @property
    def is_empty(self) -> bool:
        """Whether no text is in it."""
        return self.shortest() is None

    def shortest(self) -> str | None:
        """Return the shortest text, of several the most readable one (letters and digits first); None if empty."""
        answer = _shortest(self.expression)
        if isinstance(answer, TooLarge):
            raise TooLarge(answer.why)
        return answer

    def texts(self, limit: int) -> tuple[str, ...]:
        """Return up to `limit` different texts, shortest first; fewer only where there are no more."""
        found: list[str] = []
        while len(found) < limit:
            text = (self - Language.of(found)).shortest()
            if text is None:
                break
            found.append(text)
        return tuple(found)

    def finite_texts(self, limit: int) -> tuple[str, ...] | None:
        """Return all texts, shortest first, if there are at most `limit`; None if there are more."""
        found = self.texts(limit + 1)
        return found if len(found) <= limit else None

    def __contains__(self, text: str) -> bool:
        return deciding.holds(self.expression, text)


@functools.lru_cache(maxsize=512)
def _shortest(expression: Expression) -> str | TooLarge | None:
    """Remember a failure too: it is the answer that took longest."""
    try:
        return deciding.shortest(expression)
    except TooLarge as error:
        return TooLarge(error.why)


_read = functools.lru_cache(maxsize=512)(reading.read)
