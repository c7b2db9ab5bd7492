"""Either kind of client, and servers that stop at the end of a test."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from support.faulty_server import FaultyServer

import dynclient


class SyncStreams:
    """Reads streams with Client."""

    name = "sync"

    def read(self, source, *, count=None, times=1, form=None, options=None, **client_options):
        """Return the items of the last of some streams, at most `count` of each."""
        with dynclient.Client(source, **client_options) as client:
            for _ in range(times):
                found = []
                with client.with_options(**(options or {})).run.stream() as stream:
                    for item in stream.items(form):
                        found.append(item)
                        if len(found) == count:
                            break
        return found

    def read_each(self, source, **client_options):
        """Return the items of a stream; an error in place of each item that raises one."""
        found = []
        with dynclient.Client(source, **client_options) as client, client.run.stream() as stream:
            while True:
                try:
                    found.append(next(stream))
                except StopIteration:
                    return found
                except dynclient.errors.DynclientError as error:
                    found.append(error)


class AsyncStreams:
    """Reads streams with AsyncClient."""

    name = "async"

    def read(self, source, *, count=None, times=1, form=None, options=None, **client_options):
        """Return the items of the last of some streams, at most `count` of each."""

        async def main():
            async with dynclient.AsyncClient(source, **client_options) as client:
                for _ in range(times):
                    found = []
                    async with client.with_options(**(options or {})).run.stream() as stream:
                        async for item in stream.items(form):
                            found.append(item)
                            if len(found) == count:
                                break
            return found

        return asyncio.run(main())

    def read_each(self, source, **client_options):
        """Return the items of a stream; an error in place of each item that raises one."""

        async def main():
            found = []
            async with (
                dynclient.AsyncClient(source, **client_options) as client,
                client.run.stream() as stream,
            ):
                while True:
                    try:
                        found.append(await anext(stream))
                    except StopAsyncIteration:
                        return found
                    except dynclient.errors.DynclientError as error:
                        found.append(error)

        return asyncio.run(main())


@pytest.fixture(params=[SyncStreams(), AsyncStreams()], ids=lambda kind: kind.name)
def streams(request):
    """Give either kind of client."""
    return request.param


@pytest.fixture
def serve():
    """Start servers, and stop them at the end."""
    with contextlib.ExitStack() as running:
        yield lambda script, **options: running.enter_context(FaultyServer(script, **options))
