"""Responses that are not JSON: forms, parts, plain text, and Set-Cookie."""

import gzip

import httpx
import pytest
from support.both import BOTH
from support.documents import document, operation

import dynclient
from dynclient.errors import DecodeError, InvalidResponse

FORM = "application/x-www-form-urlencoded"
TOKEN = {
    "type": "object",
    "properties": {
        "access_token": {"type": "string"},
        "expires_in": {"type": "integer"},
        "scopes": {"type": "array", "items": {"type": "string"}},
        "is_new": {"type": "boolean"},
    },
    "required": ["access_token"],
}


def build_document(media_type, schema, version="3.1.0", **response):
    content = {media_type: {"schema": schema} if schema is not None else {}}
    responses = {"200": {"description": "-", "content": content, **response}}
    return document({"/x": {"get": operation(responses=responses)}}, version=version)


def receive(source, content, *headers, sender=BOTH[0], **options):
    def answer(_request):
        return httpx.Response(200, content=content, headers=list(headers))

    return sender.send(source, transport=httpx.MockTransport(answer), **options)


@pytest.mark.parametrize("sender", BOTH, ids=lambda sender: sender.name)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_form_is_read_by_its_schema(sender, version):
    source = build_document(FORM, {"allOf": [TOKEN]}, version)
    content = b"access_token=42&expires_in=3600&scopes=a&is_new=true&other=5"
    result = receive(source, content, ("content-type", FORM), sender=sender)

    assert result.data == {
        "access_token": "42",
        "expires_in": 3600,
        "scopes": ["a"],
        "is_new": True,
        "other": "5",
    }
    with pytest.raises(InvalidResponse, match=r"expires_in +got 'soon', want integer"):
        receive(source, b"access_token=a&expires_in=soon", ("content-type", FORM), sender=sender)


PARTS = (
    b'--b\r\nContent-Type: application/json\r\n\r\n{"a": 1}\r\n'
    b"--b\r\n\r\n5\r\n--b\r\nContent-Type: image/png\r\n\r\n\x89\r\n--b--\r\n"
)


@pytest.mark.parametrize("name", ["multipart/mixed", "multipart/related", "multipart/byteranges"])
@pytest.mark.parametrize("schema", [None, {}, {"type": "array"}, TOKEN])
@pytest.mark.parametrize("sender", BOTH, ids=lambda sender: sender.name)
def test_parts_without_names_are_a_list(name, schema, sender):
    source = build_document(name, schema)
    result = receive(source, PARTS, ("content-type", f"{name}; boundary=b"), sender=sender)

    assert result.data == [{"a": 1}, "5", b"\x89"]
    assert result.violations == ()


def test_parts_of_a_list_are_held_to_the_schema_of_items():
    items = {"anyOf": [{"type": "object"}, {"type": "integer"}, {"format": "binary"}]}
    source = build_document("multipart/mixed", {"type": "array", "items": items})
    header = ("content-type", "multipart/mixed; boundary=b")

    assert receive(source, PARTS, header).data == [{"a": 1}, 5, b"\x89"]
    short = build_document("multipart/mixed", {"type": "array", "maxItems": 2})
    with pytest.raises(InvalidResponse, match="got an array of 3, want at most 2 items"):
        receive(short, PARTS, header)


def test_parts_with_names_are_an_object_and_form_data_needs_them():
    source = build_document("multipart/form-data", TOKEN)
    named = (
        b'--b\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nt\r\n'
        b'--b\r\nContent-Disposition: form-data; name="expires_in"\r\n\r\n5\r\n--b--'
    )
    header = ("content-type", "multipart/form-data; boundary=b")

    assert receive(source, named, header).data == {"access_token": "t", "expires_in": 5}
    with pytest.raises(DecodeError, match="a part has no name"):
        receive(source, PARTS.replace(b"\x89", b"x"), header)


@pytest.mark.parametrize(
    ("schema", "text", "data"),
    [
        ({"type": "integer"}, "42", 42),
        ({"type": "integer"}, "12345678901234567890\r\n", 12345678901234567890),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "boolean"}, "true", True),
        ({"allOf": [{"type": "integer"}]}, "7", 7),
        ({"enum": [1, 2]}, "2", 2),
        ({"type": "string"}, "42", "42"),
        ({}, "42", "42"),
        ({"type": "object"}, '{"a": 1}', '{"a": 1}'),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_plain_text_is_read_as_the_number_or_boolean_of_its_schema(schema, text, data, version):
    source = build_document("text/plain; charset=utf-8", schema, version)
    for media_type in ("text/plain", "text/plain; charset=latin-1"):
        result = receive(source, text.encode(), ("content-type", media_type))
        assert (result.data, type(result.data)) == (data, type(data))


@pytest.mark.parametrize("kind", ["integer", "number", "boolean"])
def test_plain_text_that_is_not_what_its_schema_says_is_a_violation(kind):
    source = build_document("text/plain", {"type": kind})

    with pytest.raises(InvalidResponse, match=f"got 'soon', want {kind}"):
        receive(source, b"soon", ("content-type", "text/plain"))


@pytest.mark.parametrize(
    ("schema", "value", "body"),
    [
        ({"type": "integer"}, 42, b"42"),
        ({"type": "number"}, 1.5, b"1.5"),
        ({"type": "boolean"}, True, b"true"),
        ({"type": "string"}, "x", b"x"),
    ],
)
def test_plain_text_is_written_from_the_number_or_boolean_and_served(schema, value, body):
    content = {"text/plain": {"schema": schema}}
    responses = {"200": {"description": "-", "content": content}}
    post = operation(body={"required": True, "content": content}, responses=responses)
    source = document({"/x": {"post": post}})
    with dynclient.Client(source, transport=dynclient.Sandbox(source)) as client:
        assert client.run.request(body=value).body == body
        assert type(client.run(body=value)) is type(value)
        assert client.run.validate(client.run.example()) == []
        assert [v.kind for v in client.run.validate(body={})] == ["type"]


def test_each_set_cookie_line_is_a_member_of_a_declared_array():
    schema = {"type": "array", "items": {"type": "string", "minLength": 4}}
    headers = {"Set-Cookie": {"schema": schema, "required": True}}
    source = build_document("text/plain", {}, headers=headers)
    lines = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2,3"]
    result = receive(source, b"x", *(("set-cookie", line) for line in lines))

    assert result.header_data == {"Set-Cookie": lines}
    with pytest.raises(InvalidResponse, match=r"headers.Set-Cookie\[1\] +got 3 characters"):
        receive(source, b"x", ("set-cookie", "a=12"), ("set-cookie", "b=1"))
    with dynclient.Client(source, transport=dynclient.Sandbox(source)) as client:
        assert client.run.send().violations == ()


def test_the_sandbox_sends_each_member_of_a_set_cookie_array_on_its_own_line():
    example = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"]
    schema = {"type": "array", "items": {"type": "string"}}
    header = {"schema": schema, "required": True, "example": example}
    source = build_document("text/plain", {}, headers={"set-cookie": header})
    with dynclient.Client(source, transport=dynclient.Sandbox(source)) as client:
        result = client.run.send()

    assert result.headers.all("set-cookie") == example
    assert result.header_data == {"set-cookie": example}


@pytest.mark.parametrize("name", ["multipart/mixed", "multipart/form-data", FORM])
def test_the_sandbox_sends_parts_and_forms_that_its_client_reads(name):
    properties = {"id": {"type": "integer"}, "file": {"type": "string", "format": "binary"}}
    schema = {"type": "object", "properties": properties, "required": ["id"]}
    source = build_document(name, schema)
    with dynclient.Client(source, transport=dynclient.Sandbox(source)) as client:
        assert isinstance(client.run()["id"], int)


@pytest.mark.parametrize("sender", BOTH, ids=lambda sender: sender.name)
@pytest.mark.parametrize("coding", ["x-gzip", "X-GZIP", "gzip"])
def test_the_old_name_of_gzip_is_undone_too(sender, coding):
    source = build_document("text/plain", {"type": "string"})
    content = gzip.compress(b"hello")
    headers = (("content-type", "text/plain"), ("content-encoding", coding))

    assert receive(source, content, *headers, sender=sender).data == "hello"


def test_a_list_of_parts_is_written_and_read_back_by_the_sandbox():
    content = {"multipart/mixed": {"schema": {"type": "array", "items": {}}}}
    source = document({"/x": {"post": operation(body={"content": content})}})
    with dynclient.Client(source, transport=dynclient.Sandbox(source)) as client:
        request = client.run.request(body=["x", {"a": 1}])
        assert b"Content-Disposition" not in request.body
        client.run(body=["x", {"a": 1}, b"\x00"])


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("name", ["application/octet-stream", "image/png", "*/*"])
def test_the_length_of_octets_is_counted_in_a_response(name, version):
    schema = {"type": "string", "format": "binary", "maxLength": 3}
    source = build_document(name, schema, version)
    media_type = "image/png" if "*" in name else name

    assert receive(source, "é1".encode(), ("content-type", media_type)).data == b"\xc3\xa91"
    with pytest.raises(InvalidResponse, match="got 4 bytes, want at most 3 bytes"):
        receive(source, b"1234", ("content-type", media_type))


def test_the_length_of_a_part_is_counted_in_octets_in_a_response():
    part = {"type": "string", "format": "binary", "maxLength": 1}
    source = build_document("multipart/mixed", {"type": "array", "items": {"anyOf": [{}, part]}})
    short = build_document("multipart/mixed", {"type": "array", "items": {"maxLength": 0}})
    header = ("content-type", "multipart/mixed; boundary=b")

    assert receive(source, PARTS, header).violations == ()
    with pytest.raises(
        InvalidResponse, match=r"body\[2\] +got 1 byte, want exactly 0 bytes|at most"
    ):
        receive(short, PARTS, header)
