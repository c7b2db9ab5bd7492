"""How deep the lowest instance of a schema is: it tells which branches of a recursion end."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from dynclient.document.references import unescape_token
from dynclient.generate.merged_schema import JsonSchema
from dynclient.schema.dialect import SharedDefinitions, list_subschemas

#: Deeper schemas have no height.
_MAX_SCHEMA_DEPTH = 60

#: How often the height of each definition may be computed anew.
_MAX_HEIGHT_ROUNDS = 20
#: A local reference has at least this many segments: `#/$defs/Name`.
_MIN_SEGMENTS = 3


class DefinitionHeights:
    """The heights of definitions. Each is computed once, however many roots have it.

    Args:
        definitions: what references name; more may be added later.

    """

    def __init__(self, definitions: Mapping[str, JsonSchema]) -> None:
        self._definitions = definitions
        self._heights: dict[str, float] = {}

    def compute(self, schema: JsonSchema, reached: Mapping[str, JsonSchema]) -> float:
        """Return how many levels the lowest instance of a schema has, infinity if it has none.

        Args:
            schema: the schema.
            reached: the definitions that it reaches, directly or not.

        """
        unknown = [name for name in reached if name not in self._heights]
        if unknown:
            self._heights |= self._compute_all(unknown)
        return _compute_height(schema, self._heights)

    def _compute_all(self, names: list[str]) -> dict[str, float]:
        """Return the height of each definition, the least solution of their mutual dependencies.

        All heights start at infinity. Where one gets lower, the definitions that use it are
        computed again.
        """
        users = self._find_users(names)
        heights = self._heights | dict.fromkeys(names, math.inf)
        pending = deque(names)
        for _ in range(_MAX_HEIGHT_ROUNDS * len(names)):
            if not pending:
                break
            name = pending.popleft()
            height = _compute_height(self._definitions[name], heights)
            if height < heights[name]:
                heights[name] = height
                pending += users.get(name, ())
        return heights

    def _find_users(self, names: list[str]) -> dict[str, list[str]]:
        """Return for each definition the names of those that refer to it."""
        users: dict[str, list[str]] = {}
        for user in names:
            found = map(find_definition_name, find_references(self._definitions[user]))
            for target in sorted(name for name in found if name):
                users.setdefault(target, []).append(user)
        return users


def build_shared_heights(shared: SharedDefinitions) -> DefinitionHeights:
    """Return the heights of definitions that many roots share."""
    return DefinitionHeights(shared)


def _compute_height(
    schema: JsonSchema, definition_heights: Mapping[str, float], depth: int = 0
) -> float:
    if schema is True:
        return 0
    if schema is False or depth > _MAX_SCHEMA_DEPTH:
        return math.inf
    if "const" in schema or "enum" in schema:
        return 0

    def compute(subschema: JsonSchema) -> float:
        return _compute_height(subschema, definition_heights, depth + 1)

    levels = [1 + compute(child) for child in _find_required_children(schema)]
    levels += map(compute, schema.get("allOf", ()))
    choices = [schema[keyword] for keyword in ("anyOf", "oneOf") if schema.get(keyword)]
    levels += [min(map(compute, branches)) for branches in choices]
    if "$ref" in schema:
        levels.append(_get_height(schema["$ref"], definition_heights))
    return max(levels, default=0)


def _get_height(ref: str, definition_heights: Mapping[str, float]) -> float:
    """Return the height of the definition that a reference names; 0 for any other reference."""
    name = find_definition_name(ref)
    return 0 if name is None else definition_heights.get(name, 0)


def _find_required_children(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    """Yield the schemas of the properties and items that every instance must have."""
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        yield properties.get(name, True)

    prefix = schema.get("prefixItems", ())
    least = schema.get("minItems", 0)
    yield from prefix[:least]
    if least > len(prefix):
        yield schema.get("items", True)


def find_definition_name(ref: str) -> str | None:
    """Return the definition that a reference names, or names a part of; None for any other."""
    segments = ref.split("/")
    if segments[:2] != ["#", "$defs"] or len(segments) < _MIN_SEGMENTS:
        return None
    return unescape_token(segments[2])


def find_references(schema: Any) -> set[str]:
    """Return the references in a schema; what these refer to is not followed."""
    refs: set[str] = set()
    pending = [schema]
    while pending:
        here = pending.pop()
        if not isinstance(here, dict):
            continue
        if isinstance(here.get("$ref"), str):
            refs.add(here["$ref"])
        pending += list_subschemas(here)  # examples are left out: a `$ref` there is data
    return refs
