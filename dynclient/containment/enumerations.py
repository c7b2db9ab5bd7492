"""Alternatives that list single values each are one list: `oneOf` of constants is how an enum is described today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from dynclient.containment.schema_equality import select_assertions
from dynclient.generate.merged_schema import compute_identity
from dynclient.schema.dialect import Schema

#: What is reckoned with beside a list.
_SUPPORTED_KEYWORDS = {"const", "enum", "type", "minimum", "maximum"}

#: What values are of a type; a truth value is an integer to Python, and to it alone.
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
}


def merge_enumerations(
    schema: dict[str, Any], keyword: str, target: Callable[[Any], Any]
) -> Schema | None:
    """Return the list of the values that alternatives take, None where one of them lists none.

    Args:
        schema: what has the alternatives.
        keyword: `anyOf`, or `oneOf`, where what two of them take is refused.
        target: follows references.

    """
    members = [_list_values(target(member)) for member in schema[keyword]]
    if not members or any(values is None for values in members):
        return None
    values = {compute_identity(value): value for found in members for value in found or ()}
    times = Counter(
        one for found in members for one in {compute_identity(value) for value in found or ()}
    )
    kept = [value for one, value in values.items() if keyword == "anyOf" or times[one] == 1]
    return Schema({"enum": kept}, getattr(schema, "place", None))


def _list_values(schema: Any) -> list[Any] | None:
    """Return the values that a schema lists, None where it lists none, or is more than a list of single ones."""
    said = select_assertions(schema) if isinstance(schema, dict) else {}
    if not ("const" in said or "enum" in said) or said.keys() - _SUPPORTED_KEYWORDS:
        return None
    found = list(said["enum"]) if "enum" in said else [said["const"]]
    if any(isinstance(value, list | dict) for value in found):
        return None
    if "const" in said:
        found = [
            value for value in found if compute_identity(value) == compute_identity(said["const"])
        ]
    fitting = [value for value in found if _is_allowed(value, said)]
    # The bounds of 64 bits may be no more than a note.
    return None if schema.get("format") == "int64" and fitting != found else fitting


def _is_allowed(value: Any, said: dict[str, Any]) -> bool:
    types = said.get("type", list(_PYTHON_TYPES))
    if not any(
        _has_json_type(value, name) for name in ([types] if isinstance(types, str) else types)
    ):
        return False
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return bool(said.get("minimum", value) <= value <= said.get("maximum", value))


def _has_json_type(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and name == "integer":
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES.get(name, ()))
