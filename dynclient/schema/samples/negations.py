"""Ways to make a schema refuse, each a schema itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.schema.samples.shapes import TYPES, Extra, Schema

MAX_DEPTH = 8

_FLIPS = {
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


def negations(schema: Schema, resolve: Callable[[str], Schema], depth: int = 0) -> list[Schema]:
    """Return ways to make a schema refuse, each a schema; True where only trying can tell."""
    if isinstance(schema, bool) or not schema or depth > 8:  # noqa: PLR2004 (references may go round in circles)
        return [depth > 8 or not schema if isinstance(schema, bool) else depth > 8]  # noqa: PLR2004
    found: list[Schema] = []
    if "$ref" in schema:
        found += negations(resolve(schema["$ref"]), resolve, depth + 1)
    for sub in schema.get("allOf", ()):
        found += negations(sub, resolve, depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            found.append(Extra(allOf=[Extra({"not": sub}) for sub in schema[keyword]]))
    if "not" in schema:
        found.append(schema["not"])
    return [*found, *_own_negations(schema)] or [True]


def _own_negations(schema: dict[str, Any]) -> Iterator[Schema]:
    if "enum" in schema or "const" in schema:
        yield Extra(avoid=[schema["const"]] if "const" in schema else schema["enum"])
    for name in schema.get("required", ()):
        yield Extra(properties={name: False})
    for name, sub in schema.get("properties", {}).items():
        yield Extra(required=[name], properties={name: Extra({"not": sub})})
    for keyword, (opposite, shift) in _FLIPS.items():
        if keyword in schema:
            yield Extra({opposite: schema[keyword] + shift})
    if "items" in schema:
        yield Extra(minItems=1, prefixItems=[Extra({"not": schema["items"]})])
    if "type" in schema:
        names = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
        gone = names | {"integer"} if "number" in names else names
        yield Extra(type=[kind for kind in TYPES if kind not in gone])
