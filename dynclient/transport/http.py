"""Two thin runners over httpx, or over httpx2 where the user brings it: send a request, return a response."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from dynclient.errors import BrokenResponse, ConnectFailed, TimedOut, TooManyRedirects, TransportError, UsageError
from dynclient.transport.outgoing import Outgoing
from dynclient.transport.policy import MAX_REDIRECTS, redirected, retry_delay
from dynclient.wire.message import Headers, Request, Response

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0

Timeout = float | tuple[float, float] | None

#: True while one of our requests is under way: httpx's log line of its URL, which may hold a key, is then held back.
_sending: contextvars.ContextVar[bool] = contextvars.ContextVar("dynclient_sending", default=False)


class InProcess(Protocol):
    """Something that answers in process, as a sandbox does."""

    def handle(self, request: Outgoing) -> Response:
        """Return the response to a request."""


@lru_cache(maxsize=8)
def _library(name: str) -> Any:
    module = importlib.import_module(name)
    logging.getLogger(name).addFilter(lambda _record: not _sending.get())
    return module


def _library_of(thing: Any) -> Any:
    """Return the HTTP library that a transport or client of the user belongs to."""
    names = {kind.__module__.partition(".")[0] for kind in type(thing).__mro__}
    return _library("httpx2" if "httpx2" in names else "httpx")


@lru_cache(maxsize=2)
def _tls(name: str) -> Any:
    """Return the TLS context that all clients of this process share: making one costs 20 ms."""
    return _library(name).create_ssl_context()


def timeouts(timeout: Timeout) -> dict[str, float | None]:
    """Return the timeout of each phase in seconds, from one number, a pair (connect, read), or None: no limit."""
    if timeout is None:
        return dict.fromkeys(("connect", "read", "write", "pool"))
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return {"connect": connect, "read": read, "write": read, "pool": connect}


DEFAULT_TIMEOUTS = timeouts((CONNECT_TIMEOUT_S, READ_TIMEOUT_S))


class Wire:
    """What both runners share: the HTTP client, whose it is, and how a request and response are translated.

    Args:
        target: None for a client of our own; a transport or ready client of httpx or httpx2; or an InProcess.
        user_agent: sent where the request names none.
        kind: `Client` or `AsyncClient`.

    """

    def __init__(self, target: Any, user_agent: str, kind: str) -> None:
        self.target = target
        self.user_agent = user_agent
        self.kind = kind
        self.in_process = hasattr(target, "handle")
        self.is_users = not self.in_process and hasattr(target, "build_request") and hasattr(target, "send")
        self.is_closed = False
        self._check()
        self._lock = threading.Lock()
        self.library: Any = _library_of(target) if self.is_users else None
        self._client: Any = target if self.is_users else None

    def _check(self) -> None:
        target, is_async = self.target, self.kind == "AsyncClient"
        if target is None or (self.in_process and not isinstance(target, type)):
            return
        method = "aclose" if self.is_users and is_async else "handle_async_request" if is_async else "handle_request"
        fits = hasattr(target, "aclose") == is_async if self.is_users else hasattr(target, method)
        if isinstance(target, type) or not fits:
            what = f"the class {target.__name__}" if isinstance(target, type) else f"a {type(target).__name__}"
            hint = f"a Sandbox, a transport of httpx or httpx2 with {method}(), or a ready {self.kind} of either"
            raise UsageError(f"transport= of this client cannot be {what}", hint=hint)

    @property
    def client(self) -> Any:
        """The HTTP client; our own is made at first use.

        Raises:
            UsageError: the client was closed.

        """
        if self.is_closed:
            raise UsageError("the client is closed", hint="make another one")
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self._made()
        return self._client

    def _made(self) -> Any:
        self.library = _library_of(self.target) if self.target is not None else _library("httpx")
        own: dict[str, Any] = {"timeout": None, "limits": self.library.Limits(max_connections=None)}
        own |= {"transport": self.target} if self.target is not None else {"verify": _tls(self.library.__name__)}
        return getattr(self.library, self.kind)(**own)

    def take(self) -> Any:
        """Return our own HTTP client, if one was made, for closing; what is the user's stays open."""
        self.is_closed = True
        return None if self.is_users else self._client

    def sending(self, outgoing: Outgoing) -> dict[str, Any]:
        """Return how a request is sent: we follow redirects ourselves; digest answers a challenge."""
        how: dict[str, Any] = {"follow_redirects": False}
        if outgoing.digest:
            how["auth"] = self.library.DigestAuth(*outgoing.digest)
        elif outgoing.is_abroad:
            how["auth"] = None
        return how

    def request(self, outgoing: Outgoing, limits: dict[str, float | None] | None) -> Any:
        """Return the HTTP library's request; None as limits keeps those of the user's own client."""
        client = self.client
        headers = [(name.encode("ascii"), value.encode()) for name, value in outgoing.headers]
        if self.is_users and not outgoing.is_abroad:
            extra = {} if limits is None else {"timeout": self.library.Timeout(**limits)}
            return client.build_request(outgoing.method, outgoing.url, headers=headers, content=outgoing.body, **extra)
        if not any(name.lower() == b"user-agent" for name, _ in headers):
            headers.append((b"User-Agent", self.user_agent.encode()))
        return self.library.Request(
            outgoing.method,
            _url(self.library.URL, outgoing.url),
            headers=headers,
            content=outgoing.body,
            extensions={"timeout": DEFAULT_TIMEOUTS if limits is None else limits},
        )

    def response(self, raw: Any, started: float) -> Response:
        """Return a response as dynclient knows it."""
        headers = Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw.headers.raw])
        return Response(raw.status_code, headers, raw.content, time.perf_counter() - started, raw)

    def fault(self, error: Exception, request: Request, attempts: int) -> Exception:
        """Return our error for one of the HTTP library; the caller keeps the cause."""
        library = self.library
        if isinstance(error, library.TransportError):
            return self._transport_fault(error, request, attempts)
        if isinstance(error, library.DecodingError | library.InvalidURL):
            return BrokenResponse(f"{_what(request)}: {error}", request=request, attempts=attempts)
        return error

    def _transport_fault(self, error: Exception, request: Request, attempts: int) -> TransportError:
        library, what = self.library, _what(request)
        known: dict[str, Any] = {"request": request, "attempts": attempts}
        phases = ("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout")
        phase = next((p for p in phases if isinstance(error, getattr(library, p))), "")
        if phase:
            name = phase.removesuffix("Timeout").lower()
            return TimedOut(f"{what}: timed out ({name})", hint="give more time: timeout=", phase=name, **known)
        if isinstance(error, library.ConnectError | library.ProxyError | library.UnsupportedProtocol):
            text = f"{what}: cannot connect: {str(error) or type(error).__name__}"
            return ConnectFailed(text, hint="is the server= right, and up?", **known)
        text = f"{what}: {type(error).__name__}: {str(error) or 'the connection broke'}"
        return BrokenResponse(text, **known)


@lru_cache(maxsize=256)
def _url(kind: Any, text: str) -> Any:
    """Return a parsed URL; many calls go to one and the same."""
    return kind(text)


def _what(request: Request) -> str:
    return f"{request.operation_id}  {request.method} {request.url.partition('?')[0]}"


class Exchange:
    """One call on its way: which request goes next, after what wait, and when it is over. A pure decision maker."""

    def __init__(self, request: Request, outgoing: Outgoing, retries: int, follow: bool | None) -> None:
        self.request = request
        self.next = outgoing
        self.retries = retries
        self.follow = follow
        self.attempts = 1
        self._hops = 0

    def done(self, response: Response) -> bool:
        """Tell whether a response is the answer; if not, `next` is what to send now.

        Raises:
            TooManyRedirects: one more than is allowed.

        """
        hop = redirected(self.next, response, self.follow)
        if hop is None:
            return True
        self._hops += 1
        if self._hops > MAX_REDIRECTS:
            text = f"{_what(self.request)}: more than {MAX_REDIRECTS} redirects"
            raise TooManyRedirects(text, request=self.request, attempts=self.attempts, limit=MAX_REDIRECTS)
        self.next = hop
        return False

    def again(self, outcome: Response | TransportError) -> float | None:
        """Return after how many seconds to send `next` again, or None: the outcome stands."""
        if isinstance(outcome, Response):
            delay = retry_delay(self.attempts, self.retries, self.next.method, outcome.status, outcome.headers)
        else:
            connected = not isinstance(outcome, ConnectFailed)
            delay = retry_delay(self.attempts, self.retries, self.next.method, 503 if connected else None, {})
        if delay is not None:
            self.attempts += 1
        return delay


class SyncRunner:
    """Sends requests and waits for their responses."""

    def __init__(self, target: Any, user_agent: str) -> None:
        self.wire = Wire(target, user_agent, "Client")

    def send(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        """Return the response that ends an exchange.

        Raises:
            TransportError: no usable response came.

        """
        while True:
            try:
                response = self._once(exchange, limits)
            except TransportError as error:
                delay = exchange.again(error)
                if delay is None:
                    raise
                time.sleep(delay)
                continue
            delay = exchange.again(response)
            if delay is not None:
                time.sleep(delay)
            elif exchange.done(response):
                return response

    def _once(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        if self.wire.in_process:
            return _answered(self.wire.target.handle, exchange.next)
        client, started = self.wire.client, time.perf_counter()
        token = _sending.set(True)
        try:
            raw = client.send(self.wire.request(exchange.next, limits), **self.wire.sending(exchange.next))
            return self.wire.response(raw, started)
        except Exception as error:
            fault = self.wire.fault(error, exchange.request, exchange.attempts)
            if fault is error:
                raise
            raise fault from error
        finally:
            _sending.reset(token)

    def close(self) -> None:
        """Close our own HTTP client; one of the user's stays open."""
        client = self.wire.take()
        if client is not None:
            client.close()


class AsyncRunner:
    """Sends requests and awaits their responses."""

    def __init__(self, target: Any, user_agent: str) -> None:
        self.wire = Wire(target, user_agent, "AsyncClient")

    async def send(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        """Return the response that ends an exchange.

        Raises:
            TransportError: no usable response came.

        """
        while True:
            try:
                response = await self._once(exchange, limits)
            except TransportError as error:
                delay = exchange.again(error)
                if delay is None:
                    raise
                await asyncio.sleep(delay)
                continue
            delay = exchange.again(response)
            if delay is not None:
                await asyncio.sleep(delay)
            elif exchange.done(response):
                return response

    async def _once(self, exchange: Exchange, limits: dict[str, float | None] | None) -> Response:
        if self.wire.in_process:
            return _answered(self.wire.target.handle, exchange.next)
        client, started = self.wire.client, time.perf_counter()
        token = _sending.set(True)
        try:
            raw = await client.send(self.wire.request(exchange.next, limits), **self.wire.sending(exchange.next))
            return self.wire.response(raw, started)
        except Exception as error:
            fault = self.wire.fault(error, exchange.request, exchange.attempts)
            if fault is error:
                raise
            raise fault from error
        finally:
            _sending.reset(token)

    async def close(self) -> None:
        """Close our own HTTP client; one of the user's stays open."""
        client = self.wire.take()
        if client is not None:
            await client.aclose()


def _answered(handle: Callable[[Outgoing], Response], outgoing: Outgoing) -> Response:
    started = time.perf_counter()
    response = handle(outgoing)
    return Response(response.status, response.headers, response.body, time.perf_counter() - started, response.http)
