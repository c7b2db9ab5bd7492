"""The schemas of one document in one reading, and their expansion into disjuncts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.containment.disjuncts import (
    JSON_TYPES,
    Conjuncts,
    Disjunct,
    ExpansionFailed,
    conjoin,
    remove_equal_disjuncts,
    unite_schemas,
)
from dynclient.containment.enumerations import merge_enumerations
from dynclient.containment.evaluated_properties import (
    EvaluatedProperties,
    collect_evaluated_properties,
    find_undeclared_required,
    has_shared_subschemas,
)
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.schema_equality import select_assertions
from dynclient.generate.merged_schema import compute_identity
from dynclient.schema.dialect import (
    EXCLUDING_ANNOTATIONS,
    Direction,
    Schema,
    get_definition_name,
    get_place,
)
from dynclient.schema.engines.step_limit import spend_steps
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.readings import (
    Definitions,
    has_declared_properties,
    is_closable,
    walk_in_place,
)

_IN_PLACE_APPLICATORS = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")

#: The keywords whose value is one schema for inner values.
_INNER_SCHEMA_KEYWORDS = (
    "additionalProperties",
    "items",
    "unevaluatedItems",
    "unevaluatedProperties",
)

#: A schema without any of these has no inner place that a reading could close or refuse.
_CLOSABLE_KEYWORDS = (
    *_IN_PLACE_APPLICATORS,
    *_INNER_SCHEMA_KEYWORDS,
    "dependentSchemas",
    "patternProperties",
    "prefixItems",
    "properties",
    "readOnly",
    "writeOnly",
)


@dataclass(frozen=True, slots=True)
class ValueDomain:
    """An upper bound of the values of a schema.

    Attributes:
        types: the JSON types that a value can have.
        identities: the identities of the only values that there are; None for no such list.

    """

    types: frozenset[str]
    identities: frozenset[Any] | None

    def is_disjoint(self, other: ValueDomain) -> bool:
        """Tell whether no value is in both."""
        if self.types.isdisjoint(other.types):
            return True
        if self.identities is None or other.identities is None:
            return False
        return self.identities.isdisjoint(other.identities)


@dataclass(frozen=True, eq=False)
class SchemaView:
    """A document's schemas in a reading.

    Attributes:
        defs: the definitions that references name.
        reading: the producer's (closed) or the consumer's (open).
        direction: which way the values travel.

    """

    defs: Definitions
    reading: Literal["producer", "consumer"]
    direction: Direction
    _unevaluated_parts: dict[Any, tuple[Schema, EvaluatedProperties]] = field(
        default_factory=dict, init=False, repr=False
    )
    _excluded_by_direction: IdentityCache[bool] = field(
        default_factory=IdentityCache, init=False, repr=False
    )
    _disjuncts: IdentityCache[list[Disjunct]] = field(
        default_factory=IdentityCache, init=False, repr=False
    )
    _expansions: IdentityCache[list[Disjunct]] = field(
        default_factory=IdentityCache, init=False, repr=False
    )
    _alternatives: IdentityCache[list[Any]] = field(
        default_factory=IdentityCache, init=False, repr=False
    )
    _domains: IdentityCache[ValueDomain] = field(
        default_factory=IdentityCache, init=False, repr=False
    )

    @cached_property
    def open_view(self) -> SchemaView:
        """The same schemas without any closing, as conditions are read."""
        if self.reading == "consumer":
            return self
        return SchemaView(self.defs, "consumer", self.direction)

    @property
    def excluding_annotation(self) -> str:
        """The annotation of properties that travel only the other way."""
        return EXCLUDING_ANNOTATIONS[self.direction]

    def resolve(self, schema: Any) -> Any:
        """Return the definition that a schema references, where it asserts nothing else.

        References that lead back to themselves describe nothing, so that every value fits.
        """
        visited = set[str]()
        while isinstance(schema, dict) and "$ref" in schema:
            if select_assertions(schema).keys() != {"$ref"}:
                break
            if schema["$ref"] in visited:
                return True
            visited.add(schema["$ref"])
            schema = self.defs[get_definition_name(schema["$ref"])]
        return schema

    def is_excluded_by_direction(self, schema: Any) -> bool:
        """Tell whether the values of a schema travel only the other way."""
        return self._excluded_by_direction.get_or_compute(
            (schema,), lambda: self._has_excluding_annotation(schema)
        )

    def _has_excluding_annotation(self, schema: Any) -> bool:
        annotation = self.excluding_annotation
        parts = walk_in_place(schema, self.defs, alternatives=False)
        return any(part.get(annotation) is True for part in parts)

    def is_refused(self, disjunct: Disjunct, name: str) -> bool:
        """Tell whether a property cannot be sent: no value fits, or it travels the other way."""
        schemas = disjunct.find_property_schemas(name)
        if any(map(is_false_schema, schemas)):
            return True
        return bool(disjunct.refused_annotation) and any(
            map(self.is_excluded_by_direction, schemas)
        )

    def compute_domain(self, schemas: Conjuncts) -> ValueDomain:
        """Return an upper bound of the values that fit all of some schemas, without any closing."""
        return self._domains.get_or_compute(schemas, lambda: self._compute_domain(schemas))

    def _compute_domain(self, schemas: Conjuncts) -> ValueDomain:
        try:
            disjuncts = self.open_view.expand_open(schemas)
        except ExpansionFailed:
            return ValueDomain(frozenset(JSON_TYPES), None)
        types = set[str]()
        identities: set[Any] | None = set()
        for disjunct in disjuncts:
            types |= disjunct.types
            if disjunct.enumeration is None:
                identities = None
            elif identities is not None:
                identities.update(map(compute_identity, disjunct.enumeration))
        return ValueDomain(frozenset(types), None if identities is None else frozenset(identities))

    # --- expansion

    def expand_subschema(self, schemas: Conjuncts) -> list[Disjunct]:
        """Return the disjuncts of a conjunction of schemas: together they have no fewer values.

        Raises:
            ExpansionFailed: there are too many, or they close as no disjunct can express.

        """
        return self._expand_once("subschema", schemas, self._close_subschema)

    def expand_superschema(self, schemas: Conjuncts) -> list[Disjunct]:
        """Return the disjuncts of a conjunction of schemas: together they have no more values.

        Raises:
            ExpansionFailed: there are too many, or they close as no disjunct can express.

        """
        return self._expand_once("superschema", schemas, self._close_superschema)

    def _expand_once(
        self, role: str, schemas: Conjuncts, close: Callable[[Disjunct, Conjuncts], Disjunct]
    ) -> list[Disjunct]:
        """Return the disjuncts of schemas; the same objects each time, for the caches."""

        def expand() -> list[Disjunct]:
            disjuncts = self.expand_open(schemas)
            if self.reading == "consumer":
                return disjuncts
            return [close(disjunct, schemas) for disjunct in disjuncts]

        return self._disjuncts.get_or_compute(schemas, expand, (role,))

    def expand_open(self, schemas: Conjuncts) -> list[Disjunct]:
        """Return the disjuncts of a conjunction of schemas, none of them closed.

        Raises:
            ExpansionFailed: there are too many.

        """
        # Several schemas of one value close together, which leaves none of them open.
        is_single = len(schemas) == 1 and not has_shared_subschemas(schemas[0], self.defs)
        is_alone = self._declares_nothing(schemas[0]) if is_single else None
        disjuncts = [Disjunct()]
        for schema in schemas:
            disjuncts = conjoin(disjuncts, self._expand(schema, is_alone=is_alone))
        return disjuncts

    def _expand(self, schema: Any, *, is_alone: bool | None = None) -> list[Disjunct]:
        """Return the disjuncts of a schema; the same objects each time.

        Args:
            schema: the schema.
            is_alone: whether no schema that always applies to the value declares a property, so
                that alternatives which declare none stay open; None where all stay as they are.

        """
        return self._expansions.get_or_compute(
            (schema,), lambda: self._compute_expansion(schema, is_alone=is_alone), (is_alone,)
        )

    def _compute_expansion(self, schema: Any, *, is_alone: bool | None) -> list[Disjunct]:
        if is_false_schema(schema):
            return []
        if not isinstance(schema, dict):
            return [Disjunct()]
        plain = {k: v for k, v in schema.items() if k not in _IN_PLACE_APPLICATORS}
        disjuncts = [Disjunct((Schema(plain, get_place(schema)),))]
        if "$ref" in schema:
            target = self.resolve({"$ref": schema["$ref"]})
            is_target_alone = None if is_alone is None else self._declares_nothing(target)
            disjuncts = conjoin(disjuncts, self._expand(target, is_alone=is_target_alone))
        for member in schema.get("allOf", ()):
            disjuncts = conjoin(disjuncts, self._expand(member, is_alone=is_alone))
        for alternatives in self._expand_choices(schema, is_alone=is_alone):
            disjuncts = conjoin(disjuncts, alternatives)
        return disjuncts

    def _expand_choices(
        self, schema: dict[str, Any], *, is_alone: bool | None
    ) -> Iterator[list[Disjunct]]:
        """Yield the disjuncts of each keyword that offers alternatives."""
        for keyword in ("anyOf", "oneOf"):
            if keyword not in schema:
                continue
            enumeration = merge_enumerations(schema, keyword, self.resolve)
            if enumeration is not None:
                yield [Disjunct((enumeration,))]
            else:
                yield self._expand_union(schema[keyword], keyword, is_alone=is_alone)
        if "if" in schema and ("then" in schema or "else" in schema):
            yield self._expand_conditional(schema, is_alone=is_alone)

    def _expand_union(
        self, members: list[Any], keyword: str, *, is_alone: bool | None
    ) -> list[Disjunct]:
        """Return the disjuncts of `anyOf`, or of `oneOf`, where the other members must not fit."""
        is_exclusive = keyword == "oneOf"
        disjuncts: list[Disjunct] = []
        for index, member in enumerate(members):
            negated = (*members[:index], *members[index + 1 :]) if is_exclusive else ()
            stays_open = bool(is_alone) and self._stays_open(member)
            # Closing does not reach into a member of `oneOf`: it must not change which one fits.
            is_member_alone = None if is_exclusive else is_alone
            if is_member_alone:
                is_member_alone = self._declares_nothing(member)
            addition = Disjunct(negated=negated, stays_open=stays_open)
            expanded = self._expand(member, is_alone=is_member_alone)
            disjuncts += [disjunct & addition for disjunct in expanded]
        return remove_equal_disjuncts(disjuncts)

    def _expand_conditional(
        self, schema: dict[str, Any], *, is_alone: bool | None
    ) -> list[Disjunct]:
        """Return the disjuncts of `if` with `then` and `else`."""
        condition = schema["if"]
        self._require_flat_condition(condition)
        is_branch_alone = None if is_alone is None else False
        then_disjuncts = self._expand(schema.get("then", True), is_alone=is_branch_alone)
        else_disjuncts = self._expand(schema.get("else", True), is_alone=is_branch_alone)
        negation = Disjunct(negated=(condition,))
        return [
            *conjoin(self._expand(condition), then_disjuncts),
            *(disjunct & negation for disjunct in else_disjuncts),
        ]

    def _require_flat_condition(self, condition: Any) -> None:
        """Require that a producer's reading closes nothing inside a condition.

        Raises:
            ExpansionFailed: it could close something.

        """
        if self.reading == "producer" and self.can_close_inside(condition):
            raise ExpansionFailed

    def can_close_inside(self, schema: Any) -> bool:
        """Tell whether a producer's reading could close something inside the values of a schema."""
        for part in walk_in_place(schema, self.defs):
            inner = [part[k] for k in _INNER_SCHEMA_KEYWORDS if k in part]
            inner += part.get("prefixItems", ())
            inner += part.get("properties", {}).values()
            inner += part.get("patternProperties", {}).values()
            if not all(map(_is_leaf, inner)):
                return True
        return False

    def _declares_nothing(self, schema: Any) -> bool:
        """Tell whether no schema that always applies to a value declares a property."""
        return not has_declared_properties(schema, self.defs, alternatives=False)

    def _stays_open(self, member: Any) -> bool:
        """Tell whether a member of a union is a free-form object, which closing leaves open."""
        if not isinstance(member, dict) or "unevaluatedProperties" in member:
            return False
        return not has_declared_properties(member, self.defs)

    # --- closing

    def _set_closed(self, disjunct: Disjunct, *, is_closed: bool) -> Disjunct:
        return replace(disjunct, is_closed=is_closed, refused_annotation=self.excluding_annotation)

    def _close_subschema(self, disjunct: Disjunct, schemas: Conjuncts) -> Disjunct:
        """Close a disjunct, but for the properties of any schema that may fit at the same time."""
        has_properties = any(
            part.get("properties") or part.get("patternProperties") for part in disjunct.parts
        )
        if not has_properties or not is_closable(Schema({"allOf": list(schemas)}), self.defs):
            return self._set_closed(disjunct, is_closed=False)
        disjoint = self._find_disjoint_alternatives(disjunct, schemas)
        evaluated = collect_evaluated_properties(schemas, (*disjunct.negated, *disjoint), self.defs)
        if evaluated is None:
            return self._set_closed(disjunct, is_closed=False)
        unevaluated_part = self._build_unevaluated_part(disjunct, evaluated)
        closed = self._set_closed(disjunct & Disjunct(unevaluated_part), is_closed=True)
        return replace(closed, unevaluated_part=unevaluated_part)

    def _find_disjoint_alternatives(self, disjunct: Disjunct, schemas: Conjuncts) -> list[Any]:
        """Return the alternatives of schemas that fit no object of a disjunct."""
        members = self._alternatives.get_or_compute(
            schemas, lambda: self._collect_alternatives(schemas)
        )
        return [one for one in members if self._is_disjoint(disjunct, one)]

    def _collect_alternatives(self, schemas: Conjuncts) -> list[Any]:
        """Return the members of all unions in schemas."""
        members: list[Any] = []
        for schema in schemas:
            for part in walk_in_place(schema, self.defs):
                members += (*part.get("anyOf", ()), *part.get("oneOf", ()))
        return members

    def _is_disjoint(self, disjunct: Disjunct, schema: Any) -> bool:
        """Tell whether no object of a disjunct fits a schema, as far as its disjuncts show."""
        try:
            others = self.open_view.expand_subschema((schema,))
        except ExpansionFailed:
            return False
        objects = [other for other in others if "object" in other.types]
        return all(are_disjoint(self, disjunct, self, other) for other in objects)

    def _build_unevaluated_part(
        self, disjunct: Disjunct, evaluated: EvaluatedProperties
    ) -> tuple[dict[str, Any], ...]:
        """Return a part for the properties that only other disjuncts declare; () for none."""
        own_names = set(disjunct.property_names)
        by_name = {
            name: schemas for name, schemas in evaluated.by_name.items() if name not in own_names
        }
        own_patterns = {pattern for pattern, _ in disjunct.pattern_properties}
        by_pattern = {
            pattern: [schema]
            for pattern, schema in evaluated.by_pattern
            if pattern not in own_patterns
        }
        if not by_name and not by_pattern:
            return ()

        # The same part each time, for the caches.
        key = (*((name, *map(id, schemas)) for name, schemas in by_name.items()), *by_pattern)
        if key not in self._unevaluated_parts:
            part = Schema({})
            if by_name:
                part["properties"] = _unite_each(by_name)
            if by_pattern:
                part["patternProperties"] = _unite_each(by_pattern)
            self._unevaluated_parts[key] = part, evaluated
        return (self._unevaluated_parts[key][0],)

    def _close_superschema(self, disjunct: Disjunct, schemas: Conjuncts) -> Disjunct:
        """Close a disjunct to the properties that it declares itself.

        Raises:
            ExpansionFailed: two parts declare the same property, and its schemas would close.

        """
        self._require_unshared_closing(disjunct)
        whole = Schema({"allOf": list(schemas)})
        # A required name that is not declared here may be declared elsewhere. Only then is it
        # allowed.
        undeclared = disjunct.required.difference(disjunct.property_names)
        forbidden = undeclared - find_undeclared_required(whole, self.defs)
        is_closed = not _is_open(disjunct) and is_closable(whole, self.defs)
        return replace(self._set_closed(disjunct, is_closed=is_closed), forbidden=forbidden)

    def _require_unshared_closing(self, disjunct: Disjunct) -> None:
        """Require that no property which two parts declare has a schema that closes.

        The reading closes each alone or all together. That depends on where they stand.
        """
        counts = Counter(name for part in disjunct.parts for name in part.get("properties", ()))
        for name, count in counts.items():
            if count == 1:
                continue
            for schema in disjunct.find_property_schemas(name):
                if is_closable(schema, self.defs):
                    raise ExpansionFailed


def are_disjoint(
    view: SchemaView, disjunct: Disjunct, other_view: SchemaView, other: Disjunct
) -> bool:
    """Tell whether a property that either of two disjuncts requires has no value that fits both."""
    spend_steps()
    for name in _list_telling_names(disjunct, other):
        domain = view.compute_domain(disjunct.find_property_schemas(name))
        other_domain = other_view.compute_domain(other.find_property_schemas(name))
        if domain.is_disjoint(other_domain):
            return True
    return False


def _list_telling_names(disjunct: Disjunct, other: Disjunct) -> Iterator[str]:
    """Yield the names of properties that either of two disjuncts requires, tags first."""
    yield from disjunct.tag_names
    yield from (disjunct.required | other.required).difference(disjunct.tag_names)


def is_format_bound(part: dict[str, Any], keyword: str) -> bool:
    """Tell whether a bound only says that an integer fits 64 bits. A comparison ignores it."""
    return (
        part.get("format") == "int64"
        and keyword in ("minimum", "maximum")
        and part[keyword] in INTEGER_FORMAT_BOUNDS["int64"]
    )


def is_false_schema(schema: Any) -> bool:
    """Tell whether a schema is `false`, or the negation of a schema that is `true`."""
    return schema is False or (isinstance(schema, dict) and schema.get("not") in ({}, True))


def _is_open(disjunct: Disjunct) -> bool:
    """Tell whether a reading never closes a disjunct: it says itself what undeclared values are."""
    if disjunct.stays_open:
        return True
    return any(
        "additionalProperties" in part or "unevaluatedProperties" in part for part in disjunct.parts
    )


def _unite_each(schemas: dict[str, list[Any]]) -> dict[str, Any]:
    return {name: unite_schemas(alternatives) for name, alternatives in schemas.items()}


def _is_leaf(schema: Any) -> bool:
    """Tell whether a reading can close nothing inside a schema."""
    return not isinstance(schema, dict) or schema.keys().isdisjoint(_CLOSABLE_KEYWORDS)
