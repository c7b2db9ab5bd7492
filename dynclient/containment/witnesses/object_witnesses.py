"""Objects that fit facts: what must be there, what is asked of some property, how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from typing import TYPE_CHECKING, Any

from dynclient import regex
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

#: With more patterns of names than this their overlaps are not looked into.
MAX_PATTERNS = 4

#: Names for what nobody declares.
_READABLE_NAMES = ("other", "x", "a", "b", "additional")

#: An object of more properties is not made.
MAX_PROPERTIES = 200


def generate_object(solver: WitnessGenerator, cell: ConstraintSet) -> SearchResult:
    """Return an object that fits the facts of a cell, EMPTY where none can."""
    least, most = cell.property_count
    if len(cell.required) > (most if most is not None else len(cell.required)) or (
        most is not None and least > most
    ):
        return UNSATISFIABLE
    return generate_distinct_value(
        cell, lambda larger: _ObjectSearch(solver, larger).search(), "counts"
    )


class _ObjectSearch:
    def __init__(self, solver: WitnessGenerator, cell: ConstraintSet) -> None:
        self._generator = solver
        self._constraints = cell
        limits = (solver.find_allowed_properties(limit, cell.negated) for limit in cell.unevaluated)
        self._allowed_properties = [only for only in limits if only is not None]
        self._chosen_properties: dict[str, tuple[SignedSchema, ...]] = dict.fromkeys(
            sorted(cell.required), ()
        )
        self._known_names = self._collect_names()
        self._undecided_result: SearchResult | None = None

    def search(self) -> SearchResult:
        """Return an object, EMPTY or Unknown."""
        for name in self._chosen_properties:
            if self._search_property(name, ()) is UNSATISFIABLE:
                return UNSATISFIABLE
        for exists in sorted(self._constraints.existing_properties, key=_rank_freedom):
            found = self._place_existing_property(exists)
            if found is UNSATISFIABLE:
                return UNSATISFIABLE
        filled = self._add_missing_properties()
        if filled is UNSATISFIABLE or self._undecided_result is not None or filled is not None:
            return filled or self._undecided_result or UNDETERMINED
        return self._build_object()

    def _build_object(self) -> SearchResult:
        """Return the object of what was chosen."""
        most = self._constraints.property_count[1]
        if most is not None and len(self._chosen_properties) > most:
            return UNDETERMINED
        made: dict[str, Any] = {}
        for name, extra in self._chosen_properties.items():
            answer = self._search_property(name, extra)
            if not isinstance(answer, Witness):
                return answer if isinstance(answer, Unknown) else UNDETERMINED
            made[name] = answer.value
        return Witness(made)

    # --- what is asked of a property

    def _collect_names(self) -> list[str]:
        """Return the names that somebody speaks of, in order."""
        found = dict.fromkeys(self._chosen_properties)
        found |= dict.fromkeys(
            name
            for part in self._constraints.applicators
            for name in part.keywords.get("properties", ())
        )
        found |= dict.fromkeys(name for name, _ in self._constraints.properties)
        found |= dict.fromkeys(
            name for only in self._allowed_properties for name in only.schemas_by_name
        )
        found |= dict.fromkeys(
            sorted(
                name
                for exists in self._constraints.existing_properties
                for name in exists.name_set.excluded_names
            )
        )
        return list(found)

    def _search_property(self, name: str, extra: tuple[SignedSchema, ...]) -> SearchResult:
        """Return a value of a property, EMPTY where it cannot be there."""
        if not all(
            self._generator.validators.satisfies(term, name)
            for term in self._constraints.property_names
        ):
            return UNSATISFIABLE
        return self._generator.search((*self._collect_property_schemas(name), *extra))

    def _collect_property_schemas(self, name: str) -> Iterator[SignedSchema]:
        spoken: set[int] = set()
        for part in self._constraints.applicators:
            own = list(_collect_declared_schemas(part, name))
            if own and not part.signed.is_open:
                spoken.add(id(part.signed.view))
            if not own and "additionalProperties" in part.keywords:
                own = [
                    SignedSchema(
                        part.signed.view,
                        part.keywords["additionalProperties"],
                        closing_mode=part.closing_mode,
                    )
                ]
            yield from own
        yield from (term for known, term in self._constraints.properties if known == name)
        for only in self._allowed_properties:
            if id(only.rule.signed.view) not in spoken or only.rule.declaring_schema is not None:
                yield self._sign_allowed_schemas(only, name)

    def _sign_allowed_schemas(self, only: AllowedProperties, name: str) -> SignedSchema:
        around, schemas = only.rule.signed, only.find_schemas(name)
        marked = any(
            not around.is_open and around.view.is_excluded_by_direction(schema)
            for schema in schemas
        )
        schema = False if marked and len(schemas) == 1 else self._generator.build_union(schemas)
        return SignedSchema(around.view, schema, closing_mode="open" if around.is_open else "part")

    # --- what some property is asked for

    def _place_existing_property(self, exists: ExistingProperty) -> SearchResult | None:
        """Let a property be there that is as asked; return EMPTY where none can be."""
        unknown: SearchResult | None = None
        known = [name for name in self._chosen_properties if exists.name_set.may_contain(name)]
        most = self._constraints.property_count[1]
        is_full = most is not None and len(self._constraints.required) >= most
        more = () if is_full else self._known_names
        known += [
            name
            for name in more
            if name not in self._chosen_properties and exists.name_set.may_contain(name)
        ]
        for name in known:
            if all(
                self._generator.validators.satisfies(term, name)
                for term in exists.name_set.signed_schemas
            ):
                answer = self._search_property(
                    name, (*self._chosen_properties.get(name, ()), *exists.signed_schemas)
                )
                if isinstance(answer, Witness):
                    self._chosen_properties[name] = (
                        *self._chosen_properties.get(name, ()),
                        *exists.signed_schemas,
                    )
                    return None
                conflict = (
                    answer is UNSATISFIABLE
                    and self._chosen_properties.get(name)
                    and self._search_property(name, exists.signed_schemas) is not UNSATISFIABLE
                )
                unknown = (
                    UNDETERMINED if conflict else unknown if answer is UNSATISFIABLE else answer
                )
        fresh = (
            UNSATISFIABLE
            if is_full
            else self._find_fresh_name(
                exists.name_set,
                exists.signed_schemas,
                {*self._known_names, *self._chosen_properties},
            )
        )
        if isinstance(fresh, Witness):
            self._chosen_properties[fresh.value] = exists.signed_schemas
            return None
        self._undecided_result = self._undecided_result or (
            fresh if isinstance(fresh, Unknown) else unknown
        )
        return UNSATISFIABLE if fresh is UNSATISFIABLE and unknown is None else None

    def _find_fresh_name(
        self, names: PropertyNameSet, terms: tuple[SignedSchema, ...], but: set[str]
    ) -> SearchResult:
        """Return a name that nobody speaks of and whose value can be as asked."""
        all_patterns = list(dict.fromkeys(self._collect_patterns()))
        asked = [
            pattern
            for pattern in all_patterns
            if pattern in names.patterns or pattern in names.excluded_patterns
        ]
        free = [pattern for pattern in all_patterns if pattern not in asked]
        if len(free) > MAX_PATTERNS:
            return Unknown("there are too many patterns of names")
        unknown: SearchResult = UNSATISFIABLE
        for chosen in product((False, True), repeat=len(free)):
            like = [
                *names.patterns,
                *(p for p, is_like in zip(free, chosen, strict=True) if is_like),
            ]
            unlike = [
                *names.excluded_patterns,
                *(p for p, is_like in zip(free, chosen, strict=True) if not is_like),
            ]
            name = self._generate_name(
                like, unlike, but | names.excluded_names, names.signed_schemas
            )
            answer = self._search_property(name.value, terms) if isinstance(name, Witness) else name
            if isinstance(answer, Witness) and isinstance(name, Witness):
                return name
            unknown = unknown if answer is UNSATISFIABLE else answer
        return unknown

    def _collect_patterns(self) -> Iterator[str]:
        for part in self._constraints.applicators:
            yield from part.keywords.get("patternProperties", ())
        yield from (
            pattern for only in self._allowed_properties for pattern, _ in only.schemas_by_pattern
        )

    def _generate_name(
        self, like: list[str], unlike: list[str], but: set[str], terms: tuple[SignedSchema, ...]
    ) -> SearchResult:
        """Return a name of a group of names that are all treated alike."""
        if not any((like, unlike, terms, self._constraints.property_names)):
            return Witness(next(name for name in _generate_fresh_names() if name not in but))
        said = Schema(
            {"type": "string", "allOf": [Schema({"pattern": pattern}) for pattern in like]}
        )
        out = [Schema({"pattern": pattern}) for pattern in unlike] + (
            [Schema({"enum": sorted(but)})] if but else []
        )
        if out:
            said["not"] = Schema({"anyOf": out})
        asked = (*terms, *self._constraints.property_names)
        for name in (name for name in _READABLE_NAMES if name not in but):
            if _matches_patterns(name, like, unlike) and all(
                self._generator.validators.satisfies(term, name) for term in asked
            ):
                return Witness(name)
        return self._generator.search(
            (SignedSchema(self._constraints.expanded[0].view, said, closing_mode="open"), *asked)
        )

    # --- how many

    def _add_missing_properties(self) -> SearchResult | None:
        """Let as many properties be there as are asked for; return EMPTY where there cannot be so many."""
        least = self._constraints.property_count[0]
        if least > MAX_PROPERTIES:
            return Unknown("too many properties are asked for")
        unknown: SearchResult | None = None
        for name in self._known_names:
            if len(self._chosen_properties) >= least:
                return None
            answer = (
                UNSATISFIABLE
                if name in self._chosen_properties
                else self._search_property(name, ())
            )
            if isinstance(answer, Witness):
                self._chosen_properties[name] = ()
            unknown = unknown or (answer if isinstance(answer, Unknown) else None)
        while len(self._chosen_properties) < least:
            fresh = self._find_fresh_name(
                PropertyNameSet(), (), {*self._known_names, *self._chosen_properties}
            )
            if not isinstance(fresh, Witness):
                return unknown or fresh
            self._chosen_properties[fresh.value] = ()
        return None


def _rank_freedom(exists: ExistingProperty) -> int:
    """Order what is asked of some property: what leaves the least choice comes first, and may do for the others."""
    names = exists.name_set
    return (
        -len(names.patterns)
        - len(names.excluded_patterns)
        - len(names.signed_schemas)
        - len(names.excluded_names)
    )


def _collect_declared_schemas(part: ChildApplicators, name: str) -> Iterator[SignedSchema]:
    """Yield what a part says of a property by its name and its patterns."""
    side = part.signed.view
    found = (
        [part.keywords["properties"][name]] if name in part.keywords.get("properties", ()) else []
    )
    found += [
        s
        for p, s in part.keywords.get("patternProperties", {}).items()
        if regex.compile(p).search(name)
    ]
    for schema in found:
        is_marked = not part.signed.is_open and side.is_excluded_by_direction(schema)
        yield SignedSchema(side, False if is_marked else schema, closing_mode=part.closing_mode)


def _generate_fresh_names() -> Iterator[str]:
    yield from _READABLE_NAMES
    yield from (f"other{number}" for number in count(1))


def _matches_patterns(name: str, like: list[str], unlike: list[str]) -> bool:
    return all(regex.compile(p).search(name) for p in like) and not any(
        regex.compile(p).search(name) for p in unlike
    )
