"""Parameters and headers as text: what one revision writes, and what the other reads in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.model import QUERYSTRING, Parameter
from dynclient.schema.dialect import Schema, bundle_schema
from dynclient.schema.engines.engine import Checker, compile_check
from dynclient.schema.readings import Definitions, close_schema
from dynclient.wire import media
from dynclient.wire.parameters import ParameterAbsent, build_writer, read_parameter, to_text
from dynclient.wire.parameters.parameter_reader import NameValuePairs
from dynclient.wire.querystring import read_querystring, write_querystring
from dynclient.wire.schema_types import SchemaTypes

#: How many values are generated where only trying shows whether a text is understood, and how many
#: of them have as few members as possible.
_SEED_COUNT = 12
_SMALL_SEED_COUNT = 2

#: Styles that write a scalar in the same way.
_FORM_LIKE_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


@dataclass(frozen=True)
class SerializedParameter:
    """A parameter with its schema in one of the documents.

    Attributes:
        parameter: the Parameter or Header Object.
        schema: its schema, in our dialect.
        defs: the definitions that its references name.

    """

    parameter: Parameter
    schema: Any
    defs: Definitions

    @property
    def without_empty_value(self) -> SerializedParameter:
        """It without the empty text, which `allowEmptyValue` allows whatever the schema says."""
        not_empty = {"allOf": [self.schema, {"not": {"const": ""}}]}
        return replace(self, schema=Schema(not_empty, getattr(self.schema, "place", None)))

    @cached_property
    def value_types(self) -> SchemaTypes:
        """Which types of value its schema allows."""
        return SchemaTypes(self.schema, self.defs)

    @property
    def is_scalar(self) -> bool:
        """Whether its schema names types, and neither array nor object is one of them."""
        types = self.value_types.types
        return bool(types) and not types & {"array", "object"}

    def build_checker(self) -> Checker:
        """Return what checks values by its schema."""
        return Checker(bundle_schema(self.schema, self.defs))


# --- how it is written


def is_serialized_alike(sender: SerializedParameter, reader: SerializedParameter) -> bool:
    """Tell whether both revisions write every value that the sender may have in the same way."""
    is_scalar = sender.is_scalar
    written = _describe_serialization(sender.parameter, is_scalar=is_scalar)
    if written != _describe_serialization(reader.parameter, is_scalar=is_scalar):
        return False
    if is_scalar and reader.value_types.is_array:
        return is_scalar_read_as_array(reader.parameter)
    return True


def is_scalar_read_as_array(reader: Parameter) -> bool:
    """Tell whether a reader of arrays takes the text of any scalar for an array of one item."""
    if reader.location in ("query", "cookie"):
        return reader.style == "form"
    return reader.location == "path" and reader.style == "simple"


def _describe_serialization(parameter: Parameter, *, is_scalar: bool) -> tuple[Any, ...]:
    """Return what decides how values are written; a scalar has one form whatever `explode` says."""
    if parameter.content:
        return ("content", media.get_essence(parameter.content.name))
    if not is_scalar:
        return ("style", parameter.style, parameter.explode, parameter.delimiters)
    style = "form" if parameter.style in _FORM_LIKE_STYLES else parameter.style
    return ("style", style, None)


# --- values that may be sent


def generate_values(end: SerializedParameter) -> Iterator[Any]:
    """Yield values that may be sent, each once: listed ones first, then small and larger ones."""
    seen: list[Any] = []
    for value in _generate_candidates(end):
        if value not in seen:
            seen.append(value)
            yield value


def _generate_candidates(end: SerializedParameter) -> Iterator[Any]:
    closed_schema = close_schema(end.schema, end.defs, "request")
    checker = Checker(closed_schema)
    for value in (*_list_enum_values(end.value_types), *_list_short_arrays(end.value_types)):
        if checker.accepts(value):
            yield value
    generator = ExampleGenerator(closed_schema, compile_schema=compile_check)
    for seed in range(_SEED_COUNT):
        with contextlib.suppress(NoExample):
            is_small = seed < _SMALL_SEED_COUNT
            yield generator.generate(seed=seed, optional="none" if is_small else "all")


def _list_enum_values(types: SchemaTypes) -> list[Any]:
    return [value for subschema in types.subschemas for value in subschema.get("enum", ())]


def _list_short_arrays(types: SchemaTypes) -> list[list[Any]]:
    """Return arrays of one, two and three items, which styles write in different ways."""
    if not types.is_array:
        return []
    item_types = types.item_types
    candidates = [*_list_enum_values(item_types), "a", "b", 1, 2]
    items = [item for item in candidates if _has_type_among(item, item_types.types)]
    return [items[:count] for count in (1, 2, 3)]


def _has_type_among(value: Any, types: frozenset[str]) -> bool:
    if not types:
        return True
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, int):
        return not types.isdisjoint({"integer", "number"})
    return "string" in types


# --- what is read where a value was written


def round_trip(sender: SerializedParameter, reader: SerializedParameter, value: Any) -> Any:
    """Return what the reader finds in the text that the sender writes for a value.

    Raises:
        ParameterAbsent: it finds no value at all.
        ValueError: it cannot read the text.

    """
    if QUERYSTRING in (sender.parameter.location, reader.parameter.location):
        return _round_trip_querystring(sender, reader, value)
    text = build_writer(sender.parameter)(value)
    raw: str | NameValuePairs = text
    if sender.parameter.location in ("query", "cookie"):
        raw = _split_pairs(text)
    return read_parameter(reader.parameter, reader.value_types, raw)


def _round_trip_querystring(
    sender: SerializedParameter, reader: SerializedParameter, value: Any
) -> Any:
    written, read = sender.parameter.content, reader.parameter.content
    if written is None or read is None or sender.parameter.location != reader.parameter.location:
        raise ParameterAbsent
    return read_querystring(read, reader.value_types, write_querystring(written, value))


def _split_pairs(text: str) -> NameValuePairs:
    """Return the names and values in the text of a query or a cookie field."""
    pieces = text.replace("; ", "&").split("&") if text else []
    pairs = []
    for piece in pieces:
        name, _, value = piece.partition("=")
        pairs.append((name, value))
    return pairs


def is_refused(
    sender: SerializedParameter, reader: SerializedParameter, value: Any, checker: Checker
) -> bool:
    """Tell whether the reader refuses what it finds in the text of a value, or finds nothing."""
    try:
        found = round_trip(sender, reader, value)
    except (ParameterAbsent, ValueError):
        return True
    return not checker.accepts(found)


def find_unreadable_values(
    sender: SerializedParameter, reader: SerializedParameter
) -> Iterator[Any]:
    """Yield values of the sender that the reader refuses, or takes for another value."""
    checker = reader.build_checker()
    for value in generate_values(sender):
        if is_refused(sender, reader, value, checker) or is_misread(sender, reader, value):
            yield value


def is_misread(sender: SerializedParameter, reader: SerializedParameter, value: Any) -> bool:
    """Tell whether the reader finds another value; a scalar is the same as an array of it."""
    try:
        found = round_trip(sender, reader, value)
    except (ParameterAbsent, ValueError):
        return value not in ([], {})
    return not _has_same_text(value, found)


def _to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _has_same_text(value: Any, found: Any) -> bool:
    if isinstance(value, list) or isinstance(found, list):
        values, found_values = _to_list(value), _to_list(found)
        return len(values) == len(found_values) and all(map(_has_same_text, values, found_values))
    if isinstance(value, dict):
        if not isinstance(found, dict) or value.keys() != found.keys():
            return False
        return all(_has_same_text(value[name], found[name]) for name in value)
    return not isinstance(found, dict) and to_text(value) == to_text(found)
