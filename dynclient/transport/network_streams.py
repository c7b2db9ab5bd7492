"""Network streams of httpcore that note whether a connection is reused, and has answered.

Source: httpcore's NetworkBackend and NetworkStream, and their asynchronous mirrors.
"""

from __future__ import annotations

from typing import Any

from dynclient.transport.send_progress import current_send


def watch_connections(client: Any) -> None:
    """Have all connections of an HTTP client of our own note how far a request came.

    The library has no public way to give its pools another backend. Where it has none of these
    attributes, no request is sent again after a stale connection.
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
        if progress is not None and not progress.has_answer:
            progress.is_connection_reused = self._has_answered

    def _note_read(self, data: bytes) -> None:
        progress = current_send.get()
        if data:
            self._has_answered = True
            if progress is not None:
                progress.has_answer = True


class _SyncStream(_StreamState):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._stream.read(max_bytes, timeout)
        self._note_read(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._note_write()
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **kwargs: Any) -> _SyncStream:
        return _SyncStream(self._stream.start_tls(*args, **kwargs))


class _AsyncStream(_StreamState):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's signature)
        data: bytes = await self._stream.read(max_bytes, timeout)
        self._note_read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's signature)
        self._note_write()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        return _AsyncStream(await self._stream.start_tls(*args, **kwargs))


class _SyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, *args: Any, **kwargs: Any) -> _SyncStream:
        return _SyncStream(self._backend.connect_tcp(*args, **kwargs))

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> _SyncStream:
        return _SyncStream(self._backend.connect_unix_socket(*args, **kwargs))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _AsyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        return _AsyncStream(await self._backend.connect_tcp(*args, **kwargs))

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        return _AsyncStream(await self._backend.connect_unix_socket(*args, **kwargs))

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)
