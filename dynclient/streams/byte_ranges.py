"""Whether and how a download goes on where it broke off: pure decisions.

Source: RFC 9110 §8.8 (validators), §13.1.5 (If-Range), §14 (range requests).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dynclient.wire.message import Headers, Request

PARTIAL_CONTENT = 206
RANGE_NOT_SATISFIABLE = 416

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_UNSATISFIED_RANGE = re.compile(r"bytes \*/(\d{1,18})")

#: A date tells two states apart where it is this much older than the response.
_MIN_AGE_S = 1


class ByteRange(NamedTuple):
    """What a response carries of a file.

    Attributes:
        start: the first byte.
        size_bytes: of the whole file; None where the server does not say.

    """

    start: int
    size_bytes: int | None


def find_validator(status: int, headers: Mapping[str, str]) -> str:
    """Return what names the state of a file that can be continued; "" where it cannot be.

    It can be where the server takes ranges, the body has no content coding, and the validator is a
    strong one.
    """
    takes_ranges = status == PARTIAL_CONTENT or "bytes" in headers.get("accept-ranges", "").lower()
    if not takes_ranges or headers.get("content-encoding", "identity").lower() != "identity":
        return ""
    tag = headers.get("etag", "").strip()
    if tag.startswith('"'):
        return tag
    modified = headers.get("last-modified", "").strip()
    return modified if modified and _is_old(modified, headers.get("date", "")) else ""


def _is_old(modified: str, date: str) -> bool:
    try:
        age = parsedate_to_datetime(date) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return False
    return age.total_seconds() >= _MIN_AGE_S


def read_range(status: int, headers: Mapping[str, str]) -> ByteRange | None:
    """Return what a response carries; None of a part that it does not describe."""
    if status != PARTIAL_CONTENT:
        length = headers.get("content-length", "")
        return ByteRange(0, int(length) if length.isdecimal() and len(length) < 19 else None)  # noqa: PLR2004 (digits)
    match = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if match is None:
        return None
    return ByteRange(int(match[1]), None if match[3] == "*" else int(match[3]))


def read_unsatisfied_size(headers: Mapping[str, str]) -> int | None:
    """Return the size of the file that a 416 names; None where it names none."""
    match = _UNSATISFIED_RANGE.fullmatch(headers.get("content-range", "").strip())
    return int(match[1]) if match else None


def build_download_request(request: Request, start: int, validator: str) -> Request:
    """Return the request of a file, or of the rest of one.

    Args:
        request: of the whole.
        start: how many bytes are there.
        validator: of the state that they are of.

    """
    own = {"accept-encoding", "range", "if-range"}
    fields = [pair for pair in request.headers.pairs() if pair[0].lower() not in own]
    fields.append(("Accept-Encoding", "identity"))
    if start:
        fields += [("Range", f"bytes={start}-"), ("If-Range", validator)]
    return replace(request, headers=Headers(fields, request.headers.secret_names))
