"""All that holds of one value: a schema with its references and `allOf` parts gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.containment.schema_equality import select_assertions
from dynclient.schema.dialect import TYPES, Schema, get_definition_name
from dynclient.schema.readings import Definitions
from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM
from dynclient.violations import Place

_COMPOSITION_KEYWORDS = ("$ref", "allOf")
_UNION_KEYWORDS = ("oneOf", "anyOf")
_SUBSCHEMA_KEYWORDS = ("additionalProperties", "items", "unevaluatedItems", "unevaluatedProperties")

#: How deep alternatives of alternatives are looked into.
MAX_UNION_DEPTH = 3

#: How many parts are gathered for one value.
MAX_PARTS = 500


@dataclass(frozen=True, eq=False)
class FlattenedSchema:
    """All that several schemas, holding at once, say of one value.

    Attributes:
        parts: schemas without references, without `allOf`, and without a union with null alone.
        defs: the definitions that references name.
        is_nullable: null is allowed beside what the parts say.
        places: where the parts stand, and the schemas they came from; the schema itself first.

    """

    parts: tuple[dict[str, Any], ...]
    defs: Definitions
    is_nullable: bool = False
    places: tuple[Place, ...] = ()

    @property
    def first_place(self) -> Place | None:
        """Where the schema itself stands."""
        return self.places[0] if self.places else None

    def collect_values(self, keyword: str) -> list[Any]:
        """Return the values that the parts give a keyword."""
        return [part[keyword] for part in self.parts if keyword in part]

    def collect_subschemas(self, keyword: str) -> tuple[dict[str, Any], ...]:
        """Return the subschemas that the parts give a keyword, true and false left out."""
        return tuple(value for value in self.collect_values(keyword) if isinstance(value, dict))

    def has_flag(self, keyword: str) -> bool:
        """Tell whether a part sets a flag."""
        return any(value is True for value in self.collect_values(keyword))

    def find_first(self, keyword: str) -> Any:
        """Return the value of the first part that uses a keyword, else None."""
        return next(iter(self.collect_values(keyword)), None)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types that are allowed, in JSON Schema's order; all of them where none is named."""
        allowed = set(TYPES)
        for value in self.collect_values("type"):
            named = {value} if isinstance(value, str) else set(value)
            if "number" in named:
                named.add("integer")
            allowed &= named
        if "number" in allowed:
            allowed.discard("integer")
        if allowed and self.is_nullable:
            allowed.add("null")
        return tuple(name for name in TYPES if name in allowed)

    @cached_property
    def is_typed(self) -> bool:
        """Whether any part names a type."""
        return bool(self.collect_values("type"))

    @cached_property
    def values(self) -> list[Any] | None:
        """The values that `enum` or `const` lists, None where neither stands."""
        lists = self.collect_values("enum")
        lists += [[value] for value in self.collect_values("const")]
        return min(lists, key=len) if lists else None

    @cached_property
    def has_open_enum(self) -> bool:
        """Whether the document says that more values than the listed ones may come.

        The translation marks every enum that is open, whichever extension says so.
        """
        marks = self.collect_values(X_EXTENSIBLE_ENUM)
        return any(mark is not False for mark in marks)

    @cached_property
    def properties(self) -> dict[str, tuple[Any, ...]]:
        """The declared properties in order, with all schemas of each."""
        return self._merge_maps("properties")

    @cached_property
    def pattern_properties(self) -> dict[str, tuple[Any, ...]]:
        """The patterns of property names, with all schemas of each."""
        return self._merge_maps("patternProperties")

    def _merge_maps(self, keyword: str) -> dict[str, tuple[Any, ...]]:
        merged: dict[str, tuple[Any, ...]] = {}
        for schemas in self.collect_values(keyword):
            for name, schema in schemas.items():
                merged[name] = (*merged.get(name, ()), schema)
        return merged

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that are required."""
        return frozenset().union(*self.collect_values("required"))

    @cached_property
    def unions(self) -> list[tuple[str, list[Any]]]:
        """Each `oneOf` and `anyOf`, with its alternatives as the document has them."""
        return [
            (keyword, [_remove_tag_restriction(one, part) for one in part[keyword]])
            for keyword, part in self._list_unions()
        ]

    def list_restricted_alternatives(self) -> list[tuple[Any, Any]]:
        """Return all alternatives: with the values that a discriminator adds, and without."""
        return [
            (alternative, _remove_tag_restriction(alternative, part))
            for keyword, part in self._list_unions()
            for alternative in part[keyword]
        ]

    def _list_unions(self) -> list[tuple[str, dict[str, Any]]]:
        """Return each keyword of a union with the part that has it."""
        return [
            (keyword, part) for part in self.parts for keyword in _UNION_KEYWORDS if keyword in part
        ]

    @cached_property
    def union_sides(self) -> list[list[FlattenedSchema]]:
        """The alternatives of each union, flattened."""
        return [
            [flatten_schemas((alternative,), self.defs) for alternative in alternatives]
            for _, alternatives in self.unions
        ]

    def list_alternative_properties(self, depth: int = MAX_UNION_DEPTH) -> set[str]:
        """Return the properties that any alternative declares."""
        names: set[str] = set()
        for sides in self.union_sides if depth else ():
            for side in sides:
                names |= side.properties.keys() | side.list_alternative_properties(depth - 1)
        return names

    def list_required_everywhere(self, depth: int = MAX_UNION_DEPTH) -> frozenset[str]:
        """Return the properties that are required here, or by each alternative of a union."""
        names = self.required
        for sides in self.union_sides if depth else ():
            by_side = [side.list_required_everywhere(depth - 1) for side in sides]
            names |= frozenset.intersection(*by_side)
        return names

    def list_types_everywhere(self, depth: int = MAX_UNION_DEPTH) -> set[str]:
        """Return the types that are allowed here and by an alternative of each union."""
        types = set(self.types)
        for sides in self.union_sides if depth else ():
            by_side = [side.list_types_everywhere(depth - 1) for side in sides]
            types &= set().union(*by_side)
        return types


def flatten_schemas(schemas: Iterable[Any], defs: Definitions) -> FlattenedSchema:
    """Return all that schemas which hold at once say of one value."""
    collector = _PartCollector(defs)
    is_nullable = collector.collect_all(schemas, set())
    places = tuple(dict.fromkeys(collector.places))
    return FlattenedSchema(tuple(collector.parts), defs, is_nullable, places)


def _remove_tag_restriction(alternative: Any, owner: dict[str, Any]) -> Any:
    """Return an alternative without the values that the translation adds to a reference.

    Args:
        alternative: it may be restricted to some values of the discriminator.
        owner: the schema with the union, and with the discriminator if there is one.

    """
    if "discriminator" not in owner or not isinstance(alternative, dict):
        return alternative
    tag = owner["discriminator"].get("propertyName")
    is_restricted = alternative.get("properties", {}).keys() == {tag}
    if "$ref" not in alternative or not is_restricted:
        return alternative
    added = ("properties", "additionalProperties")
    rest = {key: value for key, value in alternative.items() if key not in added}
    return Schema(rest, getattr(alternative, "place", None))


class _PartCollector:
    """Collects the parts of schemas, and where they stand."""

    def __init__(self, defs: Definitions) -> None:
        self._defs = defs
        self.parts: list[dict[str, Any]] = []
        self.places: list[Place] = []

    def collect(self, schema: Any, seen: set[str]) -> bool:
        """Add the parts of a schema; tell whether null is allowed beside them.

        Args:
            schema: the schema.
            seen: the references that were followed already; more are added.

        """
        if schema is False:
            self.parts.append({"not": {}})
        if not isinstance(schema, dict) or len(self.parts) > MAX_PARTS:
            return False
        alternative = find_non_null_alternative(schema)
        if alternative is not None:
            rest = {k: v for k, v in schema.items() if k not in _UNION_KEYWORDS}
            self.collect(Schema(rest, getattr(schema, "place", None)), seen)
            self.collect(alternative, seen)
            return True
        first = len(self.parts)
        self._add_part(schema)
        is_refused = not _permits_null(self.parts[first:])
        is_allowed = self.collect_all(self._list_conjuncts(schema, seen), seen)
        return is_allowed and not is_refused

    def collect_all(self, schemas: Iterable[Any], seen: set[str]) -> bool:
        """Add the parts of schemas that hold at once; tell whether null is allowed beside them.

        It is where one of them allows it so, and none of the others refuses it.
        """
        is_allowed, is_refused = False, False
        for schema in schemas:
            first = len(self.parts)
            if self.collect(schema, seen):
                is_allowed = True
            elif not _permits_null(self.parts[first:]):
                is_refused = True
        return is_allowed and not is_refused

    def _add_part(self, schema: dict[str, Any]) -> None:
        place = getattr(schema, "place", None)
        if place:
            self.places.append(place)
        part = {k: v for k, v in schema.items() if k not in _COMPOSITION_KEYWORDS}
        for keyword in _SUBSCHEMA_KEYWORDS:
            if keyword in part and is_unconstrained(part[keyword], self._defs):
                part[keyword] = True
        if part:
            self.parts.append(Schema(part, place))

    def _list_conjuncts(self, schema: dict[str, Any], seen: set[str]) -> list[Any]:
        """Return the schemas that hold beside a schema: a new reference, and `allOf`."""
        reference = schema.get("$ref")
        conjuncts = list(schema.get("allOf", ()))
        if reference is None or reference in seen:
            return conjuncts
        seen.add(reference)
        return [self._defs.get(get_definition_name(reference), True), *conjuncts]


def _permits_null(parts: Iterable[dict[str, Any]]) -> bool:
    """Tell whether the types and values that parts name do not leave out null."""
    for part in parts:
        types = part.get("type", "null")
        values = part.get("enum", (None,))
        if "null" not in ([types] if isinstance(types, str) else types):
            return False
        if part.get("const") is not None or None not in values:
            return False
    return True


def is_unconstrained(schema: Any, defs: Definitions) -> bool:
    """Tell whether every value fits a schema, however that is written."""
    pending, seen = [schema], set[str]()
    while pending:
        current = pending.pop()
        if current is True:
            continue
        if not isinstance(current, dict):
            return False
        asserted = select_assertions(current)
        if asserted.keys() - {"$ref", "allOf"}:
            return False
        pending += asserted.get("allOf", ())
        reference = asserted.get("$ref")
        if reference is not None and reference not in seen:
            seen.add(reference)
            pending.append(defs[get_definition_name(reference)])
    return True


def find_non_null_alternative(schema: dict[str, Any]) -> Any:
    """Return what a schema allows beside null, None unless it is a union of that and null."""
    for keyword in ("anyOf", "oneOf"):
        alternatives = schema.get(keyword, ())
        others = [alternative for alternative in alternatives if not _is_null(alternative)]
        if len(others) == 1 and len(alternatives) == len(others) + 1:
            return others[0]
    return None


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def resolve_alias(schema: Any, defs: Definitions) -> Any:
    """Return the definition that a schema consists of a reference to, else the schema itself."""
    seen = set[str]()
    while isinstance(schema, dict) and len(schema) == 1 and "$ref" in schema:
        reference = schema["$ref"]
        if reference in seen:
            break
        seen.add(reference)
        schema = defs[get_definition_name(reference)]
    return schema
