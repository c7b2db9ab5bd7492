"""What schemas that hold together for one value, the parts of a schema, say about its type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.schema.dialect import UNION_KEYWORDS

#: Keywords beside a reference that say nothing about the type.
ANNOTATION_KEYWORDS = frozenset(
    {
        "$comment",
        "$ref",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    }
)

#: Keywords without which a schema says nothing about the type.
TYPE_KEYWORDS = frozenset(
    {
        "$ref",
        "additionalProperties",
        "allOf",
        "const",
        "enum",
        "items",
        "patternProperties",
        "prefixItems",
        "properties",
        "type",
        *UNION_KEYWORDS,
    }
)

#: Keywords about the members that an object does not declare.
FREE_KEYWORDS = ("additionalProperties", "unevaluatedProperties")

#: The schemas that hold for one value.
Parts = Sequence[dict[str, Any]]


def is_plain(schema: dict[str, Any]) -> bool:
    """Tell whether a schema says nothing of a value beside its reference, if it has one."""
    return all(keyword in ANNOTATION_KEYWORDS or keyword.startswith("x-") for keyword in schema)


def is_empty(schema: Any) -> bool:
    """Tell whether a schema allows any value."""
    if not isinstance(schema, dict):
        return schema is True
    return "$ref" not in schema and is_plain(schema)


def has_type_keyword(schema: Any) -> bool:
    """Tell whether a schema says anything about the type."""
    return isinstance(schema, dict) and not TYPE_KEYWORDS.isdisjoint(schema)


def has_member_keywords(parts: Parts) -> bool:
    """Tell whether parts describe the members of an object or array, or list values."""
    keywords = ("properties", "patternProperties", "items", "prefixItems", "enum", "const")
    return any(keyword in part for part in parts for keyword in keywords)


def is_free_form(parts: Parts) -> bool:
    """Tell whether an object may have members that it does not declare."""
    for part in parts:
        if part.get("patternProperties"):
            return True
        if any(part.get(keyword, False) is not False for keyword in FREE_KEYWORDS):
            return True
    return False


def drop_in_place(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part without what stands among the other parts, and without alternatives."""
    dropped = ("$ref", "allOf", "discriminator", *UNION_KEYWORDS)
    return {keyword: value for keyword, value in part.items() if keyword not in dropped}


def keep_type(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part with nothing but the type that it declares."""
    return {"type": part["type"]} if "type" in part else {}


def join_schemas(schemas: list[Any]) -> Any:
    """Return one schema that says what all schemas say."""
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}


def list_required(parts: Parts) -> dict[str, None]:
    """Return the names of the members that any part requires, in order."""
    return dict.fromkeys(name for part in parts for name in part.get("required", ()))


def describe_field(schemas: list[Any], parts: Parts) -> str:
    """Return the text of a member: of the schemas beside its name, without what they refer to."""
    text = find_text([each for each in schemas if isinstance(each, dict)], "description")
    is_deprecated = any(part.get("deprecated") is True for part in parts)
    return f"Deprecated. {text}".strip() if is_deprecated else text


def find_text(parts: Parts, keyword: str) -> str:
    """Return the first text that a keyword has; "" for none."""
    for part in parts:
        if isinstance(part.get(keyword), str) and part[keyword]:
            return str(part[keyword])
    return ""


def imply_types(parts: Parts) -> list[str]:
    """Return the type that keywords of objects or arrays imply where none is declared."""
    if any(part.get("properties") for part in parts):
        return ["object"]
    if any("items" in part or "prefixItems" in part for part in parts):
        return ["array"]
    if any(isinstance(part.get("additionalProperties"), dict) for part in parts):
        return ["object"]
    return []
