"""Our one dialect of schemas, JSON Schema 2020-12: its keywords, and a schema that knows its place.

`translator` makes such schemas of the Schema Objects of each OpenAPI version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from dynclient.document.references import unescape_token
from dynclient.errors import DocumentTooLarge
from dynclient.violations import Place

#: Which way a value travels: `readOnly` binds requests, `writeOnly` binds responses.
Direction = Literal["request", "response"]

#: Direction -> the annotation of a property that travels only the other way.
EXCLUDING_ANNOTATIONS: dict[Direction, Literal["readOnly", "writeOnly"]] = {
    "request": "readOnly",
    "response": "writeOnly",
}

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

#: Keywords whose value is a list of alternatives.
UNION_KEYWORDS = ("oneOf", "anyOf")

#: Ends the name of the definition of a base schema alone, without the schemas that build on it.
BASE_SUFFIX = ".base"

#: Marks a schema of ours about what the wire can carry. Its keywords would tell a user nothing.
X_SERIALIZATION = "x-wire"

#: Keywords whose value is one schema.
SINGLE_SCHEMA_KEYWORDS = (
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
#: Keywords whose value is a list of schemas.
SCHEMA_LIST_KEYWORDS = ("allOf", "anyOf", "oneOf", "prefixItems")
#: Keywords whose value is an object of schemas.
SCHEMA_MAP_KEYWORDS = ("dependentSchemas", "patternProperties", "properties")

#: All of these. Most schemas have none of them.
SUBSCHEMA_KEYWORDS = frozenset(
    (*SINGLE_SCHEMA_KEYWORDS, *SCHEMA_LIST_KEYWORDS, *SCHEMA_MAP_KEYWORDS)
)
_SINGLE_KEYWORDS = frozenset(SINGLE_SCHEMA_KEYWORDS)
_LIST_KEYWORDS = frozenset(SCHEMA_LIST_KEYWORDS)
_MAP_KEYWORDS = frozenset(SCHEMA_MAP_KEYWORDS)

T = TypeVar("T")


class SharedDefinitions(dict[str, Any]):
    """Definitions that many roots share. What an engine makes of them is kept here, for all."""

    __slots__ = ("_derived",)

    def __init__(self) -> None:
        super().__init__()
        self._derived: dict[Any, Any] = {}

    def derive(self, build: Callable[[SharedDefinitions], T]) -> T:
        """Return what is built of these definitions, which is built once."""
        if build not in self._derived:
            self._derived[build] = build(self)
        derived: T = self._derived[build]
        return derived


class DefinitionReferences:
    """Which definitions refer to which. Each is read once.

    Args:
        defs: the definitions.

    """

    def __init__(self, defs: dict[str, Any]) -> None:
        self._defs = defs
        #: Name -> the definition that was read, and the names in it.
        self._names: dict[str, tuple[Any, tuple[str, ...]]] = {}

    def list_names(self, name: str) -> tuple[str, ...]:
        """Return the definitions that one refers to itself."""
        definition = self._defs[name]
        known = self._names.get(name)
        if known is None or known[0] is not definition:
            names = tuple(dict.fromkeys(find_referenced_names(definition)))
            known = self._names[name] = definition, names
        return known[1]

    def list_reached(self, names: Iterable[str]) -> list[str]:
        """Return some definitions and all that they reach, directly or not."""
        reached = dict.fromkeys(names)
        pending = list(reached)
        while pending:
            for name in self.list_names(pending.pop()):
                if name not in reached:
                    reached[name] = None
                    pending.append(name)
        return list(reached)


def get_definition_references(defs: dict[str, Any]) -> DefinitionReferences:
    """Return which definitions refer to which; what is found is kept where they are shared."""
    if isinstance(defs, SharedDefinitions):
        return defs.derive(DefinitionReferences)
    return DefinitionReferences(defs)


class Schema(dict[str, Any]):
    """A schema of our dialect: a plain dict that knows the place of its Schema Object.

    Attributes:
        place: where the Schema Object stands; None where there is none.
        shared_definitions: of a root, the definitions that its `$defs` are a part of; None where
            they belong to it alone.

    """

    __slots__ = ("place", "shared_definitions")

    def __init__(
        self,
        value: Any = (),
        place: Place | None = None,
        shared_definitions: SharedDefinitions | None = None,
    ) -> None:
        if value:
            super().__init__(value)
        self.place = place
        self.shared_definitions = shared_definitions


class TooDeepSchema(Schema):
    """Stands for a definition that is nested too deeply to be read. Nothing is checked by it."""

    __slots__ = ()

    def build_error(self) -> DocumentTooLarge:
        """Return the error of whoever needs the definition."""
        return build_depth_error(self.place)


def build_depth_error(place: Place | None) -> DocumentTooLarge:
    """Return the error of a schema that is nested too deeply."""
    where = f"{place}: " if place is not None else ""
    uri = place.uri if place is not None else None
    return DocumentTooLarge(f"{where}the schema is nested too deeply", uri=uri)


def get_place(schema: Any) -> Place | None:
    """Return the place of the Schema Object that a schema was made from, None if it has none."""
    return schema.place if isinstance(schema, Schema) else None


def bundle_schema(schema: Schema | bool, defs: dict[str, Schema | bool]) -> Schema:
    """Return a schema as a new root, with those of `defs` that it reaches as its `$defs`.

    The schemas themselves are not copied.

    Raises:
        DocumentTooLarge: one of them is nested too deeply.

    """
    if isinstance(schema, bool):
        schema = Schema({} if schema else {"not": {}})
    root = Schema(schema, get_place(schema))
    if isinstance(defs, SharedDefinitions):
        root.shared_definitions = defs

    references = get_definition_references(defs)
    reached: dict[str, Schema | bool] = {}
    for name in references.list_reached(find_referenced_names(root)):
        definition = reached[name] = defs[name]
        if isinstance(definition, TooDeepSchema):
            raise definition.build_error()
    if reached:
        root["$defs"] = reached
    return root


def get_shared_definitions(root: dict[str, Any]) -> SharedDefinitions | None:
    """Return the definitions that a root shares with others; None where its `$defs` are its own.

    They are its own too where somebody replaced one of them.
    """
    shared = root.shared_definitions if isinstance(root, Schema) else None
    if shared is None:
        return None
    own = root.get("$defs", {})
    is_unchanged = all(shared.get(name) is schema for name, schema in own.items())
    return shared if is_unchanged else None


def remove_repeated_references(schemas: list[Any]) -> list[Any]:
    """Return schemas of `allOf` or `anyOf`, each that is only a reference once.

    Every repetition doubles the work of an engine, also in the schemas that it refers to.
    """
    distinct: dict[Any, Any] = {}
    for index, schema in enumerate(schemas):
        is_bare = isinstance(schema, dict) and schema.keys() == {"$ref"}
        distinct.setdefault(schema["$ref"] if is_bare else index, schema)
    return list(distinct.values())


def find_referenced_names(schema: Any) -> Iterable[str]:
    """Yield the names in `$defs` that a schema refers to; what these refer to is not followed."""
    pending = [schema]
    while pending:
        part = pending.pop()
        if not isinstance(part, dict):
            continue
        if "$ref" in part:
            yield get_definition_name(part["$ref"])
        pending += list_subschemas(part)


def list_subschemas(schema: dict[str, Any]) -> list[Any]:
    """Return the schemas directly inside a schema, `$defs` apart."""
    if SUBSCHEMA_KEYWORDS.isdisjoint(schema):
        return []
    subschemas: list[Any] = []
    for keyword, value in schema.items():
        if keyword in _MAP_KEYWORDS:
            subschemas += value.values()
        elif keyword in _SINGLE_KEYWORDS:
            subschemas.append(value)
        elif keyword in _LIST_KEYWORDS:
            subschemas += value
    return subschemas


def map_subschemas(schema: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a copy of a schema in which `change` is applied to each schema directly inside it.

    The schemas in `$defs` are changed too.
    """
    mapped = dict(schema)
    for keyword, value in schema.items():
        if keyword in _MAP_KEYWORDS or keyword == "$defs":
            mapped[keyword] = {name: change(part) for name, part in value.items()}
        elif keyword in _SINGLE_KEYWORDS:
            mapped[keyword] = change(value)
        elif keyword in _LIST_KEYWORDS:
            mapped[keyword] = list(map(change, value))
    return mapped


def get_definition_name(reference: str) -> str:
    """Return the name in `$defs` that a local reference names."""
    return unescape_token(reference.removeprefix("#/$defs/"))
