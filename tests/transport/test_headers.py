"""Response headers: raw in `.headers`, decoded by their schemas in `.header_data`, judged with the rest."""

from __future__ import annotations

import pickle

import httpx
import pytest
from support.both import document
from support.documents import Server
from support.faulty_server import reply

import dynclient
from dynclient import errors


def declaring(status="200", **headers):
    """Return a document whose response declares headers, `x_rate` for `X-Rate`."""
    named = {name.replace("_", "-").title(): header for name, header in headers.items()}
    return document(responses={status: {"description": "", "headers": named}})


def result(made, fields, status=200, **options):
    transport = Server(httpx.Response(status, headers=fields))
    return dynclient.Client(made, transport=transport, **options).run.send()


def schema(kind, **fields):
    return {"schema": {"type": kind, **fields.pop("schema", {})}, **fields}


@pytest.mark.parametrize(
    ("header", "raw", "value"),
    [
        (schema("integer"), "42", 42),
        (schema("integer"), "123456789012345678901", 123456789012345678901),
        (schema("number"), "1.5", 1.5),
        (schema("boolean"), "true", True),
        (schema("string"), "a, b", "a, b"),
        (schema("string"), "", ""),
        (schema("array", schema={"items": {"type": "integer"}}), "1, 2,3", [1, 2, 3]),
        (schema("object", schema={"properties": {"a": {"type": "integer"}}}), "a,1,b,x", {"a": 1, "b": "x"}),
        (schema("object", explode=True, schema={"properties": {"a": {"type": "integer"}}}), "a=1,b=x", {"a": 1, "b": "x"}),
        ({"content": {"application/json": {"schema": {"type": "array"}}}}, "[1, null]", [1, None]),
        ({}, "anything", "anything"),
    ],
)  # fmt: skip
def test_a_declared_header_is_decoded_by_its_schema(header, raw, value):
    got = result(declaring(x_rate=header), {"x-rate": raw})
    assert got.header_data == {"X-Rate": value}
    assert got.headers["X-RATE"] == raw
    assert got.violations == ()
    assert pickle.loads(pickle.dumps(got)) == got


@pytest.mark.parametrize(
    ("header", "raw", "kind"),
    [
        (schema("integer"), "many", "type"),
        (schema("integer", schema={"maximum": 5}), "6", "maximum"),
        (schema("string", schema={"format": "date-time"}), "yesterday", "format"),
        (schema("string", schema={"enum": ["a"]}), "b", "enum"),
        (schema("integer"), "", "type"),
        (schema("array", schema={"items": {"type": "integer"}}), "1,x", "type"),
        ({"content": {"application/json": {}}}, "{", "style"),
        ({"content": {"application/json": {}}}, "[" * 10_000, "style"),
    ],
)
def test_a_header_that_does_not_fit_is_a_violation(header, raw, kind):
    with pytest.raises(errors.InvalidResponse) as caught:
        result(declaring(x_rate=header), {"x-rate": raw})
    violation = caught.value.violations[0]
    assert (violation.kind, violation.path[:2]) == (kind, ("headers", "X-Rate"))
    assert "headers.X-Rate" in str(caught.value)
    assert caught.value.result.headers["x-rate"] == raw


def test_a_required_header_that_is_missing_is_told():
    with pytest.raises(errors.InvalidResponse) as caught:
        result(declaring(x_rate=schema("integer", required=True)), {})
    assert [(v.kind, v.path) for v in caught.value.violations] == [
        ("missing", ("headers", "X-Rate"))
    ]
    assert result(declaring(x_rate=schema("integer")), {}).header_data == {}


def test_a_header_that_comes_twice_is_joined_and_a_cookie_never():
    twice = [("x-rate", "1"), ("X-Rate", "2")]
    made = schema("array", schema={"items": {"type": "integer"}})
    assert result(declaring(x_rate=made), twice).header_data == {"X-Rate": [1, 2]}
    cookies = [("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"), ("set-cookie", "b=2")]
    pattern = schema("string", schema={"pattern": "^[ab]=[^=]*(=[^=]*)?$"})
    assert result(declaring(set_cookie=pattern), cookies).header_data == {
        "Set-Cookie": [text for _, text in cookies]
    }


def test_a_header_and_a_body_are_judged_at_once():
    made = document(responses={"200": {"description": "", "headers": {"X-A": schema("integer")}, "content": {"application/json": {"schema": {"type": "string"}}}}})  # fmt: skip
    transport = Server(httpx.Response(200, headers={"x-a": "x"}, json=1))
    with pytest.raises(errors.InvalidResponse) as caught:
        dynclient.Client(made, transport=transport).run()
    assert {v.path[0] for v in caught.value.violations} == {"headers", "body"}


def test_an_unknown_media_type_is_told_first():
    made = document(responses={"200": {"description": "", "headers": {"X-A": schema("integer")}, "content": {"application/json": {}}}})  # fmt: skip
    transport = Server(httpx.Response(200, headers={"x-a": "x"}, text="page"))
    with pytest.raises(errors.UndocumentedResponse) as caught:
        dynclient.Client(made, transport=transport).run()
    assert [v.path[0] for v in caught.value.violations] == ["media_type", "headers"]


def test_the_headers_of_an_error_are_judged_and_its_class_stays():
    with pytest.raises(errors.TooManyRequests) as caught:
        result(declaring("429", retry_after=schema("integer")), {"retry-after": "soon"}, 429)
    assert [v.path for v in caught.value.violations] == [("headers", "Retry-After")]


def test_off_decodes_and_judges_nothing():
    got = result(
        declaring(x_rate=schema("integer", required=True)),
        {"x-rate": "x"},
        validate_responses="off",
    )
    assert (got.header_data, got.violations) == ({"X-Rate": "x"}, ())


def test_warn_tells_a_header():
    with pytest.warns(errors.ResponseDrift, match="X-Rate"):
        got = result(
            declaring(x_rate=schema("integer")), {"x-rate": "x"}, validate_responses="warn"
        )
    assert got.header_data == {"X-Rate": "x"}


def test_content_type_is_not_a_header_of_its_own():
    got = result(declaring(content_type=schema("integer")), {})
    assert got.header_data == {}


def test_a_range_and_the_default_declare_headers_too(serve, kind):
    server = serve([reply(299, b"", x_rate="7")])
    for status in ("2XX", "default"):
        got = kind.send(declaring(status, x_rate=schema("integer")), server=server.url)
        assert got.header_data == {"X-Rate": 7}
