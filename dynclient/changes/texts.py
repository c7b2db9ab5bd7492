"""Parameters and headers are text: what one side writes is compared as what the other side reads in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.model import Parameter
from dynclient.schema.dialect import Schema, mapped, name_of
from dynclient.schema.engine import Checker
from dynclient.schema.readings import Defs, closed
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.wire.parameters import Absent, as_text, read, writer
from dynclient.wire.parameters.reading import Pairs
from dynclient.wire.shapes import Shape

#: The text of a number, as writers make it.
NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
INTEGER = r"^-?(0|[1-9][0-9]*)$"

#: How many values are written and read where only trying tells.
_SEEDS = 12

#: Any text.
_ANY = Schema({"type": "string"})

_SCALARS = frozenset({"integer", "number", "boolean", "string", "null"})


@dataclass(frozen=True)
class End:
    """One end of the wire: a parameter with its schema in one document.

    Attributes:
        parameter: the Parameter or Header Object.
        schema: its schema, in our dialect.
        defs: the definitions that its references name.

    """

    parameter: Parameter
    schema: Any
    defs: Defs

    @property
    def without_nothing(self) -> End:
        """It without the empty text, which is allowed whatever the schema says."""
        place = getattr(self.schema, "place", None)
        return replace(self, schema=Schema({"allOf": [self.schema, {"not": {"const": ""}}]}, place))

    @property
    def shape(self) -> Shape:
        """Which kinds of value its schema allows."""
        return Shape(self.schema, self.defs)


def reread(sender: End, reader: End, value: Any) -> Any:
    """Return what the one end reads where the other has written a value.

    Raises:
        Absent: it reads no value at all.
        ValueError: it cannot read the text.

    """
    text = writer(sender.parameter)(value)
    raw: str | Pairs = text
    if sender.parameter.location in ("query", "cookie"):
        pieces = text.replace("; ", "&").split("&") if text else []
        raw = [(name, inner) for name, _, inner in (piece.partition("=") for piece in pieces)]
    return read(reader.parameter, reader.shape, raw)


def is_written_alike(sender: End, reader: End) -> bool:
    """Tell whether what the one end writes is what the other would write, as far as the sender's kinds of value go."""
    shape = sender.shape
    if _form(sender.parameter, shape) != _form(reader.parameter, shape):
        return False
    is_single = bool(shape.types) and not shape.types & {"array", "object"}
    return not is_single or not reader.shape.is_array or is_single_whole(reader.parameter)


def is_single_whole(reader: Parameter) -> bool:
    """Tell whether the text of a single value, whatever is in it, is read as an array of one by whoever wants one."""
    return (reader.location in ("query", "cookie") and reader.style == "form") or (
        reader.location == "path" and reader.style == "simple"
    )


def _form(parameter: Parameter, shape: Shape) -> tuple[Any, ...]:
    if parameter.content:
        return ("content", parameter.content.name.lower())
    explode: bool | None = parameter.explode
    if shape.types and not shape.types & {"array", "object"}:
        explode = None  # a single value is written in one way
        if parameter.style in ("form", "spaceDelimited", "pipeDelimited", "deepObject"):
            return ("style", "form", None)
    return ("style", parameter.style, explode)


def values(end: End) -> Iterator[Any]:
    """Yield values that an end may send: those that are listed, else small and larger ones, each once."""
    seen: list[Any] = []
    for value in _made(end):
        if value not in seen:
            seen.append(value)
            yield value


def _made(end: End) -> Iterator[Any]:
    root = closed(end.schema, end.defs, "request")
    checker = Checker(root)
    yield from (v for part in end.shape.parts for v in part.get("enum", ()) if checker.accepts(v))
    yield from (v for v in _likely(end.shape) if checker.accepts(v))
    sampler = Sampler(root, compile_schema=lambda part: Checker(part).accepts)
    for seed in range(_SEEDS):
        with contextlib.suppress(Unsampled):
            yield sampler.sample(seed=seed, optional="none" if seed < 2 else "all")  # noqa: PLR2004 (small ones first)


def _likely(shape: Shape) -> Iterator[Any]:
    """Yield values that styles tell apart: several items, several members."""
    if shape.is_array:
        items = [*(v for p in shape.item.parts for v in p.get("enum", ())), "a", "b", 1, 2]
        fitting = [v for v in items if _fits(v, shape.item.types)]
        yield from (fitting[:count] for count in (1, 2, 3))


def _fits(value: Any, types: frozenset[str]) -> bool:
    kind = (
        "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
    )
    return not types or kind in types or (kind == "integer" and "number" in types)


# --- types that differ


def is_read_as_it_was(sender: Any, reader: Any, mine: Defs, theirs: Defs) -> bool:
    """Tell whether the reader takes every text for the kind of value that it was written from."""
    todo, seen = [(Shape(sender, mine), Shape(reader, theirs))], set[tuple[str, str]]()
    for one, other in todo:  # grows meanwhile
        key = (repr(one.schema), repr(other.schema))
        if key in seen:
            continue
        seen.add(key)
        if not _takes_as_it_is(one, other):
            return False
        todo += [(one.item, other.item)] if "array" in one.types and other.types else []
        names = sorted(_names(one) | _names(other)) if "object" in one.types and other.types else []
        todo += [(one.member(name), other.member(name)) for name in names if one.declares(name)]
    return True


def _takes_as_it_is(one: Shape, other: Shape) -> bool:
    if not one.types or not other.types:
        return not other.types
    mine, theirs = _kinds(one), _kinds(other)
    return mine <= theirs and not ("string" in mine and theirs - {"string"} - mine)


def _names(shape: Shape) -> set[str]:
    return {name for part in shape.parts for name in part.get("properties", ())}


def _kinds(shape: Shape) -> frozenset[str]:
    return frozenset("number" if t == "integer" else t for t in shape.types)


def as_read(
    schema: Any, defs: Defs, reader: Shape, *, single: bool, seen: frozenset[str] = frozenset()
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
        return as_read(
            defs[name_of(schema["$ref"])], defs, reader, single=single, seen=seen | {schema["$ref"]}
        )
    inner = mapped(schema, lambda part: part)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in inner:
            inner[keyword] = [
                as_read(part, defs, reader, single=single, seen=seen) for part in inner[keyword]
            ]
    if "items" in inner:
        inner["items"] = as_read(inner["items"], defs, reader.item, single=single, seen=seen)
    if "properties" in inner:
        members = inner["properties"].items()
        inner["properties"] = {
            k: as_read(s, defs, reader.member(k), single=single, seen=seen) for k, s in members
        }
    _free(inner, defs, reader, seen)
    place = getattr(schema, "place", None)
    own = Schema(inner, place)
    types = Shape(own, defs).types
    if (
        single
        and reader.is_array
        and types
        and not types & {"array", "object"}
        and not reader.types & (_SCALARS - {"null"})
    ):
        return Schema(
            {
                "type": "array",
                "items": _scalar(own, types, reader.item),
                "minItems": 1,
                "maxItems": 1,
            },
            place,
        )
    return _scalar(own, types, reader)


def _free(inner: dict[str, Any], defs: Defs, reader: Shape, seen: frozenset[str]) -> None:
    """Name the members that a free object may have and the reader declares: each of them is text."""
    rest = inner.get("additionalProperties", "properties" not in inner)
    if "object" not in Shape(Schema(inner), defs).types or not rest:
        return
    names = _names(reader) - inner.get("properties", {}).keys()
    free = {
        k: as_read(rest, defs, reader.member(k), single=False, seen=seen)
        if isinstance(rest, dict)
        else _ANY
        for k in names
    }
    if free:
        inner["properties"] = {**inner.get("properties", {}), **free}


def _scalar(own: Schema, types: frozenset[str], reader: Shape) -> Any:
    """Return a schema of single values as a reader takes them: a number is text to whoever wants text."""
    wanted = reader.types
    if not types or not types & _SCALARS or not wanted or "type" not in own:
        return own
    if "enum" in own:
        values = [
            v if v is None or isinstance(v, dict | list) else reader.value(as_text(v))
            for v in own["enum"]
        ]
        return Schema({"enum": values}, own.place)
    kept = [
        t for t in types if t == "string" or t in wanted or (t == "integer" and "number" in wanted)
    ]
    turned = [t for t in types & _SCALARS if t not in kept and t != "null"]
    if not turned or (types == {"number"} and "integer" in wanted):
        return own
    found = [_text(t) for t in sorted(turned)] if "string" in wanted else []
    if not found:
        return own
    return Schema(
        {"anyOf": [*([Schema({**own, "type": sorted(kept)}, own.place)] if kept else []), *found]},
        own.place,
    )


def _text(kind: str) -> Schema:
    if kind == "boolean":
        return Schema({"enum": ["true", "false"]})
    return Schema({"type": "string", "pattern": INTEGER if kind == "integer" else NUMBER})


def is_unread(sender: End, reader: End, value: Any, judge: Checker) -> bool:
    """Tell whether a value, written by the one end, is refused or not found by the other."""
    try:
        found = reread(sender, reader, value)
    except (Absent, ValueError):
        return True
    return not judge.accepts(found)


def is_misread(sender: End, reader: End, value: Any) -> bool:
    """Tell whether a value becomes another one on its way, a single one and an array of it taken as the same."""
    try:
        found = reread(sender, reader, value)
    except (Absent, ValueError):
        return value not in ([], {})
    return not _is_alike(value, found)


def _is_alike(value: Any, found: Any) -> bool:
    if isinstance(value, list) != isinstance(found, list):
        return _is_alike(
            [value] if isinstance(found, list) else value,
            [found] if isinstance(value, list) else found,
        )
    if isinstance(value, list):
        return len(value) == len(found) and all(map(_is_alike, value, found))
    if isinstance(value, dict):
        is_same = isinstance(found, dict) and value.keys() == found.keys()
        return is_same and all(_is_alike(value[k], found[k]) for k in value)
    return not isinstance(found, dict) and as_text(value) == as_text(found)
