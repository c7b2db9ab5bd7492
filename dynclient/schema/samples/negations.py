"""Ways to make a schema refuse, each a schema itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.schema.samples.shapes import NOTES, TYPES, Extra, Schema

#: How many schemas are looked through; more ways than that are not worth it.
MAX_PARTS = 100

_OPEN = (
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "unevaluatedItems",
)
_OPPOSITES = {
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


def negations(schema: Schema, resolve: Callable[[str], Schema]) -> list[Schema]:
    """Return ways to make a schema refuse; [True] where only trying can tell, [False] where there is none.

    Args:
        schema: what shall refuse.
        resolve: local reference -> schema.

    """
    found: list[Schema] = []
    speaks = False
    work, seen = [schema], set[int]()
    while work and len(seen) < MAX_PARTS:
        part = work.pop(0)
        if part is False:
            return [True]
        if part is True or id(part) in seen:
            continue
        seen.add(id(part))
        work += part.get("allOf", ())
        work += [resolve(part["$ref"])] if "$ref" in part else []
        speaks = speaks or not all(
            key in NOTES or (key in _OPEN and value is True) for key, value in part.items()
        )
        found += [*_of_conditions(part), *_of_parts(part), *_of_limits(part)]
    return found or [speaks]


def _of_conditions(schema: dict[str, Any]) -> Iterator[Schema]:
    if "if" in schema and "then" in schema:
        yield Extra(allOf=[schema["if"], Extra({"not": schema["then"]})])
    if "if" in schema and "else" in schema:
        yield Extra(allOf=[Extra({"not": schema["if"]}), Extra({"not": schema["else"]})])


def _of_parts(schema: dict[str, Any]) -> Iterator[Schema]:
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield Extra(allOf=[Extra({"not": branch}) for branch in schema[keyword]])
    if "not" in schema:
        yield schema["not"]
    for name in schema.get("required", ()):
        yield Extra(properties={name: False})
    for name, member in schema.get("properties", {}).items():
        yield Extra(required=[name], properties={name: Extra({"not": member})})
    if "items" in schema:
        yield Extra(minItems=1, prefixItems=[Extra({"not": schema["items"]})])


def _of_limits(schema: dict[str, Any]) -> Iterator[Schema]:
    if "enum" in schema or "const" in schema:
        yield Extra(avoid=[schema["const"]] if "const" in schema else schema["enum"])
    for keyword, (opposite, shift) in _OPPOSITES.items():
        if keyword in schema:
            yield Extra({opposite: schema[keyword] + shift})
    if "type" in schema:
        names = {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]}
        gone = names | {"integer"} if "number" in names else names
        yield Extra(type=[kind for kind in TYPES if kind not in gone])
