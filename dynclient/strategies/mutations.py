"""What can be wrong with a value of a schema: every place that surely has a rule, and how the rule is broken there."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from dynclient.generate.merged_schema import (
    JsonSchema,
    MergedSchema,
    compute_identity,
    get_json_type,
)
from dynclient.generate.schema_cache import SchemaCache
from dynclient.plan.binder import LOCATION_GROUPS
from dynclient.schema import formats as known_formats
from dynclient.schema.dialect import X_SERIALIZATION
from dynclient.schema.readings import walk_in_place
from dynclient.strategies.value_drawing import ValuePath

MAX_DEPTH = 8
MAX_PLACES = 2000
#: A length that would have to be exceeded by more is left alone.
MAX_LENGTH = 5000

_VALUES_OF_ALL_TYPES: tuple[Any, ...] = (None, True, 7, 1.5, "text", [], {})
_NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8).map(lambda name: f"x{name}")
_ODD_TEXTS = st.sampled_from(["", "?", " ", "\t", "not a value", "é", "0", "-", "a b"]) | st.text(
    max_size=20
)

Mutator = Callable[[st.DrawFn, Any], Any]


class NotApplicable(Exception):
    """Say that this value cannot be broken in this way."""


@dataclass(frozen=True, eq=False)
class Mutation:
    """One rule, and how to break it.

    Attributes:
        kind: of the violation, as a rule: where a schema has alternatives, theirs may be told instead.
        at: where the value stands that is changed.
        where: where the violation will be.
        broken: (draw, value) → the changed value; Unbroken where this one cannot be.
        is_deep: the violation may be told further inside.

    """

    violation_kind: str
    target_path: ValuePath
    violation_path: ValuePath
    mutate: Mutator
    is_deep: bool = False


@dataclass(frozen=True, eq=False)
class _SchemaPlace:
    path: ValuePath
    shape: MergedSchema


def find_mutations(known: SchemaCache, schema: dict[str, Any], *, is_call: bool) -> list[Mutation]:
    """Return what can be wrong with values of a schema.

    Args:
        known: what is known of it.
        schema: self-contained, in our dialect.
        is_call: of a call document: its outermost levels are ours.

    """
    found: list[Mutation] = []
    for place in _find_places(known, schema):
        outer = is_call and len(place.path) < 2 and place.path != ("body",)  # noqa: PLR2004 (the call and its groups)
        found += _find_name_mutations(place, known, outer=is_call and not place.path)
        found += (
            []
            if outer
            else [
                *_find_type_mutations(place),
                *_find_value_mutations(place, known),
                *_find_size_mutations(place),
            ]
        )
        if is_call:
            found += _find_serialization_mutations(place)
    return found + (_find_group_mutations(schema) if is_call else [])


def _find_places(known: SchemaCache, schema: dict[str, Any]) -> Iterator[_SchemaPlace]:
    """Yield the places that every value may have, without those inside alternatives; the outermost first."""
    defs = schema.get("$defs", {})
    todo: deque[tuple[ValuePath, tuple[JsonSchema, ...]]] = deque([((), (schema,))])
    count = 0
    while todo and count < MAX_PLACES:
        path, schemas = todo.popleft()
        leaves = {
            id(part): part for s in schemas for part in walk_in_place(s, defs, alternatives=False)
        }
        shape = MergedSchema(tuple(leaves.values()))
        if False in schemas or any(leaf.get("not") == {} for leaf in shape.conjuncts):
            continue
        count += 1
        yield _SchemaPlace(path, shape)
        if len(path) < MAX_DEPTH:
            todo += [
                ((*path, name), shape.get_property_schemas(name, known.matches))
                for name in shape.property_positions
            ]
            if any("items" in leaf or "prefixItems" in leaf for leaf in shape.conjuncts):
                todo.append(((*path, 0), shape.get_item_schemas(0)))


def _build_mutation(place: _SchemaPlace, kind: str, broken: Mutator) -> Mutation:
    return Mutation(kind, place.path, place.path, broken)


# --- names of an object


def _find_name_mutations(
    place: _SchemaPlace, known: SchemaCache, *, outer: bool
) -> Iterator[Mutation]:
    for name in place.shape.required_names:
        if not outer or name == "body":
            yield Mutation(
                "missing",
                place.path,
                (*place.path, name),
                _build_member_removal(name),
                is_deep=outer,
            )
    if outer or False not in place.shape.get_property_schemas("\0", known.matches):
        return
    name = next(
        n for n in ("undeclared", "undeclared-too") if n not in place.shape.property_positions
    )
    if False in place.shape.get_property_schemas(name, known.matches):
        yield Mutation("unknown", place.path, (*place.path, name), _build_member_addition(name))


def _build_member_removal(name: str) -> Mutator:
    def broken(_draw: st.DrawFn, value: Any) -> Any:
        return {key: member for key, member in _require_object(value).items() if key != name}

    return broken


def _build_member_addition(name: str) -> Mutator:
    def broken(draw: st.DrawFn, value: Any) -> Any:
        return {**_require_object(value), name: draw(st.sampled_from(["x", 1, True]))}

    return broken


def _require_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotApplicable
    return value


def _find_group_mutations(schema: dict[str, Any]) -> list[Mutation]:
    """Return faults of a call that gives arguments in a place where the operation has none."""

    def adding(group: str) -> Mutator:
        return lambda draw, value: {**value, group: {draw(_NAMES): "x"}}

    return [
        Mutation("unknown", (), (g,), adding(g))
        for g in LOCATION_GROUPS
        if g not in schema["properties"]
    ]


# --- types and listed values


def _find_type_mutations(place: _SchemaPlace) -> Iterator[Mutation]:
    others = [
        other
        for other in _VALUES_OF_ALL_TYPES
        if get_json_type(other) not in place.shape.allowed_types
    ]
    if others and any("type" in leaf for leaf in place.shape.conjuncts):
        yield _build_mutation(place, "type", lambda draw, _value: draw(st.sampled_from(others)))
        if None in others:
            yield _build_mutation(place, "type", lambda _draw, _value: None)
    if place.shape.listed_values is not None:
        yield _build_mutation(
            place,
            "const" if len(place.shape.listed_values) == 1 else "enum",
            _build_unlisted_value(place.shape),
        )


def _build_unlisted_value(shape: MergedSchema) -> Mutator:
    listed = {compute_identity(value) for value in shape.listed_values or ()}

    def broken(draw: st.DrawFn, value: Any) -> Any:
        if isinstance(value, str):
            other: Any = value + draw(st.sampled_from(["x", " ", "X", "-"]))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise NotApplicable
        else:
            other = value + draw(st.integers(1, 1000))
        if compute_identity(other) in listed:
            raise NotApplicable
        return other

    return broken


# --- texts and numbers


def _find_value_mutations(place: _SchemaPlace, known: SchemaCache) -> Iterator[Mutation]:
    for leaf in place.shape.conjuncts:
        wire = X_SERIALIZATION in leaf
        if "pattern" in leaf and not wire:
            yield _build_mutation(
                place, "pattern", _build_mismatch(partial(known.matches, leaf["pattern"]))
            )
        if leaf.get("format") in known_formats.FORMAT_CHECKS:
            yield _build_mutation(
                place, "format", _build_mismatch(known_formats.FORMAT_CHECKS[leaf["format"]])
            )
        for keyword, sign in _BOUND_SIGNS.items():
            if keyword in leaf:
                yield _build_mutation(
                    place,
                    keyword,
                    _build_out_of_bounds(
                        leaf[keyword], sign, is_open=keyword.startswith("exclusive")
                    ),
                )
        if "multipleOf" in leaf:
            yield _build_mutation(place, "multipleOf", _build_non_multiple(place.shape))


_BOUND_SIGNS = {"minimum": -1, "exclusiveMinimum": -1, "maximum": 1, "exclusiveMaximum": 1}


def _build_mismatch(fits: Callable[[str], bool]) -> Mutator:
    def broken(draw: st.DrawFn, value: Any) -> Any:
        if not isinstance(value, str):
            raise NotApplicable
        candidates = (
            value + draw(_ODD_TEXTS),
            draw(_ODD_TEXTS),
            value[:-1],
            draw(_ODD_TEXTS) + value,
        )
        for text in candidates:
            if not fits(text):
                return text
        raise NotApplicable

    return broken


def _build_out_of_bounds(bound: float, sign: int, *, is_open: bool) -> Mutator:
    def broken(draw: st.DrawFn, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotApplicable
        edge = math.floor(bound) if sign < 0 else math.ceil(bound)
        return edge + sign * draw(st.integers(0 if is_open and edge == bound else 1, 1000))

    return broken


def _build_non_multiple(shape: MergedSchema) -> Mutator:
    def broken(_draw: st.DrawFn, value: Any) -> Any:
        step = shape.number_range.step
        if step is None or isinstance(value, bool) or not isinstance(value, int | float):
            raise NotApplicable
        return (
            value + 1
            if step.denominator == 1 and step > 1 and isinstance(value, int)
            else value + float(step) / 2
        )

    return broken


# --- sizes


def _find_size_mutations(place: _SchemaPlace) -> Iterator[Mutation]:
    for low, high, cut, grow in _SIZE_KEYWORDS:
        least, most = place.shape.get_lower_limit(low), place.shape.get_upper_limit(high)
        if 0 < least <= MAX_LENGTH:
            yield _build_mutation(place, low, _build_resizing(cut, least - 1))
        if most is not None and most <= MAX_LENGTH:
            yield _build_mutation(place, high, _build_resizing(grow, most + 1))
    if any(place.shape.get_keyword_values("uniqueItems")):
        yield _build_mutation(place, "uniqueItems", _duplicate_item)


def _build_resizing(change: Callable[[Any, int], Any], limit: int) -> Mutator:
    return lambda _draw, value: change(value, limit)


def _cut_text(value: Any, size: int) -> Any:
    return _require_type(str, value)[:size]


def _grow_text(value: Any, size: int) -> Any:
    text = _require_type(str, value)
    return text + (text[-1:] or "a") * (size - len(text))


def _cut_items(value: Any, size: int) -> Any:
    return _require_type(list, value)[:size]


def _grow_items(value: Any, size: int) -> Any:
    items = _require_type(list, value)
    if not items:
        raise NotApplicable
    smallest = min(items, key=lambda item: len(str(item)))
    return items + [smallest] * (size - len(items))


def _cut_members(value: Any, size: int) -> Any:
    return dict(list(_require_object(value).items())[:size])


def _grow_members(value: Any, size: int) -> Any:
    members = _require_object(value)
    if not members:
        raise NotApplicable
    some = next(iter(members.values()))
    return members | {f"key-{n}": some for n in range(size - len(members))}


_SIZE_KEYWORDS: tuple[
    tuple[str, str, Callable[[Any, int], Any], Callable[[Any, int], Any]], ...
] = (
    ("minLength", "maxLength", _cut_text, _grow_text),
    ("minItems", "maxItems", _cut_items, _grow_items),
    ("minProperties", "maxProperties", _cut_members, _grow_members),
)


def _duplicate_item(_draw: st.DrawFn, value: Any) -> Any:
    items = _require_type(list, value)
    if not items:
        raise NotApplicable
    return [*items, items[0]]


def _require_type(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise NotApplicable
    return value


# --- the wire


def _find_serialization_mutations(place: _SchemaPlace) -> Iterator[Mutation]:
    for leaf in place.shape.conjuncts:
        if X_SERIALIZATION not in leaf:
            continue
        if place.path[:1] == ("path",) and "not" in leaf:
            texts = [text for text in leaf["not"].get("enum", ()) if isinstance(text, str)]
            if texts and "string" in place.shape.allowed_types:
                yield _build_mutation(place, "unsafe", _build_choice(texts))
        if place.path[:1] == ("header",) and "pattern" in leaf:
            yield _build_mutation(place, "unsafe", _append_forbidden_character)


def _build_choice(texts: list[str]) -> Mutator:
    return lambda draw, _value: draw(st.sampled_from(texts))


def _append_forbidden_character(draw: st.DrawFn, value: Any) -> Any:
    ends = st.sampled_from(["\n", "\r\nX-Evil: 1", "\0", "\x7f", " "])
    return _require_type(str, value) + draw(ends)
