"""How requests are read: what is refused, with which status, and in whose words."""

from __future__ import annotations

import pytest
from support.documents import answer, content, document, operation, parameter, single
from support.sandboxes import ask, data, unexplained

from dynclient import Client, Sandbox
from dynclient.errors import BadRequest

BODY = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}, "t": {"type": "string"}},
}


def declaring(*statuses, schema=None):
    """Return Responses with a success and error responses."""
    error = schema or {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}},
    }
    return {"204": {"description": ""}, **{key: answer(error, key)[key] for key in statuses}}


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        (["400"], 400),
        (["422"], 422),
        (["400", "422"], 400),
        (["4XX"], 400),
        (["default"], 400),
        ([], 400),
        (["404"], 400),
    ],
)
def test_the_status_of_a_wrong_request_is_the_one_that_the_document_declares(declared, status):
    sandbox = Sandbox(
        single(body=content(BODY), responses=declaring(*declared)), second_opinion=True
    )
    response = ask(sandbox, "POST", "/things", {"n": "x"})
    assert response.status == status
    assert unexplained(sandbox) == []


def test_without_a_declared_error_comes_a_problem_document():
    response = ask(Sandbox(single(body=content(BODY)), second_opinion=True), "POST", "/things", {})
    assert response.headers["Content-Type"] == "application/problem+json"
    assert data(response) == {
        "title": "Bad Request",
        "status": 400,
        "detail": "missing body.n: integer, required",
    }


LINE = "missing body.n: integer, required"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"message": {"type": "string"}}, {"message": LINE}),
        ({"error": {"type": "string"}}, {"error": LINE}),
        (
            {"error": {"type": "string"}, "detail": {"type": "string"}},
            {"error": "Bad Request", "detail": LINE},
        ),
        (
            {"code": {"type": "integer"}, "message": {"type": "string"}},
            {"code": 400, "message": LINE},
        ),
        ({"message": {"type": "string", "maxLength": 20}}, {"message": "Bad Request"}),
        ({"message": {"enum": ["no"]}}, {"message": "no"}),
        (
            {
                "error": {
                    "type": "object",
                    "properties": {"message": {"type": "string"}, "trace": {"type": "string"}},
                }
            },
            {"error": {"message": LINE}},
        ),
        ({"errors": {"type": "array", "items": {"type": "string"}}}, {"errors": [LINE]}),
        (
            {
                "detail": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"msg": {"type": "string"}}},
                }
            },
            {"detail": [{"msg": LINE}]},
        ),
    ],
)
def test_the_documents_error_schema_is_filled_with_what_is_wrong(properties, expected):
    schema = {"type": "object", "required": list(properties), "properties": properties}
    sandbox = Sandbox(
        single(body=content(BODY), responses=declaring("400", schema=schema)), second_opinion=True
    )
    assert data(ask(sandbox, "POST", "/things", {})) == expected
    assert unexplained(sandbox) == []


def test_what_was_only_made_up_is_left_out_of_an_error():
    properties = {
        "message": {"type": "string"},
        "trace": {"type": "string"},
        "host": {"type": "string"},
    }
    schema = {"type": "object", "required": ["message", "host"], "properties": properties}
    response = ask(
        Sandbox(
            single(body=content(BODY), responses=declaring("400", schema=schema)),
            second_opinion=True,
        ),
        "POST",
        "/things",
        {},
    )
    assert set(data(response)) == {"message", "host"}


def test_text_errors_say_it_too():
    responses = {"204": {"description": ""}, **answer({"type": "string"}, "400", "text/plain")}
    response = ask(
        Sandbox(single(body=content(BODY), responses=responses), second_opinion=True),
        "POST",
        "/things",
        {},
    )
    assert response.body.decode() == LINE


def test_a_long_list_of_problems_is_counted():
    schema = {"type": "object", "required": [f"n{i}" for i in range(50)]}
    text = data(
        ask(Sandbox(single(body=content(schema)), second_opinion=True), "POST", "/things", {})
    )["detail"]
    assert text.count("missing") == 20
    assert text.endswith("and 30 more")


@pytest.mark.parametrize(
    ("body", "headers", "word"),
    [
        (b"{", {"Content-Type": "application/json"}, "syntax"),
        (b"[" * 100_000, {"Content-Type": "application/json"}, "syntax"),
        (b"\xff", {"Content-Type": "application/json"}, "syntax"),
        (b"<a/>", {"Content-Type": "text/xml"}, "media-type"),
        (None, {}, "missing"),
        (b"", {"Content-Type": "application/json"}, "missing"),
        (b"null", {"Content-Type": "application/json"}, "type"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_wrong_request(body, headers, word):
    sandbox = Sandbox(single(body=content(BODY)), second_opinion=True)
    response = ask(sandbox, "POST", "/things", body=body, **headers)
    assert response.status == 400
    assert data(response)["detail"].startswith(word)
    assert unexplained(sandbox) == []


def test_an_unknown_media_type_gets_415_where_the_document_declares_it():
    sandbox = Sandbox(
        single(body=content(BODY), responses=declaring("400", "415")), second_opinion=True
    )
    assert ask(sandbox, "POST", "/things", body=b"x", Content_Type="text/xml").status == 415


def test_a_body_without_a_content_type_is_the_one_declared():
    sandbox = Sandbox(single(body=content(BODY)), second_opinion=True)
    assert ask(sandbox, "POST", "/things", body=b'{"n": 1}').status == 200
    assert ask(sandbox, "POST", "/things", body=b'{"n": "1"}').status == 400
    assert unexplained(sandbox) == []


def test_what_the_document_does_not_declare_passes():
    sandbox = Sandbox(single(parameter("a"), body=content(BODY)))
    for url, body in (("/things?b=1", {"n": 1}), ("/things", {"n": 1, "m": 2})):
        assert ask(sandbox, "POST", url, body, X_Stranger="1", Cookie="c=1").status == 200


@pytest.mark.parametrize(
    ("given", "query", "headers"),
    [
        (parameter("n", schema={"type": "integer", "minimum": 3}, required=True), "n=3", {}),
        (
            parameter("n", schema={"type": "array", "items": {"type": "integer"}}, required=True),
            "n=1&n=2",
            {},
        ),
        (
            parameter(
                "n",
                schema={"type": "array", "items": {"type": "integer"}},
                required=True,
                explode=False,
            ),
            "n=1,2",
            {},
        ),
        (
            parameter(
                "n",
                schema={
                    "type": "object",
                    "properties": {"a": {"type": "integer"}},
                    "required": ["a"],
                },
                required=True,
            ),
            "a=1",
            {},
        ),
        (
            parameter(
                "n",
                schema={"type": "object", "properties": {"a": {"type": "boolean"}}},
                required=True,
                style="deepObject",
            ),
            "n%5Ba%5D=true",
            {},
        ),
        (parameter("n", schema={"const": "a b+c"}, required=True), "n=a+b%2Bc", {}),
        (parameter("X-N", "header", {"type": "integer"}, required=True), "", {"x-n": "5"}),
        (
            parameter(
                "X-N", "header", {"type": "array", "items": {"type": "integer"}}, required=True
            ),
            "",
            {"X-N": "5, 6"},
        ),
        (parameter("n", "cookie", {"type": "integer"}, required=True), "", {"Cookie": "a=b; n=4"}),
        (
            parameter(
                "n", "cookie", {"type": "array", "items": {"type": "integer"}}, required=True
            ),
            "",
            {"Cookie": "n=4&n=5"},
        ),
        (
            {
                "name": "n",
                "in": "query",
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "n=%7B%7D",
            {},
        ),
    ],
)
def test_parameters_are_read_in_every_location_and_missed_where_they_are_required(
    given, query, headers
):
    sandbox = Sandbox(single(given, method="get"), second_opinion=True)
    assert ask(sandbox, "GET", f"/things?{query}", **headers).status == 200
    response = ask(sandbox, "GET", "/things")
    assert response.status == 400
    assert data(response)["detail"].startswith(f"missing {given['in']}")
    assert unexplained(sandbox) == []


@pytest.mark.parametrize(
    ("given", "query", "word"),
    [
        (parameter("n", schema={"type": "integer"}), "n=x", "type query.n"),
        (
            parameter("n", schema={"type": "string", "pattern": "^(a|b)+$"}),
            "n=c",
            "pattern query.n",
        ),
        (parameter("n", schema={"type": "string", "format": "date"}), "n=1", "format query.n"),
        (parameter("n", schema={"enum": ["a"]}), "n=b", "enum query.n"),
        (
            {"name": "n", "in": "query", "content": {"application/json": {"schema": {}}}},
            "n=%7B",
            "syntax query.n",
        ),
        (
            {"name": "n", "in": "query", "content": {"application/json": {"schema": {}}}},
            "n=" + "%5B" * 9999,
            "syntax query.n",
        ),
    ],
)
def test_a_wrong_parameter_is_named(given, query, word):
    sandbox = Sandbox(single(given, method="get"), second_opinion=True)
    response = ask(sandbox, "GET", f"/things?{query}")
    assert response.status == 400
    assert data(response)["detail"].startswith(word)
    assert unexplained(sandbox) == []


def test_header_parameters_that_the_standard_takes_from_elsewhere_are_not_asked_for():
    given = [
        parameter(name, "header", {"enum": ["x"]}, required=True)
        for name in ("Accept", "Authorization")
    ]
    sandbox = Sandbox(single(*given, method="get"), second_opinion=True)
    assert ask(sandbox, "GET", "/things", Accept="application/json").status == 200
    assert unexplained(sandbox) == []


def test_a_path_parameter_that_the_template_does_not_have_is_not_missed():
    sandbox = Sandbox(single(parameter("ghost", "path", {"type": "string"}), method="get"))
    assert ask(sandbox, "GET", "/things").status == 200


def test_forms_and_parts_are_read_by_the_kinds_that_their_schema_allows():
    for media_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        document_ = single(body=content(BODY, media_type))
        sandbox = Sandbox(document_, second_opinion=True)
        client = Client(document_, transport=sandbox)
        assert client.run.send(body={"n": 5, "t": "ä b"}).status == 200
        with pytest.raises(BadRequest):
            client.with_options(validate_requests=False).run(body={"n": "five"})
        assert unexplained(sandbox) == []


def test_bodies_that_json_schema_cannot_speak_of_are_taken_as_they_are():
    for media_type, schema in (
        ("application/xml", BODY),
        ("application/octet-stream", {"type": "string", "format": "binary"}),
    ):
        sandbox = Sandbox(single(body=content(schema, media_type)))
        assert (
            ask(sandbox, "POST", "/things", body=b"<\xc3\xa4/>", Content_Type=media_type).status
            == 200
        )
        assert ask(sandbox, "POST", "/things").status == 400
    text = Sandbox(
        single(body=content({"type": "string", "maxLength": 3}, "text/plain")), second_opinion=True
    )
    assert (
        ask(text, "POST", "/things", body="äöü".encode(), Content_Type="text/plain").status == 200
    )
    assert ask(text, "POST", "/things", body=b"four", Content_Type="text/plain").status == 400
    assert unexplained(text) == []


SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "c"},
    "basic": {"type": "http", "scheme": "Basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
    "digest": {"type": "http", "scheme": "digest"},
    "tls": {"type": "mutualTLS"},
}


@pytest.mark.parametrize(
    ("security", "url", "headers", "admitted"),
    [
        ([{"key": []}], "/things", {"x-key": "1"}, True),
        ([{"key": []}], "/things", {"X-Key": " "}, False),
        ([{"key": []}], "/things", {}, False),
        ([{"query": []}], "/things?k=1", {}, True),
        ([{"query": []}], "/things?k=", {}, False),
        ([{"cookie": []}], "/things", {"Cookie": "a=b; c=1"}, True),
        ([{"cookie": []}], "/things", {"Cookie": "a=b"}, False),
        ([{"basic": []}], "/things", {"Authorization": "Basic dTpw"}, True),
        ([{"basic": []}], "/things", {"Authorization": "Basic dXA="}, False),
        ([{"basic": []}], "/things", {"Authorization": "Basic !!"}, False),
        ([{"basic": []}], "/things", {"Authorization": "Bearer x"}, False),
        ([{"bearer": []}], "/things", {"Authorization": "bearer x"}, True),
        ([{"bearer": []}], "/things", {"Authorization": "Bearer "}, False),
        ([{"oauth": ["read"]}], "/things", {"Authorization": "Bearer x"}, True),
        ([{"oauth": ["read"]}], "/things", {}, False),
        ([{"digest": []}], "/things", {"Authorization": "Digest u=1"}, True),
        ([{"tls": []}], "/things", {}, True),
        ([{"key": [], "query": []}], "/things?k=1", {}, False),
        ([{"key": [], "query": []}], "/things?k=1", {"X-Key": "1"}, True),
        ([{"key": []}, {"query": []}], "/things?k=1", {}, True),
        ([{"key": []}, {}], "/things", {}, True),
        ([], "/things", {}, True),
        ([{"nobody": []}, {"key": []}], "/things", {}, False),
    ],
)
def test_one_alternative_of_the_security_formula_has_to_be_carried_in_full(
    security, url, headers, admitted
):
    sandbox = Sandbox(
        single(method="get", security=security, components={"securitySchemes": SCHEMES}),
        second_opinion=True,
    )
    assert ask(sandbox, "GET", url, **headers).status == (200 if admitted else 401)
    assert unexplained(sandbox) == []


def test_credentials_are_asked_for_before_the_request_is_read_and_after_the_path():
    sandbox = Sandbox(
        single(
            body=content(BODY), security=[{"bearer": []}], components={"securitySchemes": SCHEMES}
        ),
        second_opinion=True,
    )
    response = ask(sandbox, "POST", "/things", {"n": "x"})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="sandbox"'
    assert ask(sandbox, "GET", "/things").status == 405
    assert ask(sandbox, "GET", "/nothing").status == 404


def test_a_broken_corner_is_a_500_that_names_it_and_hurts_no_other_operation():
    paths = {
        "/bad": {"get": operation(answer, operationId="bad")},
        "/good": {"get": operation(operationId="good")},
    }
    paths["/bad"]["get"]["parameters"] = [{"$ref": "#/nowhere"}]
    sandbox = Sandbox(document(paths), second_opinion=True)
    response = ask(sandbox, "GET", "/bad")
    assert response.status == 500
    assert "bad" in data(response)["detail"]
    assert "#/nowhere" in data(response)["detail"]
    assert ask(sandbox, "GET", "/good").status == 200
