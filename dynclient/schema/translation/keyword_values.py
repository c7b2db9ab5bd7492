"""Which values the keywords of JSON Schema can have."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import NoneType
from typing import Any

_ALWAYS_FINITE = frozenset({bool, int, str, NoneType})

#: No text, array or object is larger. Greater limits mean this one.
MAX_SIZE = 2**63 - 1


def is_size(value: Any) -> bool:
    """Return whether a value is a non-negative integer, which may be written as 2.0.

    Source: JSON Schema 2020-12 Core §6.3.
    """
    if not is_number(value):
        return False
    return bool(value >= 0 and value == int(value))


def is_number(value: Any) -> bool:
    """Return whether a value is a JSON number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def has_only_finite_numbers(value: Any) -> bool:
    """Return whether no number in a value is NaN or infinite, as JSON has no such numbers."""
    if type(value) in _ALWAYS_FINITE:
        return True
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, float):
            if not math.isfinite(item):
                return False
            continue
        members: Any = item.values() if isinstance(item, dict) else item
        if isinstance(item, dict | list | tuple):
            pending += [member for member in members if type(member) not in _ALWAYS_FINITE]
    return True


def _is_positive_number(value: Any) -> bool:
    return is_number(value) and value > 0


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def is_string(value: Any) -> bool:
    """Return whether a value is a string."""
    return isinstance(value, str)


def is_list_of_names(value: Any) -> bool:
    """Return whether a value is a list of strings."""
    return isinstance(value, list) and all(map(is_string, value))


def _is_list_of_values(value: Any) -> bool:
    return isinstance(value, list) and has_only_finite_numbers(value)


def _is_map_of_names(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_list_of_names, value.values()))


SIZE_KEYWORDS = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
)
_BOUND_KEYWORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")

#: Assertion that carries over as it is -> the check of its value.
ASSERTIONS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(SIZE_KEYWORDS, is_size),
    **dict.fromkeys(_BOUND_KEYWORDS, is_number),
    "multipleOf": _is_positive_number,
    "uniqueItems": _is_boolean,
    "enum": _is_list_of_values,
    "const": has_only_finite_numbers,
    "dependentRequired": _is_map_of_names,
}
