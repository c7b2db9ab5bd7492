"""`in: querystring`: the whole query is one value of the call document, in every place where a call is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import Server, document, operation, parameter

import dynclient
from dynclient.errors import InvalidCall, UnsafeValue

FORM = "application/x-www-form-urlencoded"


def querystring(media_type, schema, name="q", **fields):
    return {
        "name": name,
        "in": "querystring",
        "content": {media_type: {"schema": schema}},
        **fields,
    }


def build(*parameters, version="3.2.0", **fields):
    return document({"/search": {"get": operation(*parameters, **fields)}}, version=version)


FILTER = {
    "type": "object",
    "properties": {
        "foo": {"type": "string"},
        "bar": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "additionalProperties": False,
}
NUMBERS = {
    "type": "object",
    "required": ["numbers"],
    "properties": {
        "numbers": {"type": "array", "items": {"type": "integer"}},
        "flag": {"type": ["boolean", "null"]},
    },
}
FORM_DOCUMENT = build(querystring(FORM, FILTER))
JSON_DOCUMENT = build(querystring("application/json", NUMBERS))
TEXT_DOCUMENT = build(querystring("application/jsonpath", {"type": "string"}, required=True))


@pytest.mark.parametrize(
    ("source", "value", "query"),
    [
        (FORM_DOCUMENT, {"foo": "a + b", "bar": True}, "foo=a+%2B+b&bar=true"),
        (FORM_DOCUMENT, {"tags": ["x", "y&z"]}, "tags=x&tags=y%26z"),
        (FORM_DOCUMENT, {}, ""),
        (JSON_DOCUMENT, {"numbers": [1, 2], "flag": None}, "%7B%22numbers%22%3A%5B1%2C2%5D%2C%22flag%22%3Anull%7D"),
        (TEXT_DOCUMENT, "$.a.b[1:1]", "%24.a.b%5B1%3A1%5D"),
        (TEXT_DOCUMENT, "ä#?/", "%C3%A4%23%3F%2F"),
    ],
)  # fmt: skip
def test_the_whole_query_is_written_by_its_media_type(source, value, query):
    client = dynclient.Client(source, transport=Server())
    url = client.run.request(dynclient.Call(querystring=value)).url
    assert url.partition("?")[2] == query
    assert client.run.request(querystring=value).url == url
    assert client.run.request(q=value).url == url


def test_members_may_be_arguments_of_their_own():
    client = dynclient.Client(FORM_DOCUMENT, transport=Server())
    assert client.run.request(foo="1", bar=False).url.endswith("?foo=1&bar=false")
    twice = client.run.validate(foo="1", querystring={})
    assert [(v.kind, v.path) for v in twice] == [("ambiguous", ("args", "querystring"))]
    assert list(client.run.__signature__.parameters) == ["q", "foo", "bar", "tags"]


@pytest.mark.parametrize(
    ("source", "value", "kind", "path"),
    [
        (FORM_DOCUMENT, {"fooo": "x"}, "unknown", ("querystring", "fooo")),
        (FORM_DOCUMENT, {"bar": "x"}, "type", ("querystring", "bar")),
        (JSON_DOCUMENT, {"numbers": [1, "b"]}, "type", ("querystring", "numbers", 1)),
        (JSON_DOCUMENT, {}, "missing", ("querystring", "numbers")),
        (TEXT_DOCUMENT, 5, "type", ("querystring",)),
        (TEXT_DOCUMENT, "", "unsafe", ("querystring",)),
    ],
)
def test_a_wrong_value_is_named_by_its_path(source, value, kind, path):
    client = dynclient.Client(source, transport=Server())
    found = client.run.validate(querystring=value)
    assert [(v.kind, v.path) for v in found] == [(kind, path)]
    with pytest.raises(InvalidCall):
        client.run(querystring=value)


def test_a_required_one_that_is_absent_is_missing():
    client = dynclient.Client(TEXT_DOCUMENT, transport=Server())
    assert [(v.kind, v.path) for v in client.run.validate()] == [("missing", ("querystring",))]
    assert client.run.__signature__.parameters["q"].default is not None


def test_an_operation_without_one_refuses_it():
    client = dynclient.Client(build(parameter("a")), transport=Server())
    assert client.run.validate(querystring={"a": 1})
    assert client.run.validate(dynclient.Call(querystring={"a": 1}))
    lenient = client.with_options(validate_requests=False)
    with pytest.raises(UnsafeValue, match="in: querystring"):
        lenient.run.request(dynclient.Call(querystring={"a": 1}))


@pytest.mark.parametrize("source", [FORM_DOCUMENT, JSON_DOCUMENT, TEXT_DOCUMENT])
def test_the_sandbox_reads_what_the_client_writes(source):
    sandbox = dynclient.Sandbox(source, strict=True)
    client = dynclient.Client(source, transport=sandbox)
    example = client.run.example()
    assert not client.run.validate(example)
    assert client.run.send(example).status == 200
    other = {"foo": "a"} if source is FORM_DOCUMENT else {"numbers": [3]}
    value = "$" if source is TEXT_DOCUMENT else other
    assert client.run.send(querystring=value).status == 200
    assert sandbox.calls[-1].call["querystring"] == value


def test_the_sandbox_refuses_a_wrong_query():
    client = dynclient.Client(
        JSON_DOCUMENT, transport=dynclient.Sandbox(JSON_DOCUMENT), validate_requests=False
    )
    with pytest.raises(dynclient.errors.BadRequest):
        client.run(querystring={"numbers": ["x"]})


@given(
    value=st.dictionaries(st.sampled_from(["foo", "tags"]), st.none(), max_size=2), text=st.text()
)
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_as_it_was_written(value, text):
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        return
    whole = {name: [text] if name == "tags" else text for name in value}
    for source, sent in ((FORM_DOCUMENT, whole), (JSON_DOCUMENT, {"numbers": [1], "x": text})):
        sandbox = dynclient.Sandbox(source)
        client = dynclient.Client(source, transport=sandbox, unknown_properties="allow")
        client.run.send(dynclient.Call(querystring=sent))
        assert sandbox.calls[-1].call.get("querystring", {}) == sent


def test_an_api_key_in_the_query_is_no_part_of_the_value():
    source = build(querystring(FORM, FILTER))
    source["components"] = {
        "securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "key"}}
    }
    source["security"] = [{"k": []}]
    sandbox = dynclient.Sandbox(source)
    client = dynclient.Client(source, transport=sandbox, credentials={"k": "secret"})
    client.run(foo="x")
    assert sandbox.calls[-1].call["querystring"] == {"foo": "x"}


def test_another_parameter_of_the_query_is_a_problem():
    source = build(parameter("a"), querystring(FORM, FILTER), querystring(FORM, FILTER, "r"))
    problems = [p for p in dynclient.load(source).problems if p.severity == "error"]
    assert [(p.code, p.pointer) for p in problems] == [
        ("conflicting-querystring", "/paths/~1search/get/parameters/0"),
        ("conflicting-querystring", "/paths/~1search/get/parameters/1"),
    ]


def test_it_needs_content():
    source = build({"name": "q", "in": "querystring", "schema": FILTER, "style": "form"})
    problems = {p.code: p for p in dynclient.load(source).problems}
    assert "needs `content`" in problems["bad-parameter"].message
    assert problems["ignored-field"].severity == "warning"
    client = dynclient.Client(source, transport=Server())
    assert client.run.request().url.endswith("/search")


def test_an_older_document_that_has_one_is_warned_of_and_used():
    source = build(querystring(FORM, FILTER), version="3.1.0")
    assert [p.code for p in dynclient.load(source).problems] == ["foreign-field"]
    client = dynclient.Client(source, transport=Server())
    assert client.run.request(foo="1").url.endswith("?foo=1")


@pytest.mark.parametrize(
    ("new", "rule", "level"),
    [
        (build(), "parameter-removed", "breaking"),
        (build(querystring(FORM, FILTER, required=True)), "parameter-required", "breaking"),
        (build(querystring("application/json", FILTER)), "parameter-wire", "breaking"),
        (
            build(querystring(FORM, {**FILTER, "required": ["foo"]})),
            None,
            "breaking",
        ),
        (build(querystring(FORM, FILTER, name="other")), None, None),
    ],
)
def test_a_diff_compares_the_whole_query(new, rule, level):
    changes = dynclient.diff(FORM_DOCUMENT, new).changes
    if level is None:
        assert not [c for c in changes if c.level == "breaking"]
        return
    breaking = [c for c in changes if c.level == "breaking"]
    assert breaking
    assert rule is None or rule in {c.rule for c in breaking}
    same = dynclient.diff(FORM_DOCUMENT, FORM_DOCUMENT)
    assert not same.changes


def test_calls_are_drawn_with_it():
    client = dynclient.Client(JSON_DOCUMENT, transport=Server())

    @given(call=dynclient.strategies.calls(client.run))
    @settings(max_examples=10, deadline=None)
    def check(call):
        assert not client.run.validate(call)

    check()


@pytest.mark.parametrize(
    ("schema", "explode", "value", "cookie"),
    [
        ({"type": "string"}, None, "a%20b", "c=a%20b"),
        ({"type": "array", "items": {"type": "string"}}, None, ["a", "b"], "c=a; c=b"),
        ({"type": "array", "items": {"type": "string"}}, False, ["a", "b%"], "c=a,b%"),
        ({"type": "object", "properties": {"R": {"type": "integer"}}}, None, {"R": 100}, "R=100"),
        ({"type": "object", "properties": {"R": {"type": "integer"}}}, False, {"R": 100}, "c=R,100"),
    ],
)  # fmt: skip
def test_a_cookie_of_the_style_cookie_is_not_escaped(schema, explode, value, cookie):
    fields = {"style": "cookie"} if explode is None else {"style": "cookie", "explode": explode}
    source = build(parameter("c", "cookie", schema, **fields))
    sandbox = dynclient.Sandbox(source)
    client = dynclient.Client(source, transport=sandbox)
    assert client.run.request(c=value).headers["cookie"] == cookie
    client.run(c=value)
    assert sandbox.calls[-1].call["cookie"] == {"c": value}


@pytest.mark.parametrize("text", ["a b", "a;b", "a,b", "a\\b", 'a"b', "ä", "a\r\nb"])
def test_what_would_break_a_cookie_is_refused(text):
    source = build(
        parameter("c", "cookie", {"type": "string"}, style="cookie"),
        parameter("d", "cookie", {"type": "array", "items": {"type": "string"}}, style="cookie"),
    )
    client = dynclient.Client(source, transport=Server())
    assert [v.path for v in client.run.validate(c=text, d=[text])] == [
        ("cookie", "c"),
        ("cookie", "d", 0),
    ]
    with pytest.raises(UnsafeValue):
        client.with_options(validate_requests=False).run.request(c=text)


def test_help_describes_the_whole_query_and_its_members():
    source = build(querystring(FORM, FILTER, required=True, description="What to find."))
    client = dynclient.Client(source, transport=Server())
    assert "    q (querystring): object, required. What to find." in client.run.__doc__
    assert "    bar (querystring, member of q): boolean" in client.run.__doc__
