"""Two thin runners over httpx, or over httpx2 where the user brings it: send a request, return a response."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NoReturn, Protocol

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
        transports = ("handle_request", "handle_async_request")
        if target is not None and not (self.in_process or self.is_users or any(hasattr(target, a) for a in transports)):
            hint = "a Sandbox, a transport of httpx or httpx2, or a ready client of either"
            raise UsageError(f"transport= cannot be a {type(target).__name__}", hint=hint)
        if self.is_users and hasattr(target, "aclose") != (kind == "AsyncClient"):
            raise UsageError(f"transport= is a {type(target).__name__}; this client needs a {kind}")
        self.library: Any = None
        self._client: Any = target if self.is_users else None

    @property
    def client(self) -> Any:
        """The HTTP client; our own is made at first use."""
        if self._client is None:
            self.library = _library_of(self.target) if self.target is not None else _library("httpx")
            own: dict[str, Any] = {"timeout": None, "limits": self.library.Limits(max_connections=None)}
            own |= {"transport": self.target} if self.target is not None else {"verify": _tls(self.library.__name__)}
            self._client = getattr(self.library, self.kind)(**own)
        elif self.library is None:
            self.library = _library_of(self._client)
        return self._client

    def request(self, outgoing: Outgoing, limits: dict[str, float | None] | None) -> Any:
        """Return the HTTP library's request; None as limits keeps those of the user's own client."""
        client = self.client
        headers = [(name.encode("ascii"), value.encode()) for name, value in outgoing.headers]
        if not any(name.lower() == b"user-agent" for name, _ in headers) and not self.is_users:
            headers.append((b"User-Agent", self.user_agent.encode()))
        if self.is_users:
            extra = {} if limits is None else {"timeout": self.library.Timeout(**limits)}
            return client.build_request(outgoing.method, outgoing.url, headers=headers, content=outgoing.body, **extra)
        return self.library.Request(
            outgoing.method,
            outgoing.url,
            headers=headers,
            content=outgoing.body,
            extensions={"timeout": DEFAULT_TIMEOUTS if limits is None else limits},
        )

    def response(self, raw: Any, started: float) -> Response:
        """Return a response as dynclient knows it."""
        return Response(
            raw.status_code, Headers(raw.headers.multi_items()), raw.content, time.perf_counter() - started, raw
        )

    @contextmanager
    def faults(self, request: Request, attempts: int) -> Iterator[None]:
        """Turn the HTTP library's errors into ours; the cause is kept."""
        token = _sending.set(True)
        try:
            yield
        except self.library.TransportError as error:
            self._raise(error, request, attempts)
        except (self.library.DecodingError, self.library.InvalidURL) as error:
            raise BrokenResponse(f"{_what(request)}: {error}", request=request, attempts=attempts) from error
        finally:
            _sending.reset(token)

    def _raise(self, error: Exception, request: Request, attempts: int) -> NoReturn:
        library = self.library
        phases = ("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout")
        phase = next((p for p in phases if isinstance(error, getattr(library, p))), "")
        if phase:
            name = phase.removesuffix("Timeout").lower()
            text = f"{_what(request)}: timed out ({name})"
            raise TimedOut(
                text, hint="give more time: timeout=", request=request, attempts=attempts, phase=name
            ) from error
        if isinstance(error, library.ConnectError | library.ProxyError | library.UnsupportedProtocol):
            text = f"{_what(request)}: cannot connect: {error or type(error).__name__}"
            raise ConnectFailed(
                text, hint="is the server= right, and up?", request=request, attempts=attempts
            ) from error
        text = f"{_what(request)}: {type(error).__name__}: {error or 'the connection broke'}"
        raise BrokenResponse(text, request=request, attempts=attempts) from error


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
        with self.wire.faults(exchange.request, exchange.attempts):
            raw = client.send(self.wire.request(exchange.next, limits), follow_redirects=False)
            return self.wire.response(raw, started)

    def close(self) -> None:
        """Close our own HTTP client; one of the user's stays open."""
        if self.wire._client is not None and not self.wire.is_users:  # noqa: SLF001 (the same room)
            self.wire.client.close()


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
        with self.wire.faults(exchange.request, exchange.attempts):
            raw = await client.send(self.wire.request(exchange.next, limits), follow_redirects=False)
            return self.wire.response(raw, started)

    async def close(self) -> None:
        """Close our own HTTP client; one of the user's stays open."""
        if self.wire._client is not None and not self.wire.is_users:  # noqa: SLF001 (the same room)
            await self.wire.client.aclose()


def _answered(handle: Callable[[Outgoing], Response], outgoing: Outgoing) -> Response:
    started = time.perf_counter()
    response = handle(outgoing)
    return Response(response.status, response.headers, response.body, time.perf_counter() - started, response.http)
