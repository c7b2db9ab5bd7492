"""Bodies of items, one after another: a list ↔ its bytes; write and read are mirror pairs.

Source: OAS 3.2.0, Sequential Media Types; JSON Lines (jsonlines.org); RFC 7464 (JSON text
sequences); WHATWG HTML §9.2.6 (event streams).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from dynclient.model import SequenceFormat
from dynclient.wire.schema_types import SchemaTypes

WriteJson = Callable[[Any], bytes]
ReadJson = Callable[[bytes], Any]

#: The byte before each text of a JSON text sequence. Source: RFC 7464 §2.2.
_RECORD_SEPARATOR = b"\x1e"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_LINE_END = re.compile(r"\r\n|\n|\r")
_EVENT_FIELDS = ("event", "id", "retry", "data")
_RETRY = re.compile(r"[0-9]{1,18}")


def write_items(sequence_format: SequenceFormat, items: list[Any], write_json: WriteJson) -> bytes:
    """Return the bytes of a list of items.

    Args:
        sequence_format: how they follow one another.
        items: plain JSON data; of an event stream objects with the fields of an event.
        write_json: value → JSON text, all of it on one line.

    Raises:
        ValueError: an item cannot be written; the message has its index.

    """
    written: list[bytes] = []
    for index, item in enumerate(items):
        try:
            if sequence_format == "event stream":
                written.append(_write_event(item, write_json))
            elif sequence_format == "json sequence":
                written.append(_RECORD_SEPARATOR + write_json(item) + b"\n")
            else:
                written.append(write_json(item) + b"\n")
        except ValueError as error:
            raise ValueError(f"item {index}: {error}") from None
    return b"".join(written)


def read_items(
    sequence_format: SequenceFormat, body: bytes, types: SchemaTypes, read_json: ReadJson
) -> list[Any]:
    """Return the items of a body.

    Args:
        sequence_format: how they follow one another.
        body: its bytes, in UTF-8.
        types: what the schema allows of the list.
        read_json: JSON text → value.

    Raises:
        ValueError: an item cannot be read; the message has its index.

    """
    if sequence_format == "event stream":
        return list(_read_events(body, types.item_types))
    texts = _split_texts(sequence_format, body)
    items: list[Any] = []
    for text in texts:
        try:
            items.append(read_json(text))
        except ValueError as error:
            reason = getattr(error, "msg", None) or getattr(error, "reason", None) or error
            raise ValueError(f"item {len(items)}: {reason}") from None
    return items


def _split_texts(sequence_format: SequenceFormat, body: bytes) -> list[bytes]:
    """Return the JSON texts of a body; empty lines and empty records are none."""
    if sequence_format == "json lines":
        return [line for line in body.removeprefix(_BYTE_ORDER_MARK).split(b"\n") if line.strip()]
    start, *texts = body.split(_RECORD_SEPARATOR)
    if start.strip():
        raise ValueError("item 0: no record separator is before it")
    return [text for text in texts if text.strip()]


# --- event streams


def _write_event(item: Any, write_json: WriteJson) -> bytes:
    if not isinstance(item, dict):
        raise ValueError("an event is an object with data, event, id or retry")  # noqa: TRY004 (of the value)
    unknown = [name for name in item if name not in _EVENT_FIELDS]
    if unknown:
        raise ValueError("an event has no fields but data, event, id and retry")
    lines: list[str] = []
    for name in _EVENT_FIELDS:
        if name in item:
            text = _write_field(item[name], write_json)
            # The field `data` alone may have several lines.
            texts = text.split("\n") if name == "data" else [text]
            lines += [_write_line(name, each) for each in texts]
    if "data" not in item:
        raise ValueError("an event without data is none")
    return "\n".join([*lines, "", ""]).encode()


def _write_field(value: Any, write_json: WriteJson) -> str:
    return value if isinstance(value, str) else write_json(value).decode()


def _write_line(name: str, text: str) -> str:
    if _LINE_END.search(text) or (name == "id" and "\x00" in text):
        raise ValueError(f"the field {name} of an event cannot hold this text")
    return f"{name}: {text}"


def _read_events(body: bytes, types: SchemaTypes) -> Iterator[dict[str, Any]]:
    """Yield the events of a stream; one without data is none, as the standard has it.

    The last event counts even where no empty line ends it, as nothing of the body is missing.
    """
    text = body.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "replace")
    event: dict[str, Any] = {}
    data: list[str] = []
    for line in (*_LINE_END.split(text), ""):
        if line:
            _add_field(event, data, line)
            continue
        if data:
            yield {**event, "data": _read_data("\n".join(data), types)}
        event, data = {}, []


def _add_field(event: dict[str, Any], data: list[str], line: str) -> None:
    """Add what a line says to an event; comments and unknown fields say nothing."""
    name, _, text = line.partition(":")
    text = text.removeprefix(" ")
    if name == "data":
        data.append(text)
    elif name == "event" or (name == "id" and "\x00" not in text):
        event[name] = text
    elif name == "retry" and _RETRY.fullmatch(text):
        event[name] = int(text)


def _read_data(text: str, types: SchemaTypes) -> Any:
    """Return the data of an event: text, or what it stands for where a schema allows no text."""
    data_types = types.find_member_types("data")
    return text if data_types.can_be_any_text else data_types.parse_text(text)
