"""A body that is in memory, or made while it is read, in pieces: what a sandbox streams."""

from __future__ import annotations

from collections.abc import Iterable


class BodyPieces:
    """An open body whose pieces come from the program itself.

    Args:
        pieces: the bytes; an error that it raises breaks the stream.

    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self.is_closed = False

    def read_piece(self) -> bytes | None:
        """Return the next piece; None is the end, and closes the body."""
        piece = None if self.is_closed else next(self._pieces, None)
        if piece is None:
            self.close()
        return piece

    def close(self) -> None:
        """Read nothing any more."""
        self.is_closed = True
        self._pieces = iter(())
