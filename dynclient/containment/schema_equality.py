"""Whether two schemas of different documents are equal, apart from annotations.

The names of definitions and the order of unordered keywords do not count either.
"""

from __future__ import annotations

from typing import Any

from dynclient.containment.identity_cache import IdentityCache
from dynclient.schema.dialect import (
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    Schema,
    get_definition_name,
)
from dynclient.schema.engines.step_limit import spend_steps
from dynclient.schema.readings import Definitions

#: Keywords that refuse no value.
ANNOTATIONS = (
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "examples",
    "format",
    "title",
    "x-extensible-enum",
    "x-ms-enum",
)
#: Keywords that are only for readers.
DOCUMENTATION_KEYWORDS = ("description", "examples", "title")
_FALSE_BY_DEFAULT = ("deprecated", "readOnly", "uniqueItems", "writeOnly")
_ZERO_BY_DEFAULT = ("minItems", "minLength", "minProperties")
_UNORDERED = ("enum", "required", "type")

#: A definition of the first document, and one of the second.
DefinitionPair = tuple[str, str]

#: A structural key looks at so many levels of a schema.
_KEY_DEPTH = 3


#: A schema with nothing else is the same as another one that Python finds equal: no schema is in
#: it, and no value of any type, where 1 and true would be one.
_PLAIN_KEYWORDS = frozenset(
    {
        "description",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "multipleOf",
        "pattern",
        "title",
        "type",
        "uniqueItems",
    }
)


class SchemaEquality:
    """Compares the schemas of two documents.

    Each pair of definitions is compared once. Two definitions are equal unless a difference can be
    reached from them, so that recursive schemas come to an end.

    Args:
        first_defs: the definitions of the first document.
        second_defs: the definitions of the second document.
        ignored: annotations that do not count. Extensions (`x-…`) never do, apart from those of
            open enums.

    """

    def __init__(
        self,
        first_defs: Definitions,
        second_defs: Definitions,
        ignored: tuple[str, ...] = ANNOTATIONS,
    ) -> None:
        self._first_defs = first_defs
        self._second_defs = second_defs
        self._ignored = ignored
        self._first_keys = _StructuralKeys(first_defs, ignored)
        self._second_keys = _StructuralKeys(second_defs, ignored)
        self._equal_definitions: dict[DefinitionPair, bool] = {}
        self._equal_schemas = IdentityCache[bool]()

    def is_equal(self, first: Any, second: Any) -> bool:
        """Tell whether a schema of the first document equals one of the second."""
        if _is_plain(first) and first == second:
            return True
        # Only the schemas of a document live long enough to be worth keeping.
        if not isinstance(first, Schema) or not isinstance(second, Schema):
            return self._compare(first, second)
        return self._equal_schemas.get_or_compute(
            (first, second), lambda: self._compare(first, second)
        )

    def are_all_plain_and_equal(self, first: tuple[Any, ...], second: tuple[Any, ...]) -> bool:
        """Tell whether schemas, that all hold, are the same on both sides and have nothing inside.

        It is what most properties of two revisions are, and no reading changes what it means.
        """
        return all(map(_is_plain, first)) and first == second

    def is_equal_either_way(self, defs: Definitions, one: Any, other: Any) -> bool:
        """Tell whether two schemas are equal, where `defs` are the definitions of `one`."""
        return self.is_equal(one, other) if defs is self._first_defs else self.is_equal(other, one)

    def build_key_for(self, defs: Definitions, schema: Any) -> str:
        """Return the structural key of a schema, where `defs` are its definitions."""
        return self.build_structural_key(schema, is_first=defs is self._first_defs)

    def build_structural_key(self, schema: Any, *, is_first: bool) -> str:
        """Return a key that is equal for equal schemas, and mostly differs for others."""
        return (self._first_keys if is_first else self._second_keys).build_key(schema)

    def _compare(self, first: Any, second: Any) -> bool:
        references = set[DefinitionPair]()
        if not self._are_schemas_equal(first, second, references):
            return False
        return all(map(self._are_definitions_equal, references))

    def _are_schemas_equal(self, first: Any, second: Any, references: set[DefinitionPair]) -> bool:
        """Tell whether two schemas are equal if the definitions that they reference are.

        Args:
            first: a schema of the first document.
            second: a schema of the second document.
            references: the pairs of definitions, which are added to it.

        """
        spend_steps()
        first, second = self._first_keys.unwrap(first), self._second_keys.unwrap(second)
        if isinstance(first, str) and isinstance(second, str):
            references.add((first, second))
            return True
        if isinstance(first, str):
            first = self._first_defs[first]
        if isinstance(second, str):
            second = self._second_defs[second]
        if not isinstance(first, dict) or not isinstance(second, dict):
            return _get_boolean_meaning(first) is _get_boolean_meaning(second) is not None
        first = select_assertions(first, self._ignored)
        second = select_assertions(second, self._ignored)
        if first.keys() != second.keys():
            return False
        return all(self._is_keyword_equal(k, first[k], second[k], references) for k in first)

    def _is_keyword_equal(
        self, keyword: str, first: Any, second: Any, references: set[DefinitionPair]
    ) -> bool:
        if keyword == "$ref":
            references.add((get_definition_name(first), get_definition_name(second)))
            return True
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._are_schemas_equal(first, second, references)
        if keyword in SCHEMA_LIST_KEYWORDS:
            if keyword != "prefixItems" and first != second:
                first = self._first_keys.sort_schemas(first)
                second = self._second_keys.sort_schemas(second)
            return len(first) == len(second) and all(
                self._are_schemas_equal(one, other, references)
                for one, other in zip(first, second, strict=True)
            )
        if keyword in SCHEMA_MAP_KEYWORDS:
            return first.keys() == second.keys() and all(
                self._are_schemas_equal(first[k], second[k], references) for k in first
            )
        return _build_keyword_value_key(keyword, first) == _build_keyword_value_key(keyword, second)

    def _are_definitions_equal(self, pair: DefinitionPair) -> bool:
        if pair not in self._equal_definitions:
            self._compare_definitions(pair)
        return self._equal_definitions[pair]

    def _compare_definitions(self, start: DefinitionPair) -> None:
        """Compare all pairs of definitions that can be reached, then carry differences back."""
        referrers: dict[DefinitionPair, list[DefinitionPair]] = {}
        differing: list[DefinitionPair] = []
        queue, visited = [start], {start}
        while queue:
            pair = queue.pop()
            references = set[DefinitionPair]()
            first, second = self._first_defs[pair[0]], self._second_defs[pair[1]]
            if not self._are_schemas_equal(first, second, references):
                differing.append(pair)
            for inner in references:
                referrers.setdefault(inner, []).append(pair)
                if self._equal_definitions.get(inner) is False:
                    differing.append(pair)
                elif inner not in self._equal_definitions and inner not in visited:
                    visited.add(inner)
                    queue.append(inner)

        self._equal_definitions.update(dict.fromkeys(visited, True))
        while differing:
            pair = differing.pop()
            if self._equal_definitions[pair]:
                self._equal_definitions[pair] = False
                differing += referrers.get(pair, ())


class _StructuralKeys:
    """Builds keys for the schemas of a document from their structure, through references."""

    def __init__(self, defs: Definitions, ignored: tuple[str, ...]) -> None:
        self._defs = defs
        self._ignored = ignored
        self._sorted_schemas = IdentityCache[list[Any]]()
        self._keys = IdentityCache[str]()

    def build_key(self, schema: Any) -> str:
        """Return the key of a schema."""
        return self._keys.get_or_compute((schema,), lambda: self._build_key(schema, _KEY_DEPTH))

    def unwrap(self, schema: Any) -> Any:
        """Return a schema without an `allOf` of one around it.

        Returns:
            The schema; the name of a definition, where it is only a reference.

        """
        while isinstance(schema, dict) and ("$ref" in schema or "allOf" in schema):
            assertions = select_assertions(schema, self._ignored)
            if assertions.keys() == {"$ref"}:
                return get_definition_name(assertions["$ref"])
            if assertions.keys() != {"allOf"} or schema.keys() != {"allOf"}:
                break
            if len(schema["allOf"]) != 1:
                break
            schema = schema["allOf"][0]
        return schema

    def sort_schemas(self, schemas: list[Any]) -> list[Any]:
        """Return the members of an unordered keyword in the order of their keys."""
        if len(schemas) < 2:  # noqa: PLR2004 (one has no order)
            return schemas
        return self._sorted_schemas.get_or_compute(
            (schemas,), lambda: sorted(schemas, key=lambda one: self._build_key(one, _KEY_DEPTH))
        )

    def _build_key(self, schema: Any, depth: int) -> str:
        schema = self.unwrap(schema)
        if isinstance(schema, str):
            schema = self._defs[schema]
        if not isinstance(schema, dict):
            return repr(schema)
        assertions = select_assertions(schema, self._ignored)
        keywords = sorted(assertions)
        if not depth:
            return repr(keywords)
        keys = [f"{k}:{self._build_keyword_key(k, assertions[k], depth - 1)}" for k in keywords]
        return "{" + ",".join(keys) + "}"

    def _build_keyword_key(self, keyword: str, value: Any, depth: int) -> str:
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._build_key(value, depth)
        if keyword in SCHEMA_LIST_KEYWORDS:
            return str(sorted(self._build_key(schema, depth) for schema in value))
        if keyword in SCHEMA_MAP_KEYWORDS:
            return str([(name, self._build_key(value[name], depth)) for name in sorted(value)])
        if keyword == "$ref":
            return self._build_key(self._defs[get_definition_name(value)], depth)
        return _build_keyword_value_key(keyword, value)


def _is_plain(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.keys() <= _PLAIN_KEYWORDS


def select_assertions(
    schema: dict[str, Any], ignored: tuple[str, ...] = ANNOTATIONS
) -> dict[str, Any]:
    """Return the keywords of a schema without annotations, and without those at their default."""
    assertions: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in ignored:
            continue
        is_extension = keyword.startswith("x-") and keyword not in ANNOTATIONS
        if not is_extension and not _is_default(keyword, value):
            assertions[keyword] = value
    return assertions


def _is_default(keyword: str, value: Any) -> bool:
    if value is False:
        return keyword in _FALSE_BY_DEFAULT or keyword in _ZERO_BY_DEFAULT
    return keyword in _ZERO_BY_DEFAULT and bool(value == 0)


def _get_boolean_meaning(schema: Any) -> bool | None:
    """Return True or False for a schema that accepts or refuses every value, else None."""
    if isinstance(schema, bool):
        return schema
    if isinstance(schema, dict) and not select_assertions(schema):
        return True
    return None


def _build_keyword_value_key(keyword: str, value: Any) -> str:
    """Return the key of the value of a keyword without schemas."""
    if keyword in _UNORDERED and isinstance(value, list):
        return str(sorted(map(build_value_key, value)))
    return build_value_key(value)


def build_value_key(value: Any) -> str:
    """Return a key that is the same for values that JSON Schema holds equal."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value)
    if isinstance(value, float) and value.is_integer():
        return repr(int(value))
    if isinstance(value, list):
        return "[" + ",".join(map(build_value_key, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{build_value_key(value[k])}" for k in sorted(value)) + "}"
    return repr(value)
