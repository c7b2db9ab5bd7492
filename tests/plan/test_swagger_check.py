"""What `check` says of Swagger 2.0: its own fields are known, those of OpenAPI 3 are foreign."""

from __future__ import annotations

import pytest
from support.swagger import OK, array, swagger, swagger_single

import dynclient


def list_problems(document):
    return [(one.severity, one.code, one.pointer) for one in dynclient.load(document).problems]


def list_codes(document):
    return [code for _, code, _ in list_problems(document)]


ITEM = {
    "type": "string",
    "format": "uuid",
    "minLength": 1,
    "enum": ["0b4f0e10-9d37-4c2a-b4f7-2b5d0b4b6f10"],
}
CLEAN = swagger(
    {
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "post": {
                "operationId": "run",
                "summary": "Run",
                "tags": ["a"],
                "schemes": ["https"],
                "consumes": ["multipart/form-data"],
                "produces": ["image/png", "application/json"],
                "parameters": [
                    array("list", "query", "multi", **ITEM),
                    {"name": "photo", "in": "formData", "type": "file"},
                    {"name": "x", "in": "header", "type": "string", "default": "a", "x-example": "b"},
                ],
                "responses": {
                    "200": {
                        "description": "ok",
                        "schema": {"type": "file"},
                        "headers": {"X-A": {"type": "array", "items": ITEM, "collectionFormat": "pipes"}},
                    },
                    "default": {"$ref": "#/responses/Error"},
                },
                "security": [{"basic": []}, {"o": ["r"]}],
            },
        }
    },
    definitions={
        "Base": {
            "type": "object",
            "discriminator": "kind",
            "required": ["kind"],
            "properties": {
                "kind": {"type": "string"},
                "n": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "x-nullable": True},
                "r": {"type": "string", "readOnly": True, "example": "a", "xml": {"name": "r"}},
            },
        },
        "Child": {"allOf": [{"$ref": "#/definitions/Base"}, {"type": "object", "additionalProperties": True}]},
    },
    responses={"Error": {"description": "no", "examples": {"application/json": {"kind": "a"}}}},
    securityDefinitions={
        "basic": {"type": "basic"},
        "o": {
            "type": "oauth2",
            "flow": "application",
            "tokenUrl": "https://a.example",
            "scopes": {"r": "read"},
        },
    },
    tags=[{"name": "a"}],
)  # fmt: skip


def test_a_document_without_faults_has_no_problems():
    assert [one for one in list_problems(CLEAN) if one[0] != "info"] == []


@pytest.mark.parametrize(
    ("fields", "code", "pointer", "text"),
    [
        ({"servers": [{"url": "https://a.example"}]}, "foreign-field", "/servers", "OpenAPI 3.0"),
        ({"components": {"schemas": {}}}, "foreign-field", "/components", "OpenAPI 3.0"),
        ({"webhooks": {}}, "foreign-field", "/webhooks", "OpenAPI 3.1"),
        ({"hots": "a"}, "unknown-field", "/hots", "did you mean `host`"),
        ({"host": "https://api.example.com/v1"}, "bad-host", "/host", "without scheme, user or path"),
        ({"host": "user:pw@api.example.com"}, "bad-host", "/host", "without scheme, user or path"),
        ({"host": "api.example.com#@evil.example"}, "bad-host", "/host", "without scheme"),
        ({"host": ""}, "bad-host", "/host", "must be a host"),
        ({"basePath": "v1"}, "bad-base-path", "/basePath", "must begin with a slash"),
        ({"basePath": "//evil.example"}, "bad-base-path", "/basePath", "another host"),
        ({"schemes": ["file"]}, "unknown-scheme", "/schemes/0", "no scheme"),
        ({"schemes": "https"}, "wrong-type", "/schemes", "must be a list"),
        ({"produces": ["json"]}, "bad-media-type", "/produces/0", "no media type"),
        ({"paths": None}, "missing-field", "", "no `paths`"),
        ({"securityDefinitions": {"s": {"type": "http", "scheme": "basic"}}}, "bad-security-scheme", "/securityDefinitions/s", "basic, apiKey, oauth2"),
        ({"securityDefinitions": {"s": {"type": "oauth2", "flow": "code"}}}, "bad-security-scheme", "/securityDefinitions/s/flow", "accessCode"),
        ({"securityDefinitions": {"s": {"type": "oauth2", "flow": "accessCode", "tokenUrl": "https://a"}}}, "missing-field", "/securityDefinitions/s", "authorizationUrl"),
        ({"security": [{"absent": []}]}, "unknown-security-scheme", "/security/0/absent", "not defined"),
    ],
)  # fmt: skip
def test_a_fault_of_the_root_is_reported_at_its_place(fields, code, pointer, text):
    top = {**swagger_single(), **fields}
    document = {name: value for name, value in top.items() if value is not None}
    problems = [one for one in dynclient.load(document).problems if one.code == code]
    assert [one.pointer for one in problems] == [pointer]
    assert text in str(problems[0])


PARAMETER = "/paths/~1things/post/parameters/0"


@pytest.mark.parametrize(
    ("parameter", "code", "pointer"),
    [
        ({"name": "a", "in": "cookie", "type": "string"}, "bad-parameter", PARAMETER),
        ({"name": "a", "in": "query"}, "missing-field", PARAMETER),
        ({"name": "a", "in": "query", "type": "object"}, "bad-type", PARAMETER + "/type"),
        ({"name": "a", "in": "query", "type": "file"}, "bad-type", PARAMETER + "/type"),
        ({"name": "a", "in": "query", "schema": {"type": "string"}}, "misplaced-schema", PARAMETER + "/schema"),
        ({"name": "a", "in": "query", "type": "array"}, "missing-field", PARAMETER),
        ({"name": "a", "in": "body"}, "missing-field", PARAMETER),
        ({"name": "a", "in": "query", "type": "string", "style": "form"}, "foreign-field", PARAMETER + "/style"),
        ({"name": "a", "in": "query", "type": "string", "content": {}}, "foreign-field", PARAMETER + "/content"),
        ({"name": "a", "in": "query", "type": "string", "requird": True}, "unknown-field", PARAMETER + "/requird"),
        ({"name": "a", "in": "query", "type": "integer", "default": "x"}, "invalid-default", PARAMETER + "/default"),
        ({"name": "a", "in": "query", "type": "integer", "x-example": "x"}, "invalid-example", PARAMETER + "/x-example"),
        ({"name": "a", "in": "query", "type": "string", "pattern": "("}, "bad-pattern", PARAMETER + "/pattern"),
        ({"name": "a", "in": "query", "type": "integer", "minimum": 2, "maximum": 1}, "impossible-bounds", PARAMETER),
        (array("a", "header", "multi"), "bad-collection-format", PARAMETER + "/collectionFormat"),
        (array("a", "query", "comma"), "bad-collection-format", PARAMETER + "/collectionFormat"),
        (array("a", "query", type="array", items={"type": "string"}), "ambiguous-collection-format", PARAMETER),
    ],
)  # fmt: skip
def test_a_fault_of_a_parameter_is_reported_at_its_place(parameter, code, pointer):
    assert (code, pointer) in [found[1:] for found in list_problems(swagger_single(parameter))]


@pytest.mark.parametrize(
    ("schema", "code", "keyword"),
    [
        ({"nullable": True, "type": "string"}, "foreign-keyword", "nullable"),
        ({"oneOf": [{"type": "string"}]}, "foreign-keyword", "oneOf"),
        ({"anyOf": [{"type": "string"}]}, "foreign-keyword", "anyOf"),
        ({"not": {"type": "string"}}, "foreign-keyword", "not"),
        ({"writeOnly": True}, "foreign-keyword", "writeOnly"),
        ({"const": 1}, "foreign-keyword", "const"),
        ({"type": ["string", "null"]}, "foreign-keyword", "type"),
        ({"discriminator": {"propertyName": "a"}}, "foreign-keyword", "discriminator"),
        ({"exclusiveMinimum": 3}, "foreign-keyword", "exclusiveMinimum"),
        ({"readonly": True}, "unknown-keyword", "readonly"),
    ],
)  # fmt: skip
def test_a_keyword_of_another_version_is_foreign(schema, code, keyword):
    problems = list_problems(swagger(definitions={"A": schema}))
    assert ("warning", code, f"/definitions/A/{keyword}") in problems


@pytest.mark.parametrize(
    ("parameters", "fields", "code"),
    [
        ([{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "body", "schema": {}}], {}, "several-bodies"),
        ([{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "formData", "type": "string"}], {}, "body-and-form-data"),
        ([{"name": "f", "in": "formData", "type": "file"}], {"consumes": ["application/json"]}, "file-without-multipart"),
        ([], {"requestBody": {"content": {}}}, "foreign-field"),
        ([], {"responses": {}}, "missing-field"),
        ([], {"responses": {"200": {"description": "a", "content": {}}}}, "foreign-field"),
        ([], {"responses": {"200": {"description": "a", "schema": {"type": "integer"}, "examples": {"application/json": "x"}}}}, "invalid-example"),
    ],
)  # fmt: skip
def test_a_fault_of_an_operation_is_reported(parameters, fields, code):
    assert code in list_codes(swagger_single(*parameters, **fields))


def test_a_broken_reference_hurts_only_its_operation():
    broken = {
        "operationId": "broken",
        "parameters": [{"$ref": "#/parameters/none"}],
        "responses": OK,
    }
    whole = {"operationId": "whole", "responses": OK}
    document = swagger({"/a": {"get": broken}, "/b": {"get": whole}})
    client = dynclient.Client(document, transport=dynclient.Sandbox(document))
    client.whole()
    with pytest.raises(dynclient.errors.UnresolvableReference):
        client.broken()
    assert "unresolvable-reference" in list_codes(document)
