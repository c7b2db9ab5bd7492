"""Whose connections a client uses, how many at once, and what it does about one that was closed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.both import document
from support.documents import parameter
from support.faulty_server import CLOSE, HANG, RESET, reply
from support.scripts import run_script

import dynclient
from dynclient import errors
from dynclient.transport.http_clients import ThreadLimiter

#: An operation that is answered with the value it was given.
ECHO = document(parameter("q", schema={"type": "string"}))


def answer_value(seen):
    value = seen.target.partition("q=")[2]
    return [reply(200, json.dumps(value).encode())]


# --- a fork

FORK = """
import os, sys, threading
import dynclient
from transport.test_connections import ECHO

client = dynclient.Client(ECHO, server=sys.argv[1])
is_over = threading.Event()

def call(name):
    answers = [client.run(q=f"{name}-{i}") for i in range(40)]
    return answers == [f"{name}-{i}" for i in range(40)]

def keep_calling(name):
    while not is_over.is_set():
        assert call(name)

call("before")
threads = [threading.Thread(target=keep_calling, args=(f"thread{i}",)) for i in range(4)]
for thread in threads:
    thread.start()
children = []
for number in range(4):
    child = os.fork()
    if child == 0:
        is_right = call(f"child{number}")
        client.close()
        os._exit(0 if is_right else 9)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
is_over.set()
for thread in threads:
    thread.join()
assert call("after")
print(codes)
"""

ASYNC_FORK = """
import asyncio, os, sys
import dynclient
from transport.test_connections import ECHO

client = dynclient.AsyncClient(ECHO, server=sys.argv[1])

async def call(name):
    answers = await asyncio.gather(*(client.run(q=f"{name}-{i}") for i in range(40)))
    return answers == [f"{name}-{i}" for i in range(40)]

assert asyncio.run(call("before"))
children = []
for number in range(4):
    child = os.fork()
    if child == 0:
        os._exit(0 if asyncio.run(call(f"child{number}")) else 9)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
assert asyncio.run(call("after"))
print(codes)
"""


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@needs_fork
@pytest.mark.parametrize("script", [FORK, ASYNC_FORK], ids=["sync", "async"])
def test_a_forked_process_takes_connections_of_its_own(serve, script):
    server = serve(answer_value)
    assert run_script(script, server.url) == "[0, 0, 0, 0]\n"


FORK_OF_USER = """
import os, sys
import httpx
import dynclient
from dynclient import errors
from transport.test_connections import ECHO

http = httpx.Client()
client = dynclient.Client(ECHO, server=sys.argv[1], transport=http)
client.run(q="1")
if os.fork() == 0:
    try:
        client.run(q="2")
    except errors.UsageError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
assert client.run(q="3") == "3"
"""


@needs_fork
def test_a_forked_process_does_not_share_the_users_own_http_client(serve):
    server = serve(answer_value)
    assert run_script(FORK_OF_USER, server.url) == (
        "the Client given as transport= was used in another process, which has its connections;"
        " nothing was sent\n"
        "  hint: make one in each process, or leave out transport=\n"
    )


# --- event loops


async def close_connections(client):
    """Close what a client has in the running event loop; it can be used in another one."""
    for each in client._runner.adapter.get_slot().clients:
        await each.aclose()


def test_an_async_client_takes_new_connections_in_another_event_loop(serve):
    server = serve(answer_value)
    client = dynclient.AsyncClient(ECHO, server=server.url)

    async def call_and_close(name):
        values = await asyncio.gather(*(client.run(q=f"{name}{i}") for i in range(5)))
        await close_connections(client)
        return values

    for name in "ab":
        assert asyncio.run(call_and_close(name)) == [f"{name}{i}" for i in range(5)]
    assert len(client._runner.adapter._slots._slots) == 1


def test_an_async_client_serves_two_event_loops_at_once(serve):
    server = serve(answer_value)
    client = dynclient.AsyncClient(ECHO, server=server.url)
    answers = {}

    async def call(name):
        answers[name] = [await client.run(q=f"{name}{i}") for i in range(20)]
        await close_connections(client)

    threads = [threading.Thread(target=asyncio.run, args=(call(name),)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {name: [f"{name}{i}" for i in range(20)] for name in "abc"}


def test_the_users_own_async_http_client_stays_in_its_event_loop(serve):
    server = serve(answer_value)
    http = httpx.AsyncClient()
    client = dynclient.AsyncClient(ECHO, server=server.url, transport=http)

    async def call():
        return await client.run(q="a")

    async def call_and_close():
        value = await call()
        await http.aclose()
        return value

    with asyncio.Runner() as first:
        assert first.run(call()) == "a"
        with pytest.raises(errors.UsageError, match="used in another process or event loop"):
            asyncio.run(call())
        assert first.run(call_and_close()) == "a"


# --- how many at once


class Gate:
    """A server that answers only when it is told to, and counts the calls that wait in it."""

    def __init__(self, serve):
        self.server = serve(lambda _: [HANG])
        self.url = self.server.url

    def open(self):
        self.server.script = lambda _: [reply(200, b'"late"')]
        self.server._loop.call_soon_threadsafe(self._answer_all)

    def _answer_all(self):
        for transport in list(self.server._open):
            transport.get_protocol().is_over = False
            transport.write(reply(200, b'"late"'))


async def wait_for(condition):
    while not condition():  # noqa: ASYNC110 (the server is in another thread)
        await asyncio.sleep(0.005)


def test_further_calls_wait_for_a_connection(serve):
    gate = Gate(serve)

    async def main():
        async with dynclient.AsyncClient(ECHO, server=gate.url, max_connections=3) as client:
            calls = [asyncio.create_task(client.run(q=str(i))) for i in range(10)]
            await wait_for(lambda: len(gate.server.seen) == 3)
            for _ in range(20):
                await asyncio.sleep(0)
            assert gate.server.connections == 3
            gate.open()
            return await asyncio.gather(*calls)

    assert asyncio.run(main()) == ["late"] * 10
    assert gate.server.connections == 3


def test_further_threads_wait_for_a_connection(serve):
    server = serve(answer_value)
    answers = []
    with dynclient.Client(ECHO, server=server.url, max_connections=2) as client:
        threads = [
            threading.Thread(target=lambda i=i: answers.append(client.run(q=str(i))))
            for i in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers, key=int) == [str(i) for i in range(30)]
    assert server.connections <= 2


def test_a_limiter_lets_no_more_threads_in_than_it_has_places_for():
    limiter, inside, most = ThreadLimiter(3), [], []

    def come_and_go():
        for _ in range(200):
            assert limiter.acquire()
            inside.append(None)
            most.append(len(inside))
            inside.pop()
            limiter.release()

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(come_and_go) for _ in range(8)]:
            future.result()
    assert max(most) <= 3
    assert [limiter.acquire(timeout=0) for _ in range(4)] == [True, True, True, False]
    limiter.release()
    assert limiter.acquire(timeout=0)


def test_a_call_that_waits_longer_than_its_timeout_is_timed_out(serve, kind):
    server = serve([HANG])
    if kind.name == "sync":
        client = dynclient.Client(ECHO, server=server.url, max_connections=1, timeout=0.1)
        slot = client._runner.adapter.get_slot()
        slot.acquire(None)
        with pytest.raises(errors.TimedOut) as caught:
            client.run(q="a")
        client.close()
    else:

        async def main():
            options = {"server": server.url, "max_connections": 1, "timeout": 0.1}
            async with dynclient.AsyncClient(ECHO, **options) as client:
                await client._runner.adapter.get_slot().acquire_async(None)
                await client.run(q="a")

        with pytest.raises(errors.TimedOut) as caught:
            asyncio.run(main())
    assert caught.value.phase == "pool"
    assert str(caught.value) == (
        f"run  GET {server.url}/things: timed out (pool) after 0.1 s: all 1 connections are in use\n"
        "  hint: allow more: max_connections=; or give more time: timeout="
    )
    assert server.seen == []


def test_a_cancelled_call_gives_its_connection_back(serve):
    server = serve([HANG])

    async def main():
        async with dynclient.AsyncClient(ECHO, server=server.url, max_connections=2) as client:
            waiting = [asyncio.create_task(client.run(q="a")) for _ in range(6)]
            await wait_for(lambda: len(server.seen) == 2)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            server.script = answer_value
            return await asyncio.gather(*(client.run(q=str(i)) for i in range(6)))

    assert asyncio.run(main()) == [str(i) for i in range(6)]


def test_a_failed_call_gives_its_connection_back(serve, kind):
    server = serve([reply(200, b"{"), CLOSE])
    for fault in (
        [RESET],
        [reply(500, b"{}")],
        [b"nonsense\r\n\r\n", CLOSE],
        [reply(200, b"1" * 99)],
    ):
        server.script = lambda _, fault=fault: fault
        with pytest.raises(errors.DynclientError):
            kind.send(document(), 3, server=server.url, max_connections=1, max_response_bytes=50)
    server.script = answer_value
    assert kind.send(ECHO, 3, {"q": "x"}, server=server.url, max_connections=1).data == "x"


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many"])
def test_a_number_of_connections_that_is_none_is_refused(value):
    with pytest.raises(errors.UsageError) as caught:
        dynclient.Client(ECHO, max_connections=value)
    assert caught.value.headline == f"max_connections cannot be {str(value).lower()!s}".replace(
        "many", "'many'"
    )
    assert caught.value.hint == "give a number above 0, or None for no limit"


def test_a_view_cannot_have_other_connections():
    with pytest.raises(errors.UsageError) as caught:
        dynclient.Client(ECHO).with_options(max_connections=5)
    assert str(caught.value) == (
        "max_connections is of the whole client, and cannot differ in a view\n"
        "  hint: give it to Client(…) or AsyncClient(…)"
    )


FEW_DESCRIPTORS = """
import asyncio, resource, sys, threading
import dynclient
from transport.test_connections import ECHO

resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
EXPECTED = [str(i) for i in range(400)]

async def call_all():
    async with dynclient.AsyncClient(ECHO, server=sys.argv[1]) as client:
        return await asyncio.gather(*(client.run(q=value) for value in EXPECTED))

if sys.argv[2] == "async":
    answers = asyncio.run(call_all())
else:
    answers = []
    with dynclient.Client(ECHO, server=sys.argv[1]) as client:
        calls = [lambda v=v: answers.append(client.run(q=v)) for v in EXPECTED]
        threads = [threading.Thread(target=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
print(sorted(answers, key=int) == EXPECTED)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such limit")
@pytest.mark.parametrize("kind_of_client", ["sync", "async"])
def test_400_calls_at_once_succeed_on_256_file_descriptors(serve, kind_of_client):
    server = serve(answer_value)
    assert run_script(FEW_DESCRIPTORS, server.url, kind_of_client) == "True\n"


NO_DESCRIPTORS = """
import asyncio, os, resource, sys
import dynclient
from dynclient import errors
from transport.test_connections import ECHO

async def call_awaited(client):
    return await client.run(q="a")

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
is_async = sys.argv[2] == "async"
kind = dynclient.AsyncClient if is_async else dynclient.Client
client = kind(ECHO, server=sys.argv[1])
operation = client.run
operation.request(q="a")
runner = asyncio.Runner()
runner.get_loop()
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
try:
    runner.run(call_awaited(client)) if is_async else operation(q="a")
except errors.DynclientError as error:
    os.close(taken.pop())
    sys.stderr.write(str(error))
    print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such limit")
@pytest.mark.parametrize("kind_of_client", ["sync", "async"])
def test_no_file_descriptor_left_is_a_typed_error(serve, kind_of_client):
    server = serve(answer_value)
    assert run_script(NO_DESCRIPTORS, server.url, kind_of_client) in (
        "ConnectFailed\n",
        "UsageError\n",
    )


# --- a kept connection that the server closed


def answer_once_per_connection(then):
    """Answer the first request of a connection, and do something else with the second."""
    seen_connections = set()

    def script(seen):
        if seen.connection in seen_connections:
            return then
        seen_connections.add(seen.connection)
        return [reply(200, b"1")]

    return script


@pytest.mark.parametrize("then", [[CLOSE], [RESET]], ids=repr)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_safe_request_is_sent_again_on_a_new_connection(serve, kind, method, then):
    server = serve(answer_once_per_connection(then))
    result = kind.send(document(method=method), 2, server=server.url)
    assert result.status == 200
    assert [seen.connection for seen in server.seen] == [1, 1, 2]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_request_that_is_not_safe_is_not_sent_again(serve, kind, method):
    server = serve(answer_once_per_connection([CLOSE]))
    with pytest.raises(errors.BrokenResponse):
        kind.send(document(method=method), 2, server=server.url)
    assert len(server.seen) == 2


def test_a_request_on_a_new_connection_is_not_sent_again(serve, kind):
    server = serve([CLOSE])
    with pytest.raises(errors.BrokenResponse):
        kind.send(document(), server=server.url)
    assert len(server.seen) == 1


@pytest.mark.parametrize("begun", [b"H", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\n", b"\r\n"])
def test_a_request_whose_answer_began_is_not_sent_again(serve, kind, begun):
    server = serve(answer_once_per_connection([begun, CLOSE]))
    with pytest.raises(errors.BrokenResponse):
        kind.send(document(), 2, server=server.url)
    assert len(server.seen) == 2


def test_a_request_that_is_not_answered_in_time_is_not_sent_again(serve, kind):
    server = serve(answer_once_per_connection([HANG]))
    with pytest.raises(errors.TimedOut):
        kind.send(document(), 2, server=server.url, timeout=(5, 0.1))
    assert len(server.seen) == 2


def test_a_request_is_sent_again_once_only_and_the_error_counts_it(serve, kind):
    server = serve(lambda seen: [reply(200, b"1")] if seen.target == "/things" else [CLOSE])
    server.script = lambda _: [reply(200, b"1")] if len(server.seen) == 1 else [CLOSE]
    with pytest.raises(errors.BrokenResponse) as caught:
        kind.send(document(), 2, server=server.url)
    assert len(server.seen) == 3
    assert len(caught.value.attempts) == 2


def test_a_stale_connection_takes_no_retry_away(serve, kind):
    server = serve([])
    server.script = lambda _: [reply(200, b"1")] if len(server.seen) in (1, 4) else [CLOSE]
    assert kind.send(document(), 2, server=server.url, retries=1).data == 1
    assert len(server.seen) == 4


def test_a_stream_is_not_sent_again(serve, kind):
    server = serve(answer_once_per_connection([CLOSE]))
    binary = {"type": "string", "format": "binary"}
    made = document(body={"content": {"application/octet-stream": {"schema": binary}}})
    args = {"body": iter([b"abc"])}
    with pytest.raises(errors.BrokenResponse):
        send_twice(kind, made, server, args)
    assert len(server.seen) == 2


def send_twice(kind, made, server, args):
    if kind.name == "sync":
        with dynclient.Client(made, server=server.url) as client:
            client.run()
            return client.run(**args)

    async def main():
        async with dynclient.AsyncClient(made, server=server.url) as client:
            await client.run()
            return await client.run(**args)

    return asyncio.run(main())
