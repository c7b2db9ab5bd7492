"""A deadline bounds a whole call, whatever the server does: in headers, in the body, in waits, in retries."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import socket
import ssl
import threading
import time

import httpx
import pytest
from support.both import BOTH, document
from support.documents import Server, content
from support.faulty_server import HANG, Drip, reply

import dynclient
from dynclient import errors
from dynclient.transport import bounded_waits, network_streams
from dynclient.transport.clock import Clock
from dynclient.transport.deadline import Deadline, DeadlineReached
from dynclient.transport.send_progress import SendProgress, current_send

SHORT = 0.4

#: Longer than any test may take: only the deadline can end them.
PATIENT = 300


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported():
    """Import what the first call of a process does: it takes a part of a short deadline."""
    for kind in BOTH:
        for http in ("httpx", "httpx2"):
            with contextlib.suppress(errors.ConnectFailed):
                kind.send(document(), server="http://127.0.0.1:1", http=http, deadline=PATIENT)


def drip(head):
    return [head, Drip(b"x")]


DRIPPING = {
    "no answer": ([HANG], None),
    "a dripping head": (drip(b"HTTP/1.1 200 OK\r\nX-Long: "), None),
    "a dripping body": (drip(reply(200, b"", 10**6)), 200),
    "dripping chunks": ([reply(201, length=None, transfer_encoding="chunked"), Drip(b"1\r\nx\r\n")], 201),
    "a dripping error": (drip(reply(503, b"", 10**6)), 503),
    "early hints without end": ([Drip(b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.001)], None),
}  # fmt: skip


@pytest.mark.parametrize("name", DRIPPING)
def test_a_server_that_drips_cannot_hold_a_caller(serve, kind, name):
    steps, status = DRIPPING[name]
    with pytest.raises(errors.TimedOut) as caught:
        kind.send(document(), server=serve(steps).url, deadline=SHORT, timeout=PATIENT)
    error = caught.value
    assert (error.phase, error.deadline_s, error.status) == ("read", SHORT, status)
    assert error.elapsed_s >= SHORT - 0.01
    assert "timed out (read): the deadline of 0.4 s is over" in error.headline
    assert error.hint == "give more time: deadline="
    assert [each.error for each in error.attempts] == ["TimedOut"]
    copied = pickle.loads(pickle.dumps(error))
    assert (copied.phase, copied.attempts) == (error.phase, error.attempts)


@pytest.mark.parametrize("http", ["httpx", "httpx2"])
def test_either_library_keeps_a_deadline(serve, kind, http):
    server = serve(drip(reply(200, b"", 10**6)))
    with pytest.raises(errors.TimedOut):
        kind.send(document(), server=server.url, deadline=SHORT, timeout=None, http=http)


def test_a_client_of_the_users_keeps_a_deadline_too(serve):
    server = serve(drip(reply(200, b"", 10**6)))
    with httpx.Client(timeout=None) as http, pytest.raises(errors.TimedOut) as caught:
        dynclient.Client(document(), server=server.url, transport=http, deadline=SHORT).run()
    assert caught.value.deadline_s == SHORT
    server = serve([HANG])
    with httpx.Client(timeout=PATIENT) as http, pytest.raises(errors.TimedOut) as caught:
        dynclient.Client(document(), server=server.url, transport=http, deadline=SHORT).run()
    assert caught.value.deadline_s == SHORT


def test_an_asynchronous_client_of_the_users_is_cancelled(serve):
    server = serve(drip(reply(200, b"", 10**6)))

    async def main():
        async with httpx.AsyncClient(timeout=None) as http:
            client = dynclient.AsyncClient(
                document(), server=server.url, transport=http, deadline=SHORT
            )
            with pytest.raises(errors.TimedOut) as caught:
                await client.run()
            server.script = lambda _: [reply(200, b"1")]
            return caught.value, await client.with_options(deadline=PATIENT).run()

    error, data = asyncio.run(main())
    assert (error.deadline_s, error.status, data) == (SHORT, 200, 1)


def test_a_stream_ends_with_the_deadline(serve, kind):
    server = serve(
        [reply(200, length=None, transfer_encoding="chunked", content_type="application/jsonl"), b"2\r\n1\n\r\n", HANG]
    )  # fmt: skip
    made = document(
        responses={"200": {"description": "", "content": {"application/jsonl": {"itemSchema": {}}}}}
    )
    made["openapi"] = "3.2.0"
    items = []

    def read():
        options = {"server": server.url, "deadline": SHORT, "timeout": PATIENT}
        with dynclient.Client(made, **options) as client, client.run.stream() as stream:
            items.extend(stream)

    async def read_async():
        async with (
            dynclient.AsyncClient(
                made, server=server.url, deadline=SHORT, timeout=PATIENT
            ) as client,
            client.run.stream() as stream,
        ):
            async for item in stream:
                items.append(item)  # noqa: PERF401 (the loop ends in an error)

    with pytest.raises(errors.TimedOut) as caught:
        read() if kind.name == "sync" else asyncio.run(read_async())
    assert (caught.value.deadline_s, items) == (SHORT, [1])


def test_a_server_that_reads_nothing_cannot_hold_a_caller(serve, kind):
    server = serve([], reads=False)
    made = document(method="put", body=content({"type": "string"}))
    with pytest.raises(errors.TimedOut) as caught:
        kind.send(
            made,
            server=server.url,
            deadline=SHORT,
            timeout=PATIENT,
            args={"body": "x" * 30_000_000},
        )
    assert caught.value.phase == "write"


def hang_after(arrived):
    """Return a script that never answers, and tells when it was asked."""

    def script(_):
        arrived.set()
        return [HANG]

    return script


def test_a_wait_for_a_connection_counts(serve, kind):
    arrived = threading.Event()
    server = serve(hang_after(arrived))

    async def wait_async():
        async with dynclient.AsyncClient(
            document(), server=server.url, max_connections=1, deadline=SHORT
        ) as client:
            first = asyncio.create_task(client.with_options(deadline=PATIENT).run())
            await asyncio.to_thread(arrived.wait)
            try:
                await client.run()
            finally:
                first.cancel()

    def wait():
        with dynclient.Client(
            document(), server=server.url, max_connections=1, deadline=SHORT
        ) as client:
            client._runner.adapter.get_slot().acquire(None)
            client.run()

    with pytest.raises(errors.TimedOut) as caught:
        wait() if kind.name == "sync" else asyncio.run(wait_async())
    assert (caught.value.phase, caught.value.deadline_s) == ("pool", SHORT)


def test_a_call_that_fits_its_deadline_is_as_ever(serve, kind):
    server = serve([reply(200, b"1")])
    result = kind.send(document(), server=server.url, deadline=PATIENT, times=3)
    assert (result.data, result.attempts) == (1, (errors.Attempt(1, 200),))
    assert server.connections == 1


# --- retries and waits, by a clock that nobody has to wait for


class FakeClock(Clock):
    """Time passes only where somebody waits."""

    def __init__(self):
        self.now = 1000.0
        self.waits = []

    def read(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds):
        self.sleep(seconds)

    def draw_fraction(self):
        return 1.0


def send_by(clock, kind, answer, **options):
    """Return the result, or the error, of one call by a clock."""
    server = Server(answer)
    made = document()
    if kind.name == "sync":
        client = dynclient.Client(made, transport=server, **options)
        client._runner.state.clock = clock
        with contextlib.closing(client):
            try:
                return client.run.send()
            except errors.DynclientError as error:
                return error

    async def main():
        async with dynclient.AsyncClient(made, transport=server, **options) as client:
            client._runner.state.clock = clock
            try:
                return await client.run.send()
            except errors.DynclientError as error:
                return error

    return asyncio.run(main())


def test_a_wait_beyond_the_deadline_ends_the_call_with_what_came(kind):
    clock = FakeClock()
    error = send_by(
        clock,
        kind,
        lambda _: httpx.Response(429, headers={"retry-after": "9"}),
        deadline=5,
        retries=3,
    )
    assert type(error) is errors.TooManyRequests
    assert error.attempts == (errors.Attempt(1, 429),)
    assert clock.waits == []


def test_retries_end_before_the_deadline(kind):
    clock = FakeClock()
    error = send_by(clock, kind, lambda _: httpx.Response(503), deadline=4, retries=9)
    assert type(error) is errors.ServerError
    assert clock.waits == [0.5, 1.0, 2.0]
    assert error.attempts == tuple(errors.Attempt(number, 503) for number in (1, 2, 3, 4))
    assert [each.wait_s for each in error.attempts] == [0.5, 1.0, 2.0, 0.0]


def test_attempts_say_what_became_of_each_try(kind):
    clock = FakeClock()
    calls = []

    def answer(request):
        calls.append(request)
        clock.now += 0.25
        if len(calls) == 1:
            raise httpx.ConnectError("no", request=request)
        if len(calls) == 2:
            raise httpx.ReadTimeout("late", request=request)
        return httpx.Response(503 if len(calls) == 3 else 200, json=1)

    result = send_by(clock, kind, answer, retry=dynclient.Retry(attempts=4, backoff=1))
    assert result.attempts == (
        errors.Attempt(1, error="ConnectFailed"),
        errors.Attempt(2, error="TimedOut"),
        errors.Attempt(3, 503),
        errors.Attempt(4, 200),
    )
    assert [(each.elapsed_s, each.wait_s) for each in result.attempts[:3]] == [
        (0.25, 1.0),
        (0.25, 2.0),
        (0.25, 4.0),
    ]
    assert str(result.attempts[0]) == "1: ConnectFailed after 0.25 s, then a wait of 1 s"


def test_redirects_and_a_late_transport_count(kind):
    clock = FakeClock()

    def answer(_):
        clock.now += 2
        return httpx.Response(302, headers={"location": "/again"})

    error = send_by(clock, kind, answer, deadline=5)
    assert isinstance(error, errors.TimedOut)
    assert error.elapsed_s == pytest.approx(6)


def test_a_credential_that_takes_its_time_counts():
    clock = FakeClock()

    def token():
        clock.now += 9
        return "t"

    made = document(
        security=[{"a": []}],
        components={"securitySchemes": {"a": {"type": "http", "scheme": "bearer"}}},
    )
    server = Server()
    client = dynclient.Client(made, transport=server, credentials={"a": token}, deadline=5)
    client._runner.state.clock = clock
    with pytest.raises(errors.TimedOut):
        client.run()
    assert server.seen == []


@pytest.mark.parametrize("value", [0, -1, True, "5", float("nan"), float("inf"), 1e300])
def test_what_is_no_deadline_is_refused(value):
    with pytest.raises(errors.UsageError, match="deadline cannot be") as caught:
        dynclient.Client(document(), deadline=value)
    assert caught.value.hint == "give seconds, or None"


# --- the caller's own cancellation


def test_a_deadline_does_not_swallow_a_cancellation(serve):
    arrived = threading.Event()
    server = serve(hang_after(arrived))

    async def main():
        async with dynclient.AsyncClient(document(), server=server.url, deadline=PATIENT) as client:
            task = asyncio.create_task(client.run())
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return task.cancelled()

    assert asyncio.run(main())


def test_a_shorter_timeout_of_the_caller_is_the_callers(serve):
    server = serve([HANG])

    async def main():
        async with dynclient.AsyncClient(document(), server=server.url, deadline=PATIENT) as client:
            async with asyncio.timeout(SHORT):
                await client.run()

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(main())
    assert not isinstance(caught.value, errors.DynclientError)


def test_a_client_works_on_after_many_deadlines(serve):
    server = serve(lambda seen: [HANG] if len(server.seen) <= 30 else [reply(200, b"1")])

    async def main():
        async with dynclient.AsyncClient(
            document(), server=server.url, max_connections=5, deadline=0.5
        ) as client:
            late = await asyncio.gather(*(client.run() for _ in range(30)), return_exceptions=True)
            server.script = lambda _: [reply(200, b"1")]
            patient = client.with_options(deadline=PATIENT)
            return late, await asyncio.gather(*(patient.run() for _ in range(9)))

    late, after = asyncio.run(main())
    assert {type(each) for each in late} == {errors.TimedOut}
    assert after == [1] * 9


# --- what the system does without a limit of its own


def test_a_name_that_nobody_resolves_ends_with_the_deadline(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(PATIENT) and [])
    client = dynclient.Client(document(), server="http://slow.test", deadline=SHORT)
    try:
        with pytest.raises(errors.TimedOut) as caught:
            client.run()
    finally:
        over.set()
    assert caught.value.phase == "connect"


def test_a_name_without_an_address_is_connect_failed():
    client = dynclient.Client(document(), server="http://a.invalid", deadline=PATIENT)
    plain = dynclient.Client(document(), server="http://a.invalid")
    texts = []
    for each in (client, plain):
        with pytest.raises(errors.ConnectFailed) as caught:
            each.run()
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_the_second_address_of_a_host_is_tried(serve, monkeypatch):
    server = serve([reply(200, b"1")])
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, server.port))
        for each in ("127.0.0.2", "127.0.0.1")
    ]
    own = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *args, **kw: addresses if host == "two.test" else own(host, *args, **kw),
    )
    url = f"http://two.test:{server.port}"
    with dynclient.Client(document(), server=url, deadline=PATIENT) as client:
        assert client.run() == 1
    assert server.seen[0].header("host") == f"two.test:{server.port}"


class DrippingTls:
    """A stream inside TLS whose handshake never ends, and which knows no limit for all of it."""

    def __init__(self, connection):
        self.connection = connection

    def get_extra_info(self, _):
        return self.connection

    def start_tls(self, *_, **__):
        while self.connection.recv(1):
            pass
        raise ssl.SSLEOFError


def test_tls_inside_tls_ends_with_the_deadline():
    ours, theirs = socket.socketpair()
    progress = SendProgress(deadline=Deadline(SHORT, Clock()))
    token = current_send.set(progress)
    is_over = threading.Event()

    def drip_on():
        with contextlib.suppress(OSError):
            while not is_over.wait(0.01):
                theirs.send(b"x")

    thread = threading.Thread(target=drip_on)
    thread.start()
    try:
        stream = network_streams._SyncStream(DrippingTls(ours), tls_layers=1)
        with pytest.raises(ssl.SSLEOFError):
            stream.start_tls()
        assert progress.deadline.is_over
    finally:
        is_over.set()
        thread.join()
        current_send.reset(token)
        ours.close()
        theirs.close()


def test_a_deadline_that_is_over_allows_no_step_more():
    clock = FakeClock()
    deadline = Deadline(1, clock)
    assert deadline.limit(None) == 1
    assert deadline.limit(0.5) == 0.5
    clock.now += 1
    for step in (
        lambda: deadline.limit(9),
        lambda: bounded_waits.resolve_host("a", 1, deadline),
    ):
        with pytest.raises(DeadlineReached):
            step()
    for address in ("127.0.0.1", "::1", "fe80::1%eth0"):
        assert bounded_waits.resolve_host(address, 1, deadline) == [address]


def test_time_is_read_from_the_machine():
    clock = Clock()
    assert clock.read() <= time.monotonic()
    assert 0 <= clock.draw_fraction() <= 1
