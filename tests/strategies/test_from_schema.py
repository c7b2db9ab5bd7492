"""What `from_schema` draws fits the schema, reaches all that the schema allows, shrinks, and never spins."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from support.effort import share
from support.schemas import schemas

from dynclient.errors import UsageError
from dynclient.schema.engines.engine import Checker
from dynclient.strategies import from_schema
from dynclient.strategies.schema_strategies import ValueSource, values

TREE = {
    "$ref": "#/$defs/Tree",
    "$defs": {
        "Tree": {
            "type": "object",
            "properties": {
                "v": {"type": "integer"},
                "kids": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            },
            "required": ["v"],
            "additionalProperties": False,
        }
    },
}
CAT_OR_DOG = {
    "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
    "discriminator": {
        "propertyName": "kind",
        "mapping": {"meow": "#/$defs/Cat", "bark": "#/$defs/Dog"},
    },
    "$defs": {
        name: {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string"}, own: {"type": "integer"}},
            "unevaluatedProperties": False,
        }
        for name, own in (("Cat", "lives"), ("Dog", "age"))
    },
}
CAT_OR_DOG["$defs"]["Cat"]["properties"]["kind"] = {"const": "meow"}
CAT_OR_DOG["$defs"]["Dog"]["properties"]["kind"] = {"const": "bark"}

KEYWORDS = {
    "anything": {},
    "true": True,
    "type": {"type": "integer"},
    "several types": {"type": ["string", "null", "array"]},
    "required and optional": {
        "type": "object",
        "required": ["a", "c"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    },
    "closed": {"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": False},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "map of a size": {"additionalProperties": {"type": "integer"}, "minProperties": 2, "maxProperties": 3},
    "pattern properties": {
        "type": "object",
        "patternProperties": {"^x-": {"type": "integer"}, "y$": {"minimum": 3}},
        "additionalProperties": False,
    },
    "property names": {"type": "object", "propertyNames": {"pattern": "^[a-z]{2,4}$"}, "minProperties": 1},
    "dependent": {
        "type": "object",
        "properties": {"a": {}, "b": {}, "c": {}},
        "dependentRequired": {"a": ["b"]},
        "dependentSchemas": {"b": {"required": ["c"], "properties": {"c": {"type": "integer"}}}},
    },
    "array": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 4},
    "unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 2},
    "tuple": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": {"type": "null"}},
    "short tuple": {"type": "array", "prefixItems": [{"type": "integer"}, {}], "items": False, "minItems": 1},
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}, "minContains": 2},
    "contains at most": {"type": "array", "contains": {"type": "null"}, "maxContains": 1, "minItems": 2},
    "bounds": {"type": "integer", "minimum": -3, "exclusiveMaximum": 12},
    "fractional bounds": {"type": "number", "exclusiveMinimum": 0.1, "maximum": 0.2},
    "multiple of": {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 5},
    "multiple of in a range": {"type": "integer", "multipleOf": 7, "minimum": 13, "maximum": 15},
    "length": {"type": "string", "minLength": 3, "maxLength": 5},
    "long": {"type": "string", "minLength": 20_000},
    "pattern": {"type": "string", "pattern": "^[A-Z]{2}-\\d+$"},
    "pattern and length": {"type": "string", "pattern": "^\\p{Lu}\\w*$", "minLength": 4, "maxLength": 6},
    "open pattern and length": {"type": "string", "pattern": "a+b", "minLength": 20, "maxLength": 22},
    "looks": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d)(?!.*x).{8,12}$"},
    "backreference": {"type": "string", "pattern": "^(a|b)\\1$"},
    "format": {"type": "string", "format": "date-time"},
    "format and length": {"type": "string", "format": "uri", "maxLength": 20},
    "format and pattern": {"type": "string", "format": "email", "pattern": "@example\\.com$"},
    "unknown format": {"type": "string", "format": "fancy"},
    "enum": {"enum": ["a", None, 3, {"b": []}]},
    "enum and type": {"type": "string", "enum": ["a", 3, None]},
    "const": {"const": {"a": [1]}},
    "all of": {"allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"type": "integer"}}, "required": ["a"]}]},
    "any of": {"anyOf": [{"type": "integer", "minimum": 5}, {"type": "string"}]},
    "one of": {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object", "properties": {"a": {}, "b": {}}},
    "overlapping one of": {"oneOf": [{"type": "integer", "maximum": 10}, {"type": "number", "minimum": 5}]},
    "not": {"type": "integer", "not": {"multipleOf": 3}},
    "not an enum": {"type": "string", "not": {"enum": ["", "a"]}, "maxLength": 2},
    "if": {
        "type": "object",
        "properties": {"k": {"enum": ["x", "y"]}, "v": {"type": "integer"}},
        "if": {"properties": {"k": {"const": "x"}}, "required": ["k"]},
        "then": {"required": ["v"]},
        "else": {"not": {"required": ["v"]}},
    },
    "recursive": TREE,
    "discriminator": CAT_OR_DOG,
    "unevaluated": {
        "allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {}}, "required": ["b"]}],
        "type": "object",
        "unevaluatedProperties": False,
    },
}  # fmt: skip

FEW = share(0.25, least=15)


def first(strategy, condition, *, shrinks=True):
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    return find(
        strategy,
        condition,
        settings=settings(max_examples=3000, database=None, deadline=None, phases=phases),
    )


@pytest.mark.parametrize("schema", KEYWORDS.values(), ids=KEYWORDS)
def test_what_is_drawn_fits(schema):
    checker = Checker(schema if isinstance(schema, dict) else {})

    @FEW
    @given(from_schema(schema))
    def check(value):
        assert checker.accepts_by_reference(value)
        assert json.loads(json.dumps(value)) == value

    check()


@pytest.mark.parametrize("schema", KEYWORDS.values(), ids=KEYWORDS)
def test_hardly_anything_is_rejected(schema):
    source = ValueSource(schema if isinstance(schema, dict) else {})

    @settings(FEW, database=None)
    @given(values(source))
    def check(_value):
        pass

    check()
    assert source.counts["rejected"] <= 0.05 * source.counts["drawn"]
    assert source.counts["sampled"] <= 0.25 * source.counts["drawn"]


REACHED = {
    "an optional property": ("required and optional", lambda v: "b" in v),
    "none of the optional ones": ("required and optional", lambda v: set(v) == {"a", "c"}),
    "a name that nobody declares": ("required and optional", lambda v: set(v) - {"a", "b", "c"}),
    "an empty map": ("map", lambda v: v == {}),
    "a large map": ("map", lambda v: len(v) == 3),
    "null": ("several types", lambda v: v is None),
    "an empty array": ("tuple", lambda v: v == []),
    "more than a tuple": ("tuple", lambda v: len(v) > 2),
    "the least": ("bounds", lambda v: v == -3),
    "the most": ("bounds", lambda v: v == 11),
    "a whole number": ("fractional bounds", lambda v: v == 0.2),
    "a number of many digits": ("type", lambda v: abs(v) > 2**64),
    "a letter beyond ASCII": ("pattern and length", lambda v: not v.isascii()),
    "text around a match": ("open pattern and length", lambda v: not v.endswith("b")),
    "text beyond the plane": ("length", lambda v: any(ord(c) > 0xFFFF for c in v)),
    "the other branch": ("any of", lambda v: isinstance(v, str)),
    "the first branch": ("any of", lambda v: isinstance(v, int)),
    "a condition that holds": ("if", lambda v: v.get("k") == "x"),
    "a condition that does not": ("if", lambda v: v.get("k") == "y"),
    "a tree of three levels": (
        "recursive",
        lambda v: any(kid.get("kids") for kid in v.get("kids", [])),
    ),
    "each tag": ("discriminator", lambda v: v["kind"] == "bark" and "age" in v),
    "any kind of value": (
        "anything",
        lambda v: isinstance(v, list) and any(isinstance(item, dict) for item in v),
    ),
}


@pytest.mark.parametrize(("name", "condition"), REACHED.values(), ids=REACHED)
def test_what_the_schema_allows_is_reached(name, condition):
    assert condition(first(from_schema(KEYWORDS[name]), condition, shrinks=False))


SMALLEST = {
    "no optional property": ("required and optional", lambda _: True, {"a": 0, "c": None}),
    "one property too many": (
        "required and optional",
        lambda v: "b" in v,
        {"a": 0, "b": "", "c": None},
    ),
    "an item": ("array", lambda _: True, [""]),
    "three items": ("array", lambda v: len(v) > 2, ["", "", ""]),
    "a text": ("length", lambda _: True, "000"),
    "a match": ("pattern", lambda _: True, "aa-0".upper()),
    "an integer": ("type", lambda v: v > 10, 11),
    "a bound": ("multiple of in a range", lambda _: True, 14),
    "a leaf": ("recursive", lambda _: True, {"v": 0}),
    "a small tree": ("recursive", lambda v: v.get("kids"), {"v": 0, "kids": [{"v": 0}]}),
    "the first branch": ("any of", lambda _: True, 5),
    "the first value": ("enum", lambda _: True, "a"),
}


@pytest.mark.parametrize(("name", "condition", "smallest"), SMALLEST.values(), ids=SMALLEST)
def test_an_example_shrinks_to_the_simplest(name, condition, smallest):
    assert first(from_schema(KEYWORDS[name]), condition) == smallest


IMPOSSIBLE = {
    "false": False,
    "lengths": {"type": "string", "minLength": 5, "maxLength": 2},
    "bounds": {"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 5},
    "types": {"allOf": [{"type": "string"}, {"type": "integer"}]},
    "endless": {
        "$ref": "#/$defs/N",
        "$defs": {
            "N": {"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#/$defs/N"}}}
        },
    },
    "an enum that its type refuses": {"type": "integer", "enum": ["a"]},
    "a pattern that its length refuses": {"type": "string", "pattern": "^a{9}$", "maxLength": 3},
    "too few values": {
        "type": "array",
        "items": {"enum": [1, 2]},
        "uniqueItems": True,
        "minItems": 3,
    },
    "a required property that may not be": {
        "required": ["a"],
        "type": "object",
        "properties": {"a": False},
    },
    "a contradiction": {"type": "string", "not": {"type": "string"}},
}


@pytest.mark.parametrize("schema", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_schema_that_nothing_satisfies_is_a_clear_error(schema):
    @given(from_schema(schema))
    def check(_value):
        pytest.fail("something was drawn")

    with pytest.raises(UsageError, match="has no value that could be found"):
        check()


@given(st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_any_schema_at_all_gives_what_it_accepts_or_says_that_it_cannot(data):
    schema = data.draw(schemas())
    try:
        value = data.draw(from_schema(schema))
    except UsageError:
        return
    assert Checker(schema).accepts_by_reference(value)


def test_a_schema_of_dynclient_keeps_what_is_known_of_it():
    from dynclient.schema.dialect import Schema
    from dynclient.strategies.schema_strategies import get_source

    schema = Schema({"type": "string"})
    assert get_source(schema) is get_source(schema)
    assert get_source({"type": "string"}) is not get_source({"type": "string"})
