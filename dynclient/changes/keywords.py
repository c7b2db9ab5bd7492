"""The keywords of one schema node, compared by what they say: each difference is a fact that names its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dynclient.changes.outline import Outline
from dynclient.schema.dialect import name_of
from dynclient.schema.formats import BOUNDS
from dynclient.schema.subsumption.equality import assertions, typed

Equal = Callable[[Any, Any], bool]

_RANGE = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
_LENGTH = ("minLength", "maxLength")
_ITEMS = ("minItems", "maxItems", "uniqueItems")
_PROPERTIES = ("minProperties", "maxProperties", "propertyNames")
#: What asks for nothing where it asks for none.
_COUNTS = ("minLength", "minItems", "minProperties")
_CONDITIONS = ("not", "if", "then", "else", "dependentSchemas", "dependentRequired", "contains", "minContains",
               "maxContains", "unevaluatedItems", "unevaluatedProperties")  # fmt: skip
_WORDS = ("title", "description", "examples")
_INT64 = BOUNDS["int64"]

#: Facts that no value is refused for.
NOTES = ("default-changed", "format-changed", "schema-deprecated", "words-changed", "integer-size")

#: What refuses (a keyword of a gap) → the facts that may be its cause, the likeliest first.
CAUSES: dict[str, tuple[str, ...]] = {
    "type": ("type-changed", "values-changed", "alternatives-changed"),
    "enum": ("values-changed", "type-changed", "alternatives-changed"),
    **dict.fromkeys(_RANGE, ("range-changed", "type-changed")),
    **dict.fromkeys(_LENGTH, ("length-changed", "type-changed")),
    "pattern": ("pattern-changed", "type-changed"),
    **dict.fromkeys((*_ITEMS, "items", "prefixItems"), ("items-changed", "type-changed")),
    **dict.fromkeys(_PROPERTIES, ("properties-changed", "type-changed")),
    "additionalProperties": ("additional-changed", "type-changed"),
    "patternProperties": ("additional-changed",),
    "oneOf": ("alternatives-changed",),
    "anyOf": ("alternatives-changed",),
    **dict.fromkeys(_CONDITIONS, ("condition-changed", "items-changed", "additional-changed")),
}


@dataclass(frozen=True)
class Fact:
    """One thing that a node says otherwise.

    Attributes:
        rule: its kind.
        old: what the old one says; None for nothing.
        new: what the new one says; None for nothing.

    """

    rule: str
    old: Any = None
    new: Any = None


def facts(old: Outline, new: Outline, equal: Equal, *, words: bool) -> Iterator[Fact]:
    """Yield what two nodes say otherwise, the values inside them aside."""
    yield from _types(old, new)
    yield from _values(old, new)
    yield from _numbers(old, new)
    for rule, group in (("length-changed", _LENGTH), ("pattern-changed", ("pattern",))):
        yield from _group(rule, old, new, group)
    yield from _arrays(old, new, equal)
    yield from _objects(old, new, equal)
    yield from _alternatives(old, new, equal)
    yield from _conditions(old, new, equal)
    yield from _notes(old, new)
    if words:
        yield from _group("words-changed", old, new, _WORDS)


def _types(old: Outline, new: Outline) -> Iterator[Fact]:
    if old.types == new.types or (not old.unions) != (not new.unions):
        return
    yield Fact("type-changed", _shown_types(old), _shown_types(new))


def _shown_types(side: Outline) -> Any:
    if not side.is_typed:
        return None
    return side.types[0] if len(side.types) == 1 else list(side.types)


def _values(old: Outline, new: Outline) -> Iterator[Fact]:
    if old.values is None and new.values is None:
        return
    before, after = ({typed(v) for v in side.values or ()} for side in (old, new))
    if before != after or (old.values is None) != (new.values is None):
        if old.values and new.values and before ^ after == {typed(None)} and old.types != new.types:
            return  # null joined or left together with the type
        yield Fact("values-changed", old.values, new.values)
    elif old.first("x-extensible-enum") != new.first("x-extensible-enum"):
        yield Fact("values-changed", old.first("x-extensible-enum"), new.first("x-extensible-enum"))


def _numbers(old: Outline, new: Outline) -> Iterator[Fact]:
    """Tell bounds that are written apart from those that only say that an integer fits 64 bits."""
    before, after = ({k: side.said(k) for k in _RANGE if side.said(k)} for side in (old, new))
    plain_before, plain_after = (
        {k: _without_int64(side, k) for k in _RANGE} for side in (old, new)
    )
    if {k: v for k, v in plain_before.items() if v} != {k: v for k, v in plain_after.items() if v}:
        yield Fact("range-changed", *(_single(_said(side, _RANGE)) for side in (old, new)))
    elif before != after:
        yield Fact("integer-size", old.first("format"), new.first("format"))


def _without_int64(side: Outline, keyword: str) -> list[Any]:
    parts = [part for part in side.parts if keyword in part]
    is_size = keyword in ("minimum", "maximum")
    kept = [
        p[keyword]
        for p in parts
        if not (is_size and p.get("format") == "int64" and p[keyword] in _INT64)
    ]
    return sorted({typed(value): value for value in kept})


def _group(rule: str, old: Outline, new: Outline, group: tuple[str, ...]) -> Iterator[Fact]:
    before, after = _said(old, group), _said(new, group)
    if typed(before) != typed(after):
        yield Fact(rule, _single(before), _single(after))


def _said(side: Outline, group: tuple[str, ...]) -> dict[str, Any]:
    """Return what a side says by some keywords, one value each: the strictest of several."""
    found = {}
    for keyword in group:
        said = [value for value in side.said(keyword) if value is not False]
        said = [value for value in said if value != 0] if keyword in _COUNTS else said
        if said:
            found[keyword] = _strictest(keyword, said)
    return found


def _strictest(keyword: str, said: list[Any]) -> Any:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in said):
        return max(said) if keyword.lower().startswith(("min", "exclusivemin")) else min(said)
    return said[0] if len({typed(value) for value in said}) == 1 else said


def _single(said: dict[str, Any]) -> Any:
    return said or None


def _arrays(old: Outline, new: Outline, equal: Equal) -> Iterator[Fact]:
    before, after = _said(old, _ITEMS), _said(new, _ITEMS)
    kinds = [_kinds(side.said("items")) for side in (old, new)]
    firsts = [len(side.first("prefixItems") or ()) for side in (old, new)]
    if typed(before) != typed(after) or kinds[0] != kinds[1] or firsts[0] != firsts[1]:
        more = [
            {
                **said,
                **({"items": kind} if kinds[0] != kinds[1] else {}),
                **({"prefixItems": n} if n else {}),
            }
            for said, kind, n in zip((before, after), kinds, firsts, strict=True)
        ]
        yield Fact("items-changed", *map(_single, more))
    _ = equal


def _kinds(schemas: list[Any]) -> Any:
    """Return what is said of inner values in general: None for nothing, False for none at all, True for a schema."""
    if any(schema is False for schema in schemas):
        return False
    return True if any(isinstance(schema, dict) and schema for schema in schemas) else None


def _objects(old: Outline, new: Outline, equal: Equal) -> Iterator[Fact]:
    counts = [_said(side, _PROPERTIES) for side in (old, new)]
    if not _same_said(counts[0], counts[1], equal):
        yield Fact("properties-changed", *map(_single, counts))
    rests = [_rest(side) for side in (old, new)]
    names = [set(side.pattern_properties) for side in (old, new)]
    if rests[0] != rests[1] or names[0] != names[1]:
        said = [
            _single(
                {
                    "additionalProperties": rest,
                    **({"patternProperties": sorted(patterns)} if patterns else {}),
                }
            )
            for rest, patterns in zip(rests, names, strict=True)
        ]
        yield Fact("additional-changed", *said)


def _rest(side: Outline) -> Any:
    """Return what may stand beside the declared properties, in a word: where none are declared, anything may."""
    said = side.said("additionalProperties")
    if any(schema is False for schema in said):
        return False
    if any(isinstance(schema, dict) and assertions(schema) for schema in said):
        return "of a schema"
    is_free = bool(said) or not (side.properties or side.pattern_properties)
    return True if is_free else "undeclared"


def _same_said(one: dict[str, Any], other: dict[str, Any], equal: Equal) -> bool:
    return one.keys() == other.keys() and all(equal({k: one[k]}, {k: other[k]}) for k in one)


def _alternatives(old: Outline, new: Outline, equal: Equal) -> Iterator[Fact]:
    if not old.unions and not new.unions:
        return
    kinds = [[keyword for keyword, _ in side.unions] for side in (old, new)]
    pairs = [
        pair
        for (_, a), (_, b) in zip(old.unions, new.unions, strict=False)
        for pair in aligned(a, b, equal)
    ]
    if (
        kinds[0] != kinds[1]
        or any(a is None or b is None for a, b in pairs)
        or _tags(old) != _tags(new)
    ):
        yield Fact("alternatives-changed", _shown_unions(old), _shown_unions(new))


def _tags(side: Outline) -> Any:
    found = side.first("discriminator") or {}
    return found.get("propertyName"), sorted(found.get("mapping", ()))


def _shown_unions(side: Outline) -> Any:
    found = {keyword: [title(member) for member in members] for keyword, members in side.unions}
    tags = side.first("discriminator")
    return {**found, **({"discriminator": tags.get("propertyName")} if tags else {})} or None


def title(schema: Any) -> str:
    """Return a short name of a schema: the component's, its title, its values or its type."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return name_of(schema["$ref"])
    for keyword in ("title", "const", "enum"):
        if keyword in schema:
            return str(schema[keyword])[:60]
    kind = str(schema.get("type", "a schema"))
    tag = next((name for name, inner in schema.get("properties", {}).items() if _tag(inner)), "")
    return f"{kind} with {tag} {_tag(schema['properties'][tag])}"[:60] if tag else kind


def _tag(schema: Any) -> str:
    """Return the one text that a schema lists, "" where it lists none or several."""
    listed = schema.get("enum", [schema.get("const")]) if isinstance(schema, dict) else []
    return listed[0] if len(listed) == 1 and isinstance(listed[0], str) else ""


def aligned(old: list[Any], new: list[Any], equal: Equal) -> list[tuple[Any, Any]]:
    """Return which alternative of one union is which of another: (old, new), None on one side where it has none."""
    rest, found = list(new), []
    open_ = []
    for mine in old:
        match = next((s for s in rest if equal(mine, s)), None)
        match = (
            match if match is not None else next((s for s in rest if _is_namesake(mine, s)), None)
        )
        if match is None:
            open_.append(mine)
        else:
            del rest[next(i for i, s in enumerate(rest) if s is match)]
            found.append((mine, match))
    if len(open_) == len(rest) == 1 and title(open_[0]) == title(rest[0]):
        return [*found, (open_[0], rest[0])]
    return [*found, *((mine, None) for mine in open_), *((None, theirs) for theirs in rest)]


def _is_namesake(one: Any, other: Any) -> bool:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    named = [schema.get("$ref") or schema.get("title") for schema in (one, other)]
    return named[0] is not None and named[0] == named[1]


def _conditions(old: Outline, new: Outline, equal: Equal) -> Iterator[Fact]:
    changed = {}
    for keyword in _CONDITIONS:
        before, after = old.said(keyword), new.said(keyword)
        same = len(before) == len(after) and all(
            equal({keyword: a}, {keyword: b}) for a, b in zip(before, after, strict=True)
        )
        if not same:
            changed[keyword] = (before, after)
    if changed:
        said = [{k: _plain(pair[i]) for k, pair in changed.items() if pair[i]} for i in (0, 1)]
        yield Fact("condition-changed", *map(_single, said))


def _plain(said: list[Any]) -> Any:
    return said[0] if len(said) == 1 else said


def _notes(old: Outline, new: Outline) -> Iterator[Fact]:
    notes = [{k: True for k in ("readOnly", "writeOnly") if side.flag(k)} for side in (old, new)]
    if notes[0] != notes[1]:
        yield Fact("direction-changed", *map(_single, notes))
    if typed(old.said("default")[:1]) != typed(new.said("default")[:1]):
        yield Fact("default-changed", old.first("default"), new.first("default"))
    formats = [side.first("format") for side in (old, new)]
    if formats[0] != formats[1] and not set(formats) & {"int64", "int32"}:
        yield Fact("format-changed", *formats)
    if old.flag("deprecated") != new.flag("deprecated"):
        yield Fact("schema-deprecated", old.flag("deprecated"), new.flag("deprecated"))
