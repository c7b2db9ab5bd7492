"""The sandbox streams bodies of items one by one, in process and over HTTP."""

from __future__ import annotations

import asyncio

import pytest
from support.both import document

import dynclient
from dynclient import errors
from dynclient.sandbox.asgi import app

COUNT = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
EVENT = {"type": "object", "required": ["data"], "properties": {"data": COUNT}}
EVENTS, LINES, RECORDS = "text/event-stream", "application/jsonl", "application/json-seq"


def describe(media_type, **entry):
    return document(
        version="3.2.0",
        responses={"200": {"description": "", "content": {media_type: entry}}},
    )


def read(sandbox):
    with dynclient.Client(sandbox.document, transport=sandbox).run.stream() as stream:
        return list(stream)


@pytest.mark.parametrize(
    ("media_type", "entry"),
    [
        (EVENTS, {"itemSchema": EVENT}),
        (EVENTS, {"schema": EVENT}),
        (EVENTS, {"schema": COUNT}),
        (LINES, {"itemSchema": COUNT}),
        (LINES, {"schema": COUNT}),
        (LINES, {"schema": {"type": "array", "items": COUNT}}),
        (RECORDS, {"itemSchema": COUNT}),
        (RECORDS, {"schema": COUNT}),
    ],
)
def test_a_sampled_stream_has_a_few_items_that_fit(media_type, entry):
    items = read(dynclient.Sandbox(describe(media_type, **entry)))
    assert len(items) == 3
    assert all(isinstance(item.get("data", item)["n"], int) for item in items)


def test_a_schema_that_wants_more_items_gets_more():
    schema = {"type": "array", "items": COUNT, "minItems": 5}
    assert len(read(dynclient.Sandbox(describe(LINES, schema=schema)))) >= 5


def test_an_event_stream_of_text_has_an_event():
    assert len(read(dynclient.Sandbox(describe(EVENTS, schema={"type": "string"})))) == 1


def test_the_items_of_an_example_are_sent():
    source = describe(LINES, schema=COUNT, example=[{"n": 7}])
    assert read(dynclient.Sandbox(source)) == [{"n": 7}]


@pytest.mark.parametrize(("media_type", "wrap"), [(EVENTS, True), (LINES, False), (RECORDS, False)])
@pytest.mark.parametrize("key", ["itemSchema", "schema"])
def test_given_items_are_sent_and_checked(media_type, wrap, key):
    schema = EVENT if wrap and key == "itemSchema" else COUNT
    sandbox = dynclient.Sandbox(describe(media_type, **{key: schema}))

    def build(n):
        return {"data": {"n": n}} if wrap else {"n": n}

    sandbox.answer("run", data=[build(1), build(2)])
    assert read(sandbox) == [build(1), build(2)]
    with pytest.raises(errors.UsageError, match="do not fit the document") as caught:
        sandbox.answer("run", data=[build(1), build("x")])
    assert caught.value.violations[0].path[:2] == ("body", 1)


def test_the_fault_truncate_breaks_a_stream_in_its_middle():
    sandbox = dynclient.Sandbox(describe(LINES, schema=COUNT))
    sandbox.answer("run", data=[{"n": n} for n in range(4)])
    sandbox.inject_fault("truncate")
    with pytest.raises(errors.BrokenStream) as caught:
        read(sandbox)
    assert caught.value.item_count == 2


def test_a_stream_of_an_asynchronous_client_comes_in_process_too():
    sandbox = dynclient.Sandbox(describe(LINES, schema=COUNT))

    async def main():
        async with (
            dynclient.AsyncClient(sandbox.document, transport=sandbox) as client,
            client.run.stream() as stream,
        ):
            return [item async for item in stream]

    assert len(asyncio.run(main())) == 3


def test_over_http_each_item_is_a_message_of_its_own():
    sandbox = dynclient.Sandbox(describe(EVENTS, schema=COUNT))
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/things", "headers": []}
    asyncio.run(app(sandbox)(scope, receive, send))
    bodies = [message["body"] for message in sent[1:]]
    assert [body.count(b"data:") for body in bodies] == [1, 1, 1]
    assert [message.get("more_body", False) for message in sent[1:]] == [True, True, False]
    assert b"content-length" not in dict(sent[0]["headers"])
