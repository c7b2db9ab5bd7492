"""Media types whose bodies are items, one after another.

Source: OAS 3.2.0, Sequential Media Types.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

#: How the items follow one another: a line each (JSON Lines), each after a record separator
#: (RFC 7464), or as server-sent events (WHATWG HTML §9.2).
SequenceFormat = Literal["json lines", "json sequence", "event stream"]

_JSON_LINES = frozenset(
    ("jsonl", "x-jsonl", "jsonlines", "x-jsonlines", "json-lines", "ndjson", "x-ndjson")
)
_FORM_DATA = "multipart/form-data"


@lru_cache(maxsize=512)
def find_sequence_format(media_type: str) -> SequenceFormat | None:
    """Return how the items of a media type follow one another; None for other media types."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence == "text/event-stream":
        return "event stream"
    subtype = essence.partition("/")[2]
    if subtype == "json-seq" or subtype.endswith("+json-seq"):
        return "json sequence"
    has_lines = subtype in _JSON_LINES or subtype.endswith(("+jsonl", "+ndjson"))
    return "json lines" if has_lines else None


@lru_cache(maxsize=512)
def has_items(media_type: str) -> bool:
    """Tell whether `itemSchema` applies to a media type: also to parts that have no names."""
    if find_sequence_format(media_type) is not None:
        return True
    essence = media_type.partition(";")[0].strip().lower()
    return essence.startswith("multipart/") and essence != _FORM_DATA
