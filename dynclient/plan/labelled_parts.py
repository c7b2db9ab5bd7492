"""Parts that an encoding labels as XML, CSV or octets: they are ready text or bytes in Python.

Source: OAS 3.1.1 Encoding Object, contentType.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient.model import MediaType
from dynclient.schema.dialect import Schema, get_definition_name, get_place
from dynclient.schema.readings import Definitions
from dynclient.wire.media_types import MediaKind
from dynclient.wire.schema_types import SchemaTypes

_IN_PLACE_KEYWORDS = ("allOf", "anyOf", "oneOf")


def write_labelled_as_text(
    schema: Schema | bool, defs: Definitions, media_type: MediaType, kind: MediaKind
) -> Schema | bool:
    """Return the schema of a form or of parts in which each labelled property is text.

    A property keeps its schema where that allows text, or where its encoding takes JSON or has a
    style.

    Args:
        schema: of the body, in our dialect.
        defs: the definitions that its references name.
        media_type: of the body, with its encodings.
        kind: whether it is a form or parts.

    """
    types = SchemaTypes(schema, defs)
    changed: dict[str, Any] = {}
    for name, encoding in media_type.encodings.items():
        is_styled = encoding.as_part_parameter if kind == "multipart" else encoding.as_parameter
        if encoding.takes_json or is_styled is not None or not types.has_property(name):
            continue
        text_schema = _build_text_schema(types.find_member_types(name))
        if text_schema is not None:
            changed[name] = text_schema
    if not changed or not isinstance(schema, Schema):
        return schema
    return _replace_properties(schema, defs, changed)


def _build_text_schema(types: SchemaTypes) -> Schema | None:
    """Return the schema of ready text, or of an array of it; None where the own one allows it."""
    place = get_place(types.schema)
    if types.is_array:
        items = _build_text_schema(types.item_types)
        return None if items is None else Schema({"type": "array", "items": items}, place)
    is_object = "object" in types.types and "string" not in types.types
    return Schema({"type": "string"}, place) if is_object else None


def _replace_properties(schema: Schema, defs: Definitions, changed: Mapping[str, Any]) -> Schema:
    """Return a copy of a schema with other properties, also behind its references and `allOf`."""
    copy = Schema(schema, get_place(schema))
    if "properties" in copy:
        own = {name: changed[name] for name in copy["properties"] if name in changed}
        copy["properties"] = {**copy["properties"], **own}
    for keyword in _IN_PLACE_KEYWORDS:
        if keyword in copy:
            copy[keyword] = [
                _replace_properties(part, defs, changed) if isinstance(part, Schema) else part
                for part in copy[keyword]
            ]
    target = defs[get_definition_name(copy["$ref"])] if "$ref" in copy else None
    if isinstance(target, Schema):
        del copy["$ref"]
        inlined = _replace_properties(target, defs, changed)
        copy["allOf"] = [inlined, *copy.get("allOf", ())]
    return copy
