"""Content decoders that work piece by piece, so that little is held in memory at once.

Source: RFC 9110 §8.4; RFC 1950, 1951, 1952 (deflate, gzip); RFC 7932 (br); RFC 8878, 9659 (zstd).
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Protocol

CHUNK_BYTES = 64 * 1024
PIECE_BYTES = 256 * 1024

#: br and zstd unfold 16 MiB from some 16 bytes, and their libraries know no bound: they are given
#: little at a time.
SLICE_BYTES = 32

#: What a zstd frame may ask us to remember. Source: RFC 9659 §3.
ZSTD_WINDOW_BYTES = 8 * 1024 * 1024

MAX_CODINGS = 4


class UndecodableContent(ValueError):
    """A body is not coded as its Content-Encoding says, or in a way that cannot be undone here."""


class ContentDecoder(Protocol):
    """Undoes one coding."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what some more bytes stand for, in pieces of bounded size."""

    def finish(self) -> None:
        """Make sure that nothing is missing; otherwise raise Undecodable."""


class ZlibDecoder:
    """Undoes gzip, of several members too, and deflate, with and without the header of zlib.

    Args:
        is_gzip: whether it is gzip.

    """

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._engine: Any = None
        self._held = b""
        self._ended = 0
        self._is_padding = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what some more bytes stand for."""
        try:
            for start in range(0, len(data), CHUNK_BYTES):
                yield from self._inflate(self._held + data[start : start + CHUNK_BYTES])
        except zlib.error as error:
            raise UndecodableContent(str(error)) from error

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        self._held = b""
        while data and not self._is_padding:
            if self._engine is None:
                data = self._begin_member(data)
                if self._engine is None:
                    return
            piece = self._engine.decompress(data, PIECE_BYTES)
            if piece:
                yield piece
            data = self._engine.unconsumed_tail
            if self._engine.eof:
                data, self._engine = self._engine.unused_data, None
                self._ended += 1
            elif not data:
                yield from self._flush_pending(len(piece))

    def _flush_pending(self, size: int) -> Iterator[bytes]:
        """Yield what is left inside, once all that was given is eaten."""
        while size == PIECE_BYTES and not self._engine.eof:
            piece = self._engine.decompress(b"", PIECE_BYTES)
            size = len(piece)
            yield piece
        if self._engine.eof:
            self._engine = None
            self._ended += 1

    def _begin_member(self, data: bytes) -> bytes:
        """Begin a member once its header is there, and return the bytes that are left."""
        if self._ended:
            data = data.lstrip(b"\0") if self._is_gzip else b""
            self._is_padding = bool(data) and not b"\x1f\x8b".startswith(data[:2])
        if len(data) < 2:  # noqa: PLR2004 (a header)
            self._held = data
        elif not self._is_padding:
            self._engine = zlib.decompressobj(self._choose_window_bits(data))
        return data

    def _choose_window_bits(self, data: bytes) -> int:
        if self._is_gzip:
            return 16 + zlib.MAX_WBITS
        # A zlib header names deflate, and is a multiple of 31. Source: RFC 1950 §2.2.
        is_deflate, checksum = data[0] & 15 == 8, int.from_bytes(data[:2], "big") % 31  # noqa: PLR2004 (RFC 1950 §2.2)
        has_zlib_header = is_deflate and checksum == 0
        return zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS

    def finish(self) -> None:
        """Make sure that nothing is missing."""
        if self._engine is not None or (self._held and not self._ended):
            raise UndecodableContent("the coded body ends too early")


class BrotliDecoder:
    """Undoes br."""

    def __init__(self, module: Any) -> None:
        self._engine = module.Decompressor()
        self._process: Callable[[bytes], bytes] = (
            getattr(self._engine, "process", None) or self._engine.decompress
        )
        self._error: type[Exception] = module.error
        self._is_begun = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what some more bytes stand for."""
        self._is_begun = self._is_begun or bool(data)
        for start in range(0, len(data), SLICE_BYTES):
            if self._engine.is_finished():
                return
            try:
                yield self._process(data[start : start + SLICE_BYTES])
            except self._error as error:
                raise UndecodableContent(str(error)) from error

    def finish(self) -> None:
        """Make sure that nothing is missing."""
        if self._is_begun and not self._engine.is_finished():
            raise UndecodableContent("the coded body ends too early")


class ZstandardDecoder:
    """Undoes zstd, of several frames too."""

    def __init__(self, module: Any) -> None:
        self._error: type[Exception] = module.ZstdError
        self._begin: Callable[[], Any] = module.ZstdDecompressor(
            max_window_size=ZSTD_WINDOW_BYTES
        ).decompressobj
        self._frame: Any = None

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what some more bytes stand for."""
        for start in range(0, len(data), SLICE_BYTES):
            part = data[start : start + SLICE_BYTES]
            while part:
                self._frame = self._frame or self._begin()
                try:
                    piece = self._frame.decompress(part)
                except self._error as error:
                    raise UndecodableContent(str(error)) from error
                part = b""
                if self._frame.eof:
                    part, self._frame = self._frame.unused_data, None
                yield piece

    def finish(self) -> None:
        """Make sure that nothing is missing."""
        if self._frame is not None:
            raise UndecodableContent("the coded body ends too early")


#: What undoes a coding that needs a library of its own, and the modules that may be that library.
_OPTIONAL_CODINGS: dict[str, tuple[Callable[[Any], ContentDecoder], tuple[str, ...]]] = {
    "br": (BrotliDecoder, ("brotli", "brotlicffi")),
    "zstd": (ZstandardDecoder, ("zstandard",)),
}


@lru_cache(maxsize=8)
def _import_module(coding: str) -> Any:
    for name in _OPTIONAL_CODINGS[coding][1]:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


@lru_cache(maxsize=1)
def build_accept_encoding() -> str:
    """Return the Accept-Encoding header: what can be undone with what is installed."""
    return ", ".join(
        ["gzip", "deflate", *(coding for coding in _OPTIONAL_CODINGS if _import_module(coding))]
    )


def build_decoders(content_encoding: str) -> list[ContentDecoder]:
    """Return what undoes a Content-Encoding, the coding that was put on last first.

    A name that nobody knows means nothing: servers put a charset or a word of their own there.

    Raises:
        Undecodable: too many codings, or one whose library is not installed.

    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    known = [
        name
        for name in reversed(names)
        if name in ("gzip", "x-gzip", "deflate", *_OPTIONAL_CODINGS)
    ]
    if len(known) > MAX_CODINGS:
        raise UndecodableContent(f"{len(known)} content codings, one on another")
    return [_build_decoder(name) for name in known]


def _build_decoder(name: str) -> ContentDecoder:
    if name not in _OPTIONAL_CODINGS:
        return ZlibDecoder(is_gzip=name != "deflate")
    make, modules = _OPTIONAL_CODINGS[name]
    module = _import_module(name)
    if module is None:
        raise UndecodableContent(f"it is coded as {name}, which needs the package {modules[0]}")
    return make(module)
