"""How to make a schema refuse: the disjuncts of its negation, each a schema itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.generate.merged_schema import (
    NON_ASSERTING_KEYWORDS,
    TYPES_BY_PREFERENCE,
    JsonSchema,
    SyntheticSchema,
)

#: How many subschemas are negated. More alternatives than these are not worth their time.
MAX_SUBSCHEMAS = 100

#: Keywords that assert nothing where their value is `true`.
_UNRESTRICTED_IF_TRUE = (
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "unevaluatedItems",
)
#: Bound -> the opposite bound, and what to add to its value.
_OPPOSITE_BOUNDS = {
    "minimum": ("exclusiveMaximum", 0),
    "maximum": ("exclusiveMinimum", 0),
    "exclusiveMinimum": ("maximum", 0),
    "exclusiveMaximum": ("minimum", 0),
    "minLength": ("maxLength", -1),
    "maxLength": ("minLength", 1),
    "minItems": ("maxItems", -1),
    "maxItems": ("minItems", 1),
    "minProperties": ("maxProperties", -1),
    "maxProperties": ("minProperties", 1),
}


def list_negations(schema: JsonSchema, resolve: Callable[[str], JsonSchema]) -> list[JsonSchema]:
    """Return schemas whose values the given schema refuses, as far as its keywords tell.

    Args:
        schema: the schema to negate.
        resolve: local reference -> schema.

    Returns:
        The negations; [True] where only a try can tell, [False] where every value is accepted.

    """
    negations: list[JsonSchema] = []
    is_restrictive = False
    visited: set[int] = set()
    pending = [schema]
    while pending and len(visited) < MAX_SUBSCHEMAS:
        part = pending.pop(0)
        if part is False:
            return [True]
        if part is True or id(part) in visited:
            continue
        visited.add(id(part))
        pending += part.get("allOf", ())
        if "$ref" in part:
            pending.append(resolve(part["$ref"]))
        is_restrictive = is_restrictive or _has_assertions(part)
        negations += _negate_conditions(part)
        negations += _negate_applicators(part)
        negations += _negate_assertions(part)
    return negations or [is_restrictive]


def _has_assertions(schema: dict[str, Any]) -> bool:
    for keyword, value in schema.items():
        is_unrestricted = keyword in _UNRESTRICTED_IF_TRUE and value is True
        if not is_unrestricted and keyword not in NON_ASSERTING_KEYWORDS:
            return True
    return False


def _negate(schema: JsonSchema) -> SyntheticSchema:
    return SyntheticSchema({"not": schema})


def _negate_conditions(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    if "if" not in schema:
        return
    condition = schema["if"]
    if "then" in schema:
        yield SyntheticSchema(allOf=[condition, _negate(schema["then"])])
    if "else" in schema:
        yield SyntheticSchema(allOf=[_negate(condition), _negate(schema["else"])])


def _negate_applicators(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield SyntheticSchema(allOf=list(map(_negate, schema[keyword])))
    if "not" in schema:
        yield schema["not"]
    for name in schema.get("required", ()):
        yield SyntheticSchema(properties={name: False})
    for name, member in schema.get("properties", {}).items():
        yield SyntheticSchema(required=[name], properties={name: _negate(member)})
    if "items" in schema:
        yield SyntheticSchema(minItems=1, prefixItems=[_negate(schema["items"])])


def _negate_assertions(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    if "const" in schema:
        yield SyntheticSchema(avoid=[schema["const"]])
    elif "enum" in schema:
        yield SyntheticSchema(avoid=schema["enum"])
    for keyword, (opposite, shift) in _OPPOSITE_BOUNDS.items():
        if keyword in schema:
            yield SyntheticSchema({opposite: schema[keyword] + shift})
    if "type" in schema:
        yield SyntheticSchema(type=_list_other_types(schema["type"]))


def _list_other_types(types: str | list[str]) -> list[str]:
    excluded = {types} if isinstance(types, str) else {*types}
    if "number" in excluded:
        excluded.add("integer")
    return [name for name in TYPES_BY_PREFERENCE if name not in excluded]
