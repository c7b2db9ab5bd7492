"""Bodies of items, one after another (`itemSchema`): JSON Lines, JSON text sequences, events, parts by position."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import Server, document, operation

import dynclient
from dynclient import errors

ITEM = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}, "text": {"type": "string"}},
}
EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {"type": "string"},
        "event": {"type": "string"},
        "id": {"type": "string"},
        "retry": {"type": "integer"},
    },
}
LINES = (
    "application/jsonl",
    "application/x-ndjson",
    "application/ndjson",
    "application/vnd.a+jsonl",
)
SEQUENCES = ("application/json-seq", "application/geo+json-seq")
EVENTS = "text/event-stream"
TWO = [{"n": 1}, {"n": 2, "text": "ä\n"}]


def write(media_type, items):
    texts = [json.dumps(i, ensure_ascii=False, separators=(",", ":")) for i in items]
    mark = "\x1e" if media_type.endswith("json-seq") else ""
    return "".join(f"{mark}{text}\n" for text in texts).encode()


def entry(media_type, schema=ITEM, **fields):
    return {media_type: {"itemSchema": schema, **fields}}


def build(media_type, schema=ITEM, version="3.2.0", **fields):
    made = entry(media_type, schema, **fields)
    return document(
        {
            "/items": {
                "get": operation(responses={"200": {"description": "", "content": made}}),
                "post": operation(operationId="put", body={"required": True, "content": made}),
            }
        },
        version=version,
    )


def reply(media_type, body):
    return Server(httpx.Response(200, headers={"content-type": media_type}, content=body))


@pytest.mark.parametrize("media_type", [*LINES, *SEQUENCES])
def test_a_call_returns_the_list_of_the_items(media_type):
    server = reply(f"{media_type}; charset=utf-8", write(media_type, TWO))
    client = dynclient.Client(build(media_type), transport=server)
    assert client.run() == TWO

    async def run():
        async with dynclient.AsyncClient(build(media_type), transport=server) as other:
            return await other.run()

    assert asyncio.run(run()) == TWO


@pytest.mark.parametrize("media_type", [*LINES, *SEQUENCES])
@pytest.mark.parametrize(
    "body", [TWO, tuple(TWO), iter(TWO), (item for item in TWO), dict(enumerate(TWO)).values()]
)
def test_a_request_body_takes_any_iterable_of_items(media_type, body):
    given = list(body) if isinstance(body, type(iter([])) | type(i for i in [])) else body
    client = dynclient.Client(build(media_type), transport=Server())
    request = client.put.request(body=iter(given) if given is not body else body)
    assert request.body == (write(media_type, TWO) if given else b"")
    assert request.headers["content-type"] == media_type


def test_an_empty_list_is_an_empty_body():
    server = reply("application/jsonl", b"")
    client = dynclient.Client(build("application/jsonl"), transport=server)
    assert client.put.request(body=[]).body == b""
    assert client.run() == []
    assert not client.run.send().violations


@pytest.mark.parametrize(
    "body",
    [b'{"n":1}\r\n\r\n{"n":2}', b'\xef\xbb\xbf{"n":1}\n{"n":2}\n', b'{"n":1}\n \n{"n" : 2}\n\n'],
)
def test_blank_lines_and_other_line_ends_are_read(body):
    client = dynclient.Client(
        build("application/jsonl"), transport=reply("application/jsonl", body)
    )
    assert client.run() == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("media_type", [*LINES, *SEQUENCES])
def test_a_wrong_item_is_named_by_its_index(media_type):
    wrong = [{"n": 1}, {"n": "two"}, {}]
    client = dynclient.Client(
        build(media_type), transport=reply(media_type, write(media_type, wrong))
    )
    with pytest.raises(errors.InvalidResponse) as caught:
        client.run()
    assert {v.path for v in caught.value.violations} == {("body", 1, "n"), ("body", 2, "n")}
    assert "body[1].n" in str(caught.value)
    assert caught.value.result.data == wrong
    found = client.put.validate(body=wrong)
    assert {v.path for v in found} == {("body", 1, "n"), ("body", 2, "n")}
    with pytest.raises(errors.InvalidCall):
        client.put(body=iter(wrong))
    assert client.put.validate(body=[{"n": 1, "nn": 2}])[0].kind == "unknown"


@pytest.mark.parametrize(
    ("media_type", "body", "text"),
    [
        ("application/jsonl", b'{"n":1}\n{"n":', "item 1"),
        ("application/jsonl", b'{"n":1}\nNaN\n', "item 1"),
        ("application/json-seq", b'{"n":1}\n', "item 0: no record separator"),
        ("application/json-seq", b'\x1e{"n":1}\n\x1e{"n', "item 1"),
        ("application/jsonl", b'{"n":1}\n"\xff"\n', "item 1"),
    ],
)
def test_an_item_that_cannot_be_read_is_named_by_its_index(media_type, body, text):
    client = dynclient.Client(build(media_type), transport=reply(media_type, body))
    with pytest.raises(errors.DecodeError, match=text):
        client.run()


@pytest.mark.parametrize("event", [{"data": "b", "id": "two\nlines"}, {"id": "b"}, "text"])
def test_an_item_that_cannot_be_written_is_named_by_its_index(event):
    client = dynclient.Client(build(EVENTS, EVENT), transport=reply(EVENTS, b""))
    unchecked = client.with_options(validate_requests=False)
    with pytest.raises(errors.UnsafeValue, match="item 1: "):
        unchecked.put.request(body=[{"data": "a"}, event])


def test_no_digit_is_lost():
    client = dynclient.Client(
        build("application/jsonl"),
        transport=reply("application/jsonl", b'{"n":12345678901234567890123}\n'),
    )
    assert client.run() == [{"n": 12345678901234567890123}]
    body = client.put.request(body=[{"n": Decimal(12345678901234567890123)}]).body
    assert body == b'{"n":12345678901234567890123}\n'


STREAM = b"""\
event: addString
data: This data is formatted
data: across two lines
retry: 5

event: addInt64
data: 1234.5678
unknownField: this is ignored

: this is a comment
event: ping

id: 7
data:{"foo": 42}

data"""


def test_events_are_read_as_the_standard_reads_them():
    client = dynclient.Client(build(EVENTS, EVENT), transport=reply(EVENTS, STREAM))
    assert client.run() == [
        {"event": "addString", "data": "This data is formatted\nacross two lines", "retry": 5},
        {"event": "addInt64", "data": "1234.5678"},
        {"id": "7", "data": '{"foo": 42}'},
        {"data": ""},
    ]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_events_may_end_their_lines_in_any_way(end):
    body = b"\xef\xbb\xbf" + b"data: a\n\ndata: b\n\n".replace(b"\n", end)
    client = dynclient.Client(build(EVENTS, EVENT), transport=reply(EVENTS, body))
    assert client.run() == [{"data": "a"}, {"data": "b"}]


def test_events_are_written():
    client = dynclient.Client(build(EVENTS, EVENT), transport=Server())
    body = [{"data": "a\nb", "event": "e", "retry": 3}, {"data": ""}]
    assert client.put.request(body=body).body == (
        b"event: e\nretry: 3\ndata: a\ndata: b\n\ndata: \n\n"
    )
    for wrong in ({"data": "a", "event": "x\ny"}, {"data": "a\rb"}, {"data": "a", "id": "\x00"}):
        with pytest.raises(errors.UnsafeValue, match="item 0"):
            client.put.request(body=[wrong])


def test_data_that_can_be_no_text_is_json():
    schema = {"type": "object", "properties": {"data": {"type": "object"}}}
    client = dynclient.Client(
        build(EVENTS, schema), transport=reply(EVENTS, b'data: {"a":\ndata: [1]}\n\n')
    )
    assert client.run() == [{"data": {"a": [1]}}]
    assert client.put.request(body=[{"data": {"a": [1]}}]).body == b'data: {"a":[1]}\n\n'


@pytest.mark.parametrize("media_type", [*LINES, *SEQUENCES, EVENTS])
def test_the_sandbox_reads_and_answers_with_items(media_type):
    source = build(media_type, EVENT if media_type == EVENTS else ITEM)
    sandbox = dynclient.Sandbox(source, strict=True)
    client = dynclient.Client(source, transport=sandbox)
    result = client.run.send()
    assert isinstance(result.data, list)
    assert result.data
    assert result.media_type == media_type
    body = [{"data": "x"}] if media_type == EVENTS else TWO
    client.put(body=body)
    assert sandbox.calls[-1].call["body"] == body
    example = client.put.example()
    assert not client.put.validate(example)
    client.put(example)
    if media_type != EVENTS:
        lenient = client.with_options(validate_requests=False)
        with pytest.raises(errors.BadRequest):
            lenient.put(body=[{"n": "x"}])


@given(items=st.lists(st.text(), max_size=4), media_type=st.sampled_from([*LINES, *SEQUENCES]))
@settings(max_examples=40, deadline=None)
def test_any_text_is_read_as_it_was_written(items, media_type):
    if any("\ud800" <= character <= "\udfff" for item in items for character in item):
        return
    source = build(media_type, {"type": "string"})
    sandbox = dynclient.Sandbox(source)
    dynclient.Client(source, transport=sandbox).put(body=items)
    assert sandbox.calls[-1].call["body"] == items


@given(data=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
@settings(max_examples=40, deadline=None)
def test_any_data_of_an_event_is_read_as_it_was_written(data):
    source = build(EVENTS, EVENT)
    sandbox = dynclient.Sandbox(source)
    dynclient.Client(source, transport=sandbox).put(body=[{"data": data}])
    assert sandbox.calls[-1].call["body"] == [{"data": data}]


@given(body=st.binary(max_size=60), media_type=st.sampled_from([*LINES, *SEQUENCES, EVENTS]))
@settings(max_examples=80, deadline=None)
def test_any_bytes_end_in_items_or_a_typed_error(body, media_type):
    client = dynclient.Client(
        build(media_type, True), transport=reply(media_type, body), validate_responses="warn"
    )
    try:
        assert isinstance(client.run(), list)
    except errors.DecodeError:
        return


def test_the_number_of_values_is_limited():
    body = b"\n".join([b"1"] * 5000)
    client = dynclient.Client(
        build("application/jsonl", {"type": "integer"}), transport=reply("application/jsonl", body)
    )
    assert len(client.run()) == 5000


def test_an_array_schema_of_such_a_media_type_is_a_list_too():
    for version in ("3.1.0", "3.2.0"):
        made = {"application/jsonl": {"schema": {"type": "array", "items": ITEM}}}
        source = document(
            {"/i": {"get": operation(responses={"200": {"description": "", "content": made}})}},
            version=version,
        )
        body = write("application/jsonl", TWO)
        assert dynclient.Client(source, transport=reply("application/jsonl", body)).run() == TWO


@pytest.mark.parametrize(
    ("schema", "data"), [({"type": "object"}, b'{"n":1}\n'), ({"type": "string"}, b'{"n":1}\n')]
)
def test_without_items_such_a_body_stays_what_it_was(schema, data):
    made = {"application/x-ndjson": {"schema": schema}}
    source = document(
        {"/i": {"get": operation(responses={"200": {"description": "", "content": made}})}}
    )
    client = dynclient.Client(source, transport=reply("application/x-ndjson", data))
    assert client.run() == data


def test_schema_and_item_schema_both_count():
    source = build("application/jsonl")
    made = source["paths"]["/items"]["post"]["requestBody"]["content"]["application/jsonl"]
    made["schema"] = {"type": "array", "maxItems": 1}
    client = dynclient.Client(source, transport=Server())
    assert {v.path for v in client.put.validate(body=[{"n": "x"}, {"n": 1}])} == {
        ("body",),
        ("body", 0, "n"),
    }


def test_a_stream_without_end_is_no_call(monkeypatch):
    monkeypatch.setattr("dynclient.plan.item_lists.MAX_ITEMS", 10)
    client = dynclient.Client(build("application/jsonl"), transport=Server())

    def count():
        while True:
            yield {"n": 1}

    assert "more than 10 items" in client.put.validate(body=count())[0].message


def test_ready_bytes_are_sent_as_they_are(tmp_path):
    client = dynclient.Client(build("application/jsonl"), transport=Server())
    assert client.put.request(body=b'{"n": 1}\n').body == b'{"n": 1}\n'


MIXED = {
    "multipart/mixed": {
        "schema": {"type": "array", "prefixItems": [ITEM, {"type": "string"}], "items": {}},
        "prefixEncoding": [{"contentType": "application/json"}, {"contentType": "text/csv"}],
        "itemEncoding": {"contentType": "image/png"},
    }
}


def test_parts_are_written_by_their_positions():
    source = document(
        {"/m": {"post": operation(body={"required": True, "content": MIXED})}}, version="3.2.0"
    )
    client = dynclient.Client(source, transport=Server())
    body = client.run.request(body=[{"n": 1}, "a,b", b"\x89PNG", b"\x89PNG2"]).body
    joined = body if isinstance(body, bytes) else b"".join(body)
    types = [line for line in joined.split(b"\r\n") if line.startswith(b"Content-Type")]
    assert types == [
        b"Content-Type: application/json",
        b"Content-Type: text/csv",
        b"Content-Type: image/png",
        b"Content-Type: image/png",
    ]
    assert client.run.validate(body=[{"n": "x"}, 5])


def test_parts_with_an_item_schema_are_a_list():
    source = build("multipart/mixed", itemEncoding={"contentType": "application/json"})
    sandbox = dynclient.Sandbox(source)
    client = dynclient.Client(source, transport=sandbox)
    client.put(body=[])
    assert sandbox.calls[-1].call["body"] == []
    client.put(body=(item for item in TWO))
    assert sandbox.calls[-1].call["body"] == TWO
    assert [v.path for v in client.put.validate(body=[{"n": 1}, {"n": "x"}])] == [("body", 1, "n")]
    assert isinstance(client.run(), list)


@pytest.mark.parametrize("media_type", ["application/jsonl", EVENTS, "multipart/mixed"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_diff_compares_the_items(media_type, method):
    schema = EVENT if media_type == EVENTS else ITEM
    name = "data" if media_type == EVENTS else "n"
    narrower = {
        **schema,
        "properties": {**schema["properties"], name: {"enum": ["7"] if name == "data" else [7]}},
    }
    wide, narrow = build(media_type, schema), build(media_type, narrower)
    old, new = ({}, {})
    for made, source in ((old, wide), (new, narrow)):
        made.update({**source, "paths": {"/items": {method: source["paths"]["/items"][method]}}})
    # A call that gives less is refused; a result that gives more is not expected.
    diff = dynclient.diff(old, new) if method == "post" else dynclient.diff(new, old)
    assert [change.level for change in diff.changes] == ["breaking"]
    assert f"[].{name}" in diff.changes[0].where or f"[*].{name}" in diff.changes[0].where
    assert not dynclient.diff(old, old).changes


def test_calls_and_results_are_drawn():
    source = build("application/jsonl")
    client = dynclient.Client(source, transport=Server())

    @given(
        call=dynclient.strategies.calls(client.put), result=dynclient.strategies.results(client.run)
    )
    @settings(max_examples=10, deadline=None)
    def check(call, result):
        assert isinstance(call["body"], list)
        assert isinstance(result, list)

    check()


def test_where_item_schema_has_no_effect_is_a_problem():
    source = build("application/json")
    assert {(p.code, p.severity) for p in dynclient.load(source).problems} == {
        ("ignored-field", "warning")
    }
    assert dynclient.load(build("application/jsonl")).problems == ()


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_an_older_document_that_has_it_is_warned_of(version):
    codes = {p.code for p in dynclient.load(build("application/jsonl", version=version)).problems}
    assert codes == {"foreign-field"}


def test_media_types_may_be_components():
    source = document(
        {"/i": {"get": operation(responses={"200": {"description": "", "content": {
            "application/jsonl": {"$ref": "#/components/mediaTypes/Items"}}}})}},
        version="3.2.0",
        components={"mediaTypes": {"Items": {"itemSchema": ITEM}}},
    )  # fmt: skip
    body = write("application/jsonl", TWO)
    client = dynclient.Client(source, transport=reply("application/jsonl", body))
    assert client.run() == TWO
    assert dynclient.load(source).problems == ()


def test_a_diff_compares_how_parts_are_written():
    old = build("multipart/mixed", itemEncoding={"contentType": "application/json"})
    new = build("multipart/mixed", itemEncoding={"contentType": "application/xml"})
    changes = dynclient.diff(old, new).changes  # of the result, and of the request
    assert [change.rule for change in changes] == ["body-encoding"] * 2
    assert not dynclient.diff(old, old).changes
