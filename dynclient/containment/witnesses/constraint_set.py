"""Facts about one value, gathered from many schemas; and what is still open between several possibilities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dynclient import regex
from dynclient.containment.disjuncts import JSON_TYPES
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.string_sets import StringSet
from dynclient.containment.witnesses.signed_schemas import ClosingMode, SignedSchema
from dynclient.generate.merged_schema import compute_identity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PropertyNameSet:
    """Property names: those that fit a pattern, fit no other, and are none of some.

    Attributes:
        like: patterns that are found in each.
        unlike: patterns that are found in none.
        but: names left out.
        terms: what each name, as a text, must fit or must not.

    """

    patterns: tuple[str, ...] = ()
    excluded_patterns: tuple[str, ...] = ()
    excluded_names: frozenset[str] = frozenset()
    signed_schemas: tuple[SignedSchema, ...] = ()

    def may_contain(self, name: str) -> bool:
        """Tell whether a name is among them, `terms` apart."""
        return (
            name not in self.excluded_names
            and all(regex.compile(p).search(name) for p in self.patterns)
            and not any(regex.compile(p).search(name) for p in self.excluded_patterns)
        )


@dataclass(frozen=True, slots=True)
class ExistingProperty:
    """A property with one of some names is there, and its value fits all of `terms`."""

    name_set: PropertyNameSet
    signed_schemas: tuple[SignedSchema, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildApplicators:
    """What one schema says of the places inside an object or array."""

    signed: SignedSchema
    keywords: dict[str, Any]
    closing_mode: ClosingMode


@dataclass(frozen=True, eq=False, slots=True)
class UnevaluatedRule:
    """Properties that no schema of the value evaluates fit `rest`.

    Attributes:
        term: whose schemas these are, and how they are read.
        schemas: those of the value.
        rest: what is asked of the others.
        said: the schema that says so itself; None where the reading does.

    """

    signed: SignedSchema
    schemas: tuple[Any, ...]
    unevaluated_schema: SignedSchema
    declaring_schema: Any = None


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `least` items from `start` on fit a term."""

    start: int
    signed: SignedSchema
    count: int = 1


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most `most` items fit a term."""

    signed: SignedSchema
    count: int


_ANY_NUMBER, _ANY_STRING = NumberSet(), StringSet()


@dataclass(frozen=True, slots=True)
class ConstraintSet:
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

    types: frozenset[str] = frozenset(JSON_TYPES)
    numbers: NumberSet = _ANY_NUMBER
    strings: StringSet = _ANY_STRING
    enumeration: tuple[Any, ...] | None = None
    excluded_values: tuple[Any, ...] = ()
    formats: tuple[str, ...] = ()
    applicators: tuple[ChildApplicators, ...] = ()
    properties: tuple[tuple[str, SignedSchema], ...] = ()
    required: frozenset[str] = frozenset()
    existing_properties: tuple[ExistingProperty, ...] = ()
    property_names: tuple[SignedSchema, ...] = ()
    unevaluated: tuple[UnevaluatedRule, ...] = ()
    property_count: tuple[int, int | None] = (0, None)
    item_count: tuple[int, int | None] = (0, None)
    items: tuple[tuple[int, SignedSchema], ...] = ()
    contains_at_least: tuple[AtLeast, ...] = ()
    contains_at_most: tuple[AtMost, ...] = ()
    has_unique_items: bool = False
    has_equal_items: bool = False
    unexpanded: tuple[SignedSchema, ...] = ()
    expanded: tuple[SignedSchema, ...] = ()
    negated: tuple[Any, ...] = ()
    unexpressed: tuple[str, ...] = ()

    def __and__(self, other: ConstraintSet) -> ConstraintSet:
        joined = {name: getattr(self, name) + getattr(other, name) for name in _CONCATENATED_FIELDS}
        return replace(
            self,
            types=self.types & other.types,
            numbers=self.numbers & other.numbers,
            strings=self.strings & other.strings,
            enumeration=_intersect_values(self.enumeration, other.enumeration),
            required=self.required | other.required,
            property_count=_intersect_bounds(self.property_count, other.property_count),
            item_count=_intersect_bounds(self.item_count, other.item_count),
            has_unique_items=self.has_unique_items or other.has_unique_items,
            has_equal_items=self.has_equal_items or other.has_equal_items,
            unexpanded=remove_duplicates(
                (*self.unexpanded, *other.unexpanded), lambda term: term.key
            ),
            expanded=remove_duplicates((*self.expanded, *other.expanded), lambda term: term.key),
            **joined,
        )

    @property
    def is_trivially_empty(self) -> bool:
        """Whether no kind of value is left."""
        return not self.types or self.enumeration == ()


_CONCATENATED_FIELDS = (
    "excluded_values",
    "formats",
    "applicators",
    "properties",
    "existing_properties",
    "property_names",
    "unevaluated",
    "items",
    "contains_at_least",
    "contains_at_most",
    "negated",
    "unexpressed",
)


def _intersect_bounds(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> tuple[int, int | None]:
    return max(one[0], other[0]), min(
        (most for most in (one[1], other[1]) if most is not None), default=None
    )


def _intersect_values(
    one: tuple[Any, ...] | None, other: tuple[Any, ...] | None
) -> tuple[Any, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    known = set(map(compute_identity, other))
    return tuple(value for value in one if compute_identity(value) in known)


def remove_duplicates(found: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    """Return each once, in order."""
    return tuple({key(one): one for one in found}.values())


#: No value at all.
NO_VALUES = ConstraintSet(types=frozenset())
