"""What can be wrong with a value of a schema: every place that surely has a rule, and how the rule is broken there."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from dynclient.plan.binder import GROUPS
from dynclient.schema import formats as known_formats
from dynclient.schema.dialect import WIRE
from dynclient.schema.readings import in_place
from dynclient.schema.samples.known import Known
from dynclient.schema.samples.shapes import Schema, Shape, identity, kind_of
from dynclient.strategies.drawing import Path

MAX_DEPTH = 8
MAX_PLACES = 2000
#: A length that would have to be exceeded by more is left alone.
MAX_LENGTH = 5000

_OTHERS: tuple[Any, ...] = (None, True, 7, 1.5, "text", [], {})
_NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8).map(lambda name: f"x{name}")
_ODD = st.sampled_from(["", "?", " ", "\t", "not a value", "é", "0", "-", "a b"]) | st.text(
    max_size=20
)

Break = Callable[[st.DrawFn, Any], Any]


class Unbroken(Exception):
    """Say that this value cannot be broken in this way."""


@dataclass(frozen=True, eq=False)
class Fault:
    """One rule, and how to break it.

    Attributes:
        kind: of the violation, as a rule: where a schema has alternatives, theirs may be told instead.
        at: where the value stands that is changed.
        where: where the violation will be.
        broken: (draw, value) → the changed value; Unbroken where this one cannot be.
        is_deep: the violation may be told further inside.

    """

    kind: str
    at: Path
    where: Path
    broken: Break
    is_deep: bool = False


@dataclass(frozen=True, eq=False)
class _Place:
    path: Path
    shape: Shape


def faults(known: Known, schema: dict[str, Any], *, is_call: bool) -> list[Fault]:
    """Return what can be wrong with values of a schema.

    Args:
        known: what is known of it.
        schema: self-contained, in our dialect.
        is_call: of a call document: its outermost levels are ours.

    """
    found: list[Fault] = []
    for place in _places(known, schema):
        outer = is_call and len(place.path) < 2 and place.path != ("body",)  # noqa: PLR2004 (the call and its groups)
        found += _of_names(place, known, outer=is_call and not place.path)
        found += [] if outer else [*_of_type(place), *_of_value(place, known), *_of_size(place)]
        if is_call:
            found += _of_wire(place)
    return found + (_of_groups(schema) if is_call else [])


def _places(known: Known, schema: dict[str, Any]) -> Iterator[_Place]:
    """Yield the places that every value may have, without those inside alternatives; the outermost first."""
    defs = schema.get("$defs", {})
    todo: deque[tuple[Path, tuple[Schema, ...]]] = deque([((), (schema,))])
    count = 0
    while todo and count < MAX_PLACES:
        path, schemas = todo.popleft()
        leaves = {id(part): part for s in schemas for part in in_place(s, defs, alternatives=False)}
        shape = Shape(tuple(leaves.values()))
        if False in schemas or any(leaf.get("not") == {} for leaf in shape.leaves):
            continue
        count += 1
        yield _Place(path, shape)
        if len(path) < MAX_DEPTH:
            todo += [((*path, name), shape.parts(name, known.matches)) for name in shape.declared]
            if any("items" in leaf or "prefixItems" in leaf for leaf in shape.leaves):
                todo.append(((*path, 0), shape.item_parts(0)))


def _fault(place: _Place, kind: str, broken: Break) -> Fault:
    return Fault(kind, place.path, place.path, broken)


# --- names of an object


def _of_names(place: _Place, known: Known, *, outer: bool) -> Iterator[Fault]:
    for name in place.shape.required:
        if not outer or name == "body":
            yield Fault("missing", place.path, (*place.path, name), _dropping(name), is_deep=outer)
    if outer or False not in place.shape.parts("\0", known.matches):
        return
    name = next(n for n in ("undeclared", "undeclared-too") if n not in place.shape.declared)
    if False in place.shape.parts(name, known.matches):
        yield Fault("unknown", place.path, (*place.path, name), _adding(name))


def _dropping(name: str) -> Break:
    def broken(_draw: st.DrawFn, value: Any) -> Any:
        return {key: member for key, member in _an_object(value).items() if key != name}

    return broken


def _adding(name: str) -> Break:
    def broken(draw: st.DrawFn, value: Any) -> Any:
        return {**_an_object(value), name: draw(st.sampled_from(["x", 1, True]))}

    return broken


def _an_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unbroken
    return value


def _of_groups(schema: dict[str, Any]) -> list[Fault]:
    """Return faults of a call that gives arguments in a place where the operation has none."""

    def adding(group: str) -> Break:
        return lambda draw, value: {**value, group: {draw(_NAMES): "x"}}

    return [Fault("unknown", (), (g,), adding(g)) for g in GROUPS if g not in schema["properties"]]


# --- types and listed values


def _of_type(place: _Place) -> Iterator[Fault]:
    others = [other for other in _OTHERS if kind_of(other) not in place.shape.allowed]
    if others and any("type" in leaf for leaf in place.shape.leaves):
        yield _fault(place, "type", lambda draw, _value: draw(st.sampled_from(others)))
        if None in others:
            yield _fault(place, "type", lambda _draw, _value: None)
    if place.shape.values is not None:
        yield _fault(
            place, "const" if len(place.shape.values) == 1 else "enum", _unlisted(place.shape)
        )


def _unlisted(shape: Shape) -> Break:
    listed = {identity(value) for value in shape.values or ()}

    def broken(draw: st.DrawFn, value: Any) -> Any:
        if isinstance(value, str):
            other: Any = value + draw(st.sampled_from(["x", " ", "X", "-"]))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise Unbroken
        else:
            other = value + draw(st.integers(1, 1000))
        if identity(other) in listed:
            raise Unbroken
        return other

    return broken


# --- texts and numbers


def _of_value(place: _Place, known: Known) -> Iterator[Fault]:
    for leaf in place.shape.leaves:
        wire = WIRE in leaf
        if "pattern" in leaf and not wire:
            yield _fault(place, "pattern", _misfit(partial(known.matches, leaf["pattern"])))
        if leaf.get("format") in known_formats.FORMATS:
            yield _fault(place, "format", _misfit(known_formats.FORMATS[leaf["format"]]))
        for keyword, sign in _BOUNDS.items():
            if keyword in leaf:
                yield _fault(
                    place,
                    keyword,
                    _beyond(leaf[keyword], sign, is_open=keyword.startswith("exclusive")),
                )
        if "multipleOf" in leaf:
            yield _fault(place, "multipleOf", _between(place.shape))


_BOUNDS = {"minimum": -1, "exclusiveMinimum": -1, "maximum": 1, "exclusiveMaximum": 1}


def _misfit(fits: Callable[[str], bool]) -> Break:
    def broken(draw: st.DrawFn, value: Any) -> Any:
        if not isinstance(value, str):
            raise Unbroken
        candidates = (value + draw(_ODD), draw(_ODD), value[:-1], draw(_ODD) + value)
        for text in candidates:
            if not fits(text):
                return text
        raise Unbroken

    return broken


def _beyond(bound: float, sign: int, *, is_open: bool) -> Break:
    def broken(draw: st.DrawFn, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unbroken
        edge = math.floor(bound) if sign < 0 else math.ceil(bound)
        return edge + sign * draw(st.integers(0 if is_open and edge == bound else 1, 1000))

    return broken


def _between(shape: Shape) -> Break:
    def broken(_draw: st.DrawFn, value: Any) -> Any:
        step = shape.range.step
        if step is None or isinstance(value, bool) or not isinstance(value, int | float):
            raise Unbroken
        return (
            value + 1
            if step.denominator == 1 and step > 1 and isinstance(value, int)
            else value + float(step) / 2
        )

    return broken


# --- sizes


def _of_size(place: _Place) -> Iterator[Fault]:
    for low, high, cut, grow in _SIZES:
        least, most = place.shape.most(low), place.shape.least(high)
        if 0 < least <= MAX_LENGTH:
            yield _fault(place, low, _resized(cut, least - 1))
        if most is not None and most <= MAX_LENGTH:
            yield _fault(place, high, _resized(grow, most + 1))
    if any(place.shape.every("uniqueItems")):
        yield _fault(place, "uniqueItems", _doubled)


def _resized(change: Callable[[Any, int], Any], limit: int) -> Break:
    return lambda _draw, value: change(value, limit)


def _cut_text(value: Any, size: int) -> Any:
    return _a(str, value)[:size]


def _grow_text(value: Any, size: int) -> Any:
    text = _a(str, value)
    return text + (text[-1:] or "a") * (size - len(text))


def _cut_items(value: Any, size: int) -> Any:
    return _a(list, value)[:size]


def _grow_items(value: Any, size: int) -> Any:
    items = _a(list, value)
    if not items:
        raise Unbroken
    smallest = min(items, key=lambda item: len(str(item)))
    return items + [smallest] * (size - len(items))


def _cut_members(value: Any, size: int) -> Any:
    return dict(list(_an_object(value).items())[:size])


def _grow_members(value: Any, size: int) -> Any:
    members = _an_object(value)
    if not members:
        raise Unbroken
    some = next(iter(members.values()))
    return members | {f"key-{n}": some for n in range(size - len(members))}


_SIZES: tuple[tuple[str, str, Callable[[Any, int], Any], Callable[[Any, int], Any]], ...] = (
    ("minLength", "maxLength", _cut_text, _grow_text),
    ("minItems", "maxItems", _cut_items, _grow_items),
    ("minProperties", "maxProperties", _cut_members, _grow_members),
)


def _doubled(_draw: st.DrawFn, value: Any) -> Any:
    items = _a(list, value)
    if not items:
        raise Unbroken
    return [*items, items[0]]


def _a(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise Unbroken
    return value


# --- the wire


def _of_wire(place: _Place) -> Iterator[Fault]:
    for leaf in place.shape.leaves:
        if WIRE not in leaf:
            continue
        if place.path[:1] == ("path",) and "not" in leaf:
            texts = [text for text in leaf["not"].get("enum", ()) if isinstance(text, str)]
            if texts and "string" in place.shape.allowed:
                yield _fault(place, "unsafe", _one_of(texts))
        if place.path[:1] == ("header",) and "pattern" in leaf:
            yield _fault(place, "unsafe", _uncarried)


def _one_of(texts: list[str]) -> Break:
    return lambda draw, _value: draw(st.sampled_from(texts))


def _uncarried(draw: st.DrawFn, value: Any) -> Any:
    ends = st.sampled_from(["\n", "\r\nX-Evil: 1", "\0", "\x7f", " "])
    return _a(str, value) + draw(ends)
