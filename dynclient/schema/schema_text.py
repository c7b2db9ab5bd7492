"""What a schema accepts, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.schema.dialect import X_SERIALIZATION
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.readings import Definitions, get_schema_name, walk_in_place
from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM
from dynclient.violations import shorten, shorten_repr

MAX_LISTED_VALUES = 6

#: Alternatives that lead to alternatives double with each step.
MAX_DESCRIBED_ALTERNATIVES = 200

#: Bounds that an integer format gives. They are true, but help nobody.
_INTEGER_FORMAT_LIMITS = {*INTEGER_FORMAT_BOUNDS["int32"], *INTEGER_FORMAT_BOUNDS["int64"]}

_SIZE_KEYWORDS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minProperties", "maxProperties", "properties"),
)
_SINGULARS = {"characters": "character", "items": "item", "properties": "property"}


def name_schema(schema: Any, defs: Definitions) -> str:
    """Return the name of a schema: that of the component or its title, else a description."""
    if isinstance(schema, dict) and "$ref" in schema:
        return get_schema_name(schema["$ref"])
    if isinstance(schema, dict) and schema.get("title"):
        return shorten(str(schema["title"]))
    return describe_schema(schema, defs)


def describe_schema(schema: Any, defs: Definitions) -> str:
    """Return what a schema accepts, in a few words; alternatives in alternatives are one list.

    Examples: `integer ≥ 1`; `string, 1–20 characters`; `one of 'a', 'b'`.
    """
    texts: list[str] = []
    pending = [schema]
    for _ in range(MAX_DESCRIBED_ALTERNATIVES):
        if not pending:
            break
        part = pending.pop()
        if not isinstance(part, dict):
            texts.append("anything" if part else "nothing")
            continue
        merged = _merge_in_place(part, defs)
        alternatives = _find_alternatives(merged)
        if alternatives:
            pending += reversed(alternatives)
        else:
            texts.append(_describe_merged_schema(merged))
    return join_alternatives(texts)


def _find_alternatives(merged: dict[str, Any]) -> list[Any]:
    """Return the alternatives that say all there is to say; [] where a type or value says more."""
    if not merged.keys().isdisjoint(("const", "enum", "type", X_EXTENSIBLE_ENUM)):
        return []
    alternatives: list[Any] = merged.get("anyOf") or merged.get("oneOf") or []
    return alternatives


def _describe_merged_schema(merged: dict[str, Any]) -> str:
    if "const" in merged:
        return shorten_repr(merged["const"])
    if "enum" in merged:
        return _describe_enum(merged["enum"])
    if isinstance(merged.get(X_EXTENSIBLE_ENUM), list):
        known = _describe_enum(merged[X_EXTENSIBLE_ENUM])
        return f"{_describe_merged_keywords(merged)}, known: {known.removeprefix('one of ')}"
    return _describe_merged_keywords(merged)


def _merge_in_place(schema: dict[str, Any], defs: Definitions) -> dict[str, Any]:
    """Return the keywords of the schemas that always apply; of one keyword, the first."""
    merged: dict[str, Any] = {}
    for part in walk_in_place(schema, defs, alternatives=False):
        if X_SERIALIZATION not in part:
            merged = {**part, **merged}
    return merged


def _describe_merged_keywords(schema: dict[str, Any]) -> str:
    types = schema.get("type", "object" if "properties" in schema else "any value")
    type_text = " or ".join(types) if isinstance(types, list) else str(types)
    texts = [type_text + _describe_bounds(schema)]

    size = describe_size(schema)
    if size:
        texts.append(size)
    if schema.get("format") and "minimum" not in schema:
        texts.append(str(schema["format"]))
    if "pattern" in schema:
        texts.append(f"matching {shorten(str(schema['pattern']))}")
    if "multipleOf" in schema:
        texts.append(f"a multiple of {schema['multipleOf']}")
    return ", ".join(texts)


def _describe_bounds(schema: dict[str, Any]) -> str:
    low = schema.get("minimum")
    high = schema.get("maximum")
    has_low = low is not None and low not in _INTEGER_FORMAT_LIMITS
    has_high = high is not None and high not in _INTEGER_FORMAT_LIMITS
    text = ""
    if has_low and has_high:
        text = f" {low}–{high}"
    elif has_low:
        text = f" ≥ {low}"
    elif has_high:
        text = f" ≤ {high}"
    if "exclusiveMinimum" in schema:
        text += f" > {schema['exclusiveMinimum']}"
    if "exclusiveMaximum" in schema:
        text += f" < {schema['exclusiveMaximum']}"
    return text


def describe_size(schema: dict[str, Any]) -> str:
    """Return how long or large a value may be; "" where that is open."""
    for low_keyword, high_keyword, noun in _SIZE_KEYWORDS:
        low = schema.get(low_keyword)
        high = schema.get(high_keyword)
        if low is None and high is None:
            continue
        if low is None:
            return f"at most {_format_count(high, noun)}"
        if high is None:
            return f"at least {_format_count(low, noun)}"
        return f"exactly {_format_count(low, noun)}" if low == high else f"{low}–{high} {noun}"
    return "unique items" if schema.get("uniqueItems") else ""


def _format_count(count: Any, noun: str) -> str:
    return f"{count} {_SINGULARS[noun] if count == 1 else noun}"


def _describe_enum(values: Sequence[Any]) -> str:
    if not values:
        return "nothing"
    text = ", ".join(map(shorten_repr, values[:MAX_LISTED_VALUES]))
    if len(values) == 1:
        return text
    if len(values) > MAX_LISTED_VALUES:
        text += f", … ({len(values)} values)"
    return f"one of {text}"


def join_alternatives(descriptions: Sequence[str]) -> str:
    """Return descriptions as one text, each once, and how many more there are."""
    unique = list(dict.fromkeys(descriptions))
    text = " or ".join(unique[:MAX_LISTED_VALUES])
    if len(unique) > MAX_LISTED_VALUES:
        text += f", … ({len(unique)} alternatives)"
    return text
