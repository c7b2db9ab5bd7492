"""Unions of enumerations as one enumeration: a `oneOf` of constants is a common form of an enum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from dynclient.containment.schema_equality import select_assertions
from dynclient.generate.merged_schema import compute_identity
from dynclient.schema.dialect import Schema, get_place

#: The keywords that can be evaluated for a listed value.
_SUPPORTED_KEYWORDS = {"const", "enum", "type", "minimum", "maximum"}

#: The Python types of the values of a JSON type. A boolean is an `int` in Python only.
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
}


def merge_enumerations(
    schema: dict[str, Any], keyword: str, resolve: Callable[[Any], Any]
) -> Schema | None:
    """Return one `enum` for a union whose members all are enumerations.

    Args:
        schema: the schema with the union.
        keyword: `anyOf`, or `oneOf`, which refuses a value of two members.
        resolve: follows references.

    Returns:
        The enumeration; None where a member is no enumeration.

    """
    values: dict[Any, Any] = {}
    member_counts = Counter[Any]()
    for member in schema[keyword]:
        member_values = _list_values(resolve(member))
        if member_values is None:
            return None
        by_identity = {compute_identity(value): value for value in member_values}
        values |= by_identity
        member_counts.update(by_identity.keys())
    if not schema[keyword]:
        return None
    if keyword == "oneOf":
        values = {key: value for key, value in values.items() if member_counts[key] == 1}
    return Schema({"enum": list(values.values())}, get_place(schema))


def _list_values(schema: Any) -> list[Any] | None:
    """Return the values of an enumeration; None for any other schema."""
    assertions = select_assertions(schema) if isinstance(schema, dict) else {}
    if assertions.keys().isdisjoint(("const", "enum")):
        return None
    if assertions.keys() - _SUPPORTED_KEYWORDS:
        return None
    values = list(assertions["enum"]) if "enum" in assertions else [assertions["const"]]
    if any(isinstance(value, list | dict) for value in values):
        return None
    values = _select_constant(values, assertions)
    allowed = [value for value in values if _is_allowed(value, assertions)]
    # The bounds of `int64` may be an annotation only.
    if schema.get("format") == "int64" and allowed != values:
        return None
    return allowed


def _select_constant(values: list[Any], assertions: dict[str, Any]) -> list[Any]:
    """Return the values that are equal to `const`; all where there is none."""
    if "const" not in assertions:
        return values
    constant = compute_identity(assertions["const"])
    return [value for value in values if compute_identity(value) == constant]


def _is_allowed(value: Any, assertions: dict[str, Any]) -> bool:
    types = assertions.get("type", list(_PYTHON_TYPES))
    if isinstance(types, str):
        types = [types]
    if not any(_has_json_type(value, json_type) for json_type in types):
        return False
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    minimum = assertions.get("minimum", value)
    maximum = assertions.get("maximum", value)
    return bool(minimum <= value <= maximum)


def _has_json_type(value: Any, json_type: str) -> bool:
    if isinstance(value, bool):
        return json_type == "boolean"
    if isinstance(value, float) and json_type == "integer":
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES.get(json_type, ()))
