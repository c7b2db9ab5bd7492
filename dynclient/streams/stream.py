"""A stream that waits for its items."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dynclient.errors import BrokenStream, ClientError, TransportError
from dynclient.plan.streamed_items import StreamFormat
from dynclient.streams.download import FileDownload
from dynclient.streams.stream_state import ChooseNext, StreamState
from dynclient.wire.message import Request


class Stream(StreamState):
    """The result of a call, read while it comes: `with operation.stream(…) as items:`.

    Iterating over it yields what the media type has: server-sent events as objects, the values of
    JSON Lines and JSON text sequences, the parts of multipart, the lines of other text, the value
    of JSON, and the chunks of anything else. Each item is checked by `itemSchema`, or by the
    response schema. An item that is refused raises; the next one can be read all the same.
    """

    def __enter__(self) -> Self:
        self._open(self.request)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, unless the whole body was read."""
        self._is_over = True
        if self._body is not None:
            self._body.close()

    def _open(self, request: Request) -> None:
        exchange = self._source.begin_exchange(request)
        response = self._source.send(exchange._replace(is_streamed=True))
        try:
            self._begin(request, response)
        except BaseException:
            if response.open_body is not None:
                response.open_body.close()
            raise

    # --- reading

    def items(self, stream_format: StreamFormat | None = None) -> Iterator[Any]:
        """Return the items, read as some format whatever the media type says.

        Args:
            stream_format: `json lines`, `json sequence`, `event stream`, `parts`, `value`, `lines`
                or `chunks`; None: what the media type says.

        """
        self._choose_format(stream_format)
        return self

    def lines(self) -> Iterator[str]:
        """Return the lines of the body as text, without their ends."""
        return self.items("lines")

    def chunks(self) -> Iterator[bytes]:
        """Return the body in chunks of bytes as they come, its content coding undone."""
        return self.items("chunks")

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        """Wait for the next item.

        Raises:
            InvalidResponse: under `raise`, the item does not fit the document.
            DecodeError: the item is not what the media type says.
            BrokenStream: the stream broke off; `.item_count` items came before.
            TimedOut: nothing came for too long.

        """
        try:
            while True:
                found = self._find_item()
                if found is not None:
                    return found[0]
                if self._is_over:
                    raise StopIteration
                self._read_piece()
        except BrokenStream:
            self.close()
            raise

    def _read_piece(self) -> None:
        try:
            piece = self._body.read_piece()
        except TransportError as error:
            self._open_again(error, self._begin_reconnect, self._open)
        else:
            self._take_piece(piece)

    # --- saving

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the body to a file, and return its path: `operation.stream(…).save("a.zip")`.

        The file is in its place when it is complete. What a broken download left beside it is
        continued by the next one to the same file, and under `reconnect` at once, where the server
        offers ranges and names the state of the file. Nothing of the body is checked.

        Args:
            file: its path.

        Raises:
            UsageError: the file cannot be written; nothing was sent.
            BrokenStream: the download broke off; `.byte_count` says how many bytes came.
            TimedOut: nothing came for too long.

        """
        observer = self._build_observer(file)
        download = self._build_download(file, observer.observe)
        try:
            self._open_download(download)
            while not download.is_complete:
                self._read_download(download)
        finally:
            observer.finish()
            download.abandon()
            self.close()
        return download.file

    def _open_download(self, download: FileDownload) -> None:
        request = download.begin()
        if self._head is None:
            self._open_part(download, request)
        else:
            download.take_head(self._wire_status, self.result)

    def _open_part(self, download: FileDownload, request: Request) -> None:
        try:
            self._open(request)
        except ClientError as error:
            another = download.take_refusal(error)
            if another is None:
                return
            self._open(another)
        download.take_head(self._wire_status, self.result)

    def _read_download(self, download: FileDownload) -> None:
        try:
            piece = self._body.read_piece()
            download.take_piece(piece)
        except TransportError as error:
            self._open_again(error, download.begin_continuation, partial(self._open_part, download))

    # --- going on

    def _open_again(
        self, error: TransportError, choose_next: ChooseNext, open_body: Callable[[Request], None]
    ) -> None:
        """Open the body again after a failure, as often as is allowed; else raise what broke it."""
        while True:
            request, delay_s = choose_next(error)
            self._source.clock.sleep(delay_s)
            try:
                open_body(request)
            except TransportError as another:
                error = another
            else:
                return
