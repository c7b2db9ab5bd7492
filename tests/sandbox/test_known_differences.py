"""Each known difference with openapi-core is met, and told with its reason."""

from __future__ import annotations

import pytest
from support.documents import answer, content, parameter, single
from support.sandboxes import ask, unexplained

from dynclient import Sandbox
from dynclient.wire.schema_types import SchemaTypes

FORM = "application/x-www-form-urlencoded"
INTEGER = {"type": "integer"}
BOOLEAN = {"type": "boolean"}
NUMBER = {"type": "number"}
POINT = {"type": "object", "properties": {"x": INTEGER, "y": {"type": "string"}}}
INTEGERS = {"type": "array", "items": INTEGER}


def query(schema, text, **fields):
    """Return a document with one query parameter, and a request whose query is a text."""
    made = single(parameter("n", schema=schema, **fields), method="get")
    return made, ("GET", f"/things{text}")


def body(schema, text, media_type="application/json", version="3.0.3", **fields):
    """Return a document with one request body, and a request with such a body."""
    made = single(body=content(schema, media_type), version=version, **fields)
    return made, ("POST", "/things", None, text, media_type)


CASES = {
    "a number as Python writes it": query(INTEGER, "?n=1_000"),
    "a number with zeros before it": query(INTEGER, "?n=007"),
    "an infinite number": query(NUMBER, "?n=inf"),
    "a boolean as Python reads it": query(BOOLEAN, "?n=yes"),
    "a capital boolean": query(BOOLEAN, "?n=True"),
    "an integer with a fraction in a parameter": query(INTEGER, "?n=5.0"),
    "an integer with a fraction in a body": body(INTEGER, b"1.0"),
    "a decimal multiple": body({"type": "number", "multipleOf": 0.01}, b"19.99"),
    "a read-only property": body({"properties": {"a": {"readOnly": True}}}, b'{"a": 1}'),
    "enum without type": query({"enum": [1, 2]}, "?n=1"),
    "const without type": query({"const": 3}, "?n=3"),
    "an array behind allOf": query({"allOf": [INTEGERS]}, "?n=1&n=2"),
    "members of no declared name": query(
        {"type": "object", "additionalProperties": INTEGER}, "?n=q,1", explode=False
    ),
    "an empty value that is allowed": query(
        {"type": "string", "enum": ["a"]}, "?n=", allowEmptyValue=True
    ),
    "a default of a required parameter": query({**INTEGER, "default": 3}, "", required=True),
    "half a pair of an object": query(POINT, "?n=x", explode=False),
    "a wrong member of an exploded object": query(POINT, "?x=z"),
    "a wrong member of a delimited object": query(
        POINT, "?n=x%20z", style="spaceDelimited", explode=False
    ),
    "null of an integer": query({"type": ["integer", "null"]}, "?n=null"),
    "a repeated field of a form": body(POINT, b"x=1&x=2", FORM),
    "an undeclared field of a form": body({**POINT, "additionalProperties": False}, b"z=1", FORM),
    "a text that is no XML": body({"type": "string"}, b"abc", "application/xml"),
    "keywords beside a reference": body(
        {"$ref": "#/components/schemas/A", "minimum": 9},
        b"5",
        version="3.1.0",
        components={"schemas": {"A": INTEGER}},
    ),
    "a tag of a base schema": body(
        {"$ref": "#/components/schemas/Base"},
        b'{"kind": "nobody"}',
        components={
            "schemas": {
                "Base": {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"type": "string"}},
                    "discriminator": {"propertyName": "kind"},
                },
                "Child": {"allOf": [{"$ref": "#/components/schemas/Base"}]},
            }
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_known_difference_is_told_with_its_reason(name):
    made, (method, url, *rest) = CASES[name]
    sandbox = Sandbox(made, second_opinion=True)
    if rest:
        ask(sandbox, method, url, rest[0], rest[1], Content_Type=rest[2])
    else:
        ask(sandbox, method, url)
    assert len(sandbox.disagreements) == 1
    assert unexplained(sandbox) == []


@pytest.mark.parametrize(
    ("scheme", "credential"), [("digest", "Basic x"), ("Bearer", "Bearer x"), ("x-mine", "y")]
)
def test_http_schemes_that_openapi_core_does_not_know_are_a_known_difference(scheme, credential):
    schemes = {"k": {"type": "http", "scheme": scheme}}
    made = single(method="get", security=[{"k": []}], components={"securitySchemes": schemes})
    sandbox = Sandbox(made, second_opinion=True)
    assert ask(sandbox, "GET", "/things", Authorization=credential).status == 200
    assert len(sandbox.disagreements) == 1
    assert unexplained(sandbox) == []


def test_a_fault_of_ours_in_the_same_place_has_no_reason(monkeypatch):
    """A refusal that none of the known kinds explains stays without a reason."""
    from dynclient.sandbox import openapi_core_adapter

    monkeypatch.setattr(openapi_core_adapter, "find_request_errors", lambda *_: [])
    for schema, text in ((INTEGER, "?n=abc"), ({"type": "string", "maxLength": 1}, "?n=abc")):
        made, (method, url) = query(schema, text)
        sandbox = Sandbox(made, second_opinion=True)
        assert ask(sandbox, method, url).status == 400
        assert len(unexplained(sandbox)) == 1
    tagged = {"oneOf": [POINT], "discriminator": {"propertyName": "kind"}}
    made = single(body=content({"properties": {"a": tagged, "b": INTEGER}}))
    sandbox = Sandbox(made, second_opinion=True)
    assert ask(sandbox, "POST", "/things", {"b": "x"}).status == 400
    assert len(unexplained(sandbox)) == 1


@pytest.mark.parametrize("where", ["query", "path", "header", "cookie"])
def test_a_fraction_is_a_text_where_an_integer_or_a_text_is_wanted(where):
    schema = {"oneOf": [{"type": "integer"}, {"type": "string"}]}
    path = "/things/{n}" if where == "path" else "/things"
    made = single(parameter("n", where, schema), method="get", path=path, responses=answer({}))
    sandbox = Sandbox(made, second_opinion=True)
    url = {"query": "/things?n=1.5", "path": "/things/1.5"}.get(where, "/things")
    fields = {"header": {"n": "1.5"}, "cookie": {"Cookie": "n=1.5"}}.get(where, {})
    assert ask(sandbox, "GET", url, **fields).status == 200
    assert unexplained(sandbox) == []


@pytest.mark.parametrize(
    ("types", "text", "value"),
    [
        (["integer", "string"], "1.5", "1.5"),
        (["integer", "string"], "1.0", 1.0),
        (["integer", "string"], "1", 1),
        (["number", "string"], "1.5", 1.5),
        (["integer"], "1.5", 1.5),
    ],
)
def test_a_text_is_read_by_the_types_that_are_allowed(types, text, value):
    found = SchemaTypes({"type": types}, {}).parse_text(text)
    assert (found, type(found)) == (value, type(value))
