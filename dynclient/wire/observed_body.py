"""A streamed body that tells how much of it was sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

from dynclient.wire.binary_values import StreamedBody


class TransferObserver(Protocol):
    """Is told how far a transfer is."""

    def observe(self, done_bytes: int, total_bytes: int | None) -> None:
        """Take in how many bytes are through, and how many there are; None where unknown."""

    def finish(self) -> None:
        """Take in that the transfer is over, complete or not."""


class ObservedBody(StreamedBody):
    """A streamed body that tells an observer how much of it was sent.

    Args:
        pieces: as of any streamed body.
        build_observer: makes an observer each time the body is sent.

    """

    def __init__(
        self, pieces: tuple[Any, ...], build_observer: Callable[[], TransferObserver]
    ) -> None:
        super().__init__(pieces)
        self.build_observer = build_observer

    def __iter__(self) -> Iterator[bytes]:
        observer, sent_bytes, total_bytes = self.build_observer(), 0, self.length
        try:
            for chunk in StreamedBody.__iter__(self):
                yield chunk
                sent_bytes += len(chunk)
                observer.observe(sent_bytes, total_bytes)
        finally:
            observer.finish()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _ObservedChunks(StreamedBody.__aiter__(self), self.build_observer(), self.length)


class _ObservedChunks:
    """The chunks of a body, awaited and counted; it is no generator, as in `StreamedBody`."""

    def __init__(
        self, chunks: AsyncIterator[bytes], observer: TransferObserver, total_bytes: int | None
    ) -> None:
        self._chunks = chunks
        self._observer = observer
        self._total_bytes = total_bytes
        self._sent_bytes = 0

    def __aiter__(self) -> _ObservedChunks:
        return self

    async def __anext__(self) -> bytes:
        if self._sent_bytes:
            self._observer.observe(self._sent_bytes, self._total_bytes)
        try:
            chunk = await anext(self._chunks)
        except BaseException:  # its end too
            self._observer.finish()
            raise
        self._sent_bytes += len(chunk)
        return chunk

    def __del__(self) -> None:
        self._observer.finish()
