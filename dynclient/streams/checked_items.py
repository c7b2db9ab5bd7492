"""The items of a stream, decoded and checked one by one; it knows neither threads nor tasks."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Final

from dynclient.client.stream_source import StreamSource
from dynclient.errors import BrokenResponse, BrokenStream, ResponseDrift, TimedOut, TransportError
from dynclient.plan.results import Result, select_drifts
from dynclient.plan.streamed_items import StreamFormat, build_reader
from dynclient.transport.exchange import describe_request
from dynclient.transport.response_body import TooManyValues, check_value_count
from dynclient.violations import Violation
from dynclient.wire.binary_values import replace_binaries
from dynclient.wire.item_reader import ItemReader
from dynclient.wire.item_splitters import EventSplitter, ItemBuffer, ItemTooLarge, StreamedEvent
from dynclient.wire.message import Response

#: What stands for an event that is no item: the mark that ends a stream.
NO_ITEM: Final = object()

_JSON_FORMATS = ("json lines", "json sequence", "event stream")


class CheckedItems:
    """Reads the items of one response.

    Args:
        source: the call.
        response: its response, without body.
        head: its result, without data.
        stream_format: what the body is read as; None: what its media type says.

    """

    def __init__(
        self,
        source: StreamSource,
        response: Response,
        head: Result,
        stream_format: StreamFormat | None,
    ) -> None:
        self._source = source
        self._response = response
        self._head = head
        self._content_type = head.headers.get("content-type", "")
        self._row = source.plan.item_table.get_row(head.status, self._content_type, stream_format)
        self.item_count = 0
        self._reader = self._build_reader()
        self._items: Iterator[Any] = iter(())
        self._has_bytes = False
        #: One value is read as a whole.
        self._whole = ItemBuffer(source.options.max_response_bytes)

    def continue_after(self, earlier: CheckedItems) -> None:
        """Go on where a stream broke: with its count, its last event and its server's delay."""
        self.item_count = earlier.item_count
        splitter = self._reader.splitter if self._reader else None
        if isinstance(splitter, EventSplitter):
            splitter.last_event_id = earlier.find_last_event_id()
            splitter.retry_ms = earlier.find_retry_ms()

    @property
    def stream_format(self) -> StreamFormat:
        """What the body is read as."""
        return self._row.stream_format

    def _build_reader(self) -> ItemReader | None:
        """Return what tells the items apart; None for chunks and one value."""
        if self._row.stream_format in ("value", "chunks"):
            return None
        try:
            limit = self._source.options.max_response_bytes
            return build_reader(self._row, self._content_type, limit)
        except ValueError as error:
            raise self._build_decode_error(str(error), b"") from None

    # --- what the splitter knows

    def find_last_event_id(self) -> str:
        """Return the id from which an event stream goes on; "" for none."""
        splitter = self._reader.splitter if self._reader else None
        return splitter.last_event_id if isinstance(splitter, EventSplitter) else ""

    def find_retry_ms(self) -> int | None:
        """Return after how many milliseconds the server wants to be asked again, if it said so."""
        splitter = self._reader.splitter if self._reader else None
        return splitter.retry_ms if isinstance(splitter, EventSplitter) else None

    # --- reading

    def feed(self, piece: bytes) -> None:
        """Take in a piece of the body, once `read_item` found no item in what came before.

        Raises:
            BrokenStream: the body is one value that is larger than is allowed.

        """
        self._has_bytes = self._has_bytes or bool(piece)
        if self._row.stream_format == "value":
            try:
                self._whole.add(piece)
            except ItemTooLarge as error:
                raise self._build_limit_error(error) from None
        else:
            self._items = self._reader.splitter.feed(piece) if self._reader else iter((piece,))

    def end(self) -> None:
        """Take in the end of the body; no bytes are no items."""
        if not self._has_bytes:
            self._items = iter(())
        elif self._row.stream_format == "value":
            self._items = iter((self._whole.join(),))
        else:
            self._items = self._reader.splitter.end() if self._reader else iter(())

    def read_item(self) -> tuple[Any, Sequence[Violation]] | None:
        """Return the next item that is here, and its violations; None where none is here.

        Raises:
            DecodeError: the item is not what its media type says; the next one can be read.
            InvalidResponse: under `raise`, it does not fit its schema; the next one can be read.
            BrokenStream: the stream cannot be read on.

        """
        while True:
            try:
                item: Any = next(self._items, NO_ITEM)
            except ItemTooLarge as error:
                raise self._build_limit_error(error) from None
            except ValueError as error:
                raise self._build_broken_stream(f"its body is broken: {error}") from None
            if item is NO_ITEM:
                return None
            if self._row.stream_format == "value":
                return self._read_whole(item)
            value = self._decode(item)
            if value is NO_ITEM:
                continue
            violations = self._check(value)
            self.item_count += 1
            return value, violations

    def _read_whole(self, body: bytes) -> tuple[Any, Sequence[Violation]]:
        """Return the value that the body is, read and checked as that of a call."""
        limit = self._source.options.max_response_values
        try:
            check_value_count(body, self._content_type, limit)
        except TooManyValues as error:
            raise self._build_limit_error(error) from None
        whole = dataclasses.replace(self._response, body=body, is_in_sink=False)
        result = self._source.build_result(self._source.request, whole)
        self.item_count += 1
        return result.data, result.violations

    def _decode(self, item: Any) -> Any:
        """Return the value of an item; NO_ITEM where it only marks the end."""
        if self._reader is None:
            return item
        body = item.data.encode() if isinstance(item, StreamedEvent) else item
        try:
            if self._row.stream_format in _JSON_FORMATS and isinstance(body, bytes):
                limit = self._source.options.max_response_values
                check_value_count(body, "application/json", limit)
            value = self._reader.decode(item)
        except TooManyValues as error:
            raise self._build_limit_error(error) from None
        except ValueError as error:
            self.item_count += 1
            error_body = body if isinstance(body, bytes) else b""
            raise self._build_decode_error(_describe_reason(error), error_body) from None
        return NO_ITEM if self._row.is_end_mark(value) else value

    def _check(self, value: Any) -> Sequence[Violation]:
        options, checker = self._source.options, self._row.checker
        if options.validate_responses == "off" or checker is None:
            return ()
        path = ("body", self.item_count)
        if self._row.stream_format == "parts":
            violations = checker.find_violations(replace_binaries(value)[0], path)
            # A part with a name is one member of the object, the others are parts of their own.
            violations = [
                v for v in violations if v.kind != "missing" or len(v.path) > len(path) + 1
            ]
        else:
            violations = checker.check(value, path)
        if not violations:
            return ()
        result = dataclasses.replace(self._head, data=value, violations=tuple(violations))
        unexcused = self._source.select_unexcused(violations)
        if unexcused and options.validate_responses == "raise":
            self.item_count += 1
            raise self._source.plan.result_builder.build_invalid_response(result, unexcused)
        for violation in select_drifts(violations):
            self._source.note_drift(violation, self._head.status)
            # From here to the line that asks for the next item.
            warnings.warn(ResponseDrift(f"{self._source.operation_id}: {violation}"), stacklevel=5)
        return violations

    # --- errors

    def _build_decode_error(self, reason: str, body: bytes) -> Exception:
        text = f"item {max(0, self.item_count - 1)} cannot be decoded: {reason}"
        return self._source.plan.result_builder.build_decode_error(self._head, text, body)

    def _build_limit_error(self, error: ItemTooLarge | TooManyValues) -> BrokenStream:
        option = "max_response_values" if isinstance(error, TooManyValues) else "max_response_bytes"
        hint = f"allow more: {option}="
        return self._build_broken_stream(str(error), hint, limit=error.limit)

    def _build_broken_stream(self, text: str, hint: str | None = None, **data: Any) -> BrokenStream:
        request = self._source.request
        return BrokenStream(
            f"{describe_request(request)}: {text}; {describe_count(self.item_count)}",
            hint=hint,
            request=request,
            status=self._head.status,
            attempts=self._head.attempts,
            item_count=self.item_count,
            last_event_id=self.find_last_event_id(),
            **data,
        )

    def build_stream_error(self, error: TransportError) -> TransportError:
        """Return the error of a connection as one of the stream: it says how many items came."""
        data = {key: value for key, value in vars(error).items() if key not in ("headline", "hint")}
        data |= {"item_count": self.item_count}
        headline = f"{error.headline}; {describe_count(self.item_count)}"
        if isinstance(error, TimedOut):
            hint = error.hint
            if error.deadline_s is None:
                hint = "give more time between the items: timeout=(5, None)"
            return TimedOut(headline, hint=hint, **data)
        if isinstance(error, BrokenResponse):
            data |= {"last_event_id": self.find_last_event_id()}
            return BrokenStream(headline, hint=error.hint, **data)
        return error


def describe_count(count: int) -> str:
    """Return how many items came before a stream broke, for a message."""
    if count == 0:
        return "no item came before"
    return "1 item came before" if count == 1 else f"{count:,} items came before"


def _describe_reason(error: ValueError) -> str:
    """Return why a value cannot be decoded, without the value."""
    reason = getattr(error, "msg", None) or getattr(error, "reason", None) or error
    return str(reason)[:120]
