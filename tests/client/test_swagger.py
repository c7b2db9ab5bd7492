"""Swagger 2.0 as a user meets it: found, called, checked, answered by the sandbox."""

from __future__ import annotations

import contextlib
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import Server
from support.swagger import OK, array, swagger, swagger_single

import dynclient

PETS = swagger(
    {
        "/pets": {
            "parameters": [{"name": "X-Tenant", "in": "header", "type": "string"}],
            "get": {
                "operationId": "listPets",
                "parameters": [{"$ref": "#/parameters/limit"}],
                "responses": {
                    "200": {
                        "description": "pets",
                        "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}},
                        "examples": {"application/json": [{"name": "Rex", "kind": "Dog"}]},
                    },
                    "404": {"$ref": "#/responses/Missing"},
                },
            },
            "post": {
                "operationId": "addPet",
                "parameters": [
                    {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}}
                ],
                "responses": {"201": {"description": "made", "schema": {"$ref": "#/definitions/Pet"}}},
            },
        }
    },
    consumes=["application/json"],
    produces=["application/json"],
    parameters={"limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 10}},
    responses={"Missing": {"description": "none", "schema": {"$ref": "#/definitions/Error"}}},
    definitions={
        "Error": {"type": "object", "properties": {"message": {"type": "string"}}},
        "Pet": {
            "type": "object",
            "discriminator": "kind",
            "required": ["name", "kind"],
            "properties": {
                "name": {"type": "string"},
                "kind": {"type": "string"},
                "owner": {"type": "string", "x-nullable": True},
                "id": {"type": "integer", "readOnly": True},
            },
        },
        "Dog": {
            "allOf": [
                {"$ref": "#/definitions/Pet"},
                {"type": "object", "properties": {"barks": {"type": "boolean"}}},
            ]
        },
    },
)  # fmt: skip


@pytest.mark.parametrize("version", ["2.0", 2.0, 2])
def test_a_document_is_read_with_its_version_as_text_or_number(version):
    loaded = dynclient.load({**PETS, "swagger": version})
    assert loaded.version == "2.0"
    assert list(loaded.operations) == ["listPets", "addPet"]


def test_a_body_is_checked_in_both_readings_and_null_is_an_extension():
    client = dynclient.Client(PETS, transport=Server())
    assert client.add_pet.validate(name="Rex", kind="Dog", owner=None, barks=True) == []
    texts = [str(one) for one in client.add_pet.validate(name=None, kind="Dog", barks="no", id=1)]
    assert any("body.name" in text for text in texts)
    assert any("body.barks" in text for text in texts)
    [violation] = client.add_pet.validate(name="Rex", kind="Cat")
    assert violation.path == ("body", "kind")
    assert violation.place.pointer == "/definitions/Dog"


def test_places_are_those_of_the_swagger_text():
    loaded = dynclient.load(PETS)
    operation = loaded.operations["listPets"]
    places = [parameter.node.pointer for parameter in operation.parameters]
    assert places == ["/paths/~1pets/parameters/0", "/parameters/limit"]
    assert operation.responses["404"].node.pointer == "/responses/Missing"
    response = operation.responses["200"].content["application/json"]
    assert response.schema.pointer == "/paths/~1pets/get/responses/200/schema"
    assert response.examples == [[{"name": "Rex", "kind": "Dog"}]]
    body = loaded.operations["addPet"].request_body.content["application/json"]
    assert body.schema.pointer == "/paths/~1pets/post/parameters/0/schema"


def test_the_sandbox_answers_calls_of_a_swagger_document():
    sandbox = dynclient.Sandbox(PETS)
    client = dynclient.Client(PETS, transport=sandbox)
    made = client.add_pet(name="Rex", kind="Dog")
    assert made["name"] == "Rex"
    assert isinstance(client.list_pets(limit=3), list)
    for operation in client.operations.values():
        operation.send(operation.example())


@pytest.mark.parametrize(
    ("fields", "source", "url"),
    [
        ({}, {}, "https://api.example.com/v1/things"),
        ({"schemes": ["http", "https"]}, {}, "http://api.example.com/v1/things"),
        ({"schemes": ["wss", "https"]}, {}, "https://api.example.com/v1/things"),
        ({"schemes": None}, {}, "https://api.example.com/v1/things"),
        ({"basePath": "/"}, {}, "https://api.example.com/things"),
        ({"basePath": None}, {}, "https://api.example.com/things"),
        ({"basePath": "v1/"}, {}, "https://api.example.com/v1/things"),
        ({"host": "api.example.com:8443"}, {}, "https://api.example.com:8443/v1/things"),
        ({"host": "http://api.example.com", "schemes": None}, {}, "http://api.example.com/v1/things"),
    ],
)  # fmt: skip
def test_the_server_is_made_of_scheme_host_and_base_path(fields, source, url):
    server = Server()
    top = {**swagger_single(), **fields}
    given = {name: value for name, value in top.items() if value is not None}
    dynclient.Client(given, transport=server, **source).run()
    assert str(server.seen[0].url) == url


@pytest.mark.parametrize("method_schemes", [["http"], ["ws", "http"]])
def test_an_operation_may_have_its_own_schemes(method_schemes):
    server = Server()
    dynclient.Client(swagger_single(schemes=["https"]) | {}, transport=server).run()
    own = swagger(
        {"/things": {"post": {"operationId": "run", "schemes": method_schemes, "responses": OK}}}
    )
    dynclient.Client(own, transport=server).run()
    assert [request.url.scheme for request in server.seen] == ["https", "http"]


FORMATS = [
    ("query", "", ["a", "b"], "?list=a,b"),
    ("query", "csv", ["a", "b,c"], "?list=a,b%2Cc"),
    ("query", "ssv", ["a", "b"], "?list=a%20b"),
    ("query", "tsv", ["a", "b c"], "?list=a%09b%20c"),
    ("query", "pipes", ["a", "b"], "?list=a%7Cb"),
    ("query", "multi", ["a", "b"], "?list=a&list=b"),
    ("path", "", ["a", "b"], "/a,b"),
    ("path", "csv", ["a", "b"], "/a,b"),
    ("path", "ssv", ["a", "b"], "/a%20b"),
    ("path", "tsv", ["a", "b"], "/a%09b"),
    ("path", "pipes", ["a", "b"], "/a%7Cb"),
    ("header", "", ["a", "b"], "a,b"),
    ("header", "csv", ["a", "b"], "a,b"),
    ("header", "ssv", ["a", "b"], "a b"),
    ("header", "tsv", ["a", "b"], "a\tb"),
    ("header", "pipes", ["a", "b"], "a|b"),
    ("header", "multi", ["a", "b"], "a,b"),
]


def build_array_document(location, collection_format, **items):
    path = "/things/{list}" if location == "path" else "/things"
    return swagger_single(array("list", location, collection_format, **items), path=path)


def read_sent_text(location, request):
    if location == "header":
        return dict(request.headers)["list"]
    return request.url.removeprefix("https://api.example.com/v1/things")


@pytest.mark.parametrize(("location", "collection_format", "value", "text"), FORMATS)
def test_an_array_is_written_in_each_collection_format(location, collection_format, value, text):
    document = build_array_document(location, collection_format)
    client = dynclient.Client(document, transport=Server())
    request = client.run.request(list=value)
    assert read_sent_text(location, request) == text


@pytest.mark.parametrize(("location", "collection_format", "value", "_text"), FORMATS)
def test_the_sandbox_reads_each_collection_format_back(location, collection_format, value, _text):
    document = build_array_document(location, collection_format)
    sandbox = dynclient.Sandbox(document)
    dynclient.Client(document, transport=sandbox).run(list=value)
    assert sandbox.calls[-1].call[location]["list"] == value


@pytest.mark.parametrize(
    ("location", "outer", "inner", "text"),
    [
        ("query", "csv", "pipes", "?list=1%7C2,3"),
        ("query", "pipes", "csv", "?list=1,2%7C3"),
        ("query", "multi", "csv", "?list=1,2&list=3"),
        ("query", "multi", "tsv", "?list=1%092&list=3"),
        ("path", "csv", "ssv", "/1%202,3"),
        ("header", "csv", "pipes", "1|2,3"),
    ],
)
def test_an_array_in_an_array_has_its_own_format(location, outer, inner, text):
    items = {"type": "array", "items": {"type": "integer"}, "collectionFormat": inner}
    document = build_array_document(location, outer, **items)
    sandbox = dynclient.Sandbox(document)
    client = dynclient.Client(document, transport=sandbox)
    call = {"list": [[1, 2], [3]]}
    assert read_sent_text(location, client.run.request(**call)) == text
    client.run(**call)
    assert sandbox.calls[-1].call[location] == call


def test_what_a_delimiter_would_end_is_refused():
    items = {"type": "array", "items": {"type": "string"}}
    nested = dynclient.Client(build_array_document("query", "csv", **items), transport=Server())
    assert nested.run.validate(list=[["a"], ["b"]]) == []
    assert "same delimiter" in str(nested.run.validate(list=[["a", "b"]])[0])
    tabs = dynclient.Client(build_array_document("query", "tsv"), transport=Server())
    assert r"'\t' ends an item" in str(tabs.run.validate(list=["a\tb"])[0])
    pipes = dynclient.Client(build_array_document("header", "pipes"), transport=Server())
    assert pipes.run.validate(list=["a|b"]) != []


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)


@settings(max_examples=80, deadline=None)
@given(
    location=st.sampled_from(["query", "path", "header"]),
    formats=st.lists(
        st.sampled_from(["csv", "ssv", "tsv", "pipes", "multi"]), min_size=1, max_size=2
    ),
    data=st.data(),
)
def test_whatever_passes_the_check_is_read_back(location, formats, data):
    items = {"type": "string"}
    values = TEXTS
    for name in formats[:0:-1]:
        items = {"type": "array", "items": items, "collectionFormat": name}
        values = st.lists(values, max_size=3)
    value = data.draw(st.lists(values, min_size=1, max_size=3))
    document = build_array_document(location, formats[0], **items)
    sandbox = dynclient.Sandbox(document)
    client = dynclient.Client(document, transport=sandbox)
    if client.run.validate(list=value):
        return
    client.run(list=value)
    assert sandbox.calls[-1].call[location]["list"] == value


def form_parameter(name, **fields):
    return {"name": name, "in": "formData", "type": "string", **fields}


def test_a_form_without_consumes_is_urlencoded():
    tags = array("tags", "formData")
    document = swagger_single(
        form_parameter("name", required=True), tags, array("ids", "formData", "multi")
    )
    client = dynclient.Client(document, transport=Server())
    request = client.run.request(name="a b", tags=["x", "y"], ids=["1", "2"])
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.body == b"name=a+b&tags=x,y&ids=1&ids=2"
    assert "body.name" in str(client.run.validate(body={"tags": []})[0])
    assert "body.nme" in str(client.run.validate(body={"name": "a", "nme": 1})[0])


def test_a_form_without_required_values_may_be_left_out():
    client = dynclient.Client(swagger_single(form_parameter("name")), transport=Server())
    request = client.run.request()
    assert (request.body, request.headers.get("Content-Type")) == (None, None)


def test_an_operation_adds_to_the_form_of_its_path_and_replaces_what_it_names():
    document = swagger_single(form_parameter("count", type="integer"), form_parameter("note"))
    document["paths"]["/things"]["parameters"] = [form_parameter("tenant"), form_parameter("count")]
    client = dynclient.Client(document, transport=Server())
    assert client.run.request(tenant="a", count=1, note="b").body == b"tenant=a&count=1&note=b"
    assert [violation.path for violation in client.run.validate(count="x")] == [("body", "count")]


def test_an_operation_replaces_the_media_types_of_the_document():
    schema = {"200": {"description": "fine", "schema": {"type": "string"}}}
    fields = {"consumes": ["text/plain"], "produces": ["text/plain"], "responses": schema}
    document = swagger_single(
        {"name": "text", "in": "body", "schema": {"type": "string"}}, **fields
    )
    request = dynclient.Client(document, transport=Server()).run.request(body="a")
    assert (request.headers["Accept"], request.headers["Content-Type"]) == ("text/plain",) * 2
    operation = document["paths"]["/things"]["post"]
    operation |= {"consumes": ["text/html"], "produces": ["text/html"]}
    request = dynclient.Client(document, transport=Server()).run.request(body="a")
    assert (request.headers["Accept"], request.headers["Content-Type"]) == ("text/html",) * 2


@pytest.mark.parametrize(
    ("collection_format", "text"),
    [("csv", "x,y"), ("ssv", "x+y"), ("tsv", "x%09y"), ("pipes", "x%7Cy"), ("multi", "x&tags=y")],
)
def test_each_collection_format_is_written_into_a_form_and_read_back(collection_format, text):
    document = swagger_single(array("tags", "formData", collection_format))
    sandbox = dynclient.Sandbox(document)
    client = dynclient.Client(document, transport=sandbox)
    assert client.run.request(tags=["x", "y"]).body == f"tags={text}".encode()
    client.run(tags=["x", "y"])
    assert sandbox.calls[-1].call["body"] == {"tags": ["x", "y"]}


@pytest.mark.parametrize(
    "consumes", [[], ["application/x-www-form-urlencoded"], ["multipart/form-data"]]
)
def test_a_form_with_a_file_is_multipart(consumes):
    photo = form_parameter("photo", type="file", required=True)
    document = swagger_single(photo, array("tags", "formData", "pipes"), consumes=consumes)
    sandbox = dynclient.Sandbox(document)
    client = dynclient.Client(document, transport=sandbox)
    request = client.run.request(photo=b"\x00PNG", tags=["x", "y"])
    assert request.headers["Content-Type"].startswith("multipart/form-data")
    assert b'name="photo"; filename=' in request.body
    assert b"x|y" in request.body
    client.run(photo=b"\x00PNG", tags=["x", "y"])
    assert sandbox.calls[-1].call["body"] == {"photo": "\x00PNG", "tags": ["x", "y"]}


@pytest.mark.parametrize("media_type", ["image/png", "application/octet-stream", "application/pdf"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01"])
def test_a_file_response_is_bytes_also_when_it_is_empty(media_type, content):
    responses = {"200": {"description": "a file", "schema": {"type": "file"}}}
    document = swagger_single(produces=[media_type], responses=responses)
    reply = httpx.Response(200, content=content, headers={"Content-Type": media_type})
    assert dynclient.Client(document, transport=Server(reply)).run() == content


@pytest.mark.parametrize(
    "produces", [[], ["application/json"], ["application/json", "application/pdf"]]
)
def test_a_file_is_never_taken_apart_and_may_come_without_a_media_type(produces):
    responses = {"200": {"description": "a file", "schema": {"type": "file"}}}
    document = swagger_single(produces=produces, responses=responses)
    empty = Server(httpx.Response(200))
    assert dynclient.Client(document, transport=empty).run() == b""
    full = Server(httpx.Response(200, json={"a": 1}))
    assert dynclient.Client(document, transport=full).run() == b'{"a":1}'


def test_a_value_of_a_form_may_be_empty_where_the_document_says_so():
    document = swagger_single(form_parameter("n", type="integer", allowEmptyValue=True))
    sandbox = dynclient.Sandbox(document)
    client = dynclient.Client(document, transport=sandbox)
    client.run(n="")
    assert sandbox.calls[-1].call["body"] == {"n": ""}
    client.run(n=3)
    assert sandbox.calls[-1].call["body"] == {"n": 3}
    assert client.run.validate(n="x") != []


def test_a_document_of_several_files_keeps_the_places_of_each(tmp_path):
    models = {
        "definitions": {
            "Pet": {"type": "object", "discriminator": "kind", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
            "Dog": {"allOf": [{"$ref": "#/definitions/Pet"}, {"properties": {"barks": {"type": "boolean"}}}]},
        },
        "parameters": {"body": {"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Pet"}}},
        "run": {"operationId": "run", "parameters": [{"$ref": "#/parameters/body"}], "responses": OK},
    }  # fmt: skip
    (tmp_path / "models.json").write_text(json.dumps(models))
    root = swagger({"/pets": {"post": {"$ref": "models.json#/run"}}})
    (tmp_path / "root.json").write_text(json.dumps(root))
    client = dynclient.Client(tmp_path / "root.json", transport=Server())
    [violation] = client.run.validate(kind="Dog", barks=1)
    assert violation.place.file == "models.json"
    assert violation.place.pointer == "/definitions/Dog/allOf/1/properties/barks"
    assert client.run.validate(kind="Dog", barks=True) == []


def test_response_headers_are_read_by_their_collection_format():
    header = array("", "header", "pipes", type="integer")
    header = {key: value for key, value in header.items() if key not in ("name", "in")}
    document = swagger_single(
        responses={"200": {"description": "ok", "headers": {"X-Ids": header}}}
    )
    good = Server(httpx.Response(200, headers={"X-Ids": "1|2"}))
    result = dynclient.Client(document, transport=good).run.send()
    assert result.violations == ()
    assert result.header_data == {"X-Ids": [1, 2]}
    bad = Server(httpx.Response(200, headers={"X-Ids": "1,x"}))
    with pytest.raises(dynclient.errors.InvalidResponse, match="X-Ids"):
        dynclient.Client(document, transport=bad).run()


@pytest.mark.parametrize(
    ("definition", "credential", "header"),
    [
        ({"type": "basic"}, ("u", "p"), ("Authorization", "Basic dTpw")),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, "k", ("X-Key", "k")),
        ({"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a.example", "scopes": {}}, "t", ("Authorization", "Bearer t")),
    ],
)  # fmt: skip
def test_each_security_definition_puts_its_credential_on_the_request(
    definition, credential, header
):
    server = Server()
    document = swagger_single(securityDefinitions={"s": definition}, security=[{"s": []}])
    dynclient.Client(document, transport=server, credentials={"s": credential}).run()
    assert server.seen[0].headers[header[0]] == header[1]


@pytest.mark.parametrize(
    ("flow", "name"),
    [("implicit", "implicit"), ("password", "password"), ("application", "clientCredentials"), ("accessCode", "authorizationCode")],
)  # fmt: skip
def test_an_oauth2_flow_has_the_name_of_openapi_3(flow, name):
    definition = {
        "type": "oauth2",
        "flow": flow,
        "tokenUrl": "https://a.example",
        "scopes": {"r": "read"},
    }
    document = dynclient.load(swagger(securityDefinitions={"o": definition}))
    scheme = document.top["components"]["securitySchemes"]["o"]
    assert scheme.value["flows"] == {
        name: {"tokenUrl": "https://a.example", "scopes": {"r": "read"}}
    }


ODD_VALUES = [None, [], {}, 1, "x", "", True, [None], {"$ref": "#/nowhere"}, {"$ref": 1}, 1e400, -1]


def list_places(tree, place=()):
    """Yield the keys that lead to each value inside a tree."""
    members = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in members:
        yield (*place, key)
        if isinstance(value, dict | list):
            yield from list_places(value, (*place, key))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(list_places(PETS))), st.sampled_from(ODD_VALUES))
def test_a_broken_corner_ends_in_a_problem_or_a_typed_error(place, value):
    document = json.loads(json.dumps(PETS))
    owner = document
    for key in place[:-1]:
        owner = owner[key]
    owner[place[-1]] = value
    try:
        loaded = dynclient.load(document)
    except dynclient.errors.DocumentError:
        return
    assert isinstance(loaded.problems, tuple)
    sandbox = dynclient.Sandbox(loaded)
    client = dynclient.Client(loaded, server="https://api.example.com", transport=sandbox)
    for operation in client.operations.values():
        with contextlib.suppress(dynclient.errors.DynclientError):
            operation.send(operation.example())
