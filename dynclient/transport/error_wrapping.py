"""What went wrong on the way, as our errors; what they keep of the cause holds no secret."""

from __future__ import annotations

import os
from typing import Any

from dynclient.errors import BrokenResponse, ConnectFailed, TimedOut, TransportError
from dynclient.transport.content_coding import UndecodableContent
from dynclient.transport.exchange import Exchange, describe_request
from dynclient.transport.response_body import BodyTooLarge
from dynclient.violations import shorten

MAX_CAUSE_CHARS = 200
MAX_CAUSES = 16

_PHASES = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}


def wrap_error(library: Any, error: Exception, exchange: Exchange) -> Exception:
    """Return our error for one of the HTTP library, or the error itself where it is somebody else's.

    The caller keeps the cause, which is stripped here: of the request, whose headers hold credentials, and of its
    frames, whose variables do; pickles, and the tools that record variables, would carry them away.
    """
    found = _build_error(library, error, exchange)
    if found is None:
        return error
    cause: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if cause is None:
            break
        cause.__traceback__ = None
        if hasattr(cause, "_request"):
            cause.request = None  # type: ignore[attr-defined] # httpx.RequestError has a setter
        cause = cause.__cause__ or cause.__context__
    return found


def _build_error(library: Any, error: Exception, exchange: Exchange) -> TransportError | None:
    start, known = describe_request(exchange.request), exchange.build_error_context(exchange.status)
    if isinstance(error, BodyTooLarge):
        hint = "allow more: max_response_bytes="
        return BrokenResponse(
            f"{start}: {_describe_status(exchange)}{error}", hint=hint, limit=error.limit, **known
        )
    if isinstance(error, UndecodableContent | library.DecodingError):
        return BrokenResponse(
            f"{start}: {_describe_status(exchange)}the body cannot be decompressed: {_describe_root_cause(error)}",
            **known,
        )
    if isinstance(error, library.InvalidURL) and exchange.was_sent:
        return BrokenResponse(
            f"{start}: its redirect cannot be followed: {_describe_root_cause(error)}", **known
        )
    if isinstance(error, library.InvalidURL) or (
        isinstance(error, UnicodeError) and "idna" in str(error)
    ):
        return ConnectFailed(
            f"{start}: no request can be sent to this URL: {_describe_root_cause(error)}", **known
        )
    if isinstance(error, library.TransportError):
        return _build_transport_error(library, error, exchange, known)
    return None


def _build_transport_error(
    library: Any, error: Exception, exchange: Exchange, known: dict[str, Any]
) -> TransportError:
    start = describe_request(exchange.request)
    phase = next(
        (phase for name, phase in _PHASES.items() if isinstance(error, getattr(library, name))), ""
    )
    if phase:
        text = f"{start}: {_describe_status(exchange)}timed out ({phase})"
        return TimedOut(text, hint="give more time: timeout=", phase=phase, **known)
    if isinstance(error, library.ConnectError | library.ProxyError | library.UnsupportedProtocol):
        text = f"{start}: cannot connect: {_describe_root_cause(error)}"
        return ConnectFailed(text, hint="is the server= right, and up?", **known)
    if isinstance(error, library.RemoteProtocolError) and "location header" in str(error):
        return BrokenResponse(
            f"{start}: its redirect cannot be followed: {_describe_root_cause(error)}", **known
        )
    # What the library says of a request of its own making may quote a header, and that header may be a credential.
    told = (
        "" if isinstance(error, library.LocalProtocolError) else f": {_describe_root_cause(error)}"
    )
    return BrokenResponse(
        f"{start}: {_describe_status(exchange)}{type(error).__name__}{told}", **known
    )


def _describe_status(exchange: Exchange) -> str:
    """Return words on the status, if one came before things went wrong: a 201 that breaks off was done all the same."""
    return f"after the status {exchange.status} came, " if exchange.status else ""


def _describe_root_cause(error: BaseException) -> str:
    """Return what was at the root of an error; what the library makes of it differs between sync and async."""
    for _ in range(MAX_CAUSES):
        inner = error.__cause__ or error.__context__
        if isinstance(inner, BaseExceptionGroup):
            inner = inner.exceptions[0]
        if inner is None:
            break
        error = inner
    if type(error).__module__ == "builtins" and isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return shorten(str(error), MAX_CAUSE_CHARS) or type(error).__name__
