"""What went wrong on the way, as our errors; what they keep of the cause holds no secret."""

from __future__ import annotations

import errno
import os
from typing import Any

from dynclient.errors import BrokenResponse, ConnectFailed, TimedOut, TransportError
from dynclient.masking import drop_private_frames
from dynclient.transport.content_coding import UndecodableContent
from dynclient.transport.deadline import DeadlineReached
from dynclient.transport.environment_proxy import PROXY_HINT, find_environment_proxy
from dynclient.transport.exchange import Exchange, describe_request
from dynclient.transport.http_clients import NoFreeConnection
from dynclient.transport.response_body import BodyTooLarge, TooManyValues
from dynclient.transport.send_progress import SendProgress
from dynclient.violations import shorten

MAX_CAUSE_CHARS = 200
MAX_CAUSES = 16

#: The system has none left: of file descriptors, memory, ports.
_EXHAUSTED = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRNOTAVAIL}
)

_PHASES = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}


def wrap_error(
    library: Any,
    error: BaseException,
    exchange: Exchange,
    progress: SendProgress,
    *,
    uses_environment: bool = False,
) -> BaseException:
    """Return our error for one of the HTTP library; the error itself where it is another one.

    The caller raises it, and keeps the error as its cause. So it is stripped here of its request,
    whose headers hold credentials, and of its frames, whose variables do: pickles, and tools that
    record variables, would carry them away.
    """
    proxy = find_environment_proxy(exchange.outgoing.url) if uses_environment else ""
    wrapped = _ErrorBuilder(library, exchange, progress, proxy).build(error)
    if wrapped is None:
        drop_private_frames(error)
        return error
    _strip_causes(error)
    return wrapped


def _strip_causes(error: BaseException) -> None:
    cause: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if cause is None:
            return
        cause.__traceback__ = None
        if hasattr(cause, "_request"):
            cause.request = None  # type: ignore[attr-defined] # httpx.RequestError has a setter
        cause = cause.__cause__ or cause.__context__


class _ErrorBuilder:
    """Builds our error for one of the HTTP library."""

    def __init__(
        self, library: Any, exchange: Exchange, progress: SendProgress, proxy: str
    ) -> None:
        self._library = library
        self._proxy = proxy
        self._exchange = exchange
        self._progress = progress
        self._request = describe_request(exchange.request)
        self._url = exchange.outgoing.url
        self._context = exchange.build_error_context(progress.status)
        self._is_redirect = progress.was_sent or exchange.redirects > 0
        # A request whose 201 breaks off was carried out all the same, so the status is told.
        self._after_status = f"after the status {progress.status} came, " if progress.status else ""

    def build(self, error: BaseException) -> TransportError | None:
        """Return our error; None for one that is not the HTTP library's."""
        if self._is_late(error):
            progress = self._progress
            return self._exchange.build_deadline_error(progress.phase, progress.status)
        return self._build_by_kind(error)

    def _build_by_kind(self, error: BaseException) -> TransportError | None:
        library = self._library
        if isinstance(error, NoFreeConnection):
            return self._build_pool_timeout(error)
        if isinstance(
            error, BodyTooLarge | TooManyValues | UndecodableContent | library.DecodingError
        ):
            return self._build_body_error(error)
        if _is_bad_host(error) or isinstance(error, library.InvalidURL):
            return self._build_url_error(error)
        if isinstance(error, library.TransportError):
            return self._build_transport_error(error)
        if isinstance(error, OSError) and error.errno in _EXHAUSTED:
            return self._build_connect_failed(error)
        return None

    def _is_late(self, error: BaseException) -> bool:
        """Tell whether the deadline of the call ended it, by a timeout that it shortened."""
        if isinstance(error, DeadlineReached):
            return True
        deadline = self._exchange.deadline
        is_over = deadline is not None and deadline.is_over
        return is_over and isinstance(error, NoFreeConnection | self._library.TransportError)

    def _build_body_error(self, error: Exception) -> BrokenResponse:
        if isinstance(error, BodyTooLarge | TooManyValues):
            is_counted = isinstance(error, TooManyValues)
            option = "max_response_values" if is_counted else "max_response_bytes"
            text = f"{self._after_status}{error}"
            hint = f"allow more: {option}="
            return self._build_broken_response(text, hint=hint, limit=error.limit)
        cause = _describe_root_cause(error)
        text = f"{self._after_status}the body cannot be decompressed: {cause}"
        return self._build_broken_response(text)

    def _build_pool_timeout(self, error: NoFreeConnection) -> TimedOut:
        hint = "allow more: max_connections=; or give more time: timeout="
        text = f"{self._request}: timed out (pool) after {error.timeout_s:g} s: {error}"
        return TimedOut(text, hint=hint, phase="pool", **self._context)

    def _build_connect_failed(self, error: Exception) -> ConnectFailed:
        cause = _describe_root_cause(error)
        reason, hint = f"cannot connect: {cause}", "is the server= right, and up?"
        proxy = f"the proxy {self._proxy}" if self._proxy else "the proxy"
        if isinstance(error, self._library.ProxyError):
            reason, hint = f"{proxy} refuses: {cause}", PROXY_HINT
        elif self._proxy and not _is_tls_error(error):
            reason, hint = f"cannot connect to {proxy}: {cause}", PROXY_HINT
        return ConnectFailed(f"{self._request}: {reason}", hint=hint, **self._context)

    def _build_broken_response(
        self, text: str, hint: str | None = None, **data: Any
    ) -> BrokenResponse:
        return BrokenResponse(f"{self._request}: {text}", hint=hint, **data, **self._context)

    def _build_url_error(self, error: BaseException) -> TransportError:
        if self._is_redirect and isinstance(error, self._library.InvalidURL):
            cause = _describe_root_cause(error)
            return self._build_broken_response(f"its redirect cannot be followed: {cause}")
        return self._build_unsendable_error(error)

    def _build_unsendable_error(self, error: BaseException) -> ConnectFailed:
        # A quoted part of the URL may be one of a password.
        has_user = "@" in self._url
        cause = "" if has_user else f": {_describe_root_cause(error)}"
        text = f"{self._request}: no request can be sent to this URL{cause}"
        return ConnectFailed(text, hint="is the server= right?", **self._context)

    def _build_transport_error(self, error: Exception) -> TransportError:
        library, cause = self._library, _describe_root_cause(error)
        phase = self._find_phase(error)
        if phase:
            text = f"{self._request}: {self._after_status}timed out ({phase})"
            timeout_s = _find_timeout(error, phase)
            if timeout_s is not None:
                text += f" after {timeout_s:g} s"
            hint = "give more time: timeout="
            return TimedOut(text, hint=hint, phase=phase, **self._context)
        if isinstance(
            error, library.ConnectError | library.ProxyError | library.UnsupportedProtocol
        ):
            return self._build_connect_failed(error)
        if isinstance(error, library.RemoteProtocolError) and "location header" in str(error):
            return self._build_broken_response(f"its redirect cannot be followed: {cause}")
        text = f"{self._after_status}{type(error).__name__}"
        # What the library says of a request of its own making may quote a header with a credential.
        if not isinstance(error, library.LocalProtocolError):
            text += f": {cause}"
        return self._build_broken_response(text)

    def _find_phase(self, error: Exception) -> str:
        for name, phase in _PHASES.items():
            if isinstance(error, getattr(self._library, name)):
                return phase
        return ""


def _find_timeout(error: BaseException, phase: str) -> float | None:
    """Return the timeout that the HTTP library's request had for a phase; None if unknown."""
    request = getattr(error, "_request", None)
    timeouts = getattr(request, "extensions", {}).get("timeout", {})
    seconds = timeouts.get(phase) if isinstance(timeouts, dict) else None
    return seconds if isinstance(seconds, int | float) else None


def _is_tls_error(error: BaseException) -> bool:
    """Tell whether TLS failed: behind a proxy that is the server's, as the tunnel stands."""
    return "ssl" in type(_find_root_cause(error)).__module__ or "SSL" in str(error)


def _find_root_cause(error: BaseException) -> BaseException:
    for _ in range(MAX_CAUSES):
        inner = error.__cause__ or error.__context__
        if isinstance(inner, BaseExceptionGroup):
            inner = inner.exceptions[0]
        if inner is None:
            break
        error = inner
    return error


def _describe_root_cause(error: BaseException) -> str:
    """Return the text of an error's root cause, which is the same for sync and async."""
    error = _find_root_cause(error)
    if type(error).__module__ == "builtins" and isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return shorten(str(error), MAX_CAUSE_CHARS) or type(error).__name__


def _is_bad_host(error: BaseException) -> bool:
    """Tell whether a host name cannot be written for a resolver. Newer Pythons say it in a note."""
    texts = [str(error), *getattr(error, "__notes__", ())]
    return isinstance(error, UnicodeError) and any("idna" in text for text in texts)
