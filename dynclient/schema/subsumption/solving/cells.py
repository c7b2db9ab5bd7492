"""Facts about one value, gathered from many schemas; and what is still open between several possibilities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dynclient.schema import patterns
from dynclient.schema.samples.shapes import identity
from dynclient.schema.subsumption.branches import KINDS
from dynclient.schema.subsumption.numbers import Numbers
from dynclient.schema.subsumption.solving.terms import Mode, Term
from dynclient.schema.subsumption.strings import Strings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """Property names: those that fit a pattern, fit no other, and are none of some.

    Attributes:
        like: patterns that are found in each.
        unlike: patterns that are found in none.
        but: names left out.
        terms: what each name, as a text, must fit or must not.

    """

    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    but: frozenset[str] = frozenset()
    terms: tuple[Term, ...] = ()

    def may_hold(self, name: str) -> bool:
        """Tell whether a name is among them, `terms` apart."""
        return (
            name not in self.but
            and all(patterns.compile(p).search(name) for p in self.like)
            and not any(patterns.compile(p).search(name) for p in self.unlike)
        )


@dataclass(frozen=True, slots=True)
class Exists:
    """A property with one of some names is there, and its value fits all of `terms`."""

    names: Names
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one schema says of the places inside an object or array."""

    term: Term
    said: dict[str, Any]
    inner: Mode


@dataclass(frozen=True, eq=False, slots=True)
class Limit:
    """Properties that no schema of the value evaluates fit `rest`.

    Attributes:
        term: whose schemas these are, and how they are read.
        schemas: those of the value.
        rest: what is asked of the others.
        said: the schema that says so itself; None where the reading does.

    """

    term: Term
    schemas: tuple[Any, ...]
    rest: Term
    said: Any = None


@dataclass(frozen=True, slots=True)
class Some:
    """At least `least` items from `start` on fit a term."""

    start: int
    term: Term
    least: int = 1


@dataclass(frozen=True, slots=True)
class Few:
    """At most `most` items fit a term."""

    term: Term
    most: int


_ANY_NUMBER, _ANY_TEXT = Numbers(), Strings()


@dataclass(frozen=True, slots=True)
class Cell:
    """Facts that all hold; without any, every value fits.

    Attributes:
        kinds: the kinds of value it may be.
        numbers: if it is a number, one of these; `strings` likewise.
        values: the only values there are, None for no such list.
        parts: what is said of the places inside.
        members: a property, if it is there, fits the term; `items` likewise by index.
        limits: what else may be there.
        pending: what holds in one of several ways, each to be looked into when it matters.
        asked: the terms that these facts come from, as far as they were gathered.
        barred: schemas that are known not to fit, for what they would declare.
        doubts: what was left out because nobody can say it in facts.

    """

    kinds: frozenset[str] = frozenset(KINDS)
    numbers: Numbers = _ANY_NUMBER
    strings: Strings = _ANY_TEXT
    values: tuple[Any, ...] | None = None
    without: tuple[Any, ...] = ()
    formats: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    members: tuple[tuple[str, Term], ...] = ()
    required: frozenset[str] = frozenset()
    exists: tuple[Exists, ...] = ()
    names: tuple[Term, ...] = ()
    limits: tuple[Limit, ...] = ()
    counts: tuple[int, int | None] = (0, None)
    lengths: tuple[int, int | None] = (0, None)
    items: tuple[tuple[int, Term], ...] = ()
    some: tuple[Some, ...] = ()
    few: tuple[Few, ...] = ()
    unique: bool = False
    repeats: bool = False
    pending: tuple[Term, ...] = ()
    asked: tuple[Term, ...] = ()
    barred: tuple[Any, ...] = ()
    doubts: tuple[str, ...] = ()

    def __and__(self, other: Cell) -> Cell:
        joined = {name: getattr(self, name) + getattr(other, name) for name in _JOINED}
        return replace(
            self,
            kinds=self.kinds & other.kinds,
            numbers=self.numbers & other.numbers,
            strings=self.strings & other.strings,
            values=_common(self.values, other.values),
            required=self.required | other.required,
            counts=_between(self.counts, other.counts),
            lengths=_between(self.lengths, other.lengths),
            unique=self.unique or other.unique,
            repeats=self.repeats or other.repeats,
            pending=distinct((*self.pending, *other.pending), lambda term: term.key),
            asked=distinct((*self.asked, *other.asked), lambda term: term.key),
            **joined,
        )

    @property
    def is_plainly_empty(self) -> bool:
        """Whether no kind of value is left."""
        return not self.kinds or self.values == ()


_JOINED = ("without", "formats", "parts", "members", "exists", "names", "limits", "items", "some", "few", "barred",
           "doubts")  # fmt: skip


def _between(one: tuple[int, int | None], other: tuple[int, int | None]) -> tuple[int, int | None]:
    return max(one[0], other[0]), min(
        (most for most in (one[1], other[1]) if most is not None), default=None
    )


def _common(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    known = set(map(identity, other))
    return tuple(value for value in one if identity(value) in known)


def distinct(found: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    """Return each once, in order."""
    return tuple({key(one): one for one in found}.values())


#: No value at all.
NOTHING = Cell(kinds=frozenset())
