"""Many calls to a server that drops, drips and refuses in turn: none is sent twice that must not be, and attempts are true."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "faulty_calls.py"

#: The benchmark makes 10,000, and looks at the time that they take too.
CALLS = 110


@pytest.fixture(scope="module")
def faulty_calls():
    spec = importlib.util.spec_from_file_location("faulty_calls", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    sys.modules["faulty_calls"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["faulty_calls"]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_no_call_is_sent_twice_that_must_not_be_and_attempts_tell_the_truth(faulty_calls, kind):
    server = faulty_calls.FaultyServer()
    try:
        if kind == "sync":
            ended = faulty_calls.call_all(server.url, CALLS)
        else:
            ended = asyncio.run(faulty_calls.await_all(server.url, CALLS))
    finally:
        server.close()
    faults = faulty_calls.find_faults(ended, server.arrivals)
    del faults["late"]  # which a busy machine may be
    assert faults == {"sent twice": [], "keys": [], "attempts": []}
    assert len(ended) == CALLS
