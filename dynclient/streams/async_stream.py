"""A stream whose items are awaited."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from inspect import isawaitable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dynclient.errors import BrokenStream, ClientError, TransportError
from dynclient.plan.streamed_items import StreamFormat
from dynclient.streams.download import FileDownload
from dynclient.streams.stream_state import ChooseNext, StreamState
from dynclient.wire.message import Request


class AsyncStream(StreamState):
    """The result of a call, awaited while it comes: `async with operation.stream(…) as items:`.

    It yields what `Stream` does.
    """

    async def __aenter__(self) -> Self:
        await self._open(self.request)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection, unless the whole body was read."""
        self._is_over = True
        if self._body is not None:
            await _finish(self._body.close())

    async def _open(self, request: Request) -> None:
        exchange = self._source.begin_exchange(request)
        response = await self._source.send(exchange._replace(is_streamed=True))
        try:
            self._begin(request, response)
        except BaseException:
            if response.open_body is not None:
                await _finish(response.open_body.close())
            raise

    # --- reading

    def items(self, stream_format: StreamFormat | None = None) -> AsyncIterator[Any]:
        """Return the items, read as some format whatever the media type says, as `Stream` does."""
        self._choose_format(stream_format)
        return self

    def lines(self) -> AsyncIterator[str]:
        """Return the lines of the body as text, without their ends."""
        return self.items("lines")

    def chunks(self) -> AsyncIterator[bytes]:
        """Return the body in chunks of bytes as they come, its content coding undone."""
        return self.items("chunks")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        """Await the next item; it raises what `Stream` does."""
        try:
            while True:
                found = self._find_item()
                if found is not None:
                    return found[0]
                if self._is_over:
                    raise StopAsyncIteration
                await self._read_piece()
        except BrokenStream:
            await self.close()
            raise

    async def _read_piece(self) -> None:
        try:
            piece = await _finish(self._body.read_piece())
        except TransportError as error:
            await self._open_again(error, self._begin_reconnect, self._open)
        else:
            self._take_piece(piece)

    # --- saving

    async def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the body to a file, and return its path; awaited, as `Stream` does it."""
        observer = self._build_observer(file)
        download = self._build_download(file, observer.observe)
        try:
            await self._open_download(download)
            while not download.is_complete:
                await self._read_download(download)
        finally:
            observer.finish()
            download.abandon()
            await self.close()
        return download.file

    async def _open_download(self, download: FileDownload) -> None:
        request = download.begin()
        if self._head is None:
            await self._open_part(download, request)
        else:
            download.take_head(self._wire_status, self.result)

    async def _open_part(self, download: FileDownload, request: Request) -> None:
        try:
            await self._open(request)
        except ClientError as error:
            another = download.take_refusal(error)
            if another is None:
                return
            await self._open(another)
        download.take_head(self._wire_status, self.result)

    async def _read_download(self, download: FileDownload) -> None:
        try:
            piece = await _finish(self._body.read_piece())
            download.take_piece(piece)
        except TransportError as error:
            await self._open_again(
                error, download.begin_continuation, partial(self._open_part, download)
            )

    # --- going on

    async def _open_again(
        self,
        error: TransportError,
        choose_next: ChooseNext,
        open_body: Callable[[Request], Awaitable[None]],
    ) -> None:
        """Open the body again after a failure, as often as is allowed; else raise what broke it."""
        while True:
            request, delay_s = choose_next(error)
            await self._source.clock.sleep_async(delay_s)
            try:
                await open_body(request)
            except TransportError as another:
                error = another
            else:
                return


async def _finish(step: Any) -> Any:
    """Return what a step of a body gives; that of a sandbox needs no awaiting."""
    return await step if isawaitable(step) else step
