"""The body of a response as it comes in: decoded, and never larger than is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from dynclient.model import find_sequence_format
from dynclient.transport.content_coding import ContentDecoder, build_decoders
from dynclient.wire import media

MAX_RESPONSE_BYTES = 256 * 1024 * 1024

#: `[{},{},…]` takes 3 bytes a value, and 72 in memory: some 60 KB of gzip become gigabytes.
MAX_RESPONSE_VALUES = 3_000_000

#: How much longer than the limit a body may be on the wire: a coding adds a little to what it
#: cannot shrink.
_SLACK_BYTES = 64 * 1024

#: Source: RFC 9110 §6.4.1, §15.4.5.
_BODILESS_STATUSES = frozenset({204, 304})


class BodySink(Protocol):
    """Where the body of a response goes that is not to be held in memory."""

    def takes(self, status: int, headers: Mapping[str, str]) -> bool:
        """Tell whether the body of this response is accepted; it replaces an earlier one."""

    def write(self, piece: bytes) -> None:
        """Take a piece, its content coding undone."""


class BodyTooLarge(Exception):
    """A body is larger than is allowed; `.limit` says how much is."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit:,} bytes")
        self.limit = limit


class TooManyValues(Exception):
    """A body has more values than are allowed; `.limit` says how many are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body has more than {limit:,} values")
        self.limit = limit


class ResponseBody:
    """A body that is coming in.

    Args:
        method: of the request.
        status: of the response.
        headers: of the response.
        limit: how many bytes it may have, coding undone; None: any number.
        write: takes the pieces, which are then not held here.

    Raises:
        TooLarge: the Content-Length says so already.
        Undecodable: its content coding cannot be undone here.

    """

    def __init__(
        self,
        method: str,
        status: int,
        headers: Mapping[str, str],
        limit: int | None,
        write: Callable[[bytes], None] | None = None,
    ) -> None:
        coding = headers.get("content-encoding", "")
        has_body = method != "HEAD" and status not in _BODILESS_STATUSES
        self._decoders: list[ContentDecoder] = build_decoders(coding) if coding and has_body else []
        self._limit = limit
        self._parts: list[bytes] = []
        self.is_in_sink = write is not None
        self._write = write or self._parts.append
        self._remaining_bytes = self._remaining_coded_bytes = (
            float("inf") if limit is None else limit
        )
        self._remaining_coded_bytes += _SLACK_BYTES
        length = headers.get("content-length", "")
        if limit is not None and has_body and length.isdecimal() and self._is_beyond_limit(length):
            raise BodyTooLarge(limit)

    def _is_beyond_limit(self, length: str) -> bool:
        room = self._remaining_coded_bytes if self._decoders else self._remaining_bytes
        return len(length) > 18 or int(length) > room  # noqa: PLR2004 (digits: more than any machine holds)

    def feed(self, chunk: bytes) -> None:
        """Take in what came.

        Raises:
            TooLarge: it is more than is allowed.
            Undecodable: it is not coded as it says.

        """
        if not self._decoders:
            self._keep(chunk)
            return
        self._remaining_coded_bytes -= len(chunk)
        if self._remaining_coded_bytes < 0:
            raise BodyTooLarge(self._limit or 0)
        for piece in _decode_chain(chunk, self._decoders):
            self._keep(piece)

    def decode_chunk(self, chunk: bytes) -> Iterator[bytes]:
        """Return what came in pieces of bounded size, none of which is held here.

        Raises:
            Undecodable: it is not coded as it says.

        """
        return _decode_chain(chunk, self._decoders)

    def _keep(self, piece: bytes) -> None:
        self._remaining_bytes -= len(piece)
        if self._remaining_bytes < 0:
            self._parts.clear()
            raise BodyTooLarge(self._limit or 0)
        self._write(piece)

    def end(self) -> bytes:
        """Return the whole.

        Raises:
            Undecodable: something is missing.

        """
        for decoder in self._decoders:
            decoder.finish()
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


_JSON_STRING = rb'(?s)"[^"\\]*(?:\\.[^"\\]*)*"'


def check_value_count(body: bytes, content_type: str, limit: int | None) -> None:
    """Count the values that a body will become, before anything is made of it.

    Args:
        body: its bytes, content coding undone.
        content_type: of the response; without one it may be read as JSON.
        limit: how many values it may have; None: any number.

    Raises:
        TooManyValues: it has more.

    """
    if limit is None or len(body) <= limit:
        return
    if count_values(body, content_type) > limit:
        # What stands inside strings is counted too above: that is quick, and often enough.
        is_json = not content_type or media.is_json(content_type)
        if not is_json or count_values(re.sub(_JSON_STRING, b"0", body), content_type) > limit:
            raise TooManyValues(limit)


def count_values(body: bytes, content_type: str) -> int:
    """Return at most how many values a body holds; 1 of text and octets."""
    if not content_type or media.is_json(content_type):
        return 1 + sum(map(body.count, (b",", b"[", b"{")))
    if media.is_multipart(content_type):
        return 1 + body.count(b"\n--")
    if find_sequence_format(content_type) is not None:
        return 1 + sum(map(body.count, (b",", b"[", b"{", b"\n", b"\r", b"\x1e")))
    return 1 + body.count(b"&") if media.is_composed(content_type) else 1


def _decode_chain(chunk: bytes, chain: list[ContentDecoder]) -> Iterator[bytes]:
    if not chain:
        yield chunk
        return
    for piece in chain[0].decode(chunk):
        yield from _decode_chain(piece, chain[1:])
