"""`dynclient.record`: the exchanges of a client, written into a HAR file as they happen."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dynclient.errors import DynclientError, UsageError
from dynclient.model import Document
from dynclient.plan.exchange_secrets import LINK_FIELDS, ExchangeSecrets
from dynclient.recording.har_entry import MAX_BODY_BYTES, HarEntry, build_timestamp
from dynclient.recording.har_file import HarWriter, check_path
from dynclient.recording.recorded_calls import (
    RecordedCall,
    RecordedCallReader,
    select_parameters,
)
from dynclient.recording.secret_replacement import SecretReplacer
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, Request, Response


def record(path: str | os.PathLike[str], *, transport: Any = None) -> Recorder:
    """Return a `transport=` for a client whose exchanges are written into a HAR 1.2 file.

    The file replaces an older one with the first exchange, is valid after each, and can be read by
    its owner alone. Secrets are not in it: letters and digits of the same kind stand in their
    place.

    Args:
        path: of the file; `.har` is its usual ending.
        transport: what the calls go to: all that `Client(transport=…)` takes. None: the network.

    Raises:
        UsageError: the file cannot be written, or the transport is a recording too.

    """
    if isinstance(transport, Recorder):
        raise UsageError(
            "a recording cannot record another one", hint="give its own transport to both"
        )
    recorder = Recorder(check_path(path, "record"), transport)
    recorder.check_writable()
    return recorder


class Recorder:
    """A transport that records; clients of several documents may share it.

    Args:
        path: of the file.
        transport: what the calls go to; None: the network.

    """

    def __init__(self, path: Path, transport: Any) -> None:
        self.path = path
        self.transport = transport
        self._writer = HarWriter(path)

    def check_writable(self) -> None:
        """Find out whether the file can be written, before anything is sent.

        Raises:
            UsageError: it cannot.

        """
        self._writer.check_writable()

    def bind_document(self, document: Document) -> DocumentRecorder:
        """Return the recorder of a client's exchanges; the client calls it."""
        transport = self.transport
        if hasattr(transport, "bind_document"):
            transport = transport.bind_document(document)
        return DocumentRecorder(transport, self._writer, RecordedCallReader(document))

    def __repr__(self) -> str:
        return f"<Recorder {self.path}>"


class DocumentRecorder:
    """Records the exchanges of one document's clients.

    Args:
        transport: what the calls go to; None: the network.
        writer: of the file.
        reader: of calls.

    """

    def __init__(self, transport: Any, writer: HarWriter, reader: RecordedCallReader) -> None:
        self.transport = transport
        self._writer = writer
        self._reader = reader

    def add_exchange(self, request: Request, response: Response) -> None:
        """Write an exchange.

        Args:
            request: what was sent, without the credentials of the client.
            response: what came.

        Raises:
            UsageError: the file cannot be written.

        """
        self._writer.append(self._build_entry(request, response))

    def _build_entry(self, request: Request, response: Response) -> HarEntry:
        body = _take_request_body(request)
        call = self._read_call(replace(request, body=body or None))
        secrets = self._find_secrets(request, call)
        names = request.secret_names
        if secrets is not None:
            names = names.join(secrets.names)
        replacer = SecretReplacer(names)
        sent_body = _replace_in_body(replacer, body, request.headers)
        came_body = _replace_in_body(replacer, _take_response_body(response), response.headers)
        sent = replace(request, body=sent_body or None)
        started = datetime.now(UTC) - timedelta(seconds=response.elapsed)
        operation, parameters = "", {}
        if call is not None:
            operation = call.operation.key
            parameters = replacer.replace_in_parameters(select_parameters(call.call))
        return HarEntry(
            _replace_in_request(replacer, sent),
            _replace_in_response(
                replacer,
                replace(
                    response, headers=self._replace_in_links(secrets, request.url, response.headers)
                ),
                came_body or b"",
            ),
            build_timestamp(started),
            operation,
            parameters,
            has_request_body=sent_body is not None,
            has_response_body=came_body is not None,
        )

    def _find_secrets(self, request: Request, call: RecordedCall | None) -> ExchangeSecrets | None:
        """Return what is a secret in an exchange; a redirect may lead to another operation."""
        operation = self._reader.document.operations.get(request.operation_id)
        if call is not None:
            operation = call.operation
        return None if operation is None else self._reader.get_secrets(operation)

    def _replace_in_links(
        self, secrets: ExchangeSecrets | None, request_url: str, headers: Headers
    ) -> Headers:
        """Return headers whose links hold no secret of the operations that they lead to."""
        if secrets is None:
            return headers
        fields = []
        for name, value in headers.pairs():
            shown = value
            if name.lower() in LINK_FIELDS:
                names = secrets.find_link_names(request_url, value)
                shown = SecretReplacer(names).replace_in_url(value)
            fields.append((name, shown))
        return Headers(fields, headers.secret_names)

    def _read_call(self, request: Request) -> RecordedCall | None:
        try:
            return self._reader.read(request)
        except DynclientError:  # a broken corner of the document: the exchange is kept all the same
            return None


def _take_request_body(request: Request) -> bytes | None:
    """Return the body of a request, None where it is read from a stream."""
    if isinstance(request.body, StreamedBody):
        return None
    return request.body or b""


def _take_response_body(response: Response) -> bytes | None:
    """Return the body of a response, None where it went elsewhere."""
    is_elsewhere = response.is_in_sink or response.open_body is not None
    return None if is_elsewhere else response.body


def _replace_in_body(
    replacer: SecretReplacer, body: bytes | None, headers: Headers
) -> bytes | None:
    """Return a body without secrets, None where it is not to be recorded."""
    if body is None or len(body) > MAX_BODY_BYTES:
        return None
    return replacer.replace_in_body(body, headers.get("content-type", ""))


def _replace_in_request(replacer: SecretReplacer, request: Request) -> Request:
    """Return a request without secrets in its URL and headers."""
    url = replacer.replace_in_url(request.url)
    return Request(request.method, url, replacer.replace_in_headers(request.headers), request.body)


def _replace_in_response(replacer: SecretReplacer, response: Response, body: bytes) -> Response:
    """Return a response without secrets in its headers, with a body that has none."""
    headers = replacer.replace_in_headers(response.headers)
    return Response(response.status, headers, body, response.elapsed)
