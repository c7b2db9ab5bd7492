"""What is known of a schema between two samples: references followed, checks compiled, valid examples, heights."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from dynclient import regex
from dynclient.document.references import unescape_token
from dynclient.generate.merged_schema import (
    GenerationFailed,
    JsonSchema,
    MergedSchema,
    SyntheticSchema,
    get_listed_values,
)
from dynclient.generate.negated_schemas import list_negations
from dynclient.schema.dialect import list_subschemas
from dynclient.schema.readings import OPEN_SUFFIX

InstanceCheck = Callable[[Any], bool]
BranchChooser = Callable[[dict[str, Any], str, list[tuple[JsonSchema, ...]]], int]

MAX_DEPTH = 60
MAX_CACHED = 4096
NO_VALUE: Any = object()

T = TypeVar("T")


class SchemaCache:
    """Caches about one schema; nothing in it depends on a seed.

    Args:
        schema: self-contained JSON Schema 2020-12, references local.
        compile_schema: schema -> check; without it jsonschema is used, with formats as annotations.
        accepts: the check of the whole schema, where the caller has it already.

    """

    def __init__(
        self,
        schema: JsonSchema,
        compile_schema: Callable[[dict[str, Any]], InstanceCheck] | None,
        accepts: InstanceCheck | None,
    ) -> None:
        self.schema = schema
        self._compile = compile_schema or _compile_with_jsonschema
        self._checks: dict[tuple[int, ...], InstanceCheck] = (
            {(id(schema),): accepts} if accepts else {}
        )
        self._choiceless_merges: dict[tuple[int, ...], MergedSchema | None] = {}
        self._merged_schemas: dict[tuple[int, ...], MergedSchema] = {}
        self._reference_targets: dict[str, JsonSchema] = {}
        self._compiled_patterns: dict[str, regex.Pattern | None] = {}
        self._references_by_definition: dict[str, frozenset[str]] = {}
        self._definition_heights: dict[str, float] | None = None

    def resolve(self, ref: str) -> JsonSchema:
        """Return the schema that a local reference points to."""
        if ref not in self._reference_targets:
            found = _resolve_pointer(self.schema, ref)
            found = _resolve_pointer(self.schema, unquote(ref)) if found is None else found
            if not isinstance(found, dict | bool):
                raise GenerationFailed(f"$ref {ref} points to nothing")
            self._reference_targets[ref] = found
        return self._reference_targets[ref]

    def get_check(self, schemas: tuple[JsonSchema, ...]) -> InstanceCheck:
        """Return the check that all of some schemas accept; made-up schemas among several are left out."""
        real = tuple(s for s in schemas if not isinstance(s, SyntheticSchema))
        key = tuple(map(id, real))
        if real and key in self._checks:
            return self._checks[key]
        if not real:
            return self._compile_check(schemas[0] if schemas else True)
        made = self._compile_check(real[0] if len(real) == 1 else {"allOf": list(real)})
        return self._store(self._checks, key, made)

    def _compile_check(self, schema: JsonSchema) -> InstanceCheck:
        if isinstance(schema, bool):
            return lambda _value: schema
        if schema is self.schema:
            return self._compile(schema)
        defs = self._find_reached_definitions(schema)
        if defs is None:
            return _accept_anything
        whole = self.schema["$defs"] if defs and isinstance(self.schema, dict) else {}
        return self._compile(
            {**schema, "$defs": {name: whole[name] for name in sorted(defs) if name in whole}}
        )

    def _find_reached_definitions(self, schema: JsonSchema) -> frozenset[str] | None:
        """Return the names of the definitions that a schema needs, None if it points outside of them."""
        found: set[str] = set()
        open_refs = _find_references(schema)
        while open_refs:
            name = _find_definition_name(open_refs.pop())
            if name is None:
                return None
            if name not in found:
                found.add(name)
                if name not in self._references_by_definition:
                    self._references_by_definition[name] = frozenset(
                        _find_references(self._get_definition(name))
                    )
                open_refs |= self._references_by_definition[name]
        return frozenset(found)

    def _get_definition(self, name: str) -> JsonSchema:
        defs: dict[str, JsonSchema] = (
            self.schema.get("$defs", {}) if isinstance(self.schema, dict) else {}
        )
        return defs.get(name, True)

    def matches(self, pattern: str, name: str) -> bool:
        """Return whether a property's name matches a pattern; one that cannot be read matches nothing."""
        if pattern not in self._compiled_patterns:
            self._compiled_patterns[pattern] = _compile_pattern(pattern)
        compiled = self._compiled_patterns[pattern]
        return compiled is not None and compiled.search(name)

    def merge_without_choice(self, schemas: tuple[JsonSchema, ...]) -> MergedSchema | None:
        """Return the shape of schemas that leave no choice; None where there is one."""
        key = tuple(map(id, schemas))
        found = self._choiceless_merges.get(key, NO_VALUE)
        if found is not NO_VALUE:
            return found  # type: ignore[no-any-return]
        shape = self.merge(schemas, None)
        return (
            shape
            if _has_synthetic_schema(schemas)
            else self._store(self._choiceless_merges, key, shape)
        )

    def merge(
        self,
        schemas: tuple[JsonSchema, ...],
        choose: BranchChooser | None,
        forced: Container[int] = (),
    ) -> MergedSchema | None:
        """Follow references, allOf and chosen branches; None if there is a choice and nobody to choose.

        Raises:
            Refusal: a schema is false or a reference points to nothing.

        """
        leaves: list[dict[str, Any]] = []
        refs: list[str] = []
        tags: dict[str, str] = {}
        seen: set[int] = set()
        work = list(reversed(schemas))
        while work:
            schema = work.pop()
            if schema is True or id(schema) in seen:
                continue
            if schema is False:
                raise GenerationFailed("false allows nothing")
            seen.add(id(schema))
            leaves.append(schema)
            more = list(schema.get("allOf", ()))
            if "$ref" in schema:
                refs.append(schema["$ref"])
                more.insert(0, self.resolve(schema["$ref"]))
            for keyword, options in self._find_choices(schema):
                if len(options) > 1 and choose is None:
                    return None
                branch = (
                    _find_forced_option(options, forced)
                    or options[choose(schema, keyword, options) if choose else 0]
                )
                more += branch
                tags |= _find_branch_tag(schema, branch)
            work.extend(
                reversed(more or [*_find_implied_schemas(leaves, refs, seen)] if not work else more)
            )
        names = tuple(dict.fromkeys(map(get_schema_name, refs)))
        return self._get_merged_schema(tuple(leaves), names, _find_own_tags(leaves, names) | tags)

    def _get_merged_schema(
        self, leaves: tuple[dict[str, Any], ...], refs: tuple[str, ...], tags: dict[str, str]
    ) -> MergedSchema:
        if _has_synthetic_schema(leaves):
            return MergedSchema(leaves, refs, tags)
        key = tuple(map(id, leaves))
        return self._merged_schemas.get(key) or self._store(
            self._merged_schemas, key, MergedSchema(leaves, refs, tags)
        )

    def _find_choices(
        self, schema: dict[str, Any]
    ) -> Iterator[tuple[str, list[tuple[JsonSchema, ...]]]]:
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                yield keyword, [(branch,) for branch in schema[keyword]]
        if "not" in schema and get_listed_values(schema["not"]) is None:
            yield "not", [(way,) for way in list_negations(schema["not"], self.resolve)]

    def list_offered_values(
        self, shape: MergedSchema, keyword: str, schemas: tuple[JsonSchema, ...]
    ) -> list[Any]:
        """Return the values that the schemas offer themselves (`examples`, `default`, `values`) and accept."""
        found = shape.offered_values.get(keyword)
        if found is None:
            offered = _list_unchecked_offers(shape, keyword)
            accepts = (
                shape.satisfies_scalar_keywords
                if shape.has_only_scalar_keywords
                else self.get_check(schemas)
                if offered
                else _accept_anything
            )
            found = shape.offered_values[keyword] = [value for value in offered if accepts(value)]
        return found

    def compute_height(self, schema: JsonSchema) -> float:
        """Return how many levels the lowest instance of a schema has, infinity if it has none."""
        if self._definition_heights is None:
            self._definition_heights = self._compute_all_heights()
        return _compute_height(schema, self._definition_heights)

    def _compute_all_heights(self) -> dict[str, float]:
        """Let heights sink from infinity, looking again at what refers to a definition that sank."""
        defs: dict[str, JsonSchema] = (
            self.schema.get("$defs", {}) if isinstance(self.schema, dict) else {}
        )
        users: dict[str, list[str]] = {name: [] for name in defs}
        for name, schema in defs.items():
            for used in sorted(filter(None, map(_find_definition_name, _find_references(schema)))):
                users.setdefault(used, []).append(name)
        heights = dict.fromkeys(defs, math.inf)
        work = deque(defs)
        for _ in range(20 * len(defs)):
            if not work:
                break
            name = work.popleft()
            height = _compute_height(defs[name], heights)
            if height < heights[name]:
                heights[name] = height
                work += users[name]
        return heights

    def _store(self, cache: dict[tuple[int, ...], T], key: tuple[int, ...], value: T) -> T:
        if len(cache) >= MAX_CACHED:
            cache.clear()
        cache[key] = value
        return value


def _compile_with_jsonschema(schema: dict[str, Any]) -> InstanceCheck:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema).is_valid


def _resolve_pointer(schema: JsonSchema, ref: str) -> Any:
    here: Any = schema
    for part in ref.split("/")[1:]:
        here = _get_member(here, unescape_token(part))
    return here


def _get_member(value: Any, key: str) -> Any:
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return value.get(key) if isinstance(value, dict) else None


def _compile_pattern(pattern: str) -> regex.Pattern | None:
    try:
        return regex.compile(pattern)
    except regex.PatternError:
        return None


def _accept_anything(_value: Any) -> bool:
    return True


def _has_synthetic_schema(schemas: tuple[JsonSchema, ...] | tuple[dict[str, Any], ...]) -> bool:
    return any(isinstance(schema, SyntheticSchema) for schema in schemas)


def get_schema_name(ref: str) -> str:
    """Return the name of the schema that a reference, a mapping's or ours, means."""
    return unescape_token(ref.rsplit("/", 1)[-1]).removesuffix(OPEN_SUFFIX)


def _find_definition_name(ref: str) -> str | None:
    parts = ref.split("/")
    is_inside = parts[:2] == ["#", "$defs"] and len(parts) > 2  # noqa: PLR2004 (#/$defs/Name)
    return unescape_token(parts[2]) if is_inside else None


def _find_references(schema: Any) -> set[str]:
    found: set[str] = set()
    work = [schema]
    while work:
        here = work.pop()
        if isinstance(here, dict):
            if isinstance(here.get("$ref"), str):
                found.add(here["$ref"])
            work.extend(list_subschemas(here))  # not into examples, where a `$ref` is data
    return found


def _find_forced_option(
    options: list[tuple[JsonSchema, ...]], forced: Container[int]
) -> tuple[JsonSchema, ...] | None:
    return next((option for option in options if option and id(option[0]) in forced), None)


def _find_branch_tag(owner: dict[str, Any], branch: tuple[JsonSchema, ...]) -> dict[str, str]:
    """Return what a discriminator wants as the tag of a chosen branch."""
    rule = owner.get("discriminator")
    ref = branch[0].get("$ref") if branch and isinstance(branch[0], dict) else None
    if not isinstance(rule, dict) or ref is None or "propertyName" not in rule:
        return {}
    return {
        rule["propertyName"]: _map_names_to_tags(rule).get(
            get_schema_name(ref), get_schema_name(ref)
        )
    }


def _find_implied_schemas(
    leaves: list[dict[str, Any]], refs: list[str], seen: Container[int]
) -> Iterator[JsonSchema]:
    """Yield what follows from conditions that surely hold, because the schema they refer to must hold anyway."""
    for leaf in leaves:
        holds = (
            isinstance(leaf.get("if"), dict)
            and leaf["if"].get("$ref") in refs
            and len(leaf["if"]) == 1
        )
        if holds and id(leaf.get("then", True)) not in seen:
            yield leaf.get("then", True)


def _find_own_tags(leaves: list[dict[str, Any]], refs: tuple[str, ...]) -> dict[str, str]:
    """Return tags of discriminators that stand in a base schema: by the first mapped reference on the way there."""
    tags: dict[str, str] = {}
    for leaf in leaves:
        rule = leaf.get("discriminator")
        if isinstance(rule, dict) and "propertyName" in rule:
            keys = _map_names_to_tags(rule)
            known = [keys[ref] for ref in refs if ref in keys] or list(keys.values()) or refs
            tags |= dict.fromkeys([rule["propertyName"]], known[0]) if known else {}
    return tags


def _map_names_to_tags(rule: dict[str, Any]) -> dict[str, str]:
    mapping = rule.get("mapping")
    return (
        {get_schema_name(ref): key for key, ref in reversed(mapping.items())}
        if isinstance(mapping, dict)
        else {}
    )


def _list_unchecked_offers(shape: MergedSchema, keyword: str) -> list[Any]:
    if keyword == "values":
        return shape.listed_values or []
    if keyword == "default":
        return list(shape.get_keyword_values("default"))
    lists = [value for value in shape.get_keyword_values("examples") if isinstance(value, list)]
    return [value for values in lists for value in values] + list(
        shape.get_keyword_values("example")
    )


def _compute_height(schema: JsonSchema, known: Mapping[str, float], depth: int = 0) -> float:
    if isinstance(schema, bool) or depth > MAX_DEPTH:
        return 0 if schema is True else math.inf
    if "const" in schema or "enum" in schema:
        return 0
    members = [*_find_required_children(schema)]
    same = list(schema.get("allOf", ()))
    levels = [1 + _compute_height(sub, known, depth + 1) for sub in members] + [
        _compute_height(sub, known, depth + 1) for sub in same
    ]
    for keyword in ("anyOf", "oneOf"):
        levels += (
            [min(_compute_height(sub, known, depth + 1) for sub in schema[keyword])]
            if schema.get(keyword)
            else []
        )
    if "$ref" in schema:
        levels.append(known.get(_find_definition_name(schema["$ref"]) or "", 0))
    return max(levels, default=0)


def _find_required_children(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    """Yield the schemas of what every instance must contain."""
    properties, prefix, least = (
        schema.get("properties", {}),
        schema.get("prefixItems", ()),
        schema.get("minItems", 0),
    )
    yield from (properties.get(name, True) for name in schema.get("required", ()))
    yield from prefix[:least]
    if least > len(prefix):
        yield schema.get("items", True)
