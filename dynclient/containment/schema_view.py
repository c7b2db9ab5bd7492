"""One side of a comparison: a schema in a reading, taken apart into alternatives of plain parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.containment.disjuncts import (
    JSON_TYPES,
    Disjunct,
    ExpansionFailed,
    conjoin,
    get_place,
)
from dynclient.containment.enumerations import merge_enumerations
from dynclient.containment.evaluated_properties import (
    collect_evaluated_properties,
    find_undeclared_required,
    has_shared_subschemas,
)
from dynclient.containment.schema_equality import select_assertions
from dynclient.generate.merged_schema import compute_identity
from dynclient.schema.dialect import Direction, Schema, get_definition_name
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.readings import (
    Definitions,
    has_declared_properties,
    is_closable,
    walk_in_place,
)

_IN_PLACE_APPLICATORS = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")


#: Several schemas that hold at once.
Conjunction = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ValueDomain:
    """What values there can be: of some kinds, and, where they are listed, of some identities."""

    types: frozenset[str]
    values: frozenset[Any] | None

    def is_disjoint(self, other: ValueDomain) -> bool:
        """Tell whether no value is among both."""
        if self.values is not None and other.values is not None and not self.values & other.values:
            return True
        return not self.types & other.types


@dataclass(frozen=True, eq=False)
class SchemaView:
    """A document's schemas in a reading.

    Attributes:
        defs: what `$ref`s name.
        reading: the producer's (closed) or the consumer's (open).
        direction: which way the values travel.

    """

    defs: Definitions
    reading: Literal["producer", "consumer"]
    direction: Direction
    _unevaluated_parts: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    _excluded_by_direction: dict[int, tuple[Any, bool]] = field(
        default_factory=dict, init=False, repr=False
    )
    _disjuncts: dict[Any, tuple[Conjunction, list[Disjunct]]] = field(
        default_factory=dict, init=False, repr=False
    )
    _domains: dict[Any, tuple[Conjunction, ValueDomain]] = field(
        default_factory=dict, init=False, repr=False
    )

    def resolve(self, schema: Any) -> Any:
        """Return the definition that a schema names, where it says nothing else; else the schema itself."""
        while (
            isinstance(schema, dict)
            and "$ref" in schema
            and not select_assertions(schema).keys() - {"$ref"}
        ):
            schema = self.defs[get_definition_name(schema["$ref"])]
        return schema

    def expand_subschema(self, schemas: tuple[Any, ...]) -> list[Disjunct]:
        """Return the alternatives that schemas, holding all at once, come to: together they hold no less.

        Raises:
            TooWide: there are too many, or they close in ways that alternatives cannot say.

        """
        return self._expand_once("sent", schemas, self._close_subschema)

    def expand_superschema(self, schemas: tuple[Any, ...]) -> list[Disjunct]:
        """Return the same for the side that takes: together they hold no more.

        Raises:
            TooWide: as for `branches`.

        """
        return self._expand_once("taken", schemas, self._close_superschema)

    def compute_domain(self, schemas: Conjunction) -> ValueDomain:
        """Return what values schemas, holding all at once, can have: no fewer, as what closes has no part in it."""
        key = tuple(map(id, schemas))
        if key not in self._domains:
            self._domains[key] = schemas, self._compute_domain(schemas)
        return self._domains[key][1]

    def _compute_domain(self, schemas: Conjunction) -> ValueDomain:
        try:
            found = self.open_view.expand_open(schemas)
        except ExpansionFailed:
            return ValueDomain(frozenset(JSON_TYPES), None)
        kinds = frozenset[str]().union(*(branch.types for branch in found))
        lists = [branch.enumeration for branch in found]
        if None in lists:
            return ValueDomain(kinds, None)
        return ValueDomain(
            kinds, frozenset(compute_identity(value) for values in lists for value in values or ())
        )

    def _expand_once(
        self, how: str, schemas: Conjunction, close: Callable[[Disjunct, Conjunction], Disjunct]
    ) -> list[Disjunct]:
        """Return the alternatives of schemas, the same ones when they are asked for again."""
        key = (how, *map(id, schemas))
        if key not in self._disjuncts:
            found = self.expand_open(schemas)
            read = (
                [close(branch, schemas) for branch in found]
                if self.reading == "producer"
                else found
            )
            self._disjuncts[key] = schemas, read
        return self._disjuncts[key][1]

    @cached_property
    def open_view(self) -> SchemaView:
        """The same schemas as they stand, as conditions are read."""
        return (
            self
            if self.reading == "consumer"
            else SchemaView(self.defs, "consumer", self.direction)
        )

    def expand_open(self, schemas: Conjunction) -> list[Disjunct]:
        """Return the alternatives of schemas, none of them closed."""
        # Several schemas of one value may close by all that is said together, which frees none of them.
        is_single = len(schemas) == 1 and not has_shared_subschemas(schemas[0], self.defs)
        alone = self._declares_nothing(schemas[0]) if is_single else None
        found = [Disjunct()]
        for schema in schemas:
            found = conjoin(found, self._expand(schema, alone=alone))
        return found

    def _declares_nothing(self, schema: Any) -> bool:
        """Tell whether nothing that always speaks of a value declares a property."""
        return not has_declared_properties(schema, self.defs, alternatives=False)

    def _set_closed(self, branch: Disjunct, *, closed: bool) -> Disjunct:
        return replace(
            branch,
            is_closed=closed,
            refused_annotation="readOnly" if self.direction == "request" else "writeOnly",
        )

    def _close_subschema(self, branch: Disjunct, schemas: tuple[Any, ...]) -> Disjunct:
        """Close an alternative to what no schema that may fit beside it declares."""
        declares = any(p.get("properties") or p.get("patternProperties") for p in branch.parts)
        if not declares or not is_closable(Schema({"allOf": list(schemas)}), self.defs):
            return self._set_closed(branch, closed=False)
        found = collect_evaluated_properties(
            schemas,
            (*branch.negated, *self._find_disjoint_alternatives(branch, schemas)),
            self.defs,
        )
        if found is None:
            return self._set_closed(branch, closed=False)
        lent = self._build_unevaluated_part(branch, *found)
        return replace(
            self._set_closed(branch & Disjunct(lent), closed=True), unevaluated_part=lent
        )

    def _find_disjoint_alternatives(self, branch: Disjunct, schemas: Conjunction) -> list[Any]:
        """Return the alternatives of schemas that fit no object beside an alternative."""
        found = []
        for part in (part for schema in schemas for part in walk_in_place(schema, self.defs)):
            found += [
                s
                for s in (*part.get("anyOf", ()), *part.get("oneOf", ()))
                if self._is_disjoint(branch, s)
            ]
        return found

    def _is_disjoint(self, branch: Disjunct, schema: Any) -> bool:
        try:
            others = self.open_view.expand_subschema((schema,))
        except ExpansionFailed:
            return False
        return all(
            "object" not in other.types or are_disjoint(self, branch, self, other)
            for other in others
        )

    def _build_unevaluated_part(
        self, branch: Disjunct, named: dict[str, list[Any]], like: list[tuple[str, Any]]
    ) -> tuple[dict[str, Any], ...]:
        """Return a part that lets in what only alternatives beside this one declare."""
        more = {name: inner for name, inner in named.items() if name not in branch.property_names}
        known = {pattern for pattern, _ in branch.pattern_properties}
        unlike = {pattern: [inner] for pattern, inner in like if pattern not in known}
        if not more and not unlike:
            return ()
        key = (*((name, *map(id, inner)) for name, inner in more.items()), *unlike)
        if key not in self._unevaluated_parts:
            said = {"properties": _build_unions(more), "patternProperties": _build_unions(unlike)}
            self._unevaluated_parts[key] = (
                Schema({k: v for k, v in said.items() if v}),
                (named, like),
            )
        return (self._unevaluated_parts[key][0],)

    def _close_superschema(self, branch: Disjunct, schemas: tuple[Any, ...]) -> Disjunct:
        """Close an alternative to what it does not declare itself."""
        names = [name for part in branch.parts for name in part.get("properties", ())]
        shared = {name for name in names if names.count(name) > 1}
        if any(
            is_closable(schema, self.defs)
            for name in shared
            for schema in branch.find_property_schemas(name)
        ):
            raise ExpansionFailed  # the reading closes each alone or all together, depending on where they stand
        whole = Schema({"allOf": list(schemas)})
        # What is asked for and not declared here may be declared elsewhere, and is let in only then.
        shut = (
            branch.required
            - set(branch.property_names)
            - find_undeclared_required(whole, self.defs)
        )
        is_free = branch.stays_open or any(
            "additionalProperties" in p or "unevaluatedProperties" in p for p in branch.parts
        )
        return replace(
            self._set_closed(branch, closed=not is_free and is_closable(whole, self.defs)),
            forbidden=shut,
        )

    def is_refused(self, branch: Disjunct, name: str) -> bool:
        """Tell whether a property may not be sent: it cannot be there, or travels only the other way."""
        schemas = branch.find_property_schemas(name)
        if any(is_false_schema(schema) for schema in schemas):
            return True
        return bool(branch.refused_annotation) and any(map(self.is_excluded_by_direction, schemas))

    def is_excluded_by_direction(self, schema: Any) -> bool:
        """Tell whether a schema says that its values travel only the other way."""
        if id(schema) not in self._excluded_by_direction:
            mark = "readOnly" if self.direction == "request" else "writeOnly"
            is_marked = any(
                part.get(mark) is True
                for part in walk_in_place(schema, self.defs, alternatives=False)
            )
            self._excluded_by_direction[id(schema)] = schema, is_marked
        return self._excluded_by_direction[id(schema)][1]

    def _expand(self, schema: Any, *, alone: bool | None = None) -> list[Disjunct]:
        """Return what a schema comes to.

        Args:
            schema: the schema.
            alone: nothing that always speaks of the value declares a property, so that closing frees what declares
                none; None where closing leaves everything inside as it is.

        """
        if is_false_schema(schema):
            return []
        if not isinstance(schema, dict):
            return [Disjunct()]
        plain = Schema(
            {key: value for key, value in schema.items() if key not in _IN_PLACE_APPLICATORS},
            get_place(schema),
        )
        found = [Disjunct((plain,))]
        if "$ref" in schema:
            target = self.defs[get_definition_name(schema["$ref"])]
            inner = None if alone is None else self._declares_nothing(target)
            found = conjoin(found, self._expand(target, alone=inner))
        for part in schema.get("allOf", ()):
            found = conjoin(found, self._expand(part, alone=alone))
        for union in self._expand_unions(schema, alone=alone):
            found = conjoin(found, union)
        return found

    def _require_flat_condition(self, condition: Any) -> None:
        """Refuse a condition inside which a reading would close what it leaves open.

        Raises:
            TooWide: it is one.

        """
        if self.reading == "producer":
            parts = list(walk_in_place(condition, self.defs))
            inner = [
                s
                for part in parts
                for k in ("properties", "patternProperties")
                for s in part.get(k, {}).values()
            ]
            inner += [
                part[k] for part in parts for k in ("items", "additionalProperties") if k in part
            ]
            inner += [s for part in parts for s in part.get("prefixItems", ())]
            if any(isinstance(s, dict) and not _is_leaf(s) for s in inner):
                raise ExpansionFailed

    def _expand_unions(
        self, schema: dict[str, Any], *, alone: bool | None
    ) -> Iterator[list[Disjunct]]:
        for keyword in ("anyOf", "oneOf"):
            listed = (
                merge_enumerations(schema, keyword, self.resolve) if keyword in schema else None
            )
            if listed is not None:
                yield [Disjunct((listed,))]
            elif keyword in schema:
                yield self._expand_union(schema[keyword], is_one=keyword == "oneOf", alone=alone)
        if "if" in schema and ("then" in schema or "else" in schema):
            self._require_flat_condition(schema["if"])
            inner = None if alone is None else False
            held, missed = (
                self._expand(schema.get(keyword, True), alone=inner) for keyword in ("then", "else")
            )
            then = conjoin(self._expand(schema["if"]), held)
            otherwise = [branch & Disjunct(negated=(schema["if"],)) for branch in missed]
            yield [*then, *otherwise]

    def _expand_union(
        self, members: list[Any], *, is_one: bool, alone: bool | None
    ) -> list[Disjunct]:
        """Return the alternatives of `anyOf`, or of `oneOf`, where the other members must not fit."""
        found = []
        for i, member in enumerate(members):
            barred = tuple(other for j, other in enumerate(members) if j != i) if is_one else ()
            added = Disjunct(negated=barred, stays_open=bool(alone) and self._stays_open(member))
            # A member of `oneOf` is left as it is inside, so that closing does not change which one fits.
            inner = None if is_one or alone is None else alone and self._declares_nothing(member)
            found += [branch & added for branch in self._expand(member, alone=inner)]
        return found

    def _stays_open(self, member: Any) -> bool:
        return (
            isinstance(member, dict)
            and not has_declared_properties(member, self.defs)
            and "unevaluatedProperties" not in member
        )


def are_disjoint(
    one: SchemaView, branch: Disjunct, other_side: SchemaView, other: Disjunct
) -> bool:
    """Tell whether a property that one of two alternatives for objects requires has no value that fits both."""
    names = branch.required | other.required
    return any(
        one.compute_domain(branch.find_property_schemas(name)).is_disjoint(
            other_side.compute_domain(other.find_property_schemas(name))
        )
        for name in names
    )


def _build_unions(schemas: dict[str, list[Any]]) -> dict[str, Any]:
    return {name: s[0] if len(s) == 1 else Schema({"anyOf": s}) for name, s in schemas.items()}


def is_format_bound(part: dict[str, Any], keyword: str) -> bool:
    """Tell whether a bound only says that an integer fits 64 bits, which is an annotation to a comparison."""
    return (
        part.get("format") == "int64"
        and keyword in ("minimum", "maximum")
        and part[keyword] in INTEGER_FORMAT_BOUNDS["int64"]
    )


def is_false_schema(schema: Any) -> bool:
    """Tell whether a schema says in so many words that nothing fits it."""
    return schema is False or (isinstance(schema, dict) and schema.get("not") in ({}, True))


#: What may close inside, or be refused.
_CLOSABLE_KEYWORDS = (*_IN_PLACE_APPLICATORS, "additionalProperties", "items", "patternProperties", "prefixItems", "properties", "readOnly",
             "writeOnly")  # fmt: skip


def _is_leaf(schema: dict[str, Any]) -> bool:
    """Tell whether nothing inside a schema could close."""
    return not any(keyword in schema for keyword in _CLOSABLE_KEYWORDS)
