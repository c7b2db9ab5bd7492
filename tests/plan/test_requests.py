from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import decimal
import enum
import json
import math
import pickle
import uuid
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.documents import SERVER, Server, content, document, parameter, single
from support.schemas import values

import dynclient
from dynclient import Call, errors
from dynclient.errors import DynclientError, InvalidCall, UnsafeValue, UsageError


def operate(*parameters, server=None, **fields):
    options = {
        name: fields.pop(name)
        for name in ("validate_requests", "unknown_properties", "media_type", "headers", "accept")
        if name in fields
    }
    return dynclient.Client(
        single(*parameters, **fields), transport=server or Server(), **options
    ).run


# --- a path value never leaves its segment

STYLES = st.sampled_from(["simple", "label", "matrix"])
anything = st.text(max_size=8) | st.sampled_from([".", "..", "%2e%2e", "a/../b", "?x", "#y", "\\", "a\r\nb", "\0", "//", "@evil.test", ":80", "..;", "", " ", "．．", "\ud800"])  # fmt: skip
path_values = (
    anything
    | st.lists(anything, max_size=3)
    | st.dictionaries(anything, anything, max_size=2)
    | st.integers()
    | st.none()
    | st.booleans()
)


@given(path_values, STYLES, st.booleans(), st.booleans(), st.booleans())
@example("..", "simple", False, True, False)
@example(["..", "/"], "label", True, True, False)
def test_a_path_value_never_leaves_its_segment(value, style, explode, reserved, checked):
    found = parameter("id", "path", {}, style=style, explode=explode, allowReserved=reserved)
    server = Server()
    op = operate(found, path="/things/{id}/parts", server=server, validate_requests=checked)
    try:
        request = op.request(value)
    except (InvalidCall, UnsafeValue):
        return
    parts = urlsplit(request.url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == (
        "https",
        "api.example.com",
        "",
        "",
    )
    segments = parts.path.split("/")
    assert len(segments) == 5
    assert (segments[:3], segments[4]) == (["", "v1", "things"], "parts")
    assert unquote(segments[3]) not in (".", "..")
    assert request.url.isascii()
    assert request.url.isprintable()
    op.send(request)
    assert server.last.url.raw_path.decode() == parts.path


@given(anything, anything)
def test_two_values_in_one_segment_do_not_leave_it_together(one, other):
    op = operate(parameter("a", "path"), parameter("b", "path"), path="/things/{a}{b}/parts")
    try:
        url = op.request(one, other).url
    except (InvalidCall, UnsafeValue):
        return
    segments = urlsplit(url).path.split("/")
    assert len(segments) == 5
    assert segments[3] not in (".", "..")


@pytest.mark.parametrize("value", [".", "..", ["."], [".."]])
def test_a_dot_segment_is_a_violation(value):
    op = operate(parameter("id", "path"), path="/things/{id}")
    assert [v.where for v in op.validate(value)] == ["path.id"]


@pytest.mark.parametrize("path", ["@evil.test/x", ".evil.test/x", ":80/x", "x", "{id}", "{id}/x"])
@pytest.mark.parametrize("value", [".evil.test", "@evil.test", "evil"])
def test_no_path_and_no_value_move_the_host(path, value):
    op = operate(parameter("id", "path"), path=path)
    try:
        url = op.request(value).url
    except DynclientError:
        return
    assert urlsplit(url).netloc == "api.example.com"
    assert urlsplit(url).path.startswith("/v1/")


def test_a_variable_that_is_not_declared_is_asked_for_all_the_same():
    op = operate(path="/things/{id}")
    assert [v.where for v in op.validate()] == ["path.id"]
    assert op.request("a b").url == f"{SERVER}/things/a%20b"
    assert op.request(id="x").url == f"{SERVER}/things/x"


def test_a_path_key_may_carry_a_query():
    op = operate(parameter("q"), path="/things?action=start")
    assert op.request(q=1).url == f"{SERVER}/things?action=start&q=1"


# --- the query


@given(values(st.text(max_size=4)))
def test_a_query_value_stays_in_its_value(value):
    op = operate(
        parameter("q", explode=False), validate_requests=False, server=(server := Server())
    )
    try:
        request = op.request(query={"q": value})
    except UnsafeValue:
        return
    parts = urlsplit(request.url)
    assert parts.fragment == ""
    assert parts.query.count("&") == 0
    assert parts.query == "" or parts.query.startswith("q=")
    op.send(request)
    assert str(server.last.url) == request.url


# --- headers

SAFE = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=8
)


@given(
    st.text(max_size=8)
    | st.sampled_from(["a\r\nX-Evil: 1", "\0", "a\nb", "\x7f", "\ud800", " x", "x ", "\t"]),
    st.booleans(),
)
def test_a_header_value_cannot_inject(value, checked):
    op = operate(parameter("X-A", "header"), server=(server := Server()), validate_requests=checked)
    try:
        op(header={"X-A": value})
    except (InvalidCall, UnsafeValue):
        return
    raw = dict(server.last.headers.raw)[b"X-A"]
    assert raw.decode() == value
    assert not set(raw) & set(b"\r\n\0")
    assert "x-evil" not in server.last.headers


@given(
    st.dictionaries(
        st.text(max_size=5) | st.sampled_from(["A: b", "a b", "é", "", "X\r\nY"]),
        st.just("1"),
        min_size=1,
        max_size=2,
    )
)
def test_a_header_name_cannot_inject(headers):
    op = operate(server=(server := Server()), validate_requests=False)
    try:
        op(header=headers)
    except DynclientError:
        return
    for name in headers:
        assert name.encode() in dict(server.last.headers.raw)
        assert not set(name) & set(' :\r\n\0\t(),/<>@[]{}"\\;=?')


@given(
    st.dictionaries(st.text(min_size=1, max_size=4), st.text(max_size=4), min_size=1, max_size=2)
)
def test_a_header_object_cannot_inject(value):
    op = operate(parameter("X-A", "header"), server=(server := Server()))
    try:
        op(x_a=value)
    except (InvalidCall, UnsafeValue):
        return
    assert not set(dict(server.last.headers.raw)[b"X-A"]) & set(b"\r\n\0")


@pytest.mark.parametrize("name", ["Accept", "Content-Type", "Authorization"])
def test_a_header_that_the_standard_ignores_is_not_required_and_wins_when_given(name):
    op = operate(parameter(name, "header", {"type": "string"}, required=True), body=content({}))
    assert op.validate(body=1) == []
    request = op.request(body=1, header={name: "mine/x"})
    assert request.headers.all(name) == ["mine/x"]


@given(
    st.dictionaries(
        st.sampled_from(["a", "b;c", "d"]),
        st.text(st.characters(codec="utf-8"), max_size=5),
        min_size=1,
    )
)
def test_a_cookie_value_stays_in_its_cookie(values):
    op = operate(*(parameter(name, "cookie") for name in ["a", "b;c", "d"]))
    text = op.request(cookie=values).headers["Cookie"]
    pairs = [pair.split("=", 1) for pair in text.split("; ")]
    assert {unquote(k): unquote(v) for k, v in pairs} == values


# --- the body


@given(values())
def test_the_body_is_sent_exactly_as_given(value):
    request = operate(body=content({})).request(body=value)
    back = json.loads(request.body)
    assert back == value
    assert repr(back) == repr(value)
    assert request.headers["Content-Type"] == "application/json"


def test_no_default_is_injected_and_nothing_is_coerced():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer", "default": 5}, "b": {"type": "number"}},
    }
    assert operate(body=content(schema)).request(b=1).body == b'{"b":1}'
    assert operate(body=content(schema)).validate(a="1")


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: decimal.Decimal


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2024-01-02T03:04:05+00:00"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("19.99"), 19.99),
        (decimal.Decimal(12345678901234567890), 12345678901234567890),
        (Colour.RED, "red"),
        (Point(1, decimal.Decimal("0.1")), {"x": 1, "y": 0.1}),
        ((1, (2,)), [1, [2]]),
        ({Colour.RED: 1}, {"red": 1}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("schema", [{}, {"type": ["string", "number", "object", "array"]}])
def test_python_values_become_json(value, form, schema):
    op = operate(parameter("q"), body=content({"properties": {"v": schema}}))
    assert op.validate(body={"v": value}) == []
    assert json.loads(op.request(body={"v": value}).body) == {"v": form}
    assert op.request(body={}, q=value).url == op.request(body={}, q=form).url


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, [math.nan], {"a": math.inf}, object(), {1, 2}, {5: 1}]
)
@pytest.mark.parametrize(
    "schema", [{}, {"type": "number"}, {"properties": {"a": {"type": "number"}}}]
)
def test_what_is_no_json_is_a_violation(value, schema):
    op = operate(body=content(schema))
    assert op.validate(body=value)
    with pytest.raises(InvalidCall):
        op.request(body=value)


@pytest.mark.parametrize("schema", [{}, {"type": "array"}, {"type": "string"}])
def test_a_body_nested_a_hundred_thousand_deep_is_refused_in_plain_words(schema):
    value = 1
    for _ in range(100_000):  # Python 3.13 can write a few thousand.
        value = [value]
    op = operate(body=content(schema))
    with pytest.raises((InvalidCall, UnsafeValue), match="deep"):
        op.request(body=value)


def test_a_value_that_holds_itself_is_refused():
    value: dict = {}
    value["a"] = value
    op = operate(parameter("q"), body=content({}))
    assert op.validate(body=value)
    assert op.validate(body=1, q=value)


def test_a_number_of_thousands_of_digits_is_refused_or_sent_whole():
    op = operate(
        parameter("q", schema={"type": "integer", "maximum": 5}), body=content({"enum": [1]})
    )
    assert len(op.validate(q=10**5000, body=10**5000)) == 2
    assert (
        operate(body=content({"type": "integer"})).request(body=10**4000).body == b"1" + b"0" * 4000
    )


def test_twenty_digits_survive_everywhere():
    number = 12345678901234567890
    op = operate(
        parameter("id", "path", {"type": "integer"}),
        parameter("q", schema={"type": "integer"}),
        path="/x/{id}",
        body=content({"type": "object", "properties": {"n": {"type": "integer"}}}),
    )
    request = op.request(number, q=number, n=number)
    assert request.url == f"{SERVER}/x/{number}?q={number}"
    assert request.body == b'{"n":%d}' % number


# --- media types

TWO = {"content": {"application/json; version=1": {"schema": {"type": "string"}}, "application/json; version=2": {"schema": {"type": "integer"}}}}  # fmt: skip


def test_each_media_type_has_its_own_call_schema():
    op = operate(body=TWO)
    for number, good, bad in ((1, "x", 1), (2, 1, "x")):
        name = f"application/json; version={number}"
        assert op.validate(Call(body=good, media_type=name)) == []
        assert op.validate(Call(body=bad, media_type=name))
        assert op.request(Call(body=good, media_type=name)).headers["Content-Type"] == name
        view = operate(body=TWO, media_type=name)
        assert (view.validate(body=good), bool(view.validate(body=bad))) == ([], True)


def test_a_body_is_judged_by_the_media_type_that_it_is_sent_as():
    op = operate(body=TWO)
    good = "x" if "version=1" in op.request(Call(body="x")).headers["Content-Type"] else 1
    assert op.validate(body=good) == []


@pytest.mark.parametrize("name", ["image/*", "*/*"])
def test_a_media_range_is_never_sent_as_content_type(name):
    op = operate(body={"content": {name: {"schema": {}}}})
    assert (
        op.request(Call(body=b"x", media_type="image/png")).headers["Content-Type"] == "image/png"
    )
    assert (
        operate(body={"content": {name: {}}}, media_type="image/png")
        .request(body=b"x")
        .headers["Content-Type"]
        == "image/png"
    )
    try:
        assert "*" not in op.request(body=b"x").headers["Content-Type"]
    except DynclientError as error:
        assert "media_type" in str(error)  # noqa: PT017 (either will do)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("schema", [{"type": "string", "format": "binary"}, {}])
def test_bytes_are_a_binary_body(version, schema):
    op = operate(body=content(schema, "application/octet-stream"), version=version)
    assert op.validate(body=b"\xff\x00") == []
    assert op.request(body=b"\xff\x00").body == b"\xff\x00"


def test_text_is_a_text_body():
    assert (
        operate(body=content({"type": "string"}, "text/plain")).request(body="é").body
        == "é".encode()
    )


# --- options that shape a request


def test_headers_of_the_client_are_sent_and_win():
    op = operate(parameter("X-A", "header"), headers={"x-a": "mine", "X-B": "b"}, accept="text/x")
    request = op.request(x_a="theirs")
    assert request.headers.all("X-A") == ["mine"]
    assert request.headers["X-B"] == "b"
    assert request.headers["Accept"] == "text/x"


def test_without_checks_undeclared_entries_are_written_in_the_default_style():
    op = operate(
        parameter("id", "path", {"type": "integer"}), path="/x/{id}", validate_requests=False
    )
    request = op.request(
        "no-integer", query={"new": [1, 2]}, header={"X-New": "h"}, cookie={"c": 1}
    )
    assert request.url == f"{SERVER}/x/no-integer?new=1&new=2"
    assert request.headers["X-New"] == "h"
    assert request.headers["Cookie"] == "c=1"
    assert op.validate("no-integer", query={"new": 1})


def test_unknown_properties_are_allowed_on_request():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    op = operate(body=content(schema), unknown_properties="allow")
    assert json.loads(op.request(a=1, new=2).body) == {"a": 1, "new": 2}
    assert [v.where for v in op.validate(a="x", new=2)] == ["body.a"]
    assert operate(body=content(schema)).validate(a=1, new=2)


ODD = (
    st.none()
    | st.integers()
    | st.text(max_size=3)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3) | st.integers(), st.text(max_size=3), max_size=2)
)


@given(
    st.dictionaries(
        st.sampled_from(["path", "query", "header", "cookie", "body", "media_type", "x"]), ODD
    )
)
def test_without_checks_every_call_is_written_or_refused_as_ours(parts):
    op = operate(parameter("id", "path"), path="/x/{id}", body=content({}), validate_requests=False)
    with contextlib.suppress(DynclientError):
        op.send(Call(parts))


# --- examples


@pytest.mark.parametrize("seed", [0, 1])
def test_an_example_is_a_valid_call(seed):
    op = operate(
        parameter("id", "path", {"type": "string", "format": "uuid"}),
        path="/x/{id}",
        body=content(
            {
                "type": "object",
                "required": ["n"],
                "properties": {"n": {"type": "integer", "minimum": 5}},
            }
        ),
    )
    call = op.example(seed)
    assert isinstance(call, Call)
    assert op.validate(call) == []
    assert op.request(call) == op.request(op.example(seed))


def test_the_documents_own_example_comes_first():
    op = operate(
        body={"content": {"application/json": {"schema": {"type": "integer"}, "example": 4711}}}
    )
    assert op.example()["body"] == 4711


# --- a path value is never empty

PATH_SCHEMAS = [{"type": "string"}, {"type": "array"}, {"type": "object"}, {}]


@pytest.mark.parametrize("value", ["", [], {}, [""]])
@pytest.mark.parametrize("schema", PATH_SCHEMAS)
@pytest.mark.parametrize("style", ["simple", "label", "matrix"])
@pytest.mark.parametrize("explode", [True, False])
def test_an_empty_path_value_is_refused_as_unsafe(style, explode, schema, value):
    found = parameter("id", "path", schema, style=style, explode=explode)
    for path in ("/customer_data/{id}", "/customer_data/{id}.json"):
        violations = operate(found, path=path, method="delete").validate(value)
        assert [v.kind for v in violations if v.kind != "type"] == ["unsafe"]
        with pytest.raises(UnsafeValue):
            operate(found, path=path, method="delete", validate_requests=False).request(value)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("checked", [True, False])
def test_an_empty_path_value_that_an_enum_lists_is_sent(version, checked):
    for schema in ({"enum": ["", "a"]}, {"allOf": [{"type": "string", "enum": ["", "b"]}]}):
        found = parameter("id", "path", schema)
        op = operate(found, path="/things/{id}", version=version, validate_requests=checked)
        assert op.request("").url == f"{SERVER}/things/"
        assert op.example()["path"]["id"] in {"", "a", "b"}


def test_the_empty_value_of_a_path_with_content_is_refused_where_it_is_text_alone():
    for media_type, is_refused in (("text/plain", True), ("application/json", False)):
        found = {"name": "id", "in": "path", "required": True}
        found |= {"content": {media_type: {"schema": {"type": "string"}}}}
        assert bool(operate(found, path="/things/{id}").validate("")) is is_refused


def test_an_example_never_has_an_empty_path_value():
    found = parameter("id", "path", {"type": "array", "items": {"type": "string"}})
    op = operate(found, path="/things/{id}")
    assert all(op.example(seed)["path"]["id"] for seed in range(20))


# --- headers that belong to credentials, media types and the transport

STANDARD_HEADERS = ["Authorization", "Accept", "Content-Type", "Host"]
FRAMING_HEADERS = ["Content-Length", "Transfer-Encoding", "connection", "TE", "Upgrade", "Trailer"]


@pytest.mark.parametrize("name", STANDARD_HEADERS)
def test_an_example_leaves_out_the_headers_that_the_standard_ignores(name):
    found = parameter(name, "header", {"type": "string", "example": "x"}, required=True)
    found["example"] = "made up"
    op = operate(found, parameter("X-Own", "header", {"type": "string"}, required=True))
    for seed in range(5):
        assert set(op.example(seed).get("header", {})) == {"X-Own"}


@pytest.mark.parametrize("name", STANDARD_HEADERS)
def test_a_value_that_is_given_for_a_header_of_the_standard_wins(name):
    found = parameter(name, "header", {"type": "string"})
    request = operate(found).request(header={name: "mine"})
    assert request.headers.all(name) == ["mine"]


@pytest.mark.parametrize("name", FRAMING_HEADERS)
def test_a_header_that_frames_the_message_is_no_argument(name):
    found = parameter(name, "header", {"type": "string"}, required=True)
    op = operate(found)
    assert op.validate() == []
    assert [v.kind for v in op.validate(header={name: "5"})] == ["unknown"]
    assert "header" not in op.example()
    for options in ({"validate_requests": False}, {"unknown_properties": "allow"}):
        with pytest.raises(UnsafeValue, match="frames the message"):
            operate(found, **options).request(header={name: "5"})


@pytest.mark.parametrize("name", FRAMING_HEADERS)
def test_a_header_that_frames_the_message_is_a_problem_of_the_document(name):
    problems = dynclient.load(single(parameter(name, "header", {}, required=True))).problems
    assert [(p.code, p.severity) for p in problems] == [("framing-header", "warning")]
    assert name in problems[0].message


@pytest.mark.parametrize("name", FRAMING_HEADERS)
def test_a_header_option_cannot_frame_the_message(name):
    with pytest.raises(UsageError, match=f"the header {name} frames the message"):
        operate(headers={name: "5"})
    with pytest.raises(UsageError):
        dynclient.Client(single(), transport=Server()).with_options(headers={name: "5"})
    assert operate(headers={"Host": "other.test"}).request().headers["Host"] == "other.test"


# --- a request is sent by its own operation


def two_operations():
    """Return a document with operations that have one id, and one without."""
    made = {"responses": {"200": {"description": "fine"}}}
    paths = {
        "/a": {"get": {**made, "operationId": "twin"}, "delete": {**made, "operationId": "own"}},
        "/b": {"get": {**made, "operationId": "twin"}, "put": made},
    }
    return document(paths)


def test_a_request_of_another_operation_is_not_sent():
    server = Server()
    client = dynclient.Client(two_operations(), transport=server)
    operations = list(client.operations.values())
    for owner in operations:
        request = pickle.loads(pickle.dumps(owner.request()))
        owner.send(request)
        sent_by_owner = len(server.seen)
        for other in operations:
            if other is not owner:
                with pytest.raises(UsageError, match="cannot send a request of"):
                    other.send(request)
        assert len(server.seen) == sent_by_owner


def test_an_asynchronous_operation_does_not_send_the_request_of_another():
    client = dynclient.AsyncClient(two_operations(), transport=httpx.MockTransport(lambda _: None))
    request = client["own"].request()
    with pytest.raises(UsageError, match="cannot send a request of own"):
        asyncio.run(client["PUT /b"].send(request))


def test_the_heading_of_an_operation_without_an_id_does_not_repeat_its_key():
    client = dynclient.Client(two_operations(), transport=Server())
    with pytest.raises(InvalidCall) as caught:
        client["PUT /b"](nothing=1)
    assert str(caught.value).startswith("PUT /b: 1 problem, nothing was sent\n")
    assert repr(client["PUT /b"].operation) == "<Operation PUT /b>"
    assert repr(client["own"].operation) == "<Operation own  DELETE /a>"
    failing = dynclient.Client(two_operations(), transport=Server(httpx.Response(404)))
    with pytest.raises(errors.StatusError, match=r"^PUT /b: 404"):
        failing["PUT /b"]()
