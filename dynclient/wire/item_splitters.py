"""The items of a body, told apart while its bytes come in: lines, JSON text sequences, events.

Each splitter is fed the bytes in pieces of any size; where the pieces end changes nothing. It holds
no more than one item, which has a limit.

Source: JSON Lines (jsonlines.org); RFC 7464 (JSON text sequences); WHATWG HTML §9.2.6 (event
streams).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

#: The byte before each text of a JSON text sequence. Source: RFC 7464 §2.2.
RECORD_SEPARATOR = b"\x1e"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

#: How many bytes of a JSON text of many lines are read in vain, besides as many as it has.
_TRIED_SLACK_BYTES = 16 * 1024

_LINE_END = re.compile(rb"\r\n|\n|\r")
_RETRY = re.compile(r"[0-9]{1,18}")
_BLANK_LINE_END = re.compile(r"[ \t\r]*\n")


class ItemTooLarge(ValueError):
    """An item is larger than is allowed; `.limit` says how many bytes are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"an item is larger than {limit:,} bytes")
        self.limit = limit


class MalformedItem(NamedTuple):
    """Bytes that are no item, and why; the items after them can be read all the same."""

    reason: str


class ItemSplitter(Protocol):
    """Tells the items of a body apart."""

    def feed(self, data: bytes) -> Iterator[Any]:
        """Yield the items that are complete with some more bytes, not yet decoded.

        Raises:
            ItemTooLarge: an item is beyond the limit; nothing more can be read.
            ValueError: nothing can be read of these bytes.

        """

    def end(self) -> Iterator[Any]:
        """Yield what is left at the end of the body.

        Raises:
            ValueError: the end of the last item is missing.

        """


class ItemBuffer:
    """The bytes of an item that came so far.

    Args:
        limit: how many there may be; None: any number.

    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self.size_bytes = 0

    def add(self, data: bytes) -> None:
        """Add some bytes.

        Raises:
            ItemTooLarge: they are more than is allowed; nothing is held any more.

        """
        self.size_bytes += len(data)
        if self._limit is not None and self.size_bytes > self._limit:
            self.clear()
            raise ItemTooLarge(self._limit)
        if data:
            self._parts.append(data)

    def take(self, end: bytes) -> bytes:
        """Return the item that ends with some bytes; another one begins.

        Raises:
            ItemTooLarge: it has more than is allowed.

        """
        if self.size_bytes:
            self.add(end)
            end = self.join()
            self.clear()
        elif self._limit is not None and len(end) > self._limit:
            raise ItemTooLarge(self._limit)
        return end

    def join(self) -> bytes:
        """Return the bytes."""
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def clear(self) -> None:
        """Forget the bytes: another item begins."""
        self._parts, self.size_bytes = [], 0


class LineSplitter:
    """Yields lines without their ends; of JSON Lines those that are not blank.

    Args:
        limit: how many bytes a line may have; None: any number.
        keeps_blank: whether a blank line is an item.

    """

    def __init__(self, limit: int | None = None, *, keeps_blank: bool = False) -> None:
        self._buffer = ItemBuffer(limit)
        self._keeps_blank = keeps_blank
        self._is_first = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines that are complete now."""
        *ends, rest = data.split(b"\n")
        for end in ends:
            line = self._buffer.take(end)
            if self._is_first:
                line = self._skip_mark(line)
            if self._keeps_blank:
                yield line.removesuffix(b"\r")
            elif line.strip():
                yield line
        self._buffer.add(rest)

    def end(self) -> Iterator[bytes]:
        """Yield the last line, where no line end is after it."""
        if self._buffer.size_bytes:
            yield from self.feed(b"\n")

    def _skip_mark(self, line: bytes) -> bytes:
        """Return the first line without a byte order mark."""
        self._is_first = False
        return line.removeprefix(_BYTE_ORDER_MARK)


class RecordSplitter:
    """Yields the texts of a JSON text sequence.

    A text is complete at the next record separator, and as soon as a line end is after a whole JSON
    text: a stream that is slow would show each item only when the next one begins.

    Args:
        is_json: whether some bytes are one whole JSON text.
        limit: how many bytes a text may have; None: any number.

    """

    def __init__(self, is_json: Callable[[bytes], bool], limit: int | None = None) -> None:
        self._is_json = is_json
        self._buffer = ItemBuffer(limit)
        self._is_begun = False
        self._is_complete = False
        self._tried_bytes = 0

    def feed(self, data: bytes) -> Iterator[bytes | MalformedItem]:
        """Yield the texts that are complete now."""
        *ends, rest = data.split(RECORD_SEPARATOR)
        is_text = self._is_begun and not self._is_complete
        for end in ends:
            record = self._buffer.take(end)
            content = record.strip()
            if content and not is_text:
                yield _UNSEPARATED
            elif b"\n" in content:
                yield from self._read_lines(record)
            elif content:
                yield record
            is_text = True
        if ends:
            self._is_begun, self._is_complete, self._tried_bytes = True, False, 0
        self._buffer.add(rest)
        if data.endswith(b"\n") and not self._is_complete:
            yield from self._try_text()

    def _try_text(self) -> Iterator[bytes]:
        size_bytes = self._buffer.size_bytes
        if not self._is_begun or self._tried_bytes > _TRIED_SLACK_BYTES + size_bytes:
            return
        self._tried_bytes += size_bytes
        text = self._buffer.join()
        if text.strip() and self._is_json(text):
            self._is_complete = True
            self._buffer.clear()
            yield text

    def _read_lines(self, record: bytes) -> Iterator[bytes | MalformedItem]:
        """Yield the text of a record of several lines; what is after the text is no item."""
        end = 0 if self._is_json(record) else _find_first_text_end(record)
        if end and record[end:].strip():
            # It would have been an item if its bytes had come alone.
            yield record[:end]
            yield _UNSEPARATED
        else:
            yield record

    def end(self) -> Iterator[bytes | MalformedItem]:
        """Yield the last text."""
        yield from self.feed(RECORD_SEPARATOR)


_UNSEPARATED = MalformedItem("no record separator is before it")


def _find_first_text_end(text: bytes) -> int:
    """Return where the line ends on which the first JSON text of several does; 0 for none."""
    decoded = text.decode(errors="surrogateescape")  # What follows may be no text.
    start = len(decoded) - len(decoded.lstrip(" \t\r\n"))
    try:
        _, end = json.JSONDecoder().raw_decode(decoded, start)
        line_end = _BLANK_LINE_END.match(decoded, end)
        return len(decoded[: line_end.end()].encode()) if line_end else 0
    except (ValueError, RecursionError):
        return 0


class StreamedEvent(NamedTuple):
    """A server-sent event.

    Attributes:
        fields: `event`, `id` and `retry`, as far as it has them.
        data: its data, as text.

    """

    fields: dict[str, Any]
    data: str


class EventSplitter:
    """Yields the events of an event stream; one without data is none, as the standard has it.

    The last event counts even where no empty line ends it, as nothing of the body is missing.

    Args:
        limit: how many bytes an event may have; None: any number.

    Attributes:
        last_event_id: the id that the stream goes on from where it is opened again; "" for none.
        retry_ms: after how many milliseconds the server wants it to be opened again; None: it did
            not say.

    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._line = ItemBuffer(limit)
        self._skips_newline = False
        self._is_first = True
        self._fields: dict[str, Any] = {}
        self._data: list[str] = []
        self._data_bytes = 0
        self.last_event_id = ""
        self.retry_ms: int | None = None

    def feed(self, data: bytes) -> Iterator[StreamedEvent]:
        """Yield the events that are complete now."""
        if self._skips_newline and data:
            data = data.removeprefix(b"\n")
            self._skips_newline = False
        *ends, rest = _LINE_END.split(data)
        for end in ends:
            line = self._line.take(end)
            if self._is_first:
                line = self._skip_mark(line)
            if line:
                self._add_field(line)
            else:
                yield from self._dispatch()
        self._line.add(rest)
        # A CR ends its line at once; an LF that comes after it is of the same line end.
        self._skips_newline = self._skips_newline or data.endswith(b"\r")

    def end(self) -> Iterator[StreamedEvent]:
        """Yield the last event."""
        self._skips_newline = False
        yield from self.feed(b"\n" if self._line.size_bytes else b"")
        yield from self._dispatch()

    def _skip_mark(self, line: bytes) -> bytes:
        """Return the first line without a byte order mark."""
        self._is_first = False
        return line.removeprefix(_BYTE_ORDER_MARK)

    def _dispatch(self) -> Iterator[StreamedEvent]:
        fields, data = self._fields, self._data
        self._fields, self._data, self._data_bytes = {}, [], 0
        self.last_event_id = fields.get("id", self.last_event_id)
        if data:
            yield StreamedEvent(fields, "\n".join(data))

    def _add_field(self, line: bytes) -> None:
        """Add what a line says to the event; comments and unknown fields say nothing."""
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"data":
            self._data_bytes += len(line)
            if self._limit is not None and self._data_bytes > self._limit:
                raise ItemTooLarge(self._limit)
            self._data.append(text)
        elif name == b"event" or (name == b"id" and "\x00" not in text):
            self._fields[name.decode()] = text
        elif name == b"retry" and _RETRY.fullmatch(text):
            self._fields["retry"] = self.retry_ms = int(text)
