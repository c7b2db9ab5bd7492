"""Bodies: a value ↔ the bytes of a body, by its media type."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dynclient.model import NO_ITEM_ENCODINGS, Encoding, ItemEncodings, find_sequence_format
from dynclient.schema.translation.keyword_values import has_only_finite_numbers
from dynclient.wire.binary_values import StreamedBody, build_binary_body
from dynclient.wire.binary_values import is_binary as is_binary_value
from dynclient.wire.parameters import to_text
from dynclient.wire.schema_types import SchemaTypes, refuse_constant

FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"

#: The charsets of the web, by Python's names for them; Python knows stranger codecs, and some take
#: quadratic time.
_CHARSET = (
    "ascii|utf-(8|16|32)(-[bl]e)?|iso8859-[0-9]+|cp(12[0-9]{2}|437|850|852|866|874|932|949|950)"
    "|koi8-[ru]|mac-roman|shift_jis|euc_(jp|kr)|iso2022_jp|gb(k|2312|18030)|big5(hkscs)?"
)

#: Every digit becomes a 0, so that a run of them is found by a plain search: ten times as fast as a
#: regular expression.
_DIGITS = bytes(ord("0") if chr(byte).isdecimal() and byte < 128 else 0 for byte in range(256))  # noqa: PLR2004 (ASCII)
_LONG_NUMBER = b"0" * 19

#: Of 19 digits in a row, four are found among every fourth byte. That is looked at first: dates and
#: times have no such four.
_SAMPLE_STEP = 4
_LONG_SAMPLE = b"0" * 4


@lru_cache(maxsize=256)
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


@lru_cache(maxsize=256)
def is_multipart(media_type: str) -> bool:
    """Tell whether a body of this media type is made of parts."""
    return get_essence(media_type).startswith("multipart/")


def is_composed(media_type: str) -> bool:
    """Tell whether a body of this media type is a form or multipart: an object in Python."""
    return get_essence(media_type) == FORM_MEDIA_TYPE or is_multipart(media_type)


def write(
    media_type: str,
    value: Any,
    encodings: Mapping[str, Encoding],
    item_encodings: ItemEncodings = NO_ITEM_ENCODINGS,
) -> tuple[str, bytes | StreamedBody]:
    """Return the Content-Type and the body that a value makes.

    Args:
        media_type: what the body is to be.
        value: plain JSON data for JSON; an object for forms and parts, its members files where they
            are; text or a binary value for the rest.
        encodings: how the properties of a form or of parts are written.
        item_encodings: how parts without names are written.

    Raises:
        ValueError: the value cannot be carried by this media type; nothing of it is in the message.

    """
    if is_json(media_type):
        return media_type, encode_json(value)
    if is_binary_value(value):
        return media_type, build_binary_body(value)
    if isinstance(value, dict) and get_essence(media_type) == FORM_MEDIA_TYPE:
        from dynclient.wire.forms import write_form  # Few bodies are forms.

        return media_type, write_form(value, encodings)
    if is_multipart(media_type) and isinstance(value, dict | list):
        from dynclient.wire import multipart  # Few calls send parts.

        if multipart.can_write(media_type, value):
            boundary, body = multipart.write(
                value,
                encodings,
                item_encodings,
                is_form_data=get_essence(media_type) == multipart.FORM_DATA,
            )
            return f"{media_type}; boundary={boundary}", body
    sequence_format = find_sequence_format(media_type)
    if sequence_format is not None and isinstance(value, list):
        from dynclient.wire.sequences import write_items  # Few calls send lists of items.

        return media_type, write_items(sequence_format, value, encode_json)
    if _can_be_text(media_type, value):
        return media_type, to_text(value).encode(find_charset(media_type) or "utf-8")
    if sequence_format is not None:
        raise ValueError(f"{media_type} is written from a list of items")
    accepted = "an object" if is_composed(media_type) else "text or bytes"
    raise ValueError(f"{media_type} is written from {accepted}, not from {_describe_kind(value)}")


def _can_be_text(media_type: str, value: Any) -> bool:
    """Tell whether a value is written as its text: where the body is text, a scalar too."""
    if isinstance(value, str):
        return True
    return is_text(media_type) and (value is None or isinstance(value, int | float))


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
        from dynclient.wire import multipart  # Few results are parts.

        return multipart.read(body, content_type, types, encodings)
    if get_essence(media_type) == FORM_MEDIA_TYPE:
        from dynclient.wire.forms import read_form  # Few bodies are forms.

        return read_form(body, types, encodings)
    sequence_format = find_sequence_format(media_type)
    if sequence_format is not None and types.is_array:
        from dynclient.wire.sequences import read_items  # Few results are lists of items.

        return read_items(sequence_format, body, types, decode_json)
    value = decode(media_type, body, content_type)
    if isinstance(value, str) and get_essence(media_type) == "text/plain":
        return types.parse_text(value if types.can_be_any_text else value.strip())
    return value


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


@lru_cache(maxsize=256)
def find_charset(content_type: str) -> str:
    """Return the charset that a Content-Type names, lower case; "" without a known one."""
    if ";" not in content_type:
        return ""
    found = re.search(r"(?i);\s*charset\s*=\s*\"?([^\s;\"]+)", content_type)
    if not found:
        return ""
    try:
        name = codecs.lookup(found[1]).name
    except LookupError:
        return ""
    return name if re.fullmatch(_CHARSET, name) else ""


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
        # `rfind` takes half the time of `in`.
        if body.rfind(b"null") < 0 or has_only_finite_numbers(value):
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
    if fast is not None and not has_long_number(body):
        try:
            return fast.loads(body)
        except ValueError:
            pass  # the standard library decides, and words the error
    try:
        return json.loads(
            body.removeprefix(b"\xef\xbb\xbf"),
            parse_constant=refuse_constant,
            parse_float=_parse_float,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def has_long_number(body: bytes) -> bool:
    """Tell whether 19 digits follow one another.

    Such an integer may not fit 64 bits, and orjson would make it a float.
    """
    if body[::_SAMPLE_STEP].translate(_DIGITS).rfind(_LONG_SAMPLE) < 0:
        return False
    return _LONG_NUMBER in body.translate(_DIGITS)


def _parse_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is beyond what a float can hold")
    return value


def _describe_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else "that"
