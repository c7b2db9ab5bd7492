"""What the check says of dialects, `$id`, anchors, and of `nullable` in a document of 3.1."""

from __future__ import annotations

import pytest
from support.documents import answer, single

import dynclient

UNKNOWN = "the dialect https://example.com/mine is not known; it is read as 2020-12"


def list_problems(schema, **fields):
    tree = {**single(responses=answer(schema)), **fields}
    tree["components"] = {"schemas": {"A": {"type": "string"}}}
    problems = dynclient.load(tree).problems
    problems = [one for one in problems if one.severity != "info"]
    return [(one.severity, one.code, one.message) for one in problems]


def test_an_unknown_dialect_is_a_problem():
    expected = [("warning", "unknown-dialect", UNKNOWN)]
    assert list_problems({}, jsonSchemaDialect="https://example.com/mine") == expected
    assert list_problems({"$schema": "https://example.com/mine"}) == expected


def test_known_dialects_are_none():
    assert list_problems({"$schema": "http://json-schema.org/draft-07/schema#"}) == []
    assert (
        list_problems({}, jsonSchemaDialect="https://spec.openapis.org/oas/3.1/dialect/base") == []
    )


@pytest.mark.parametrize("keyword", ["$id", "$anchor", "$dynamicAnchor", "$schema"])
@pytest.mark.parametrize("value", [5, [], {}, None])
def test_an_identifier_that_is_no_text_is_a_problem(keyword, value):
    [(severity, code, message)] = list_problems({keyword: value})
    assert (severity, code) == ("error", "invalid-keyword")
    assert message.startswith(f"`{keyword}` must be a text, not ")


def test_two_schemas_with_one_id_are_a_problem():
    first = {"$id": "https://example.com/a"}
    schema = {"anyOf": [first, {**first, "type": "string"}]}
    [(severity, code, message)] = list_problems(schema)
    assert (severity, code) == ("error", "duplicate-id")
    assert message.startswith("another schema has the same `$id` https://example.com/a: ")


def test_the_same_schema_in_two_places_is_none():
    first = {"$id": "https://example.com/a", "type": "string"}
    assert list_problems({"anyOf": [first, dict(first)]}) == []


def test_an_id_that_is_too_long_is_a_problem():
    expected = ("error", "invalid-keyword", "an `$id` of more than 4000 characters is ignored")
    assert list_problems({"$id": "a" * 5000}) == [expected]


@pytest.mark.parametrize(
    ("schema", "instead"),
    [
        ({"type": "string"}, "`type: [string, 'null']`"),
        ({"type": "string", "enum": ["a"]}, "`type: [string, 'null']`, and null among the `enum`"),
        ({"type": "string", "enum": ["a", None]}, "`type: [string, 'null']`"),
        ({"type": ["string", "integer"]}, "`'null'` among the types"),
        ({"enum": ["a"]}, "null among the `enum`"),
        ({"$ref": "#/components/schemas/A"}, "`anyOf` with the reference and `type: 'null'`"),
        ({"oneOf": [{"type": "string"}]}, "`type: 'null'` as one more alternative"),
        ({"allOf": [{"type": "string"}]}, "`anyOf` with this schema and `type: 'null'`"),
        ({}, "nothing: a schema without `type` allows null"),
        ({"type": ["string", "null"]}, "nothing: the schema means the same without it"),
    ],
)
def test_nullable_in_3_1_says_what_to_write(schema, instead):
    [(severity, code, message)] = list_problems({**schema, "nullable": True})
    assert (severity, code) == ("warning", "foreign-keyword")
    start = "`nullable` is not of OpenAPI 3.1; other tools may ignore it; write "
    assert message == start + instead


def test_an_enum_without_members_is_a_warning():
    expected = ("warning", "empty-enum", "an `enum` without members allows no value")
    assert list_problems({"enum": []}) == [expected]
