"""The keywords of one schema node, compared by what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dynclient.containment.schema_equality import build_value_key, select_assertions
from dynclient.diffing.detect.alternatives import EquivalenceTest, compare_alternatives
from dynclient.diffing.detect.differences import (
    ARRAY_KEYWORDS,
    CONDITION_KEYWORDS,
    LENGTH_KEYWORDS,
    OBJECT_KEYWORDS,
    RANGE_KEYWORDS,
    Difference,
)
from dynclient.diffing.detect.discriminator_meanings import ComponentNames, compare_discriminators
from dynclient.diffing.detect.flattening import FlattenedSchema
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM

#: Keywords that ask for nothing where their value is 0.
_MINIMUM_COUNTS = ("minLength", "minItems", "minProperties")
_DESCRIPTION_KEYWORDS = ("title", "description", "examples")
_CONTENT_KEYWORDS = ("contentEncoding", "contentMediaType")

#: Formats of OpenAPI 3.0 that say what keywords of JSON Schema say in 3.1.
#: Source: OAS 3.1.1, Working With Binary Data, Migrating binary descriptions from OAS 3.0.
_CONTENT_OF_FORMAT: dict[str, dict[str, str]] = {
    "byte": {"contentEncoding": "base64"},
    "binary": {"contentMediaType": "application/octet-stream"},
}
_INT64_BOUNDS = INTEGER_FORMAT_BOUNDS["int64"]


def compare_keywords(
    old: FlattenedSchema,
    new: FlattenedSchema,
    is_equivalent: EquivalenceTest,
    *,
    components: ComponentNames,
    include_descriptions: bool,
) -> Iterator[Difference]:
    """Yield what two nodes say otherwise; the values inside them are compared elsewhere.

    Args:
        old: the node in the old document.
        new: the node in the new document.
        is_equivalent: tells whether two schemas are the same but for annotations.
        components: the names of the schemas of both documents.
        include_descriptions: titles, descriptions and examples count too.

    """
    differences = [
        _compare_types(old, new),
        _compare_values(old, new),
        _compare_ranges(old, new),
        _compare_group("length-changed", old, new, LENGTH_KEYWORDS),
        _compare_group("pattern-changed", old, new, ("pattern",)),
        _compare_arrays(old, new),
        _compare_objects(old, new, is_equivalent),
        _compare_undeclared_properties(old, new),
        compare_alternatives(old, new, is_equivalent),
        compare_discriminators(old, new, is_equivalent, components),
        _compare_conditions(old, new, is_equivalent),
        _compare_direction(old, new),
        _compare_defaults(old, new),
        _compare_content(old, new),
        _compare_formats(old, new),
        _compare_deprecation(old, new),
    ]
    if include_descriptions:
        differences.append(_compare_group("words-changed", old, new, _DESCRIPTION_KEYWORDS))
    for difference in differences:
        if difference is not None:
            yield difference


# --- types and values


def _compare_types(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    # Where one side alone has alternatives, these are the difference.
    is_union_on_one_side = bool(old.unions) != bool(new.unions)
    if old.types == new.types or is_union_on_one_side:
        return None
    has_unions = bool(old.unions and new.unions)
    if has_unions and old.list_types_everywhere() == new.list_types_everywhere():
        return None  # what one side says beside the alternatives, the other says in them
    return Difference("type-changed", _describe_types(old), _describe_types(new))


def _describe_types(side: FlattenedSchema) -> str | list[str] | None:
    if not side.is_typed:
        return None
    return side.types[0] if len(side.types) == 1 else list(side.types)


def _compare_values(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    if old.values is None and new.values is None:
        return _compare_open_values(old, new)
    if old.values is None or new.values is None:
        return Difference("values-changed", old.values, new.values)
    changed_keys = _build_value_keys(old.values) ^ _build_value_keys(new.values)
    if not changed_keys:
        return _compare_open_values(old, new)
    is_null_alone = changed_keys == {build_value_key(None)}
    if is_null_alone and old.values and new.values and old.types != new.types:
        return None  # null was added or removed together with the type
    return Difference("values-changed", old.values, new.values)


def _build_value_keys(values: list[Any]) -> set[str]:
    return set(map(build_value_key, values))


def _compare_open_values(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    """Return a difference of an open enum: of its values, or of whether it is open."""
    old_values = old.find_first(X_EXTENSIBLE_ENUM)
    new_values = new.find_first(X_EXTENSIBLE_ENUM)
    has_list = isinstance(old_values, list) or isinstance(new_values, list)
    if has_list and old_values != new_values:
        return Difference("values-changed", old_values, new_values)
    if old.has_open_enum == new.has_open_enum or old.values is None:
        return None
    return Difference("values-changed", _describe_enum(old), _describe_enum(new))


def _describe_enum(side: FlattenedSchema) -> dict[str, Any]:
    return {"enum": side.values, "open": side.has_open_enum}


# --- numbers, strings, arrays


def _compare_ranges(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    """Return a difference of bounds.

    Bounds that only say that an integer fits 64 bits are told apart from those that are written.
    """
    if _collect_written_bounds(old) != _collect_written_bounds(new):
        return _build_difference(
            "range-changed",
            _read_keywords(old, RANGE_KEYWORDS),
            _read_keywords(new, RANGE_KEYWORDS),
        )
    if _collect_all_bounds(old) != _collect_all_bounds(new):
        return Difference("integer-size", old.find_first("format"), new.find_first("format"))
    return None


def _collect_all_bounds(side: FlattenedSchema) -> dict[str, list[Any]]:
    bounds = {keyword: side.collect_values(keyword) for keyword in RANGE_KEYWORDS}
    return {keyword: values for keyword, values in bounds.items() if values}


def _collect_written_bounds(side: FlattenedSchema) -> dict[str, list[Any]]:
    bounds: dict[str, list[Any]] = {}
    for keyword in RANGE_KEYWORDS:
        parts = [part for part in side.parts if keyword in part]
        keys = {build_value_key(part[keyword]) for part in parts if not _is_size(part, keyword)}
        if keys:
            bounds[keyword] = sorted(keys)
    return bounds


def _is_size(part: dict[str, Any], keyword: str) -> bool:
    """Tell whether a bound only says that an integer fits 64 bits."""
    is_bound = keyword in ("minimum", "maximum")
    return is_bound and part.get("format") == "int64" and part[keyword] in _INT64_BOUNDS


def _compare_group(
    rule: str, old: FlattenedSchema, new: FlattenedSchema, keywords: Sequence[str]
) -> Difference | None:
    old_values, new_values = _read_keywords(old, keywords), _read_keywords(new, keywords)
    if build_value_key(old_values) == build_value_key(new_values):
        return None
    return _build_difference(rule, old_values, new_values)


def _build_difference(
    rule: str, old_values: dict[str, Any], new_values: dict[str, Any]
) -> Difference:
    """Return a difference of keywords; a side that uses none of them says nothing."""
    return Difference(rule, old_values or None, new_values or None)


def _read_keywords(side: FlattenedSchema, keywords: Sequence[str]) -> dict[str, Any]:
    """Return keyword → value: the strictest one; values that ask for nothing are left out."""
    strictest: dict[str, Any] = {}
    for keyword in keywords:
        values = [value for value in side.collect_values(keyword) if value is not False]
        if keyword in _MINIMUM_COUNTS:
            values = [value for value in values if value != 0]
        if values:
            strictest[keyword] = _find_strictest(keyword, values)
    return strictest


def _find_strictest(keyword: str, values: list[Any]) -> Any:
    """Return the strictest number; of other values the one that all give, else all of them."""
    if all(_is_number(value) for value in values):
        is_lower_bound = keyword.lower().startswith(("min", "exclusivemin"))
        return max(values) if is_lower_bound else min(values)
    is_same = len({build_value_key(value) for value in values}) == 1
    return values[0] if is_same else values


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare_arrays(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    old_values, new_values = _describe_array(old), _describe_array(new)
    if build_value_key(old_values) == build_value_key(new_values):
        return None
    if old_values["items"] == new_values["items"]:
        del old_values["items"], new_values["items"]
    return _build_difference(
        "items-changed", _drop_zero_prefix(old_values), _drop_zero_prefix(new_values)
    )


def _describe_array(side: FlattenedSchema) -> dict[str, Any]:
    return {
        **_read_keywords(side, ARRAY_KEYWORDS),
        "items": _summarize_schemas(side.collect_values("items")),
        "prefixItems": len(side.find_first("prefixItems") or ()),
    }


def _drop_zero_prefix(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k != "prefixItems" or v}


def _summarize_schemas(schemas: list[Any]) -> bool | None:
    """Return whether items are allowed: False for none, True by a schema, None where not said."""
    if any(schema is False for schema in schemas):
        return False
    has_schema = any(isinstance(schema, dict) and schema for schema in schemas)
    return True if has_schema else None


# --- objects


def _compare_objects(
    old: FlattenedSchema, new: FlattenedSchema, is_equivalent: EquivalenceTest
) -> Difference | None:
    old_values = _read_keywords(old, OBJECT_KEYWORDS)
    new_values = _read_keywords(new, OBJECT_KEYWORDS)
    if old_values.keys() == new_values.keys():
        is_same = [
            is_equivalent({keyword: value}, {keyword: new_values[keyword]})
            for keyword, value in old_values.items()
        ]
        if all(is_same):
            return None
    return _build_difference("properties-changed", old_values, new_values)


def _compare_undeclared_properties(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    old_description = _describe_undeclared_properties(old)
    new_description = _describe_undeclared_properties(new)
    if old_description == new_description:
        return None
    return Difference("additional-changed", old_description, new_description)


def _describe_undeclared_properties(side: FlattenedSchema) -> dict[str, Any]:
    description: dict[str, Any] = {"additionalProperties": _summarize_additional(side)}
    if side.pattern_properties:
        description["patternProperties"] = sorted(side.pattern_properties)
    return description


def _summarize_additional(side: FlattenedSchema) -> bool | str:
    """Return what may stand beside the declared properties, in a word.

    Where no properties are declared, any may stand there.
    """
    schemas = side.collect_values("additionalProperties")
    if any(schema is False for schema in schemas):
        return False
    if any(isinstance(schema, dict) and select_assertions(schema) for schema in schemas):
        return "of a schema"
    return True if schemas or not _declares_properties(side) else "undeclared"


def _declares_properties(side: FlattenedSchema) -> bool:
    if side.properties or side.pattern_properties:
        return True
    return bool(side.list_alternative_properties())


def _compare_conditions(
    old: FlattenedSchema, new: FlattenedSchema, is_equivalent: EquivalenceTest
) -> Difference | None:
    old_changed: dict[str, Any] = {}
    new_changed: dict[str, Any] = {}
    for keyword in CONDITION_KEYWORDS:
        old_values, new_values = old.collect_values(keyword), new.collect_values(keyword)
        if _are_conditions_equivalent(keyword, old_values, new_values, is_equivalent):
            continue
        if old_values:
            old_changed[keyword] = _unwrap_single(old_values)
        if new_values:
            new_changed[keyword] = _unwrap_single(new_values)
    if not old_changed and not new_changed:
        return None
    return _build_difference("condition-changed", old_changed, new_changed)


def _are_conditions_equivalent(
    keyword: str, old_values: list[Any], new_values: list[Any], is_equivalent: EquivalenceTest
) -> bool:
    if len(old_values) != len(new_values):
        return False
    pairs = zip(old_values, new_values, strict=True)
    return all(is_equivalent({keyword: old}, {keyword: new}) for old, new in pairs)


def _unwrap_single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


# --- annotations


def _compare_direction(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    old_flags, new_flags = _read_direction_flags(old), _read_direction_flags(new)
    if old_flags == new_flags:
        return None
    return _build_difference("direction-changed", old_flags, new_flags)


def _read_direction_flags(side: FlattenedSchema) -> dict[str, bool]:
    return {keyword: True for keyword in ("readOnly", "writeOnly") if side.has_flag(keyword)}


def _compare_defaults(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    # A default of null is not the same as none, so lists of one default are compared.
    old_defaults = old.collect_values("default")[:1]
    new_defaults = new.collect_values("default")[:1]
    if build_value_key(old_defaults) == build_value_key(new_defaults):
        return None
    return Difference("default-changed", old.find_first("default"), new.find_first("default"))


def _compare_content(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    """Return a difference of what a text contains: its encoding and its media type."""
    old_content = _read_keywords(old, _CONTENT_KEYWORDS)
    new_content = _read_keywords(new, _CONTENT_KEYWORDS)
    if old_content == new_content or _has_same_content(old, new):
        return None
    return _build_difference("content-changed", old_content, new_content)


def _has_same_content(old: FlattenedSchema, new: FlattenedSchema) -> bool:
    return _read_content(old) == _read_content(new)


def _read_content(side: FlattenedSchema) -> dict[str, str]:
    """Return what a text contains, where a format of OpenAPI 3.0 may say it."""
    content = _CONTENT_OF_FORMAT.get(str(side.find_first("format")), {})
    written = _read_keywords(side, _CONTENT_KEYWORDS)
    return {**content, **{keyword: str(value).lower() for keyword, value in written.items()}}


def _compare_formats(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    old_format, new_format = old.find_first("format"), new.find_first("format")
    # Integer formats are bounds, which are compared as such.
    has_integer_format = not {"int64", "int32"}.isdisjoint((old_format, new_format))
    if old_format == new_format or has_integer_format:
        return None
    if {old_format, new_format} <= {None, *_CONTENT_OF_FORMAT} and _has_same_content(old, new):
        return None  # a keyword of JSON Schema says the same
    return Difference("format-changed", old_format, new_format)


def _compare_deprecation(old: FlattenedSchema, new: FlattenedSchema) -> Difference | None:
    was_deprecated, is_deprecated = old.has_flag("deprecated"), new.has_flag("deprecated")
    if was_deprecated == is_deprecated:
        return None
    return Difference("schema-deprecated", was_deprecated, is_deprecated)
