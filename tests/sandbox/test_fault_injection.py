"""Faults that are switched on: what a client makes of them, in process and over HTTP."""

from __future__ import annotations

import asyncio
import time

import pytest
from support.documents import answer, document, operation
from support.sandboxes import unexplained
from support.shops import PET, shop

from dynclient import Client, Sandbox
from dynclient.errors import (
    BrokenResponse,
    DecodeError,
    InvalidResponse,
    OperationNotFound,
    TimedOut,
    UsageError,
)
from dynclient.sandbox import asgi
from dynclient.sandbox.fault_injection import make_wrong_schema


@pytest.fixture
def sandbox():
    return Sandbox(shop(), second_opinion=True)


@pytest.fixture
def client(sandbox):
    return Client(sandbox.document, transport=sandbox)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop", BrokenResponse),
        ("truncate", BrokenResponse),
        ("stall", TimedOut),
        ("malformed", DecodeError),
        ("wrong-schema", InvalidResponse),
    ],
)
def test_each_fault_is_the_error_that_it_is_on_the_wire(sandbox, client, kind, error):
    sandbox.inject_fault(kind)
    with pytest.raises(error):
        client.read(7)
    sandbox.clear_faults()
    assert client.read(7)["id"] == 7
    assert unexplained(sandbox) == []


def test_a_fault_befalls_the_operations_that_it_is_for(sandbox, client):
    sandbox.inject_fault("drop", "read")
    assert client.list()["data"] == []
    with pytest.raises(BrokenResponse):
        client.read(1)


def test_latency_waits(sandbox, client, monkeypatch):
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    sandbox.inject_fault("latency", delay_s=1.5)
    sandbox.inject_fault("latency", "read", delay_s=2)
    client.read(1)
    client.list()
    assert waited == [3.5, 1.5]


def outcomes(sandbox, client):
    found = []
    for _ in range(30):
        try:
            found.append(bool(client.read(1)))
        except BrokenResponse:
            found.append(False)
    return found


def test_the_seed_says_when_a_fault_happens(sandbox, client):
    sandbox.inject_fault("drop", rate=0.5)
    first = outcomes(sandbox, client)
    assert 3 < sum(first) < 27
    sandbox.reset()
    assert outcomes(sandbox, client) == first
    other = Sandbox(sandbox.document, seed=1, second_opinion=True)
    other.inject_fault("drop", rate=0.5)
    assert outcomes(other, Client(sandbox.document, transport=other)) != first


def test_the_call_was_carried_out_though_its_answer_is_lost(sandbox, client):
    sandbox.inject_fault("drop", "create")
    with pytest.raises(BrokenResponse):
        client.create(name="Rex")
    assert client.list()["totalResultSize"] == 1


def test_a_retry_meets_the_next_throw(sandbox, client):
    sandbox.inject_fault("drop", rate=0.5)
    patient = client.with_options(retries=8)
    pet_ids = [patient.read(n)["id"] for n in range(6)]
    assert pet_ids == list(range(6))


@pytest.mark.parametrize(
    "fault",
    [{"kind": "flood"}, {"kind": "drop", "rate": 2}, {"kind": "latency", "delay_s": float("nan")}],
)
def test_what_is_no_fault_is_refused(sandbox, fault):
    with pytest.raises(UsageError):
        sandbox.inject_fault(**fault)
    assert sandbox.faults == []


def test_an_unknown_operation_is_told(sandbox):
    with pytest.raises(OperationNotFound) as caught:
        sandbox.inject_fault("drop", "reed")
    assert "read" in caught.value.suggestions


def test_what_fits_everything_cannot_be_made_wrong():
    from dynclient.wire.message import Headers, Response

    response = Response(200, Headers({"Content-Type": "application/json"}), b"[1]")
    assert make_wrong_schema(response, lambda _value: True) is response
    assert make_wrong_schema(response, lambda value: value == [1]).body != b"[1]"


def served(kind, *events):
    """Return what the ASGI application sends for one request under a fault."""
    sandbox = Sandbox(document({"/a": {"get": operation(responses=answer(PET))}}))
    sandbox.inject_fault(kind)
    scope = {"type": "http", "method": "GET", "path": "/a", "query_string": b"", "headers": []}
    incoming, sent = [{"type": "http.request"}, *events], []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(asgi.app(sandbox)(scope, receive, send))
    return sent


@pytest.mark.parametrize(("kind", "has_body"), [("drop", False), ("truncate", True)])
def test_over_http_a_broken_answer_ends_before_its_time(kind, has_body):
    start, body = served(kind)
    assert bool(body["body"]) == has_body
    assert body["more_body"]
    assert len(body["body"]) < int(dict(start["headers"])[b"content-length"])


def test_over_http_a_stalled_answer_never_comes():
    assert served("stall", {"type": "http.disconnect"}) == []


def test_over_http_an_answer_can_be_late():
    assert [message["type"] for message in served("latency")] == [
        "http.response.start",
        "http.response.body",
    ]


def test_the_old_names_still_work_and_say_that_they_are_deprecated(sandbox):
    with pytest.warns(DeprecationWarning, match="call inject_fault"):
        sandbox.disturb("drop", "read", rate=0.5)
    assert [(fault.kind, fault.operation, fault.rate) for fault in sandbox.faults] == [
        ("drop", "read", 0.5)
    ]
    with pytest.warns(DeprecationWarning, match="call clear_faults"):
        sandbox.calm()
    assert sandbox.faults == []
