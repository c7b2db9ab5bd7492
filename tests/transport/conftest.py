"""Calls by both clients against a real socket server."""

from __future__ import annotations

import asyncio

import pytest
from support.documents import single
from support.faulty_server import FaultyServer

import dynclient

ANYTHING = {"200": {"description": "fine", "content": {"application/json": {"schema": {}}}}}


@pytest.fixture
def serve():
    """Start servers, and stop them at the end."""
    running = []

    def start(script, **options):
        running.append(FaultyServer(script, **options))
        return running[-1]

    yield start
    for server in running:
        server.close()


def document(*parameters, method="get", responses=None, **fields):
    """Return a document with one operation, `run`."""
    return single(*parameters, method=method, responses=ANYTHING if responses is None else responses, **fields)


class Sync:
    """Sends with Client."""

    name = "sync"

    def send(self, source, times=1, args=None, **options):
        """Return the result of the last of some calls."""
        with dynclient.Client(source, **options) as client:
            for _ in range(times):
                result = client.run.send(**(args or {}))
        return result


class Async:
    """Sends with AsyncClient."""

    name = "async"

    def send(self, source, times=1, args=None, **options):
        """Return the result of the last of some calls."""

        async def main():
            async with dynclient.AsyncClient(source, **options) as client:
                for _ in range(times):
                    result = await client.run.send(**(args or {}))
            return result

        return asyncio.run(main())


BOTH = (Sync(), Async())


@pytest.fixture(params=BOTH, ids=lambda kind: kind.name)
def kind(request):
    """Give either kind of client."""
    return request.param
