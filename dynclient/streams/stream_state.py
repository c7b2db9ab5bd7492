"""What both kinds of streams share: everything but waiting."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dynclient.client.stream_source import StreamSource
from dynclient.client.transfer_progress import build_observer
from dynclient.errors import ResponseError, TransportError, UsageError
from dynclient.plan.result_table import FIRST_ERROR_STATUS, OK
from dynclient.plan.results import Result
from dynclient.plan.streamed_items import StreamFormat
from dynclient.streams.byte_ranges import PARTIAL_CONTENT
from dynclient.streams.checked_items import CheckedItems
from dynclient.streams.download import FileDownload, ObserveBytes
from dynclient.streams.reconnection import (
    build_reconnect_request,
    can_reconnect,
    choose_reconnect_delay,
)
from dynclient.violations import Violation
from dynclient.wire.body_pieces import BodyPieces
from dynclient.wire.message import Headers, Request, Response
from dynclient.wire.observed_body import TransferObserver

NO_CONTENT = 204

#: What broke a body → the request for the rest of it, and after how many seconds to send it.
ChooseNext = Callable[[TransportError], tuple[Request, float]]


class StreamState:
    """A call whose result is read while it comes.

    Args:
        source: the call.

    """

    def __init__(self, source: StreamSource) -> None:
        self._source = source
        self._format: StreamFormat | None = None
        self._response: Response | None = None
        self._head: Result | None = None
        self._body: Any = None
        self._items: CheckedItems | None = None
        self._is_over = False
        self._is_unreadable = False
        self._wire_status = 0
        #: How often in a row the stream was opened again without a new item.
        self._reconnects = 0
        self.violations: Sequence[Violation] = ()

    # --- what came

    @property
    def request(self) -> Request:
        """The request."""
        return self._source.request

    @property
    def has_response(self) -> bool:
        """Whether a response came."""
        return self._head is not None

    @property
    def result(self) -> Result:
        """The result without data: status, headers and what is wrong with them.

        Raises:
            UsageError: the stream was not opened.

        """
        if self._head is None:
            raise UsageError(
                f"{self._source.operation_id}: the stream is not open; nothing was sent",
                hint=f"with client.{self._python_name}.stream(…) as items: …",
            )
        return self._head

    @property
    def status(self) -> int:
        """The status code."""
        return self.result.status

    @property
    def headers(self) -> Headers:
        """The header fields, all of them text."""
        return self.result.headers

    @property
    def header_data(self) -> Mapping[str, Any]:
        """The headers that the document declares, decoded by their schemas."""
        return self.result.header_data

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; "" where there is none."""
        return self.result.media_type

    @property
    def item_count(self) -> int:
        """How many items came so far."""
        return self._items.item_count if self._items else 0

    @property
    def last_event_id(self) -> str:
        """The id from which an event stream goes on; "" for none."""
        return self._items.find_last_event_id() if self._items else ""

    def __repr__(self) -> str:
        status = self._head.status if self._head else "not open"
        return f"<{type(self).__name__} {self._source.operation_id}: {status}>"

    @property
    def _python_name(self) -> str:
        return self._source.plan.operation.python_name

    # --- steps

    def _choose_format(self, stream_format: StreamFormat | None) -> None:
        """Read the body as something, from its beginning."""
        if self._items is not None and stream_format != self._format:
            raise UsageError(
                f"{self._source.operation_id}: the stream is read in another way already",
                hint="open it again, and choose before the first item",
            )
        self._format = stream_format

    def _begin(self, request: Request, response: Response) -> None:
        """Take in a response.

        Raises:
            ResponseError: it is no success, or does not fit the document.

        """
        body = response.open_body
        if body is None and response.status < FIRST_ERROR_STATUS:
            body = BodyPieces([response.body] if response.body else [])
            response = replace(response, body=b"", is_in_sink=bool(response.body))
        is_reopened = self._items is not None
        if is_reopened and response.status == NO_CONTENT:
            # The server wants nobody to come back. Source: WHATWG HTML §9.2.3.
            self._is_over = True
            return
        self._wire_status = response.status
        if self._is_undeclared_part(request, response):
            response = replace(response, status=OK)
        head = self._source.build_result(request, response)
        self._head = replace(head, data=None)
        self._response, self._body, self._is_over = response, body, False
        if self._items is not None:
            earlier, self._items = self._items, None
            self._get_items().continue_after(earlier)

    def _is_undeclared_part(self, request: Request, response: Response) -> bool:
        """Tell whether a part came that was asked for, and that the document does not declare."""
        is_part = response.status == PARTIAL_CONTENT and "range" in request.headers
        return is_part and self._source.plan.operation.find_response(PARTIAL_CONTENT) is None

    def _build_download(self, file: str | os.PathLike[str], observe: ObserveBytes) -> FileDownload:
        """Return the download of the result to a file.

        Raises:
            UsageError: the stream is read already.

        """
        if self._items is not None:
            raise UsageError(
                f"{self._source.operation_id}: the stream is read already",
                hint=f"client.{self._python_name}.stream(…).save(file)",
            )
        return FileDownload(file, self.request, self._source.options.reconnect, observe)

    def _build_observer(self, file: str | os.PathLike[str]) -> TransferObserver:
        return build_observer(self._source.options.progress, Path(file).name)

    def _get_items(self) -> CheckedItems:
        if self._items is None:
            head, response = self.result, self._response
            assert response is not None
            try:
                self._items = CheckedItems(self._source, response, head, self._format)
            except ResponseError:
                self._is_unreadable = self._is_over = True
                raise
        return self._items

    def _take_piece(self, piece: bytes | None) -> None:
        items = self._get_items()
        if piece is None:
            self._is_over = True
            items.end()
        else:
            items.feed(piece)

    def _find_item(self) -> tuple[Any] | None:
        """Return the next item that is here, in a tuple; None where none is here."""
        found = None if self._is_unreadable else self._get_items().read_item()
        if found is None:
            return None
        value, self.violations = found
        self._reconnects = 0
        return (value,)

    # --- broken streams

    def _begin_reconnect(self, error: TransportError) -> tuple[Request, float]:
        """Return the request that goes on after a failure, and after how many seconds to send it.

        Raises:
            TransportError: the failure stands.

        """
        items = self._get_items()
        last_event_id = items.find_last_event_id()
        can_go_on = items.stream_format == "event stream" and can_reconnect(
            self.request, last_event_id
        )
        if not can_go_on or self._reconnects >= self._source.options.reconnect:
            self._is_over = True  # What came of the next item is none.
            raise items.build_stream_error(error) from error.__cause__
        self._reconnects += 1
        delay_s = choose_reconnect_delay(self._reconnects, items.find_retry_ms())
        return build_reconnect_request(self.request, last_event_id), delay_s
