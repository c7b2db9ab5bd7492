"""Mutations of valid values: every place with a certain rule, and how to break it."""

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
    """A value cannot be mutated in this way."""


@dataclass(frozen=True, eq=False)
class Mutation:
    """One rule of a schema, and how to break it.

    Attributes:
        violation_kind: of the violation; where a schema has alternatives, one of theirs may be
            reported instead.
        target_path: of the value that is changed.
        violation_path: of the violation.
        mutate: (draw, value) → the changed value; it raises NotApplicable where there is none.
        is_deep: whether the violation may be reported further inside.

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

    def build_mutation(self, kind: str, mutate: Mutator) -> Mutation:
        return Mutation(kind, self.path, self.path, mutate)


def find_mutations(cache: SchemaCache, schema: dict[str, Any], *, is_call: bool) -> list[Mutation]:
    """Return the ways in which values of a schema can be made invalid.

    Args:
        cache: of the schema.
        schema: self-contained, in our dialect.
        is_call: whether it is a call schema: a call and its groups always stay objects.

    """
    mutations: list[Mutation] = []
    for place in _find_places(cache, schema):
        is_call_itself = is_call and not place.path
        is_group = is_call and len(place.path) == 1 and place.path != ("body",)
        mutations += _find_name_mutations(place, cache, outer=is_call_itself)
        if not is_call_itself and not is_group:
            mutations += _find_type_mutations(place)
            mutations += _find_value_mutations(place, cache)
            mutations += _find_size_mutations(place)
        if is_call:
            mutations += _find_serialization_mutations(place)
    if is_call:
        mutations += _find_group_mutations(schema)
    return mutations


def _find_places(cache: SchemaCache, schema: dict[str, Any]) -> Iterator[_SchemaPlace]:
    """Yield the places that every value may have, the outermost first.

    Those inside alternatives are left out.
    """
    defs = schema.get("$defs", {})
    todo: deque[tuple[ValuePath, tuple[JsonSchema, ...]]] = deque([((), (schema,))])
    count = 0
    while todo and count < MAX_PLACES:
        path, schemas = todo.popleft()
        shape = _merge_in_place(schemas, defs)
        has_no_value = any(conjunct.get("not") == {} for conjunct in shape.conjuncts)
        if False in schemas or has_no_value:
            continue
        count += 1
        yield _SchemaPlace(path, shape)

        if len(path) < MAX_DEPTH:
            todo.extend(_generate_inner_schemas(cache, path, shape))


def _generate_inner_schemas(
    cache: SchemaCache, path: ValuePath, shape: MergedSchema
) -> Iterator[tuple[ValuePath, tuple[JsonSchema, ...]]]:
    """Yield path → schemas of the declared properties and of the first item of a value."""
    for name in shape.property_positions:
        yield (*path, name), shape.get_property_schemas(name, cache.matches)
    if any("items" in part or "prefixItems" in part for part in shape.conjuncts):
        yield (*path, 0), shape.get_item_schemas(0)


def _merge_in_place(schemas: tuple[JsonSchema, ...], defs: dict[str, Any]) -> MergedSchema:
    """Return the conjunction of schemas, each subschema of it once."""
    conjuncts = {}
    for schema in schemas:
        for part in walk_in_place(schema, defs, alternatives=False):
            conjuncts[id(part)] = part
    return MergedSchema(tuple(conjuncts.values()))


# --- names of an object


def _find_name_mutations(
    place: _SchemaPlace, cache: SchemaCache, *, outer: bool
) -> Iterator[Mutation]:
    for name in place.shape.required_names:
        if not outer or name == "body":
            yield Mutation(
                violation_kind="missing",
                target_path=place.path,
                violation_path=(*place.path, name),
                mutate=_build_member_removal(name),
                is_deep=outer,
            )
    if outer or False not in place.shape.get_property_schemas("\0", cache.matches):
        return
    is_first_declared = "undeclared" in place.shape.property_positions
    name = "undeclared-too" if is_first_declared else "undeclared"
    if False in place.shape.get_property_schemas(name, cache.matches):
        yield Mutation("unknown", place.path, (*place.path, name), _build_member_addition(name))


def _build_member_removal(name: str) -> Mutator:
    def mutate(_draw: st.DrawFn, value: Any) -> Any:
        return {key: member for key, member in _require_object(value).items() if key != name}

    return mutate


def _build_member_addition(name: str) -> Mutator:
    def mutate(draw: st.DrawFn, value: Any) -> Any:
        return {**_require_object(value), name: draw(st.sampled_from(["x", 1, True]))}

    return mutate


def _require_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotApplicable
    return value


def _find_group_mutations(schema: dict[str, Any]) -> list[Mutation]:
    """Return the mutations that add an argument in a location where the operation has none."""

    def build_addition(group: str) -> Mutator:
        return lambda draw, value: {**value, group: {draw(_NAMES): "x"}}

    missing = [group for group in LOCATION_GROUPS if group not in schema["properties"]]
    return [Mutation("unknown", (), (group,), build_addition(group)) for group in missing]


# --- types and listed values


def _find_type_mutations(place: _SchemaPlace) -> Iterator[Mutation]:
    allowed_types = place.shape.allowed_types
    others = [v for v in _VALUES_OF_ALL_TYPES if get_json_type(v) not in allowed_types]
    has_type = any("type" in conjunct for conjunct in place.shape.conjuncts)
    if others and has_type:
        yield place.build_mutation("type", lambda draw, _value: draw(st.sampled_from(others)))
        if None in others:
            yield place.build_mutation("type", lambda _draw, _value: None)

    listed_values = place.shape.listed_values
    if listed_values is not None:
        kind = "const" if len(listed_values) == 1 else "enum"
        yield place.build_mutation(kind, _build_unlisted_value(place.shape))


def _build_unlisted_value(shape: MergedSchema) -> Mutator:
    listed = {compute_identity(value) for value in shape.listed_values or ()}

    def mutate(draw: st.DrawFn, value: Any) -> Any:
        if isinstance(value, str):
            other: Any = value + draw(st.sampled_from(["x", " ", "X", "-"]))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise NotApplicable
        else:
            other = value + draw(st.integers(1, 1000))
        if compute_identity(other) in listed:
            raise NotApplicable
        return other

    return mutate


# --- texts and numbers


def _find_value_mutations(place: _SchemaPlace, cache: SchemaCache) -> Iterator[Mutation]:
    for conjunct in place.shape.conjuncts:
        if "pattern" in conjunct and X_SERIALIZATION not in conjunct:
            matches = partial(cache.matches, conjunct["pattern"])
            yield place.build_mutation("pattern", _build_mismatch(matches))
        if conjunct.get("format") in known_formats.FORMAT_CHECKS:
            check = known_formats.FORMAT_CHECKS[conjunct["format"]]
            yield place.build_mutation("format", _build_mismatch(check))
        for keyword, sign in _BOUND_SIGNS.items():
            if keyword in conjunct:
                is_open = keyword.startswith("exclusive")
                mutate = _build_out_of_bounds(conjunct[keyword], sign, is_open=is_open)
                yield place.build_mutation(keyword, mutate)
        if "multipleOf" in conjunct:
            yield place.build_mutation("multipleOf", _build_non_multiple(place.shape))


_BOUND_SIGNS = {"minimum": -1, "exclusiveMinimum": -1, "maximum": 1, "exclusiveMaximum": 1}


def _build_mismatch(fits: Callable[[str], bool]) -> Mutator:
    def mutate(draw: st.DrawFn, value: Any) -> Any:
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

    return mutate


def _build_out_of_bounds(bound: float, sign: int, *, is_open: bool) -> Mutator:
    def mutate(draw: st.DrawFn, value: Any) -> Any:
        _require_number(value)
        edge = math.floor(bound) if sign < 0 else math.ceil(bound)
        least = 0 if is_open and edge == bound else 1
        return edge + sign * draw(st.integers(least, 1000))

    return mutate


def _build_non_multiple(shape: MergedSchema) -> Mutator:
    def mutate(_draw: st.DrawFn, value: Any) -> Any:
        step = shape.number_range.step
        if step is None:
            raise NotApplicable
        number = _require_number(value)
        is_whole_step = step.denominator == 1 and step > 1
        if is_whole_step and isinstance(number, int):
            return number + 1
        return number + float(step) / 2

    return mutate


def _require_number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotApplicable
    return value


# --- sizes


def _find_size_mutations(place: _SchemaPlace) -> Iterator[Mutation]:
    for low, high, cut, grow in _SIZE_KEYWORDS:
        least, most = place.shape.get_lower_limit(low), place.shape.get_upper_limit(high)
        if 0 < least <= MAX_LENGTH:
            yield place.build_mutation(low, _build_resizing(cut, least - 1))
        if most is not None and most <= MAX_LENGTH:
            yield place.build_mutation(high, _build_resizing(grow, most + 1))
    if any(place.shape.get_keyword_values("uniqueItems")):
        yield place.build_mutation("uniqueItems", _duplicate_item)


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


# --- values that cannot be serialized


def _find_serialization_mutations(place: _SchemaPlace) -> Iterator[Mutation]:
    location = place.path[:1]
    takes_text = "string" in place.shape.allowed_types
    for conjunct in place.shape.conjuncts:
        if X_SERIALIZATION not in conjunct:
            continue
        if location == ("path",) and "not" in conjunct:
            forbidden = conjunct["not"].get("enum", ())
            texts = [text for text in forbidden if isinstance(text, str)]
            if texts and takes_text:
                yield place.build_mutation("unsafe", _build_choice(texts))
        if location == ("header",) and "pattern" in conjunct:
            yield place.build_mutation("unsafe", _append_forbidden_character)


def _build_choice(texts: list[str]) -> Mutator:
    return lambda draw, _value: draw(st.sampled_from(texts))


def _append_forbidden_character(draw: st.DrawFn, value: Any) -> Any:
    ends = st.sampled_from(["\n", "\r\nX-Evil: 1", "\0", "\x7f", " "])
    return _require_type(str, value) + draw(ends)
