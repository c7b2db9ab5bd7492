"""Changes to a translated schema by which it accepts more values."""

from __future__ import annotations

from dynclient.schema.dialect import Schema

_COMPOSING_KEYWORDS = frozenset({"$ref", "allOf", "anyOf", "oneOf"})


def allow_null(schema: Schema) -> Schema:
    """Return a schema that accepts null too.

    Null is added to an `enum` without it, and to a composed schema or reference: authors mean it.

    Source: OAS 3.0.3 Schema Object, nullable.
    """
    place = schema.place
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if "type" in schema:
        types = schema["type"]
        if not isinstance(types, list):
            types = [types]
        schema["type"] = types if "null" in types else [*types, "null"]
    if not _COMPOSING_KEYWORDS.isdisjoint(schema):
        return Schema({"anyOf": [schema, Schema({"type": "null"}, place)]}, place)
    return schema


def replace_one_of(schema: Schema) -> None:
    """Let a value fit any number of the alternatives of `oneOf`."""
    alternatives = schema.pop("oneOf")
    if "anyOf" in schema:
        others = Schema({"anyOf": alternatives}, schema.place)
        schema["allOf"] = [*schema.get("allOf", ()), others]
    else:
        schema["anyOf"] = alternatives
