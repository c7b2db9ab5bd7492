"""The parts of a multipart body, told apart while its bytes come in. Source: RFC 2046 §5.1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dynclient.wire.item_splitters import ItemTooLarge

#: How many parts a body may have that is read as a whole.
MAX_PARTS = 10_000

_BOUNDARY = re.compile(r'(?i);\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))')
_END_MARK = b"--"


class PartSplitter:
    """Yields the parts of a multipart body, each with its head.

    What stands before the first delimiter and after the last one is passed over.

    Args:
        content_type: of the body, with its boundary.
        limit: how many bytes a part may have; None: any number.
        max_parts: how many parts there may be; None: any number.

    Raises:
        ValueError: the content type names no boundary.

    """

    def __init__(
        self, content_type: str, limit: int | None = None, max_parts: int | None = None
    ) -> None:
        boundary = _BOUNDARY.search(content_type)
        if boundary is None:
            raise ValueError("the content type names no boundary")
        self._delimiter = b"\r\n--" + (boundary[1] or boundary[2]).encode("utf-8")
        self._limit = limit
        self._remaining_parts = max_parts
        #: A delimiter at the very beginning has no line end before it.
        self._buffer = bytearray(b"\r\n")
        #: Up to where no delimiter begins.
        self._searched = 0
        self._is_preamble = True
        self._is_over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the parts that are complete now."""
        if self._is_over:
            return
        buffer = self._buffer
        buffer += data
        while True:
            end = buffer.find(self._delimiter, self._searched)
            after = end + len(self._delimiter)
            if end < 0 or len(buffer) < after + len(_END_MARK):
                break  # Two more bytes say whether a delimiter is the last one.
            part = bytes(buffer[:end])
            self._is_over = buffer.startswith(_END_MARK, after)
            del buffer[:after]
            self._searched = 0
            if self._is_preamble:
                self._is_preamble = False
            else:
                self._check_size(len(part))
                self._count_part()
                yield part
            if self._is_over:
                buffer.clear()
                return
        self._note_searched(end)

    def _note_searched(self, end: int) -> None:
        """Note up to where no delimiter can begin; what is before the first one is not held."""
        buffer = self._buffer
        self._searched = end if end >= 0 else max(0, len(buffer) - len(self._delimiter) + 1)
        if self._is_preamble:
            del buffer[: self._searched]
            self._searched = 0
        self._check_size(self._searched)

    def _check_size(self, size_bytes: int) -> None:
        if self._limit is not None and not self._is_preamble and size_bytes > self._limit:
            raise ItemTooLarge(self._limit)

    def _count_part(self) -> None:
        if self._remaining_parts is None:
            return
        self._remaining_parts -= 1
        if self._remaining_parts < 0:
            raise ValueError("there are too many parts")

    def end(self) -> Iterator[bytes]:
        """Yield nothing: the last part has an end of its own.

        Raises:
            ValueError: it did not come.

        """
        if not self._is_over:
            raise ValueError("the parts have no end")
        yield from ()
