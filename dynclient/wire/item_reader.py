"""Items read from a body while it comes in: bytes → items told apart → their values.

A whole body is read in the same way, at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from dynclient.model import SequenceFormat
from dynclient.wire.item_splitters import (
    EventSplitter,
    ItemSplitter,
    LineSplitter,
    MalformedItem,
    RecordSplitter,
    StreamedEvent,
)
from dynclient.wire.schema_types import SchemaTypes

ReadJson = Callable[[bytes], Any]


class ItemReader(NamedTuple):
    """Reads the items of a body.

    Attributes:
        splitter: tells them apart.
        decode: item as the splitter yields it → its value; it raises ValueError where it has none.

    """

    splitter: ItemSplitter
    decode: Callable[[Any], Any]


def build_item_reader(
    sequence_format: SequenceFormat,
    types: SchemaTypes,
    read_json: ReadJson,
    limit: int | None = None,
) -> ItemReader:
    """Return what reads a body of items.

    Args:
        sequence_format: how they follow one another.
        types: what the schema allows of one item; of an event, of the object with its fields.
        read_json: JSON text → value.
        limit: how many bytes an item may have; None: any number.

    """
    if sequence_format == "event stream":
        return ItemReader(EventSplitter(limit), _build_event_decoder(types))
    if sequence_format == "json lines":
        return ItemReader(LineSplitter(limit), read_json)
    texts = _JsonTexts(read_json)
    return ItemReader(RecordSplitter(texts.is_json, limit), texts.decode)


def _build_event_decoder(types: SchemaTypes) -> Callable[[StreamedEvent], dict[str, Any]]:
    """Return what makes an object of an event; its data are text where a schema allows any text."""
    data_types = types.find_member_types("data")

    def decode(event: StreamedEvent) -> dict[str, Any]:
        is_text = data_types.can_be_any_text
        data = event.data if is_text else data_types.parse_text(event.data)
        return {**event.fields, "data": data}

    return decode


class _JsonTexts:
    """Decodes JSON texts; one that was tried before is not read again."""

    def __init__(self, read_json: ReadJson) -> None:
        self._read_json = read_json
        self._text = b""
        self._value: Any = None

    def is_json(self, text: bytes) -> bool:
        """Tell whether a text is JSON, and keep its value."""
        try:
            self._value = self._read_json(text)
        except ValueError:
            return False
        self._text = text
        return True

    def decode(self, text: bytes | MalformedItem) -> Any:
        """Return the value of a text."""
        if isinstance(text, MalformedItem):
            raise ValueError(text.reason)  # noqa: TRY004 (of the item)
        return self._value if text is self._text else self._read_json(text)
