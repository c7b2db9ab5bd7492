"""Python values → JSON form: plain JSON data and binary values."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import operator
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dynclient.wire.binary_values import is_binary, is_file

_PLAIN_TYPES = frozenset({str, int, float, bool, type(None), bytes})


def to_json(value: Any) -> Any:
    """Return a value as plain JSON data; what is plain already is returned itself, not copied.

    datetime, date and time become ISO 8601 text, UUID its text, Decimal the number with the same
    digits, Enum its value, dataclasses and pydantic models objects (by alias, what was never set
    left out), tuples arrays. Binary values stay as they are.

    Raises:
        TypeError: something has no JSON form.

    """
    if type(value) in _PLAIN_TYPES:
        return value
    if isinstance(value, Mapping):
        return _convert_object(value)
    if isinstance(value, list | tuple):
        return value if isinstance(value, tuple) and is_file(value) else _convert_array(value)
    return _convert_scalar(value)


def _convert_object(value: Mapping[Any, Any]) -> Any:
    converted = {_convert_key(key): to_json(member) for key, member in value.items()}
    # A value that needs no conversion is not copied.
    is_same = type(value) is dict and all(
        converted.get(key, converted) is member for key, member in value.items()
    )
    return value if is_same else converted


def _convert_key(key: Any) -> str:
    key = key.value if isinstance(key, enum.Enum) else key
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is no text; a JSON object has text keys")
    return str(key)


def _convert_array(value: Sequence[Any]) -> Any:
    converted = [to_json(item) for item in value]
    is_same = type(value) is list and all(map(operator.is_, converted, value))
    return value if is_same else converted


def _convert_scalar(value: Any) -> Any:  # noqa: C901, PLR0911 (one line per kind of value reads best)
    if isinstance(value, enum.Enum):
        return to_json(value.value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Decimal):
        return _convert_decimal(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):  # pydantic 2, without importing it
        return to_json(value.model_dump(mode="json", by_alias=True, exclude_unset=True))
    # JSON knows the plain types only, so a subclass becomes its plain type.
    for plain_type in (str, bool, int, float):
        if isinstance(value, plain_type):
            return plain_type(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if is_binary(value):
        return value
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _convert_decimal(value: Decimal) -> int | float:
    """Return the number with the same digits: an int, or a float that prints the same."""
    if value.is_finite() and value == value.to_integral_value():
        return int(value)
    number = float(value)
    if value.is_finite() and Decimal(repr(number)) != value:
        raise TypeError(
            f"the Decimal {value} has more digits than a JSON reader keeps; round it first"
        )
    return number
