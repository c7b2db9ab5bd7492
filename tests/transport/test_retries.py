"""Trying again on a real socket: what is safe to repeat, as often as allowed, after the wait that was asked for."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.both import document
from support.documents import content
from support.faulty_server import CLOSE, HANG, RESET, reply

from dynclient import errors
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.clock import Clock
from dynclient.transport.exchange import Done, Exchange, ExchangePolicy, SendAgain
from dynclient.transport.policy import build_redirect, find_redirect_target
from dynclient.transport.retry_policy import Retry
from dynclient.transport.server_limits import read_retry_after
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, Request, Response


@pytest.fixture
def slept(monkeypatch):
    """Let no test wait; return how long each wait would have been."""
    waits: list[float] = []

    async def pause(delay, *_):
        waits.append(delay)

    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(asyncio, "sleep", pause)
    return waits


def at_first(*steps, times=1):
    """Return a script that fails some times, then answers 1."""
    seen = []

    def script(request):
        seen.append(request)
        return list(steps) if len(seen) <= times else [reply(200, b"1")]

    return script


@pytest.mark.parametrize("steps", [[CLOSE], [RESET], [reply(200, b"[1", 9), CLOSE], [reply(503, b"")], [b"nonsense\r\n\r\n", CLOSE]])  # fmt: skip
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_what_is_safe_to_repeat_is_tried_again(serve, kind, slept, steps, method):
    server = serve(at_first(*steps, times=2))
    kind.send(document(method=method), server=server.url, retries=2, validate_responses="off")
    assert len(server.seen) == 3
    assert len(slept) == 2
    assert slept[0] <= 0.5
    assert slept[1] <= 1.0


@pytest.mark.parametrize("method", ["post", "patch"])
@pytest.mark.parametrize(
    "steps", [[CLOSE], [RESET], [reply(200, b"[1", 9), CLOSE], [reply(503, b"")], [HANG]]
)
def test_a_post_that_may_have_been_done_is_never_sent_twice(serve, kind, slept, steps, method):
    arrived = threading.Event()

    def answer(_):
        arrived.set()
        return steps

    server = serve(answer)
    read_s = 0.1 if HANG in steps else 60
    with pytest.raises(errors.DynclientError) as caught:
        kind.send(document(method=method), server=server.url, retries=5, timeout=(60, read_s))
    arrived.wait()  # a server that is slower than the timeout reads the request after it
    assert (len(server.seen), slept) == (1, [])
    assert len(caught.value.attempts) == 1


def test_a_post_that_was_not_sent_is_tried_again(kind, slept):
    with pytest.raises(errors.ConnectFailed) as caught:
        kind.send(document(method="post"), server="http://127.0.0.1:1", retries=2)
    assert caught.value.attempts == tuple(
        errors.Attempt(number, error="ConnectFailed") for number in (1, 2, 3)
    )
    assert len(slept) == 2


def test_retry_after_is_heard(serve, kind, slept):
    server = serve(at_first(reply(429, b"", retry_after="7")))
    made = document(method="put", body=content({}))
    assert kind.send(made, server=server.url, retries=1, args={"body": {"a": 1}}).data == 1
    assert slept == [7.0]
    assert [seen.body for seen in server.seen] == [b'{"a":1}'] * 2


@pytest.mark.parametrize(("now_s", "wait_s"), [(1000, 600), (500, 700), (5000, 600)])
def test_a_date_to_wait_for_is_measured_by_the_clock_that_is_behind(now_s, wait_s):
    headers = {
        "retry-after": "Thu, 01 Jan 1970 00:20:00 GMT",
        "date": "Thu, 01 Jan 1970 00:10:00 GMT",
    }
    assert read_retry_after(headers, now_s) == wait_s


def test_attempts_are_counted_and_the_last_failure_is_told(serve, kind, slept):
    server = serve(at_first(CLOSE, times=9))
    with pytest.raises(errors.BrokenResponse) as caught:
        kind.send(document(), server=server.url, retries=3)
    assert (len(caught.value.attempts), len(server.seen), len(slept)) == (4, 4, 3)
    assert [each.wait_s for each in caught.value.attempts] == [*slept, 0.0]
    outcomes = ", ".join(["BrokenResponse"] * 4)
    assert str(caught.value).splitlines()[1:] == [f"  4 attempts: {outcomes}"]


def exchange(method="POST", body=b"x", retries=1, follow=None):
    request = Request(method, "http://a.test/b", Headers(), body, (), "run")
    outgoing = AuthorizedRequest(method, request.url, (), body)
    return Exchange(request, outgoing, ExchangePolicy(Retry(attempts=retries + 1), follow))


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (errors.ConnectFailed("x"), True),
        (errors.TimedOut("x", phase="connect"), True),
        (errors.TimedOut("x", phase="pool"), True),
        (errors.TimedOut("x", phase="write"), False),
        (errors.TimedOut("x", phase="read"), False),
        (errors.BrokenResponse("x"), False),
    ],
)
def test_only_what_cannot_have_arrived_is_repeated_for_every_method(error, again):
    assert (exchange().decide_after_failure(error, Clock()) is not None) is again
    assert exchange("GET").decide_after_failure(error, Clock()) is not None
    stream = StreamedBody((iter([b"x"]),))
    assert exchange("PUT", stream).decide_after_failure(error, Clock()) is None


def test_a_stream_is_not_sent_again_whatever_the_status():
    stream = StreamedBody((iter([b"x"]),))
    clock = Clock()
    assert isinstance(exchange("PUT", stream).decide_after_response(Response(429), clock), Done)
    assert isinstance(exchange("PUT").decide_after_response(Response(429), clock), SendAgain)
    assert isinstance(exchange("POST").decide_after_response(Response(429), clock), Done)


@given(
    st.text(max_size=40) | st.dates().map(lambda day: day.strftime("%a, %d %b %Y 99:00:00 -2359")),
    st.integers(1, 98),
    st.floats(0, 1),
)
def test_any_retry_after_is_a_bounded_wait_or_none(text, number, fraction):
    seconds = read_retry_after({"retry-after": text, "date": text[::-1]}, 1e9)
    wait_s = Retry(attempts=99).choose_wait(number, fraction, seconds)
    assert wait_s is None or 0 <= wait_s <= 60
    assert seconds is None or wait_s is None or wait_s >= seconds


@given(st.text(max_size=60), st.sampled_from([301, 302, 303, 307, 308]))
def test_any_location_is_decided_without_an_error(location, status):
    sent = AuthorizedRequest("GET", "https://a.test/b?c", (("X", "s3cret"), ("Accept", "a/b")))
    raw = location.encode("utf-8", "replace").decode("latin-1")
    url = find_redirect_target(sent, Response(status, Headers([("Location", raw)])), None)
    if url is not None and url.isprintable() and "://" in url:
        hop = build_redirect(sent, status, "https://b.test/")
        assert hop.headers == (("Accept", "a/b"),)
        assert "s3cret" not in repr(hop)
