"""The vector table: what each parameter is on the wire, to the byte, and what is read back from it.

A row is a Parameter Object (its name is `color` where none is given), a `value`, the `wire` text and its `source`.
`read` says what is read back where text loses something; `absent` that nothing is, for nothing was sent; `refused` that
the wire cannot carry the value; `later` which version of OpenAPI the row waits for.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from urllib.parse import unquote

import pytest
from support.documents import Server, single

import dynclient
from dynclient.document.text_parser import parse_text as parse
from dynclient.errors import InvalidCall, UnsafeValue
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader
from dynclient.wire.message import Headers, Request
from dynclient.wire.parameters import is_declared_name, read_parameter
from dynclient.wire.schema_types import SchemaTypes

HERE = Path(__file__).parent
NOTES = {"id", "value", "wire", "source", "read", "absent", "refused", "later", "version", "text"}
IDS = {"type": "array", "items": {"type": "integer"}}
BASE = "https://api.example.com/v1/x"


def table(name):
    return parse((HERE / f"{name}.yaml").read_bytes(), name).tree


def rows():
    for file in sorted(HERE.glob("*.yaml")):
        content = table(file.stem)
        for row in content.get("rows", ()):
            named = isinstance(row.get("schema"), str)
            whole = {**row, "schema": content["schemas"][row["schema"]]} if named else row
            yield f"{file.stem}/{row['id']}", whole


ALL = list(rows())
ROWS = dict(ALL)
READY = {key: row for key, row in ROWS.items() if "later" not in row}
SENT = {key: row for key, row in READY.items() if not row.get("refused")}
each = pytest.mark.parametrize("row", SENT.values(), ids=SENT)


def declared(row):
    found = {"name": "color", **{key: value for key, value in row.items() if key not in NOTES}}
    if found["in"] == "path":
        found["required"] = True
    return found


def operation(row, **options):
    """Return the operation that has the row's parameter, and what the wire saw of it."""
    found, server = declared(row), Server()
    path = f"/x/{{{found['name']}}}/y" if found["in"] == "path" else "/x"
    made = single(
        found,
        path=path,
        method="get",
        version=row.get("version", "3.1.1"),
        components={"schemas": {"Ids": IDS}},
    )
    return dynclient.Client(made, transport=server, **options).run, server


def call(row):
    found = declared(row)
    return dynclient.Call({found["in"]: {found["name"]: row["value"]}})


def text_of(row, url, headers):
    """Return the row's place in a request: the path segment, query, header value or cookies, all as they stand."""
    if row["in"] == "path":
        assert url.startswith(BASE + "/")
        assert url.endswith("/y")
        return url[len(BASE) + 1 : -2]
    if row["in"] == "header":
        return headers[declared(row)["name"]]
    assert url == BASE or row["in"] == "query"
    return (
        url.removeprefix(BASE).removeprefix("?")
        if row["in"] == "query"
        else headers.get("Cookie", "")
    )


def read_back(row, op, request):
    """Return the call that the sandbox reads out of a request, and what it finds wrong."""
    name = declared(row)["name"]
    came = ParsedRequest.parse(request)
    variables = {name: came.path.split("/")[-2]} if row["in"] == "path" else {}
    reading = RequestReader(op._plan).read(came, variables)
    return reading.call.get(row["in"], {}), reading.violations


def incoming(row):
    """Return a request that carries a text in the row's place, as a server gets it."""
    name, text = declared(row)["name"], row["text"]
    url = {"path": f"{BASE}/{text}/y", "query": f"{BASE}?{text}"}.get(row["in"], BASE)
    headers = {"header": [(name, text)], "cookie": [("Cookie", text)]}.get(row["in"], [])
    return Request("GET", url, Headers(headers))


@each
def test_the_wire_is_equal_to_the_byte(row):
    op, _ = operation(row)
    request = op.request(call(row))
    assert text_of(row, request.url, request.headers) == row["wire"]


@each
def test_what_is_written_is_what_is_sent(row):
    op, server = operation(row)
    op.send(call(row))
    sent = server.last
    headers = {name.decode(): value.decode() for name, value in sent.headers.raw}
    folded = {name.lower(): value for name, value in headers.items()}
    name = declared(row)["name"]
    target = f"https://{sent.url.netloc.decode()}{sent.url.raw_path.decode()}"
    assert (
        text_of(row, target, {name: folded.get(name.lower()), "Cookie": folded.get("cookie", "")})
        == row["wire"]
    )


@each
def test_what_was_written_is_read_back(row):
    op, _ = operation(row)
    found, violations = read_back(row, op, op.request(call(row)))
    expected = {} if row.get("absent") else {declared(row)["name"]: row.get("read", row["value"])}
    assert json.dumps(found) == json.dumps(expected)
    if "read" not in row:
        assert violations == []


@pytest.mark.parametrize(
    "row",
    [r for r in READY.values() if r.get("refused")],
    ids=[k for k, r in READY.items() if r.get("refused")],
)
def test_what_the_wire_cannot_carry_is_refused_before_anything_is_sent(row):
    op, server = operation(row)
    with pytest.raises(InvalidCall):
        op(call(row))
    assert server.seen == []


TEXTS = {row["id"]: row for row in table("readings")["texts"]}


@pytest.mark.parametrize("row", TEXTS.values(), ids=TEXTS)
def test_what_other_clients_write_is_read(row):
    op, _ = operation({**row, "id": "", "text": None})
    found, violations = read_back(row, op, incoming(row))
    assert json.dumps(found) == json.dumps({declared(row)["name"]: row["read"]})
    assert violations == []


def test_the_white_space_around_the_commas_of_a_header_is_none_of_its_members():
    op, _ = operation({"in": "header"})
    parameter = op.operation.parameters[0]
    assert read_parameter(parameter, SchemaTypes({"type": "array"}, {}), "a , b,\tc") == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize("place", ["path", "query", "header", "cookie"])
@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], {"a": math.nan}])
def test_a_number_that_no_text_carries_is_refused_even_unchecked(place, value):
    row = {"in": place, "value": value}
    op, server = operation(row, validate_requests=False)
    with pytest.raises(UnsafeValue):
        op(call(row))
    assert server.seen == []


def test_a_name_that_has_no_bytes_hurts_only_who_gives_it():
    row = {"in": "query", "name": "\ud800", "value": "a"}
    op, _ = operation(row, validate_requests=False)
    assert op.request().url == BASE
    with pytest.raises(UnsafeValue):
        op.request(call(row))


@pytest.mark.parametrize(
    ("fields", "schema", "names", "strange"),
    [
        ({}, {"type": "string"}, ["color"], ["colo", "color[a]"]),
        ({"style": "deepObject"}, {"type": "object"}, ["color", "color[a]"], ["a", "colors[a]"]),
        (
            {},
            {"type": "object", "properties": {"R": {}}, "additionalProperties": True},
            ["color", "R"],
            ["G"],
        ),
        ({"explode": False}, {"type": "object", "properties": {"R": {}}}, ["color"], ["R"]),
    ],
)
def test_a_name_in_a_query_is_claimed_by_whom_declares_it(fields, schema, names, strange):
    op, _ = operation({"in": "query", **fields, "schema": schema})
    parameter, shape = op.operation.parameters[0], SchemaTypes(schema, {})
    assert [name for name in names + strange if is_declared_name(parameter, shape, name)] == names


BROKEN = [
    ("path", {"style": "label"}, {"type": "string"}, "blue"),
    ("path", {"style": "matrix"}, {"type": "string"}, "blue"),
    ("path", {}, {"type": "object"}, "a,b,c"),
    ("path", {}, {"type": "string"}, "%ff"),
    ("query", {}, {"type": "string"}, "color=%C3%28"),
    ("query", {"style": "deepObject"}, {"type": "object"}, "color[a]=1&color[a][b]=2"),
    ("query", {"style": "deepObject"}, {"type": "object"}, "color[a][b]=2&color[a]=1"),
    ("query", {"style": "deepObject"}, {"type": "object"}, "color" + "[a]" * 5000 + "=1"),
    ("query", {"style": "deepObject"}, {"type": "object"}, "color" + "[a]" * 100 + "=1"),
    ("query", {"content": {"application/json": {}}}, None, "color={"),
    ("query", {"content": {"application/json": {}}}, None, "color=[NaN]"),
]


@pytest.mark.parametrize(("place", "fields", "schema", "text"), BROKEN)
def test_what_cannot_be_read_is_told_and_never_guessed(place, fields, schema, text):
    row = {"in": place, **fields, "text": text, **({} if schema is None else {"schema": schema})}
    op, _ = operation({**row, "text": None})
    _, violations = read_back(row, op, incoming(row))
    assert [(v.kind, v.path) for v in violations] == [("syntax", (place, "color"))]


def test_five_parameters_and_one_of_two_credentials():
    five, server = table("five"), Server()
    with dynclient.Client(
        five["document"], transport=server, credentials=five["credentials"]
    ) as client:
        request = client.five.request(**five["arguments"])
        client.five(**five["arguments"])
    assert request.url == five["url"]
    sent = server.last
    assert str(sent.url) == five["url"]
    assert {name: sent.headers[name] for name in five["headers"]} == five["headers"]
    assert [name for name in five["absent"] if name in sent.headers] == []


def test_five_parameters_are_read_back():
    five = table("five")
    op = dynclient.Client(
        five["document"], transport=Server(), credentials=five["credentials"]
    ).five
    request = op.request(**five["arguments"])
    found = RequestReader(op._plan).read(ParsedRequest.parse(request), {})
    given = five["arguments"]
    assert found.call == {
        "cookie": {"sid": given["sid"]},
        "query": {name: given[name] for name in "fpj"},
    }
    assert found.violations == []


def test_the_table_is_whole():
    assert len(SENT) >= 300
    assert all(row.get("source") for row in ROWS.values())
    assert len(ALL) == len(ROWS)
    cells = {(row["in"], row.get("style"), row.get("explode")) for row in ROWS.values()}
    for place, styles in {
        "path": ("simple", "label", "matrix"),
        "query": ("form", "spaceDelimited", "pipeDelimited"),
        "header": ("simple",),
        "cookie": ("form",),
    }.items():
        assert all(
            (place, style, explode) in cells for style in styles for explode in (True, False)
        )


def test_no_text_is_ambiguous_about_its_bytes():
    """A row's own text is what it claims to be: ASCII but in headers, and decodable."""
    for row in SENT.values():
        if row["in"] != "header":
            assert row["wire"].isascii()
            assert unquote(row["wire"], errors="strict") is not None
