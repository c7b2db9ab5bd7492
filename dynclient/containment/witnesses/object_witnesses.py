"""Objects that fit a constraint set: required properties, existing ones, and their number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from typing import TYPE_CHECKING, Any

from dynclient.containment.disjuncts import find_declared_schemas
from dynclient.containment.unknown import Unknown
from dynclient.containment.witnesses.allowed_properties import AllowedProperties
from dynclient.containment.witnesses.constraint_set import (
    ChildApplicators,
    ConstraintSet,
    ExistingProperty,
    PropertyNameSet,
)
from dynclient.containment.witnesses.distinct_values import generate_distinct_value
from dynclient.containment.witnesses.search_results import (
    UNDETERMINED,
    UNSATISFIABLE,
    SearchResult,
    Witness,
)
from dynclient.containment.witnesses.signed_schemas import SignedSchema
from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.containment.witnesses.witness_generator import WitnessGenerator

#: The overlaps of more patterns of property names than this are not explored.
MAX_PATTERNS = 4

#: Names for properties that no schema declares.
_READABLE_NAMES = ("other", "x", "a", "b", "additional")

#: An object with more properties is not built.
MAX_PROPERTIES = 200


def generate_object(generator: WitnessGenerator, constraints: ConstraintSet) -> SearchResult:
    """Return an object that fits constraints, UNSATISFIABLE by proof, or Unknown."""
    least, most = constraints.property_count
    if most is not None and most < max(least, len(constraints.required)):
        return UNSATISFIABLE
    return generate_distinct_value(
        constraints, lambda larger: _ObjectSearch(generator, larger).search(), "property_count"
    )


class _ObjectSearch:
    """Chooses properties one by one, with the schemas that each has to fit beyond its own."""

    def __init__(self, generator: WitnessGenerator, constraints: ConstraintSet) -> None:
        self._generator = generator
        self._constraints = constraints
        self._allowed_properties: list[AllowedProperties] = []
        for rule in constraints.unevaluated:
            allowed = generator.find_allowed_properties(rule, constraints.negated)
            if allowed is not None:
                self._allowed_properties.append(allowed)
        self._chosen_properties: dict[str, tuple[SignedSchema, ...]]
        self._chosen_properties = dict.fromkeys(sorted(constraints.required), ())
        self._known_names = self._collect_names()
        self._undecided_result: SearchResult | None = None

    def search(self) -> SearchResult:
        """Return an object, UNSATISFIABLE or Unknown."""
        for name in self._chosen_properties:
            if self._search_property(name, ()) is UNSATISFIABLE:
                return UNSATISFIABLE
        for existing in sorted(self._constraints.existing_properties, key=_rank_freedom):
            if self._place_existing_property(existing) is UNSATISFIABLE:
                return UNSATISFIABLE
        failure = self._add_missing_properties()
        if failure is not None:
            return failure
        return self._undecided_result or self._build_object()

    def _build_object(self) -> SearchResult:
        """Return the object of the chosen properties."""
        most = self._constraints.property_count[1]
        if most is not None and len(self._chosen_properties) > most:
            return UNDETERMINED
        properties: dict[str, Any] = {}
        for name, signed_schemas in self._chosen_properties.items():
            result = self._search_property(name, signed_schemas)
            if isinstance(result, Unknown):
                return result
            if not isinstance(result, Witness):
                return UNDETERMINED
            properties[name] = result.value
        return Witness(properties)

    # --- the schemas of a property

    def _collect_names(self) -> list[str]:
        """Return the names that some constraint mentions, in order."""
        names: dict[str, None] = dict.fromkeys(self._chosen_properties)
        for part in self._constraints.applicators:
            names |= dict.fromkeys(part.keywords.get("properties", ()))
        names |= dict.fromkeys(name for name, _ in self._constraints.properties)
        for allowed in self._allowed_properties:
            names |= dict.fromkeys(allowed.evaluated.by_name)
        excluded = set[str]()
        for existing in self._constraints.existing_properties:
            excluded |= existing.name_set.excluded_names
        names |= dict.fromkeys(sorted(excluded))
        return list(names)

    def _search_property(self, name: str, signed_schemas: tuple[SignedSchema, ...]) -> SearchResult:
        """Return a value of a property, UNSATISFIABLE where it cannot exist."""
        if not self._satisfies_all(self._constraints.property_names, name):
            return UNSATISFIABLE
        return self._generator.search((*self._collect_property_schemas(name), *signed_schemas))

    def _satisfies_all(self, signed_schemas: tuple[SignedSchema, ...], value: Any) -> bool:
        satisfies = self._generator.validators.satisfies
        return all(satisfies(signed, value) for signed in signed_schemas)

    def _collect_property_schemas(self, name: str) -> Iterator[SignedSchema]:
        declaring_views = set[int]()
        for part in self._constraints.applicators:
            declared = list(_collect_declared_schemas(part, name))
            yield from declared
            if declared and not part.signed.is_open:
                declaring_views.add(id(part.signed.view))
            if not declared and "additionalProperties" in part.keywords:
                yield part.sign_inner(part.keywords["additionalProperties"])
        for known, signed in self._constraints.properties:
            if known == name:
                yield signed
        for allowed in self._allowed_properties:
            rule = allowed.rule
            is_declared = id(rule.signed.view) in declaring_views
            if not is_declared or rule.declaring_schema is not None:
                yield self._sign_allowed_schemas(allowed, name)

    def _sign_allowed_schemas(self, allowed: AllowedProperties, name: str) -> SignedSchema:
        """Return the union of the schemas that a rule allows for a property."""
        signed = allowed.rule.signed
        schemas = allowed.find_schemas(name)
        if signed.is_open:
            return SignedSchema(signed.view, self._generator.build_union(schemas), True, "open")
        if len(schemas) == 1 and signed.view.is_excluded_by_direction(schemas[0]):
            return SignedSchema(signed.view, False, True, "part")
        return SignedSchema(signed.view, self._generator.build_union(schemas), True, "part")

    # --- properties that exist under one of several names

    def _place_existing_property(self, existing: ExistingProperty) -> SearchResult | None:
        """Choose a property that is as required; return UNSATISFIABLE where none can be."""
        unknown: SearchResult | None = None
        for name in self._list_known_names(existing.name_set):
            if not self._satisfies_all(existing.name_set.signed_schemas, name):
                continue
            result = self._place_under_name(name, existing.signed_schemas)
            if isinstance(result, Witness):
                return None
            if result is not UNSATISFIABLE:
                unknown = result

        fresh = self._place_under_fresh_name(existing)
        if isinstance(fresh, Witness):
            return None
        undecided = fresh if isinstance(fresh, Unknown) else unknown
        self._undecided_result = self._undecided_result or undecided
        return UNSATISFIABLE if undecided is None else None

    def _place_under_name(
        self, name: str, signed_schemas: tuple[SignedSchema, ...]
    ) -> SearchResult:
        """Choose a property if it fits beside the choices made so far; return a value of it."""
        chosen = self._chosen_properties.get(name, ())
        both = (*chosen, *signed_schemas)
        result = self._search_property(name, both)
        if isinstance(result, Witness):
            self._chosen_properties[name] = both
        elif result is UNSATISFIABLE and chosen and not self._is_impossible(name, signed_schemas):
            # Only the choices made so far refuse it.
            return UNDETERMINED
        return result

    def _place_under_fresh_name(self, existing: ExistingProperty) -> SearchResult:
        """Choose a property of a name that is in no use; return the name."""
        if self._is_full():
            return UNSATISFIABLE
        names_in_use = {*self._known_names, *self._chosen_properties}
        fresh = self._find_fresh_name(existing.name_set, existing.signed_schemas, names_in_use)
        if isinstance(fresh, Witness):
            self._chosen_properties[fresh.value] = existing.signed_schemas
        return fresh

    def _is_impossible(self, name: str, signed_schemas: tuple[SignedSchema, ...]) -> bool:
        return self._search_property(name, signed_schemas) is UNSATISFIABLE

    def _is_full(self) -> bool:
        """Tell whether the required properties are all that there may be."""
        most = self._constraints.property_count[1]
        return most is not None and len(self._constraints.required) >= most

    def _list_known_names(self, name_set: PropertyNameSet) -> list[str]:
        """Return the names of a set that are chosen or known, the chosen ones first."""
        names = list(self._chosen_properties)
        if not self._is_full():
            names += [name for name in self._known_names if name not in self._chosen_properties]
        return [name for name in names if name_set.may_contain(name)]

    def _find_fresh_name(
        self,
        name_set: PropertyNameSet,
        signed_schemas: tuple[SignedSchema, ...],
        excluded: set[str],
    ) -> SearchResult:
        """Return a name that no constraint mentions, and whose value can fit some schemas."""
        fixed = {*name_set.patterns, *name_set.excluded_patterns}
        free = [pattern for pattern in self._collect_patterns() if pattern not in fixed]
        if len(free) > MAX_PATTERNS:
            return Unknown("there are too many patterns of names")
        unknown: SearchResult = UNSATISFIABLE
        for choice in product((False, True), repeat=len(free)):
            chosen = [pattern for pattern, is_chosen in zip(free, choice, strict=True) if is_chosen]
            group = PropertyNameSet(
                patterns=(*name_set.patterns, *chosen),
                excluded_patterns=(
                    *name_set.excluded_patterns,
                    *(pattern for pattern in free if pattern not in chosen),
                ),
                excluded_names=name_set.excluded_names.union(excluded),
                signed_schemas=name_set.signed_schemas,
            )
            result = name = self._generate_name(group)
            if isinstance(name, Witness):
                result = self._search_property(name.value, signed_schemas)
                if isinstance(result, Witness):
                    return name
            if result is not UNSATISFIABLE:
                unknown = result
        return unknown

    def _collect_patterns(self) -> list[str]:
        """Return the patterns of property names, each once."""
        patterns: dict[str, None] = {}
        for part in self._constraints.applicators:
            patterns |= dict.fromkeys(part.keywords.get("patternProperties", ()))
        for allowed in self._allowed_properties:
            patterns |= dict.fromkeys(pattern for pattern, _ in allowed.evaluated.by_pattern)
        return list(patterns)

    def _generate_name(self, group: PropertyNameSet) -> SearchResult:
        """Return one name of a group of names with the same schemas."""
        conditions = (*group.signed_schemas, *self._constraints.property_names)
        if not any((group.patterns, group.excluded_patterns, conditions)):
            for name in _generate_fresh_names():
                if name not in group.excluded_names:
                    return Witness(name)
        for name in _READABLE_NAMES:
            if group.may_contain(name) and self._satisfies_all(conditions, name):
                return Witness(name)
        view = self._constraints.expanded[0].view
        name_schema = SignedSchema(view, _build_name_schema(group), closing_mode="open")
        return self._generator.search((name_schema, *conditions))

    # --- how many

    def _add_missing_properties(self) -> SearchResult | None:
        """Choose as many properties as are required; return why where there cannot be so many."""
        least = self._constraints.property_count[0]
        if least > MAX_PROPERTIES:
            return Unknown("too many properties are asked for")
        unknown = self._add_known_properties(least)
        while len(self._chosen_properties) < least:
            names_in_use = {*self._known_names, *self._chosen_properties}
            fresh = self._find_fresh_name(PropertyNameSet(), (), names_in_use)
            if not isinstance(fresh, Witness):
                return unknown or fresh
            self._chosen_properties[fresh.value] = ()
        return None

    def _add_known_properties(self, least: int) -> SearchResult | None:
        """Choose known names until there are enough; return the first one that is undecided."""
        unknown: SearchResult | None = None
        for name in self._known_names:
            if len(self._chosen_properties) >= least:
                break
            if name in self._chosen_properties:
                continue
            result = self._search_property(name, ())
            if isinstance(result, Witness):
                self._chosen_properties[name] = ()
            elif isinstance(result, Unknown):
                unknown = unknown or result
        return unknown


def _rank_freedom(existing: ExistingProperty) -> int:
    """Order existing properties: those with the least choice of names may do for others too."""
    names = existing.name_set
    return -(
        len(names.patterns)
        + len(names.excluded_patterns)
        + len(names.signed_schemas)
        + len(names.excluded_names)
    )


def _collect_declared_schemas(part: ChildApplicators, name: str) -> Iterator[SignedSchema]:
    """Yield the schemas of a property in `properties` and `patternProperties` of one schema."""
    view = part.signed.view
    for schema in find_declared_schemas(part.keywords, name):
        is_excluded = not part.signed.is_open and view.is_excluded_by_direction(schema)
        yield part.sign_inner(False if is_excluded else schema)


def _build_name_schema(group: PropertyNameSet) -> Schema:
    """Return a schema for the names of a group, its signed schemas apart."""
    patterns = [Schema({"pattern": pattern}) for pattern in group.patterns]
    schema = Schema({"type": "string", "allOf": patterns})
    refused = [Schema({"pattern": pattern}) for pattern in group.excluded_patterns]
    if group.excluded_names:
        refused.append(Schema({"enum": sorted(group.excluded_names)}))
    if refused:
        schema["not"] = Schema({"anyOf": refused})
    return schema


def _generate_fresh_names() -> Iterator[str]:
    yield from _READABLE_NAMES
    yield from (f"other{number}" for number in count(1))
