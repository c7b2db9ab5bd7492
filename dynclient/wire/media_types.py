"""Names of media types: ranges, which declared one applies, and which one is chosen.

Source: RFC 9110 §8.3.1 (media type), §12.5.1 (Accept); OAS 3.1.1 Media Type Object: a key is a
media type or a media type range.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeVar

from dynclient.model import MediaType, find_sequence_format
from dynclient.wire.binary_values import is_binary, is_file
from dynclient.wire.media import FORM_MEDIA_TYPE, get_essence, is_json, is_multipart, is_text
from dynclient.wire.message import is_valid_header

T = TypeVar("T")

#: What a media type's bodies are like: an HTML page is text that never stands for an object; items
#: follow one another, as in JSON Lines.
MediaKind = Literal["json", "items", "form", "multipart", "plain text", "html", "text", "octets"]

JSON, PLAIN_TEXT, OCTETS = "application/json", "text/plain", "application/octet-stream"

#: For each kind one media type that stands for all of it.
_REPRESENTATIVES: Mapping[MediaKind, str] = {
    "json": JSON,
    "items": "application/jsonl",
    "form": FORM_MEDIA_TYPE,
    "multipart": "multipart/form-data",
    "plain text": PLAIN_TEXT,
    "html": "text/html",
    "text": "application/xml",
    "octets": OCTETS,
}

_PARAMETER = r';\s*([^\s;="]+)\s*=\s*("(?:[^"\\]|\\.)*+"|[^\s;"]*)'

#: Parameters that say how the bytes are written, not what they mean.
_TRANSPORT_PARAMETERS = frozenset({"charset", "boundary"})

#: What the Accept header asks for where nothing is declared.
_DEFAULT_ACCEPT = "application/json, */*;q=0.5"


class ParsedMediaType(NamedTuple):
    """A media type in its parts.

    Attributes:
        essence: type and subtype, lower case.
        parameters: (name, value), lower case, without quotes; `charset` and `boundary` left out.

    """

    essence: str
    parameters: frozenset[tuple[str, str]]


@lru_cache(maxsize=512)
def parse_media_type(media_type: str) -> ParsedMediaType:
    """Return a media type in its parts; what cannot be read of its parameters is left out."""
    essence, _, rest = media_type.partition(";")
    parameters = set()
    for name, text in _find_parameters(rest):
        if name.lower() not in _TRANSPORT_PARAMETERS:
            parameters.add((name.lower(), _unquote(text).lower()))
    essence = essence.strip().lower()
    return ParsedMediaType("*/*" if essence == "*" else essence, frozenset(parameters))


def _find_parameters(text: str) -> list[tuple[str, str]]:
    """Return the names and values of parameters, as they are written."""
    return re.findall(_PARAMETER, f";{text}") if text else []


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


# --- ranges


@lru_cache(maxsize=512)
def is_range(media_type: str) -> bool:
    """Tell whether a media type is a range: `*/*`, `image/*`, or `application/*+json`."""
    return "*" in get_essence(media_type)


def takes_json(media_type: str) -> bool:
    """Tell whether a declared media type takes JSON: by its name, or as a range."""
    return is_json(media_type) or bool(_rank_match(media_type, JSON)[0])


def resolve_range(media_type: str, value: Any) -> str | None:
    """Return the media type that a body is sent as; None for a range without one for it.

    A range that includes JSON takes JSON, and octets for a binary value.
    """
    if not is_range(media_type):
        return media_type
    candidates = [JSON]
    if is_binary(value):
        candidates = [OCTETS]
    elif get_essence(media_type).endswith("+json"):
        return JSON
    elif isinstance(value, str | int | float):
        candidates.append(PLAIN_TEXT)
    return next((name for name in candidates if _rank_match(media_type, name)[0]), None)


def pick_example_media_type(media_range: str) -> str:
    """Return a media type of a range, for an example: `image/*` → `image/png`."""
    kind = media_range.partition("/")[0]
    if kind == "*":
        return OCTETS
    subtypes = {
        "audio": "mpeg",
        "font": "woff2",
        "image": "png",
        "multipart": "form-data",
        "text": "plain",
        "video": "mp4",
    }
    return f"{kind}/{subtypes.get(kind, 'octet-stream')}"


# --- kinds


def find_kind(media_type: str) -> MediaKind:
    """Return what the bodies of a media type are like; that of a range by what it takes."""
    essence = get_essence(media_type)
    if takes_json(media_type):
        return "json"
    if is_multipart(essence):
        return "multipart"
    if essence == FORM_MEDIA_TYPE:
        return "form"
    if essence in (PLAIN_TEXT, "text/*"):
        return "plain text"
    if essence == "text/html":
        return "html"
    return "text" if is_text(essence) else "octets"


def find_body_kind(entry: MediaType) -> MediaKind:
    """Return what the bodies of a Media Type Object are like: also by whether it has items."""
    return "items" if entry.sequence_format is not None else find_kind(entry.name)


def get_representative(media_type: str) -> str:
    """Return the media type that stands for all of its kind; there are few of them."""
    return _REPRESENTATIVES[find_kind(media_type)]


# --- which declared one applies


def match_media_type(media_type: str, content: Mapping[str, T]) -> tuple[str, T] | None:
    """Return the entry of a content map for a media type: the most specific key that includes it.

    Source: OAS 3.1.1 Response Object, content: the most specific key applies.
    """
    best, best_rank = "", _NO_MATCH
    for declared in content:
        rank = _rank_match(declared, media_type)
        if rank > best_rank:  # of equals the first one counts
            best, best_rank = declared, rank
    return (best, content[best]) if best else None


_NO_MATCH = (0, 0)


def _rank_match(declared: str, wanted: str) -> tuple[int, int]:
    """Return how specifically a declared media type or range includes another; (0, 0): not.

    A parameter that one of them lacks does not keep them apart; one of another value does.
    """
    own, other = parse_media_type(declared), parse_media_type(wanted)
    if own.essence != other.essence:
        return _rank_range(own.essence, other.essence), 0
    if own.parameters == other.parameters:
        return 6, 0
    if own.parameters < other.parameters:
        return 5, len(own.parameters)
    names = {name for name, _ in own.parameters - other.parameters}
    has_conflict = any(name in names for name, _ in other.parameters)
    return _NO_MATCH if has_conflict else (4, 0)


def _rank_range(declared: str, wanted: str) -> int:
    kind, _, subtype = declared.partition("/")
    if declared == "*/*":
        return 1
    if "*" not in subtype or kind != wanted.partition("/")[0]:
        return 0
    if subtype == "*":
        return 2
    # `application/*+json` is no range of the standards, and what ASP.NET writes.
    suffixes = (subtype.removeprefix("*"), subtype.replace("*+", "/"))
    return 3 if subtype.startswith("*+") and wanted.endswith(suffixes) else 0


# --- which one is chosen


def choose_by_value(names: Sequence[str], value: Any) -> str:
    """Return the media type, of several, that fits the kind of a value best.

    Files make parts, other binary values octets, text a text type, everything else JSON, then a
    form; among equals the first one declared that is no range.
    """
    if len(names) == 1:
        return names[0]
    return max(names, key=lambda name: _score_fit(name, value))


def _score_fit(media_type: str, value: Any) -> tuple[int, bool]:
    """Return how well a media type fits a value; 0: not at all."""
    concrete = resolve_range(media_type, value)
    if concrete is None:
        return 0, False
    if isinstance(value, list) and find_sequence_format(concrete) is not None:
        return 2, True
    scores = _FIT_SCORES[_classify_value(value)]
    return scores.get(find_kind(concrete), 0), not is_range(media_type)


def _classify_value(value: Any) -> str:
    if is_binary(value):
        return "binary"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict) and any(map(_has_file, value.values())):
        return "files"
    return "other"


#: For each kind of value, how well a kind of media type fits it; a kind that is missing does not
#: fit.
_FIT_SCORES: dict[str, dict[MediaKind, int]] = {
    "binary": {"octets": 3, "plain text": 2, "html": 2, "text": 2},
    "text": {"plain text": 3, "html": 3, "text": 3, "json": 2, "octets": 1},
    "files": {"multipart": 1},
    "other": {"json": 3, "form": 2, "multipart": 1},
}


def _has_file(value: Any) -> bool:
    return is_file(value) or (isinstance(value, list | tuple) and any(map(is_file, value)))


def choose_preferred(content: Mapping[str, T]) -> str | None:
    """Return the media type that is preferred: JSON before others, a range after its members."""
    return min(content, key=_rank_preference, default=None)


def _rank_preference(media_type: str) -> int:
    if takes_json(media_type):
        return 1 if is_range(media_type) else 0
    return 2


def build_accept_header(contents: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Return the Accept header for the declared media types.

    Those of successes come before those of errors, and decodable ones before binary ones.

    Args:
        contents: of each response its status and its media types.

    """
    successes: list[str] = []
    errors: list[str] = []
    for status, content in sorted(contents, key=lambda pair: _rank_status(pair[0])):
        names = errors if _rank_status(status) == _ERROR_RANK else successes
        names += map(_write_accepted, content)
    ordered = [*_order_accepted(successes), *_order_accepted(errors)]
    unique: dict[str, str] = {}
    for text in ordered:
        unique.setdefault(text.removesuffix(";q=0.5"), text)
    return ", ".join(unique.values()) or _DEFAULT_ACCEPT


_ERROR_RANK = 2


def _rank_status(status: str) -> int:
    """Return 0 for a success, 1 for `default` and redirects, 2 for an error."""
    if status.startswith("2"):
        return 0
    return _ERROR_RANK if status.startswith(("4", "5")) else 1


def _order_accepted(names: Iterable[str]) -> list[str]:
    """Return decodable media types, then binary ones and ranges with a lower quality."""
    usable = [name for name in names if name and is_valid_header("Accept", name)]
    decodable = [name for name in usable if not is_range(name) and find_kind(name) != "octets"]
    others = [name for name in usable if name not in decodable]
    return decodable + ([f"{name};q=0.5" for name in others] if decodable else others)


@lru_cache(maxsize=512)
def _write_accepted(media_type: str) -> str:
    """Return a media type as Accept names it: with its parameters, apart from the charset."""
    essence, _, rest = media_type.partition(";")
    written = ["*/*" if essence.strip() == "*" else essence.strip().lower()]
    for name, text in _find_parameters(rest):
        if name.lower() not in (*_TRANSPORT_PARAMETERS, "q"):
            written.append(f"{name}={text}")
    return "; ".join(written)
