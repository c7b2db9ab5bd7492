"""Calls on executors that lose their workers, all of them or one, or cannot send at all."""

import logging
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor

import httpx
import pytest
from support.documents import answer, content, document, operation

import dynclient
from dynclient.errors import OutcomeUnknown, UsageError

KEY = {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string"}}
SOURCE = document(
    {
        path: {
            method: operation(
                *parameters, operationId=name, requestBody=content({}), responses=answer({})
            )
        }
        for path, method, name, parameters in [
            ("/items", "post", "create", ()),
            ("/keyed", "post", "keyed", (KEY,)),
            ("/all", "put", "replace", ()),
        ]
    }
)


class KilledWorker(Exception):
    """As dask calls it."""


class LosingExecutor(Executor):
    """Loses its workers with an error from a call on; `.calls` are those that it took."""

    def __init__(self, error, *, at=0):
        self.error, self.at, self.calls = error, at, []

    def submit(self, _function, _recipe, _key, call, _claim):
        self.calls.append(call)
        future = Future()
        if len(self.calls) <= self.at:
            future.set_result(call["body"])
        elif isinstance(self.error, CancelledError):
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.fixture
def client(monkeypatch):
    """A client whose own process answers each call; `.sent` are those that it sent."""
    client = dynclient.Client(SOURCE, server="https://a.test")
    sent = []

    def reply(_, call):
        sent.append(call)
        return "here"

    monkeypatch.setattr("dynclient.bulk.remote_map.send_call", reply)
    client.__dict__["sent"] = sent
    return client


def run(client, name, executor, count=4):
    calls = [{"body": number} for number in range(count)]
    outcomes = client[name].map(calls, executor=executor, concurrency=1)
    return ["unknown" if isinstance(each, OutcomeUnknown) else each for each in outcomes]


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [("create", [0, "unknown", "here", "here"]), ("replace", [0, "here", "here", "here"])],
)
def test_where_all_workers_are_lost_this_process_sends_the_rest(client, name, outcomes, caplog):
    with caplog.at_level(logging.WARNING, "dynclient"):
        assert run(client, name, LosingExecutor(CancelledError(), at=1)) == outcomes
    (record,) = caplog.records
    assert record.getMessage() == (
        f"{name}: the workers are lost (CancelledError); this process sends the other calls"
    )


def test_where_one_worker_is_lost_the_others_go_on(client):
    executor = LosingExecutor(KilledWorker())
    assert run(client, "create", executor) == ["unknown"] * 4
    assert len(executor.calls) == 4


def test_a_call_that_is_sent_again_has_the_same_key(client):
    executor = LosingExecutor(KilledWorker())
    assert run(client, "keyed", executor) == ["here"] * 4
    keys = [call["header"]["Idempotency-Key"] for call in executor.calls]
    assert [call["header"]["Idempotency-Key"] for call in client.sent] == keys
    assert len(set(keys)) == 4


def test_a_worker_that_cannot_send_is_no_lost_one(client):
    executor = LosingExecutor(ModuleNotFoundError("No module named 'dynclient'"))
    with pytest.raises(UsageError) as caught:
        run(client, "create", executor)
    assert str(caught.value) == (
        "a worker cannot send: ModuleNotFoundError: No module named 'dynclient'\n"
        "  hint: install the same dynclient, with its extras, on each worker"
    )


def test_an_executor_that_was_shut_down_loses_no_call(client):
    with ProcessPoolExecutor(1) as pool:
        pass
    assert run(client, "create", pool) == ["here"] * 4


def test_a_client_of_a_transport_stays_in_its_process():
    client = dynclient.Client(SOURCE, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    with pytest.raises(UsageError, match="stays in its process"):
        run(client, "create", LosingExecutor(CancelledError()))
