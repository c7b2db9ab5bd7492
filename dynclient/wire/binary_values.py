"""Binary values and bodies: bytes, paths, open files and streams, sent piece by piece."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dynclient.schema.translation.binary_stand_in import BinaryStandIn

CHUNK_BYTES = 64 * 1024


def is_binary(value: Any) -> bool:
    """Tell whether a value is binary: bytes, a path, an open file, or a stream of bytes."""
    if isinstance(value, bytes | bytearray | memoryview | os.PathLike):
        return True
    if isinstance(value, str | Mapping | list | tuple | int | float) or value is None:
        return False
    return hasattr(value, "read") or isinstance(value, Iterator | AsyncIterable)


def is_file(value: Any) -> bool:
    """Tell whether a value is a file for a part.

    It is binary, or (name, content[, content type[, headers]]).
    """
    pair = isinstance(value, tuple) and 2 <= len(value) <= 4 and isinstance(value[0], str)  # noqa: PLR2004 (its forms)
    return is_binary(value[1]) if pair else is_binary(value)


class StreamedBody:
    """A body that is not held in memory: pieces that are read while it is sent.

    Args:
        pieces: bytes, paths, open files, or streams of bytes, in their order.

    """

    def __init__(self, pieces: tuple[Any, ...]) -> None:
        self.pieces = pieces

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StreamedBody) and self.pieces == other.pieces

    def __hash__(self) -> int:
        return hash(self.pieces)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def can_repeat(self) -> bool:
        """Whether it can be sent twice: bytes and paths can, open files and streams cannot."""
        return all(isinstance(piece, bytes | os.PathLike) for piece in self.pieces)

    @property
    def is_async(self) -> bool:
        """Whether a piece is an asynchronous stream, which only AsyncClient can send."""
        return any(isinstance(piece, AsyncIterable) for piece in self.pieces)

    @property
    def length(self) -> int | None:
        """The number of bytes; None where it is unknown before the end."""
        total = 0
        for piece in self.pieces:
            size_bytes = _measure_size(piece)
            if size_bytes is None:
                return None
            total += size_bytes
        return total

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            yield from _iterate_chunks(piece)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _AsyncChunkIterator(self.pieces)

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.can_repeat:
            raise TypeError(
                "a body that is read from an open file or a stream cannot be pickled;"
                " give a path instead"
            )
        return StreamedBody, (self.pieces,)


class _AsyncChunkIterator:
    """The chunks of pieces, awaited.

    It is no generator, so that nothing is left open where sending is given up.
    """

    def __init__(self, pieces: Iterable[Any]) -> None:
        self._pieces = iter(pieces)
        self._chunks: Any = iter(())

    def __aiter__(self) -> _AsyncChunkIterator:
        return self

    async def __anext__(self) -> bytes:
        while True:
            try:
                if isinstance(self._chunks, AsyncIterator):
                    return bytes(await anext(self._chunks))
                return bytes(next(self._chunks))
            except (StopIteration, StopAsyncIteration):
                self._chunks = self._open_next_piece()

    def _open_next_piece(self) -> Any:
        for piece in self._pieces:
            return aiter(piece) if isinstance(piece, AsyncIterable) else _iterate_chunks(piece)
        raise StopAsyncIteration


def _measure_size(piece: Any) -> int | None:
    if isinstance(piece, bytes):
        return len(piece)
    try:
        if isinstance(piece, os.PathLike):
            return Path(piece).stat().st_size
        return os.fstat(piece.fileno()).st_size - int(piece.tell())
    except (OSError, AttributeError, ValueError):
        return None


def _iterate_chunks(piece: Any) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
    elif isinstance(piece, os.PathLike):
        with Path(piece).open("rb") as file:
            yield from iter(lambda: file.read(CHUNK_BYTES), b"")
    elif hasattr(piece, "read"):
        yield from iter(lambda: _read_chunk(piece), b"")
    else:
        yield from (bytes(chunk) for chunk in piece)


def _read_chunk(file: Any) -> bytes:
    chunk = file.read(CHUNK_BYTES)
    return chunk.encode() if isinstance(chunk, str) else bytes(chunk)


def build_binary_body(value: Any) -> bytes | StreamedBody:
    """Return a binary value as a body."""
    return (
        bytes(value)
        if isinstance(value, bytes | bytearray | memoryview)
        else StreamedBody((value,))
    )


def get_file_name(value: Any, default: str) -> str:
    """Return the name that a file is sent with: of the path or open file, without folder."""
    name = os.fspath(value) if isinstance(value, os.PathLike) else getattr(value, "name", default)
    return (isinstance(name, str) and Path(name).name) or default


def guess_media_type(name: str) -> str:
    """Return the media type that a file's name stands for."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def explain_unreadable_file(value: Any) -> str | None:
    """Return why a path cannot be read, None where it can."""
    if not isinstance(value, os.PathLike):
        return None
    if not Path(value).is_file():
        return "is no file"
    return None if os.access(value, os.R_OK) else "cannot be read"


#: Where a binary value was: its path in the call document, and itself.
LocatedBinary = tuple[tuple[str | int, ...], Any]


def build_stand_in(value: Any) -> BinaryStandIn:
    """Return the text that stands for a binary value; the same data have the same."""
    if isinstance(value, bytes | bytearray | memoryview):
        content = bytes(value)
        return BinaryStandIn(hashlib.sha256(content).hexdigest()[:32], len(content))
    if isinstance(value, io.BytesIO):
        return BinaryStandIn(f"object {id(value)}", len(value.getbuffer()) - value.tell())
    identity = f"object {id(value)}"
    if isinstance(value, os.PathLike):
        name = os.fsencode(Path(value).absolute())
        identity = f"file {hashlib.sha256(name).hexdigest()[:32]}"
    return BinaryStandIn(identity, _measure_size(value))


def replace_binaries(value: Any) -> tuple[Any, list[LocatedBinary]]:
    """Return a value in which text stands for each binary one, and where they were."""
    binaries: list[LocatedBinary] = []

    def replace(current: Any, path: tuple[str | int, ...]) -> Any:
        if is_file(current):
            content = current[1] if isinstance(current, tuple) else current
            binaries.append((path, content))
            return build_stand_in(content)
        if isinstance(current, dict):
            return {key: replace(member, (*path, key)) for key, member in current.items()}
        if isinstance(current, list | tuple):
            return [replace(item, (*path, index)) for index, item in enumerate(current)]
        return current

    return replace(value, ()), binaries


def mark_binaries(value: Any) -> Any:
    """Return JSON data with `{"$base64": …}` in place of bytes, as the command line reads it."""
    import base64

    if isinstance(value, bytes):
        return {"$base64": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return [mark_binaries(item) for item in value]
    if isinstance(value, dict):
        return {name: mark_binaries(member) for name, member in value.items()}
    return value
