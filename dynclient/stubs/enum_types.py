"""Reads the types of values that a schema lists: enums, constants, and enums that are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM
from dynclient.stubs.schema_parts import Parts
from dynclient.stubs.type_expressions import (
    ANY,
    NONE,
    ArrayType,
    LiteralType,
    MapType,
    NamedType,
    TypeExpression,
    build_union,
    format_literal,
)

_PYTHON_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _has_type(value: Any, types: list[str] | None) -> bool:
    if types is None:
        return True
    if isinstance(value, bool):
        return "boolean" in types
    return any(isinstance(value, _PYTHON_TYPES[name]) for name in types)


def read_enum(parts: Parts, types: list[str] | None) -> TypeExpression | None:
    """Return the values that every enum of a value lists; None where there is no enum."""
    lists = _list_enums(parts)
    if not lists:
        return None
    values = [value for value in lists[0] if _has_type(value, types)]
    texts = _list_common_literals([values, *lists[1:]])
    if None in texts:
        # A fraction, an array or an object cannot stand in a Literal.
        return None if types is not None else build_union(map(_name_value_type, values))
    known = [text for text in texts if text is not None and text != "None"]
    members: list[TypeExpression] = [LiteralType(tuple(known))] if known else []
    if "None" in texts:
        members.append(NONE)
    return build_union(members)


def _list_enums(parts: Parts) -> list[list[Any]]:
    """Return the values of each enum; a constant is an enum of one value."""
    lists = [part["enum"] for part in parts if isinstance(part.get("enum"), list)]
    return lists + [[part["const"]] for part in parts if "const" in part]


def _list_common_literals(lists: Sequence[list[Any]]) -> list[str | None]:
    """Return the literals of the values that all lists have; None is there for all others."""
    texts = list(dict.fromkeys(map(format_literal, lists[0])))
    for other in lists[1:]:
        common = set(map(format_literal, other))
        texts = [text for text in texts if text in common]
    return texts


def _name_value_type(value: Any) -> TypeExpression:
    if value is None:
        return NONE
    if isinstance(value, list):
        return ArrayType(ANY)
    return MapType(ANY) if isinstance(value, dict) else NamedType(type(value).__name__)


def read_known_values(parts: Parts) -> TypeExpression | None:
    """Return the known values of an enum that is open; None for any other schema."""
    for part in parts:
        values = part.get(X_EXTENSIBLE_ENUM)
        if isinstance(values, list):
            texts = [text for text in map(format_literal, values) if text not in (None, "None")]
            return LiteralType(tuple(dict.fromkeys(map(str, texts)))) if texts else None
    return None
