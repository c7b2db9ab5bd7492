"""Bodies of responses that are read while they come: the call keeps its connection until then."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.transport.deadline import DeadlineReached
from dynclient.transport.response_body import ResponseBody
from dynclient.transport.send_progress import SendProgress, current_send

if TYPE_CHECKING:
    import asyncio

#: Error → our error for it; the same where it is another one.
WrapError = Callable[[BaseException], BaseException]


def _release_nothing() -> None:
    """Stand for the release of a connection that is not counted."""


class BodySource:
    """What both kinds of open bodies share: where the bytes come from, and what ends the call.

    Args:
        raw: the HTTP library's response, whose body nobody has read.
        body: undoes the content coding.
        progress: of the request.
        wrap_error: makes our error of one of the HTTP library.

    """

    def __init__(
        self, raw: Any, body: ResponseBody, progress: SendProgress, wrap_error: WrapError
    ) -> None:
        self._raw = raw
        self._body = body
        self._progress = progress
        self._wrap_error = wrap_error
        self._pieces: Iterator[bytes] = iter(())
        self._release: Callable[[], None] = _release_nothing
        self.is_closed = False

    def hold_connection(self, release: Callable[[], None]) -> None:
        """Keep a connection: `release` lets another call use it, once this body is closed."""
        self._release = release

    def _release_connection(self) -> None:
        """Let another call use the connection; only the first time counts."""
        release, self._release = self._release, _release_nothing
        release()

    def _take_piece(self) -> bytes | None:
        """Return the next piece of what came so far, None where more has to come."""
        return next(self._pieces, None)


class OpenBody(BodySource):
    """The body of a response, read piece by piece; its call keeps a connection until it is closed.

    Its arguments are those of `BodySource`.
    """

    def __init__(self, raw: Any, *args: Any) -> None:
        super().__init__(raw, *args)
        self._chunks: Any = raw.iter_raw()

    def read_piece(self) -> bytes | None:
        """Wait for the next piece; None is the end, and closes the body.

        Raises:
            TransportError: the connection broke, or the piece cannot be decoded.

        """
        if self.is_closed:
            return None
        try:
            return self._read_piece()
        except BaseException as error:
            self.close()
            wrapped = self._wrap_error(error)
            if wrapped is error:
                raise
            raise wrapped from error

    def _read_piece(self) -> bytes | None:
        while True:
            piece = self._take_piece()
            if piece is not None:
                return piece
            token = current_send.set(self._progress)
            try:
                chunk = next(self._chunks, None)
            finally:
                current_send.reset(token)
            if chunk is None:
                self._body.end()
                self.close()
                return None
            self._pieces = self._body.decode_chunk(chunk)

    def close(self) -> None:
        """Close the connection, unless the whole body was read, and let another call use it."""
        if self.is_closed:
            return
        self.is_closed = True
        try:
            # Closing may fail on a connection that is broken, and tells nothing new then.
            with contextlib.suppress(Exception):
                self._chunks.close()
            with contextlib.suppress(Exception):
                self._raw.close()
        finally:
            self._release_connection()

    def __del__(self) -> None:
        self.close()


class AsyncOpenBody(BodySource):
    """The body of a response, awaited piece by piece, as `OpenBody` is."""

    def __init__(self, raw: Any, *args: Any) -> None:
        import asyncio  # It takes 20 ms, which a client that waits does not need.

        super().__init__(raw, *args)
        self._chunks: AsyncIterator[bytes] = raw.aiter_raw()
        self._loop = asyncio.get_running_loop()

    async def read_piece(self) -> bytes | None:
        """Await the next piece; None is the end, and closes the body.

        Raises:
            TransportError: the connection broke, or the piece cannot be decoded.

        """
        if self.is_closed:
            return None
        try:
            return await self._read_piece()
        except BaseException as error:  # a cancellation too: nobody can read on after it
            await self.close()
            wrapped = self._wrap_error(error)
            if wrapped is error:
                raise
            raise wrapped from error

    async def _read_piece(self) -> bytes | None:
        while True:
            piece = self._take_piece()
            if piece is not None:
                return piece
            token = current_send.set(self._progress)
            try:
                chunk = await self._read_chunk()
            finally:
                current_send.reset(token)
            if chunk is None:
                self._body.end()
                await self.close()
                return None
            self._pieces = self._body.decode_chunk(chunk)

    async def _read_chunk(self) -> bytes | None:
        deadline = self._progress.deadline
        if deadline is None:
            return await anext(self._chunks, None)
        import asyncio

        scope = asyncio.timeout(deadline.remaining_s)
        try:
            async with scope:
                return await anext(self._chunks, None)
        except TimeoutError:
            if not scope.expired():
                raise
            raise DeadlineReached from None

    async def close(self) -> None:
        """Close the connection, unless the whole body was read, and let another call use it."""
        if self.is_closed:
            return
        self.is_closed = True
        try:
            await _close_response(self._chunks, self._raw)
        finally:
            self._release_connection()

    def __del__(self) -> None:
        """Close in the event loop what nobody can await any more."""
        if self.is_closed or self._loop.is_closed():
            return
        self.is_closed = True
        # Garbage is collected in any thread; RuntimeError: the loop was closed just now.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(
                _begin_closing, self._loop, self._chunks, self._raw, self._release
            )


#: Closing goes on after its body is gone, and tasks that nobody holds are collected.
_closing: set[asyncio.Task[None]] = set()


def _begin_closing(
    loop: asyncio.AbstractEventLoop, chunks: Any, raw: Any, release: Callable[[], None]
) -> None:
    release()
    task = loop.create_task(_close_response(chunks, raw))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


async def _close_response(chunks: Any, raw: Any) -> None:
    # Closing may fail on a connection that is broken, and tells nothing new then.
    with contextlib.suppress(Exception):
        await chunks.aclose()
    with contextlib.suppress(Exception):
        await raw.aclose()
