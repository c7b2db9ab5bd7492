"""`dynclient.record`: the exchanges of a client, written into a HAR file as they happen."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dynclient.errors import DynclientError, UsageError
from dynclient.masking import SecretNames
from dynclient.model import Document
from dynclient.recording.har_entry import MAX_BODY_BYTES, HarEntry, build_timestamp
from dynclient.recording.har_file import HarWriter
from dynclient.recording.recorded_calls import (
    RecordedCall,
    RecordedCallReader,
    select_parameters,
)
from dynclient.recording.secret_replacement import SecretReplacer, replace_secret
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
        UsageError: the transport is a recording too.

    """
    if isinstance(transport, Recorder):
        raise UsageError(
            "a recording cannot record another one", hint="give its own transport to both"
        )
    return Recorder(Path(path), transport)


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
        body = request.body if isinstance(request.body, bytes) else b""
        is_whole = not isinstance(request.body, StreamedBody) and len(body) <= MAX_BODY_BYTES
        body = body if is_whole else b""
        plain = replace(request, body=body or None)
        call = self._read_call(plain)
        names = request.secret_names
        if call is not None:
            names = _join_names(names, self._reader.get_secret_names(call.operation))
        replacer = SecretReplacer(names)

        sent_body = _replace_in_body(replacer, body, plain.headers)
        came_body = _replace_in_body(replacer, response.body, response.headers)
        is_elsewhere = response.is_in_sink or response.open_body is not None
        has_response_body = came_body is not None and not is_elsewhere
        started = datetime.now(UTC) - timedelta(seconds=response.elapsed)
        url = plain.url if call is None else _replace_in_path(plain.url, call)
        return HarEntry(
            Request(
                plain.method,
                replacer.replace_in_url(url),
                replacer.replace_in_headers(plain.headers),
                sent_body or None,
            ),
            Response(
                response.status,
                replacer.replace_in_headers(response.headers),
                came_body or b"",
                response.elapsed,
            ),
            build_timestamp(started),
            call.operation.key if call is not None else "",
            replacer.replace_in_parameters(select_parameters(call.call)) if call else {},
            is_whole and sent_body is not None,
            has_response_body,
        )

    def _read_call(self, request: Request) -> RecordedCall | None:
        try:
            return self._reader.read(request)
        except DynclientError:  # a broken corner of the document: the exchange is kept all the same
            return None


def _join_names(first: SecretNames, second: SecretNames) -> SecretNames:
    return SecretNames(*(one | other for one, other in zip(first, second, strict=True)))


def _replace_in_body(replacer: SecretReplacer, body: bytes, headers: Headers) -> bytes | None:
    """Return a body without secrets, None where it is not to be recorded."""
    if len(body) > MAX_BODY_BYTES:
        return None
    return replacer.replace_in_body(body, headers.get("content-type", ""))


def _replace_in_path(url: str, call: RecordedCall) -> str:
    """Return a URL in whose path no value of a parameter that names a secret stands."""
    names = SecretNames()
    head, mark, query = url.partition("?")
    for name, text in call.path_values.items():
        if text and names.has_property(name):
            head = head.replace(f"/{text}", f"/{quote(replace_secret(text), safe='%')}")
    return head + mark + query
