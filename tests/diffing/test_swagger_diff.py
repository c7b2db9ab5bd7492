"""A Swagger 2.0 document and its translation to 3.0 mean the same, in both directions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.openapi_3_translation import translate
from support.swagger import array, swagger_single

import dynclient

ERROR = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "integer", "format": "int32"}},
}
ANIMALS = {
    "Animal": {
        "type": "object",
        "discriminator": "kind",
        "required": ["kind"],
        "properties": {
            "kind": {"type": "string"},
            "age": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "x-nullable": True},
            "id": {"type": "string", "readOnly": True},
        },
    },
    "Cat": {"allOf": [{"$ref": "#/definitions/Animal"}, {"properties": {"hunts": {"type": "boolean"}}}]},
    "Dog": {"allOf": [{"$ref": "#/definitions/Animal"}, {"properties": {"barks": {"type": "boolean"}}}]},
    "Error": ERROR,
}  # fmt: skip


def respond(schema=None, **fields):
    made = {"description": "ok", **fields}
    return {"200": made if schema is None else {**made, "schema": schema}}


DOCUMENTS = {
    "parameters": swagger_single(
        array("plain", "query"),
        array("multi", "query", "multi"),
        array("ssv", "query", "ssv"),
        array("pipes", "query", "pipes"),
        array("X-List", "header"),
        {"name": "limit", "in": "query", "type": "integer", "format": "int64", "maximum": 9, "default": 3},
        {"name": "flag", "in": "query", "type": "boolean", "allowEmptyValue": True},
    ),
    "path": swagger_single(array("list", "path"), path="/things/{list}"),
    "body": swagger_single(
        {"name": "b", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Animal"}},
        consumes=["application/json", "application/xml"],
        produces=["application/json"],
        responses=respond({"type": "array", "items": {"$ref": "#/definitions/Animal"}}),
        definitions=ANIMALS,
    ),
    "body without consumes": swagger_single({"name": "b", "in": "body", "schema": {"type": "object"}}),
    "response without produces": swagger_single(
        responses=respond({"type": "string"}, examples={"text/plain": "a"})
    ),
    "urlencoded form": swagger_single(
        {"name": "a", "in": "formData", "type": "string", "required": True},
        array("csv", "formData"),
        array("multi", "formData", "multi"),
        array("pipes", "formData", "pipes"),
    ),
    "multipart form": swagger_single(
        {"name": "f", "in": "formData", "type": "file"},
        {"name": "a", "in": "formData", "type": "integer"},
        consumes=["multipart/form-data"],
    ),
    "file response": swagger_single(
        produces=["image/png"],
        responses=respond(
            {"type": "file"},
            headers={"X-Count": {"type": "integer"}, "X-Tags": {"type": "array", "items": {"type": "string"}}},
        ),
    ),
    "security": swagger_single(
        securityDefinitions={
            "b": {"type": "basic"},
            "k": {"type": "apiKey", "in": "query", "name": "key"},
            "o": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a.example", "tokenUrl": "https://b.example", "scopes": {"r": "read"}},
        },
        security=[{"b": []}, {"k": [], "o": ["r"]}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_faithful_translation_differs_in_nothing(name):
    old, new = DOCUMENTS[name], translate(DOCUMENTS[name])
    assert [str(change) for change in dynclient.diff(old, new).changes] == []
    assert [str(change) for change in dynclient.diff(new, old).changes] == []


@pytest.mark.parametrize(
    ("old_format", "new_format", "is_breaking"),
    [("csv", "csv", False), ("csv", "tsv", True), ("tsv", "ssv", True), ("csv", "multi", True)],
)
@pytest.mark.parametrize("location", ["query", "formData"])
def test_another_collection_format_is_breaking(location, old_format, new_format, is_breaking):
    old = swagger_single(array("list", location, old_format))
    new = swagger_single(array("list", location, new_format))
    assert (
        "breaking" in [change.level for change in dynclient.diff(old, new).changes]
    ) is is_breaking


def test_a_change_points_at_the_swagger_text():
    old = DOCUMENTS["body"]
    animal = {**ANIMALS["Animal"], "required": ["kind", "age"]}
    new = {**old, "definitions": {**ANIMALS, "Animal": animal}}
    report = dynclient.diff(old, new).to_json()
    assert "/definitions/Animal" in report
    assert "/components/" not in report


def test_a_new_schema_of_a_hierarchy_is_seen():
    old = DOCUMENTS["body"]
    bird = {"allOf": [{"$ref": "#/definitions/Animal"}, {"required": ["wings"]}]}
    new = {**old, "definitions": {**ANIMALS, "Bird": bird}}
    assert dynclient.diff(old, new).changes != ()
    assert dynclient.diff(old, {**old, "definitions": dict(ANIMALS)}).changes == ()


def test_a_removed_property_is_located_in_the_new_swagger_text():
    old = DOCUMENTS["body"]
    properties = {"kind": {"type": "string"}, "age": {"type": "integer"}}
    animal = {**ANIMALS["Animal"], "properties": properties}
    new = {**old, "definitions": {**ANIMALS, "Animal": animal}}
    changes = dynclient.diff(old, new).changes
    assert any("/definitions/Animal" in str(change.nearest) for change in changes if change.is_gone)


TYPES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "maxLength": 3},
        {"type": "integer", "format": "int32"},
        {"type": "number", "minimum": 0},
        {"type": "boolean"},
    ]
)
FORMATS = st.sampled_from(["", "csv", "ssv", "pipes", "multi"])


@st.composite
def parameters(draw, names, locations):
    chosen = []
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=3)):
        location = draw(st.sampled_from(locations))
        items = draw(TYPES)
        made = {"name": name, "in": location, **items}
        if draw(st.booleans()):
            made = array(name, location, "" if location == "header" else draw(FORMATS), **items)
        chosen.append({**made, "required": draw(st.booleans())})
    return chosen


@st.composite
def documents(draw):
    schema = draw(
        st.sampled_from(
            [None, {"type": "file"}, {"type": "string"}, {"$ref": "#/definitions/Animal"}, {"$ref": "#/definitions/Error"}]
        )
    )  # fmt: skip
    form = draw(parameters(["f", "g"], ["formData"]))
    return swagger_single(
        *draw(parameters(["a", "b", "c"], ["query", "header"])),
        *form,
        consumes=draw(
            st.sampled_from([[], ["application/json"], ["application/x-www-form-urlencoded"]])
        ),
        produces=draw(
            st.sampled_from([[], ["application/json"], ["text/plain", "application/json"]])
        ),
        responses=respond(schema),
        definitions=ANIMALS,
    )


@settings(max_examples=25, deadline=None)
@given(documents())
def test_a_translation_of_any_document_breaks_nobody(document):
    translated = translate(document)
    for old, new in ((document, translated), (translated, document)):
        assert [
            change for change in dynclient.diff(old, new).changes if change.level == "breaking"
        ] == []
