"""The HTTP clients of a runner: each process and each event loop has its own connections."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_CONNECTIONS = 100


class NoFreeConnection(Exception):
    """No connection became free in time; `.max_connections` says how many there may be."""

    def __init__(self, max_connections: int) -> None:
        super().__init__(f"all {max_connections} connections are in use")
        self.max_connections = max_connections


@dataclass(frozen=True)
class HttpClientSlot:
    """An HTTP client, and the limit on how many of its connections are in use at once.

    Attributes:
        client: of the HTTP library.
        limiter: a semaphore of threads or of asyncio; None: no limit.
        process: the id of the process that it belongs to.
        max_connections: the number that the limiter began with.

    """

    client: Any
    limiter: Any
    process: int
    max_connections: int | None

    def acquire(self, timeout_s: float | None) -> None:
        """Wait until one more connection may be used.

        Raises:
            NoFreeConnection: none became free in time.

        """
        if self.limiter is not None and not self.limiter.acquire(timeout=timeout_s):
            raise NoFreeConnection(self.max_connections or 0)

    async def acquire_async(self, timeout_s: float | None) -> None:
        """Wait in the event loop until one more connection may be used.

        Raises:
            NoFreeConnection: none became free in time.

        """
        if self.limiter is None:
            return
        import asyncio

        try:
            async with asyncio.timeout(timeout_s):
                await self.limiter.acquire()
        except TimeoutError:
            raise NoFreeConnection(self.max_connections or 0) from None

    def release(self) -> None:
        """Let another call use the connection."""
        if self.limiter is not None:
            self.limiter.release()


class HttpClientSlots:
    """The HTTP clients that were made so far, by the process or event loop that uses them.

    After a fork both processes would read answers from one and the same connection; a connection of
    one event loop cannot be awaited in another.

    Args:
        build_client: makes one.
        max_connections: how many connections each may use at once; None: any number.
        is_async: whether the clients are awaited.

    """

    def __init__(
        self, build_client: Callable[[], Any], max_connections: int | None, *, is_async: bool
    ) -> None:
        self._build_client = build_client
        self._max_connections = max_connections
        self._is_async = is_async
        # By event loop or process id. There is no lock: one that another thread holds during a fork
        # would stay held for ever.
        self._slots: dict[Any, HttpClientSlot] = {}

    def get_slot(self) -> HttpClientSlot:
        """Return the slot of this process and, where it is awaited, of the running event loop."""
        process = os.getpid()
        owner = self._find_owner(process)
        slot = self._slots.get(owner)
        if slot is not None and slot.process == process:
            return slot
        self._forget_unusable(process)
        # Of two threads that build one at once, both use what the first one kept.
        return self._slots.setdefault(owner, self._build_slot(process))

    def _find_owner(self, process: int) -> Any:
        """Return what connections belong to: the process, or the running event loop."""
        if not self._is_async:
            return process
        import asyncio  # It takes 20 ms, which a client that waits does not need.

        return asyncio.get_running_loop()

    def _forget_unusable(self, process: int) -> None:
        """Forget the clients of closed event loops, and those that a fork inherited."""
        for owner, slot in list(self._slots.items()):
            is_closed = self._is_async and owner.is_closed()
            if is_closed or slot.process != process:
                self._slots.pop(owner, None)

    def _build_slot(self, process: int) -> HttpClientSlot:
        limiter: Any = None
        if self._max_connections is not None:
            limiter = self._build_limiter(self._max_connections)
        return HttpClientSlot(self._build_client(), limiter, process, self._max_connections)

    def _build_limiter(self, max_connections: int) -> Any:
        if not self._is_async:
            return threading.Semaphore(max_connections)
        import asyncio

        return asyncio.Semaphore(max_connections)

    def release(self) -> Any:
        """Forget all clients, and return the one that can be closed here; None without any."""
        process = os.getpid()
        slot = self._slots.pop(self._find_owner(process), None)
        self._slots.clear()
        return slot.client if slot is not None and slot.process == process else None
