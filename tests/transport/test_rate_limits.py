"""A rate bounds the requests of a client; a server that asks for a pause gets it."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.both import document
from support.documents import Server
from support.effort import share

import dynclient
from dynclient import errors
from dynclient.transport.clock import Clock
from dynclient.transport.rate_limit import MAX_PAUSE_S, Rate, RateLimiter, parse_rate
from dynclient.transport.server_limits import read_pause, read_retry_wait

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "rate"),
    [("10/s", Rate(10, 1)), ("100/min", Rate(100, 60)), ("1000/h", Rate(1000, 3600))],
)
def test_a_rate_is_a_number_in_a_time(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "value", ["", "10", "0/s", "-1/s", "1.5/s", "10/sec", "10 / s", "10/day", "9999999/s", "١/s", 10, b"1/s", ("1", "s")],
)  # fmt: skip
def test_another_text_is_refused_with_an_example(value):
    with pytest.raises(errors.UsageError, match="rate cannot be") as caught:
        dynclient.Client(document(), rate=value)
    assert caught.value.hint == (
        'give a number of requests per s, min or h, such as "10/s", "100/min" or "1000/h"'
    )


@given(st.text(max_size=12))
def test_any_text_is_a_rate_or_none(text):
    rate = parse_rate(text)
    assert rate is None or rate.requests > 0


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.floats(0, 3), st.none() | st.floats(0, 5)), max_size=30),
)
def test_no_time_has_more_requests_than_the_rate_and_none_comes_in_a_pause(requests, events):
    limiter, now = RateLimiter(Rate(requests, 1.0)), 0.0
    sent, pauses = [], []
    for passed, pause in events:
        now += passed
        if pause is not None:
            limiter.pause(pause, now)
            pauses.append((now, now + pause))
        turn = limiter.take_turn(now)
        now += limiter.measure_wait(turn, now)
        assert limiter.measure_wait(turn, now) <= 1e-6
        sent.append(now)
    for first, last in zip(sent, sent[requests:], strict=False):
        assert last - first >= 1 - 1e-6
    assert not any(start < each < end - 1e-6 for each in sent for start, end in pauses)


def test_a_pause_moves_the_turns_that_were_given_before_it():
    limiter = RateLimiter(Rate(1, 1.0))
    turns = [limiter.take_turn(0) for _ in range(3)]
    limiter.pause(5, 0.5)
    limiter.pause(1, 0.6)
    assert [limiter.measure_wait(turn, 0.5) for turn in turns[1:]] == [5.5, 6.5]
    limiter.pause(MAX_PAUSE_S * 9, 10)
    assert limiter.measure_wait(limiter.take_turn(10), 10) <= MAX_PAUSE_S + 1


@given(
    st.integers(1, 3),
    st.integers(1, 8),
    st.lists(st.tuples(st.floats(0, 12), st.floats(0, 5)), max_size=6),
)
def test_a_pause_that_comes_while_turns_are_waited_for_moves_them(requests, count, pauses):
    limiter = RateLimiter(Rate(requests, 1.0))
    # What comes next: a pause, or the end of the wait for a turn.
    events = [(0.0, 1, limiter.take_turn(0.0)) for _ in range(count)]
    events += [(begin, 0, length) for begin, length in pauses]
    sent = []
    while events:
        now, kind, value = min(events)
        events.remove((now, kind, value))
        if kind == 0:
            limiter.pause(value, now)
            continue
        wait = limiter.measure_wait(value, now)
        if wait > 1e-9:
            events.append((now + wait, 1, value))
        else:
            sent.append(now)
    assert len(sent) == count
    assert all(b - a >= 1 - 1e-6 for a, b in zip(sent, sent[requests:], strict=False))
    assert not any(a < each < a + length - 1e-6 for each in sent for a, length in pauses)


RESETS = [
    (429, {"Retry-After": "7"}, 7.0),
    (503, {"Retry-After": "7"}, 7.0),
    (200, {"Retry-After": "7"}, None),
    (429, {}, None),
    (200, {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "9"}, None),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"}, 9.0),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000030"}, 30.0),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000030500"}, 30.5),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1699999999"}, 0.0),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "Tue, 14 Nov 2023 22:14:00 GMT"}, 40.0),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "1.25"}, 1.25),
    (200, {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "2"}, 2.0),
    (200, {"X-RateLimit-Remaining": "0"}, None),
    (200, {"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "9"}, None),
    (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "4"}, 4.0),
    (200, {"RateLimit": "limit=100, remaining=0, reset=5"}, 5.0),
    (200, {"RateLimit": "limit=100, remaining=1, reset=5"}, None),
    (200, {"RateLimit": '"default";r=0;t=6'}, 6.0),
    (200, {"RateLimit": '"burst";r=3;t=1, "day";r=0;t=60, "hour";r=0;t=20'}, 60.0),
    (200, {"RateLimit": '"default";r=0'}, None),
    (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"}, 9.0),
]  # fmt: skip


@pytest.mark.parametrize(("status", "fields", "pause_s"), RESETS)
def test_what_a_server_says_of_its_limits_is_read(status, fields, pause_s):
    headers = httpx.Headers(fields)
    assert read_pause(status, headers, NOW) == pause_s


def test_a_429_without_retry_after_is_tried_again_when_the_quota_is_full():
    headers = httpx.Headers({"RateLimit": '"a";r=0;t=6'})
    assert read_retry_wait(429, headers, NOW) == 6
    assert read_retry_wait(503, headers, NOW) is None


@share(0.5)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_header_is_a_pause_or_none(remaining, reset):
    for name in ("RateLimit", "X-RateLimit-Reset", "RateLimit-Reset", "Retry-After"):
        headers = {"x-ratelimit-remaining": remaining, name.lower(): reset}
        pause_s = read_pause(429, headers, NOW)
        assert pause_s is None or pause_s >= 0


# --- calls, by a clock that nobody has to wait for


class SharedClock(Clock):
    """Time passes for all threads and tasks where one of them waits."""

    def __init__(self):
        self.now = 100.0
        self.lock = threading.Lock()

    def read(self):
        return self.now

    def read_date(self):
        return NOW + self.now - 100

    def _pass(self, seconds):
        with self.lock:
            self.now += seconds

    def sleep(self, seconds):
        self._pass(seconds)

    async def sleep_async(self, seconds):
        self._pass(seconds)


class TimedServer(Server):
    """Notes when each request came."""

    def __init__(self, clock, answer=lambda _: httpx.Response(200, json=1)):
        self.times = []

        def note(request):
            self.times.append(clock.now)
            return answer(request)

        super().__init__(note)


def test_threads_share_the_rate_with_all_views(monkeypatch):
    clock = SharedClock()
    turns = []
    take_turn = RateLimiter.take_turn

    def note_turn(limiter, *args):
        turns.append(take_turn(limiter, *args))
        return turns[-1]

    # A thread may be held up between its turn and its request: the turns are what is shared.
    monkeypatch.setattr(RateLimiter, "take_turn", note_turn)
    server = TimedServer(clock)
    client = dynclient.Client(document(), transport=server, rate="5/s")
    client._runner.state.clock = clock
    views = [client, client.with_options(headers={"X-View": "1"})]
    threads = [threading.Thread(target=view.run) for view in views for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.times) == len(turns) == 20
    times = sorted(turns)
    assert all(b - a >= 1 - 1e-6 for a, b in zip(times, times[5:], strict=False))
    client.with_options(rate=None).run()
    assert len(server.times) == 21


def test_tasks_share_the_rate_and_retries_count():
    clock = SharedClock()
    server = TimedServer(
        clock, lambda _: httpx.Response(503 if len(server.times) <= 3 else 200, json=1)
    )

    async def main():
        async with dynclient.AsyncClient(
            document(), transport=server, rate="2/s", retry=dynclient.Retry(attempts=9, backoff=0)
        ) as client:
            client._runner.state.clock = clock
            return await asyncio.gather(*(client.run() for _ in range(8)))

    assert asyncio.run(main()) == [1] * 8
    times = sorted(server.times)
    assert len(times) == 11
    assert all(b - a >= 1 - 1e-6 for a, b in zip(times, times[2:], strict=False))


def test_a_quota_that_is_used_up_stops_every_call_until_it_is_full(kind):
    clock = SharedClock()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 30)}
    server = TimedServer(clock, lambda _: httpx.Response(200, json=1, headers=headers))

    def call_all(client):
        client._runner.state.clock = clock
        return client

    if kind.name == "sync":
        client = call_all(dynclient.Client(document(), transport=server, rate="100/s"))
        client.run()
        client.run()
    else:

        async def main():
            async with dynclient.AsyncClient(document(), transport=server, rate="100/s") as client:
                call_all(client)
                await client.run()
                await client.run()

        asyncio.run(main())
    assert server.times == [100.0, 130.0]


def ask_for_a_pause(first):
    """Return the answer of a request: the first one asks for ten seconds of quiet."""
    if first:
        return httpx.Response(429, headers={"Retry-After": "10"})
    return httpx.Response(200, json=1)


def test_a_pause_that_comes_while_a_thread_waits_for_its_turn_is_kept():
    was_sent, may_answer = threading.Event(), threading.Event()
    refused = []

    class BusyClock(SharedClock):
        def sleep(self, seconds):
            may_answer.set()
            first.join()
            super().sleep(seconds)

    def answer(_):
        is_first = not was_sent.is_set()
        was_sent.set()
        assert may_answer.wait(60) or not is_first
        return ask_for_a_pause(is_first)

    clock = BusyClock()
    server = TimedServer(clock, answer)
    client = dynclient.Client(document(), transport=server, rate="1/s")
    client._runner.state.clock = clock

    def call_first():
        try:
            client.run()
        except errors.TooManyRequests as error:
            refused.append(error)

    first = threading.Thread(target=call_first)
    first.start()
    assert was_sent.wait(60)
    assert client.run() == 1
    assert len(refused) == 1
    # The turn was in a second; the pause of ten stands before it.
    assert server.times == [100.0, 111.0]


def test_a_pause_that_comes_while_a_task_waits_for_its_turn_is_kept():
    async def main():
        was_sent, may_answer = asyncio.Event(), asyncio.Event()

        class BusyClock(SharedClock):
            async def sleep_async(self, seconds):
                may_answer.set()
                await asyncio.gather(first, return_exceptions=True)
                await super().sleep_async(seconds)

        async def answer(_):
            is_first = not was_sent.is_set()
            times.append(clock.now)
            was_sent.set()
            await may_answer.wait()
            return ask_for_a_pause(is_first)

        clock, times = BusyClock(), []
        transport = httpx.MockTransport(answer)
        async with dynclient.AsyncClient(document(), transport=transport, rate="1/s") as client:
            client._runner.state.clock = clock
            first = asyncio.create_task(client.run())
            await was_sent.wait()
            assert await client.run() == 1
            assert isinstance(first.exception(), errors.TooManyRequests)
        return times

    assert asyncio.run(main()) == [100.0, 111.0]


def test_a_turn_beyond_the_deadline_is_not_waited_for():
    clock = SharedClock()
    server = TimedServer(clock)
    client = dynclient.Client(document(), transport=server, rate="1/min", deadline=5)
    client._runner.state.clock = clock
    client.run()
    with pytest.raises(errors.TimedOut) as caught:
        client.run()
    assert (caught.value.phase, caught.value.attempts, clock.now) == ("rate", (), 100.0)
    assert "timed out (rate): its turn comes after the deadline of 5 s" in str(caught.value)
    assert caught.value.hint == "give more time: deadline=; or let more requests out: rate="
    clock.now += 60
    client.run()
    assert server.times == [100.0, 160.0]


class InterruptingClock(SharedClock):
    """While the first call waits for its turn, the answer to another one asks for a pause."""

    def __init__(self, pause_s):
        super().__init__()
        self.pause_s = pause_s
        self.waits = []
        self.limiter = None

    def _pass(self, seconds):
        self.waits.append(seconds)
        if len(self.waits) == 1:
            self.limiter.pause(self.pause_s, self.now)
        super()._pass(seconds)


def call_twice(kind, server, clock, **options):
    """Make two calls at a rate that lets the second one wait."""

    def set_up(client):
        client._runner.state.clock = clock
        clock.limiter = client._runner.state.get_rate_limiter(Rate(1, 1.0))
        return client

    if kind.name == "sync":
        client = set_up(dynclient.Client(document(), transport=server, rate="1/s", **options))
        client.run()
        return client.run()

    async def main():
        async with dynclient.AsyncClient(
            document(), transport=server, rate="1/s", **options
        ) as client:
            set_up(client)
            await client.run()
            return await client.run()

    return asyncio.run(main())


def test_a_pause_beyond_the_deadline_ends_a_call_that_waits_for_its_turn(kind):
    clock = InterruptingClock(pause_s=30)
    server = TimedServer(clock)
    with pytest.raises(errors.TimedOut) as caught:
        call_twice(kind, server, clock, deadline=5)
    assert (caught.value.phase, len(server.times)) == ("rate", 1)
    assert clock.now == pytest.approx(101)
