"""Bodies of items, one after another: a list ↔ its bytes; write and read are mirror pairs.

Source: OAS 3.2.0, Sequential Media Types; JSON Lines (jsonlines.org); RFC 7464 (JSON text
sequences); WHATWG HTML §9.2.6 (event streams).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Any

from dynclient.model import SequenceFormat
from dynclient.wire.item_reader import ReadJson, build_item_reader
from dynclient.wire.item_splitters import RECORD_SEPARATOR
from dynclient.wire.schema_types import SchemaTypes

WriteJson = Callable[[Any], bytes]

_LINE_END = re.compile(r"\r\n|\n|\r")
_EVENT_FIELDS = ("event", "id", "retry", "data")


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
                written.append(RECORD_SEPARATOR + write_json(item) + b"\n")
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
    reader = build_item_reader(sequence_format, types.item_types, read_json)
    items: list[Any] = []
    for item in chain(reader.splitter.feed(body), reader.splitter.end()):
        try:
            items.append(reader.decode(item))
        except ValueError as error:
            reason = getattr(error, "msg", None) or getattr(error, "reason", None) or error
            raise ValueError(f"item {len(items)}: {reason}") from None
    return items


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
