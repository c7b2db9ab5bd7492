"""The rules of `check`: each cause is reported once, where it stands; what is legal is no error."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import OK, content, document, operation, parameter, single

import dynclient
from dynclient.plan.document_check.keyword_tables import (
    FOREIGN_KEYWORDS,
    KEYWORDS,
    find_misspelt_keyword,
)

VERSIONS = ("3.0.3", "3.1.0")

#: Where a schema may stand -> (the document that has it there, the pointer of the schema).
PLACES = {
    "component": (lambda s: {"components": {"schemas": {"A": s}}}, "/components/schemas/A"),
    "property": (
        lambda s: {"components": {"schemas": {"A": {"type": "object", "properties": {"b": s}}}}},
        "/components/schemas/A/properties/b",
    ),
    "items": (
        lambda s: {"components": {"schemas": {"A": {"type": "array", "items": s}}}},
        "/components/schemas/A/items",
    ),
    "allOf": (
        lambda s: {"components": {"schemas": {"A": {"allOf": [{"description": "x"}, s]}}}},
        "/components/schemas/A/allOf/1",
    ),
    "additionalProperties": (
        lambda s: {"components": {"schemas": {"A": {"additionalProperties": s}}}},
        "/components/schemas/A/additionalProperties",
    ),
    "query": (
        lambda s: _paths(operation(parameter("q", schema=s))),
        "/paths/~1x/post/parameters/0/schema",
    ),
    "header": (
        lambda s: _paths(operation(parameter("q", "header", s))),
        "/paths/~1x/post/parameters/0/schema",
    ),
    "body": (
        lambda s: _paths(operation(body=content(s))),
        "/paths/~1x/post/requestBody/content/application~1json/schema",
    ),
    "response": (
        lambda s: _paths(operation(responses={"200": {"description": "", **_json(s)}})),
        "/paths/~1x/post/responses/200/content/application~1json/schema",
    ),
    "response header": (
        lambda s: _paths(
            operation(responses={"200": {"description": "", "headers": {"H": {"schema": s}}}})
        ),
        "/paths/~1x/post/responses/200/headers/H/schema",
    ),
    "callback": (
        lambda s: _paths(
            operation(callbacks={"c": {"{$url}": {"post": operation(body=content(s))}}})
        ),
        "/paths/~1x/post/callbacks/c/{$url}/post/requestBody/content/application~1json/schema",
    ),
}


def _paths(made):
    return {"paths": {"/x": {"post": made}}}


def _json(schema, **fields):
    return {"content": {"application/json": {"schema": schema, **fields}}}


def _check(fields, version="3.1.0"):
    """Return (severity, code, pointer) of each problem of a document with some fields."""
    made = {**document(version=version), **copy.deepcopy(fields)}
    return [(p.severity, p.code, p.pointer) for p in dynclient.load(made).problems]


def _messages(fields, version="3.1.0"):
    return [p.message for p in dynclient.load({**document(version=version), **fields}).problems]


# ---------------------------------------------------------------- schemas, wherever they stand

SCHEMA_FAULTS = [
    ({"type": "string", "descripton": "x"}, "warning", "unknown-keyword", "/descripton"),
    ({"type": "object", "requried": ["a"]}, "warning", "unknown-keyword", "/requried"),
    ({"type": "string", "minlength": 1}, "warning", "unknown-keyword", "/minlength"),
    ({"type": "string", "readonly": True}, "warning", "unknown-keyword", "/readonly"),
    ({"type": "object", "propertys": {}}, "warning", "unknown-keyword", "/propertys"),
    ({"type": "object", "additional_properties": False}, "warning", "unknown-keyword", "/additional_properties"),
    ({"type": "integer", "minimum": 5, "maximum": 3}, "error", "impossible-bounds", ""),
    ({"type": "string", "minLength": 5, "maxLength": 3}, "error", "impossible-bounds", ""),
    ({"type": "array", "items": {}, "minItems": 2, "maxItems": 1}, "error", "impossible-bounds", ""),
    ({"type": "object", "minProperties": 2, "maxProperties": 1}, "error", "impossible-bounds", ""),
    ({"allOf": [{"minimum": 5}], "maximum": 3}, "error", "impossible-bounds", ""),
    ({"allOf": [{"minimum": 5}, {"allOf": [{"maximum": 3}]}]}, "error", "impossible-bounds", ""),
    ({"type": "string", "enum": ["a", 1]}, "warning", "invalid-enum", "/enum"),
    ({"type": "integer", "enum": ["1"]}, "warning", "invalid-enum", "/enum"),
    ({"type": "string", "maxLength": 2, "enum": ["abc"]}, "warning", "invalid-enum", "/enum"),
    ({"allOf": [{"type": "string"}], "enum": [1]}, "warning", "invalid-enum", "/enum"),
    ({"type": "integer", "default": "five"}, "warning", "invalid-default", "/default"),
    ({"type": "string", "enum": ["a"], "default": "b"}, "warning", "invalid-default", "/default"),
    ({"allOf": [{"type": "integer"}], "default": "x"}, "warning", "invalid-default", "/default"),
    ({"type": "integer", "example": "five"}, "warning", "invalid-example", "/example"),
    ({"type": "array", "items": {"type": "integer"}, "example": ["a"]}, "warning", "invalid-example", "/example"),
    (
        {"oneOf": [{"type": "object", "properties": {"k": {}}}], "discriminator": {"propertyName": "k"}},
        "warning", "optional-discriminator", "/discriminator",
    ),
    ({"oneOf": [{"type": "object"}], "discriminator": {}}, "error", "missing-field", "/discriminator"),
]  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("schema", "severity", "code", "below"), SCHEMA_FAULTS)
def test_a_fault_of_a_schema_is_reported_once_wherever_it_stands(
    schema, severity, code, below, place, version
):
    build, pointer = PLACES[place]
    problems = _check(build(schema), version)
    assert problems == [(severity, code, pointer + below)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("schema", "below"),
    [
        ({"type": "object", "const": {}}, "/const"), ({"type": ["string", "null"]}, "/type"),
        ({"type": "null"}, "/type"), ({"type": "integer", "exclusiveMinimum": 0}, "/exclusiveMinimum"),
        ({"type": "string", "examples": ["a"]}, "/examples"), ({"type": "object", "patternProperties": {}}, "/patternProperties"),
        ({"type": "object", "propertyNames": {}}, "/propertyNames"), ({"type": "array", "items": {}, "prefixItems": [{}]}, "/prefixItems"),
        ({"if": {"type": "string"}}, "/if"), ({"type": "string", "contentMediaType": "image/png"}, "/contentMediaType"),
        ({"type": "array", "items": {}, "unevaluatedItems": {}}, "/unevaluatedItems"), ({"$comment": "x"}, "/$comment"),
    ],
)  # fmt: skip
def test_a_keyword_of_3_1_is_reported_in_3_0(schema, below, place):
    build, pointer = PLACES[place]
    assert _check(build(schema), "3.0.3") == [("warning", "foreign-keyword", pointer + below)]
    assert _check(build(schema), "3.1.0") == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("schema", "below"),
    [
        ({"type": "string", "nullable": True}, "/nullable"),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, "/exclusiveMinimum"),
        ({"type": "integer", "maximum": 0, "exclusiveMaximum": False}, "/exclusiveMaximum"),
    ],
)
def test_a_keyword_of_3_0_is_reported_in_3_1(schema, below, place):
    build, pointer = PLACES[place]
    assert _check(build(schema), "3.1.0") == [("warning", "foreign-keyword", pointer + below)]
    assert _check(build(schema), "3.0.3") == []


def test_keywords_of_earlier_drafts_are_reported_in_3_1():
    schema = {"type": "array", "items": [{}], "additionalItems": False, "dependencies": {}}
    problems = _check({"components": {"schemas": {"A": schema}}})
    assert [(code, pointer.rpartition("/")[2]) for _, code, pointer in problems] == [
        ("foreign-keyword", "additionalItems"),
        ("foreign-keyword", "dependencies"),
        ("foreign-keyword", "items"),
    ]


def test_no_keyword_of_a_version_is_foreign_to_it():
    for version in ("3.0", "3.1"):
        assert not KEYWORDS[version] & FOREIGN_KEYWORDS[version].keys()


@pytest.mark.parametrize(
    ("siblings", "names"),
    [
        ({"nullable": True}, "`nullable`"),
        ({"description": "x", "maxLength": 3}, "`description`, `maxLength`"),
    ],
)
@pytest.mark.parametrize("place", PLACES)
def test_siblings_of_a_reference_are_reported_in_3_0(place, siblings, names):
    build, pointer = PLACES[place]
    reference = {"$ref": "#/components/schemas/T", **siblings, "x-own": 1}
    fields = build(reference)
    fields.setdefault("components", {}).setdefault("schemas", {})["T"] = {"type": "string"}
    assert _check(fields, "3.0.3") == [("warning", "ignored-sibling", pointer)]
    assert _messages(fields, "3.0.3") == [f"OpenAPI 3.0 ignores what stands beside a $ref: {names}"]


def test_siblings_of_a_schema_reference_count_in_3_1():
    schemas = {"T": {"type": "string"}, "A": {"$ref": "#/components/schemas/T", "maxLength": 3}}
    assert _check({"components": {"schemas": schemas}}) == []


@pytest.mark.parametrize(
    ("version", "siblings", "expected"),
    [
        ("3.0.3", {"description": "x"}, 1),
        ("3.1.0", {"description": "x", "summary": "y"}, 0),
        ("3.1.0", {"required": True}, 1),
    ],
)
def test_siblings_of_the_reference_to_a_parameter(version, siblings, expected):
    reference = {"$ref": "#/components/parameters/P", **siblings}
    fields = {**_paths(operation(reference)), "components": {"parameters": {"P": parameter("q")}}}
    codes = [code for _, code, _ in _check(fields, version)]
    assert codes == ["ignored-sibling"] * expected


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("schema", "code", "below"),
    [
        ({"type": "string", "const": 1}, "invalid-enum", "/const"),
        ({"type": "string", "examples": {"a": {"value": "b"}}}, "invalid-keyword", "/examples"),
        ({"type": "string", "xml": {"atribute": True}}, "unknown-field", "/xml/atribute"),
        ({"externalDocs": {"link": "x"}}, "unknown-field", "/externalDocs/link"),
        (
            {"required": ["k"], "discriminator": {"propertyName": "k", "mappings": {}}},
            "unknown-field",
            "/discriminator/mappings",
        ),
    ],
)
def test_more_faults_of_schemas_of_3_1(schema, code, below, place):
    build, pointer = PLACES[place]
    assert _check(build(schema)) == [("warning", code, pointer + below)]


def test_a_bound_of_a_reference_and_one_beside_it_exclude_each_other():
    schemas = {"T": {"minimum": 5}, "A": {"$ref": "#/components/schemas/T", "maximum": 3}}
    assert _check({"components": {"schemas": schemas}}) == [
        ("error", "impossible-bounds", "/components/schemas/A")
    ]


def test_an_impossible_base_is_reported_where_it_stands_and_not_at_its_children():
    schemas = {
        "T": {"minimum": 5, "maximum": 3},
        "A": {"allOf": [{"$ref": "#/components/schemas/T"}], "description": "x"},
    }
    assert _check({"components": {"schemas": schemas}}) == [
        ("error", "impossible-bounds", "/components/schemas/T")
    ]


@pytest.mark.parametrize(
    ("schema", "version", "text"),
    [
        ({"minimum": 5, "maximum": 3}, "3.1.0", "`minimum` is 5, `maximum` is 3"),
        ({"exclusiveMinimum": 3, "maximum": 3}, "3.1.0", "`exclusiveMinimum` is 3, `maximum` is 3"),
        (
            {"minimum": 3, "exclusiveMinimum": True, "maximum": 3},
            "3.0.3",
            "`exclusiveMinimum` is 3, `maximum` is 3",
        ),
        (
            {"minimum": 1, "exclusiveMinimum": 4, "exclusiveMaximum": 4},
            "3.1.0",
            "`exclusiveMinimum` is 4, `exclusiveMaximum` is 4",
        ),
    ],
)
def test_impossible_bounds_are_named(schema, version, text):
    fields = {"components": {"schemas": {"A": {"type": "integer", **schema}}}}
    assert _messages(fields, version) == [f"no value fits: {text}"]


def test_messages_of_schema_rules_say_what_to_write():
    schema = {
        "type": "object",
        "requried": ["a"],
        "nullable": True,
        "properties": {"a": {"type": "string", "enum": [1, None, "a", 2, 3]}},
    }
    assert sorted(_messages({"components": {"schemas": {"A": schema}}})) == [
        "`nullable` is not of OpenAPI 3.1; other tools may ignore it; write `type: [object, 'null']`",
        "`requried` is no keyword of a schema; did you mean `required`?",
        "the `enum` allows what the rest of the schema excludes: 1, null, 2 and more",
    ]
    assert _messages({"components": {"schemas": {"A": {"const": 1, "label": 2}}}}, "3.0.3") == [
        "`const` is not of OpenAPI 3.0; other tools may ignore it; write an `enum` of one value",
        "`label` is no keyword of a schema of OpenAPI 3.0; it is ignored",
    ]


# ---------------------------------------------------------------- what is legal


LEGAL = [
    {"type": "string", "x-requried": 1, "description": "x"},
    {"type": "object", "properties": {"requried": {}, "nullable": {}, "$ref": {"type": "string"}}},
    {"minimum": 3, "maximum": 3}, {"minLength": 0, "maxLength": 0}, {"maxItems": 0, "type": "array", "items": {}},
    {"enum": ["a", 1, None]}, {"type": "number", "enum": [1, 1.5]}, {"type": "integer", "enum": [1.0]},
    {"type": "integer", "default": 1.0}, {"type": "string", "format": "binary", "example": "x"},
    {"type": "object", "default": {}, "example": {"more": 1}},
    {"oneOf": [{"type": "object", "required": ["k"]}, {"type": "object"}], "discriminator": {"propertyName": "k"}},
    {"anyOf": [{"allOf": [{"type": "object", "required": ["k"]}]}], "discriminator": {"propertyName": "k"}},
    {"oneOf": [{"type": "object"}], "required": ["k"], "discriminator": {"propertyName": "k"}},
    {"type": "object", "discriminator": {"propertyName": "k"}},
]  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", ["component", "property", "body", "response"])
@pytest.mark.parametrize("schema", LEGAL)
def test_what_is_legal_is_no_problem(schema, place, version):
    assert _check(PLACES[place][0](schema), version) == []


@pytest.mark.parametrize("example", [{"key": 1}, {"id": 1}, {"key": 1, "id": 1}])
def test_an_example_of_a_component_may_be_that_of_a_request_or_of_a_response(example):
    schema = {
        "type": "object",
        "required": ["id", "key"],
        "properties": {"id": {"readOnly": True}, "key": {"writeOnly": True}},
        "example": example,
    }
    assert _check({"components": {"schemas": {"A": schema}}}) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"label": 1, "order": 2, "note": 3, "id": 4, "name": 5, "icon": 6, "unit": 7, "group": 8},
        {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {}, "dependencies": {}},
        {"contentEncoding": "base64", "contentMediaType": "image/png", "contentSchema": {}},
        {"$defs": {"B": {"type": "string"}}, "$ref": "#/components/schemas/A/$defs/B"},
        {"if": {"type": "string"}, "then": {"minLength": 1}, "else": {}},
    ],
)  # fmt: skip
def test_unknown_keywords_are_legal_in_3_1(schema):
    assert _check({"components": {"schemas": {"A": schema}}}) == []


def test_keywords_of_another_dialect_are_legal_where_the_document_names_it():
    fields = {
        "jsonSchemaDialect": "http://json-schema.org/draft-07/schema#",
        "components": {"schemas": {"A": {"dependencies": {}, "items": [{}]}}},
    }
    assert _check(fields) == []


@pytest.mark.parametrize("keyword", sorted(KEYWORDS["3.1"]))
def test_no_keyword_is_a_misspelling(keyword):
    assert keyword not in FOREIGN_KEYWORDS["3.1"]
    assert find_misspelt_keyword(keyword, "3.1") in (keyword, "")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("#/components"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["$ref", "type", "enum", "allOf", "a"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)

_WHOLE = {
    **document(
        {
            "/x/{id}": {
                "parameters": [parameter("id", "path", {"type": "string"})],
                "post": operation(
                    parameter("q", schema={"type": "integer", "minimum": 1, "maximum": 2}),
                    body=content({"$ref": "#/components/schemas/A"}),
                    responses={
                        "200": {"description": "", **_json({"type": "string"}, example="x")}
                    },
                    callbacks={"c": {"{$url}": {"post": operation()}}},
                    security=[{"k": []}],
                ),
            }
        },
        servers=[{"url": "/{a}", "variables": {"a": {"default": "b", "enum": ["b"]}}}],
    ),
    "components": {
        "schemas": {
            "A": {
                "allOf": [{"type": "object", "required": ["k"], "minProperties": 1}],
                "oneOf": [{"properties": {"k": {"enum": ["a"], "default": "a", "example": "a"}}}],
                "discriminator": {"propertyName": "k", "mapping": {"a": "A"}},
            }
        },
        "securitySchemes": {"k": {"type": "http", "scheme": "basic"}},
    },
}


def _list_paths(value, path=()):
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from _list_paths(item, (*path, key))


_ALL_PATHS = [path for path in _list_paths(_WHOLE) if path and path[0] != "openapi"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_ALL_PATHS), _JSON, st.sampled_from(VERSIONS))
def test_whatever_stands_somewhere_is_a_problem_and_never_an_error(path, value, version):
    made = {**copy.deepcopy(_WHOLE), "openapi": version}
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert all(problem.code and str(problem) for problem in dynclient.load(made).problems)


@settings(max_examples=300)
@given(st.text(max_size=30), st.sampled_from(["3.0", "3.1"]))
def test_any_key_has_a_bounded_answer(key, version):
    keyword = find_misspelt_keyword(key, version)
    assert keyword == "" or keyword in KEYWORDS[version]


# ---------------------------------------------------------------- discriminators


def _pets(*required):
    base = {"type": "object", "discriminator": {"propertyName": "kind"}, "required": list(required)}
    child = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object"}]}
    return {"components": {"schemas": {"Pet": base, "Cat": child}}}


def test_a_base_whose_property_nobody_requires_is_reported():
    assert _check(_pets()) == [
        ("warning", "optional-discriminator", "/components/schemas/Pet/discriminator")
    ]
    assert _messages(_pets()) == [
        "no alternative requires 'kind', the property of the discriminator"
    ]
    assert _check(_pets("kind")) == []


# ---------------------------------------------------------------- examples of other objects


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("fields", "below"),
    [
        ({"schema": {"type": "integer"}, "example": "five"}, "/example"),
        ({"schema": {"type": "integer"}, "examples": {"a": {"value": "five"}}}, "/examples/a/value"),
        ({"content": {"application/json": {"schema": {"type": "integer"}, "example": "x"}}}, "/content/application~1json/example"),
        ({"schema": {"type": "array", "items": {"type": "integer"}}, "example": ["a"]}, "/example"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("location", ["query", "header", "cookie", "response header"])
def test_an_example_of_a_parameter_that_does_not_fit_is_reported(location, fields, below, version):
    if location == "response header":
        made = operation(responses={"200": {"description": "", "headers": {"H": fields}}})
        pointer = "/paths/~1x/post/responses/200/headers/H"
    else:
        made = operation({"name": "q", "in": location, **fields})
        pointer = "/paths/~1x/post/parameters/0"
    assert _check(_paths(made), version) == [("warning", "invalid-example", pointer + below)]


def test_an_array_may_be_shown_as_the_text_that_is_sent():
    schema = {"type": "array", "items": {"type": "integer"}}
    assert _check(_paths(operation(parameter("q", schema=schema, example="1,2")))) == []


@pytest.mark.parametrize("media_type", ["application/json", "application/problem+json", "multipart/form-data", "application/x-www-form-urlencoded", "*/*", "application/*"])  # fmt: skip
def test_an_example_of_a_media_type_that_does_not_fit_is_reported(media_type):
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    body = {"content": {media_type: {"schema": schema, "example": {"a": "x"}}}}
    [(_, code, pointer)] = _check(_paths(operation(body=body)))
    assert (code, pointer.rpartition("/")[2]) == ("invalid-example", "example")


@pytest.mark.parametrize(
    ("media_type", "example"),
    [
        ("application/xml", "<a/>"),
        ("application/x-www-form-urlencoded", "a=1"),
        ("text/csv", "a,b"),
        ("*/*", "<a/>"),
    ],
)
def test_an_example_in_the_form_that_is_sent_is_right(media_type, example):
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    body = {"content": {media_type: {"schema": schema, "example": example}}}
    assert _check(_paths(operation(body=body))) == []


def test_an_example_that_many_name_is_reported_once():
    fields = {
        **_paths(
            operation(
                responses={
                    status: {
                        "description": "",
                        **_json({"type": "integer"}, examples={"a": {"$ref": "#/components/examples/E"}}),
                    }
                    for status in ("200", "201")
                }
            )
        ),
        "components": {"examples": {"E": {"value": "x"}}},
    }  # fmt: skip
    assert _check(fields) == [("warning", "invalid-example", "/components/examples/E/value")]
    assert _messages(fields) == ["an example does not fit its schema: got 'x', want integer"]


# ---------------------------------------------------------------- security schemes


@pytest.mark.parametrize("scheme", ["basic", "Basic", "BEARER", "digest"])
def test_a_registered_scheme_is_no_problem(scheme):
    assert (
        _check({"components": {"securitySchemes": {"a": {"type": "http", "scheme": scheme}}}}) == []
    )


@pytest.mark.parametrize(
    ("scheme", "code", "message"),
    [
        ("token", "unregistered-http-scheme", "'token' is no registered HTTP authentication scheme"),
        ("X-Matrix", "unregistered-http-scheme", "'X-Matrix' is no registered HTTP authentication scheme"),
        ("baerer", "unregistered-http-scheme", "'baerer' is no registered HTTP authentication scheme; did you mean Bearer?"),
        ("HOBA", "unsupported-security-scheme", "dynclient cannot put credentials of the HTTP scheme HOBA on a request"),
        ("oauth", "unsupported-security-scheme", "dynclient cannot put credentials of the HTTP scheme OAuth on a request"),
    ],
)  # fmt: skip
def test_an_http_scheme_that_cannot_be_used_is_one_warning(scheme, code, message):
    fields = {"components": {"securitySchemes": {"a": {"type": "http", "scheme": scheme}}}}
    assert _check(fields) == [("warning", code, "/components/securitySchemes/a/scheme")]
    assert _messages(fields) == [message]


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ({"type": "basic"}, "bad-security-scheme"), ({"type": "apikey", "name": "a", "in": "header"}, "bad-security-scheme"),
        ({"type": "apiKey", "name": "a", "in": "body"}, "bad-security-scheme"), ({}, "bad-security-scheme"),
        ({"type": "apiKey", "in": "header"}, "missing-field"), ({"type": "http"}, "missing-field"),
        ({"type": "oauth2"}, "missing-field"), ({"type": "openIdConnect"}, "missing-field"),
    ],
)  # fmt: skip
def test_a_security_scheme_that_lacks_something_is_an_error(scheme, code):
    problems = _check({"components": {"securitySchemes": {"a": scheme}}})
    assert [(severity, found) for severity, found, _ in problems] == [("error", code)]


# ---------------------------------------------------------------- servers

_SERVER = {"url": "https://{host}.test/{base}", "variables": {"host": {"default": "a"}}}


@pytest.mark.parametrize(
    ("build", "pointer"),
    [
        (lambda s: {"servers": [s]}, "/servers/0"),
        (lambda s: {"paths": {"/x": {"servers": [s], "get": operation()}}}, "/paths/~1x/servers/0"),
        (lambda s: {"paths": {"/x": {"get": operation(servers=[s])}}}, "/paths/~1x/get/servers/0"),
    ],
)
def test_a_server_variable_that_is_not_defined_is_an_error(build, pointer):
    assert _check(build(_SERVER)) == [("error", "undefined-server-variable", f"{pointer}/url")]
    assert _messages(build(_SERVER)) == [
        "the server variable {base} of https://{host}.test/{base} is not defined"
    ]


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({"url": "https://a.test", "variables": {"a": {"default": "b"}}}, ("warning", "unused-server-variable")),
        ({"url": "https://{a}.test", "variables": {"a": {}}}, ("error", "missing-field")),
        ({"url": "https://{a}.test", "variables": {"a": {"default": "b", "enum": ["c"]}}}, ("warning", "invalid-default")),
        ({"description": "x"}, ("error", "missing-field")),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_filled_is_reported(server, expected):
    assert [problem[:2] for problem in _check({"servers": [server]})] == [expected]


@pytest.mark.parametrize("default", ["", 0, False, "b"])
def test_a_default_of_a_server_variable_may_be_empty_or_a_number(default):
    variables = {"a": {"default": default, "enum": [default]}}
    assert _check({"servers": [{"url": "/{a}", "variables": variables}]}) == []


# ---------------------------------------------------------------- fields of objects


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (_paths(operation(summry="x")), "an operation has no field `summry`; did you mean `summary`?"),
        (_paths(operation({**parameter("q"), "requried": True})), "a parameter has no field `requried`; did you mean `required`?"),
        (_paths(operation(responses={"200": {"descripton": "", "description": ""}})), "a response has no field `descripton`; did you mean `description`?"),
        ({"info": {"title": "t", "version": "1", "licence": {}}}, "an info has no field `licence`; did you mean `license`?"),
        ({"components": {"schema": {}}}, "a components has no field `schema`; did you mean `schemas`?"),
        ({"paths": {"/x": {"gte": operation()}}}, "a path item has no field `gte`; did you mean `get`?"),
    ],
)  # fmt: skip
def test_a_misspelt_field_is_reported_with_what_was_meant(fields, message):
    assert _messages(fields) == [message]


@pytest.mark.parametrize(
    ("fields", "version", "message"),
    [
        ({"webhooks": {}}, "3.0.3", "`webhooks` is a field of OpenAPI 3.1; in 3.0 an OpenAPI does not have it"),
        ({"basePath": "/v1"}, "3.1.0", "`basePath` is a field of OpenAPI 2.0; in 3.1 an OpenAPI does not have it"),
        (_paths(operation(consumes=["a/b"])), "3.0.3", "`consumes` is a field of OpenAPI 2.0; in 3.0 an operation does not have it"),
        (_paths(operation({**parameter("q"), "type": "string"})), "3.0.3", "`type` is a field of OpenAPI 2.0; in 3.0 a parameter does not have it"),
        (_paths(operation(responses={"200": {"summary": "", "description": ""}})), "3.1.0", "`summary` is a field of OpenAPI 3.2; in 3.1 a response does not have it"),
    ],
)  # fmt: skip
def test_a_field_of_another_version_is_reported(fields, version, message):
    assert _messages(fields, version) == [message]


def test_a_flag_that_is_text_is_an_error():
    made = _paths(operation({**parameter("q"), "required": "true"}))
    assert _check(made) == [("error", "wrong-type", "/paths/~1x/post/parameters/0/required")]
    assert _messages(made) == ["this must be true or false; it is ignored"]


# ---------------------------------------------------------------- operations without a name


def test_operations_without_an_id_are_one_problem_with_their_count():
    paths = {f"/x{n}": {"get": {"responses": OK}} for n in range(3)}
    found = dynclient.load(document({"/y": {"get": operation()}, **paths}))
    [problem] = found.problems
    assert (problem.code, problem.severity, problem.pointer) == (
        "missing-operation-id",
        "warning",
        "/paths/~1x0/get",
    )
    assert problem.message == "3 of 4 operations have no operationId"
    assert problem.hint == 'call it as client["GET /x0"]'


def test_an_operation_of_3_1_may_lack_responses():
    made = {"paths": {"/x": {"get": {"operationId": "a"}}}}
    assert [severity for severity, _, _ in _check(made, "3.0.3")] == ["error"]
    assert [severity for severity, _, _ in _check(made, "3.1.0")] == ["warning"]


# ---------------------------------------------------------------- references


@pytest.mark.parametrize("field", ["paths", "components", "info", "tags", "servers", "webhooks"])
def test_a_reference_at_the_top_that_leads_nowhere_is_one_problem(field):
    found = dynclient.load({**single(), field: {"$ref": "#/nowhere"}})
    assert "unresolvable-reference" in [problem.code for problem in found.problems]
    assert found.security_schemes == {}
    assert found.tags == {}
    list(found.operations)


def test_tags_and_servers_may_stand_behind_a_reference():
    found = dynclient.load(
        {
            **single(servers={"$ref": "#/x-parts/servers"}),
            "tags": {"$ref": "#/x-parts/tags"},
            "x-parts": {"tags": [{"name": "A"}], "servers": [{"url": "https://b.test"}]},
        }
    )
    assert (list(found.tags), found.servers[0].url) == (["A"], "https://b.test")
    assert found.problems == ()


@pytest.mark.parametrize("kind", ["responses", "parameters", "examples", "requestBodies", "links", "callbacks", "headers", "securitySchemes"])  # fmt: skip
def test_a_reference_in_any_component_is_followed(kind):
    problems = _check({"components": {kind: {"A": {"$ref": "#/nowhere"}}}})
    assert problems == [("error", "unresolvable-reference", f"/components/{kind}/A")]


def test_a_document_that_refers_to_itself_comes_to_an_end():
    schemas = {
        "A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}, "example": {"a": {}}},
        "B": {"allOf": [{"$ref": "#/components/schemas/B"}], "maximum": 1},
        "C": {"oneOf": [{"$ref": "#/components/schemas/C"}], "discriminator": {"propertyName": "k"}},
    }  # fmt: skip
    codes = {code for _, code, _ in _check({"components": {"schemas": schemas}})}
    assert codes == {"circular-schema", "optional-discriminator"}


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf", "allOf"])
def test_schemas_that_multiply_are_checked_in_no_time(keyword):
    schemas = {}
    for n in range(300):
        reference = {"$ref": f"#/components/schemas/S{n + 1}"}
        schemas[f"S{n}"] = {keyword: [reference, reference], "maximum": 1}
    schemas["S300"] = {"type": "integer", "discriminator": {"propertyName": "k"}}
    schemas["S0"]["discriminator"] = {"propertyName": "k"}
    problems = _check({"components": {"schemas": schemas}})
    codes = {code for _, code, _ in problems}
    assert codes <= {
        "complex-schema",
        "optional-discriminator",
        "overlapping-one-of",
        "unsatisfiable-schema",
    }


def test_a_long_chain_of_references_ends():
    schemas = {f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n + 1}"}]} for n in range(400)}
    schemas["S400"] = {"type": "object"}
    schemas["U"] = {
        "oneOf": [{"$ref": "#/components/schemas/S0"}],
        "discriminator": {"propertyName": "k"},
        "minimum": 1,
    }
    assert _check({"components": {"schemas": schemas}}) == []


def test_every_code_is_described():
    package = Path(dynclient.__file__).parent
    sources = [*package.glob("plan/document_check/*.py"), *package.glob("document/*.py")]
    sources += package.glob("schema/*.py")
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    call = r'(?:report|warn|severity|_problem|Problem|_check_values)\([^()]*?"([a-z]+(?:-[a-z]+)+|tab)"'
    codes = set(re.findall(call, text))
    assert len(codes) > 30
    described = (package.parent / "docs" / "checking.md").read_text(encoding="utf-8")
    assert sorted(code for code in codes if f"`{code}`" not in described) == []


def test_a_problem_as_text_steers_no_terminal_and_no_runner():
    schemas = {"A": {"::error::x\x9b##vso[y]": 1}}
    [problem] = dynclient.load(
        {**document(version="3.0.3"), "components": {"schemas": schemas}}
    ).problems
    assert str(problem) == (
        "memory:document#/components/schemas/A/::error::x\\x9b#\\x23vso[y]: warning: "
        "`::error::x\\x9b#\\x23vso[y]` is no keyword of a schema of OpenAPI 3.0; it is ignored "
        "[unknown-keyword]"
    )
