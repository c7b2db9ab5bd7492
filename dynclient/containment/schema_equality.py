"""Whether two schemas of different documents are the same but for annotations and the names of definitions."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import (
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    Schema,
    get_definition_name,
)
from dynclient.schema.readings import Definitions

#: What refuses no value.
ANNOTATIONS = ("contentEncoding", "contentMediaType", "default", "deprecated", "description", "discriminator", "examples",
         "format", "title")  # fmt: skip
#: What is only words.
DOCUMENTATION_KEYWORDS = ("description", "examples", "title")
_FALSE_BY_DEFAULT = ("deprecated", "readOnly", "uniqueItems", "writeOnly")
_ZERO_BY_DEFAULT = ("minItems", "minLength", "minProperties")
_UNORDERED = ("enum", "required", "type")


DefinitionPair = tuple[str, str]

#: How deep schemas are looked into to put them in order.
_KEY_DEPTH = 3


class SchemaEquality:
    """Compares the schemas of two documents.

    Definitions are compared where they stand, once; two are the same unless a difference can be reached from them, so
    that circles come to an end.

    Args:
        one: the definitions of the one document.
        other: those of the other.
        ignored: annotations that do not count; other extensions (`x-…`) never do.

    """

    def __init__(
        self, one: Definitions, other: Definitions, ignored: tuple[str, ...] = ANNOTATIONS
    ) -> None:
        self._first_defs = one
        self._second_defs = other
        self._ignored = ignored
        self._first_keys, self._second_keys = (
            _StructuralKeys(one, ignored),
            _StructuralKeys(other, ignored),
        )
        self._equal_definitions: dict[DefinitionPair, bool] = {}
        #: Keys are identities: what was compared must not be collected meanwhile.
        self._equal_schemas: dict[tuple[int, int], tuple[Any, Any, bool]] = {}

    def is_equal(self, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same; what is no schema of a document is not kept."""
        if not isinstance(one, Schema) or not isinstance(other, Schema):
            return self._compare(one, other)
        key = id(one), id(other)
        if key not in self._equal_schemas:
            self._equal_schemas[key] = one, other, self._compare(one, other)
        return self._equal_schemas[key][2]

    def _compare(self, one: Any, other: Any) -> bool:
        met = set[DefinitionPair]()
        return self._are_schemas_equal(one, other, met) and all(
            self._are_definitions_equal(pair) for pair in met
        )

    def build_structural_key(self, schema: Any, *, mine: bool) -> str:
        """Return a text that is the same for schemas that are the same, and mostly another one for others."""
        return (self._first_keys if mine else self._second_keys).build_key(schema)

    def is_equal_either_way(self, defs: Definitions, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same, `defs` being the definitions of the first."""
        return self.is_equal(one, other) if defs is self._first_defs else self.is_equal(other, one)

    def _are_schemas_equal(self, one: Any, other: Any, met: set[DefinitionPair]) -> bool:
        """Tell whether two schemas are the same if the definitions are that they name in the same places."""
        one, other = self._first_keys.unwrap(one), self._second_keys.unwrap(other)
        if isinstance(one, str) and isinstance(other, str):
            met.add((one, other))
            return True
        one = self._first_defs[one] if isinstance(one, str) else one
        other = self._second_defs[other] if isinstance(other, str) else other
        if not isinstance(one, dict) or not isinstance(other, dict):
            return _get_boolean_meaning(one) is _get_boolean_meaning(other) is not None
        mine, others = (
            select_assertions(one, self._ignored),
            select_assertions(other, self._ignored),
        )
        return mine.keys() == others.keys() and all(
            self._is_keyword_equal(k, mine[k], others[k], met) for k in mine
        )

    def _is_keyword_equal(
        self, keyword: str, one: Any, other: Any, met: set[DefinitionPair]
    ) -> bool:
        if keyword == "$ref":
            met.add((get_definition_name(one), get_definition_name(other)))
            return True
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._are_schemas_equal(one, other, met)
        if keyword in SCHEMA_LIST_KEYWORDS:
            if keyword != "prefixItems":
                one, other = (
                    self._first_keys.sort_schemas(one),
                    self._second_keys.sort_schemas(other),
                )
            return len(one) == len(other) and all(
                self._are_schemas_equal(a, b, met) for a, b in zip(one, other, strict=True)
            )
        if keyword in SCHEMA_MAP_KEYWORDS:
            return one.keys() == other.keys() and all(
                self._are_schemas_equal(one[k], other[k], met) for k in one
            )
        if keyword in _UNORDERED and isinstance(one, list) and isinstance(other, list):
            return sorted(map(build_value_key, one)) == sorted(map(build_value_key, other))
        return build_value_key(one) == build_value_key(other)

    def _are_definitions_equal(self, pair: DefinitionPair) -> bool:
        if pair not in self._equal_definitions:
            self._compare_definitions(pair)
        return self._equal_definitions[pair]

    def _compare_definitions(self, start: DefinitionPair) -> None:
        """Look at every pair of definitions that can be reached, then carry differences back to where they show."""
        asked: dict[DefinitionPair, list[DefinitionPair]] = {}
        todo, seen, differing = [start], {start}, list[DefinitionPair]()
        while todo:
            pair = todo.pop()
            met = set[DefinitionPair]()
            if not self._are_schemas_equal(
                self._first_defs[pair[0]], self._second_defs[pair[1]], met
            ):
                differing.append(pair)
            for inner in met:
                asked.setdefault(inner, []).append(pair)
                if self._equal_definitions.get(inner) is False:
                    differing.append(pair)
                elif inner not in self._equal_definitions and inner not in seen:
                    seen.add(inner)
                    todo.append(inner)
        self._equal_definitions.update(dict.fromkeys(seen, True))
        while differing:
            pair = differing.pop()
            if self._equal_definitions[pair]:
                self._equal_definitions[pair] = False
                differing += asked.get(pair, ())


class _StructuralKeys:
    """How the schemas of a document look, however they are written: references and `allOf` of one seen through."""

    def __init__(self, defs: Definitions, ignored: tuple[str, ...]) -> None:
        self._defs = defs
        self._ignored = ignored
        self._sorted_schemas: dict[int, tuple[list[Any], list[Any]]] = {}
        self._keys: dict[int, tuple[Any, str]] = {}

    def build_key(self, schema: Any) -> str:
        """Return how a schema of the document looks."""
        if id(schema) not in self._keys:
            self._keys[id(schema)] = schema, self._build_key(schema, _KEY_DEPTH)
        return self._keys[id(schema)][1]

    def unwrap(self, schema: Any) -> Any:
        """Return a schema without an `allOf` of one around it; the name of a definition, where it is nothing else."""
        while isinstance(schema, dict):
            said = select_assertions(schema, self._ignored)
            if (
                said.keys() == {"allOf"}
                and len(said["allOf"]) == 1
                and not schema.keys() - said.keys()
            ):
                schema = said["allOf"][0]
            elif said.keys() == {"$ref"}:
                return get_definition_name(said["$ref"])
            else:
                break
        return schema

    def sort_schemas(self, schemas: list[Any]) -> list[Any]:
        """Return schemas whose order means nothing in an order that does not depend on how they are written."""
        if len(schemas) < 2:  # noqa: PLR2004 (one has no order)
            return schemas
        if id(schemas) not in self._sorted_schemas:
            self._sorted_schemas[id(schemas)] = (
                schemas,
                sorted(schemas, key=lambda schema: self._build_key(schema, _KEY_DEPTH)),
            )
        return self._sorted_schemas[id(schemas)][1]

    def _build_key(self, schema: Any, depth: int) -> str:
        """Return a text that is the same for the same schemas, and mostly another one for others."""
        schema = self.unwrap(schema)
        if isinstance(schema, str):
            schema = self._defs[schema]
        if not isinstance(schema, dict):
            return repr(schema)
        said = select_assertions(schema, self._ignored)
        if not depth:
            return repr(sorted(said))
        return (
            "{"
            + ",".join(
                f"{k}:{self._build_keyword_key(k, said[k], depth - 1)}" for k in sorted(said)
            )
            + "}"
        )

    def _build_keyword_key(self, keyword: str, value: Any, depth: int) -> str:
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._build_key(value, depth)
        if keyword in SCHEMA_LIST_KEYWORDS:
            return str(sorted(self._build_key(schema, depth) for schema in value))
        if keyword in SCHEMA_MAP_KEYWORDS:
            return str([(name, self._build_key(value[name], depth)) for name in sorted(value)])
        if keyword == "$ref":
            return self._build_key(self._defs[get_definition_name(value)], depth)
        is_set = keyword in _UNORDERED and isinstance(value, list)
        return str(sorted(map(build_value_key, value))) if is_set else build_value_key(value)


def select_assertions(
    schema: dict[str, Any], ignored: tuple[str, ...] = ANNOTATIONS
) -> dict[str, Any]:
    """Return a schema without its annotations, and without what asks for nothing."""
    return {
        k: v
        for k, v in schema.items()
        if k not in ignored and not k.startswith("x-") and not _is_default(k, v)
    }


def _is_default(keyword: str, value: Any) -> bool:
    return (value is False and keyword in _FALSE_BY_DEFAULT) or (
        value == 0 and keyword in _ZERO_BY_DEFAULT
    )


def _get_boolean_meaning(schema: Any) -> bool | None:
    if isinstance(schema, bool):
        return schema
    return True if isinstance(schema, dict) and not select_assertions(schema) else None


def build_value_key(value: Any) -> str:
    """Return a text that is the same for values that JSON Schema holds equal."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value)
    if isinstance(value, float) and value.is_integer():
        return repr(int(value))
    if isinstance(value, list):
        return "[" + ",".join(map(build_value_key, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{build_value_key(value[k])}" for k in sorted(value)) + "}"
    return repr(value)
