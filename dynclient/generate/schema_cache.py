"""What generated values share: resolved references, compiled checks, valid examples, heights."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any, TypeVar
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
    get_listed_values,
)
from dynclient.generate.negated_schemas import list_negations
from dynclient.schema.dialect import (
    BASE_SUFFIX,
    Schema,
    SharedDefinitions,
    get_shared_definitions,
)
from dynclient.schema.readings import OPEN_SUFFIX

InstanceCheck = Callable[[Any], bool]
#: One option of a choice: the schemas that must hold where it is chosen.
Option = tuple[JsonSchema, ...]
#: (schema that offers the choice, keyword, options) -> index of the chosen option.
BranchChooser = Callable[[dict[str, Any], str, list[Option]], int]
#: Identifies some schemas of one root, each by its place in memory.
SchemaKey = tuple[int, ...]

MAX_DEPTH = 60
MAX_CACHED = 4096
#: Stands where there is no value, as None is one.
NO_VALUE: Any = object()

#: Keywords that do not change what is valid.
_ANNOTATIONS = frozenset(
    ("default", "deprecated", "description", "examples", "readOnly", "title", "writeOnly")
)
T = TypeVar("T")


def get_schema_key(schemas: Option) -> SchemaKey:
    """Return a key of some schemas, synthetic ones left out: these live too shortly to be known by.

    Schemas of one root live as long as the root does, so their places in memory identify them.
    """
    return tuple(id(schema) for schema in schemas if not isinstance(schema, SyntheticSchema))


class SchemaCache:
    """Caches about one schema. Nothing in it depends on a seed.

    Args:
        schema: self-contained JSON Schema 2020-12; its references are local.
        compile_schema: schema -> check. Without it jsonschema is used, with formats as annotations.
        accepts: the check of the whole schema, where the caller has it already.

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

        self._checks: dict[SchemaKey, InstanceCheck] = {}
        if accepts is not None:
            self._checks[get_schema_key((schema,))] = accepts
        self._reference_checks: dict[str, InstanceCheck] = {}
        self._choiceless_merges: dict[SchemaKey, MergedSchema | None] = {}
        self._merged_schemas: dict[SchemaKey, MergedSchema] = {}
        self._reference_targets: dict[str, JsonSchema] = {}
        self._compiled_patterns: dict[str, regex.Pattern | None] = {}
        self._references_by_definition: dict[str, frozenset[str]] = {}
        self._heights = (
            self._shared_definitions.derive(build_shared_heights)
            if self._shared_definitions is not None
            else DefinitionHeights(self._definitions)
        )

    # --- references, checks and patterns

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
        return self._store(self._checks, key, self._compile_check(conjunction))

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

    # --- merged schemas

    def merge_without_choice(self, schemas: Option) -> MergedSchema | None:
        """Return the merged schema of schemas without a choice; None where one is offered."""
        is_cached = not _has_synthetic_schema(schemas)
        key = get_schema_key(schemas)
        if is_cached and key in self._choiceless_merges:
            return self._choiceless_merges[key]
        merged = self.merge(schemas, None)
        return self._store(self._choiceless_merges, key, merged) if is_cached else merged

    def merge(
        self,
        schemas: Option,
        choose: BranchChooser | None,
        forced: Container[int] = (),
    ) -> MergedSchema | None:
        """Follow references, `allOf` and chosen branches.

        Args:
            schemas: what to merge.
            choose: chooses a branch of `oneOf`, `anyOf` and `not`.
            forced: ids of schemas; the option that begins with one of them is chosen.

        Returns:
            The merged schema; None if there is a choice and nothing to choose with.

        Raises:
            GenerationFailed: a schema is false, or a reference points to nothing.

        """
        conjuncts: list[dict[str, Any]] = []
        refs: list[str] = []
        tags: dict[str, str] = {}
        visited: set[int] = set()
        pending = list(reversed(schemas))
        while pending:
            schema = pending.pop()
            if schema is True or id(schema) in visited:
                continue
            if schema is False:
                raise GenerationFailed("a part of its schema refuses every value here")
            visited.add(id(schema))
            conjuncts.append(schema)

            followers = list(schema.get("allOf", ()))
            if "$ref" in schema:
                refs.append(schema["$ref"])
                followers.insert(0, self.resolve(schema["$ref"]))
            for keyword, options in self._find_choices(schema):
                if len(options) > 1 and choose is None:
                    return None
                option = _choose_option(schema, keyword, options, choose, forced)
                followers += option
                tags |= _find_branch_tag(schema, option)

            pending += reversed(followers)
            if not pending:
                implied = list(_find_implied_schemas(conjuncts, refs, visited))
                pending += reversed(implied)

        names = tuple(dict.fromkeys(map(get_schema_name, refs)))
        tags = _find_own_tags(conjuncts, names) | tags
        return self._get_merged_schema(tuple(conjuncts), names, tags)

    def _get_merged_schema(
        self, conjuncts: tuple[dict[str, Any], ...], names: tuple[str, ...], tags: dict[str, str]
    ) -> MergedSchema:
        if _has_synthetic_schema(conjuncts):
            return MergedSchema(conjuncts, names, tags)
        key = get_schema_key(conjuncts)
        if key in self._merged_schemas:
            return self._merged_schemas[key]
        return self._store(self._merged_schemas, key, MergedSchema(conjuncts, names, tags))

    def _find_choices(self, schema: dict[str, Any]) -> Iterator[tuple[str, list[Option]]]:
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                yield keyword, [(branch,) for branch in schema[keyword]]
        if "not" in schema and get_listed_values(schema["not"]) is None:
            negations = list_negations(schema["not"], self.resolve)
            yield "not", [(negation,) for negation in negations]

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

    # --- heights

    def compute_height(self, schema: JsonSchema) -> float:
        """Return how many levels the lowest instance of a schema has, infinity if it has none."""
        return self._heights.compute(schema, self._definitions)

    def _store(self, cache: dict[SchemaKey, T], key: SchemaKey, value: T) -> T:
        if len(cache) >= MAX_CACHED:
            cache.clear()
        cache[key] = value
        return value


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


def _has_synthetic_schema(schemas: tuple[JsonSchema, ...] | tuple[dict[str, Any], ...]) -> bool:
    return any(isinstance(schema, SyntheticSchema) for schema in schemas)


def get_schema_name(ref: str) -> str:
    """Return the name of the schema that a reference, a discriminator's or ours, means."""
    name = unescape_token(ref.rsplit("/", 1)[-1])
    return name.removesuffix(OPEN_SUFFIX).removesuffix(BASE_SUFFIX)


# --- choices


def _choose_option(
    schema: dict[str, Any],
    keyword: str,
    options: list[Option],
    choose: BranchChooser | None,
    forced: Container[int],
) -> Option:
    for option in options:
        if option and id(option[0]) in forced:
            return option
    return options[choose(schema, keyword, options) if choose else 0]


def _find_implied_schemas(
    conjuncts: list[dict[str, Any]], refs: list[str], visited: Container[int]
) -> Iterator[JsonSchema]:
    """Yield the `then` of each condition that surely holds, as its schema must hold anyway."""
    for schema in conjuncts:
        condition = schema.get("if")
        if not isinstance(condition, dict) or len(condition) != 1:
            continue
        consequence = schema.get("then", True)
        if condition.get("$ref") in refs and id(consequence) not in visited:
            yield consequence


def _find_branch_tag(owner: dict[str, Any], branch: Option) -> dict[str, str]:
    """Return the property and value that a discriminator wants for a chosen branch."""
    rule = owner.get("discriminator")
    if not isinstance(rule, dict) or "propertyName" not in rule:
        return {}
    schema = branch[0] if branch else True
    if not isinstance(schema, dict) or "$ref" not in schema:
        return {}
    name = get_schema_name(schema["$ref"])
    tag = _map_names_to_tags(rule).get(name, name)
    return {rule["propertyName"]: tag}


def _find_own_tags(conjuncts: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, str]:
    """Return the tags that discriminators of base schemas want.

    The first definition on the way that the mapping names decides, else the mapping's first entry.
    """
    tags: dict[str, str] = {}
    for schema in conjuncts:
        rule = schema.get("discriminator")
        if not isinstance(rule, dict) or "propertyName" not in rule:
            continue
        tags_by_name = _map_names_to_tags(rule)
        candidates = [tags_by_name[name] for name in names if name in tags_by_name]
        candidates += [*tags_by_name.values(), *names]
        if candidates:
            tags[rule["propertyName"]] = candidates[0]
    return tags


def _map_names_to_tags(rule: dict[str, Any]) -> dict[str, str]:
    """Return a discriminator's mapping read backwards; of several tags for a schema the first."""
    mapping = rule.get("mapping")
    if not isinstance(mapping, dict):
        return {}
    return {get_schema_name(ref): tag for tag, ref in reversed(mapping.items())}


def _list_unchecked_offers(merged: MergedSchema, keyword: str) -> list[Any]:
    if keyword == "values":
        return merged.listed_values or []
    if keyword == "default":
        return list(merged.get_keyword_values("default"))
    examples: list[Any] = []
    for values in merged.get_keyword_values("examples"):
        examples += values if isinstance(values, list) else ()
    return [*examples, *merged.get_keyword_values("example")]
