"""Files in a call: their octets are judged, and a name is no file."""

import io
import pathlib

import pytest
from support.documents import document, operation, parameter

import dynclient
from dynclient.errors import InvalidCall
from dynclient.schema.translation.binary_stand_in import BinaryStandIn
from dynclient.wire.binary_values import build_stand_in

PARTS, OCTETS, JSON = "multipart/form-data", "application/octet-stream", "application/json"
FILE = {"type": "string", "format": "binary"}
MEDIA = {"type": "string", "contentMediaType": "application/octet-stream"}
BYTE = {"type": "string", "format": "byte"}
VERSIONS = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])


def build_operation(media_type, schema, *parameters, version="3.1.0", encoding=None, **options):
    entry = {"schema": schema} if schema is not None else {}
    entry = {**entry, "encoding": encoding} if encoding else entry
    body = {"content": {media_type: entry}}
    source = document({"/x": {"post": operation(*parameters, body=body)}}, version=version)
    return dynclient.Client(source, transport=dynclient.Sandbox(source), **options).run


def build_upload(schema, **fields):
    schema = {"type": "object", "properties": {"file": schema}}
    return build_operation(PARTS, schema, **fields)


def refuse(op, body):
    return [(v.kind, v.where, v.message) for v in op.validate(body=body)]


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"allOf": [s]}, lambda s: {"oneOf": [s]}])
@VERSIONS
def test_the_length_of_a_file_is_counted_in_octets(wrap, version, tmp_path):
    op = build_upload(wrap({**FILE, "minLength": 2, "maxLength": 3}), version=version)
    long_file = tmp_path / "long.bin"
    long_file.write_bytes(b"12345")
    wrong = ("body.file", "got 5 bytes, want 2–3 bytes")

    assert refuse(op, {"file": b"12"}) == refuse(op, {"file": "é".encode()}) == []
    assert refuse(op, {"file": b"1"}) == [("minLength", "body.file", "got 1 byte, want 2–3 bytes")]
    assert refuse(op, {"file": long_file}) == [("maxLength", *wrong)]
    assert refuse(op, {"file": io.BytesIO(b"12345")}) == [("maxLength", *wrong)]
    with long_file.open("rb") as file:
        assert refuse(op, {"file": file}) == [("maxLength", *wrong)]
        file.seek(3)
        assert refuse(op, {"file": ("name.bin", file)}) == []
    assert refuse(op, {"file": iter([b"12345"])}) == []
    with pytest.raises(InvalidCall, match="got 5 bytes"):
        op(file=b"12345")


@VERSIONS
def test_the_length_of_a_whole_body_is_counted_in_octets(version):
    op = build_operation(OCTETS, {**FILE, "maxLength": 3}, version=version)

    assert refuse(op, b"123") == []
    assert refuse(op, b"1234") == [("maxLength", "body", "got 4 bytes, want at most 3 bytes")]


def test_two_different_files_are_not_equal(tmp_path):
    op = build_upload({"type": "array", "items": FILE, "uniqueItems": True})
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x")

    assert refuse(op, {"file": [b"a", b"b"]}) == []
    assert refuse(op, {"file": [tmp_path / "a", tmp_path / "b"]}) == []
    assert [kind for kind, *_ in refuse(op, {"file": [b"a", b"a"]})] == ["uniqueItems"]
    assert [k for k, *_ in refuse(op, {"file": [tmp_path / "a", tmp_path / "a"]})] == [
        "uniqueItems"
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer"},
        {"enum": ["a", "b"]},
        {"const": "a"},
        {"type": "string", "not": {"format": "binary"}},
        {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
    ],
)
def test_what_stands_for_a_file_never_shows_in_a_message(schema):
    for kind, where, message in refuse(build_upload(schema), {"file": b"x"}):
        assert (where, "binary data" in message, "\ufffd" in message) == ("body.file", True, False)
        assert kind


def test_a_pattern_or_format_says_nothing_of_a_file():
    assert refuse(build_upload({**FILE, "pattern": "^a$"}), {"file": b"b"}) == []
    assert refuse(build_upload({"type": "string", "format": "uuid"}), {"file": b"b"}) == []


def test_a_stand_in_prints_as_binary_data_and_equals_no_text():
    stand_in = build_stand_in(b"abc")

    assert (repr(stand_in), stand_in.size_bytes) == ("binary data", 3)
    assert stand_in == build_stand_in(bytearray(b"abc")) != build_stand_in(b"abd")
    assert isinstance(stand_in, BinaryStandIn)


# --- a text where a file must be


@VERSIONS
@pytest.mark.parametrize(
    "schema", [FILE, {"allOf": [FILE]}, {"oneOf": [FILE, {"type": "integer"}]}, MEDIA]
)
def test_a_plain_text_for_a_file_is_refused_with_the_way_to_give_one(schema, version):
    op = build_upload(schema, version=version)
    message = (
        "got 'a.png', want a file: give pathlib.Path('a.png') for the file of that name, or bytes"
    )

    assert refuse(op, {"file": "a.png"}) == [("type", "body.file", message)]
    with pytest.raises(InvalidCall, match="want a file"):
        op(file="a.png")
    with pytest.raises(InvalidCall, match="want a file"):
        op.request(dynclient.Call(body={"file": "a.png"}))
    assert op.validate(op.example()) == []
    assert op.validate(op.example(seed=3)) == []
    op(op.example())


def test_each_text_of_several_files_is_refused():
    op = build_upload({"type": "array", "items": FILE})

    assert [where for _, where, _ in refuse(op, {"file": ["a", b"b", "c"]})] == [
        "body.file[0]",
        "body.file[2]",
    ]
    assert refuse(op, {"file": [b"a", ("n", b"b")]}) == []


def test_a_long_text_for_a_file_is_content_and_asks_for_bytes():
    ((_, _, message),) = refuse(build_upload(FILE), {"file": "line\n" * 100})
    assert message.endswith("want a file: give bytes")


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [(OCTETS, FILE), (OCTETS, None), ("image/png", {}), ("application/pdf", FILE)],
)
def test_a_plain_text_for_a_whole_body_of_octets_is_refused(media_type, schema):
    op = build_operation(media_type, schema)

    assert [(kind, where) for kind, where, _ in refuse(op, "a.png")] == [("type", "body")]
    assert refuse(op, pathlib.Path(__file__)) == []
    assert op.validate(op.example()) == []


def test_a_type_of_an_encoding_makes_an_untyped_part_a_file():
    op = build_upload({}, encoding={"file": {"contentType": "image/png, image/jpeg"}})

    assert [where for _, where, _ in refuse(op, {"file": "a.png"})] == ["body.file"]
    assert refuse(build_upload({}), {"file": "a.png"}) == []


@pytest.mark.parametrize(
    ("media_type", "schema", "body"),
    [
        (PARTS, {"properties": {"f": {"anyOf": [FILE, {"type": "string"}]}}}, {"f": "https://a"}),
        (PARTS, {"properties": {"f": {"type": "string"}}}, {"f": "x"}),
        (PARTS, {"properties": {"f": {**MEDIA, "contentEncoding": "base64"}}}, {"f": "eA=="}),
        (JSON, {"properties": {"f": FILE}}, {"f": "x"}),
        ("application/x-www-form-urlencoded", {"properties": {"f": FILE}}, {"f": "x"}),
        ("application/jwt", {"type": "string"}, "a.b.c"),
    ],
)
def test_a_text_stays_a_text_where_it_can_be_one(media_type, schema, body):
    assert refuse(build_operation(media_type, schema), body) == []


def test_without_validation_a_text_is_written_as_it_is():
    assert (
        b"\r\na.png\r\n" in build_upload(FILE, validate_requests=False).request(file="a.png").body
    )


def test_without_validation_a_file_that_cannot_be_carried_is_told_where_it_is():
    schema = {"type": "object", "properties": {"a": {}}}
    op = build_operation(JSON, schema, validate_requests=False)

    with pytest.raises(InvalidCall, match=r"body\.a\[0\] +got binary data, which application/json"):
        op.request(a=[b"x"])
    with pytest.raises(InvalidCall, match=r"body\.a +a generator has no JSON form"):
        op.request(a=(item for item in "x"))


# --- bytes where text must be


WAY = "got binary data, want base64 text: give base64.b64encode(…).decode()"


@VERSIONS
@pytest.mark.parametrize("media_type", [JSON, PARTS, "application/x-www-form-urlencoded"])
def test_bytes_for_base64_text_get_the_way_to_encode_them(media_type, version):
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": BYTE}, "b": BYTE}}
    op = build_operation(media_type, schema, version=version)

    assert refuse(op, {"b": b"x", "a": [b"y"]}) == [
        ("format", "body.b", WAY),
        ("format", "body.a[0]", WAY),
    ] or refuse(op, {"b": b"x", "a": [b"y"]}) == [
        ("format", "body.a[0]", WAY),
        ("format", "body.b", WAY),
    ]
    assert refuse(op, {"b": "eA=="}) == []


def test_bytes_for_base64_text_of_a_parameter_and_by_content_encoding():
    op = build_operation(JSON, {}, parameter("q", "query", BYTE))
    assert [v.message for v in op.validate(q=b"x")] == [WAY]
    encoded = build_upload({"type": "string", "contentEncoding": "base64"})
    assert refuse(encoded, {"file": b"x"}) == [("contentEncoding", "body.file", WAY)]


def test_binary_data_inside_a_part_of_json_is_refused():
    op = build_upload({"type": "object"})

    assert refuse(op, {"file": {"inner": b"x"}}) == [
        ("type", "body.file.inner", "got binary data, which a JSON part cannot carry")
    ]
