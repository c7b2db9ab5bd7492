"""Parameters and headers are text: what one side writes is compared as what the other side reads in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.model import Parameter
from dynclient.schema.dialect import Schema, get_definition_name, map_subschemas
from dynclient.schema.engine import Checker
from dynclient.schema.readings import Definitions, close_schema
from dynclient.wire.parameters import ParameterAbsent, build_writer, read_parameter, to_text
from dynclient.wire.parameters.parameter_reader import NameValuePairs
from dynclient.wire.schema_types import SchemaTypes

#: The text of a number, as writers make it.
NUMBER_PATTERN = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
INTEGER_PATTERN = r"^-?(0|[1-9][0-9]*)$"

#: How many values are written and read where only trying tells.
_SEED_COUNT = 12

#: Any text.
_ANY_STRING = Schema({"type": "string"})

_SCALAR_TYPES = frozenset({"integer", "number", "boolean", "string", "null"})


@dataclass(frozen=True)
class SerializedParameter:
    """One end of the wire: a parameter with its schema in one document.

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
        """It without the empty text, which is allowed whatever the schema says."""
        place = getattr(self.schema, "place", None)
        return replace(self, schema=Schema({"allOf": [self.schema, {"not": {"const": ""}}]}, place))

    @property
    def shape(self) -> SchemaTypes:
        """Which kinds of value its schema allows."""
        return SchemaTypes(self.schema, self.defs)


def round_trip(sender: SerializedParameter, reader: SerializedParameter, value: Any) -> Any:
    """Return what the one end reads where the other has written a value.

    Raises:
        Absent: it reads no value at all.
        ValueError: it cannot read the text.

    """
    text = build_writer(sender.parameter)(value)
    raw: str | NameValuePairs = text
    if sender.parameter.location in ("query", "cookie"):
        pieces = text.replace("; ", "&").split("&") if text else []
        raw = [(name, inner) for name, _, inner in (piece.partition("=") for piece in pieces)]
    return read_parameter(reader.parameter, reader.shape, raw)


def is_serialized_alike(sender: SerializedParameter, reader: SerializedParameter) -> bool:
    """Tell whether what the one end writes is what the other would write, as far as the sender's kinds of value go."""
    shape = sender.shape
    if _find_serialization(sender.parameter, shape) != _find_serialization(reader.parameter, shape):
        return False
    is_single = bool(shape.types) and not shape.types & {"array", "object"}
    return not is_single or not reader.shape.is_array or is_scalar_read_as_array(reader.parameter)


def is_scalar_read_as_array(reader: Parameter) -> bool:
    """Tell whether the text of a single value, whatever is in it, is read as an array of one by whoever wants one."""
    return (reader.location in ("query", "cookie") and reader.style == "form") or (
        reader.location == "path" and reader.style == "simple"
    )


def _find_serialization(parameter: Parameter, shape: SchemaTypes) -> tuple[Any, ...]:
    if parameter.content:
        return ("content", parameter.content.name.lower())
    explode: bool | None = parameter.explode
    if shape.types and not shape.types & {"array", "object"}:
        explode = None  # a single value is written in one way
        if parameter.style in ("form", "spaceDelimited", "pipeDelimited", "deepObject"):
            return ("style", "form", None)
    return ("style", parameter.style, explode)


def generate_values(end: SerializedParameter) -> Iterator[Any]:
    """Yield values that an end may send: those that are listed, else small and larger ones, each once."""
    seen: list[Any] = []
    for value in _generate_candidates(end):
        if value not in seen:
            seen.append(value)
            yield value


def _generate_candidates(end: SerializedParameter) -> Iterator[Any]:
    root = close_schema(end.schema, end.defs, "request")
    checker = Checker(root)
    yield from (
        v for part in end.shape.subschemas for v in part.get("enum", ()) if checker.accepts(v)
    )
    yield from (v for v in _generate_arrays(end.shape) if checker.accepts(v))
    sampler = ExampleGenerator(root, compile_schema=lambda part: Checker(part).accepts)
    for seed in range(_SEED_COUNT):
        with contextlib.suppress(NoExample):
            yield sampler.generate(seed=seed, optional="none" if seed < 2 else "all")  # noqa: PLR2004 (small ones first)


def _generate_arrays(shape: SchemaTypes) -> Iterator[Any]:
    """Yield values that styles tell apart: several items, several members."""
    if shape.is_array:
        items = [
            *(v for p in shape.item_types.subschemas for v in p.get("enum", ())),
            "a",
            "b",
            1,
            2,
        ]
        fitting = [v for v in items if _has_type_among(v, shape.item_types.types)]
        yield from (fitting[:count] for count in (1, 2, 3))


def _has_type_among(value: Any, types: frozenset[str]) -> bool:
    kind = (
        "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
    )
    return not types or kind in types or (kind == "integer" and "number" in types)


# --- types that differ


def is_type_preserved(sender: Any, reader: Any, mine: Definitions, theirs: Definitions) -> bool:
    """Tell whether the reader takes every text for the kind of value that it was written from."""
    todo, seen = [(SchemaTypes(sender, mine), SchemaTypes(reader, theirs))], set[tuple[str, str]]()
    for one, other in todo:  # grows meanwhile
        key = (repr(one.schema), repr(other.schema))
        if key in seen:
            continue
        seen.add(key)
        if not _accepts_types_of(one, other):
            return False
        todo += [(one.item_types, other.item_types)] if "array" in one.types and other.types else []
        names = (
            sorted(_collect_property_names(one) | _collect_property_names(other))
            if "object" in one.types and other.types
            else []
        )
        todo += [
            (one.find_member_types(name), other.find_member_types(name))
            for name in names
            if one.can_have_member(name)
        ]
    return True


def _accepts_types_of(one: SchemaTypes, other: SchemaTypes) -> bool:
    if not one.types or not other.types:
        return not other.types
    mine, theirs = _merge_number_types(one), _merge_number_types(other)
    return mine <= theirs and not ("string" in mine and theirs - {"string"} - mine)


def _collect_property_names(shape: SchemaTypes) -> set[str]:
    return {name for part in shape.subschemas for name in part.get("properties", ())}


def _merge_number_types(shape: SchemaTypes) -> frozenset[str]:
    return frozenset("number" if t == "integer" else t for t in shape.types)


def translate_for_reader(
    schema: Any,
    defs: Definitions,
    reader: SchemaTypes,
    *,
    single: bool,
    seen: frozenset[str] = frozenset(),
) -> Any:
    """Return the schema of the values that a reader finds in the texts of another schema's values.

    Args:
        schema: of those who write.
        defs: the definitions that its references name.
        reader: the kinds of value that the reader allows.
        single: whether a single value stands for an array of one.
        seen: references that were followed to get here.

    """
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        if schema["$ref"] in seen:  # a value that holds itself stays as it is from there on
            return schema
        return translate_for_reader(
            defs[get_definition_name(schema["$ref"])],
            defs,
            reader,
            single=single,
            seen=seen | {schema["$ref"]},
        )
    inner = map_subschemas(schema, lambda part: part)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in inner:
            inner[keyword] = [
                translate_for_reader(part, defs, reader, single=single, seen=seen)
                for part in inner[keyword]
            ]
    if "items" in inner:
        inner["items"] = translate_for_reader(
            inner["items"], defs, reader.item_types, single=single, seen=seen
        )
    if "properties" in inner:
        members = inner["properties"].items()
        inner["properties"] = {
            k: translate_for_reader(s, defs, reader.find_member_types(k), single=single, seen=seen)
            for k, s in members
        }
    _declare_free_members(inner, defs, reader, seen)
    place = getattr(schema, "place", None)
    own = Schema(inner, place)
    types = SchemaTypes(own, defs).types
    if (
        single
        and reader.is_array
        and types
        and not types & {"array", "object"}
        and not reader.types & (_SCALAR_TYPES - {"null"})
    ):
        return Schema(
            {
                "type": "array",
                "items": _translate_scalar(own, types, reader.item_types),
                "minItems": 1,
                "maxItems": 1,
            },
            place,
        )
    return _translate_scalar(own, types, reader)


def _declare_free_members(
    inner: dict[str, Any], defs: Definitions, reader: SchemaTypes, seen: frozenset[str]
) -> None:
    """Name the members that a free object may have and the reader declares: each of them is text."""
    rest = inner.get("additionalProperties", "properties" not in inner)
    if "object" not in SchemaTypes(Schema(inner), defs).types or not rest:
        return
    names = _collect_property_names(reader) - inner.get("properties", {}).keys()
    free = {
        k: translate_for_reader(rest, defs, reader.find_member_types(k), single=False, seen=seen)
        if isinstance(rest, dict)
        else _ANY_STRING
        for k in names
    }
    if free:
        inner["properties"] = {**inner.get("properties", {}), **free}


def _translate_scalar(own: Schema, types: frozenset[str], reader: SchemaTypes) -> Any:
    """Return a schema of single values as a reader takes them: a number is text to whoever wants text."""
    wanted = reader.types
    if not types or not types & _SCALAR_TYPES or not wanted or "type" not in own:
        return own
    if "enum" in own:
        values = [
            v if v is None or isinstance(v, dict | list) else reader.parse_text(to_text(v))
            for v in own["enum"]
        ]
        return Schema({"enum": values}, own.place)
    kept = [
        t for t in types if t == "string" or t in wanted or (t == "integer" and "number" in wanted)
    ]
    turned = [t for t in types & _SCALAR_TYPES if t not in kept and t != "null"]
    if not turned or (types == {"number"} and "integer" in wanted):
        return own
    found = [_build_text_schema(t) for t in sorted(turned)] if "string" in wanted else []
    if not found:
        return own
    return Schema(
        {"anyOf": [*([Schema({**own, "type": sorted(kept)}, own.place)] if kept else []), *found]},
        own.place,
    )


def _build_text_schema(kind: str) -> Schema:
    if kind == "boolean":
        return Schema({"enum": ["true", "false"]})
    return Schema(
        {"type": "string", "pattern": INTEGER_PATTERN if kind == "integer" else NUMBER_PATTERN}
    )


def is_refused(
    sender: SerializedParameter, reader: SerializedParameter, value: Any, judge: Checker
) -> bool:
    """Tell whether a value, written by the one end, is refused or not found by the other."""
    try:
        found = round_trip(sender, reader, value)
    except (ParameterAbsent, ValueError):
        return True
    return not judge.accepts(found)


def is_misread(sender: SerializedParameter, reader: SerializedParameter, value: Any) -> bool:
    """Tell whether a value becomes another one on its way, a single one and an array of it taken as the same."""
    try:
        found = round_trip(sender, reader, value)
    except (ParameterAbsent, ValueError):
        return value not in ([], {})
    return not _has_same_text(value, found)


def _has_same_text(value: Any, found: Any) -> bool:
    if isinstance(value, list) != isinstance(found, list):
        return _has_same_text(
            [value] if isinstance(found, list) else value,
            [found] if isinstance(value, list) else found,
        )
    if isinstance(value, list):
        return len(value) == len(found) and all(map(_has_same_text, value, found))
    if isinstance(value, dict):
        is_same = isinstance(found, dict) and value.keys() == found.keys()
        return is_same and all(_has_same_text(value[k], found[k]) for k in value)
    return not isinstance(found, dict) and to_text(value) == to_text(found)
