"""A JSON value as text, and text as the bytes that a URL or cookie may hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

TextEncoder = Callable[[str], str]

#: RFC 3986 §2.3 unreserved characters besides letters and digits.
UNRESERVED = "-._~"

#: What `allowReserved` leaves as it is in a query: what RFC 3986 §3.4 allows there, less what forms
#: give a meaning of their own (`& = +`). Source: OAS 3.1.1 Parameter Object, allowReserved; OAS 3.2
#: Appendix E.
RESERVED = ":/?@!$'()*,;"

_match_unreserved = re.compile(r"[A-Za-z0-9._~-]*+").fullmatch
_STRAY_PERCENT = "%(?![0-9A-Fa-f]{2})"
_COOKIE_VALUE = r'"[!#-+\--:<-\[\]-~]*"|[!#-+\--:<-\[\]-~]*'
_COOKIE_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"

_BOOLEAN_TEXTS = {True: "true", False: "false"}
_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_encode_ascii_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def to_text(value: Any) -> str:
    """Return a JSON value as the text of a style: a string itself, all else as JSON.

    Raises:
        ValueError: it is NaN or an infinity, or has more digits than Python writes out.

    """
    if isinstance(value, str):
        return value
    if type(value) is int:
        return int.__repr__(value)
    return _BOOLEAN_TEXTS[value] if value is True or value is False else _encode_json(value)


def to_json_text(value: Any, *, ascii_only: bool = False) -> str:
    """Return a value as compact JSON text.

    Args:
        value: plain JSON data.
        ascii_only: write what is not ASCII as an escape of JSON, which a header carries as it is.

    """
    return _encode_ascii_json(value) if ascii_only else _encode_json(value)


def percent_encode(text: str) -> str:
    """Return a text percent-encoded but for unreserved characters. Source: RFC 6570 §3.2.1."""
    return text if _match_unreserved(text) else quote(text, safe=UNRESERVED)


def percent_encode_keeping_reserved(text: str) -> str:
    """Return a text percent-encoded but for reserved characters and percent-encoded triples.

    Source: RFC 6570 §3.2.3.
    """
    return quote(re.sub(_STRAY_PERCENT, "%25", text), safe=UNRESERVED + RESERVED + "%")


def leave_unencoded(text: str) -> str:
    """Return the text itself: headers are never percent-encoded.

    Source: OAS 3.1.1 Parameter Object, schema.
    """
    return text


def check_cookie_value(text: str) -> str:
    """Return the text itself where a cookie can carry it. Source: RFC 6265 §4.1.1 cookie-value.

    Raises:
        ValueError: it holds a semicolon or another character that ends or breaks a cookie.

    """
    if not re.fullmatch(_COOKIE_VALUE, text):
        raise ValueError("no text that a cookie can carry unescaped")
    return text


def check_cookie_name(text: str) -> str:
    """Return the text itself where it can name a cookie. Source: RFC 6265 §4.1.1 cookie-name.

    Raises:
        ValueError: it is empty, or holds a character that no token has.

    """
    if not re.fullmatch(_COOKIE_NAME, text):
        raise ValueError("no text that can name a cookie")
    return text


def percent_decode(text: str) -> str:
    """Return a percent-decoded text.

    Raises:
        ValueError: its bytes are no UTF-8.

    """
    return unquote(text, errors="strict") if "%" in text else text


def is_json(media_type: str) -> bool:
    """Tell whether a `content` parameter is JSON. Source: RFC 6839 §3.1 (+json)."""
    name = media_type.partition(";")[0].strip().lower()
    return name in ("application/json", "text/json") or name.endswith("+json")
