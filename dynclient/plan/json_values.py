"""Python values → JSON form: plain JSON data and binary values."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import math
import operator
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dynclient.plan.call_document import Call
from dynclient.violations import Violation, shorten, shorten_repr
from dynclient.wire.binary_values import is_binary, is_file

ValuePath = tuple[str | int, ...]

_TEXT = frozenset({str})
_JSON_SCALARS = frozenset({str, int, float, bool, type(None)})
_PLAIN_TYPES = _JSON_SCALARS | {bytes}

#: Of these the kind of the value is known without a conversion.
JSON_CONTAINERS = frozenset({dict, list, str, bytes})

#: Python writes out integers of up to 4,300 digits.
_MAX_DIGITS = 4300
_MAX_BITS = 14_000

_PLAIN_DATA = "a dict, list, text, number, boolean or None"


def to_json(value: Any) -> Any:
    """Return a value as plain JSON data; what is plain already is returned itself, not copied.

    datetime, date and time become ISO 8601 text, UUID its text, Decimal the number with the same
    digits, Enum its value, dataclasses and pydantic models objects (by alias, what was never set
    left out), tuples arrays. Binary values stay as they are.

    Raises:
        TypeError: something has no JSON form.

    """
    converter = JsonConverter()
    converted = converter.convert(value, ())
    if converter.violations:
        raise TypeError(converter.violations[0].message)
    return converted


def convert_if_possible(value: Any) -> Any:
    """Return a value in JSON form; itself where it has none, which its checker reports."""
    if type(value) in JSON_CONTAINERS:
        return value
    try:
        return to_json(value)
    except (TypeError, ValueError, RecursionError):
        return value


def is_json_form(value: Any) -> bool:
    """Tell whether the parameters need no conversion.

    The body is converted only where its encoder cannot write it.
    """
    todo: list[Any] = [value]
    while todo:
        at = todo.pop()
        kind = type(at)
        if kind is dict or kind is Call:
            if not _TEXT.issuperset(map(type, at)):
                return False
            todo += at.values()
        elif kind is list:
            todo += at
        elif kind not in _JSON_SCALARS:
            return False
    return True


def find_unwritable_numbers(value: Any, path: ValuePath = ()) -> list[Violation]:
    """Return a violation for each number that JSON cannot carry, such as NaN."""
    if isinstance(value, dict | list | tuple):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        violations = []
        for key, member in members:
            violations += find_unwritable_numbers(member, (*path, key))
        return violations
    if isinstance(value, float) and not math.isfinite(value):
        return [Violation("type", path, f"got {value}, want a number that JSON can carry")]
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        message = f"got {shorten_repr(value)}, want a number that can be written out"
        return [Violation("type", path, message)]
    return []


class JsonConverter:
    """Converts values, and notes what has no JSON form.

    Attributes:
        violations: of each value without a JSON form, which becomes null.
        naive_paths: where a datetime or time without a time zone was.

    """

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.naive_paths: set[ValuePath] = set()

    def convert(self, value: Any, path: ValuePath) -> Any:
        """Return a value as plain JSON data.

        Args:
            value: what a caller gave.
            path: where it is in the call document.

        """
        if type(value) in _PLAIN_TYPES:
            return value
        if isinstance(value, Mapping):
            return self._convert_object(value, path)
        if isinstance(value, list | tuple):
            is_part = isinstance(value, tuple) and is_file(value)
            return value if is_part else self._convert_array(value, path)
        return self._convert_scalar(value, path)

    def _report(self, path: ValuePath, message: str) -> None:
        self.violations.append(Violation("type", path, message))

    def _convert_object(self, value: Mapping[Any, Any], path: ValuePath) -> Any:
        converted: dict[str, Any] = {}
        for given_key, member in value.items():
            key = self._convert_key(given_key, path)
            converted[key] = self.convert(member, (*path, key))
        # A value that needs no conversion is not copied.
        is_same = type(value) is dict and all(
            converted.get(key, converted) is member for key, member in value.items()
        )
        return value if is_same else converted

    def _convert_key(self, key: Any, path: ValuePath) -> str:
        key = key.value if isinstance(key, enum.Enum) else key
        if isinstance(key, str):
            return str(key)
        text = shorten_repr(key)
        way = f"give {text!r}" if type(key) in (int, float) else "a JSON object has text keys"
        self._report((*path, text), f"the key {text} is no text: {way}")
        return text

    def _convert_array(self, value: Sequence[Any], path: ValuePath) -> Any:
        converted = [self.convert(item, (*path, index)) for index, item in enumerate(value)]
        is_same = type(value) is list and all(map(operator.is_, converted, value))
        return value if is_same else converted

    def _convert_scalar(self, value: Any, path: ValuePath) -> Any:  # noqa: C901, PLR0911 (one line per kind of value reads best)
        if isinstance(value, enum.Enum):
            return self.convert(value.value, path)
        if isinstance(value, datetime.datetime | datetime.date | datetime.time):
            return self._convert_time(value, path)
        if isinstance(value, uuid.UUID):
            return str(value)
        if isinstance(value, Decimal):
            return self._convert_decimal(value, path)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            members = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return self._convert_object(members, path)
        if hasattr(value, "model_dump"):  # pydantic 2, without importing it
            return self._convert_model(value, path)
        # JSON knows the plain types only, so a subclass becomes its plain type.
        for plain_type in (str, bool, int, float):
            if isinstance(value, plain_type):
                return plain_type(value)
        if isinstance(value, bytearray | memoryview):
            return bytes(value)
        if is_binary(value):
            return value
        self._report(path, _explain_no_json_form(value))
        return None

    def _convert_time(
        self, value: datetime.datetime | datetime.date | datetime.time, path: ValuePath
    ) -> str:
        if isinstance(value, datetime.datetime | datetime.time) and value.tzinfo is None:
            self.naive_paths.add(path)
        return value.isoformat()

    def _convert_model(self, value: Any, path: ValuePath) -> Any:
        try:
            dumped = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
        except (TypeError, ValueError) as error:
            name = type(value).__name__
            self._report(path, f"the model {name} cannot be dumped: {type(error).__name__}")
            return None
        return self.convert(dumped, path)

    def _convert_decimal(self, value: Decimal, path: ValuePath) -> int | float | None:
        """Return the number with the same digits: an int, or a float that prints the same."""
        is_finite = value.is_finite()
        if is_finite and abs(value.adjusted()) > _MAX_DIGITS:
            self._report(path, f"the Decimal {shorten(str(value))} cannot be written out")
            return None
        if is_finite and value == value.to_integral_value():
            return int(value)
        number = float(value)
        if is_finite and Decimal(repr(number)) != value:
            text = f"the Decimal {shorten(str(value))} has more digits than a JSON reader keeps"
            self._report(path, f"{text}: round it, or give a text where the document takes one")
            return None
        return number


def _explain_no_json_form(value: Any) -> str:
    name = type(value).__name__
    way = "a list of its items" if isinstance(value, Iterable) else _PLAIN_DATA
    article = "an" if name[0].lower() in "aeiou" else "a"
    return f"{article} {name} has no JSON form: give {way}"
