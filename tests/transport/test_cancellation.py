"""A call that is given up, at whatever moment, leaves client and pool as good as new."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import threading

import pytest
from support.both import document
from support.documents import parameter
from support.faulty_server import CLOSE, HANG, RESET, chunked, reply

import dynclient
from dynclient import errors

MADE = document(parameter("n"))

#: The full storm runs in CI; here one that finds the same faults in a few seconds.
STORM, AFTER = (10_000, 1_000) if os.environ.get("CI") else (2_000, 200)

ANSWERS = [
    [reply(200, b"[1]")],
    [reply(200, b"[1]")],
    [chunked(b"[", b"1]")],
    [reply(200, b"[1]" + b" " * 300_000)],
    [reply(500, b'{"message": "no"}')],
    [reply(200, b"{")],
    [reply(200, b"[1", 9), HANG],
    [reply(200, b"[1", 9), CLOSE],
    [reply(200, b"[1", 9), RESET],
    [b"HTTP/1.1 200", HANG],
    [HANG],
    [CLOSE],
    [RESET],
    [b"nonsense\r\n\r\n", CLOSE],
]


def stormy(seen):
    """Answer a good call well, and any other as chance has it, which its number decides."""
    if seen.target.endswith("n=good"):
        return [reply(200, b"[1]")]
    return ANSWERS[random.Random(seen.target).randrange(len(ANSWERS))]


async def in_flight(count, width, call):
    """Await `call(i)` for each i below a count, so many at a time."""
    numbers = iter(range(count))

    async def work():
        for number in numbers:
            await call(number)

    await asyncio.gather(*(work() for _ in range(width)))


def test_a_storm_of_cancellations_and_faults_leaves_the_pool_usable(serve):
    server, chance, ended = (
        serve(stormy),
        random.Random(5),
        {"given up": 0, "failed": 0, "answered": 0},
    )

    async def main():
        async with dynclient.AsyncClient(MADE, server=server.url, timeout=(5, 0.05)) as client:

            async def disturbed(number):
                task = asyncio.create_task(client.run(n=number))
                asyncio.get_running_loop().call_later(
                    chance.random() * 0.02, task.cancel
                ) if number % 2 else None
                try:
                    await task
                    ended["answered"] += 1
                except asyncio.CancelledError:
                    ended["given up"] += 1
                except (errors.TransportError, errors.ResponseError):
                    ended["failed"] += 1

            await in_flight(STORM, 20, disturbed)
            calm = client.with_options(timeout=30)
            found = []

            async def good(_):
                found.append(await calm.run(n="good"))

            await in_flight(AFTER, 20, good)
            assert found == [[1]] * AFTER

    asyncio.run(main())
    assert min(ended.values()) > STORM / 20, ended
    assert sum(ended.values()) == STORM


@pytest.mark.parametrize(
    "steps", [[HANG], [reply(200, b"[1", 9), HANG], [chunked(b"[1")[:-5], HANG]]
)
def test_a_task_that_is_cancelled_lets_its_connection_go(serve, steps):
    arrived = threading.Event()

    def script(seen):
        arrived.set()
        return [reply(200, b"[1]")] if seen.target.endswith("good") else steps

    server = serve(script)

    async def main():
        async with dynclient.AsyncClient(MADE, server=server.url) as client:
            task = asyncio.create_task(client.run(n=1))
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert client._runner.adapter.client._transport._pool.connections == []
            assert await client.run(n="good") == [1]

    asyncio.run(main())


def test_a_timeout_of_the_callers_own_is_a_timeout_of_the_callers_own(serve):
    server = serve([HANG])

    async def main():
        async with dynclient.AsyncClient(MADE, server=server.url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.run()

    asyncio.run(main())


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
@pytest.mark.parametrize("steps", [[HANG], [reply(200, b"[1", 9), HANG]])
def test_ctrl_c_lets_the_connection_go_and_the_next_call_succeeds(serve, steps, monkeypatch):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def script(seen):
        if seen.target.endswith("good"):
            return [reply(200, b"[1]")]
        asyncio.get_running_loop().call_later(
            0.05, signal.pthread_kill, threading.main_thread().ident, signal.SIGINT
        )
        return steps

    server = serve(script)
    try:
        with dynclient.Client(MADE, server=server.url) as client:
            for _ in range(3):
                with pytest.raises(KeyboardInterrupt):
                    client.run(n=1)
                assert client._runner.adapter.client._transport._pool.connections == []
                assert client.run(n="good") == [1]
    finally:
        signal.signal(signal.SIGINT, before)


def test_threads_share_one_client_through_a_storm_of_faults(serve):
    server, found = serve(stormy), []
    with dynclient.Client(MADE, server=server.url, timeout=(5, 0.05)) as client:

        def work(start):
            for number in range(start, start + 40):
                with contextlib.suppress(errors.TransportError, errors.ResponseError):
                    client.run(n=number)
            calm = client.with_options(timeout=30)
            found.extend(calm.run(n="good") for _ in range(20))

        threads = [threading.Thread(target=work, args=(1000 * i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [[1]] * 160
