"""What a schema says of one value, gathered from its references and `allOf` parts: what an edit is an edit of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dynclient.containment.schema_equality import select_assertions
from dynclient.schema.dialect import TYPES, Schema, get_definition_name
from dynclient.schema.readings import Definitions
from dynclient.violations import Place

_COMPOSITION_KEYWORDS = ("$ref", "allOf")
_SUBSCHEMA_KEYWORDS = ("additionalProperties", "items", "unevaluatedItems", "unevaluatedProperties")

#: How far references are followed for one value.
MAX_PARTS = 500


@dataclass(frozen=True, eq=False)
class FlattenedSchema:
    """All that several schemas, holding at once, say of one value.

    Attributes:
        parts: plain parts: no references, no `allOf`, no union with null alone.
        nullable: null is allowed beside what the parts say.
        places: where the parts, and the schemas they came from, stand; the schema itself first.

    """

    parts: tuple[dict[str, Any], ...]
    is_nullable: bool = False
    places: tuple[Place, ...] = field(default=())

    def collect_values(self, keyword: str) -> list[Any]:
        """Return what the parts say by a keyword."""
        return [part[keyword] for part in self.parts if keyword in part]

    def has_flag(self, keyword: str) -> bool:
        """Tell whether a part sets a flag."""
        return any(value is True for value in self.collect_values(keyword))

    def find_first(self, keyword: str) -> Any:
        """Return what the first part that uses a keyword says, else None."""
        return next(iter(self.collect_values(keyword)), None)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types of value that are allowed, in JSON Schema's order; all of them where none is named."""
        found = set(TYPES)
        for given in self.collect_values("type"):
            listed = {given} if isinstance(given, str) else set(given)
            found &= listed | ({"integer"} if "number" in listed else set())
        if "number" in found:
            found.discard("integer")
        return tuple(t for t in TYPES if t in found or (t == "null" and self.is_nullable and found))

    @cached_property
    def is_typed(self) -> bool:
        """Whether any part names a type."""
        return bool(self.collect_values("type"))

    @cached_property
    def values(self) -> list[Any] | None:
        """The values that are listed, by `enum` or `const`; None where they are not."""
        lists = [*self.collect_values("enum"), *([value] for value in self.collect_values("const"))]
        return min(lists, key=len) if lists else None

    @cached_property
    def properties(self) -> dict[str, tuple[Any, ...]]:
        """The declared properties with all that is said of each, in order."""
        found: dict[str, tuple[Any, ...]] = {}
        for declared in self.collect_values("properties"):
            for name, schema in declared.items():
                found[name] = (*found.get(name, ()), schema)
        return found

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        return frozenset(name for names in self.collect_values("required") for name in names)

    @cached_property
    def pattern_properties(self) -> dict[str, tuple[Any, ...]]:
        """The patterns of property names, with what is said of each."""
        found: dict[str, tuple[Any, ...]] = {}
        for declared in self.collect_values("patternProperties"):
            for pattern, schema in declared.items():
                found[pattern] = (*found.get(pattern, ()), schema)
        return found

    @cached_property
    def unions(self) -> list[tuple[str, list[Any]]]:
        """Each `oneOf` and `anyOf`, with its alternatives."""
        return [(k, part[k]) for part in self.parts for k in ("oneOf", "anyOf") if k in part]


def flatten_schemas(schemas: Iterable[Any], defs: Definitions) -> FlattenedSchema:
    """Return the outline of schemas that hold all at once."""
    parts: list[dict[str, Any]] = []
    places: list[Place] = []
    is_nullable = [_collect_parts(schema, defs, parts, places, set()) for schema in schemas]
    return FlattenedSchema(tuple(parts), any(is_nullable), tuple(dict.fromkeys(places)))


def _collect_parts(
    schema: Any, defs: Definitions, parts: list[dict[str, Any]], places: list[Place], seen: set[str]
) -> bool:
    """Add the plain parts of a schema, and tell whether null is allowed beside them."""
    if schema is False:
        parts.append({"not": {}})
    if not isinstance(schema, dict) or len(parts) > MAX_PARTS:
        return False
    inner = find_non_null_alternative(schema)
    if inner is not None:
        rest = {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf")}
        _collect_parts(Schema(rest, getattr(schema, "place", None)), defs, parts, places, seen)
        _collect_parts(inner, defs, parts, places, seen)
        return True
    place = getattr(schema, "place", None)
    places += [place] if place else []
    plain = {key: value for key, value in schema.items() if key not in _COMPOSITION_KEYWORDS}
    for keyword in _SUBSCHEMA_KEYWORDS:
        if keyword in plain and is_unconstrained(plain[keyword], defs):
            plain[keyword] = True
    if plain:
        parts.append(Schema(plain, place))
    nullable = False
    if "$ref" in schema and schema["$ref"] not in seen:
        seen.add(schema["$ref"])
        nullable = _collect_parts(
            defs.get(get_definition_name(schema["$ref"]), True), defs, parts, places, seen
        )
    for part in schema.get("allOf", ()):
        _collect_parts(part, defs, parts, places, seen)
    return nullable


def is_unconstrained(schema: Any, defs: Definitions) -> bool:
    """Tell whether every value fits a schema, however that is written."""
    todo, seen = [schema], set[str]()
    while todo:
        at = todo.pop()
        if not isinstance(at, dict):
            if at is not True:
                return False
            continue
        said = select_assertions(at)
        if said.keys() - {"$ref", "allOf"}:
            return False
        todo += said.get("allOf", ())
        if "$ref" in said and said["$ref"] not in seen:
            seen.add(said["$ref"])
            todo.append(defs[get_definition_name(said["$ref"])])
    return True


def find_non_null_alternative(schema: dict[str, Any]) -> Any:
    """Return the one alternative of a schema that is a union of it and null; None where it is no such union."""
    for keyword in ("anyOf", "oneOf"):
        members = schema.get(keyword, ())
        others = [member for member in members if not _is_null(member)]
        if len(others) == 1 and len(members) == 2:  # noqa: PLR2004 (it and null)
            return others[0]
    return None


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def resolve_alias(schema: Any, defs: Definitions) -> Any:
    """Return the definition that a schema names, where it says nothing else; else the schema itself."""
    seen = set[str]()
    while (
        isinstance(schema, dict)
        and "$ref" in schema
        and len(schema) == 1
        and schema["$ref"] not in seen
    ):
        seen.add(schema["$ref"])
        schema = defs[get_definition_name(schema["$ref"])]
    return schema
