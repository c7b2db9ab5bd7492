"""Retry as a value, and the budget that all calls of a client share."""

from __future__ import annotations

import asyncio
import pickle
import time

import httpx
import pytest
from support.documents import Server, single

import dynclient
from dynclient import errors
from dynclient.transport.retry_budget import CAPACITY, COST_OF_RETRY, RetryBudget
from dynclient.transport.retry_policy import Retry


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"attempts": 0}, "Retry: attempts cannot be 0"),
        ({"attempts": True}, "Retry: attempts cannot be true"),
        ({"attempts": 2.0}, "Retry: attempts cannot be 2.0"),
        ({"on": 503}, "Retry: on cannot be 503"),
        ({"on": "503"}, "Retry: on cannot be '503'"),
        ({"on": [503, 200]}, "Retry: on cannot be 200"),
        ({"on": [ValueError]}, "Retry: on cannot be <class 'ValueError'>"),
        ({"backoff": -1}, "Retry: backoff cannot be -1"),
        ({"backoff": float("nan")}, "Retry: backoff cannot be nan"),
        ({"backoff": "1"}, "Retry: backoff cannot be '1'"),
        ({"max_wait_s": float("inf")}, "Retry: max_wait_s cannot be inf"),
    ],
)
def test_what_a_retry_cannot_be_is_a_usage_error(fields, text):
    with pytest.raises(errors.UsageError) as caught:
        Retry(**fields)
    assert caught.value.headline == text
    assert caught.value.hint.startswith("give ")


def test_a_retry_is_a_short_value():
    assert repr(Retry()) == "Retry(attempts=3)"
    precise = Retry(5, on=[503, errors.TimedOut], backoff=0, max_wait_s=9)
    assert repr(precise) == "Retry(attempts=5, on=[503, TimedOut], backoff=0, max_wait_s=9)"
    assert precise == pickle.loads(pickle.dumps(precise))
    assert hash(precise) == hash(Retry(5, on=(errors.TimedOut, 503), backoff=0, max_wait_s=9))
    assert dynclient.Retry is Retry


@pytest.mark.parametrize(
    ("retry", "number", "fraction", "wait_s"),
    [
        (Retry(), 1, 1.0, 0.5),
        (Retry(), 2, 1.0, 1.0),
        (Retry(), 2, 0.25, 0.25),
        (Retry(), 3, 1.0, None),
        (Retry(attempts=10**6), 10**5, 1.0, 60.0),
        (Retry(backoff=0), 1, 1.0, 0.0),
        (Retry(backoff=lambda number: number * 4), 2, 0.1, 8.0),
        (Retry(backoff=lambda _: -1), 1, 1.0, 0.0),
        (Retry(backoff=lambda _: float("nan")), 1, 1.0, 0.0),
        (Retry(backoff=lambda _: 1e99, max_wait_s=2), 1, 1.0, 2),
    ],
)
def test_a_wait_is_drawn_below_a_bound_that_doubles(retry, number, fraction, wait_s):
    assert retry.choose_wait(number, fraction) == wait_s


def test_only_what_on_names_is_tried_again(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    server = Server(lambda _: httpx.Response(500))
    view = dynclient.Client(single(method="get"), transport=server, retry=Retry(on=[503]))
    with pytest.raises(errors.ServerError):
        view.run()
    assert len(server.seen) == 1


def test_retries_and_retry_take_each_others_place():
    client = dynclient.Client(single(), retries=1)
    assert client.with_options(retry=Retry())._options.retry_policy == Retry()
    again = client.with_options(retry=Retry()).with_options(retries=4)
    assert again._options.retry_policy == Retry(attempts=5)
    with pytest.raises(errors.UsageError, match="together") as caught:
        client.with_options(retry=Retry(), retries=2)
    assert caught.value.hint == "give retry=Retry(attempts=3) alone"
    with pytest.raises(errors.UsageError, match="together"):
        dynclient.Client(single(), retry=Retry(), retries=2)


def test_a_budget_is_given_back_by_successes():
    budget = RetryBudget(12)
    assert [budget.take(5) for _ in range(3)] == [True, True, False]
    budget.note_end(503, 5)
    assert not budget.take(5)
    budget.note_end(200, 0)
    assert not budget.is_full
    budget.note_end(204, 5)
    assert budget.take(5)
    for _ in range(20):
        budget.note_end(200, 0)
    assert budget.is_full


def test_a_server_that_stays_away_is_asked_ever_less(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    server = Server(lambda _: httpx.Response(503))
    client = dynclient.Client(single(method="get"), transport=server, retries=2)
    views = [client, client.with_options(headers={"X-View": "1"})]
    for index in range(CAPACITY):
        with pytest.raises(errors.ServerError):
            views[index % 2].run()
    assert len(server.seen) == CAPACITY + CAPACITY // COST_OF_RETRY


def test_an_empty_budget_shows_in_the_attempts(monkeypatch):
    async def pause(_):
        pass

    monkeypatch.setattr(asyncio, "sleep", pause)

    async def main():
        server = Server(lambda _: httpx.Response(503))
        async with dynclient.AsyncClient(
            single(method="get"), transport=server, retries=2
        ) as client:
            client._runner.state.retry_budget.take(CAPACITY - COST_OF_RETRY)
            with pytest.raises(errors.ServerError) as caught:
                await client.run()
        return caught.value

    assert [each.status for each in asyncio.run(main()).attempts] == [503, 503]
