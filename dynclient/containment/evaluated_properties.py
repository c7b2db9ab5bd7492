"""Which properties the schemas of one value evaluate, where all others are refused.

They are refused by `unevaluatedProperties`, or by a producer's reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dynclient.schema.dialect import get_definition_name
from dynclient.schema.engines.step_limit import spend_steps
from dynclient.schema.readings import Definitions, has_declared_properties, walk_in_place


@dataclass(frozen=True, slots=True)
class EvaluatedProperties:
    """Schemas of properties: by name, and by pattern; a property fits one of those given for it."""

    by_name: dict[str, list[Any]] = field(default_factory=dict)
    by_pattern: list[tuple[str, Any]] = field(default_factory=list)


def collect_evaluated_properties(
    schemas: Iterable[Any],
    negated: Iterable[Any],
    defs: Definitions,
    declaring_schema: Any = None,
) -> EvaluatedProperties | None:
    """Return the properties that some of the schemas of a value may evaluate.

    Args:
        schemas: the schemas of the value.
        negated: schemas that do not fit it, which evaluate nothing.
        defs: the definitions that references name.
        declaring_schema: the schema with `unevaluatedProperties`; None where the reading closes.

    Returns:
        The properties; None where one schema evaluates every property.

    """
    schemas = list(schemas)
    excluded = _collect_excluded(negated, defs)
    is_closed_by_reading = declaring_schema is None
    if is_closed_by_reading and any(
        _has_open_alternative(schema, defs, excluded) for schema in schemas
    ):
        return None
    evaluated = EvaluatedProperties()
    for part in _collect_parts(schemas, excluded, defs):
        is_other = "unevaluatedProperties" in part and part is not declaring_schema
        if is_other or "additionalProperties" in part:
            return None
        for name, inner in part.get("properties", {}).items():
            evaluated.by_name.setdefault(name, []).append(inner)
        evaluated.by_pattern.extend(part.get("patternProperties", {}).items())
    return evaluated


def _collect_excluded(negated: Iterable[Any], defs: Definitions) -> set[int]:
    """Return the identities of all schemas inside those that do not fit."""
    excluded = set[int]()
    for schema in negated:
        excluded.update(map(id, _walk_evaluating(schema, defs, alternatives=True)))
    return excluded


def _collect_parts(
    schemas: list[Any], excluded: set[int], defs: Definitions
) -> Iterable[dict[str, Any]]:
    """Return each schema that may evaluate properties once: first those that always apply."""
    parts: dict[int, dict[str, Any]] = {}
    for schema in schemas:
        for part in _walk_evaluating(schema, defs, alternatives=False):
            parts[id(part)] = part
    for schema in schemas:
        for part in _walk_evaluating(schema, defs, alternatives=True):
            if id(part) not in excluded:
                parts[id(part)] = part
    return parts.values()


def _walk_evaluating(
    schema: Any, defs: Definitions, *, alternatives: bool
) -> Iterator[dict[str, Any]]:
    """Yield the schemas that may evaluate properties of a value."""
    for part in walk_in_place(schema, defs, alternatives=alternatives):
        spend_steps()
        yield part
        if alternatives and "if" in part:
            yield from walk_in_place(part["if"], defs)


def _has_open_alternative(schema: Any, defs: Definitions, excluded: set[int]) -> bool:
    """Tell whether a reading leaves an alternative open: it declares no property, others do."""
    # Each entry: a schema, and whether nothing beside it declares a property.
    stack = [(schema, _declares_nothing(schema, defs))]
    visited = set[tuple[int, bool]]()
    while stack:
        part, is_alone = stack.pop()
        if not isinstance(part, dict) or (id(part), is_alone) in visited:
            continue
        visited.add((id(part), is_alone))
        for member in (*part.get("anyOf", ()), *part.get("oneOf", ())):
            if id(member) in excluded:
                continue
            is_undeclared = is_alone and not has_declared_properties(member, defs)
            if is_undeclared and _may_be_object(member, defs):
                return True
            stack.append((member, is_alone and _declares_nothing(member, defs)))
        stack += _list_inner_schemas(part, defs, is_alone=is_alone)
    return False


def _list_inner_schemas(
    part: dict[str, Any], defs: Definitions, *, is_alone: bool
) -> Iterator[tuple[Any, bool]]:
    """Yield the schemas in place, unions apart, each with whether it stands alone."""
    if "$ref" in part:
        target = defs[get_definition_name(part["$ref"])]
        yield target, _declares_nothing(target, defs)
    for member in part.get("allOf", ()):
        yield member, is_alone
    for keyword in ("then", "else"):
        if keyword in part:
            yield part[keyword], False
    for member in part.get("dependentSchemas", {}).values():
        yield member, False


def _declares_nothing(schema: Any, defs: Definitions) -> bool:
    return not has_declared_properties(schema, defs, alternatives=False)


def _may_be_object(schema: Any, defs: Definitions) -> bool:
    """Tell whether no `type` excludes objects."""
    for part in walk_in_place(schema, defs, alternatives=False):
        types = part.get("type", "object")
        if "object" not in ([types] if isinstance(types, str) else types):
            return False
    return True


def find_undeclared_required(schema: Any, defs: Definitions) -> set[str]:
    """Return the required names that nothing declares. A reading allows these properties."""
    declared = set[str]()
    for part in walk_in_place(schema, defs):
        declared.update(part.get("properties", ()))
    required = set[str]()
    for part in walk_in_place(schema, defs, alternatives=False):
        required.update(part.get("required", ()))
    return required - declared


def has_shared_subschemas(schema: Any, defs: Definitions) -> bool:
    """Tell whether several schemas of one value have schemas for the same inner place.

    A reading closes these all together.
    """
    parts = list(walk_in_place(schema, defs, alternatives=False))
    names = [name for part in parts for name in part.get("properties", ())]
    return len(names) > len(set(names)) or sum("items" in part for part in parts) > 1
