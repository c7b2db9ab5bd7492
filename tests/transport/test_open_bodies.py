"""The body of a stream is read while it comes; its call keeps one connection until the body is closed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip

import pytest
from support.faulty_server import CLOSE, HANG, chunked, reply

from dynclient import errors
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.connection_settings import ConnectionSettings
from dynclient.transport.exchange import Exchange
from dynclient.transport.http_adapter import build_timeouts
from dynclient.transport.runners import AsyncRunner, SyncRunner
from dynclient.wire.message import Headers, Request

SETTINGS = ConnectionSettings(1, "httpx", False)
SHORT = build_timeouts((30, 0.2))


def build_exchange(url):
    request = Request("GET", url, Headers())
    return Exchange(request, AuthorizedRequest("GET", url, ()), is_streamed=True)


class Waiting:
    """Reads with the runner that waits."""

    name = "sync"

    def __init__(self):
        self.runner = SyncRunner(None, "test", SETTINGS)

    def read(self, url, times=1, pieces=None, timeouts=None):
        """Return the bodies of some calls, each read to its end, or closed after some pieces."""
        bodies = []
        with contextlib.closing(self.runner):
            for _ in range(times):
                response = self.runner.send(build_exchange(url), timeouts)
                bodies.append([])
                while pieces is None or len(bodies[-1]) < pieces:
                    piece = response.open_body.read_piece()
                    if piece is None:
                        break
                    bodies[-1].append(piece)
                response.open_body.close()
        return bodies


class Awaiting:
    """Reads with the runner that is awaited."""

    name = "async"

    def __init__(self):
        self.runner = AsyncRunner(None, "test", SETTINGS)

    def read(self, url, times=1, pieces=None, timeouts=None):
        """Return the bodies of some calls, each read to its end, or closed after some pieces."""

        async def main():
            bodies = []
            try:
                for _ in range(times):
                    response = await self.runner.send(build_exchange(url), timeouts)
                    bodies.append([])
                    while pieces is None or len(bodies[-1]) < pieces:
                        piece = await response.open_body.read_piece()
                        if piece is None:
                            break
                        bodies[-1].append(piece)
                    await response.open_body.close()
            finally:
                await self.runner.close()
            return bodies

        return asyncio.run(main())


@pytest.fixture(params=[Waiting, Awaiting], ids=lambda kind: kind.name)
def reader(request):
    """Give either kind of runner, with one connection."""
    return request.param()


def test_a_body_that_was_read_to_its_end_leaves_its_connection_to_the_next_call(reader, serve):
    server = serve([chunked(b"ab", b"c")])
    assert [b"".join(body) for body in reader.read(server.url, times=3)] == [b"abc"] * 3
    assert server.connections == 1


def test_a_body_that_is_closed_early_takes_no_connection_from_others(reader, serve):
    server = serve([reply(200, b"ab", 9), HANG])
    assert reader.read(server.url, times=3, pieces=1) == [[b"ab"]] * 3
    assert server.connections == 3


def test_a_broken_body_says_what_came_and_takes_no_connection_from_others(reader, serve):
    server = serve(
        lambda seen: [reply(200, b"ab", 9), CLOSE] if seen.connection == 1 else [reply()]
    )
    with pytest.raises(errors.BrokenResponse, match="after the status 200 came") as caught:
        reader.read(server.url)
    assert caught.value.status == 200


def test_a_body_that_stands_still_times_out(reader, serve):
    server = serve([reply(200, b"ab", 9), HANG])
    with pytest.raises(errors.TimedOut) as caught:
        reader.read(server.url, timeouts=SHORT)
    assert caught.value.phase == "read"


def test_a_coded_body_is_decoded_piece_by_piece(reader, serve):
    body = gzip.compress(b"x" * 5_000_000)
    server = serve([reply(200, body, content_encoding="gzip")])
    [pieces] = reader.read(server.url)
    assert b"".join(pieces) == b"x" * 5_000_000
    assert max(map(len, pieces)) <= 256 * 1024


def test_a_coded_body_that_ends_too_early_is_broken(reader, serve):
    body = gzip.compress(b"x" * 5_000)[:-4]
    server = serve([reply(200, body, content_encoding="gzip")])
    with pytest.raises(errors.BrokenResponse, match="decompressed"):
        reader.read(server.url)


def test_a_body_that_nobody_holds_is_closed_by_the_garbage_collector(serve):
    server = serve([reply(200, b"ab", 9), HANG])
    runner = SyncRunner(None, "test", SETTINGS)
    for _ in range(3):  # one connection: each call waits for that of the one before
        response = runner.send(build_exchange(server.url), SHORT)
        assert response.open_body.read_piece() == b"ab"
        del response
        gc.collect()
    runner.close()


def test_an_awaited_body_that_nobody_holds_is_closed_in_its_event_loop(serve):
    server = serve([reply(200, b"ab", 9), HANG])

    async def main():
        runner = AsyncRunner(None, "test", SETTINGS)
        for _ in range(3):
            response = await runner.send(build_exchange(server.url), build_timeouts(20))
            assert await response.open_body.read_piece() == b"ab"
            del response
            gc.collect()
        await runner.close()

    asyncio.run(main())


def test_a_body_whose_reading_is_cancelled_is_closed(serve):
    server = serve([reply(200, b"ab", 9), HANG])

    async def main():
        runner = AsyncRunner(None, "test", SETTINGS)
        for _ in range(3):
            response = await runner.send(build_exchange(server.url), build_timeouts(20))
            assert await response.open_body.read_piece() == b"ab"
            task = asyncio.create_task(response.open_body.read_piece())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert response.open_body.is_closed
        await runner.close()

    asyncio.run(main())


def test_the_body_of_a_failure_is_read_as_ever(serve):
    server = serve([reply(404, b'{"message": "no"}')])
    runner = SyncRunner(None, "test", SETTINGS)
    response = runner.send(build_exchange(server.url), None)
    assert (response.open_body, response.body) == (None, b'{"message": "no"}')
    runner.close()


def test_a_body_that_breaks_lets_its_connection_go_at_once(serve):
    url = serve([reply(200, b"ab", 999), CLOSE]).url
    with contextlib.closing(SyncRunner(None, "test", SETTINGS)) as runner:
        body = runner.send(build_exchange(url), None).open_body
        with pytest.raises(errors.BrokenResponse):
            list(iter(body.read_piece, None))
        assert body.is_closed
