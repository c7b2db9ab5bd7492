"""The HTTP clients of a runner: each process and each event loop has its own connections."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

MAX_CONNECTIONS = 100


class NoFreeConnection(Exception):
    """No connection became free in time.

    Args:
        max_connections: how many there may be.
        timeout_s: how long the call waited for one.

    """

    def __init__(self, max_connections: int, timeout_s: float) -> None:
        super().__init__(f"all {max_connections} connections are in use")
        self.max_connections = max_connections
        self.timeout_s = timeout_s


class ThreadLimiter:
    """Lets so many threads in at once, as `threading.Semaphore` does in ten times the time.

    Args:
        count: how many.

    """

    def __init__(self, count: int) -> None:
        self._unused = iter(range(count))
        #: One entry for each place that was used and is free again.
        self._free: SimpleQueue[None] = SimpleQueue()

    def acquire(self, timeout: float | None = None) -> bool:
        """Wait for a place, and tell whether one became free in time.

        Args:
            timeout: in seconds; None: any time.

        """
        try:
            self._free.get_nowait()
        except Empty:
            return next(self._unused, None) is not None or self._wait(timeout)
        return True

    def _wait(self, timeout: float | None) -> bool:
        try:
            self._free.get(timeout=timeout)
        except Empty:
            return False
        return True

    def release(self) -> None:
        """Give a place back."""
        self._free.put(None)


class HttpClientSlot:
    """The HTTP clients of one process or event loop, and the limit on their connections.

    Args:
        build_client: makes one.
        limiter: a ThreadLimiter, or a semaphore of asyncio; None: no limit.
        process: the id of the process that it belongs to.
        max_connections: the number that the limiter began with.
        calls_per_client: how many calls one client has under way at once; a further call takes
            another client. None: any number.

    """

    def __init__(
        self,
        build_client: Callable[[], Any],
        limiter: Any,
        process: int,
        max_connections: int | None,
        calls_per_client: int | None,
    ) -> None:
        self._build_client = build_client
        self._limiter = limiter
        self.process = process
        self._max_connections = max_connections
        self._calls_per_client = calls_per_client
        self.client = build_client()
        self.clients = [self.client]
        #: One entry for each call that a client can take. The last one that came back goes first,
        #: so that few calls keep few connections. Its methods need no lock.
        self._free = deque([self.client] * (calls_per_client or 0))

    def acquire(self, timeout_s: float | None) -> Any:
        """Wait until one more connection may be used, and return the client to use it with.

        Raises:
            NoFreeConnection: none became free in time.

        """
        if self._limiter is not None and not self._limiter.acquire(timeout=timeout_s):
            raise NoFreeConnection(self._max_connections or 0, timeout_s or 0.0)
        return self._take_client()

    async def acquire_async(self, timeout_s: float | None) -> Any:
        """Wait in the event loop until one more connection may be used, and return its client.

        Raises:
            NoFreeConnection: none became free in time.

        """
        if self._limiter is not None:
            import asyncio

            try:
                async with asyncio.timeout(timeout_s):
                    await self._limiter.acquire()
            except TimeoutError:
                raise NoFreeConnection(self._max_connections or 0, timeout_s or 0.0) from None
        return self._take_client()

    def _take_client(self) -> Any:
        if self._calls_per_client is None:
            return self.client
        try:
            return self._free.pop()
        except IndexError:
            return self._add_client(self._calls_per_client)

    def _add_client(self, calls: int) -> Any:
        try:
            client = self._build_client()
        except BaseException:
            self._let_next_call_in()
            raise
        self.clients.append(client)
        self._free.extend([client] * (calls - 1))
        return client

    def release(self, client: Any) -> None:
        """Let another call use the connection."""
        if self._calls_per_client is not None:
            self._free.append(client)
        self._let_next_call_in()

    def _let_next_call_in(self) -> None:
        if self._limiter is not None:
            self._limiter.release()


class HttpClientSlots:
    """The HTTP clients that were made so far, by the process or event loop that uses them.

    After a fork both processes would read answers from one and the same connection; a connection of
    one event loop cannot be awaited in another.

    Args:
        build_client: makes one.
        max_connections: how many connections each may use at once; None: any number.
        calls_per_client: how many calls one client has under way at once; None: any number.
        is_async: whether the clients are awaited.

    """

    def __init__(
        self,
        build_client: Callable[[], Any],
        max_connections: int | None,
        *,
        calls_per_client: int | None = None,
        is_async: bool,
    ) -> None:
        self._build_client = build_client
        self._max_connections = max_connections
        self._calls_per_client = calls_per_client
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
        return HttpClientSlot(
            self._build_client, limiter, process, self._max_connections, self._calls_per_client
        )

    def _build_limiter(self, max_connections: int) -> Any:
        if not self._is_async:
            return ThreadLimiter(max_connections)
        import asyncio

        return asyncio.Semaphore(max_connections)

    def release(self) -> list[Any]:
        """Forget all clients, and return those that can be closed here."""
        process = os.getpid()
        slot = self._slots.pop(self._find_owner(process), None)
        self._slots.clear()
        return slot.clients if slot is not None and slot.process == process else []
