"""`$id`, `$anchor` and their base URIs, in one file and between files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient.document.schema_resources import SchemaResources

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.text(alphabet="#/a:$%[", max_size=6),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "$id",
                    "$anchor",
                    "$dynamicAnchor",
                    "$schema",
                    "allOf",
                    "properties",
                    "schema",
                    "a/b",
                )
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def write_files(folder, **files):
    for name, tree in files.items():
        (folder / f"{name}.json").write_text(json.dumps(tree), encoding="utf-8")


def build_document(schema):
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "run", "requestBody": body}
    responses = {"responses": {"200": {"description": "d"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/a": {"post": operation | responses}},
    }


PERSON = {
    "$id": "https://example.com/schemas/person.json",
    "properties": {
        "address": {"$ref": "address.json"},
        "street": {"$ref": "address.json#street"},
        "zip": {"$ref": "/schemas/address.json#/properties/zip"},
    },
}
ADDRESS = {
    "type": "object",
    "properties": {"zip": {"type": "integer"}, "street": {"$anchor": "street", "type": "string"}},
}


@pytest.mark.parametrize("own_id", [{}, {"$id": "https://example.com/schemas/address.json"}])
def test_files_side_by_side_are_found_by_their_ids(tmp_path, own_id):
    """Nothing is read from the net: the neighbour has the `$id`, or is what is meant."""
    write_files(
        tmp_path,
        openapi=build_document({"$ref": "person.json"}),
        person=PERSON,
        address={**own_id, **ADDRESS},
    )
    client = dynclient.Client(tmp_path / "openapi.json")
    values = [{"address": {"zip": 1}}, {"address": {"zip": "a"}}, {"street": 1}]
    assert [client.run.validate(body=value) == [] for value in values] == [True, False, False]
    if own_id:
        assert client.run.validate(body={"zip": "a"})
        assert client.document.problems == ()


@pytest.mark.parametrize(
    ("schema", "fitting"),
    [
        ({"$id": "https://a.test/x/", "$ref": "n", "$defs": {"n": {"$id": "n", "type": "null"}}}, None),
        ({"$id": "urn:a:b", "$ref": "urn:a:b#n", "$defs": {"n": {"$anchor": "n", "type": "null"}}}, None),
        ({"$id": "x", "$ref": "#/$defs/n", "$defs": {"n": {"type": "null"}}}, None),
        ({"$id": "a/", "allOf": [{"$id": "b/", "$ref": "c"}], "$defs": {"n": {"$id": "b/c", "type": "null"}}}, None),
        ({"$id": "https://a.test/x/", "$ref": "y/n", "$defs": {"y": {"$id": "y/", "$defs": {"n": {"$id": "n", "type": "null"}}}}}, None),
        ({"$ref": "#n", "$defs": {"n": {"$anchor": "n", "type": "null"}}}, None),
    ],
)  # fmt: skip
def test_a_reference_is_relative_to_the_nearest_id(schema, fitting):
    client = dynclient.Client(build_document(schema))
    assert client.run.validate(body=fitting) == []
    assert client.run.validate(body="other")


def test_an_id_in_data_or_a_property_called_id_is_none():
    schema = {
        "type": "object",
        "properties": {"$id": {"type": "string"}, "a": {"$ref": "#/components/schemas/A"}},
        "example": {"$id": "https://example.com/elsewhere"},
        "enum": [{"$id": "https://example.com/enum", "a": 1}],
    }
    document = build_document(schema)
    document["components"] = {"schemas": {"A": {"type": "integer"}}}
    client = dynclient.Client(document)
    assert client.run.validate(body={"$id": "https://example.com/enum", "a": 1}) == []


def test_data_takes_no_identifier_from_a_schema():
    """The first schema of an `$id` counts, and an example that stands before it is none."""
    own_id = "https://example.com/a"
    document = build_document({"$ref": own_id})
    media_type = document["paths"]["/a"]["post"]["requestBody"]["content"]["application/json"]
    media_type["example"] = {"schema": {"$id": own_id, "type": "string"}}
    media_type["examples"] = {"one": {"value": {"$id": own_id, "type": "string"}}}
    document["components"] = {"schemas": {"A": {"$id": own_id, "type": "integer"}}}
    client = dynclient.Client(document)
    assert client.run.validate(body=1) == []
    assert client.run.validate(body="a")


def test_a_pointer_from_the_root_of_the_document_works_in_a_schema_with_an_id():
    """Many authors mean the document by `#/components`, also where an `$id` changes the base."""
    document = build_document({"$id": "https://example.com/x", "$ref": "#/components/schemas/A"})
    document["components"] = {"schemas": {"A": {"type": "integer"}}}
    client = dynclient.Client(document)
    assert client.run.validate(body=1) == []
    assert client.run.validate(body="a")


def test_an_id_means_nothing_in_3_0():
    document = build_document({"$ref": "#/components/schemas/A"})
    nested = {"$id": "https://example.com/x", "allOf": [{"$ref": "#/components/schemas/B"}]}
    document["components"] = {"schemas": {"A": nested, "B": {"type": "integer"}}}
    client = dynclient.Client({**document, "openapi": "3.0.3"})
    assert client.run.validate(body="a")


def test_a_metaschema_needs_no_net():
    client = dynclient.Client(
        build_document({"$ref": "https://json-schema.org/draft/2020-12/schema"})
    )
    assert client.run.validate(body={"type": "string", "minLength": 1}) == []
    assert client.run.validate(body={"$defs": {"a": {"minLength": "x"}}})


@given(JSON_VALUES)
def test_whatever_a_tree_holds_its_resources_are_found(tree):
    resources = SchemaResources("memory:document", tree)
    for resource in resources.by_uri.values():
        assert resources.find(resource.pointer) is resource
        assert resources.find(f"{resource.pointer}/properties/a") is not None
