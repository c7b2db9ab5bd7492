"""Calls on workers: processes and a dask cluster, of which some are killed."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

import pytest
from support.counting_server import open_counting_server
from support.documents import answer, content, document, operation

import dynclient
from dynclient.errors import OutcomeUnknown

SOURCE = document(
    {
        "/items": {
            "post": operation(operationId="create", requestBody=content({}), responses=answer({})),
            "put": operation(operationId="replace", requestBody=content({}), responses=answer({})),
        }
    }
)


@pytest.fixture
def server():
    with open_counting_server() as server:
        yield server


@pytest.fixture
def client(server):
    with dynclient.Client(SOURCE, server=server.url) as client:
        yield client


@pytest.mark.parametrize("name", ["create", "replace"])
def test_processes_that_are_killed_lose_no_call_and_repeat_only_what_is_safe(server, client, name):
    calls = [{"body": number} for number in range(60)]
    outcomes = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for outcome in client[name].map(calls, executor=pool, concurrency=6):
            outcomes.append(outcome)
            if len(outcomes) == 10:
                os.kill(next(iter(pool._processes)), signal.SIGKILL)
    assert len(outcomes) == 60
    unknown = [o for o in outcomes if isinstance(o, OutcomeUnknown)]
    answered = [o.data for o in outcomes if not isinstance(o, Exception)]
    assert len(unknown) + len(answered) == 60
    if name == "create":
        assert max(server.seen.values()) == 1
        assert len(unknown) <= 6
    else:
        assert answered == list(range(60))


def test_a_cluster_whose_workers_are_killed_loses_no_call_and_sends_none_twice(server, client):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    calls = [{"body": number} for number in range(150)]
    outcomes = []
    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": None, "silence_logs": "CRITICAL"}  # fmt: skip
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as dask:
        for outcome in client.create.map(calls, executor=dask.get_executor(), concurrency=8):
            outcomes.append(outcome)
            if len(outcomes) in (20, 70):
                pids = [worker.pid for worker in cluster.workers.values()]
                os.kill(next(filter(None, pids)), signal.SIGKILL)  # one may be starting anew
    unknown = [o for o in outcomes if isinstance(o, OutcomeUnknown)]
    answered = [o.data for o in outcomes if not isinstance(o, Exception)]
    assert len(answered) + len(unknown) == 150
    assert answered == sorted(set(answered))
    assert max(server.seen.values()) == 1
    assert len(server.seen) <= 150
