"""Changes of what a value may be: narrower ones refuse calls, wider ones surprise the readers of results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalogue.case import BREAKS, NOTES, WARNS
from catalogue.planted import Row, kinds, reversed_row

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
TEXTS = {"type": "array", "items": TEXT}
MAP = {"type": "object", "additionalProperties": TEXT}
PAIR = {"type": "object", "properties": {"a": TEXT, "b": TEXT}}
TUPLE = {"type": "array", "prefixItems": [TEXT, INTEGER]}


def _tagged(tag: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string", "enum": [tag]}},
    }


_CAT, _DOG, _FISH = map(_tagged, ("cat", "dog", "fish"))

#: (what is narrowed, rule, the wide schema, the narrow one, place from the schema, only in)
#: An alternative that stands for null, as its authors mean it.
_NULL = {"nullable": True}

_OPEN_ENUM = {**TEXT, "enum": ["a"], "x-ms-enum": {"name": "Letter", "modelAsString": True}}

_NARROWED: list[tuple[Any, ...]] = [
    ("a type among several", "type-changed", {"type": ["string", "integer"]}, TEXT, (), "3.1"),
    ("null beside a type", "type-changed", {"type": ["string", "null"]}, TEXT, (), "3.1"),
    ("nullable", "type-changed", {**TEXT, "nullable": True}, TEXT, (), "3.0"),
    ("a type where there was none", "type-changed", {}, TEXT),
    ("number to integer", "type-changed", NUMBER, INTEGER),
    ("a value of an enum", "values-changed", {**TEXT, "enum": ["a", "b", "c"]}, {**TEXT, "enum": ["a", "b"]}),
    ("an enum where there was none", "values-changed", TEXT, {**TEXT, "enum": ["a", "b"]}),
    ("an enum of numbers", "values-changed", {**INTEGER, "enum": [1, 2, 3]}, {**INTEGER, "enum": [1, 3]}),
    ("an enum of booleans", "values-changed", {"type": "boolean"}, {"type": "boolean", "enum": [True]}),
    ("a const where there was none", "values-changed", TEXT, {**TEXT, "const": "a"}, (), "3.1"),
    ("an enum to a const", "values-changed", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "const": "a"}, (), "3.1"),
    ("minimum set", "range-changed", INTEGER, {**INTEGER, "minimum": 0}),
    ("minimum raised", "range-changed", {**NUMBER, "minimum": 0}, {**NUMBER, "minimum": 0.5}),
    ("maximum set", "range-changed", NUMBER, {**NUMBER, "maximum": 99}),
    ("maximum lowered", "range-changed", {**INTEGER, "maximum": 100}, {**INTEGER, "maximum": 99}),
    ("exclusiveMinimum", "range-changed", {**NUMBER, "minimum": 0}, {**NUMBER, "exclusiveMinimum": 0}, (), "3.1"),
    ("exclusiveMaximum", "range-changed", {**NUMBER, "maximum": 9}, {**NUMBER, "exclusiveMaximum": 9}, (), "3.1"),
    ("boolean exclusiveMinimum", "range-changed", {**NUMBER, "minimum": 0},
     {**NUMBER, "minimum": 0, "exclusiveMinimum": True}, (), "3.0"),
    ("boolean exclusiveMaximum", "range-changed", {**NUMBER, "maximum": 9},
     {**NUMBER, "maximum": 9, "exclusiveMaximum": True}, (), "3.0"),
    ("multipleOf set", "range-changed", INTEGER, {**INTEGER, "multipleOf": 5}),
    ("multipleOf a multiple", "range-changed", {**INTEGER, "multipleOf": 2}, {**INTEGER, "multipleOf": 6}),
    ("int32", "range-changed", INTEGER, {**INTEGER, "format": "int32"}),
    ("int64 to int32", "range-changed", {**INTEGER, "format": "int64"}, {**INTEGER, "format": "int32"}),
    ("minLength set", "length-changed", TEXT, {**TEXT, "minLength": 1}),
    ("minLength raised", "length-changed", {**TEXT, "minLength": 1}, {**TEXT, "minLength": 3}),
    ("maxLength set", "length-changed", TEXT, {**TEXT, "maxLength": 20}),
    ("maxLength lowered", "length-changed", {**TEXT, "maxLength": 20}, {**TEXT, "maxLength": 19}),
    ("a pattern set", "pattern-changed", TEXT, {**TEXT, "pattern": "^[a-z]+$"}),
    ("a pattern made stricter", "pattern-changed", {**TEXT, "pattern": "^[a-z]*$"}, {**TEXT, "pattern": "^[a-m]+$"}),
    ("minItems set", "items-changed", TEXTS, {**TEXTS, "minItems": 1}),
    ("minItems raised", "items-changed", {**TEXTS, "minItems": 1}, {**TEXTS, "minItems": 2}),
    ("maxItems set", "items-changed", TEXTS, {**TEXTS, "maxItems": 3}),
    ("maxItems lowered", "items-changed", {**TEXTS, "maxItems": 3}, {**TEXTS, "maxItems": 2}),
    ("uniqueItems", "items-changed", TEXTS, {**TEXTS, "uniqueItems": True}),
    ("the type of items", "type-changed", {"type": "array", "items": NUMBER}, {"type": "array", "items": INTEGER},
     ("items",)),
    ("the values of items", "values-changed", TEXTS, {"type": "array", "items": {**TEXT, "enum": ["a"]}}, ("items",)),
    ("items where anything was allowed", "items-changed", {"type": "array"}, TEXTS),
    ("prefixItems set", "items-changed", {"type": "array", "maxItems": 2}, {**TUPLE, "maxItems": 2}, (), "3.1"),
    ("an item of prefixItems", "type-changed", {"type": "array", "prefixItems": [TEXT, NUMBER]}, TUPLE,
     ("prefixItems", 1), "3.1"),
    ("nothing after prefixItems", "items-changed", TUPLE, {**TUPLE, "items": False}, (), "3.1"),
    ("unevaluatedItems", "condition-changed", TUPLE, {**TUPLE, "unevaluatedItems": False}, (), "3.1"),
    ("contains", "condition-changed", TEXTS, {**TEXTS, "contains": {"const": "a"}}, (), "3.1"),
    ("maxContains", "condition-changed", {**TEXTS, "contains": {"const": "a"}, "minContains": 0},
     {**TEXTS, "contains": {"const": "a"}, "minContains": 0, "maxContains": 1}, (), "3.1"),
    ("minProperties set", "properties-changed", MAP, {**MAP, "minProperties": 1}),
    ("maxProperties set", "properties-changed", MAP, {**MAP, "maxProperties": 2}),
    ("maxProperties below what is declared", "properties-changed", PAIR, {**PAIR, "maxProperties": 1}),
    ("propertyNames", "properties-changed", MAP, {**MAP, "propertyNames": {"pattern": "^[a-z]+$"}}, (), "3.1"),
    ("the values of a map", "type-changed", {"type": "object", "additionalProperties": NUMBER},
     {"type": "object", "additionalProperties": INTEGER}, ("additionalProperties",)),
    ("a map of anything to one of texts", "additional-changed", {"type": "object", "additionalProperties": True}, MAP),
    ("a free object to a map of texts", "additional-changed", {"type": "object"}, MAP),
    ("a map to nothing at all", "additional-changed", MAP, {"type": "object", "additionalProperties": False}),
    ("patternProperties set", "additional-changed", {"type": "object", "additionalProperties": True},
     {"type": "object", "additionalProperties": True, "patternProperties": {"^x-": TEXT}}, (), "3.1"),
    ("a schema of patternProperties", "type-changed", {"type": "object", "patternProperties": {"^x-": NUMBER}},
     {"type": "object", "patternProperties": {"^x-": INTEGER}}, ("patternProperties", "^x-"), "3.1"),
    ("dependentRequired", "condition-changed", PAIR, {**PAIR, "dependentRequired": {"a": ["b"]}}, (), "3.1"),
    ("dependentSchemas", "condition-changed", PAIR, {**PAIR, "dependentSchemas": {"a": {"required": ["b"]}}}, (),
     "3.1"),
    ("not", "condition-changed", TEXT, {**TEXT, "not": {"enum": ["root"]}}),
    ("if and then", "condition-changed", TEXT,
     {**TEXT, "if": {"pattern": "^#"}, "then": {"minLength": 7}}, (), "3.1"),
    ("else", "condition-changed", {**TEXT, "if": {"pattern": "^#"}, "then": {"minLength": 7}},
     {**TEXT, "if": {"pattern": "^#"}, "then": {"minLength": 7}, "else": {"maxLength": 20}}, (), "3.1"),
    ("a text beside null without a type", "length-changed", {"anyOf": [TEXT, _NULL]},
     {"anyOf": [{**TEXT, "maxLength": 9}, _NULL]}, (), "3.0"),
    ("a branch beside null without a type", "alternatives-changed", {"anyOf": [TEXT, INTEGER, {"type": "boolean"}, _NULL]},
     {"anyOf": [TEXT, INTEGER, _NULL]}, (), "3.0"),
    ("a value of an enum that is called open", "values-changed", {**_OPEN_ENUM, "enum": ["a", "b"]}, _OPEN_ENUM),
    ("an allOf part", "length-changed", TEXT, {**TEXT, "allOf": [{"maxLength": 9}]}),
    ("one more allOf part", "property-required", {"allOf": [PAIR]}, {"allOf": [PAIR, {"required": ["a"]}]},
     ("allOf", 0, "properties", "a")),
    ("a branch of oneOf", "alternatives-changed", {"oneOf": [TEXT, INTEGER, {"type": "boolean"}]},
     {"oneOf": [TEXT, INTEGER]}),
    ("a branch of anyOf", "alternatives-changed", {"anyOf": [TEXT, INTEGER, TEXTS]}, {"anyOf": [INTEGER, TEXTS]}),
    ("a tagged branch of oneOf", "alternatives-changed", {"oneOf": [_CAT, _DOG, _FISH]}, {"oneOf": [_CAT, _DOG]}),
    ("oneOf where anything was allowed", "alternatives-changed", {}, {"oneOf": [TEXT, INTEGER]}),
    ("anyOf to one of its branches", "alternatives-changed", {"anyOf": [TEXTS, INTEGER]}, INTEGER),
    ("anyOf that overlaps to oneOf", "alternatives-changed", {"anyOf": [NUMBER, INTEGER]}, {"oneOf": [NUMBER, INTEGER]}),
]  # fmt: skip

#: (what is another one, rule, the one schema, the other, place from the schema, only in): neither fits the other.
_OTHER: list[tuple[Any, ...]] = [
    ("a type", "type-changed", TEXT, INTEGER),
    ("a single value to an array", "type-changed", TEXT, TEXTS),
    ("an object to a text", "type-changed", PAIR, TEXT),
    ("a value of an enum", "values-changed", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a", "c"]}),
    ("a const", "values-changed", {**TEXT, "const": "v1"}, {**TEXT, "const": "v2"}, (), "3.1"),
    ("a range", "range-changed", {**INTEGER, "minimum": 0, "maximum": 9}, {**INTEGER, "minimum": 1, "maximum": 10}),
    ("a pattern", "pattern-changed", {**TEXT, "pattern": "^[a-z]$"}, {**TEXT, "pattern": "^[0-9]$"}),
    ("the type of items", "type-changed", TEXTS, {"type": "array", "items": INTEGER}, ("items",)),
    ("the values of a map", "type-changed", MAP, {"type": "object", "additionalProperties": INTEGER},
     ("additionalProperties",)),
    ("a branch of oneOf", "alternatives-changed", {"oneOf": [TEXT, INTEGER]}, {"oneOf": [TEXT, {"type": "boolean"}]}),
]  # fmt: skip


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_BASE, _LEFT, _RIGHT = (
    {"type": "object", "required": [name], "properties": {name: TEXT}}
    for name in ("id", "left", "right")
)
_BOTH = _object(left=TEXT, right=TEXT)
_SHUT_ENUM = {**TEXT, "enum": ["a"], "x-ms-enum": {"name": "Letter", "modelAsString": False}}

#: What says the same, or nearly so, in another form.
_FORMS = [
    Row("a base beside alternatives to a base in each", "alternatives-changed",
        {"allOf": [_BASE, {"oneOf": [_LEFT, _RIGHT]}]},
        {"oneOf": [{"allOf": [_BASE, _LEFT]}, {"allOf": [_BASE, _RIGHT]}]}, NOTES, NOTES),
    Row("a base in each alternative to a base beside them", "alternatives-changed",
        {"oneOf": [{"allOf": [_BASE, _LEFT]}, {"allOf": [_BASE, _RIGHT]}]},
        {"allOf": [_BASE, {"oneOf": [_LEFT, _RIGHT]}]}, NOTES, NOTES),
    Row("an object to alternatives with the same properties", "alternatives-changed", _BOTH,
        {"anyOf": [{**_BOTH, "required": ["left"]}, {**_BOTH, "required": ["right"]}]}, BREAKS, NOTES),
    Row("alternatives with the same properties to an object", "alternatives-changed",
        {"anyOf": [{**_BOTH, "required": ["left"]}, {**_BOTH, "required": ["right"]}]}, _BOTH, NOTES, BREAKS),
    Row("an object to alternatives of it and null without a type", "type-changed", _BOTH,
        {"anyOf": [_BOTH, {"nullable": True}]}, NOTES, BREAKS, (), "3.0"),
    Row("alternatives of an object and null without a type to the object", "type-changed",
        {"anyOf": [_BOTH, {"nullable": True}]}, _BOTH, BREAKS, NOTES, (), "3.0"),
]  # fmt: skip

#: What refuses nothing.
_NOTED = [
    Row(
        "a content encoding",
        "content-changed",
        {**TEXT, "contentEncoding": "base64"},
        {**TEXT, "contentEncoding": "base64url"},
        WARNS,
        WARNS,
        (),
        "3.1",
    ),
    Row(
        "a content encoding where there was none",
        "content-changed",
        TEXT,
        {**TEXT, "contentEncoding": "base64"},
        WARNS,
        WARNS,
        (),
        "3.1",
    ),
    Row(
        "a content media type",
        "content-changed",
        {**TEXT, "contentMediaType": "image/png"},
        {**TEXT, "contentMediaType": "image/gif"},
        WARNS,
        WARNS,
        (),
        "3.1",
    ),
    Row(
        "a value of an open list added",
        "values-changed",
        {**TEXT, "x-extensible-enum": ["a"]},
        {**TEXT, "x-extensible-enum": ["a", "b"]},
        NOTES,
        NOTES,
    ),
    Row(
        "an open list left out",
        "values-changed",
        {**TEXT, "x-extensible-enum": ["a"]},
        TEXT,
        NOTES,
        NOTES,
    ),
    Row("an enum that is open no more", "values-changed", _OPEN_ENUM, _SHUT_ENUM, NOTES, NOTES),
    Row("an enum that is called open", "values-changed", _SHUT_ENUM, _OPEN_ENUM, NOTES, NOTES),
    Row(
        "a format that is an annotation",
        "format-changed",
        TEXT,
        {**TEXT, "format": "uuid"},
        NOTES,
        NOTES,
    ),
    Row(
        "another format",
        "format-changed",
        {**TEXT, "format": "date"},
        {**TEXT, "format": "date-time"},
        NOTES,
        NOTES,
    ),
    Row("a format left out", "format-changed", {**TEXT, "format": "email"}, TEXT, NOTES, NOTES),
    Row("a default set", "default-changed", TEXT, {**TEXT, "default": "a"}, WARNS, NOTES),
    Row(
        "another default",
        "default-changed",
        {**INTEGER, "default": 1},
        {**INTEGER, "default": 2},
        WARNS,
        NOTES,
    ),
    Row("a default left out", "default-changed", {**INTEGER, "default": 1}, INTEGER, WARNS, NOTES),
    Row(
        "a schema deprecated", "schema-deprecated", TEXT, {**TEXT, "deprecated": True}, NOTES, NOTES
    ),
    Row(
        "a schema no longer deprecated",
        "schema-deprecated",
        {**TEXT, "deprecated": True},
        TEXT,
        NOTES,
        NOTES,
    ),
    Row("int64 set", "integer-size", INTEGER, {**INTEGER, "format": "int64"}, WARNS, NOTES),
    Row("int64 left out", "integer-size", {**INTEGER, "format": "int64"}, INTEGER, NOTES, WARNS),
]


def _rows() -> Iterator[Row]:
    for name, rule, wide, narrow, *more in _NARROWED:
        row = Row(f"narrower: {name}", rule, wide, narrow, BREAKS, NOTES, *more)
        yield row
        yield reversed_row(row, f"wider: {name}", NOTES, BREAKS)
    for name, rule, one, other, *more in _OTHER:
        yield Row(f"other: {name}", rule, one, other, BREAKS, BREAKS, *more)
    yield from _FORMS
    yield from _NOTED


KINDS = tuple(kinds(_rows()))
