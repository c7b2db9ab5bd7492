"""Ways to make a schema refuse, each a schema itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.generate.merged_schema import (
    NON_ASSERTING_KEYWORDS,
    TYPES_BY_PREFERENCE,
    JsonSchema,
    SyntheticSchema,
)

#: How many schemas are looked through; more ways than that are not worth it.
MAX_SUBSCHEMAS = 100

_UNRESTRICTED_IF_TRUE = (
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "unevaluatedItems",
)
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
    """Return ways to make a schema refuse; [True] where only trying can tell, [False] where there is none.

    Args:
        schema: what shall refuse.
        resolve: local reference -> schema.

    """
    found: list[JsonSchema] = []
    speaks = False
    work, seen = [schema], set[int]()
    while work and len(seen) < MAX_SUBSCHEMAS:
        part = work.pop(0)
        if part is False:
            return [True]
        if part is True or id(part) in seen:
            continue
        seen.add(id(part))
        work += part.get("allOf", ())
        work += [resolve(part["$ref"])] if "$ref" in part else []
        speaks = speaks or not all(
            key in NON_ASSERTING_KEYWORDS or (key in _UNRESTRICTED_IF_TRUE and value is True)
            for key, value in part.items()
        )
        found += [*_negate_conditions(part), *_negate_applicators(part), *_negate_assertions(part)]
    return found or [speaks]


def _negate_conditions(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    if "if" in schema and "then" in schema:
        yield SyntheticSchema(allOf=[schema["if"], SyntheticSchema({"not": schema["then"]})])
    if "if" in schema and "else" in schema:
        yield SyntheticSchema(
            allOf=[SyntheticSchema({"not": schema["if"]}), SyntheticSchema({"not": schema["else"]})]
        )


def _negate_applicators(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield SyntheticSchema(
                allOf=[SyntheticSchema({"not": branch}) for branch in schema[keyword]]
            )
    if "not" in schema:
        yield schema["not"]
    for name in schema.get("required", ()):
        yield SyntheticSchema(properties={name: False})
    for name, member in schema.get("properties", {}).items():
        yield SyntheticSchema(required=[name], properties={name: SyntheticSchema({"not": member})})
    if "items" in schema:
        yield SyntheticSchema(minItems=1, prefixItems=[SyntheticSchema({"not": schema["items"]})])


def _negate_assertions(schema: dict[str, Any]) -> Iterator[JsonSchema]:
    if "enum" in schema or "const" in schema:
        yield SyntheticSchema(avoid=[schema["const"]] if "const" in schema else schema["enum"])
    for keyword, (opposite, shift) in _OPPOSITE_BOUNDS.items():
        if keyword in schema:
            yield SyntheticSchema({opposite: schema[keyword] + shift})
    if "type" in schema:
        names = {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]}
        gone = names | {"integer"} if "number" in names else names
        yield SyntheticSchema(type=[kind for kind in TYPES_BY_PREFERENCE if kind not in gone])
