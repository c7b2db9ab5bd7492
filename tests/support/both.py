"""Both clients, used alike."""

from __future__ import annotations

import asyncio

from support.documents import single

import dynclient

ANYTHING = {"200": {"description": "fine", "content": {"application/json": {"schema": {}}}}}


def document(*parameters, method="get", responses=None, **fields):
    """Return a document with one operation, `run`."""
    return single(
        *parameters, method=method, responses=ANYTHING if responses is None else responses, **fields
    )


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
