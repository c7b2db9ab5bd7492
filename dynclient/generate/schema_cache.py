"""What generated values share: resolved references, compiled checks, patterns, valid examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from dynclient import regex
from dynclient.document.references import unescape_token
from dynclient.generate.definition_heights import (
    DefinitionHeights,
    build_shared_heights,
    find_definition_name,
    find_references,
)
from dynclient.generate.merged_schema import (
    GenerationFailed,
    JsonSchema,
    MergedSchema,
    SyntheticSchema,
)
from dynclient.generate.schema_keys import Option, SchemaKey, get_schema_key, store_bounded
from dynclient.generate.schema_merger import SchemaMerger
from dynclient.schema.dialect import (
    Schema,
    SharedDefinitions,
    get_shared_definitions,
)

InstanceCheck = Callable[[Any], bool]
#: Stands where there is no value, as None is one.
NO_VALUE: Any = object()

#: Keywords that do not change what is valid.
_ANNOTATIONS = frozenset(
    ("default", "deprecated", "description", "examples", "readOnly", "title", "writeOnly")
)


class SchemaCache:
    """Caches about one schema. Nothing in it depends on a seed.

    Args:
        schema: self-contained JSON Schema 2020-12; its references are local.
        compile_schema: schema -> check. Without it jsonschema is used, with formats as annotations.
        accepts: the check of the whole schema, where the caller has it already.

    Attributes:
        merger: merges its schemas.

    """

    def __init__(
        self,
        schema: JsonSchema,
        compile_schema: Callable[[dict[str, Any]], InstanceCheck] | None,
        accepts: InstanceCheck | None,
    ) -> None:
        self.schema = schema
        self._definitions: dict[str, JsonSchema] = {}
        self._shared_definitions: SharedDefinitions | None = None
        if isinstance(schema, dict):
            self._definitions = schema.get("$defs", {})
            self._shared_definitions = get_shared_definitions(schema)
        self._compile = compile_schema or _compile_with_jsonschema

        self.merger = SchemaMerger(self.resolve)
        self._checks: dict[SchemaKey, InstanceCheck] = {}
        if accepts is not None:
            self._checks[get_schema_key((schema,))] = accepts
        self._reference_checks: dict[str, InstanceCheck] = {}
        self._reference_targets: dict[str, JsonSchema] = {}
        self._compiled_patterns: dict[str, regex.Pattern | None] = {}
        self._references_by_definition: dict[str, frozenset[str]] = {}
        self._heights = (
            self._shared_definitions.derive(build_shared_heights)
            if self._shared_definitions is not None
            else DefinitionHeights(self._definitions)
        )

    def resolve(self, ref: str) -> JsonSchema:
        """Return the schema that a local reference points to.

        Raises:
            GenerationFailed: it points to nothing.

        """
        if ref not in self._reference_targets:
            target = _resolve_pointer(self.schema, ref)
            if target is None:
                target = _resolve_pointer(self.schema, unquote(ref))
            if not isinstance(target, dict | bool):
                raise GenerationFailed(f"$ref {ref} points to nothing")
            self._reference_targets[ref] = target
        return self._reference_targets[ref]

    def get_check(self, schemas: Option) -> InstanceCheck:
        """Return the check that all of some schemas accept, without the synthetic beside others.

        A synthetic schema that stands alone is checked, but its check is not kept.
        """
        documented = [schema for schema in schemas if not isinstance(schema, SyntheticSchema)]
        if not documented:
            return self._compile_check(schemas[0] if schemas else True)
        key = get_schema_key(schemas)
        if key in self._checks:
            return self._checks[key]

        conjunction = documented[0] if len(documented) == 1 else {"allOf": documented}
        return store_bounded(self._checks, key, self._compile_check(conjunction))

    def _compile_check(self, schema: JsonSchema) -> InstanceCheck:
        if isinstance(schema, bool):
            return lambda _value: schema
        if schema is self.schema:
            return self._compile(schema)
        keywords = schema.keys() - _ANNOTATIONS
        if keywords == {"$ref"}:
            return self._get_reference_check(schema["$ref"])
        if keywords == {"anyOf"}:
            # The branches are compiled apart: other schemas have the same ones.
            checks = [self.get_check((branch,)) for branch in schema["anyOf"]]
            return lambda value: any(check(value) for check in checks)
        return self._compile_root(schema)

    def _get_reference_check(self, reference: str) -> InstanceCheck:
        if reference not in self._reference_checks:
            self._reference_checks[reference] = self._compile_root({"$ref": reference})
        return self._reference_checks[reference]

    def _compile_root(self, schema: dict[str, Any]) -> InstanceCheck:
        if self._shared_definitions is not None:
            root = Schema({**schema, "$defs": self._definitions}, None, self._shared_definitions)
            return self._compile(root)
        names = self._find_reached_definitions(schema)
        if names is None:
            return accept_anything
        definitions = {
            name: self._definitions[name] for name in sorted(names) if name in self._definitions
        }
        return self._compile({**schema, "$defs": definitions})

    def _find_reached_definitions(self, schema: JsonSchema) -> frozenset[str] | None:
        """Return the names of the definitions that a schema needs, None if it points elsewhere."""
        names: set[str] = set()
        pending = find_references(schema)
        while pending:
            name = find_definition_name(pending.pop())
            if name is None:
                return None
            if name not in names:
                names.add(name)
                pending |= self._get_references_of_definition(name)
        return frozenset(names)

    def _get_references_of_definition(self, name: str) -> frozenset[str]:
        if name not in self._references_by_definition:
            definition = self._definitions.get(name, True)
            self._references_by_definition[name] = frozenset(find_references(definition))
        return self._references_by_definition[name]

    def matches(self, pattern: str, name: str) -> bool:
        """Return whether a pattern matches a property's name; an invalid pattern never does."""
        if pattern not in self._compiled_patterns:
            self._compiled_patterns[pattern] = _compile_pattern(pattern)
        compiled = self._compiled_patterns[pattern]
        return compiled is not None and compiled.search(name)

    def list_offered_values(self, merged: MergedSchema, keyword: str, schemas: Option) -> list[Any]:
        """Return the values that the schemas offer themselves and accept.

        Args:
            merged: the merged schema; it keeps the answer.
            keyword: `examples`, `default`, or `values` for `enum` and `const`.
            schemas: those that must accept the values.

        """
        if keyword not in merged.offered_values:
            candidates = _list_unchecked_offers(merged, keyword)
            accepts: InstanceCheck = merged.satisfies_scalar_keywords
            if candidates and not merged.has_only_scalar_keywords:
                accepts = self.get_check(schemas)
            merged.offered_values[keyword] = [value for value in candidates if accepts(value)]
        return merged.offered_values[keyword]

    def compute_height(self, schema: JsonSchema) -> float:
        """Return how many levels the lowest instance of a schema has, infinity if it has none."""
        return self._heights.compute(schema, self._definitions)


def _compile_with_jsonschema(schema: dict[str, Any]) -> InstanceCheck:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema).is_valid


def _resolve_pointer(schema: JsonSchema, ref: str) -> Any:
    here: Any = schema
    for token in ref.split("/")[1:]:
        here = _get_member(here, unescape_token(token))
    return here


def _get_member(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return None


def _compile_pattern(pattern: str) -> regex.Pattern | None:
    try:
        return regex.compile(pattern)
    except regex.PatternError:
        return None


def accept_anything(_value: Any) -> bool:
    """Return True: the check of what cannot be checked."""
    return True


def _list_unchecked_offers(merged: MergedSchema, keyword: str) -> list[Any]:
    if keyword == "values":
        return merged.listed_values or []
    if keyword == "default":
        return list(merged.get_keyword_values("default"))
    examples: list[Any] = []
    for values in merged.get_keyword_values("examples"):
        examples += values if isinstance(values, list) else ()
    return [*examples, *merged.get_keyword_values("example")]
