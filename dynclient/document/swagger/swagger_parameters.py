"""Parameters, Items and Header Objects of Swagger 2.0 become those of OpenAPI 3.

In 2.0 they hold the keywords of their schema themselves, and `collectionFormat` says how an array
is written.

Source: Swagger 2.0 Parameter Object, Items Object, Header Object.
"""

from __future__ import annotations

from typing import Any

from dynclient.document.references import Node
from dynclient.document.translated_node import build_object, build_value

#: `collectionFormat` -> what stands between the items; "" where each item is a value of its own.
DELIMITERS = {"csv": ",", "ssv": " ", "tsv": "\t", "pipes": "|", "multi": ""}

#: Location -> the formats that a style of OpenAPI 3 writes in the same way.
_STYLES: dict[str, dict[str, tuple[str, bool]]] = {
    "query": {
        "csv": ("form", False),
        "multi": ("form", True),
        "ssv": ("spaceDelimited", False),
        "pipes": ("pipeDelimited", False),
    },
    "path": {"csv": ("simple", False)},
    "header": {"csv": ("simple", False)},
}

#: Fields that say nothing of the values.
_NO_KEYWORDS = frozenset(
    {
        *("$ref", "allowEmptyValue", "collectionFormat", "deprecated", "description", "example"),
        *("examples", "in", "name", "schema", "x-example", "x-examples"),
    }
)

#: Fields that mean the same in OpenAPI 3.
_COMMON_FIELDS = ("name", "in", "description", "required", "allowEmptyValue", "deprecated")

_MAX_DEPTH = 32


def translate_parameter(parameter: Node) -> Node:
    """Return the Parameter Object of OpenAPI 3 that a parameter means, other than a body's."""
    members = {key: parameter.get_child(key) for key in _COMMON_FIELDS if key in parameter.value}
    members |= _keep_extensions(parameter)
    schema = read_parameter_schema(parameter)
    members["schema"] = schema
    members |= translate_collection_format(parameter, parameter.get_text("in"))
    members |= _read_example(parameter)
    return build_object(parameter, members)


def translate_header(header: Node) -> Node:
    """Return the Header Object of OpenAPI 3 that a header of a response means."""
    keys = ("description", "required", "deprecated")
    members = {key: header.get_child(key) for key in keys if key in header.value}
    members |= _keep_extensions(header)
    members["schema"] = read_parameter_schema(header)
    members |= translate_collection_format(header, "header")
    members |= _read_example(header)
    return build_object(header, members)


def translate_form_property(parameter: Node) -> Node:
    """Return the Schema Object of a property of a form that a parameter means."""
    schema = read_parameter_schema(parameter)
    if not isinstance(schema.value, dict) or schema.pointer != parameter.pointer:
        return schema
    value = dict(schema.value)
    if parameter.get_text("description"):
        value["description"] = parameter.get_text("description")
    for node in _read_example(parameter).values():
        value["example"] = node.value
    if parameter.get_flag("allowEmptyValue") and value.get("type") not in (None, "string", "file"):
        value = {"anyOf": [{"type": "string", "enum": [""]}, value]}
    return build_value(parameter, value)


def read_parameter_schema(parameter: Node) -> Node:
    """Return the Schema Object that the keywords of a parameter, header or item make.

    A `schema` of its own, which 2.0 does not know here, counts where there is no `type`.
    """
    value = parameter.value
    if "type" not in value and isinstance(value.get("schema"), dict):
        return parameter.get_child("schema")
    keywords = {key: value[key] for key in value if key not in _NO_KEYWORDS}
    if not isinstance(keywords.get("required", []), list):  # Whether a call must give it.
        del keywords["required"]
    return build_value(parameter, keywords)


def translate_collection_format(parameter: Node, location: str) -> dict[str, Node]:
    """Return the fields that say how an array is written.

    Returns:
        `style` and `explode` where OpenAPI 3 has the same. Elsewhere `collectionFormat`: the
        delimiters of the array and of the arrays in it, the outermost first.

    """
    formats = list_collection_formats(parameter.value, location)
    if not formats:
        return {}
    source = parameter.get_child("collectionFormat")
    if not source:
        source = parameter
    if len(formats) == 1 and formats[0] in _STYLES.get(location, {}):
        style, explode = _STYLES[location][formats[0]]
        return {"style": build_value(source, style), "explode": build_value(source, explode)}
    delimiters = tuple(DELIMITERS[name] for name in formats)
    return {
        "explode": build_value(source, formats[0] == "multi"),
        "collectionFormat": build_value(source, delimiters),
    }


def list_collection_formats(value: dict[str, Any], location: str) -> list[str]:
    """Return the formats of an array and of the arrays in it; [] for what is no array.

    What is no format, or not one of that place, reads as `csv`, the default.
    """
    formats: list[str] = []
    while _is_array(value) and len(formats) < _MAX_DEPTH:
        name = value.get("collectionFormat")
        is_known = isinstance(name, str) and name in DELIMITERS
        is_misplaced = name == "multi" and (bool(formats) or location != "query")
        formats.append(str(name) if is_known and not is_misplaced else "csv")
        items = value.get("items")
        value = items if isinstance(items, dict) else {}
    return formats


def _is_array(value: dict[str, Any]) -> bool:
    if "type" in value:
        return bool(value["type"] == "array")
    return "items" in value or "collectionFormat" in value


def _keep_extensions(node: Node) -> dict[str, Node]:
    return {key: node.get_child(key) for key in node.member_keys() if key.startswith("x-")}


def _read_example(parameter: Node) -> dict[str, Node]:
    for key in ("x-example", "example"):
        if key in parameter.value:
            return {"example": parameter.get_child(key)}
    return {}
