"""Network streams of httpcore that note how far a request came, and keep the deadline of its call.

Source: httpcore's NetworkBackend and NetworkStream, and their asynchronous mirrors.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

from dynclient.transport.deadline import Deadline
from dynclient.transport.send_progress import begin_phase, current_send, get_deadline


def watch_connections(client: Any) -> None:
    """Have all connections of an HTTP client of our own note how far a request came.

    The library has no public way to give its pools another backend. Where it has none of these
    attributes, no request is sent again after a stale connection, and a deadline is looked at
    between chunks only.
    """
    transports = [getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()]
    for transport in transports:
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None:
            is_async = hasattr(pool, "handle_async_request")
            watched = _AsyncBackend(backend) if is_async else _SyncBackend(backend)
            pool._network_backend = watched  # noqa: SLF001 (as above)


class _StreamState:
    """What both kinds of streams share."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._has_answered = False

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _note_write(self) -> None:
        progress = current_send.get()
        if progress is not None:
            progress.phase = "write"
            if not progress.has_answer:
                progress.is_connection_reused = self._has_answered

    def _note_read(self, data: bytes) -> None:
        progress = current_send.get()
        if data:
            self._has_answered = True
            if progress is not None:
                progress.has_answer = True


class _SyncStream(_StreamState):
    """A stream whose every wait ends with the deadline of the call.

    Args:
        stream: that of httpcore.
        tls_layers: how many there are; two where a proxy is spoken to by TLS as well.

    """

    def __init__(self, stream: Any, tls_layers: int = 0) -> None:
        super().__init__(stream)
        self._tls_layers = tls_layers

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limit = begin_phase("read", timeout)
        with self._limit_waits(self._tls_layers):
            data: bytes = self._stream.read(max_bytes, limit)
        self._note_read(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._note_write()
        limit = begin_phase("write", timeout)
        deadline = get_deadline()
        if deadline is None or self._tls_layers > 1:
            with self._limit_waits(self._tls_layers):
                self._stream.write(buffer, limit)
            return
        from dynclient.transport.bounded_waits import send_all  # Few calls have a deadline.

        errors = _get_library(self._stream)
        try:
            send_all(self.get_extra_info("socket"), buffer, deadline, timeout)
        except TimeoutError as error:
            raise errors.WriteTimeout(str(error)) from error
        except OSError as error:
            raise errors.WriteError(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **kwargs: Any) -> _SyncStream:
        kwargs["timeout"] = begin_phase("connect", kwargs.get("timeout"))
        layers = self._tls_layers + 1
        with self._limit_waits(layers):
            return _SyncStream(self._stream.start_tls(*args, **kwargs), layers)

    def _limit_waits(self, tls_layers: int) -> contextlib.AbstractContextManager[None]:
        """Return what ends all waits of TLS inside TLS, which knows timeouts of each piece only."""
        deadline = get_deadline() if tls_layers > 1 else None
        if deadline is None:
            return _UNBOUND
        from dynclient.transport.bounded_waits import cut_at  # Few calls have a deadline.

        return cut_at(self.get_extra_info("socket"), deadline)


_UNBOUND = contextlib.nullcontext()


class _AsyncStream(_StreamState):
    """What waits for it is bounded by the runner, which cancels it."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's signature)
        _note_phase("read")
        data: bytes = await self._stream.read(max_bytes, timeout)
        self._note_read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's signature)
        self._note_write()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        _note_phase("connect")
        return _AsyncStream(await self._stream.start_tls(*args, **kwargs))


class _SyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, host: str, port: int, **kwargs: Any) -> _SyncStream:
        begin_phase("connect", None)
        deadline = get_deadline()
        if deadline is None:
            return _SyncStream(self._backend.connect_tcp(host, port, **kwargs))
        return self._connect_by_deadline(host, port, deadline, kwargs)

    def _connect_by_deadline(
        self, host: str, port: int, deadline: Deadline, options: dict[str, Any]
    ) -> _SyncStream:
        """Connect with the first address that answers; each has its share of the time left."""
        from dynclient.transport.bounded_waits import resolve_host  # Few calls have a deadline.

        library = _get_library(self._backend)
        timeout = options.pop("timeout", None)
        try:
            addresses = resolve_host(host, port, deadline)
        except OSError as error:
            raise library.ConnectError(str(error)) from error
        failure: Exception | None = None
        for count, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share_s = deadline.limit(None) / count
            limit = share_s if timeout is None else min(timeout, share_s)
            try:
                stream = self._backend.connect_tcp(address, port, timeout=limit, **options)
                return _SyncStream(stream)
            except (library.ConnectError, library.ConnectTimeout) as error:
                failure = error
        raise failure or library.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> _SyncStream:
        kwargs["timeout"] = begin_phase("connect", kwargs.get("timeout"))
        return _SyncStream(self._backend.connect_unix_socket(*args, **kwargs))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _AsyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        _note_phase("connect")
        return _AsyncStream(await self._backend.connect_tcp(*args, **kwargs))

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        _note_phase("connect")
        return _AsyncStream(await self._backend.connect_unix_socket(*args, **kwargs))

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


def _get_library(thing: Any) -> Any:
    """Return the module, httpcore or httpcore2, that a stream or backend belongs to."""
    return importlib.import_module(type(thing).__module__.partition(".")[0])


def _note_phase(phase: str) -> None:
    progress = current_send.get()
    if progress is not None:
        progress.phase = phase
