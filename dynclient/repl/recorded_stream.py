"""Streams of the console: each is an exchange of its history."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dynclient.client.stream_source import StreamSource
from dynclient.plan.streamed_items import StreamFormat
from dynclient.repl.history import ReadItems
from dynclient.streams import AsyncStream, Stream
from dynclient.streams.stream_state import StreamState

if TYPE_CHECKING:
    from dynclient.repl.recording_client import RunningExchange

#: Keeps an exchange that is made in a block.
RecordExchange = Callable[["RunningExchange"], AbstractContextManager[None]]


class _StreamRecorder(StreamState):
    """Notes what is read of a stream.

    Args:
        source: the call.
        exchange: that of the call.
        record: keeps the exchange when the stream is opened.

    """

    def __init__(
        self, source: StreamSource, exchange: RunningExchange, record: RecordExchange
    ) -> None:
        super().__init__(source)
        self._exchange = exchange
        self._record = record
        self._read = ReadItems()
        exchange.request = source.request
        exchange.read_items = self._read

    def _choose_format(self, stream_format: StreamFormat | None) -> None:
        super()._choose_format(stream_format)
        self._read.stream_format = stream_format

    def _find_item(self) -> tuple[Any] | None:
        found = super()._find_item()
        if found is not None:
            self._read.add(found[0])
        return found

    def _take_piece(self, piece: bytes | None) -> None:
        super()._take_piece(piece)
        self._read.is_whole = piece is None


class RecordingStream(_StreamRecorder, Stream):
    """A stream like any other, which is in the history."""

    def __enter__(self) -> Self:
        with self._record(self._exchange):
            super().__enter__()
            self._exchange.result = self.result
        return self

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the body to a file, as `Stream` does."""
        self._read.file = os.fspath(file)
        if self.has_response:
            return super().save(file)
        with self._record(self._exchange):
            path = super().save(file)
            self._exchange.result = self.result
        return path


class RecordingAsyncStream(_StreamRecorder, AsyncStream):
    """An asynchronous stream like any other, which is in the history."""

    async def __aenter__(self) -> Self:
        with self._record(self._exchange):
            await super().__aenter__()
            self._exchange.result = self.result
        return self

    async def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the body to a file, as `AsyncStream` does."""
        self._read.file = os.fspath(file)
        if self.has_response:
            return await super().save(file)
        with self._record(self._exchange):
            path = await super().save(file)
            self._exchange.result = self.result
        return path
