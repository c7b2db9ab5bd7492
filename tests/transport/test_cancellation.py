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
from support.processes import default_sigint

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


#: Which of them are a result.
FINE = ANSWERS[:4]

#: An answer that hangs is given up after this; any other has as long as a slow machine needs.
SHORT, LONG = (60, 0.05), (60, 60)


def choose_answer(number):
    """Return the answer to a call of the storm, as chance has it, which its number decides."""
    return ANSWERS[random.Random(number).randrange(len(ANSWERS))]


def stormy(seen):
    """Answer a good call well, and any other by its number."""
    name = seen.target.rpartition("n=")[2]
    return [reply(200, b"[1]")] if name == "good" else choose_answer(int(name))


def is_cancelled(number):
    """Tell whether the storm cancels a call."""
    return number % 2 == 1


def choose_timeout(number, *, cancelled=False):
    """Return the timeout of a call of the storm; one that is cancelled never times out first."""
    return SHORT if HANG in choose_answer(number) and not cancelled else LONG


def count_certain_ends():
    """Count the calls of the storm whose end does not depend on the speed of the machine."""
    certain = {"given up": 0, "failed": 0, "answered": 0}
    for number in range(STORM):
        answer = choose_answer(number)
        if not is_cancelled(number):
            certain["answered" if answer in FINE else "failed"] += 1
        elif HANG in answer:
            certain["given up"] += 1
    return certain


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
        async with dynclient.AsyncClient(MADE, server=server.url) as client:
            views = {limit: client.with_options(timeout=limit) for limit in (SHORT, LONG)}

            async def disturbed(number):
                limit = choose_timeout(number, cancelled=is_cancelled(number))
                task = asyncio.create_task(views[limit].run(n=number))
                if is_cancelled(number):
                    asyncio.get_running_loop().call_later(chance.random() * 0.02, task.cancel)
                try:
                    await task
                    ended["answered"] += 1
                except asyncio.CancelledError:
                    ended["given up"] += 1
                except (errors.TransportError, errors.ResponseError):
                    ended["failed"] += 1

            await in_flight(STORM, 20, disturbed)
            found = []

            async def good(_):
                found.append(await views[LONG].run(n="good"))

            await in_flight(AFTER, 20, good)
            assert found == [[1]] * AFTER

    asyncio.run(main())
    certain = count_certain_ends()
    assert min(certain.values()) > STORM / 20
    assert all(ended[end] >= count for end, count in certain.items()), (ended, certain)
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
    def script(seen):
        if seen.target.endswith("good"):
            return [reply(200, b"[1]")]
        asyncio.get_running_loop().call_later(
            0.05, signal.pthread_kill, threading.main_thread().ident, signal.SIGINT
        )
        return steps

    server = serve(script)
    with default_sigint(), dynclient.Client(MADE, server=server.url) as client:
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                client.run(n=1)
            assert client._runner.adapter.client._transport._pool.connections == []
            assert client.run(n="good") == [1]


def test_threads_share_one_client_through_a_storm_of_faults(serve):
    server, found = serve(stormy), []
    with dynclient.Client(MADE, server=server.url) as client:
        views = {limit: client.with_options(timeout=limit) for limit in (SHORT, LONG)}

        def work(start):
            for number in range(start, start + 40):
                with contextlib.suppress(errors.TransportError, errors.ResponseError):
                    views[choose_timeout(number)].run(n=number)
            found.extend(views[LONG].run(n="good") for _ in range(20))

        threads = [threading.Thread(target=work, args=(1000 * i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [[1]] * 160
