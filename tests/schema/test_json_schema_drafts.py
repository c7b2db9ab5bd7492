"""Schemas of earlier drafts, named by `$schema` or `jsonSchemaDialect`, mean what their draft says."""

from __future__ import annotations

import pytest
from support.documents import answer, content, single

import dynclient
from dynclient.schema.translation.json_schema_drafts import find_draft

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"

CASES = [
    (DRAFT_7, {"$ref": "#/components/schemas/A", "maxLength": 1}, {"ab": True, 1: False}),
    (DRAFT_2019, {"$ref": "#/components/schemas/A", "maxLength": 1}, {"ab": False, "a": True}),
    (DRAFT_4, {"const": 5, "minimum": 3, "exclusiveMinimum": True}, {3: False, 4: True}),
    (DRAFT_6, {"const": 5}, {4: False, 5: True}),
    (DRAFT_6, {"if": {"type": "string"}, "then": False}, {"a": True}),
    (DRAFT_7, {"if": {"type": "string"}, "then": False}, {"a": False, 1: True}),
    (DRAFT_7, {"unevaluatedProperties": False, "type": "string"}, {"a": True}),
]


def build_operation(schema, dialect=None, names_own=False):
    tree = single(
        body=content({"$schema": dialect, **schema} if names_own else schema),
        responses=answer(schema),
        components={"schemas": {"A": {"type": "string"}}},
    )
    if dialect is not None and not names_own:
        tree["jsonSchemaDialect"] = dialect
    return dynclient.Client(tree).run


@pytest.mark.parametrize("names_own", [False, True])
@pytest.mark.parametrize(("dialect", "schema", "verdicts"), CASES)
def test_a_schema_has_the_keywords_of_its_draft(dialect, schema, verdicts, names_own):
    operation = build_operation(schema, dialect, names_own)
    found = {value: operation.validate(body=value) == [] for value in verdicts}
    assert found == verdicts


def test_dependencies_of_draft_7_bind():
    schema = {"type": "object", "dependencies": {"a": ["b"], "c/d": {"required": ["e"]}}}
    values = [{"a": 1}, {"a": 1, "b": 1}, {"c/d": 1}, {"c/d": 1, "e": 1}]
    operation = build_operation(schema, DRAFT_7)
    assert [operation.validate(body=value) == [] for value in values] == [False, True, False, True]
    current = build_operation(schema)
    assert current.validate(body={"a": 1}) == []


def test_an_id_of_draft_4_is_a_base():
    schema = {
        "$schema": DRAFT_4,
        "id": "https://example.com/root",
        "definitions": {"number": {"id": "number", "type": "integer"}},
        "items": {"$ref": "number"},
    }
    operation = build_operation(schema)
    assert operation.validate(body=[1]) == []
    assert operation.validate(body=["a"])


def test_a_recursive_reference_of_draft_2019_09_is_dynamic():
    tree = {"$id": "tree", "$recursiveAnchor": True, "$schema": DRAFT_2019}
    tree |= {"properties": {"child": {"$recursiveRef": "#"}, "name": {"type": "string"}}}
    strict = {
        "$schema": DRAFT_2019,
        "$id": "strict",
        "$recursiveAnchor": True,
        "$ref": "tree",
        "unevaluatedProperties": False,
        "$defs": {"tree": tree},
    }
    operation = build_operation(strict)
    assert operation.validate(body={"child": {"child": {"name": "a"}}}) == []
    assert operation.validate(body={"child": {"child": {"nmae": "a"}}})


@pytest.mark.parametrize(
    ("uri", "draft"),
    [
        ("http://json-schema.org/draft-07/schema", 7),
        ("https://json-schema.org/draft-07/schema#", 7),
        ("https://json-schema.org/draft/2020-12/schema", 2020),
        ("https://spec.openapis.org/oas/3.1/dialect/base", 2020),
        ("https://spec.openapis.org/oas/3.1/dialect/2024-11-10", 2020),
        ("https://spec.openapis.org/oas/3.2/dialect/2025-09-17", 2020),
        ("https://example.com/json-schema.org/draft-07/schema", None),
        ("draft-07", None),
        ("", None),
    ],
)
def test_a_dialect_is_known_by_its_uri(uri, draft):
    assert find_draft(uri) == draft
