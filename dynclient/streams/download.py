"""A result saved in a file: the steps of a download, which knows neither threads nor tasks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from dynclient.errors import BrokenStream, ClientError, TimedOut, TransportError
from dynclient.plan.results import Result
from dynclient.streams.byte_ranges import (
    PARTIAL_CONTENT,
    RANGE_NOT_SATISFIABLE,
    build_download_request,
    find_validator,
    read_range,
    read_unsatisfied_size,
)
from dynclient.streams.partial_file import PartialFile
from dynclient.streams.reconnection import choose_reconnect_delay
from dynclient.transport.exchange import describe_request
from dynclient.wire.message import Request

#: How many bytes are there, how many there will be; None where that is unknown.
ObserveBytes = Callable[[int, int | None], None]


class FileDownload:
    """One download.

    Args:
        file: where the result goes.
        request: what is downloaded.
        reconnects: how often in a row it is continued without a new byte.
        observe: is told how far it is.

    """

    def __init__(
        self, file: str | os.PathLike[str], request: Request, reconnects: int, observe: ObserveBytes
    ) -> None:
        self._request = request
        self._reconnects = reconnects
        self._observe = observe
        self._partial = PartialFile(Path(file).resolve(), request)
        self._size_bytes: int | None = None
        self._attempts = 0
        self.is_complete = False

    @property
    def file(self) -> Path:
        """The file that the result is in."""
        return self._partial.target

    def begin(self) -> Request:
        """Take the file, and return the request to send.

        Raises:
            UsageError: the file cannot be written.

        """
        self._partial.open()
        return self._build_request()

    def _build_request(self) -> Request:
        partial = self._partial
        return build_download_request(self._request, partial.size_bytes, partial.validator)

    def take_head(self, status: int, head: Result) -> None:
        """Take in status and headers of a response.

        Raises:
            BrokenStream: it is another part than that which was asked for.

        """
        partial = self._partial
        found = read_range(status, head.headers)
        if found is None or found.start not in (0, partial.size_bytes):
            partial.restart("")
            text = f"{describe_request(self._request)}: another part came than was asked for"
            raise BrokenStream(text, request=self._request, status=status, attempts=head.attempts)
        if status != PARTIAL_CONTENT or found.start == 0:
            partial.restart(find_validator(status, head.headers))
        self._size_bytes = found.size_bytes
        self._observe(partial.size_bytes, self._size_bytes)

    def take_refusal(self, error: ClientError) -> Request | None:
        """Return what to send where a server has no such part; None where the file is complete.

        Raises:
            ClientError: it is another refusal.

        """
        partial = self._partial
        if error.status != RANGE_NOT_SATISFIABLE or not partial.size_bytes:
            raise error
        if read_unsatisfied_size(error.result.headers) == partial.size_bytes:
            self._partial.finish()
            self.is_complete = True
            return None
        partial.restart("")
        return self._build_request()

    def take_piece(self, piece: bytes | None) -> None:
        """Add a piece; None is the end, which puts the file in its place.

        Raises:
            BrokenStream: it ends before all of it came.

        """
        if piece is None:
            self._end()
            return
        self._partial.write(piece)
        self._attempts = 0
        self._observe(self._partial.size_bytes, self._size_bytes)

    def _end(self) -> None:
        came, size_bytes = self._partial.size_bytes, self._size_bytes
        if size_bytes is not None and came < size_bytes:
            text = f"the body ended after {came:,} of {size_bytes:,} bytes"
            raise BrokenStream(f"{describe_request(self._request)}: {text}", request=self._request)
        self._partial.finish()
        self.is_complete = True

    def abandon(self) -> None:
        """Stop, and keep what can be continued."""
        self._partial.abandon()

    def begin_continuation(self, error: TransportError) -> tuple[Request, float]:
        """Return what to send after a failure, and after how many seconds.

        Raises:
            TransportError: the failure stands.

        """
        if not self._partial.validator or self._attempts >= self._reconnects:
            raise self._build_error(error) from error.__cause__
        self._attempts += 1
        return self._build_request(), choose_reconnect_delay(self._attempts, None)

    def _build_error(self, error: TransportError) -> TransportError:
        """Return the error of a connection as one of the download: how much of it is kept."""
        size_bytes, is_kept = self._partial.size_bytes, bool(self._partial.validator)
        data = {key: value for key, value in vars(error).items() if key not in ("headline", "hint")}
        data["byte_count"] = size_bytes
        headline = f"{error.headline}; {size_bytes:,} bytes came before"
        hint = error.hint
        if is_kept and size_bytes:
            hint = "save to the same file again: it goes on from there"
        kind = TimedOut if isinstance(error, TimedOut) else BrokenStream
        return kind(headline, hint=hint, **data)
