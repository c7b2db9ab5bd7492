"""`wait_until` calls an operation until a condition holds, with growing waits and a deadline."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from support.both import document
from support.documents import Server, parameter

import dynclient
from dynclient import errors

MADE = document(parameter("timeout"))


class Job(Server):
    """Answers `{"n": 1}`, `{"n": 2}`, … ; each with some header fields."""

    def __init__(self, **headers):
        self.count = 0
        super().__init__(lambda _: self.answer(headers))

    def answer(self, headers):
        self.count += 1
        return httpx.Response(200, json={"n": self.count}, headers=headers)


def wait(kind, condition, server, **fields):
    """Return what `wait_until` returns, or its error, and the waits between the calls."""
    waits = []
    polling = dynclient.Polling(sleep=waits.append, **fields)
    if kind == "sync":
        client = dynclient.Client(MADE, transport=server, polling=polling)
        try:
            return client.run.wait_until(condition, timeout="q"), waits
        except errors.TimedOut as error:
            return error, waits

    async def sleep(seconds):
        waits.append(seconds)

    async def main():
        async with dynclient.AsyncClient(
            MADE, transport=server, polling=dynclient.Polling(sleep=sleep, **fields)
        ) as client:
            try:
                return await client.run.wait_until(condition, timeout="q")
            except errors.TimedOut as error:
                return error

    return asyncio.run(main()), waits


KINDS = pytest.mark.parametrize("kind", ["sync", "async"])


@KINDS
def test_the_data_for_which_the_condition_holds_are_returned(kind):
    server = Job()
    data, waits = wait(kind, lambda data: data["n"] == 4, server, interval_s=2, backoff=2)
    assert (data, waits) == ({"n": 4}, [2, 4, 8])
    assert {str(request.url.query) for request in server.seen} == {"b'timeout=q'"}


@KINDS
def test_a_wait_grows_to_its_limit(kind):
    _, waits = wait(kind, lambda data: data["n"] == 5, Job(), backoff=10, max_interval_s=20)
    assert waits == [1, 10, 20, 20]


@KINDS
def test_a_condition_that_never_holds_times_out_with_the_last_result(kind):
    error, waits = wait(kind, lambda _: False, Job(), interval_s=4, backoff=1, deadline_s=10)
    assert waits == [4, 4, pytest.approx(2, abs=0.5)]
    assert (error.phase, error.call_count, error.result.data) == ("condition", 4, {"n": 4})
    assert str(error) == (
        "run  GET https://api.example.com/v1/things: the condition did not hold within 10 s;"
        " the operation was called 4 times\n  hint: give more time: polling=Polling(deadline_s=…)"
    )


@KINDS
def test_the_server_may_ask_for_longer_waits(kind):
    server = Job(**{"retry-after": "45"})
    _, waits = wait(kind, lambda data: data["n"] == 3, server)
    assert waits == [45, 45]


@KINDS
def test_a_wait_that_the_server_asks_for_is_never_cut(kind):
    error, waits = wait(kind, lambda _: False, Job(**{"retry-after": "45"}), deadline_s=60)
    assert (waits, error.call_count) == ([45], 2)


@KINDS
def test_a_status_error_ends_the_waiting(kind):
    server = Server(httpx.Response(404, json={}))
    with pytest.raises(errors.NotFound):
        wait(kind, lambda _: False, server)


def test_an_invalid_call_is_refused_before_anything_is_sent():
    server = Job()
    client = dynclient.Client(MADE, transport=server)
    with pytest.raises(errors.InvalidCall):
        client.run.wait_until(bool, nothing=1)
    assert server.seen == []


def test_a_condition_may_be_awaited():
    async def main():
        async def holds(data):
            return data["n"] == 1

        async with dynclient.AsyncClient(MADE, transport=Job()) as client:
            return await client.run.wait_until(holds)

    assert asyncio.run(main()) == {"n": 1}


@pytest.mark.parametrize("fields", [{"interval_s": 0}, {"deadline_s": "1"}, {"backoff": 0.5}])
def test_a_polling_that_makes_no_sense_is_refused(fields):
    with pytest.raises(errors.UsageError, match="Polling"):
        dynclient.Polling(**fields)


def test_polling_is_a_polling():
    with pytest.raises(errors.UsageError, match="polling cannot be 3"):
        dynclient.Client(MADE, polling=3)


@KINDS
def test_what_is_no_condition_is_refused_before_anything_is_sent(kind):
    server = Job()
    with pytest.raises(errors.UsageError) as caught:
        wait(kind, 5, server)
    assert caught.value.headline == "wait_until cannot wait for 5; nothing was sent"
    assert server.seen == []
