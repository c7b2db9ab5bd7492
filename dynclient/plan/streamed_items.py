"""The items of a streamed response body: how they follow one another, and the schema of each.

Source: OAS 3.2.0 Media Type Object, itemSchema; Sequential Media Types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from dynclient.model import MediaType, Operation, find_sequence_format
from dynclient.plan.result_table import FIRST_REDIRECT_STATUS, OK, ResultTable
from dynclient.plan.schemas import Reading, Schemas
from dynclient.schema.declared_names import list_declared_names
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker
from dynclient.wire import media, media_types, multipart
from dynclient.wire.forms import parse_if_text
from dynclient.wire.item_reader import ItemReader, build_item_reader
from dynclient.wire.item_splitters import LineSplitter
from dynclient.wire.part_splitter import PartSplitter
from dynclient.wire.schema_types import SchemaTypes
from dynclient.wire.text_transcoder import TranscodingSplitter

#: What a stream is read as: items of a media type that has some; parts; one JSON value or form;
#: lines of text; chunks of bytes as they come.
StreamFormat = Literal[
    "json lines", "json sequence", "event stream", "parts", "value", "lines", "chunks"
]

#: The fields of a server-sent event. Source: WHATWG HTML §9.2.6.
_EVENT_FIELDS = frozenset({"data", "event", "id", "retry"})

#: By which many APIs end a stream of events whose data are JSON.
_END_MARK = "[DONE]"


class ItemRow(NamedTuple):
    """What the document says of the items of a streamed body.

    Attributes:
        stream_format: what the body is read as.
        types: of one item.
        checker: of one item; None where the document gives no schema that can say anything.

    """

    stream_format: StreamFormat
    types: SchemaTypes
    checker: Checker | None = None

    def is_end_mark(self, item: Any) -> bool:
        """Tell whether an event is the text that ends a stream of data that are no text."""
        if self.stream_format != "event stream" or item.get("data") != _END_MARK:
            return False
        return not self.types.find_member_types("data").can_be_any_text


class ItemTable:
    """The rows of the streamed responses of an operation, each built when it is first needed.

    Args:
        operation: the operation.
        table: its result table.
        schemas: of the document.

    """

    def __init__(self, operation: Operation, table: ResultTable, schemas: Schemas) -> None:
        self._operation = operation
        self._table = table
        self._schemas = schemas
        self._rows: dict[tuple[str, ...], ItemRow] = {}

    def get_row(
        self,
        status: int,
        content_type: str,
        stream_format: StreamFormat | None = None,
        reading: Reading = "consumer",
    ) -> ItemRow:
        """Return the row of a response.

        Args:
            status: of the response.
            content_type: of the response; "" where it names none.
            stream_format: what it is read as; None: what its media type says.
            reading: who reads or sends the items.

        """
        entry = self._table.find_entry(status, content_type)
        name = content_type or (entry.name if entry else "")
        chosen = stream_format or find_stream_format(name)
        if entry is None:
            return ItemRow(chosen, SchemaTypes({}, {}))
        return self.get_entry_row(entry, chosen, reading)

    def get_entry_row(
        self, entry: MediaType, stream_format: StreamFormat, reading: Reading
    ) -> ItemRow:
        """Return the row of a Media Type Object."""
        key = (entry.node.uri, str(entry.node.pointer), entry.name, stream_format, reading)
        if key not in self._rows:
            self._rows[key] = self._build_row(entry, stream_format, reading)
        return self._rows[key]

    def _build_row(
        self, entry: MediaType, stream_format: StreamFormat, reading: Reading
    ) -> ItemRow:
        schema = self.find_item_schema(entry, stream_format)
        if schema is None or stream_format in ("value", "lines", "chunks"):
            return ItemRow(stream_format, SchemaTypes({}, {}))
        root = self._schemas.bundle(schema, "response", reading)
        types = SchemaTypes(root, root.get("$defs", {}))
        return ItemRow(stream_format, types, Checker(root))

    def find_item_schema(
        self, entry: MediaType, stream_format: StreamFormat
    ) -> Schema | bool | None:
        """Return the schema of one item, in our dialect; None where there is none.

        Without `itemSchema` it is that of the items of the response schema where that is an array,
        else the response schema itself.

        Args:
            entry: the Media Type Object.
            stream_format: what the body is read as.

        """
        item_schema = entry.item_schema
        if item_schema is not None:
            return self._schemas.translate(item_schema, "response")
        if entry.schema is None:
            return None
        schema = self._schemas.translate(entry.schema, "response")
        defs = self._schemas.get_dialect("response").defs
        types = SchemaTypes(schema, defs)
        if types.types == {"array"}:
            items: Schema | bool = types.item_types.schema
            return items
        if stream_format == "event stream":
            return _build_event_schema(schema, types)
        return schema


def _build_event_schema(schema: Schema | bool, types: SchemaTypes) -> Schema | bool | None:
    """Return the schema of an event; None where the schema describes the whole stream as text.

    Before OpenAPI 3.2 no document could say whether its schema means the event or its data. It
    means the event where it declares `data`, and nothing but the fields of an event.
    """
    if types.can_be_any_text:
        return None
    if describes_event(types):
        return schema
    place = schema.place if isinstance(schema, Schema) else None
    return Schema({"type": "object", "properties": {"data": schema}, "required": ["data"]}, place)


def describes_event(types: SchemaTypes) -> bool:
    """Tell whether a schema means a server-sent event, not the data of one."""
    names = set(list_declared_names(types.schema, types.defs))
    return "data" in names and names <= _EVENT_FIELDS


def find_stream_format(content_type: str) -> StreamFormat:
    """Return what a body of a media type is read as."""
    sequence_format = find_sequence_format(content_type)
    if sequence_format is not None:
        return sequence_format
    if media.is_multipart(content_type):
        return "parts"
    if media.is_json(content_type) or media.is_composed(content_type):
        return "value"
    return "lines" if media.is_text(content_type) else "chunks"


def build_reader(row: ItemRow, content_type: str, limit: int | None) -> ItemReader:
    """Return what reads the items of a body; not of a row of chunks or one value.

    Args:
        row: what the document says of them.
        content_type: of the response.
        limit: how many bytes an item may have; None: any number.

    Raises:
        ValueError: the content type names no boundary of the parts.

    """
    stream_format = row.stream_format
    if stream_format == "parts":
        splitter = PartSplitter(content_type, limit)
        return ItemReader(splitter, _build_part_decoder(row.types))
    if stream_format == "lines":
        lines = LineSplitter(limit, keeps_blank=True)
        charset = media.find_charset(content_type)
        if charset in ("", "utf-8", "ascii"):
            return ItemReader(lines, bytes.decode)
        return ItemReader(TranscodingSplitter(lines, charset), bytes.decode)
    if stream_format == "chunks" or stream_format == "value":  # noqa: PLR1714 (mypy follows this)
        raise AssertionError(f"{stream_format} are not told apart")
    return build_item_reader(stream_format, row.types, media.decode_json, limit)


def _build_part_decoder(types: SchemaTypes) -> Callable[[bytes], Any]:
    """Return what makes a value of a part: as in a list, or an object with the member it names."""

    def decode(part: bytes) -> Any:
        name, value = multipart.read_part(part)
        if name is None:
            return parse_if_text(value, types)
        return {name: parse_if_text(value, types.find_member_types(name))}

    return decode


def build_stream_accept(operation: Operation) -> str | None:
    """Return the Accept header of a stream: media types with items before all others.

    Returns:
        None where no success declares such a media type.

    """
    successes: list[str] = []
    others: list[str] = []
    for status, response in operation.responses.items():
        for name in response.content:
            is_success = status.startswith("2") or status == "default"
            is_preferred = is_success and _is_streamed(name)
            (successes if is_preferred else others).append(name)
    if not successes:
        return None
    preferred = media_types.build_accept_header([("200", dict.fromkeys(successes))])
    rest = [f"{media.get_essence(name)};q=0.5" for name in others if name not in successes]
    return ", ".join(dict.fromkeys([preferred, *rest]))


def _is_streamed(name: str) -> bool:
    if media_types.is_range(name):
        return False
    return find_stream_format(name) in ("event stream", "json lines", "json sequence", "parts")


def is_success(status: int) -> bool:
    """Tell whether a status is one of a success."""
    return OK <= status < FIRST_REDIRECT_STATUS
