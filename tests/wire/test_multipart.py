"""multipart bodies: parts are written to the byte, read back, and no value breaks out of its part."""

import io
import re
from email import message_from_bytes
from email.policy import HTTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import dynclient
from dynclient.wire import multipart
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.schema_types import SchemaTypes

TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "count": {"type": "integer"},
        "tags": {"type": "array", "items": TEXT},
        "meta": {"type": "object", "properties": {"x": {"type": "integer"}}},
        "file": {"type": "string", "format": "binary"},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
}


def encodings(media_type="multipart/form-data", **given):
    body = {"content": {media_type: {"schema": SCHEMA, "encoding": given}}}
    paths = {
        "/x": {
            "post": {
                "operationId": "x",
                "requestBody": body,
                "responses": {"200": {"description": "-"}},
            }
        }
    }
    document = dynclient.load(
        {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}
    )
    return document.operations["x"].request_body.content[media_type].encodings


def parts(value, given=None):
    """Return (headers, content) of each part, as an independent reader sees them."""
    boundary, body = multipart.write(value, given or {})
    head = f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n".encode()
    whole = message_from_bytes(
        head + (body if isinstance(body, bytes) else b"".join(body)), policy=HTTP
    )
    return [(dict(part.items()), part.get_payload(decode=True)) for part in whole.get_payload()]


def test_a_text_part_has_a_name_and_nothing_else():
    assert parts({"name": "a b"}) == [({"Content-Disposition": 'form-data; name="name"'}, b"a b")]


def test_an_object_is_json_and_each_member_of_an_array_is_a_part():
    found = parts({"meta": {"x": 1}, "tags": ["a", "b"], "count": 3})

    assert [content for _, content in found] == [b'{"x":1}', b"a", b"b", b"3"]
    assert found[0][0]["Content-Type"] == "application/json"
    assert "Content-Type" not in found[1][0]


def test_a_file_has_its_own_name_and_the_media_type_of_that_name(tmp_path):
    path = tmp_path / "logo.png"
    path.write_bytes(b"\x89PNG")
    headers, content = parts({"file": path})[0]

    assert headers["Content-Disposition"] == 'form-data; name="file"; filename="logo.png"'
    assert headers["Content-Type"] == "image/png"
    assert content == b"\x89PNG"


def test_bytes_are_a_file_called_like_their_property():
    headers, _ = parts({"file": b"\x00"})[0]

    assert headers["Content-Disposition"] == 'form-data; name="file"; filename="file"'
    assert headers["Content-Type"] == "application/octet-stream"


def test_a_file_may_say_its_name_its_content_type_and_its_headers():
    headers, content = parts({"file": ("a.txt", io.BytesIO(b"hi"), "text/plain", {"X-Part": "1"})})[
        0
    ]

    assert headers["Content-Disposition"] == 'form-data; name="file"; filename="a.txt"'
    assert (headers["Content-Type"], headers["X-Part"], content) == ("text/plain", "1", b"hi")


@pytest.mark.parametrize(
    ("wanted", "value", "chosen"),
    [
        ("application/xml", "<a/>", "application/xml"),
        ("image/png, image/jpeg", b"x", "image/png"),
        ("image/*", ("a.gif", b"x"), "image/gif"),
        ("text/csv, application/pdf", ("a.pdf", b"x"), "application/pdf"),
        ("application/json", "text", "application/json"),
    ],
)
def test_the_encoding_chooses_the_content_type_of_a_part(wanted, value, chosen):
    assert (
        parts({"file": value}, encodings(file={"contentType": wanted}))[0][0]["Content-Type"]
        == chosen
    )


def test_the_same_call_is_the_same_body_and_another_call_has_another_boundary():
    assert multipart.write({"name": "a"}, {}) == multipart.write({"name": "a"}, {})
    assert multipart.write({"name": "a"}, {})[0] != multipart.write({"name": "b"}, {})[0]


def test_a_file_that_is_not_looked_into_beforehand_gets_a_random_boundary(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"x")
    first, second = (multipart.write({"file": path}, {}) for _ in range(2))

    assert isinstance(first[1], StreamedBody)
    assert first[0] != second[0]
    assert first[1].length == len(b"".join(first[1]))


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "a"}, {"a b": "x"}])
def test_a_header_of_a_part_cannot_inject_another(headers):
    with pytest.raises(ValueError, match="header"):
        multipart.write({"file": ("a", b"x", "text/plain", headers)}, {})


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
@example('a"; filename="b', "c\r\nContent-Type: text/html\r\n\r\n<script>")
def test_no_name_breaks_out_of_its_header(name, file_name):
    boundary, body = multipart.write({name: (file_name, b"content")}, {})
    head = body.partition(b"\r\n\r\n")[0]

    assert head.count(b"\r\n") == 2  # the boundary, the disposition, the content type
    assert len(re.findall(rb'"', head)) == 4
    assert multipart.read(
        body, f"multipart/form-data; boundary={boundary}", SchemaTypes({}, {}), {}
    ) == {name: b"content"}


any_text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.fixed_dictionaries(
    {},
    optional={
        "name": any_text,
        "count": st.integers(-(10**25), 10**25),
        "tags": st.lists(any_text, min_size=1),
        "meta": st.fixed_dictionaries({"x": st.integers()}),
        "file": st.binary(),
        "files": st.lists(st.binary(), min_size=1),
    },
)


@given(values)
def test_parts_are_read_back_as_they_were_written(value):
    boundary, body = multipart.write(value, {})

    assert (
        multipart.read(
            body, f"multipart/form-data; boundary={boundary}", SchemaTypes(SCHEMA, {}), {}
        )
        == value
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\na\r\n--x--", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na', "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_a_broken_body_is_refused(body, content_type):
    with pytest.raises(ValueError, match=r"part|boundary"):
        multipart.read(body, content_type, SchemaTypes(SCHEMA, {}), {})
