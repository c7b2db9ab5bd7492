"""Tells the log, the hooks and telemetry of the calls of an operation, and never changes a call."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.display_text import escape_unprintable
from dynclient.errors import Attempt, TransportError
from dynclient.violations import Violation, format_path
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Request, Response

if TYPE_CHECKING:
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.transport.authorization import AuthorizedRequest
    from dynclient.transport.observing.call_events import (
        DriftHook,
        RequestHook,
        ResponseHook,
        RetryHook,
    )
    from dynclient.transport.observing.telemetry import SpanRecorder, Telemetry

#: Where nobody asks for it, nothing is printed: logging's last resort would print warnings.
LOG = logging.getLogger("dynclient")
LOG.addHandler(logging.NullHandler())


class ObservedOperation(NamedTuple):
    """How observers name an operation."""

    operation_id: str
    method: str
    path: str

    def __str__(self) -> str:
        line = f"{self.method} {self.path}"
        is_named = self.operation_id != line
        return escape_unprintable(f"{self.operation_id}  {line}" if is_named else line)


class Hooks:
    """The functions of the user that observe calls; each may be None."""

    def __init__(
        self,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        on_retry: RetryHook | None = None,
        on_drift: DriftHook | None = None,
    ) -> None:
        self.on_request = on_request
        self.on_response = on_response
        self.on_retry = on_retry
        self.on_drift = on_drift


class SentRequest:
    """A request that is about to be sent, as observers see it.

    Args:
        request: of the caller, without credentials.
        outgoing: with credentials, which no observer may show.
        attempt: which try at the call it is, first is 1.
        resend_count: how often the call was sent before, redirects included.

    """

    def __init__(
        self,
        request: Request,
        outgoing: AuthorizedRequest,
        attempt: int,
        resend_count: int,
    ) -> None:
        self.request = request
        self.outgoing = outgoing
        self.attempt = attempt
        self.resend_count = resend_count

    def mask_url(self, secrets: ExchangeSecrets) -> str:
        """Return where it goes, secrets masked."""
        url = self.request.url
        is_redirect = self.outgoing.url.partition("?")[0] != url.partition("?")[0]
        if is_redirect:
            return secrets.find_link_names(url, self.outgoing.url).mask_url(self.outgoing.url)
        # The request of the caller never had the credentials that a query can carry.
        return self.request.secret_names.mask_url(url)

    @property
    def size_bytes(self) -> int | None:
        """The size of the body; None where it is not known."""
        body = self.outgoing.body
        if isinstance(body, StreamedBody):
            return body.length
        return len(body or b"")


class CallObserver:
    """Tells of the calls of one operation.

    Args:
        operation: whose calls they are.
        hooks: the functions of the user.
        find_secrets: says what is a secret in an exchange.
        telemetry: makes spans and metrics; None: nobody wants any.

    """

    def __init__(
        self,
        operation: ObservedOperation,
        hooks: Hooks,
        find_secrets: Callable[[], ExchangeSecrets],
        telemetry: Telemetry | None = None,
    ) -> None:
        self.operation = operation
        self.hooks = hooks
        self.find_secrets = find_secrets
        self._telemetry = telemetry
        #: Whether somebody other than the log wants to know of each request.
        self.is_listening = telemetry is not None or any((hooks.on_request, hooks.on_response))

    def begin(self, sent: SentRequest) -> RequestWatch:
        """Tell that a request is about to be sent, and return what tells how it ends."""
        hook = self.hooks.on_request
        if hook is not None:
            from dynclient.transport.observing.call_events import RequestEvent  # Few have hooks.

            event = RequestEvent(
                *self.operation,
                sent.mask_url(self.find_secrets()),
                sent.request.headers.mask(),
                sent.attempt,
                sent.size_bytes,
            )
            _call_hook("on_request", hook, event)
        telemetry = self._telemetry
        recorder = (
            None
            if telemetry is None
            else telemetry.begin(self.operation, sent, sent.mask_url(self.find_secrets()))
        )
        return RequestWatch(self, sent, recorder)

    def note_retry(self, attempt: Attempt) -> None:
        """Tell that a call is going to be tried again, after a try that failed."""
        outcome = attempt.error or attempt.status
        text = "%s: attempt %d ended with %s; the next one begins in %.3g s"
        LOG.info(text, self.operation, attempt.number, outcome, attempt.wait_s)
        hook = self.hooks.on_retry
        if hook is not None:
            from dynclient.transport.observing.call_events import RetryEvent  # Few have hooks.

            event = RetryEvent(
                *self.operation, attempt.number, attempt.status, attempt.error, attempt.wait_s
            )
            _call_hook("on_retry", hook, event)

    def note_spent_budget(self) -> None:
        """Tell that a call is not tried again, as the retry budget is used up."""
        LOG.info("%s: not tried again, the retry budget is used up", self.operation)

    def note_drift(self, violation: Violation, status: int | None) -> None:
        """Tell of a violation that only warns.

        Args:
            violation: of a result, or of a call.
            status: of the response; None for a call.

        """
        place = format_path(violation.path)
        subject = "the call" if status is None else f"the {status} response"
        text = "%s: %s does not fit the document: %s at %s"
        LOG.warning(text, self.operation, subject, violation.kind, place)
        hook = self.hooks.on_drift
        if hook is not None:
            from dynclient.transport.observing.call_events import DriftEvent  # Few have hooks.

            event = DriftEvent(*self.operation, status, violation.kind, place)
            _call_hook("on_drift", hook, event)


class RequestWatch:
    """Tells how one request ends.

    Args:
        observer: of the operation.
        sent: the request.
        recorder: of its span; None where nobody wants one.

    """

    def __init__(
        self, observer: CallObserver, sent: SentRequest, recorder: SpanRecorder | None
    ) -> None:
        self._observer = observer
        self._sent = sent
        self._recorder = recorder
        self._started = time.perf_counter()

    @property
    def extra_headers(self) -> tuple[tuple[str, str], ...]:
        """The fields by which the server can continue the trace."""
        return () if self._recorder is None else self._recorder.headers

    def end(self, outcome: Response | BaseException) -> None:
        """Tell that a response came, or a failure."""
        elapsed_s = time.perf_counter() - self._started
        size_bytes = _measure_body(outcome) if isinstance(outcome, Response) else None
        self._log(outcome, elapsed_s, size_bytes)
        hook = self._observer.hooks.on_response
        if isinstance(outcome, Response) and hook is not None:
            from dynclient.transport.observing.call_events import ResponseEvent  # Few have hooks.

            secrets = self._observer.find_secrets()
            event = ResponseEvent(
                *self._observer.operation,
                self._sent.mask_url(secrets),
                outcome.status,
                secrets.mask_response_headers(self._sent.request.url, outcome.headers),
                self._sent.attempt,
                elapsed_s,
                size_bytes,
            )
            _call_hook("on_response", hook, event)
        if self._recorder is not None:
            self._recorder.end(outcome, elapsed_s, size_bytes)

    def _log(
        self, outcome: Response | BaseException, elapsed_s: float, size_bytes: int | None
    ) -> None:
        if not LOG.isEnabledFor(logging.DEBUG):
            return
        result: Any = type(outcome).__name__
        if isinstance(outcome, Response):
            result = outcome.status
        elif isinstance(outcome, TransportError) and outcome.status is not None:
            result = f"{outcome.status} {result}"
        size = "" if size_bytes is None else f", {size_bytes} bytes"
        LOG.debug(
            "%s  %s in %.0f ms, attempt %d%s",
            self._observer.operation,
            result,
            elapsed_s * 1000,
            self._sent.attempt,
            size,
        )


def _measure_body(response: Response) -> int | None:
    is_unread = response.is_in_sink or response.open_body is not None
    return None if is_unread else len(response.body)


def _call_hook(name: str, hook: Callable[[Any], object], event: object) -> None:
    """Give a hook an event; an error of it is logged, and changes no call."""
    try:
        result = hook(event)
    except Exception:
        LOG.warning("the hook %s raised an error, which changes no call", name, exc_info=True)
        return
    if isinstance(result, Coroutine):
        result.close()
        LOG.warning("the hook %s is asynchronous, and hooks are not awaited", name)
