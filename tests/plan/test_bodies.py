"""Bodies through an operation: which media type, which values go where, and what is refused before anything is sent."""

import io
import pickle
from decimal import Decimal

import pytest

import dynclient
from dynclient.errors import InvalidCall, UnsafeValue

BINARY = {"type": "string", "format": "binary"}
THING = {"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "number"}}}
UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": BINARY, "note": {"type": "string"}},
}


def operation(content, **fields):
    post = {
        "operationId": "post",
        "requestBody": {"content": content},
        "responses": {"200": {"description": "-"}},
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1/"}],
        "paths": {"/x": {"post": post | fields}},
    }
    return dynclient.Client(document, transport=dynclient.Sandbox(document)).post


def typed(*names, schema=THING):
    return {name: {"schema": schema} for name in names}


@pytest.mark.parametrize(
    ("names", "body", "chosen"),
    [
        (["application/xml", "application/json"], {"a": "x"}, "application/json"),
        (["text/plain", "application/vnd.x+json"], {"a": "x"}, "application/vnd.x+json"),
        (
            ["multipart/form-data", "application/x-www-form-urlencoded"],
            {"a": "x"},
            "application/x-www-form-urlencoded",
        ),
        (["application/json", "application/xml"], "<a/>", "application/xml"),
        (["application/json", "application/octet-stream"], b"\x00", "application/octet-stream"),
        (["application/json", "image/png", "text/csv"], b"\x00", "image/png"),
    ],
)
def test_of_several_media_types_the_value_chooses(names, body, chosen):
    schema = {} if isinstance(body, dict) else {"type": "string"}

    assert (
        operation(typed(*names, schema=schema)).request(body=body).headers["content-type"] == chosen
    )


def test_a_file_among_the_properties_chooses_parts():
    op = operation(typed("application/json", "multipart/form-data", schema=UPLOAD))

    assert (
        op.request(file=b"\x00")
        .headers["content-type"]
        .startswith("multipart/form-data; boundary=")
    )


def test_the_caller_chooses_in_the_call_or_by_option():
    op = operation(typed("application/json", "application/xml", schema={"type": "string"}))

    assert op.request(dynclient.Call(body="x", media_type="application/json")).body == b'"x"'
    assert op.request(body="x").body == b"x"


def test_a_media_type_that_the_operation_does_not_take_is_a_violation():
    found = operation(typed("application/json")).validate(
        dynclient.Call(body={}, media_type="text/html")
    )

    assert [(v.kind, v.path) for v in found] == [("enum", ("media_type",))]


@pytest.mark.parametrize("value", [b"\x00\xff", bytearray(b"\x00\xff"), memoryview(b"\x00\xff")])
def test_bytes_are_sent_as_they_are(value):
    assert (
        operation(typed("application/octet-stream", schema=BINARY)).request(body=value).body
        == b"\x00\xff"
    )


def test_a_path_is_read_while_it_is_sent_and_pickles(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"\x00" * 100_000)
    request = operation(typed("application/octet-stream", schema=BINARY)).request(body=path)
    copy = pickle.loads(pickle.dumps(request))

    assert request.body.length == 100_000
    assert copy == request
    assert b"".join(copy.body) == path.read_bytes()
    assert f"--data-binary @{path}" in request.curl()


@pytest.mark.parametrize(
    "stream", [lambda: iter([b"a", b"b"]), lambda: io.BytesIO(b"ab"), lambda: (c for c in [b"ab"])]
)
def test_a_stream_is_sent_once(stream):
    request = operation(typed("application/octet-stream", schema=BINARY)).request(body=stream())

    assert not request.body.can_repeat
    assert b"".join(request.body) == b"ab"
    with pytest.raises(TypeError, match="path"):
        pickle.dumps(request)


def test_a_file_that_is_not_there_is_told_before_anything_is_sent(tmp_path):
    op = operation(typed("multipart/form-data", schema=UPLOAD))

    assert [(v.kind, v.path) for v in op.validate(file=tmp_path / "none")] == [
        ("file", ("body", "file"))
    ]


@pytest.mark.parametrize(
    ("content", "body", "path"),
    [
        (typed("application/json"), {"a": b"x"}, ("body", "a")),
        (typed("application/x-www-form-urlencoded"), {"a": b"x"}, ("body", "a")),
        (typed("application/json", schema={}), b"x", ("body",)),
    ],
)
def test_binary_data_where_none_can_go_is_a_violation(content, body, path):
    assert [(v.kind, v.path) for v in operation(content).validate(body=body)] == [("type", path)]


def test_binary_data_in_a_query_is_a_violation():
    op = operation(
        typed("application/json"),
        parameters=[{"name": "q", "in": "query", "schema": {"type": "string"}}],
    )

    assert [(v.kind, v.path) for v in op.validate(q=b"x")] == [("type", ("query", "q"))]


def test_what_is_wrong_beside_a_file_is_told_too():
    found = operation(typed("multipart/form-data", schema=UPLOAD)).validate(
        file=b"x", note=5, nte="x"
    )

    assert [(v.kind, v.path) for v in found] == [
        ("unknown", ("args", "nte")),
        ("type", ("body", "note")),
    ]


def test_xml_is_text_whatever_its_schema_says():
    op = operation(typed("application/xml"))

    assert op.request(body="<a/>").body == b"<a/>"
    with pytest.raises(InvalidCall, match="want string"):
        op.request(body={"a": "x"})


def test_text_is_written_in_the_charset_that_the_media_type_names():
    op = operation(typed("text/plain; charset=latin-1", schema={"type": "string"}))

    assert op.request(body="é").body == b"\xe9"


def test_a_range_of_media_types_asks_for_one():
    op = operation(typed("image/*", schema=BINARY))

    with pytest.raises(UnsafeValue, match="range"):
        op.request(body=b"x")
    assert (
        op.request(dynclient.Call(body=b"x", media_type="image/png")).headers["content-type"]
        == "image/png"
    )
    assert op.validate(op.example()) == []


def test_decimals_in_parts_and_forms_keep_their_digits():
    op = operation(typed("application/x-www-form-urlencoded"))

    assert op.request(n=Decimal("0.1"), a="x").body == b"n=0.1&a=x"


@pytest.mark.parametrize(
    "content",
    [
        typed("application/x-www-form-urlencoded"),
        typed("multipart/form-data", schema=UPLOAD),
        typed("multipart/mixed", schema=UPLOAD),
        typed("multipart/related", schema=UPLOAD),
        typed("application/octet-stream", schema=BINARY),
        typed("application/xml"),
        typed("text/csv", schema={"type": "string"}),
        typed("application/vnd.api+json"),
    ],
    ids=lambda content: next(iter(content)),
)
def test_an_example_of_every_media_type_is_sent_and_read(content):
    op = operation(content)

    assert op.send(op.example()).status == 200


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_form_that_is_no_object_is_ready_text(version):
    name = "application/x-www-form-urlencoded"
    source = {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/x": {
                "post": {
                    "operationId": "post",
                    "requestBody": {"required": True, "content": typed(name, schema={"type": "array"})},
                    "responses": {"204": {"description": "-"}},
                }
            }
        },
    }  # fmt: skip
    post = dynclient.Client(source, transport=dynclient.Sandbox(source)).post
    assert post.request(body="a=1&b=2").body == b"a=1&b=2"
    assert [violation.path for violation in post.validate(body=[{"a": 1}])] == [("body",)]
    post(post.example())
    post(body="a=1&b=2")
