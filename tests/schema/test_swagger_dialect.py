"""Schemas of Swagger 2.0 in our dialect."""

from __future__ import annotations

import pytest
from support.documents import Server
from support.swagger import swagger_single

import dynclient


def build_client(schema, **definitions):
    body = {"name": "b", "in": "body", "schema": schema}
    return dynclient.Client(swagger_single(body, definitions=definitions), transport=Server())


def accepts(client, value):
    return client.run.validate(body=value) == []


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "string", "x-nullable": True}, [None, "a"], [1]),
        ({"type": "string", "x-nullable": False}, ["a"], [None]),
        ({"$ref": "#/definitions/N", "x-nullable": True}, [None, 1], ["a"]),
        ({"type": "string", "enum": ["a"], "x-nullable": True}, [None, "a"], ["b"]),
        ({"allOf": [{"$ref": "#/definitions/N"}], "x-nullable": True}, [None, 1], ["a"]),
        ({"enum": ["a"], "x-nullable": True}, [None, "a"], ["b"]),
        ({"type": "array", "items": {"type": "string", "x-nullable": True}}, [[None], ["a"]], [None]),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, [0.1], [0]),
        ({"type": "number", "maximum": 1, "exclusiveMaximum": True}, [0.9], [1]),
        ({"$ref": "#/definitions/N", "minimum": 5}, [1], ["a"]),
        ({"type": "integer", "format": "int32"}, [1], [2**40]),
        ({"type": "object", "properties": {"x": {"x-nullable": True, "type": "string"}}}, [{"x": None}], [{"x": 1}]),
        ({"type": "object", "properties": {"discriminator": {"type": "string"}}}, [{"discriminator": "a"}], [{"discriminator": 1}]),
        ({"type": "object", "properties": {"x-nullable": {"type": "boolean"}}}, [{"x-nullable": True}], [None]),
    ],
)  # fmt: skip
def test_a_keyword_of_the_dialect_keeps_its_meaning(schema, right, wrong):
    client = build_client(schema, N={"type": "integer"})
    assert [value for value in right if not accepts(client, value)] == []
    assert [value for value in wrong if accepts(client, value)] == []


ANIMAL = {
    "type": "object",
    "discriminator": "kind",
    "required": ["kind"],
    "properties": {"kind": {"type": "string"}},
}


def build_child(keyword="x-none", tag="none", **properties):
    extension = {"type": "object", "properties": properties}
    return {keyword: tag, "allOf": [{"$ref": "#/definitions/Animal"}, extension]}


@pytest.mark.parametrize("keyword", ["x-none", "x-ms-discriminator-value", "x-discriminator-value"])
def test_a_discriminator_names_the_schema_that_extends(keyword):
    cat = build_child(keyword, "#cat", lives={"type": "integer"})
    dog = build_child(barks={"type": "boolean"})
    client = build_client({"$ref": "#/definitions/Animal"}, Animal=ANIMAL, Cat=cat, Dog=dog)
    tag = "Cat" if keyword == "x-none" else "#cat"
    assert accepts(client, {"kind": tag, "lives": 9})
    assert accepts(client, {"kind": "Dog", "barks": True})
    assert not accepts(client, {"kind": tag, "lives": "nine"})
    assert not accepts(client, {"kind": tag, "barks": True})
    assert not accepts(client, {"kind": "Bird"})


def test_read_only_is_by_direction():
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer", "readOnly": True}},
    }
    client = build_client(schema)
    assert accepts(client, {})
    assert not accepts(client, {"id": 1})


@pytest.mark.parametrize("discriminator", ["", 1, [], None, {}, {"propertyName": ""}])
def test_a_discriminator_without_a_name_tells_nothing_apart(discriminator):
    animal = {**ANIMAL, "discriminator": discriminator}
    dog = build_child(barks={"type": "boolean"})
    client = build_client({"$ref": "#/definitions/Animal"}, Animal=animal, Dog=dog)
    assert accepts(client, {"kind": "Bird"})
