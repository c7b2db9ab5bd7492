"""The sandbox over HTTP: a plain ASGI application."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dynclient.sandbox.error_bodies import build_problem_response
from dynclient.sandbox.sandbox import Sandbox
from dynclient.sandbox.streamed_bodies import split_body
from dynclient.wire.message import Headers, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 64 * 1024 * 1024
CONTENT_TOO_LARGE = 413

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:@/\\\[\]]+)(?::[0-9]*)?")

#: Source: RFC 9110 §15.5.20.
MISDIRECTED_REQUEST = 421


@dataclass(frozen=True)
class _AsgiRequest:
    """A request from ASGI."""

    method: str
    url: str
    headers: Headers
    body: bytes | None


def app(sandbox: Sandbox) -> Application:
    """Return the ASGI application that answers as a sandbox does: give it to any ASGI server.

    Requests are answered in worker threads, so that a slow one does not delay the others. A body of
    more than 64 MiB is refused with 413.

    Source: ASGI 3.0, HTTP connection scope and lifespan.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _run_lifespan(receive, send)
        elif scope["type"] == "http":
            body = await _read_whole_body(receive)
            if body is None:
                await _send_response(send, _build_too_large_response(), scope["method"])
                return
            response, effect = await asyncio.to_thread(
                sandbox.respond, _build_asgi_request(scope, body)
            )
            await asyncio.sleep(effect.delay_s)
            if effect.kind is None:
                await _send_response(send, response, scope["method"])
            elif effect.kind == "stall":
                await _wait_for_disconnect(receive)
            else:
                await _break_connection(send, response, effect.kind)

    return application


async def _run_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read_whole_body(receive: Receive) -> bytes | None:
    """Return the whole body; None where it is too large."""
    chunks, size = [], 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(chunks) if size <= MAX_BODY_BYTES else None


def restrict_hosts(application: Application, is_allowed_host: Callable[[str], bool]) -> Application:
    """Return an application that answers 421 where a request names another host than allowed.

    A web page that has its own name lead to this machine cannot read the sandbox then.

    Args:
        application: what answers other requests.
        is_allowed_host: tells it of a host without port, lower case; "" where none is named.

    """

    async def application_of_hosts(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_allowed_host(_get_host(scope)):
            await _send_response(send, _build_misdirected_response(), scope["method"])
            return
        await application(scope, receive, send)

    return application_of_hosts


def _get_host(scope: Scope) -> str:
    """Return the host that a request names, without its port, lower case; "" for none."""
    values = [value for name, value in scope["headers"] if name.lower() == b"host"]
    match = _HOST.fullmatch(values[0].decode("latin-1").lower()) if len(values) == 1 else None
    return match[1].removesuffix(".") if match else ""


def is_loopback_host(host: str) -> bool:
    """Tell whether a host is this machine, by a name that no other machine can have.

    Source: RFC 6761 §6.3 (localhost).
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _build_misdirected_response() -> Response:
    return build_problem_response(
        MISDIRECTED_REQUEST,
        "the sandbox answers requests to localhost only; start it with --host to allow others",
    )


def _build_too_large_response() -> Response:
    return build_problem_response(
        CONTENT_TOO_LARGE, f"the sandbox takes bodies of up to {MAX_BODY_BYTES} bytes"
    )


def _build_asgi_request(scope: Scope, body: bytes) -> _AsgiRequest:
    raw: bytes = scope.get("raw_path") or quote(scope["path"], safe="/:@!$&'()*+,;=~").encode()
    query: bytes = scope.get("query_string", b"")
    path = raw.partition(b"?")[0].decode("latin-1")
    scheme = scope.get("scheme", "http")
    url = f"{scheme}://sandbox.invalid{path}" + (f"?{query.decode('latin-1')}" if query else "")
    headers = Headers(
        (name.decode("latin-1"), _decode_field_value(value)) for name, value in scope["headers"]
    )
    return _AsgiRequest(scope["method"], url, headers, body or None)


def _decode_field_value(field: bytes) -> str:
    """Return a field's value: UTF-8, or Latin-1 where it is not."""
    try:
        return field.decode()
    except UnicodeDecodeError:
        return field.decode("latin-1")


async def _wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client disconnects; a server that shuts down cancels this."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _break_connection(send: Send, response: Response, kind: str) -> None:
    """End the connection, before a response or in the middle of its body.

    ASGI cannot do the first, uvicorn can; with another server a drop ends after the headers.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if kind == "drop" and transport is not None:
        transport.abort()
        # The server notices that the connection is closed, and sends no 500 of its own.
        await asyncio.sleep(0.01)
        return
    # One byte more than is sent, so that the body is incomplete.
    headers = _encode_headers(response, size_bytes=len(response.body) + 1)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    half = response.body[: len(response.body) // 2] if kind == "truncate" else b""
    await send({"type": "http.response.body", "body": half, "more_body": True})
    if transport is not None:
        transport.close()
        await asyncio.sleep(0.01)


async def _send_response(send: Send, response: Response, method: str) -> None:
    """Send a response; the items of a stream one by one, each as a message of its own."""
    has_length = method != "HEAD" and response.status not in (204, 304)
    pieces = split_body(response)
    is_streamed = len(pieces) > 1
    size_bytes = len(response.body) if has_length and not is_streamed else None
    headers = _encode_headers(response, size_bytes=size_bytes)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    for piece in pieces[:-1]:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": pieces[-1] if pieces else b""})


def _encode_headers(response: Response, *, size_bytes: int | None) -> list[tuple[bytes, bytes]]:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.pairs()
    ]
    if size_bytes is not None:
        headers.append((b"content-length", str(size_bytes).encode()))
    return headers
