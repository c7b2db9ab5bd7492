"""Encoding Objects of forms and parts: styles, JSON, and labels of XML, CSV and octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import document, operation

import dynclient
from dynclient.errors import InvalidCall, UnsafeValue

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
TEXTS = {"type": "array", "items": {"type": "string"}}
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "string"}}}
BODY = {
    "type": "object",
    "properties": {
        "tags": TEXTS,
        "point": POINT,
        "points": {"type": "array", "items": POINT},
        "text": {"type": "string"},
        "number": {"type": "integer"},
    },
}
VERSIONS = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])


def build_client(name, encoding, *, version="3.1.0", schema=BODY, **options):
    entry = {"schema": {"$ref": "#/components/schemas/Body"}, "encoding": encoding}
    body = {"required": True, "content": {name: entry}}
    source = document(
        {"/x": {"post": operation(body=body)}},
        version=version,
        components={"schemas": {"Body": {"allOf": [schema]}}},
    )
    return dynclient.Client(source, transport=dynclient.Sandbox(source), **options)


def write_parts(client, **body):
    """Return (name, content type, text) of each part that is sent, which the sandbox accepts."""
    request = client.run.request(body=body)
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    parts = []
    for piece in request.body.split(b"--" + boundary)[1:-1]:
        head, _, content = piece.decode().strip("\r\n").partition("\r\n\r\n")
        name = head.partition('name="')[2].partition('"')[0]
        parts.append((name, head.partition("Content-Type: ")[2], content))
    client.run(body=body)
    return parts


@pytest.mark.parametrize(
    ("encoding", "body", "parts"),
    [
        ({"style": "form", "explode": False}, {"tags": ["a b", "c"]}, [("tags", "a b,c")]),
        ({"style": "form"}, {"tags": ["a", "b&="]}, [("tags", "a"), ("tags", "b&=")]),
        ({"explode": True}, {"tags": ["a", "b"]}, [("tags", "a"), ("tags", "b")]),
        ({"explode": False}, {"tags": ["a", "b"]}, [("tags", "a,b")]),
        ({"style": "pipeDelimited"}, {"tags": ["a", "b"]}, [("tags", "a|b")]),
        ({"style": "spaceDelimited"}, {"tags": ["a", "b"]}, [("tags", "a b")]),
        ({"allowReserved": True}, {"text": "50% é/?"}, [("text", "50% é/?")]),
        ({"allowReserved": True}, {"text": "%41"}, [("text", "%41")]),
        ({"style": "form"}, {"point": {"x": 1, "y": "é"}}, [("x", "1"), ("y", "é")]),
        ({"explode": False}, {"point": {"x": 1, "y": "b"}}, [("point", "x,1,y,b")]),
        (
            {"style": "deepObject"},
            {"point": {"x": 1, "y": "b"}},
            [("point[x]", "1"), ("point[y]", "b")],
        ),
        ({"style": "form", "contentType": "application/xml"}, {"number": 5}, [("number", "5")]),
    ],
)
def test_a_style_counts_in_parts_since_3_1_and_nothing_is_percent_encoded(encoding, body, parts):
    client = build_client(PARTS, dict.fromkeys(body, encoding))

    assert write_parts(client, **body) == [(name, "", text) for name, text in parts]


def test_a_member_that_holds_the_delimiter_of_parts_is_refused():
    client = build_client(PARTS, {"tags": {"explode": False}})
    with pytest.raises(InvalidCall, match="a comma ends a value of this style"):
        client.run.request(tags=["a,b"])

    client = client.with_options(validate_requests=False)
    with pytest.raises(UnsafeValue, match="tags has a member with ',', which would end it"):
        client.run.request(tags=["a,b"])


def test_in_3_0_a_style_of_parts_is_ignored():
    client = build_client(PARTS, {"tags": {"explode": False}}, version="3.0.3")

    assert write_parts(client, tags=["a", "b"]) == [("tags", "", "a"), ("tags", "", "b")]


def test_a_style_of_multipart_mixed_is_ignored():
    client = build_client("multipart/mixed", {"tags": {"explode": False}})

    assert write_parts(client, tags=["a", "b"]) == [("tags", "", "a"), ("tags", "", "b")]


def test_a_file_is_a_file_whatever_the_style():
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    client = build_client(PARTS, {"file": {"style": "form"}}, schema=schema)

    assert b'filename="file"' in client.run.request(file=b"x").body


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4), st.text(max_size=8))
def test_styled_parts_read_back_as_they_were_written(tags, text):
    from dynclient.wire import multipart
    from dynclient.wire.schema_types import SchemaTypes

    client = build_client(PARTS, {"tags": {"style": "form"}, "text": {"explode": True}})
    entry = client.run.operation.request_body.content[PARTS]
    value = {"tags": tags, "text": text}
    try:
        boundary, body = multipart.write(value, entry.encodings)
    except UnicodeEncodeError:
        return
    types = SchemaTypes(BODY, {})
    assert multipart.read(body, f"{PARTS}; boundary={boundary}", types, entry.encodings) == value


@VERSIONS
@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"text": "json"}, b"text=%22json%22"),
        ({"tags": ["a", "b c"]}, b"tags=%5B%22a%22%2C%22b+c%22%5D"),
        ({"tags": []}, b"tags=%5B%5D"),
        ({"number": 5}, b"number=5"),
        ({"point": {"x": 1}}, b"point=%7B%22x%22%3A1%7D"),
        ({"points": [{"x": 1}]}, b"points=%5B%7B%22x%22%3A1%7D%5D"),
    ],
)
def test_a_json_content_type_counts_in_a_form_for_everything(version, body, sent):
    encoding = {key: {"contentType": "application/json; charset=utf-8"} for key in body}
    client = build_client(FORM, encoding, version=version)

    assert client.run.request(body=body).body == sent
    client.run(body=body)


LABELS = ["application/xml", "text/csv", "application/octet-stream", "text/plain, image/*"]


@VERSIONS
@pytest.mark.parametrize("label", LABELS)
def test_a_labelled_part_takes_text_or_bytes_and_never_an_object(version, label):
    names = ("point", "points")
    client = build_client(PARTS, {key: {"contentType": label} for key in names}, version=version)
    run = client.run

    assert b"\r\n<a/>\r\n" in run.request(point="<a/>").body
    assert b"\r\n<a/>\r\n" in run.request(point=b"<a/>").body
    assert b"\r\na,b\r\n" in run.request(points=["a,b"]).body
    client.run(point="<a/>", points=["a", b"b"])
    with pytest.raises(InvalidCall, match=r"body\.point +got an object of 1 property, want string"):
        run.request(point={"x": 1})
    with pytest.raises(InvalidCall, match=r"body\.points\[0\] +got an object"):
        run.request(points=[{"x": 1}])
    assert run.validate(run.example()) == []
    free = client.with_options(validate_requests=False).run
    with pytest.raises(UnsafeValue, match="which is written from text or bytes"):
        free.request(point={"x": 1})


@pytest.mark.parametrize("label", ["application/json", "application/xml, application/json", "*/*"])
def test_a_label_that_includes_json_takes_an_object(label):
    client = build_client(PARTS, {"point": {"contentType": label}})

    assert write_parts(client, point={"x": 1}) == [("point", "application/json", '{"x":1}')]


# --- what a required member cannot be


REQUIRED = {**BODY, "required": ["tags", "point", "points"]}
STYLED = {"style": "deepObject", "explode": True}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("name", "encoding", "refused"),
    [
        (FORM, {}, ["tags", "points"]),
        (PARTS, {}, ["tags", "points"]),
        (FORM, {"point": STYLED, "points": STYLED}, ["tags", "point", "points"]),
        (
            FORM,
            {"tags": {"style": "form"}, "point": {"explode": False}},
            ["tags", "point", "points"],
        ),
        (FORM, {"tags": {"contentType": "application/json"}}, ["points"]),
        (PARTS, {"tags": {"contentType": "application/json"}}, ["points"]),
    ],
)
def test_a_required_member_that_would_be_written_as_nothing_is_refused(
    version, name, encoding, refused
):
    client = build_client(name, encoding, version=version, schema=REQUIRED)
    violations = client.run.validate(body={"tags": [], "point": {}, "points": []})
    assert sorted(violation.path[1] for violation in violations) == sorted(refused)
    assert {violation.kind for violation in violations} == {"unsafe"}
    assert "written as nothing" in str(violations[0])
    client.run(client.run.example())


def test_an_optional_member_may_be_empty_and_is_left_out():
    client = build_client(FORM, {})
    assert client.run.validate(body={"tags": []}) == []
    assert client.run.request(body={"tags": []}).body == b""


def test_a_required_member_of_a_form_that_is_a_query_is_not_empty():
    content = {FORM: {"schema": {**BODY, "required": ["tags"]}}}
    parameter = {"name": "q", "in": "querystring", "content": content}
    source = document({"/x": {"get": operation(parameter)}}, version="3.2.0")
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    assert client.run.validate(tags=["a"]) == []
    assert [v.path for v in client.run.validate(tags=[])] == [("querystring", "tags")]


@pytest.mark.parametrize("name", [FORM, PARTS])
def test_the_delimiter_of_a_style_is_refused_in_a_member(name):
    client = build_client(name, {"tags": {"style": "pipeDelimited"}})
    assert [v.path for v in client.run.validate(body={"tags": ["a|b", "c"]})] == [
        ("body", "tags", 0)
    ]


def test_a_comma_is_refused_in_a_member_of_a_part_only():
    encoding = {"tags": {"style": "form", "explode": False}}
    bodies = {name: build_client(name, encoding).run for name in (FORM, PARTS)}
    assert bodies[FORM].validate(body={"tags": ["a,b"]}) == []
    assert [v.path for v in bodies[PARTS].validate(body={"tags": ["a,b"]})] == [("body", "tags", 0)]
