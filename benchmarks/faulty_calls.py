"""Calls to a server that drops, drips and answers 429, 500 and 503 in turn: `python benchmarks/faulty_calls.py [CALLS]`.

For each kind of client it checks that every call ends within its deadline, that no POST without an idempotency key is sent
twice, that all tries of a call have one key, and that `attempts` lists what the server did. It ends in exit code 1 where
one of these does not hold.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import dynclient
from dynclient import errors

DEADLINE_S = 0.5

#: How much later than its deadline a call may end on a busy machine.
SLACK_S = 0.5
THREADS = 32
TASKS = 32

BEHAVIOURS = (
    "fine",
    "429",
    "drop",
    "503",
    "fine",
    "drip head",
    "500",
    "drop body",
    "fine",
    "drip body",
    "429 later",
)

PARAMETERS = [{"name": "call", "in": "query", "required": True, "schema": {"type": "string"}}]
RESPONSES = {
    "200": {"description": "fine", "content": {"application/json": {"schema": {"type": "integer"}}}}
}
KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}


def build_operation(name: str, *parameters: Any) -> dict[str, Any]:
    return {"operationId": name, "parameters": [*PARAMETERS, *parameters], "responses": RESPONSES}


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Faults", "version": "1"},
    "paths": {
        "/read": {"get": build_operation("read")},
        "/write": {"post": build_operation("write")},
        "/pay": {"post": build_operation("pay", KEY)},
    },
}
OPERATIONS = ("read", "write", "pay")


class Arrival(NamedTuple):
    """A request that came: its idempotency key, and the status that was sent, None where none was."""

    key: str
    status: int | None


class FaultyServer:
    """Answers on 127.0.0.1 in a thread of its own, each request with the next behaviour."""

    def __init__(self) -> None:
        self.arrivals: dict[str, list[Arrival]] = defaultdict(list)
        self.count = 0
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait()

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=1024)
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.ready.set()
        self.loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self.answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection stays."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        call = first.split(" ")[1].partition("call=")[2]
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        behaviour = BEHAVIOURS[self.count % len(BEHAVIOURS)]
        self.count += 1
        status, fields, body, length = 200, "", b"1", 1
        if behaviour[0].isdigit():
            status, body, length = int(behaviour[:3]), b"", 0
            fields = (
                "Retry-After: 9\r\n"
                if behaviour.endswith("later")
                else "Retry-After: 0\r\n"
                if status == 429
                else ""
            )
        has_status = behaviour not in ("drop", "drip head")
        self.arrivals[call].append(
            Arrival(headers.get("idempotency-key", ""), status if has_status else None)
        )
        if behaviour == "drop":
            return False
        if behaviour == "drip head":
            writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            await self.drip(writer)
        if behaviour in ("drop body", "drip body"):
            length = 10**6
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{fields}Content-Length: {length}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        if behaviour == "drip body":
            await self.drip(writer)
        return behaviour != "drop body"

    async def drip(self, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)
        raise ConnectionError


class Ended(NamedTuple):
    """How a call ended."""

    call: str
    operation: str
    outcome: str
    attempts: tuple[errors.Attempt, ...]
    elapsed_s: float


OPTIONS: dict[str, Any] = {
    "deadline": DEADLINE_S,
    "timeout": 60,
    "retry": dynclient.Retry(attempts=4, backoff=0.01),
}


def end(number: int, started: float, outcome: Any) -> Ended:
    name = "fine" if isinstance(outcome, dynclient.Result) else type(outcome).__name__
    if isinstance(outcome, errors.TimedOut):
        name += f" ({outcome.phase})"
    operation = OPERATIONS[number % len(OPERATIONS)]
    return Ended(str(number), operation, name, outcome.attempts, time.perf_counter() - started)


def call_all(url: str, calls: int) -> list[Ended]:
    """Return how calls of many threads end."""
    with dynclient.Client(DOCUMENT, server=url, **OPTIONS) as client:

        def call(number: int) -> Ended:
            started = time.perf_counter()
            try:
                outcome: Any = client[OPERATIONS[number % len(OPERATIONS)]].send(call=str(number))
            except errors.DynclientError as error:
                outcome = error
            return end(number, started, outcome)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(call, range(calls)))


async def await_all(url: str, calls: int) -> list[Ended]:
    """Return how calls of many tasks end."""
    gate = asyncio.Semaphore(TASKS)
    monitor = asyncio.create_task(watch_loop())
    async with dynclient.AsyncClient(DOCUMENT, server=url, **OPTIONS) as client:

        async def call(number: int) -> Ended:
            async with gate:
                started = time.perf_counter()
                try:
                    outcome: Any = await client[OPERATIONS[number % len(OPERATIONS)]].send(
                        call=str(number)
                    )
                except errors.DynclientError as error:
                    outcome = error
                return end(number, started, outcome)

        ended = await asyncio.gather(*map(call, range(calls)))
    monitor.cancel()
    return ended


#: How late the event loop of the tasks was, in seconds: so late may be their deadlines.
LAGS_S = [0.0]


async def watch_loop() -> None:
    """Measure how late the event loop is, until somebody cancels it."""
    LAGS_S[:] = [0.0]
    while True:
        started = time.perf_counter()
        await asyncio.sleep(0.01)
        LAGS_S.append(time.perf_counter() - started - 0.01)


def find_faults(ended: list[Ended], arrivals: dict[str, list[Arrival]]) -> dict[str, list[str]]:
    """Return for each promise the calls that broke it."""
    faults: dict[str, list[str]] = {"late": [], "sent twice": [], "keys": [], "attempts": []}
    for call in ended:
        came = arrivals[call.call]
        if call.elapsed_s > DEADLINE_S + SLACK_S + max(LAGS_S):
            faults["late"].append(f"{call.call}: {call.elapsed_s:.2f} s")
        if call.operation == "write" and len(came) > 1:
            faults["sent twice"].append(call.call)
        keys = {arrival.key for arrival in came}
        if len(keys) > 1 or (call.operation == "pay" and "" in keys):
            faults["keys"].append(call.call)
        if not is_true(call, came):
            faults["attempts"].append(f"{call.call}: {call.attempts} {came}")
    return faults


def is_true(call: Ended, came: list[Arrival]) -> bool:
    """Tell whether the attempts of a call say what the server did."""
    told = [attempt.status for attempt in call.attempts if attempt.status is not None]
    sent = [arrival.status for arrival in came if arrival.status is not None]
    is_cut_short = call.outcome.startswith("TimedOut") and told == sent[: len(told)]
    # A kept connection that the server closed is a try whose request never came.
    return (told == sent or is_cut_short) and len(call.attempts) >= len(came)


def main() -> int:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    exit_code = 0
    for kind in ("sync", "async"):
        server = FaultyServer()
        # What a process does once is no part of a call.
        call_all(server.url, 50) if kind == "sync" else asyncio.run(await_all(server.url, 50))
        server.arrivals.clear()
        started = time.perf_counter()
        ended = (
            call_all(server.url, calls)
            if kind == "sync"
            else asyncio.run(await_all(server.url, calls))
        )
        server.close()
        faults = find_faults(ended, server.arrivals)
        slowest = max(call.elapsed_s for call in ended)
        tries = sum(len(call.attempts) for call in ended)
        print(f"{kind}: {calls} calls, {tries} tries in {time.perf_counter() - started:.1f} s")
        print(f"  outcomes {json.dumps(Counter(call.outcome for call in ended))}")
        print(
            f"  slowest {slowest:.2f} s of {DEADLINE_S} s, event loop late by {max(LAGS_S):.2f} s; "
            + ", ".join(f"{name}: {len(found)}" for name, found in faults.items())
        )
        for found in faults.values():
            exit_code = exit_code or bool(found)
            for line in found[:5]:
                print(f"    {line}")
    return int(exit_code)


if __name__ == "__main__":
    sys.exit(main())
