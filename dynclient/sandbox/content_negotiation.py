"""The declared media type that fits the Accept field of a request.

Source: RFC 9110 §12.5.1, Accept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dynclient.model import MediaType
from dynclient.wire import media

MAX_RANGES = 64
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")

#: The media type that is sent for a range which the document declares.
_RANGE_DEFAULTS = {
    "*": "application/json",
    "application": "application/json",
    "text": "text/plain",
    "image": "image/png",
}


class _AcceptedRange(NamedTuple):
    """A media range of an Accept field, and its quality from 0 to 1."""

    name: str
    quality: float


def negotiate_media_type(
    accept: str, content: Mapping[str, MediaType]
) -> tuple[MediaType, str] | None:
    """Return the declared media type to answer in, and its concrete name.

    The one of the highest quality comes first, then JSON before others, then the document's order.
    Where the request accepts none of them, the document's own choice is sent.

    Args:
        accept: the Accept field, "" where there is none.
        content: the declared media types.

    Returns:
        The Media Type Object and the name for Content-Type; None where no content is declared.

    """
    if not content:
        return None
    ranges = _parse_accept(accept) or [_AcceptedRange("*/*", 1.0)]

    def rank(name: str) -> tuple[float, bool]:
        is_json = media.is_json(_choose_concrete_name(name, ranges))
        return -_find_quality(name, ranges), not is_json

    name = min(content, key=rank)
    return content[name], _choose_concrete_name(name, ranges)


def _parse_accept(accept: str) -> list[_AcceptedRange]:
    ranges = []
    for part in accept.split(",")[:MAX_RANGES]:
        name, *parameters = (text.strip().lower() for text in part.split(";"))
        if "/" in name:
            ranges.append(_AcceptedRange(name, _parse_quality(parameters)))
    return ranges


def _parse_quality(parameters: Sequence[str]) -> float:
    """Return the first quality of a media range; 1 where there is none that can be read."""
    for parameter in parameters:
        if parameter.startswith("q="):
            text = parameter.removeprefix("q=")
            return float(text) if _QUALITY.fullmatch(text) else 1.0
    return 1.0


def _find_quality(name: str, ranges: Sequence[_AcceptedRange]) -> float:
    """Return the quality of a declared media type (or range): that of the most specific range."""
    type_, _, subtype = media.get_essence(name).partition("/")
    best = (-1, 0.0)
    for accepted in ranges:
        accepted_type, _, accepted_subtype = accepted.name.partition("/")
        is_type_accepted = type_ == "*" or accepted_type in (type_, "*")
        is_subtype_accepted = subtype == "*" or accepted_subtype in (subtype, "*")
        if is_type_accepted and is_subtype_accepted:
            specificity = (accepted_type != "*") + (accepted_subtype != "*")
            best = max(best, (specificity, accepted.quality))
    return best[1]


def _choose_concrete_name(name: str, ranges: Sequence[_AcceptedRange]) -> str:
    """Return the name to send for a media type; for a range, an accepted one."""
    if "*" not in name:
        return name
    type_ = media.get_essence(name).partition("/")[0]
    candidates = []
    for accepted in ranges:
        is_type_declared = type_ in ("*", accepted.name.partition("/")[0])
        if accepted.quality and "*" not in accepted.name and is_type_declared:
            candidates.append(accepted.name)
    if not candidates:
        return _RANGE_DEFAULTS.get(type_, "application/octet-stream")
    return next(filter(media.is_json, candidates), candidates[0])
