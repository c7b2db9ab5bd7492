"""The HTTP client of a runner: our request becomes one of httpx, and its response one of ours."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Generator, Iterator
from functools import cached_property, lru_cache
from typing import Any, Protocol

from dynclient.errors import UsageError
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.connection_settings import DEFAULT_SETTINGS, ConnectionSettings
from dynclient.transport.content_coding import build_accept_encoding
from dynclient.transport.deadline import Deadline
from dynclient.transport.exchange import Exchange
from dynclient.transport.http_clients import HttpClientSlot, HttpClientSlots
from dynclient.transport.http_library import (
    build_setup_error,
    find_library,
    get_tls_context,
    import_ahead,
    import_library,
    import_without_http2,
    read_certificate_paths,
)
from dynclient.transport.network_streams import watch_connections
from dynclient.transport.response_body import BodyTooLarge, ResponseBody, check_value_count
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import HeaderFields, Headers, Response

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0

#: A server expects a body of these, so its length is sent even if it is none. RFC 9110 §8.6.
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "QUERY"})

#: For how many sets of header fields the library's form is kept.
MAX_HEADER_SETS = 64

Timeout = float | tuple[float | None, float | None] | None

#: The timeout of each phase in seconds; None: no limit.
PhaseTimeouts = dict[str, float | None]

#: Yields requests of the HTTP library, and is sent the response to each.
AuthFlow = Generator[Any, Any, None]


class InProcessTransport(Protocol):
    """Something that answers in process, as a sandbox does."""

    def handle(self, request: AuthorizedRequest) -> Response:
        """Return the response to a request."""


def build_timeouts(timeout: Timeout) -> PhaseTimeouts:
    """Return the timeout of each phase.

    Args:
        timeout: seconds for every phase, a pair (connect, read), or None: no limit.

    """
    if timeout is None:
        return dict.fromkeys(("connect", "read", "write", "pool"))
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return {"connect": connect, "read": read, "write": read, "pool": connect}


DEFAULT_TIMEOUTS = build_timeouts((CONNECT_TIMEOUT_S, READ_TIMEOUT_S))


def choose_queue_timeout(timeouts: PhaseTimeouts | None, deadline: Deadline | None) -> float | None:
    """Return how many seconds a call waits for one of our connections, as long as one may answer.

    By default it waits as long as it takes: each call before it has its own timeouts.

    Raises:
        DeadlineReached: the deadline is over already.

    """
    is_default = timeouts is None or timeouts is DEFAULT_TIMEOUTS
    timeout_s = None if is_default else timeouts["read"]  # type: ignore[index] # it is not None
    return timeout_s if deadline is None else deadline.limit(timeout_s)


class HttpAdapter:
    """The HTTP client that a runner sends with, and how requests are translated for it.

    Args:
        target: None for a client of our own; a transport or ready client of httpx or httpx2; or an
            InProcessTransport.
        user_agent: sent where the request names none.
        is_async: whether the client is awaited.
        settings: of connections of our own.

    """

    def __init__(
        self,
        target: Any,
        user_agent: str,
        *,
        is_async: bool,
        settings: ConnectionSettings = DEFAULT_SETTINGS,
    ) -> None:
        self.target = target
        self.settings = settings
        self.user_agent = user_agent
        self.is_async = is_async
        self.is_closed = False
        self.is_in_process = hasattr(target, "handle")
        is_ready_client = hasattr(target, "build_request") and hasattr(target, "send")
        self.is_user_owned = is_ready_client and not self.is_in_process
        #: A ready client has authentication of its own, and a recording asks for none.
        self.is_credential_optional = self.is_user_owned or hasattr(target, "needs_no_credentials")
        self._check_target()
        self.library: Any = find_library(target) if self.is_user_owned else None
        # A ready client has limits of its own.
        limit = None if self.is_user_owned else settings.max_connections
        self._slots = HttpClientSlots(
            self._build_client,
            limit,
            calls_per_client=settings.calls_per_client if target is None else None,
            is_async=is_async,
        )
        self._holds_own_connections = _holds_connections(target)
        #: The process, or the event loop, that first used a connection of the user's own.
        self._owner: Any = None
        self._default_headers = (
            ("User-Agent", user_agent),
            ("Accept-Encoding", build_accept_encoding()),
        )
        #: Most calls of an operation have the same headers. The library copies what it is given.
        self._build_headers = lru_cache(MAX_HEADER_SETS)(self._complete_headers)

    def _check_target(self) -> None:
        target = self.target
        is_class = isinstance(target, type)
        if target is None or (self.is_in_process and not is_class):
            return
        method = self._get_required_method()
        is_suitable = hasattr(target, method)
        if self.is_user_owned:  # a ready client: `aclose` tells the two kinds apart
            is_suitable = hasattr(target, "aclose") == self.is_async
        if is_suitable and not is_class:
            return
        what = f"the class {target.__name__}" if is_class else f"a {type(target).__name__}"
        client = "AsyncClient" if self.is_async else "Client"
        raise UsageError(
            f"transport= of this client cannot be {what}",
            hint=f"a Sandbox, a transport of httpx or httpx2 with {method}(),"
            f" or a ready {client} of either",
        )

    def _get_required_method(self) -> str:
        """Return the method by which a transport or client is known to be of the right kind."""
        if not self.is_async:
            return "handle_request"
        return "aclose" if self.is_user_owned else "handle_async_request"

    @property
    def client(self) -> Any:
        """The HTTP client; our own is made at first use, in each process and event loop."""
        return self.get_slot().client

    def get_slot(self) -> HttpClientSlot:
        """Return the HTTP client to send with, and its limit on connections.

        Raises:
            UsageError: the client was closed, cannot be set up, or holds connections of the user's
                that belong to another process or event loop.

        """
        target = self.target
        if self.is_closed or (self.is_user_owned and getattr(target, "is_closed", False)):
            raise UsageError("the client is closed", hint="make another one")
        if self._holds_own_connections:
            self._check_owner()
        return self._slots.get_slot()

    def _check_owner(self) -> None:
        """Refuse connections of the user's in another process or event loop than their first."""
        owner: Any = os.getpid()
        if self.is_async:
            import asyncio

            owner = (owner, asyncio.get_running_loop())
        if self._owner is None:
            self._owner = owner
        if self._owner != owner:
            place = "process or event loop" if self.is_async else "process"
            raise UsageError(
                f"the {type(self.target).__name__} given as transport= was used in another {place},"
                " which has its connections; nothing was sent",
                hint=f"make one in each {place}, or leave out transport=",
            )

    def _build_client(self) -> Any:
        if self.is_user_owned:
            return self.target
        try:
            client = self._build_own_client()
        except Exception as error:  # noqa: BLE001 (of an environment variable, a file, a package)
            raise build_setup_error(error) from None
        # No cookie is kept, so none piles up; looking for them takes a fifth of a small call.
        client.cookies.extract_cookies = _ignore_cookies
        watch_connections(client)
        import_ahead(is_async=self.is_async)
        return client

    def _build_own_client(self) -> Any:
        if self.target is None:
            library = import_library(self.settings.library)
            context = get_tls_context(
                library.__name__, read_certificate_paths(), http2=self.settings.http2
            )
            if not self.settings.http2:
                import_without_http2(library.__name__)
            connection = {"verify": context, "http2": self.settings.http2}
        else:
            library = find_library(self.target)
            connection = {"transport": self.target}
        self.library = library
        client_class = library.AsyncClient if self.is_async else library.Client
        limits = library.Limits(max_connections=None)
        return client_class(timeout=None, limits=limits, **connection)

    def release(self) -> list[Any]:
        """Refuse further calls, and return our own HTTP clients for closing."""
        self.is_closed = True
        clients = self._slots.release()
        return [] if self.is_user_owned else clients

    def limit_timeouts(self, timeouts: PhaseTimeouts | None, deadline: Deadline) -> PhaseTimeouts:
        """Return timeouts that end with a deadline: those given, or those of the user's own client.

        Raises:
            DeadlineReached: it is over already.

        """
        if timeouts is None:
            own = getattr(self.target, "timeout", None)
            timeouts = {phase: getattr(own, phase, None) for phase in DEFAULT_TIMEOUTS}
        return {phase: deadline.limit(seconds) for phase, seconds in timeouts.items()}

    def begin(
        self, outgoing: AuthorizedRequest, timeouts: PhaseTimeouts | None
    ) -> tuple[Any, AuthFlow | None]:
        """Return the HTTP library's request, and what answers a challenge of the digest scheme.

        Args:
            outgoing: what is sent.
            timeouts: by phase; None keeps those of the user's own client.

        """
        request = self._build_request(outgoing, timeouts)
        if not (outgoing.digest and outgoing.can_repeat):
            return request, None
        flow: AuthFlow = self.library.DigestAuth(*outgoing.digest).auth_flow(request)
        return next(flow), flow

    def build_send_options(self, outgoing: AuthorizedRequest) -> dict[str, Any]:
        """Return the arguments of `send`: redirects, challenges and the body are our business."""
        options = {"stream": True, "follow_redirects": False}
        if not self.is_user_owned or outgoing.digest or outgoing.is_cross_origin:
            options["auth"] = self._no_auth
        return options

    @cached_property
    def _no_auth(self) -> Any:
        """What takes the place of the library's own authentication, and adds nothing.

        Without it the library looks for a user in each URL.
        """
        return self.library.Auth()

    def _build_request(self, outgoing: AuthorizedRequest, timeouts: PhaseTimeouts | None) -> Any:
        fields = outgoing.headers
        body = outgoing.body
        if isinstance(body, StreamedBody) and body.length is not None:
            fields = (*fields, ("Content-Length", str(body.length)))
        if self.is_user_owned and not outgoing.is_cross_origin:
            extra = {} if timeouts is None else {"timeout": self.library.Timeout(**timeouts)}
            content = self._build_stream(body) if isinstance(body, StreamedBody) else body
            request = self.target.build_request(
                outgoing.method,
                outgoing.url,
                headers=_encode_fields(fields),
                content=content,
                **extra,
            )
            return _set_method(request, outgoing.method)
        request = self._build_own_request(outgoing, fields, timeouts)
        return _set_method(request, outgoing.method)

    def _build_own_request(
        self, outgoing: AuthorizedRequest, fields: HeaderFields, timeouts: PhaseTimeouts | None
    ) -> Any:
        """Return a request that holds what is outgoing, and what every request of ours has."""
        url, host = _parse_url(self.library.URL, outgoing.url)
        options = {
            "headers": self._build_headers(fields, host),
            "extensions": {"timeout": DEFAULT_TIMEOUTS if timeouts is None else timeouts},
        }
        if isinstance(outgoing.body, StreamedBody):
            chunks = self._build_stream(outgoing.body)
            return self.library.Request(outgoing.method, url, content=chunks, **options)
        content = outgoing.body or b""
        # Given a stream, the library adds no headers of its own and parses none of ours.
        stream = self.library.ByteStream(content)
        request = self.library.Request(outgoing.method, url, stream=stream, **options)
        if content or outgoing.method.upper() in _METHODS_WITH_BODY:
            request.headers["Content-Length"] = str(len(content))
        # So that hooks and transports of the user find `.content`.
        _set_content(request, content)
        return request

    def _complete_headers(self, fields: HeaderFields, host: bytes) -> Any:
        """Return the library's headers of a request: its own, and what every request has."""
        names = {name.lower() for name, _ in fields}
        missing = [field for field in self._default_headers if field[0].lower() not in names]
        pairs = _encode_fields((*fields, *missing))
        if "host" not in names:
            pairs.insert(0, (b"Host", host))
        return self.library.Headers(pairs)

    def _build_stream(self, body: StreamedBody) -> Any:
        if self.is_async:
            return _AsyncByteStream(body)
        if body.is_async:
            raise UsageError(
                "the body is an asynchronous stream, which only AsyncClient can send;"
                " nothing was sent"
            )
        return _SyncByteStream(body)


class _SyncByteStream:
    """A body as a client that waits reads it: from its start each time it is sent."""

    def __init__(self, body: StreamedBody) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)


class _AsyncByteStream:
    """A body as a client that awaits reads it: from its start each time it is sent."""

    def __init__(self, body: StreamedBody) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._body)


def _holds_connections(target: Any) -> bool:
    """Tell whether a transport, or that of a ready client, has connections to a network."""
    transport = getattr(target, "_transport", target)
    names = {kind.__name__ for kind in type(transport).__mro__}
    return bool(names & {"HTTPTransport", "AsyncHTTPTransport"})


def _encode_fields(fields: HeaderFields) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode()) for name, value in fields]


def _ignore_cookies(_response: Any) -> None:
    """Take the place of what keeps the cookies of a response."""


def _set_method(request: Any, method: str) -> Any:
    """Return a request with its method as the document writes it: httpx writes it in upper case."""
    if request.method != method:
        request.method = method
    return request


@lru_cache(maxsize=256)
def _parse_url(url_class: Any, text: str) -> tuple[Any, bytes]:
    """Return a parsed URL and its host, with the port; many calls go to one and the same."""
    url = url_class(text)
    return url, url.netloc


def answer_challenge(flow: AuthFlow | None, response: Any) -> Any:
    """Return the request that answers a challenge, or None where the response stands.

    It stands too where its challenge makes no sense.
    """
    if flow is None:
        return None
    try:
        return flow.send(response)
    except Exception:  # noqa: BLE001 (StopIteration; or the library cannot read the challenge)
        return None


def read_headers(response: Any) -> Headers:
    """Return the header fields of the HTTP library's response."""
    fields = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
    ]
    return Headers(fields)


def _set_content(message: Any, content: bytes) -> None:
    """Give `.content` to a request or response of the HTTP library that read no body itself."""
    message._content = content  # noqa: SLF001 (`read` takes five times as long for a request)


def begin_body(response: Any, exchange: Exchange, headers: Headers) -> ResponseBody | None:
    """Return the body that is to be read.

    Returns:
        None where somebody read it already: the user's hook, or a transport in memory.

    Raises:
        BodyTooLarge: it is beyond the limit, as far as can be told by now.
        UndecodableContent: its content coding cannot be undone here.

    """
    status, limit = response.status_code, exchange.policy.max_response_bytes
    if response.is_stream_consumed:
        if headers.get("content-encoding", "").strip().lower() == "x-gzip":
            # The HTTP library does not know this name of gzip. Source: RFC 9110 §8.4.1.3.
            body = ResponseBody(exchange.outgoing.method, status, headers, limit)
            body.feed(response.content)
            _set_content(response, body.end())
        if limit is not None and len(response.content) > limit:
            raise BodyTooLarge(limit)
        return None
    method, sink = exchange.outgoing.method, exchange.sink
    if sink is not None and sink.takes(status, headers):
        return ResponseBody(method, status, headers, None, sink.write)
    return ResponseBody(method, status, headers, limit)


def can_stay_open(response: Any, exchange: Exchange) -> bool:
    """Tell whether the body of a response is left to the caller; not where somebody read it."""
    return exchange.is_body_left_open(response.status_code) and not response.is_stream_consumed


def begin_open_body(response: Any, exchange: Exchange, headers: Headers) -> ResponseBody:
    """Return what undoes the content coding of a body that is left to the caller.

    Raises:
        UndecodableContent: its content coding cannot be undone here.

    """
    return ResponseBody(exchange.outgoing.method, response.status_code, headers, None)


def build_open_response(response: Any, headers: Headers, body: Any, started: float) -> Response:
    """Return a response whose body is read while it comes."""
    elapsed = time.perf_counter() - started
    status = response.status_code
    return Response(status, headers, b"", elapsed, response, is_in_sink=True, open_body=body)


def build_response(
    response: Any,
    headers: Headers,
    body: ResponseBody | None,
    started: float,
    max_values: int | None,
) -> Response:
    """Return a response as dynclient knows it; the HTTP library's own is given the body too.

    Args:
        response: the HTTP library's own.
        headers: its fields.
        body: what was read of it; None where somebody else read it.
        started: when it was sent, by `time.perf_counter`.
        max_values: how many values the body may have; None: any number.

    Raises:
        TooManyValues: it has more.
        UndecodableContent: the body is not coded as it says.

    """
    if body is not None:
        _set_content(response, body.end())
    content = response.content
    check_value_count(content, headers.get("content-type", ""), max_values)
    elapsed = time.perf_counter() - started
    is_in_sink = body is not None and body.is_in_sink
    return Response(response.status_code, headers, content, elapsed, response, is_in_sink)
