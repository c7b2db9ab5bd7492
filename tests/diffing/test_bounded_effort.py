"""Schemas that are small as text and large when they are expanded: the diff stays fast."""

import pytest

import dynclient
from dynclient.schema.dialect import remove_repeated_references

LEVELS = 60
INFO = {"title": "t", "version": "1"}


def build_document(schema, components=None):
    content = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "send",
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": ""}},
    }
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "https://api.example"}],
        "paths": {"/x": {"post": operation}},
        "components": {"schemas": components or {}},
    }


def refer(name):
    return {"$ref": f"#/components/schemas/{name}"}


def build_ladder(leaf):
    """Each level extends the next one twice."""
    levels = {f"L{n}": {"allOf": [refer(f"L{n + 1}")] * 2} for n in range(LEVELS)}
    return build_document(refer("L0"), {**levels, f"L{LEVELS}": leaf})


def build_diamonds(leaf):
    """Each level extends two schemas, which both extend the next level."""
    schemas = {f"L{LEVELS}": leaf}
    for n in range(LEVELS):
        schemas[f"L{n}"] = {"allOf": [refer(f"A{n}"), refer(f"B{n}")]}
        schemas[f"A{n}"] = schemas[f"B{n}"] = {"allOf": [refer(f"L{n + 1}")]}
    return build_document(refer("L0"), schemas)


def build_leaf(**keywords):
    return {"type": "object", "properties": {"a": {"type": "string", **keywords}}}


def test_a_ladder_of_extensions_is_compared_once_a_level():
    (change,) = dynclient.diff(
        build_ladder(build_leaf()), build_ladder(build_leaf(maxLength=5))
    ).changes

    assert (change.level, change.rule, change.where) == ("breaking", "length-changed", "body.a")
    assert change.proof == "witness"


def test_a_ladder_of_extensions_can_be_called():
    document = build_ladder(build_leaf())

    with dynclient.Client(document, transport=dynclient.Sandbox(document)) as client:
        assert client.send.validate(a=1) != []
        assert client.send.validate(**client.send.example()["body"]) == []


def test_diamonds_of_extensions_miss_no_break():
    old, new = build_diamonds(build_leaf()), build_diamonds(build_leaf(maxLength=5))

    (change,) = dynclient.diff(old, new).changes

    assert change.level in ("breaking", "warning")


@pytest.mark.parametrize("make_value", [str, int, float], ids=["strings", "integers", "numbers"])
def test_a_long_enum_is_compared_as_a_set(make_value):
    values = [make_value(n) for n in range(20_000)]

    removed = dynclient.diff(
        build_document({"enum": values}), build_document({"enum": values[1:]})
    ).changes
    same = dynclient.diff(
        build_document({"enum": values}), build_document({"enum": values[::-1]})
    ).changes

    assert [(change.level, change.rule) for change in removed] == [("breaking", "values-changed")]
    assert list(same) == []


def test_an_object_with_many_properties_is_compared():
    names = [f"p{n}" for n in range(2_000)]
    properties = {name: {"type": "string"} for name in names}
    narrowed = {**properties, "p7": {"type": "integer"}}

    (change,) = dynclient.diff(
        build_document({"type": "object", "properties": properties}),
        build_document({"type": "object", "properties": narrowed}),
    ).changes

    assert (change.level, change.where, change.proof) == ("breaking", "body.p7", "witness")


def test_only_bare_references_are_repetitions():
    schemas = [refer("A"), {"type": "object"}, refer("A"), refer("B"), {"type": "object"}]
    extended = {**refer("A"), "minLength": 1}

    assert remove_repeated_references([*schemas, extended]) == [
        refer("A"),
        {"type": "object"},
        refer("B"),
        {"type": "object"},
        extended,
    ]
