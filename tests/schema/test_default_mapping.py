"""`defaultMapping`: what a value without the tag, or with a tag that nobody knows, must fit."""

from __future__ import annotations

import httpx
import pytest
from support.documents import Server, answer, content, document, operation

import dynclient

CAT = {
    "type": "object",
    "required": ["claws"],
    "properties": {"kind": {"type": "string"}, "claws": {"type": "integer"}},
}
DOG = {
    "type": "object",
    "required": ["bark"],
    "properties": {"kind": {"type": "string"}, "bark": {"type": "string"}},
}
OTHER = {
    "type": "object",
    "required": ["name"],
    "properties": {"kind": {"type": "string"}, "name": {"type": "string"}},
}


def build(keyword="oneOf", default="Other", **discriminator):
    rule = {"propertyName": "kind", "defaultMapping": default, **discriminator}
    if default is None:
        del rule["defaultMapping"]
    references = [{"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog", "Other")]
    pet = {keyword: references, "discriminator": rule}
    schema = {"$ref": "#/components/schemas/Pet"}
    return document(
        {"/pets": {"post": operation(body=content(schema), responses=answer(schema))}},
        version="3.2.0",
        components={"schemas": {"Cat": CAT, "Dog": DOG, "Other": OTHER, "Pet": pet}},
    )


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize("default", ["Other", "#/components/schemas/Other"])
@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"kind": "Cat", "claws": 1}, True),
        ({"kind": "Cat", "name": "x"}, False),
        ({"kind": "Dog", "bark": "x"}, True),
        ({"kind": "Fish", "name": "x"}, True),
        ({"kind": "Fish", "claws": 1}, False),
        ({"kind": "Other", "name": "x"}, True),
        ({"name": "x"}, True),
        ({"claws": 1}, False),
        ({"bark": "x"}, False),
        ({}, False),
    ],
)
def test_the_default_takes_what_no_tag_means(keyword, default, value, fits):
    source = build(keyword, default)
    client = dynclient.Client(
        source, transport=Server(httpx.Response(200, json=value)), validate_responses="warn"
    )
    assert (client.run.validate(body=value) == []) is fits
    lenient = client.with_options(validate_requests=False)
    if fits:
        assert not lenient.run.send(body=value).violations
    else:
        with pytest.warns(dynclient.errors.ResponseDrift):
            assert lenient.run.send(body=value).violations
    assert not client.document.problems


def test_examples_and_the_sandbox_follow_it():
    source = build()
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    assert not client.run.validate(client.run.example())
    client.run(body={"name": "x"})


def test_without_it_an_optional_tag_is_warned_of():
    assert [p.code for p in dynclient.load(build(default=None)).problems] == [
        "optional-discriminator"
    ]


def test_a_default_that_is_nowhere_is_a_problem():
    problems = dynclient.load(build(default="Nobody")).problems
    assert "unresolvable-reference" in {p.code for p in problems}


def test_a_default_of_a_hierarchy():
    base = {
        "type": "object",
        "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "defaultMapping": "Other"},
    }
    schemas = {"Pet": base}
    for name, part in (("Cat", CAT), ("Other", OTHER)):
        schemas[name] = {"allOf": [{"$ref": "#/components/schemas/Pet"}, part]}
    source = document(
        {"/pets": {"post": operation(body=content({"$ref": "#/components/schemas/Pet"}))}},
        version="3.2.0",
        components={"schemas": schemas},
    )
    client = dynclient.Client(source, transport=Server())
    assert not client.run.validate(body={"kind": "Fish", "name": "x"})
    assert not client.run.validate(body={"name": "x"})
    assert not client.run.validate(body={"kind": "Cat", "claws": 1})
    assert client.run.validate(body={"kind": "Cat", "name": "x"})
    assert client.run.validate(body={"claws": 1})


def test_a_diff_sees_another_default():
    diff = dynclient.diff(build(default="Other"), build(default="Cat"))
    assert diff.breaking
    assert not dynclient.diff(build(), build()).changes
