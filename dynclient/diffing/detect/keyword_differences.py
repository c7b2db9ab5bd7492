"""The keywords of one schema node, compared by what they say: each difference is a fact that names its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dynclient.containment.schema_equality import build_value_key, select_assertions
from dynclient.diffing.detect.flattening import FlattenedSchema
from dynclient.schema.dialect import get_definition_name
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS

EquivalenceTest = Callable[[Any, Any], bool]

_RANGE_KEYWORDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
_LENGTH_KEYWORDS = ("minLength", "maxLength")
_ARRAY_KEYWORDS = ("minItems", "maxItems", "uniqueItems")
_OBJECT_KEYWORDS = ("minProperties", "maxProperties", "propertyNames")
#: What asks for nothing where it asks for none.
_MINIMUM_COUNTS = ("minLength", "minItems", "minProperties")
_CONDITION_KEYWORDS = ("not", "if", "then", "else", "dependentSchemas", "dependentRequired", "contains", "minContains",
               "maxContains", "unevaluatedItems", "unevaluatedProperties")  # fmt: skip
_DESCRIPTION_KEYWORDS = ("title", "description", "examples")
_INT64_BOUNDS = INTEGER_FORMAT_BOUNDS["int64"]

#: Facts that no value is refused for.
ANNOTATION_RULES = (
    "default-changed",
    "format-changed",
    "schema-deprecated",
    "words-changed",
    "integer-size",
)

#: What refuses (a keyword of a gap) → the facts that may be its cause, the likeliest first.
RULES_BY_KEYWORD: dict[str, tuple[str, ...]] = {
    "type": ("type-changed", "values-changed", "alternatives-changed"),
    "enum": ("values-changed", "type-changed", "alternatives-changed"),
    **dict.fromkeys(_RANGE_KEYWORDS, ("range-changed", "type-changed")),
    **dict.fromkeys(_LENGTH_KEYWORDS, ("length-changed", "type-changed")),
    "pattern": ("pattern-changed", "type-changed"),
    **dict.fromkeys((*_ARRAY_KEYWORDS, "items", "prefixItems"), ("items-changed", "type-changed")),
    **dict.fromkeys(_OBJECT_KEYWORDS, ("properties-changed", "type-changed")),
    "additionalProperties": ("additional-changed", "type-changed"),
    "patternProperties": ("additional-changed",),
    "oneOf": ("alternatives-changed",),
    "anyOf": ("alternatives-changed",),
    **dict.fromkeys(
        _CONDITION_KEYWORDS, ("condition-changed", "items-changed", "additional-changed")
    ),
}


@dataclass(frozen=True)
class Difference:
    """One thing that a node says otherwise.

    Attributes:
        rule: its kind.
        old: what the old one says; None for nothing.
        new: what the new one says; None for nothing.

    """

    rule: str
    old: Any = None
    new: Any = None


def compare_keywords(
    old: FlattenedSchema, new: FlattenedSchema, equal: EquivalenceTest, *, words: bool
) -> Iterator[Difference]:
    """Yield what two nodes say otherwise, the values inside them aside."""
    yield from _compare_types(old, new)
    yield from _compare_values(old, new)
    yield from _compare_ranges(old, new)
    for rule, group in (("length-changed", _LENGTH_KEYWORDS), ("pattern-changed", ("pattern",))):
        yield from _compare_group(rule, old, new, group)
    yield from _compare_arrays(old, new, equal)
    yield from _compare_objects(old, new, equal)
    yield from _compare_alternatives(old, new, equal)
    yield from _compare_conditions(old, new, equal)
    yield from _compare_annotations(old, new)
    if words:
        yield from _compare_group("words-changed", old, new, _DESCRIPTION_KEYWORDS)


def _compare_types(old: FlattenedSchema, new: FlattenedSchema) -> Iterator[Difference]:
    if old.types == new.types or (not old.unions) != (not new.unions):
        return
    yield Difference("type-changed", _describe_types(old), _describe_types(new))


def _describe_types(side: FlattenedSchema) -> Any:
    if not side.is_typed:
        return None
    return side.types[0] if len(side.types) == 1 else list(side.types)


def _compare_values(old: FlattenedSchema, new: FlattenedSchema) -> Iterator[Difference]:
    if old.values is None and new.values is None:
        return
    before, after = ({build_value_key(v) for v in side.values or ()} for side in (old, new))
    if before != after or (old.values is None) != (new.values is None):
        if (
            old.values
            and new.values
            and before ^ after == {build_value_key(None)}
            and old.types != new.types
        ):
            return  # null joined or left together with the type
        yield Difference("values-changed", old.values, new.values)
    elif old.find_first("x-extensible-enum") != new.find_first("x-extensible-enum"):
        yield Difference(
            "values-changed",
            old.find_first("x-extensible-enum"),
            new.find_first("x-extensible-enum"),
        )


def _compare_ranges(old: FlattenedSchema, new: FlattenedSchema) -> Iterator[Difference]:
    """Tell bounds that are written apart from those that only say that an integer fits 64 bits."""
    before, after = (
        {k: side.collect_values(k) for k in _RANGE_KEYWORDS if side.collect_values(k)}
        for side in (old, new)
    )
    plain_before, plain_after = (
        {k: _collect_written_bounds(side, k) for k in _RANGE_KEYWORDS} for side in (old, new)
    )
    if {k: v for k, v in plain_before.items() if v} != {k: v for k, v in plain_after.items() if v}:
        yield Difference(
            "range-changed",
            *(_turn_empty_to_none(_read_keywords(side, _RANGE_KEYWORDS)) for side in (old, new)),
        )
    elif before != after:
        yield Difference("integer-size", old.find_first("format"), new.find_first("format"))


def _collect_written_bounds(side: FlattenedSchema, keyword: str) -> list[Any]:
    parts = [part for part in side.parts if keyword in part]
    is_size = keyword in ("minimum", "maximum")
    kept = [
        p[keyword]
        for p in parts
        if not (is_size and p.get("format") == "int64" and p[keyword] in _INT64_BOUNDS)
    ]
    return sorted({build_value_key(value): value for value in kept})


def _compare_group(
    rule: str, old: FlattenedSchema, new: FlattenedSchema, group: tuple[str, ...]
) -> Iterator[Difference]:
    before, after = _read_keywords(old, group), _read_keywords(new, group)
    if build_value_key(before) != build_value_key(after):
        yield Difference(rule, _turn_empty_to_none(before), _turn_empty_to_none(after))


def _read_keywords(side: FlattenedSchema, group: tuple[str, ...]) -> dict[str, Any]:
    """Return what a side says by some keywords, one value each: the strictest of several."""
    found = {}
    for keyword in group:
        said = [value for value in side.collect_values(keyword) if value is not False]
        said = [value for value in said if value != 0] if keyword in _MINIMUM_COUNTS else said
        if said:
            found[keyword] = _find_strictest(keyword, said)
    return found


def _find_strictest(keyword: str, said: list[Any]) -> Any:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in said):
        return max(said) if keyword.lower().startswith(("min", "exclusivemin")) else min(said)
    return said[0] if len({build_value_key(value) for value in said}) == 1 else said


def _turn_empty_to_none(said: dict[str, Any]) -> Any:
    return said or None


def _compare_arrays(
    old: FlattenedSchema, new: FlattenedSchema, equal: EquivalenceTest
) -> Iterator[Difference]:
    before, after = _read_keywords(old, _ARRAY_KEYWORDS), _read_keywords(new, _ARRAY_KEYWORDS)
    kinds = [_summarize_schemas(side.collect_values("items")) for side in (old, new)]
    firsts = [len(side.find_first("prefixItems") or ()) for side in (old, new)]
    if (
        build_value_key(before) != build_value_key(after)
        or kinds[0] != kinds[1]
        or firsts[0] != firsts[1]
    ):
        more = [
            {
                **said,
                **({"items": kind} if kinds[0] != kinds[1] else {}),
                **({"prefixItems": n} if n else {}),
            }
            for said, kind, n in zip((before, after), kinds, firsts, strict=True)
        ]
        yield Difference("items-changed", *map(_turn_empty_to_none, more))
    _ = equal


def _summarize_schemas(schemas: list[Any]) -> Any:
    """Return what is said of inner values in general: None for nothing, False for none at all, True for a schema."""
    if any(schema is False for schema in schemas):
        return False
    return True if any(isinstance(schema, dict) and schema for schema in schemas) else None


def _compare_objects(
    old: FlattenedSchema, new: FlattenedSchema, equal: EquivalenceTest
) -> Iterator[Difference]:
    counts = [_read_keywords(side, _OBJECT_KEYWORDS) for side in (old, new)]
    if not _is_equivalent_by_keyword(counts[0], counts[1], equal):
        yield Difference("properties-changed", *map(_turn_empty_to_none, counts))
    rests = [_describe_undeclared_properties(side) for side in (old, new)]
    names = [set(side.pattern_properties) for side in (old, new)]
    if rests[0] != rests[1] or names[0] != names[1]:
        said = [
            _turn_empty_to_none(
                {
                    "additionalProperties": rest,
                    **({"patternProperties": sorted(patterns)} if patterns else {}),
                }
            )
            for rest, patterns in zip(rests, names, strict=True)
        ]
        yield Difference("additional-changed", *said)


def _describe_undeclared_properties(side: FlattenedSchema) -> Any:
    """Return what may stand beside the declared properties, in a word: where none are declared, anything may."""
    said = side.collect_values("additionalProperties")
    if any(schema is False for schema in said):
        return False
    if any(isinstance(schema, dict) and select_assertions(schema) for schema in said):
        return "of a schema"
    is_free = bool(said) or not (side.properties or side.pattern_properties)
    return True if is_free else "undeclared"


def _is_equivalent_by_keyword(
    one: dict[str, Any], other: dict[str, Any], equal: EquivalenceTest
) -> bool:
    return one.keys() == other.keys() and all(equal({k: one[k]}, {k: other[k]}) for k in one)


def _compare_alternatives(
    old: FlattenedSchema, new: FlattenedSchema, equal: EquivalenceTest
) -> Iterator[Difference]:
    if not old.unions and not new.unions:
        return
    kinds = [[keyword for keyword, _ in side.unions] for side in (old, new)]
    pairs = [
        pair
        for (_, a), (_, b) in zip(old.unions, new.unions, strict=False)
        for pair in align_alternatives(a, b, equal)
    ]
    if (
        kinds[0] != kinds[1]
        or any(a is None or b is None for a, b in pairs)
        or _read_discriminator(old) != _read_discriminator(new)
    ):
        yield Difference(
            "alternatives-changed", _describe_alternatives(old), _describe_alternatives(new)
        )


def _read_discriminator(side: FlattenedSchema) -> Any:
    found = side.find_first("discriminator") or {}
    return found.get("propertyName"), sorted(found.get("mapping", ()))


def _describe_alternatives(side: FlattenedSchema) -> Any:
    found = {
        keyword: [describe_schema(member) for member in members] for keyword, members in side.unions
    }
    tags = side.find_first("discriminator")
    return {**found, **({"discriminator": tags.get("propertyName")} if tags else {})} or None


def describe_schema(schema: Any) -> str:
    """Return a short name of a schema: the component's, its title, its values or its type."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return get_definition_name(schema["$ref"])
    for keyword in ("title", "const", "enum"):
        if keyword in schema:
            return str(schema[keyword])[:60]
    kind = str(schema.get("type", "a schema"))
    tag = next(
        (name for name, inner in schema.get("properties", {}).items() if _find_tag_value(inner)), ""
    )
    return f"{kind} with {tag} {_find_tag_value(schema['properties'][tag])}"[:60] if tag else kind


def _find_tag_value(schema: Any) -> str:
    """Return the one text that a schema lists, "" where it lists none or several."""
    listed = schema.get("enum", [schema.get("const")]) if isinstance(schema, dict) else []
    return listed[0] if len(listed) == 1 and isinstance(listed[0], str) else ""


def align_alternatives(
    old: list[Any], new: list[Any], equal: EquivalenceTest
) -> list[tuple[Any, Any]]:
    """Return which alternative of one union is which of another: (old, new), None on one side where it has none."""
    rest, found = list(new), []
    open_ = []
    for mine in old:
        match = next((s for s in rest if equal(mine, s)), None)
        match = (
            match if match is not None else next((s for s in rest if _has_same_name(mine, s)), None)
        )
        if match is None:
            open_.append(mine)
        else:
            del rest[next(i for i, s in enumerate(rest) if s is match)]
            found.append((mine, match))
    if len(open_) == len(rest) == 1 and describe_schema(open_[0]) == describe_schema(rest[0]):
        return [*found, (open_[0], rest[0])]
    return [*found, *((mine, None) for mine in open_), *((None, theirs) for theirs in rest)]


def _has_same_name(one: Any, other: Any) -> bool:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    named = [schema.get("$ref") or schema.get("title") for schema in (one, other)]
    return named[0] is not None and named[0] == named[1]


def _compare_conditions(
    old: FlattenedSchema, new: FlattenedSchema, equal: EquivalenceTest
) -> Iterator[Difference]:
    changed = {}
    for keyword in _CONDITION_KEYWORDS:
        before, after = old.collect_values(keyword), new.collect_values(keyword)
        same = len(before) == len(after) and all(
            equal({keyword: a}, {keyword: b}) for a, b in zip(before, after, strict=True)
        )
        if not same:
            changed[keyword] = (before, after)
    if changed:
        said = [
            {k: _unwrap_single(pair[i]) for k, pair in changed.items() if pair[i]} for i in (0, 1)
        ]
        yield Difference("condition-changed", *map(_turn_empty_to_none, said))


def _unwrap_single(said: list[Any]) -> Any:
    return said[0] if len(said) == 1 else said


def _compare_annotations(old: FlattenedSchema, new: FlattenedSchema) -> Iterator[Difference]:
    notes = [
        {k: True for k in ("readOnly", "writeOnly") if side.has_flag(k)} for side in (old, new)
    ]
    if notes[0] != notes[1]:
        yield Difference("direction-changed", *map(_turn_empty_to_none, notes))
    if build_value_key(old.collect_values("default")[:1]) != build_value_key(
        new.collect_values("default")[:1]
    ):
        yield Difference("default-changed", old.find_first("default"), new.find_first("default"))
    formats = [side.find_first("format") for side in (old, new)]
    if formats[0] != formats[1] and not set(formats) & {"int64", "int32"}:
        yield Difference("format-changed", *formats)
    if old.has_flag("deprecated") != new.has_flag("deprecated"):
        yield Difference(
            "schema-deprecated", old.has_flag("deprecated"), new.has_flag("deprecated")
        )
