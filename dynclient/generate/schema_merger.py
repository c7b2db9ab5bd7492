"""Schemas that hold together become one: references, `allOf` and chosen branches are followed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from dynclient.document.references import unescape_token
from dynclient.generate.merged_schema import (
    GenerationFailed,
    JsonSchema,
    MergedSchema,
    get_listed_values,
)
from dynclient.generate.negated_schemas import list_negations
from dynclient.generate.schema_keys import (
    Option,
    SchemaKey,
    get_schema_key,
    has_synthetic_schema,
    store_bounded,
)
from dynclient.schema.dialect import BASE_SUFFIX
from dynclient.schema.readings import OPEN_SUFFIX

#: (schema that offers the choice, keyword, options) -> index of the chosen option.
BranchChooser = Callable[[dict[str, Any], str, list[Option]], int]


class SchemaMerger:
    """Merges the schemas that must hold for one value, and keeps what it merged.

    Args:
        resolve: reference -> the schema that it points to.

    """

    def __init__(self, resolve: Callable[[str], JsonSchema]) -> None:
        self._resolve = resolve
        self._choiceless_merges: dict[SchemaKey, MergedSchema | None] = {}
        self._merged_schemas: dict[SchemaKey, MergedSchema] = {}

    def merge_without_choice(self, schemas: Option) -> MergedSchema | None:
        """Return the merged schema of schemas without a choice; None where one is offered."""
        is_cached = not has_synthetic_schema(schemas)
        key = get_schema_key(schemas)
        if is_cached and key in self._choiceless_merges:
            return self._choiceless_merges[key]
        merged = self.merge(schemas, None)
        return store_bounded(self._choiceless_merges, key, merged) if is_cached else merged

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
                followers.insert(0, self._resolve(schema["$ref"]))
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
        if has_synthetic_schema(conjuncts):
            return MergedSchema(conjuncts, names, tags)
        key = get_schema_key(conjuncts)
        if key in self._merged_schemas:
            return self._merged_schemas[key]
        return store_bounded(self._merged_schemas, key, MergedSchema(conjuncts, names, tags))

    def _find_choices(self, schema: dict[str, Any]) -> Iterator[tuple[str, list[Option]]]:
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                yield keyword, [(branch,) for branch in schema[keyword]]
        if "not" in schema and get_listed_values(schema["not"]) is None:
            negations = list_negations(schema["not"], self._resolve)
            yield "not", [(negation,) for negation in negations]


def get_schema_name(ref: str) -> str:
    """Return the name of the schema that a reference, a discriminator's or ours, means."""
    name = unescape_token(ref.rsplit("/", 1)[-1])
    return name.removesuffix(OPEN_SUFFIX).removesuffix(BASE_SUFFIX)


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
