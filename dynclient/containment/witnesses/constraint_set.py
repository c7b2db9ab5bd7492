"""Constraint sets: conjunctions of the disjunctive normal form, possibly not fully expanded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from dynclient import regex
from dynclient.containment.disjuncts import JSON_TYPES
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.string_sets import StringSet
from dynclient.containment.witnesses.signed_schemas import ClosingMode, SignedSchema
from dynclient.generate.merged_schema import compute_identity

T = TypeVar("T")

#: A minimum, and a maximum or None for no limit.
CountBounds: TypeAlias = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class PropertyNameSet:
    """A set of property names.

    Attributes:
        patterns: each is found in the name.
        excluded_patterns: none is found in the name.
        excluded_names: names that are not in the set.
        signed_schemas: what the name, as a string, must fit or must not fit.

    """

    patterns: tuple[str, ...] = ()
    excluded_patterns: tuple[str, ...] = ()
    excluded_names: frozenset[str] = frozenset()
    signed_schemas: tuple[SignedSchema, ...] = ()

    def may_contain(self, name: str) -> bool:
        """Tell whether a name is in the set, `signed_schemas` apart."""
        if name in self.excluded_names:
            return False
        return fits_patterns(name, self.patterns, self.excluded_patterns)


def fits_patterns(name: str, patterns: Iterable[str], excluded_patterns: Iterable[str]) -> bool:
    """Tell whether all patterns are found in a name, and none of the excluded ones."""
    if not all(regex.compile(pattern).search(name) for pattern in patterns):
        return False
    return not any(regex.compile(pattern).search(name) for pattern in excluded_patterns)


@dataclass(frozen=True, slots=True)
class ExistingProperty:
    """At least one property has a name of a set, and a value that fits all `signed_schemas`."""

    name_set: PropertyNameSet
    signed_schemas: tuple[SignedSchema, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildApplicators:
    """The keywords of one schema that apply to properties or items.

    Attributes:
        signed: the schema that has the keywords.
        keywords: the keywords with their values.
        closing_mode: how the reading applies to the inner schemas.

    """

    signed: SignedSchema
    keywords: dict[str, Any]
    closing_mode: ClosingMode

    def sign_inner(self, schema: Any) -> SignedSchema:
        """Return one of the inner schemas as a signed schema."""
        return SignedSchema(self.signed.view, schema, closing_mode=self.closing_mode)


@dataclass(frozen=True, eq=False, slots=True)
class UnevaluatedRule:
    """Every property that no schema of the value evaluates fits `unevaluated_schema`.

    Attributes:
        signed: whose schemas these are, and how the reading applies to them.
        schemas: the schemas of the value.
        unevaluated_schema: what the other properties must fit.
        declaring_schema: the schema with the keyword; None where the reading closes.

    """

    signed: SignedSchema
    schemas: tuple[Any, ...]
    unevaluated_schema: SignedSchema
    declaring_schema: Any = None


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` items from index `start` on fit a schema."""

    start: int
    signed: SignedSchema
    count: int = 1


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most `count` items fit a schema."""

    signed: SignedSchema
    count: int


#: What most constraint sets say of numbers and of strings: one object each, known by identity.
ANY_NUMBER, ANY_STRING = NumberSet(), StringSet()


@dataclass(frozen=True, slots=True)
class ConstraintSet:
    """Constraints that all hold; without any, every value fits.

    Attributes:
        types: the JSON types that the value can have.
        numbers: if the value is a number, it is one of these.
        strings: if the value is a string, it is one of these.
        enumeration: the only values that there are; None for no such list.
        excluded_values: values that are not allowed.
        formats: the formats of a string, which are annotations.
        applicators: the keywords for properties and items, schema by schema.
        properties: a schema for a property, if it exists.
        required: the names of properties that exist.
        existing_properties: properties that exist under one of several names.
        property_names: what every property name must fit, as a string.
        unevaluated: what properties must fit that no schema evaluates.
        property_count: how many properties there are.
        item_count: how many items there are.
        items: a schema for the item at an index, if it exists.
        contains_at_least: how many items fit a schema at least.
        contains_at_most: how many items fit a schema at most.
        has_unique_items: all items differ.
        has_equal_items: two items are equal.
        unexpanded: conjuncts that have several disjuncts, to be expanded where that matters.
        expanded: the signed schemas that these constraints come from.
        negated: schemas that do not fit, and so evaluate no property.
        unexpressed: why a keyword was left out, where no constraint can express it.

    """

    types: frozenset[str] = frozenset(JSON_TYPES)
    numbers: NumberSet = ANY_NUMBER
    strings: StringSet = ANY_STRING
    enumeration: tuple[Any, ...] | None = None
    excluded_values: tuple[Any, ...] = ()
    formats: tuple[str, ...] = ()
    applicators: tuple[ChildApplicators, ...] = ()
    properties: tuple[tuple[str, SignedSchema], ...] = ()
    required: frozenset[str] = frozenset()
    existing_properties: tuple[ExistingProperty, ...] = ()
    property_names: tuple[SignedSchema, ...] = ()
    unevaluated: tuple[UnevaluatedRule, ...] = ()
    property_count: CountBounds = (0, None)
    item_count: CountBounds = (0, None)
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
        both = self.restrict(other)
        return both.replace_conjuncts(
            remove_duplicates((*self.unexpanded, *other.unexpanded), _get_key),
            remove_duplicates((*self.expanded, *other.expanded), _get_key),
        )

    def restrict(self, other: ConstraintSet) -> ConstraintSet:
        """Return the conjunction with other constraints, whose conjuncts are left out."""
        return ConstraintSet(
            types=self.types & other.types,
            numbers=_intersect_numbers(self.numbers, other.numbers),
            strings=_intersect_strings(self.strings, other.strings),
            enumeration=_intersect_values(self.enumeration, other.enumeration),
            excluded_values=self.excluded_values + other.excluded_values,
            formats=self.formats + other.formats,
            applicators=self.applicators + other.applicators,
            properties=self.properties + other.properties,
            required=self.required | other.required,
            existing_properties=self.existing_properties + other.existing_properties,
            property_names=self.property_names + other.property_names,
            unevaluated=self.unevaluated + other.unevaluated,
            property_count=_intersect_bounds(self.property_count, other.property_count),
            item_count=_intersect_bounds(self.item_count, other.item_count),
            items=self.items + other.items,
            contains_at_least=self.contains_at_least + other.contains_at_least,
            contains_at_most=self.contains_at_most + other.contains_at_most,
            has_unique_items=self.has_unique_items or other.has_unique_items,
            has_equal_items=self.has_equal_items or other.has_equal_items,
            unexpanded=self.unexpanded,
            expanded=self.expanded,
            negated=self.negated + other.negated,
            unexpressed=self.unexpressed + other.unexpressed,
        )

    @property
    def is_trivially_empty(self) -> bool:
        """Whether no type or no listed value is left."""
        return not self.types or self.enumeration == ()

    def replace_unexpanded(self, unexpanded: tuple[SignedSchema, ...]) -> ConstraintSet:
        """Return the same constraints with other conjuncts to be expanded."""
        return replace(self, unexpanded=unexpanded)

    def replace_conjuncts(
        self, unexpanded: tuple[SignedSchema, ...], expanded: tuple[SignedSchema, ...]
    ) -> ConstraintSet:
        """Return the same constraints with other conjuncts, still and no longer to be expanded."""
        return replace(self, unexpanded=unexpanded, expanded=expanded)

    def negate(self, schemas: Iterable[Any]) -> ConstraintSet:
        """Return the same constraints where some more schemas do not fit."""
        return replace(self, negated=(*self.negated, *schemas))


_get_key = attrgetter("key")


def _intersect_numbers(one: NumberSet, other: NumberSet) -> NumberSet:
    return one if other is ANY_NUMBER else one & other


def _intersect_strings(one: StringSet, other: StringSet) -> StringSet:
    return one if other is ANY_STRING else one & other


def _intersect_bounds(one: CountBounds, other: CountBounds) -> CountBounds:
    if other == (0, None):
        return one
    limits = [limit for limit in (one[1], other[1]) if limit is not None]
    return max(one[0], other[0]), min(limits, default=None)


def _intersect_values(
    one: tuple[Any, ...] | None, other: tuple[Any, ...] | None
) -> tuple[Any, ...] | None:
    if one is None:
        return other
    if other is None:
        return one
    allowed = set(map(compute_identity, other))
    return tuple(value for value in one if compute_identity(value) in allowed)


def remove_duplicates(elements: Iterable[T], get_key: Callable[[T], Any]) -> tuple[T, ...]:
    """Return the elements with different keys, in order."""
    return tuple({get_key(element): element for element in elements}.values())


#: No value fits.
NO_VALUES = ConstraintSet(types=frozenset())
