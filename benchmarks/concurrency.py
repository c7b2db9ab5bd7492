"""Many calls at once over loopback: `python benchmarks/concurrency.py [CALLS] [ROUNDS]`.

50 tasks of one event loop, and 32 threads that share one client, call createAudienceV2. Calls per second, and the ratio
to plain httpx inside a round, median of the rounds.
"""

from __future__ import annotations

import asyncio
import importlib
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import payloads
from answer_server import run_server
from bench_clients import CLIENTS, KEY, SPEC, build_options, read_document
from limit import LimitCalls

import dynclient

TASKS, THREADS = 50, 32
CASE = payloads.CASES["createAudienceV2"]

AsyncCall = Callable[[], Awaitable[Any]]


def await_library(base_url: str, name: str) -> tuple[AsyncCall, Any]:
    """Return a plain call with httpx or httpx2, and its client."""
    library = importlib.import_module(name)
    client = library.AsyncClient(
        base_url=base_url,
        headers={"authorization": KEY},
        **build_options(library, base_url, TASKS),
    )

    async def call() -> Any:
        return (await client.request(CASE["method"], CASE["path"], json=CASE["body"])).json()

    return call, client


def await_limit(base_url: str, name: str) -> tuple[AsyncCall, Any]:
    """Return the leanest call with validation, and its client."""
    library = importlib.import_module(name)
    client = library.AsyncClient(**build_options(library, base_url, TASKS))
    calls = LimitCalls(read_document(), base_url, library, client, KEY)
    return calls.get_async(CASE), client


def await_dynclient(base_url: str, name: str) -> tuple[AsyncCall, Any]:
    """Return a call of dynclient, and its client."""
    options: Any = {"http": name}
    client = dynclient.AsyncClient(
        SPEC, server=base_url, credentials={"api_key_v1": KEY}, timeout=60, **options
    )
    operation = client["createAudienceV2"]
    return lambda: operation(body=CASE["body"]), client


ASYNC_CLIENTS = {
    "httpx": (await_library, "httpx"),
    "dynclient": (await_dynclient, "httpx"),
    "limit": (await_limit, "httpx"),
    "httpx2": (await_library, "httpx2"),
    "dynclient on httpx2": (await_dynclient, "httpx2"),
    "limit on httpx2": (await_limit, "httpx2"),
}

THREAD_CLIENTS = ["httpx", "dynclient", "limit", "httpx2", "dynclient on httpx2", "requests"]


async def call_in_tasks(call: AsyncCall, count: int) -> float:
    """Return the seconds that a number of calls takes."""
    numbers = iter(range(count))

    async def work() -> None:
        for _ in numbers:
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(TASKS)))
    return time.perf_counter() - started


def call_in_threads(call: Callable[[], Any], count: int) -> float:
    """Return the seconds that a number of calls takes."""
    with ThreadPoolExecutor(THREADS) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: call(), range(count)))
        return time.perf_counter() - started


async def measure_tasks(base_url: str, count: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round for each client."""
    calls, clients = {}, []
    for label, (build, name) in ASYNC_CLIENTS.items():
        try:
            calls[label], client = build(base_url, name)
        except ImportError as error:
            print(f"{label} is left out: {error}", file=sys.stderr)
            continue
        clients.append(client)
        await call_in_tasks(calls[label], TASKS)
    measured: dict[str, list[float]] = {label: [] for label in calls}
    for _ in range(rounds):
        for label, call in calls.items():
            measured[label].append(await call_in_tasks(call, count))
    for client in clients:
        await client.aclose()
    return measured


def measure_threads(base_url: str, count: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round for each client."""
    calls = {}
    for label in THREAD_CLIENTS:
        try:
            calls[label] = CLIENTS[label](base_url)["createAudienceV2"]
        except ImportError as error:
            print(f"{label} is left out: {error}", file=sys.stderr)
            continue
        call_in_threads(calls[label], THREADS)
    measured: dict[str, list[float]] = {label: [] for label in calls}
    for _ in range(rounds):
        for label, call in calls.items():
            measured[label].append(call_in_threads(call, count))
    return measured


def build_rows(measured: dict[str, list[float]], count: int) -> dict[str, list[str]]:
    """Return calls per second, and how many times those of the first client they are."""
    floor = next(iter(measured.values()))
    rows = {}
    for label, times in measured.items():
        ratio = statistics.median(t / own for t, own in zip(floor, times, strict=True))
        rows[label] = [f"{count / statistics.median(times):,.0f}", f"{ratio:.2f}"]
    return rows


def measure_all(count: int, rounds: int) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the rows of tasks and those of threads."""
    with run_server() as base_url:
        tasks = asyncio.run(measure_tasks(base_url, count, rounds))
        threads = measure_threads(base_url, count, rounds)
    return build_rows(tasks, count), build_rows(threads, count)


def main() -> None:
    """Print both tables."""
    from calls import print_table

    numbers = [int(word) for word in sys.argv[1:]]
    count, rounds = (*numbers, 1000, 5)[:2] if len(numbers) < 2 else numbers
    tasks, threads = measure_all(count, rounds)
    print_table([f"{TASKS} tasks", "calls/s", "x httpx"], tasks)
    print()
    print_table([f"{THREADS} threads", "calls/s", "x httpx"], threads)


if __name__ == "__main__":
    main()
