"""What holds for every parameter: it is read back as it was written, and it never leaves its place."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.documents import Server, single

import dynclient
from dynclient.errors import InvalidCall, UnsafeValue
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader

CELLS = [
    *(("path", style) for style in ("simple", "label", "matrix")),
    *(("query", style) for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject")),
    ("header", "simple"),
    ("cookie", "form"),
]
NAMES = {"path": ["id", "größe"], "query": ["color", "filter[x]", "$top", "a b&c=d"], "header": ["X-Color"], "cookie": ["sid", "k[]"]}  # fmt: skip

#: RFC 3986 §3.3 and §3.4, less the brackets that only an address may hold.
URL = re.compile(
    r"https://api\.example\.com/v1(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})*)+"
    r"(\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)

characters = st.characters(codec="utf-8")
plain = st.characters(codec="utf-8", exclude_characters=".,=%| []")


def texts_of(place, style):
    """Return texts that come back from a place: what its delimiters cannot be told from is a documented loss."""
    if place == "header":
        return st.text(
            st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=",="), max_size=6
        )
    if place == "path" or style in ("spaceDelimited", "pipeDelimited"):
        return st.text(plain, min_size=1, max_size=6)
    return st.text(characters, max_size=6)


numbers = st.floats(allow_nan=False, allow_infinity=False)


def scalars(texts):
    return st.sampled_from([
        ({"type": "string"}, texts),
        ({"type": "integer"}, st.integers()),
        ({"type": "number"}, numbers),
        ({"type": "boolean"}, st.booleans()),
        ({"type": ["integer", "null"]}, st.integers() | st.none()),
    ])  # fmt: skip


@st.composite
def typed(draw, place, style, explode, prefix):
    """Return a schema and a value of it, of a kind that its style is made for."""
    schema, values = draw(scalars(texts_of(place, style)))
    if style == "label" and explode and schema["type"] == "number":
        schema, values = {"type": "integer"}, st.integers()  # nothing escapes the dot of a fraction
    kind = draw(st.sampled_from(["scalar", "array", "object"]))
    kind = (
        "object"
        if style == "deepObject"
        else "array"
        if kind == "scalar" and "Delimited" in style
        else kind
    )
    if kind == "scalar":
        return schema, draw(values)
    if kind == "array":
        least = 0 if place == "query" and style == "form" else 1
        value = draw(st.lists(values, min_size=least, max_size=4))
        assume(value != [""])
        return {"type": "array", "items": schema}, value
    names = [f"{prefix}{name}" for name in ("R", "G B", "ü&", "x=y", "a/b")]
    names = names[:1] if place in ("path", "header") or "Delimited" in style else names
    value = draw(st.dictionaries(st.sampled_from(names), values, min_size=1))
    return {"type": "object", "properties": dict.fromkeys(names, schema)}, value


@st.composite
def parameters(draw):
    """Return Parameter Objects of one operation, each with a value; no two of them share a name."""
    found = {}
    for number, (place, style) in enumerate(
        draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4))
    ):
        name = draw(st.sampled_from(NAMES[place]))
        if (place, name) in found or (place == "path" and any(p == "path" for p, _ in found)):
            continue
        explode = draw(st.booleans())
        schema, value = draw(typed(place, style, explode, f"m{number}"))
        required = {"required": True} if place == "path" else {}
        found[place, name] = ({"name": name, "in": place, "style": style, "explode": explode, "schema": schema, **required}, value)  # fmt: skip
    return list(found.values())


def document(drawn):
    made = [parameter for parameter, _ in drawn]
    path = "".join(f"/{{{parameter['name']}}}" for parameter in made if parameter["in"] == "path")
    return single(*made, path=f"/x{path}/y", method="get")


def call_of(drawn):
    call = dynclient.Call()
    for parameter, value in drawn:
        call.setdefault(parameter["in"], {})[parameter["name"]] = value
    return call


def is_sent(parameter, value):
    return parameter["in"] in ("path", "header") or value not in ([], {})


@given(parameters())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_what_was_written_is_read_back(drawn):
    op = dynclient.Client(document(drawn), transport=Server()).run
    try:
        request = op.request(call_of(drawn))
    except InvalidCall as refused:
        assert {v.kind for v in refused.violations} == {"unsafe"}  # noqa: PT017 (nothing else may be wrong with it)
        assume(False)
    came = ParsedRequest.parse(request)
    segment = came.path.split("/")[-2]
    variables = {p["name"]: segment for p, _ in drawn if p["in"] == "path"}
    reading = RequestReader(op._plan).read(came, variables)
    expected = call_of([(p, v) for p, v in drawn if is_sent(p, v)])
    assert json.dumps(reading.call, sort_keys=True) == json.dumps(expected, sort_keys=True)
    assert reading.violations == []


anything = st.text(max_size=8) | st.sampled_from([".", "..", "%2e%2e", "%2F", "a/../b", "?x", "#y", "\\", "a\r\nX-Evil: 1", "\0", "//", "@evil.test", ":80", "; admin=1", "", " ", "\ud800"])  # fmt: skip
json_values = st.recursive(
    anything | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(("place", "style"), CELLS)
@given(st.data(), st.booleans(), st.booleans(), st.booleans())
def test_no_value_leaves_its_place(place, style, data, explode, reserved, checked):
    name = data.draw(st.sampled_from(NAMES[place]))
    parameter = {
        "name": name,
        "in": place,
        "style": style,
        "explode": explode,
        "allowReserved": reserved,
        "schema": {},
    }
    value = data.draw(json_values)
    drawn = [({**parameter, "required": place == "path"}, value)]
    server = Server()
    client = dynclient.Client(document(drawn), transport=server, validate_requests=checked)
    try:
        request = client.run.request(call_of(drawn))
        client.run(call_of(drawn))
    except (InvalidCall, UnsafeValue):
        assert server.seen == []
        return
    check_target(request.url, place)
    sent = server.last
    check_target(f"https://{sent.headers['host']}{sent.url.raw_path.decode()}", place)
    expected = (
        {"accept"}
        | ({"x-color"} if place == "header" else set())
        | ({"cookie"} if place == "cookie" else set())
    )
    assert {name.lower() for name in request.headers} <= expected
    assert all(
        "\r" not in text and "\n" not in text and "\0" not in text
        for _, text in request.headers.pairs()
    )
    if place == "cookie":
        pairs = request.headers.get("Cookie", "").split("; ")
        # RFC 6265 §4.1.1, and the comma that OAS wants in a flat array.
        assert all(re.fullmatch(r"[!#-:<-\[\]-~]*", pair) for pair in pairs)


def check_target(url, place):
    """Assert that a URL is one of this operation, and that no byte of it stands unescaped."""
    assert URL.fullmatch(url)
    parts = urlsplit(url)
    segments = parts.path.split("/")
    assert (parts.netloc, parts.fragment) == ("api.example.com", "")
    assert (segments[:3], segments[-1], len(segments)) == (
        ["", "v1", "x"],
        "y",
        5 if place == "path" else 4,
    )
    assert all(unquote(segment) not in (".", "..") for segment in segments)
    assert urljoin(url, url) == url
    assert place == "query" or parts.query == ""


UNDECLARED = ["query", "header", "cookie"]


@pytest.mark.parametrize("place", UNDECLARED)
@given(anything, json_values)
def test_an_undeclared_entry_does_not_either(place, name, value):
    client = dynclient.Client(document([]), transport=Server(), validate_requests=False)
    try:
        request = client.run.request(dynclient.Call({place: {name: value}}))
    except (InvalidCall, UnsafeValue):
        return
    check_target(request.url, place)
    assert all(
        "\r" not in text and "\n" not in text for pair in request.headers.pairs() for text in pair
    )


#: What openapi-core gets wrong about parameters, beside what the sandbox knows of it already.
@given(parameters())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_the_sandbox_takes_it_and_openapi_core_too_but_for_its_known_faults(drawn):
    made = document(drawn)
    sandbox = dynclient.Sandbox(made, second_opinion=True)
    try:
        result = dynclient.Client(made, transport=sandbox).run.send(call_of(drawn))
    except InvalidCall:
        assume(False)
    assert result.status == 200
    assert [d.detail for d in sandbox.disagreements if d.reason is None] == []


@given(parameters())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_sync_and_async_build_and_judge_alike(drawn):
    made, call = document(drawn), call_of(drawn)
    first, second = dynclient.Client(made), dynclient.AsyncClient(made)
    assert first.run.validate(call) == second.run.validate(call)
    if not first.run.validate(call):
        assert first.run.request(call) == second.run.request(call)
