"""Enums that say that they are open: values that they do not list may come."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import Schema

#: The values of an open enum that are known; any other value of their types is accepted too.
X_EXTENSIBLE_ENUM = "x-extensible-enum"


def is_open_enum(schema_object: dict[str, Any]) -> bool:
    """Return whether a Schema Object says that its `enum` is open.

    Source: Zalando RESTful API Guidelines, rule 112; AutoRest, `x-ms-enum`; Speakeasy,
    `x-speakeasy-unknown-values`.
    """
    if schema_object.get(X_EXTENSIBLE_ENUM, False) is not False:
        return True
    if schema_object.get("x-speakeasy-unknown-values") == "allow":
        return True
    microsoft = schema_object.get("x-ms-enum")
    return isinstance(microsoft, dict) and microsoft.get("modelAsString") is True


def open_enum(schema: Schema) -> None:
    """Let a schema accept any value of the types that its `enum` lists.

    The values that are known stay as an annotation and as examples.
    """
    values = list(schema.pop("enum"))
    extension = schema.get(X_EXTENSIBLE_ENUM)
    known = extension if isinstance(extension, list) else []
    schema[X_EXTENSIBLE_ENUM] = values + [value for value in known if value not in values]
    types = list(dict.fromkeys(map(_name_type, values)))
    schema.setdefault("type", types[0] if len(types) == 1 else types)
    schema.setdefault("examples", schema[X_EXTENSIBLE_ENUM])


def _name_type(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", str: "string", dict: "object", list: "array"}
    return names.get(type(value), "number")
