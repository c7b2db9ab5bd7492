"""Two thin runners over httpx, or over httpx2 where the user brings it: send a request, return a response."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol

from dynclient.errors import TransportError, UsageError
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.content_coding import build_accept_encoding
from dynclient.transport.error_wrapping import wrap_error
from dynclient.transport.exchange import Exchange
from dynclient.transport.http_library import (
    find_library,
    get_tls_context,
    import_library,
    is_sending,
)
from dynclient.transport.response_body import BodyTooLarge, ResponseBody
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, Response

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0

Timeout = float | tuple[float, float] | None


class InProcessTransport(Protocol):
    """Something that answers in process, as a sandbox does."""

    def handle(self, request: AuthorizedRequest) -> Response:
        """Return the response to a request."""


def build_timeouts(timeout: Timeout) -> dict[str, float | None]:
    """Return the timeout of each phase in seconds, from one number, a pair (connect, read), or None: no limit."""
    if timeout is None:
        return dict.fromkeys(("connect", "read", "write", "pool"))
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return {"connect": connect, "read": read, "write": read, "pool": connect}


DEFAULT_TIMEOUTS = build_timeouts((CONNECT_TIMEOUT_S, READ_TIMEOUT_S))


class HttpAdapter:
    """What both runners share: the HTTP client, whose it is, and how a request and response are translated.

    Args:
        target: None for a client of our own; a transport or ready client of httpx or httpx2; or an InProcess.
        user_agent: sent where the request names none.
        kind: `Client` or `AsyncClient`.

    """

    def __init__(self, target: Any, user_agent: str, kind: str) -> None:
        self.target = target
        self.user_agent = user_agent
        self.client_class = kind
        self.in_process = hasattr(target, "handle")
        self.is_users = (
            not self.in_process and hasattr(target, "build_request") and hasattr(target, "send")
        )
        self.is_closed = False
        self._check_target()
        self._lock = threading.Lock()
        self.library: Any = find_library(target) if self.is_users else None
        self._client: Any = target if self.is_users else None
        self._defaults = (
            (b"User-Agent", user_agent.encode()),
            (b"Accept-Encoding", build_accept_encoding().encode()),
        )

    def _check_target(self) -> None:
        target, is_async = self.target, self.client_class == "AsyncClient"
        if target is None or (self.in_process and not isinstance(target, type)):
            return
        method = (
            "aclose"
            if self.is_users and is_async
            else "handle_async_request"
            if is_async
            else "handle_request"
        )
        fits = hasattr(target, "aclose") == is_async if self.is_users else hasattr(target, method)
        if isinstance(target, type) or not fits:
            what = (
                f"the class {target.__name__}"
                if isinstance(target, type)
                else f"a {type(target).__name__}"
            )
            hint = f"a Sandbox, a transport of httpx or httpx2 with {method}(), or a ready {self.client_class} of either"
            raise UsageError(f"transport= of this client cannot be {what}", hint=hint)

    @property
    def client(self) -> Any:
        """The HTTP client; our own is made at first use.

        Raises:
            UsageError: the client was closed.

        """
        if self.is_closed or (self.is_users and getattr(self._client, "is_closed", False)):
            raise UsageError("the client is closed", hint="make another one")
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self._build_client()
        return self._client

    def _build_client(self) -> Any:
        self.library = (
            find_library(self.target) if self.target is not None else import_library("httpx")
        )
        own: dict[str, Any] = {"timeout": None, "limits": self.library.Limits(max_connections=None)}
        own |= (
            {"transport": self.target}
            if self.target is not None
            else {"verify": get_tls_context(self.library.__name__)}
        )
        client = getattr(self.library, self.client_class)(**own)
        client.cookies.jar.set_policy(
            DefaultCookiePolicy(allowed_domains=[])
        )  # none is kept, so none piles up
        return client

    def release(self) -> Any:
        """Return our own HTTP client, if one was made, for closing; what is the user's stays open."""
        self.is_closed = True
        return None if self.is_users else self._client

    def begin(
        self, outgoing: AuthorizedRequest, limits: dict[str, float | None] | None
    ) -> tuple[Any, AuthFlow | None]:
        """Return the HTTP library's request, and what answers a challenge where the digest scheme has to.

        Args:
            outgoing: what to send.
            limits: timeouts in seconds by phase; None keeps those of the user's own client.

        """
        request = self._build_request(outgoing, limits)
        if not (outgoing.digest and outgoing.can_repeat):
            return request, None
        flow: AuthFlow = self.library.DigestAuth(*outgoing.digest).auth_flow(request)
        return next(flow), flow

    def build_send_options(self, outgoing: AuthorizedRequest) -> dict[str, Any]:
        """Return how a request is sent: we follow redirects, answer challenges and read the body ourselves."""
        how = {"stream": True, "follow_redirects": False}
        return {**how, "auth": None} if outgoing.digest or outgoing.is_cross_origin else how

    def _build_request(
        self, outgoing: AuthorizedRequest, limits: dict[str, float | None] | None
    ) -> Any:
        headers = [(name.encode("ascii"), value.encode()) for name, value in outgoing.headers]
        content = outgoing.body
        if isinstance(content, StreamedBody):
            content, length = self._build_stream(content), content.length
            if length is not None:
                headers.append((b"Content-Length", b"%d" % length))
        if self.is_users and not outgoing.is_cross_origin:
            extra = {} if limits is None else {"timeout": self.library.Timeout(**limits)}
            build = self._client.build_request
            return build(outgoing.method, outgoing.url, headers=headers, content=content, **extra)
        given = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in self._defaults if name.lower() not in given]
        return self.library.Request(
            outgoing.method,
            _parse_url(self.library.URL, outgoing.url),
            headers=headers,
            content=content,
            extensions={"timeout": DEFAULT_TIMEOUTS if limits is None else limits},
        )

    def _build_stream(self, body: StreamedBody) -> Any:
        if self.client_class == "AsyncClient":
            return _AsyncByteStream(body)
        if body.is_async:
            raise UsageError(
                "the body is an asynchronous stream, which only AsyncClient can send; nothing was sent"
            )
        return _SyncByteStream(body)


@dataclass(frozen=True)
class _SyncByteStream:
    """A body as a client that waits reads it; from the start each time it is sent."""

    body: StreamedBody

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)


@dataclass(frozen=True)
class _AsyncByteStream:
    """A body as a client that awaits reads it."""

    body: StreamedBody

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self.body)


#: Yields requests of the HTTP library, and is sent the response to each.
AuthFlow = Generator[Any, Any, None]


def _answer_challenge(flow: AuthFlow | None, raw: Any) -> Any:
    """Return the request that a response asks for, or None: it stands, also where its challenge makes no sense."""
    if flow is None:
        return None
    try:
        return flow.send(raw)
    except Exception:  # noqa: BLE001 (StopIteration; and what the library raises at a challenge it cannot read)
        return None


@lru_cache(maxsize=256)
def _parse_url(kind: Any, text: str) -> Any:
    """Return a parsed URL; many calls go to one and the same."""
    return kind(text)


def _begin_body(raw: Any, exchange: Exchange, headers: Headers) -> ResponseBody | None:
    """Return the body that is to be read; None where somebody did already: the user's hook, or a transport in memory.

    Raises:
        TooLarge: it is beyond the limit, as far as can be told by now.
        Undecodable: its content coding cannot be undone here.

    """
    exchange.status = raw.status_code
    if not raw.is_stream_consumed:
        method, sink = exchange.next.method, exchange.sink
        if sink is not None and sink.takes(raw.status_code, headers):
            return ResponseBody(method, raw.status_code, headers, None, sink.write)
        return ResponseBody(method, raw.status_code, headers, exchange.max_bytes)
    if exchange.max_bytes is not None and len(raw.content) > exchange.max_bytes:
        raise BodyTooLarge(exchange.max_bytes)
    return None


def _read_headers(raw: Any) -> Headers:
    return Headers(
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw.headers.raw]
    )


def _build_response(
    raw: Any, headers: Headers, body: ResponseBody | None, started: float
) -> Response:
    """Return a response as dynclient knows it; the HTTP library's own is given the body too."""
    if body is not None:
        raw._content = body.end()  # noqa: SLF001 (its only way to have `.content` of a body that it did not read)
    elapsed, is_elsewhere = time.perf_counter() - started, body is not None and body.is_in_sink
    return Response(raw.status_code, headers, raw.content, elapsed, raw, is_elsewhere)


class SyncRunner:
    """Sends requests and waits for their responses."""

    def __init__(self, target: Any, user_agent: str) -> None:
        self.wire = HttpAdapter(target, user_agent, "Client")

    def send(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        """Return the response that ends an exchange.

        Raises:
            TransportError: no usable response came.

        """
        while True:
            try:
                response = self._send_once(exchange, limits)
            except TransportError as error:
                delay = exchange.compute_retry_delay(error)
                if delay is None:
                    raise
                time.sleep(delay)
                continue
            delay = exchange.compute_retry_delay(response)
            if delay is not None:
                time.sleep(delay)
            elif exchange.advance(response):
                return response

    def _send_once(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        if self.wire.in_process:
            return _send_in_process(self.wire.target.handle, exchange.next)
        client, exchange.status = self.wire.client, None
        token = is_sending.set(True)
        try:
            return self._send_authenticated(client, exchange, limits)
        except Exception as error:
            found = wrap_error(self.wire.library, error, exchange)
            if found is error:
                raise
            raise found from error
        finally:
            is_sending.reset(token)

    def _send_authenticated(
        self, client: Any, exchange: Exchange, limits: dict[str, float | None] | None
    ) -> Response:
        started, how = time.perf_counter(), self.wire.build_send_options(exchange.next)
        request, flow = self.wire.begin(exchange.next, limits)
        exchange.was_sent = True
        while True:
            raw = client.send(request, **how)
            response = self._read_response(raw, exchange, started)
            request = _answer_challenge(flow, raw)
            if request is None:
                return response

    def _read_response(self, raw: Any, exchange: Exchange, started: float) -> Response:
        headers = _read_headers(raw)
        try:
            body = _begin_body(raw, exchange, headers)
            if body is not None:
                with contextlib.closing(raw.iter_raw()) as chunks:
                    for chunk in chunks:
                        body.feed(chunk)
            return _build_response(raw, headers, body, started)
        except BaseException:  # a Ctrl-C too: the connection must not stay taken
            raw.close()
            raise

    def close(self) -> None:
        """Close our own HTTP client; one of the user's stays open."""
        client = self.wire.release()
        if client is not None:
            client.close()


class AsyncRunner:
    """Sends requests and awaits their responses."""

    def __init__(self, target: Any, user_agent: str) -> None:
        self.wire = HttpAdapter(target, user_agent, "AsyncClient")

    async def send(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        """Return the response that ends an exchange.

        Raises:
            TransportError: no usable response came.

        """
        while True:
            try:
                response = await self._send_once(exchange, limits)
            except TransportError as error:
                delay = exchange.compute_retry_delay(error)
                if delay is None:
                    raise
                await asyncio.sleep(delay)
                continue
            delay = exchange.compute_retry_delay(response)
            if delay is not None:
                await asyncio.sleep(delay)
            elif exchange.advance(response):
                return response

    async def _send_once(
        self, exchange: Exchange, limits: dict[str, float | None] | None
    ) -> Response:
        if self.wire.in_process:
            return _send_in_process(self.wire.target.handle, exchange.next)
        client, exchange.status = self.wire.client, None
        token = is_sending.set(True)
        try:
            return await self._send_authenticated(client, exchange, limits)
        except Exception as error:
            found = wrap_error(self.wire.library, error, exchange)
            if found is error:
                raise
            raise found from error
        finally:
            is_sending.reset(token)

    async def _send_authenticated(
        self, client: Any, exchange: Exchange, limits: dict[str, float | None] | None
    ) -> Response:
        started, how = time.perf_counter(), self.wire.build_send_options(exchange.next)
        request, flow = self.wire.begin(exchange.next, limits)
        exchange.was_sent = True
        while True:
            raw = await client.send(request, **how)
            response = await self._read_response(raw, exchange, started)
            request = _answer_challenge(flow, raw)
            if request is None:
                return response

    async def _read_response(self, raw: Any, exchange: Exchange, started: float) -> Response:
        headers = _read_headers(raw)
        try:
            body = _begin_body(raw, exchange, headers)
            if body is not None:
                async with contextlib.aclosing(raw.aiter_raw()) as chunks:
                    async for chunk in chunks:
                        body.feed(chunk)
            return _build_response(raw, headers, body, started)
        except BaseException:  # a cancellation too: the connection must not stay taken
            await raw.aclose()
            raise

    async def close(self) -> None:
        """Close our own HTTP client; one of the user's stays open."""
        client = self.wire.release()
        if client is not None:
            await client.aclose()


def _send_in_process(
    handle: Callable[[AuthorizedRequest], Response], outgoing: AuthorizedRequest
) -> Response:
    started = time.perf_counter()
    response = handle(outgoing)
    return Response(
        response.status,
        response.headers,
        response.body,
        time.perf_counter() - started,
        response.http,
    )
