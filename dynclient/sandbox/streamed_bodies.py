"""The body of a response as a stream sends it: item by item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dynclient.model import find_sequence_format
from dynclient.sandbox.fault_injection import FaultKind, raise_fault
from dynclient.wire import media
from dynclient.wire.message import Response

CHUNK_BYTES = 64 * 1024

#: Where a body is cut: after a line, before a record separator, after an empty line, before a
#: delimiter.
_CUTS = {
    "json lines": re.compile(rb"(?<=\n)"),
    "json sequence": re.compile(rb"(?=\x1e)"),
    "event stream": re.compile(rb"(?<=\n\n)"),
}
_PART_CUT = re.compile(rb"(?=\r\n--)")


def split_body(response: Response) -> list[bytes]:
    """Return the body of a response in pieces: one for each item, or of a bounded size."""
    media_type, body = response.headers.get("content-type", ""), response.body
    sequence_format = find_sequence_format(media_type)
    cut = _CUTS[sequence_format] if sequence_format else None
    if cut is None and media.is_multipart(media_type):
        cut = _PART_CUT
    if cut is not None:
        return [piece for piece in cut.split(body) if piece]
    return [body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES)]


def generate_pieces(
    pieces: Sequence[bytes], fault: FaultKind | None, request: Any
) -> Iterator[bytes]:
    """Yield the pieces of a body; with the fault `truncate` half of them, and then its error.

    Raises:
        BrokenResponse: the stream is truncated.

    """
    if fault is None:
        yield from pieces
        return
    yield from pieces[: len(pieces) // 2]
    raise_fault(fault, request)
