"""Bodies and responses under a media type range: `*/*`, `application/*`."""

import asyncio

import httpx
import pytest
from support.documents import answer, document, operation

import dynclient
from dynclient.errors import InvalidCall, InvalidResponse

THING = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
}
JSON_RANGES = ["*/*", "application/*", "*", "application/*+json", "*/*;q=0.8"]
VERSIONS = ["3.0.3", "3.1.0"]
range_ = pytest.mark.parametrize("name", JSON_RANGES)


def build_document(name, schema=THING, version="3.1.0", responses=None):
    body = {"required": True, "content": {name: {"schema": schema}}}
    responses = answer(schema, media_type=name) if responses is None else responses
    return document({"/x": {"post": operation(body=body, responses=responses)}}, version=version)


def build_client(source, transport=None, **options):
    return dynclient.Client(source, transport=transport or dynclient.Sandbox(source), **options)


def reply(content, media_type):
    return httpx.MockTransport(
        lambda _request: httpx.Response(200, content=content, headers={"content-type": media_type})
    )


@range_
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("checks", [{}, {"validate_requests": False}])
def test_a_body_under_a_range_is_json_with_its_schema(name, version, checks):
    source = build_document(name, version=version)
    run = build_client(source, **checks).run

    request = run.request(a=1)
    assert (request.headers["content-type"], request.body) == ("application/json", b'{"a":1}')
    assert run.request(body={"a": 1}) == request
    assert run.validate(run.example()) == []
    assert [(v.kind, v.path) for v in run.validate(a="x")] == [("type", ("body", "a"))]
    assert [v.kind for v in run.validate(a=1, b=2)] == ["unknown"]
    assert "a (body): integer, required" in run.__doc__


@range_
def test_a_call_under_a_range_and_its_result_are_served_by_the_sandbox(name):
    source = build_document(name)

    assert isinstance(build_client(source).run(a=1)["a"], int)

    async def call():
        async with dynclient.AsyncClient(source, transport=dynclient.Sandbox(source)) as client:
            return await client.run(a=1)

    assert isinstance(asyncio.run(call())["a"], int)


def test_the_caller_names_another_media_type_of_the_range():
    run = build_client(build_document("*/*")).run

    def write(body, media_type):
        request = run.request(dynclient.Call(body=body, media_type=media_type))
        return request.headers["content-type"], request.body

    assert write("<a/>", "application/xml") == ("application/xml", b"<a/>")
    assert write(b"\x00", "image/png") == ("image/png", b"\x00")
    assert write({"a": 1}, "application/x-www-form-urlencoded")[1] == b"a=1"
    assert write({"a": 1}, "application/vnd.x+json")[1] == b'{"a":1}'
    with pytest.raises(InvalidCall, match="got 'x', want integer"):
        write({"a": "x"}, "application/vnd.x+json")
    csv = build_client(build_document("*/*"), media_type="text/csv").run
    assert csv.request(body="a\n1").body == b"a\n1"


def test_text_and_bytes_under_a_range():
    run = build_client(build_document("*/*", {"type": "string"})).run

    assert run.request(body="x").body == b'"x"'
    octets = run.request(body=b"\x00")
    assert octets.headers["content-type"] == "application/octet-stream"


def test_a_declared_media_type_comes_before_a_range():
    content = {"*/*": {"schema": {"type": "string"}}, "application/json": {"schema": THING}}
    source = document({"/x": {"post": operation(body={"content": content})}})
    run = build_client(source).run

    assert run.request(body={"a": 1}).headers["content-type"] == "application/json"
    assert [v.path for v in run.validate(body={})] == [("body", "a")]


@range_
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("status", ["200", "2XX", "default"])
def test_the_schema_of_a_range_applies_to_a_response(name, version, status):
    responses = answer(THING, status=status, media_type=name)
    source = build_document(name, version=version, responses=responses)
    media_type = "application/vnd.x+json; charset=utf-8"

    good = build_client(source, reply(b'{"a": 1}', media_type))
    assert good.run(a=1) == {"a": 1}
    bad = build_client(source, reply(b'{"a": "x"}', media_type))
    with pytest.raises(InvalidResponse, match=r"body\.a +got 'x', want integer"):
        bad.run(a=1)


@pytest.mark.filterwarnings("ignore::dynclient.errors.ResponseDrift")
@pytest.mark.parametrize(
    ("schema", "content", "media_type", "data", "kinds"),
    [
        (THING, b"<html>", "text/html", "<html>", ["type"]),
        (THING, b"oops", "text/plain", "oops", ["type"]),
        (THING, b"\x00", "application/octet-stream", b"\x00", ["type"]),
        (THING, b"<a/>", "application/xml", "<a/>", []),
        (THING, b"a=1", "application/x-www-form-urlencoded", {"a": 1}, []),
        (THING, b"a=x", "application/x-www-form-urlencoded", {"a": "x"}, ["type"]),
        ({"type": "string"}, b"oops", "text/plain", "oops", []),
        ({"type": "string", "format": "binary"}, b"\x00", "image/png", b"\x00", []),
        ({}, b"\x00", "image/png", b"\x00", []),
        ({"type": "integer"}, b"5", "text/plain", 5, []),
    ],
)
def test_what_comes_under_a_range_is_read_as_what_it_is(schema, content, media_type, data, kinds):
    client = build_client(build_document("*/*", schema), reply(content, media_type))
    view = client.with_options(validate_responses="warn", validate_requests=False)
    result = view.run.send(body={"a": 1})

    assert (result.data, [v.kind for v in result.violations]) == (data, kinds)


def test_a_response_without_a_media_type_is_json_under_a_range_with_a_schema():
    def answer_bare(_request):
        return httpx.Response(200, content=b'{"a": "x"}')

    client = build_client(build_document("*/*"), httpx.MockTransport(answer_bare))
    with pytest.raises(InvalidResponse, match="want integer"):
        client.run(a=1)


@pytest.mark.parametrize(
    ("media_type", "wanted"),
    [
        ('application/json; charset=utf-8; version="2"', "integer"),
        ("application/json;version=1", "string"),
        ("application/json", "boolean"),
        ("application/json; version=3", "boolean"),
        ("application/vnd.x+json", "array"),
    ],
)
def test_a_response_is_held_to_the_most_specific_key(media_type, wanted):
    names = {
        "application/json; version=1": "string",
        "application/json; version=2": "integer",
        "application/json": "boolean",
        "application/*": "array",
    }
    content = {name: {"schema": {"type": kind}} for name, kind in names.items()}
    responses = {"200": {"description": "-", "content": content}}
    source = document({"/x": {"get": operation(responses=responses)}})
    client = build_client(source, reply(b"{}", media_type))

    with pytest.raises(InvalidResponse, match=f"want {wanted}"):
        client.run()
    assert client.run.request().headers["accept"] == (
        "application/json; version=1, application/json; version=2, application/json, "
        "application/*;q=0.5"
    )


@pytest.mark.parametrize(
    ("name", "media_type", "body"),
    [
        ("image/*", "image/png", b"\x89"),
        ("text/*", "text/html", "<p>"),
        ("text/*", "text/csv", "a,b"),
        ("multipart/*", "multipart/mixed", {"a": 1}),
    ],
)
def test_a_range_without_json_is_served_by_the_sandbox(name, media_type, body):
    source = build_document(
        name, {} if body != {"a": 1} else THING, responses={"200": {"description": "-"}}
    )
    client = build_client(source)

    client.run(dynclient.Call(body=body, media_type=media_type))
    call = client.run.example()
    assert client.run.validate(call) == []
    client.run(call)
