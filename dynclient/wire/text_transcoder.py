"""Text of any charset as UTF-8, piece by piece, so that its lines can be told apart as bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from dynclient.wire.item_splitters import LineSplitter


class TranscodingSplitter:
    """Yields the lines of a text in some charset, as UTF-8; what is no such text is replaced.

    Args:
        splitter: tells lines in UTF-8 apart.
        charset: Python's name of it.

    """

    def __init__(self, splitter: LineSplitter, charset: str) -> None:
        self._splitter = splitter
        self._decoder = codecs.getincrementaldecoder(charset)("replace")

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines that are complete now.

        Raises:
            ValueError: the bytes cannot be of that charset.

        """
        yield from self._splitter.feed(self._decoder.decode(data).encode())

    def end(self) -> Iterator[bytes]:
        """Yield the last line; the same error as of `feed`."""
        yield from self._splitter.feed(self._decoder.decode(b"", final=True).encode())
        yield from self._splitter.end()
