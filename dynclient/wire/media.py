"""Media types: a value ↔ the bytes of a body, and which media type is chosen."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from dynclient.model import Encoding
from dynclient.schema.keyword_values import has_only_finite_numbers
from dynclient.wire import forms, multipart
from dynclient.wire.binary_values import StreamedBody, build_binary_body, is_file
from dynclient.wire.binary_values import is_binary as is_binary_value
from dynclient.wire.parameters import to_text
from dynclient.wire.schema_types import SchemaTypes

T = TypeVar("T")

#: The charsets of the web, by Python's names for them; Python knows stranger codecs, and some take
#: quadratic time.
_CHARSET = re.compile(
    "ascii|utf-(8|16|32)(-[bl]e)?|iso8859-[0-9]+|cp(12[0-9]{2}|437|850|852|866|874|932|949|950)"
    "|koi8-[ru]|mac-roman|shift_jis|euc_(jp|kr)|iso2022_jp|gb(k|2312|18030)|big5(hkscs)?"
)

#: From 19 digits on an integer may not fit 64 bits, and orjson would make it a float. Every digit
#: becomes a 0, so that a run of them is found by a plain search: ten times as fast as a regular
#: expression.
_DIGITS = bytes(ord("0") if chr(byte).isdecimal() and byte < 128 else 0 for byte in range(256))  # noqa: PLR2004 (ASCII)
_LONG_NUMBER = b"0" * 19


def get_essence(media_type: str) -> str:
    """Return a media type without parameters, lower case."""
    return media_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def is_json(media_type: str) -> bool:
    """Tell whether a media type is JSON. Source: RFC 6839 §3.1 (+json)."""
    name = get_essence(media_type)
    return name in ("application/json", "text/json") or name.endswith("+json")


@lru_cache(maxsize=256)
def is_text(media_type: str) -> bool:
    """Tell whether a body of this media type is text."""
    name = get_essence(media_type)
    return name.startswith("text/") or name.endswith(
        ("+xml", "/xml", "/csv", "/yaml", "+yaml", "/javascript")
    )


def is_binary(media_type: str) -> bool:
    """Tell whether a body of this media type stays bytes."""
    return not (is_json(media_type) or is_text(media_type) or is_composed(media_type))


def is_multipart(media_type: str) -> bool:
    """Tell whether a body of this media type is made of parts."""
    return get_essence(media_type).startswith("multipart/")


def is_composed(media_type: str) -> bool:
    """Tell whether a body of this media type is a form or multipart: an object in Python."""
    return get_essence(media_type) == forms.FORM_MEDIA_TYPE or is_multipart(media_type)


def write(
    media_type: str, value: Any, encodings: Mapping[str, Encoding]
) -> tuple[str, bytes | StreamedBody]:
    """Return the Content-Type and the body that a value makes.

    Args:
        media_type: what the body is to be.
        value: plain JSON data for JSON; an object for forms and parts, its members files where they
            are; text or a binary value for the rest.
        encodings: how the properties of a form or of parts are written.

    Raises:
        ValueError: the value cannot be carried by this media type; nothing of it is in the message.

    """
    if is_json(media_type):
        return media_type, encode_json(value)
    if is_binary_value(value):
        return media_type, build_binary_body(value)
    if isinstance(value, dict) and get_essence(media_type) == forms.FORM_MEDIA_TYPE:
        return media_type, forms.write_form(value, encodings)
    if isinstance(value, dict) and is_multipart(media_type):
        boundary, body = multipart.write(value, encodings)
        return f"{media_type}; boundary={boundary}", body
    if isinstance(value, str) or (is_text(media_type) and isinstance(value, int | float)):
        return media_type, to_text(value).encode(find_charset(media_type) or "utf-8")
    accepted = "an object" if is_composed(media_type) else "text or bytes"
    raise ValueError(f"{media_type} is written from {accepted}, not from {_describe_kind(value)}")


def choose_by_value(names: Sequence[str], value: Any) -> str:
    """Return the media type, of several, that fits the kind of a value best.

    Files make parts, other binary values octets, text a text type, everything else JSON, then a
    form; among equals the first one declared.
    """
    if len(names) == 1:
        return names[0]
    return max(names, key=lambda name: _score_fit(name, value))


def _score_fit(media_type: str, value: Any) -> int:
    """Return how well a media type fits a value; 0: not at all."""
    if is_json(media_type):
        kind = "json"
    elif is_multipart(media_type):
        kind = "multipart"
    elif is_composed(media_type):
        kind = "form"
    else:
        kind = "text" if is_text(media_type) else "octets"
    return _FIT_SCORES[_classify_value(value)].get(kind, 0)


def _classify_value(value: Any) -> str:
    if is_binary_value(value):
        return "binary"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict) and any(map(_has_file, value.values())):
        return "files"
    return "other"


#: For each kind of value, how well a kind of media type fits it; a kind that is missing does not
#: fit.
_FIT_SCORES: dict[str, dict[str, int]] = {
    "binary": {"octets": 3, "text": 2},
    "text": {"text": 3, "json": 2, "octets": 1},
    "files": {"multipart": 1},
    "other": {"json": 3, "form": 2, "multipart": 1},
}


def _has_file(value: Any) -> bool:
    return is_file(value) or (isinstance(value, list | tuple) and any(map(is_file, value)))


def read(
    media_type: str,
    body: bytes,
    content_type: str,
    types: SchemaTypes,
    encodings: Mapping[str, Encoding],
) -> Any:
    """Return the value that a body was written from, as far as text can tell.

    Raises:
        ValueError: the bytes are not what the media type says.

    """
    if is_multipart(media_type):
        return multipart.read(body, content_type, types, encodings)
    if get_essence(media_type) == forms.FORM_MEDIA_TYPE:
        return forms.read_form(body, types, encodings)
    return decode(media_type, body, content_type)


def decode(media_type: str, body: bytes, content_type: str = "") -> Any:
    """Return the value of a body: plain JSON data, str, or bytes.

    Args:
        media_type: what the body is.
        body: its bytes.
        content_type: the header's whole value, for its charset.

    Raises:
        ValueError: the bytes are not what the media type says.

    """
    charset = find_charset(content_type)
    if is_json(media_type):
        is_utf8 = charset in ("", "utf-8", "ascii")
        return decode_json(body if is_utf8 else body.decode(charset).encode())
    if is_text(media_type):
        return body.decode(charset or "utf-8")
    if is_composed(media_type):
        return read(media_type, body, content_type, SchemaTypes({}, {}), {})
    return body


def find_charset(content_type: str) -> str:
    """Return the charset that a Content-Type names, lower case; "" without a known one."""
    found = re.search(r"(?i);\s*charset\s*=\s*\"?([^\s;\"]+)", content_type)
    if not found:
        return ""
    try:
        name = codecs.lookup(found[1]).name
    except LookupError:
        return ""
    return name if _CHARSET.fullmatch(name) else ""


@lru_cache(maxsize=1)
def _import_orjson() -> Any:
    try:
        import orjson
    except ImportError:
        return None
    return orjson


def encode_json(value: Any) -> bytes:
    """Return a value as JSON text in UTF-8; no digit is lost and NaN is refused.

    Raises:
        ValueError: the value holds NaN, an infinity, or something that is no JSON.

    """
    fast = _import_orjson()
    if fast is not None:
        try:
            body: bytes = fast.dumps(value)
        except TypeError:
            # An integer beyond 64 bits, or no JSON at all: the standard library tells which.
            return _encode_exactly(value)
        # orjson writes NaN as null: only where a null stands do we have to look.
        if b"null" not in body or has_only_finite_numbers(value):
            return body
    return _encode_exactly(value)


def _encode_exactly(value: Any) -> bytes:
    # The standard library would make text of a number.
    if not _has_text_keys(value):
        raise ValueError("the body is no JSON: a key is no text")
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"the body is no JSON: {type(error).__name__}") from None
    return text.encode()


def _has_text_keys(value: Any) -> bool:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if not all(isinstance(key, str) for key in current):
                return False
            pending += current.values()
        elif isinstance(current, list | tuple):
            pending += current
    return True


def decode_json(body: bytes) -> Any:
    """Return the value of a JSON text; integers of any size exact, NaN refused.

    Raises:
        ValueError: the text is no JSON, no UTF-8, or nested beyond what can be read.

    """
    fast = _import_orjson()
    if fast is not None and _LONG_NUMBER not in body.translate(_DIGITS):
        try:
            return fast.loads(body)
        except ValueError:
            pass  # the standard library decides, and words the error
    try:
        return json.loads(
            body.removeprefix(b"\xef\xbb\xbf"),
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _parse_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is beyond what a float can hold")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def match_media_type(media_type: str, content: Mapping[str, T]) -> tuple[str, T] | None:
    """Return the entry of a content map for a media type: the exact one, else a range.

    Source: OAS 3.1.1 Response Object, content: the most specific key applies.
    """
    best, best_rank = "", 0
    for declared in content:
        rank = _rank_match(declared, media_type)
        if rank > best_rank:  # of equals the first one counts
            best, best_rank = declared, rank
    return (best, content[best]) if best_rank else None


def _rank_match(declared: str, wanted: str) -> int:
    if _fold_case(declared) == _fold_case(wanted):
        return 4
    declared, wanted = get_essence(declared), get_essence(wanted)
    if declared == wanted:
        return 3
    kind = declared.removesuffix("/*")
    if kind != declared and wanted.partition("/")[0] == kind:
        return 2
    return int(declared in ("*/*", "*"))


def _fold_case(media_type: str) -> str:
    return media_type.replace(" ", "").lower()


def resolve_range(media_type: str, value: Any) -> str | None:
    """Return the media type that a body is sent as; None for a range without one for it."""
    if "*" not in media_type:
        return media_type
    if is_binary_value(value):
        candidates = ["application/octet-stream", "application/json"]
    elif isinstance(value, str):
        candidates = ["text/plain", "application/json"]
    else:
        candidates = ["application/json"]
    for candidate in candidates:
        if _rank_match(media_type, candidate):
            return candidate
    return None


def pick_example_media_type(media_range: str) -> str:
    """Return a media type of a range, for an example: `image/*` → `image/png`."""
    kind = media_range.partition("/")[0]
    if kind == "*":
        return "application/octet-stream"
    subtypes = {"audio": "mpeg", "font": "woff2", "image": "png", "text": "plain", "video": "mp4"}
    return f"{kind}/{subtypes.get(kind, 'octet-stream')}"


def choose_preferred(content: Mapping[str, T]) -> str | None:
    """Return the media type that is preferred: JSON before others."""
    for name in content:
        if is_json(name):
            return name
    return next(iter(content), None)


def build_accept_header(contents: Iterable[Mapping[str, Any]]) -> str:
    """Return the Accept header for the declared media types, decodable ones first."""
    names = list(dict.fromkeys(get_essence(name) for content in contents for name in content))
    if not names:
        return "application/json, */*;q=0.5"
    if "*/*" in names:
        return "application/json, */*;q=0.5" if any(map(is_json, names)) else "*/*"
    decodable = [name for name in names if not is_binary(name)]
    others = [name for name in names if is_binary(name)]
    if decodable:
        others = [f"{name};q=0.5" for name in others]
    return ", ".join(decodable + others)


def _describe_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else "that"
