"""One call on its way, as a step function: state and outcome → the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from dynclient.errors import (
    BrokenResponse,
    ConnectFailed,
    TimedOut,
    TooManyRedirects,
    TransportError,
)
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.policy import (
    MAX_REDIRECTS,
    SAFE_METHODS,
    build_redirect,
    choose_retry_delay,
    find_redirect_target,
)
from dynclient.transport.provided_credentials import ProvidedCredentials
from dynclient.transport.response_body import MAX_RESPONSE_BYTES, MAX_RESPONSE_VALUES, BodySink
from dynclient.transport.signing import SignFunction, add_signature
from dynclient.wire.message import Request, Response
from dynclient.wire.servers import is_sendable_url

#: A failure after which the server may have done its work is judged as this answer would be.
_UNKNOWN_OUTCOME_STATUS = 503

_UNAUTHORIZED = 401
_OK, _MULTIPLE_CHOICES = 200, 300


class ExchangePolicy(NamedTuple):
    """What is allowed on the way.

    Attributes:
        retries: how many more tries than the first are allowed.
        follow_redirects: whether redirects are followed, as in `policy.find_redirect_target`.
        max_response_bytes: how large the body of a response may be; None: any size.
        max_response_values: how many JSON values it may hold; None: any number.

    """

    retries: int = 0
    follow_redirects: bool | None = None
    max_response_bytes: int | None = MAX_RESPONSE_BYTES
    max_response_values: int | None = MAX_RESPONSE_VALUES


class Exchange(NamedTuple):
    """The immutable state of one call on its way; its `decide_…` methods return the next step.

    Attributes:
        request: the request of the caller.
        outgoing: what is sent now: the same with its credentials, or what a redirect asks for.
        policy: what is allowed on the way.
        sink: where the body goes instead of memory, if it accepts it; no limit holds for it.
        attempts: how many tries there are, this one included; the first is 1.
        redirects: how many redirects were followed.
        was_connection_stale: whether the request was sent again because the server had closed the
            connection; that is one more try, and counts among no retries.
        provided: the credentials that come from providers; None where none does.
        sign: what signs the request each time it is sent; None signs nothing.
        is_streamed: whether the body of a success is left open, for the caller to read.

    """

    request: Request
    outgoing: AuthorizedRequest
    policy: ExchangePolicy = ExchangePolicy()
    sink: BodySink | None = None
    attempts: int = 1
    redirects: int = 0
    was_connection_stale: bool = False
    provided: ProvidedCredentials | None = None
    sign: SignFunction | None = None
    is_streamed: bool = False

    def leaves_body_open(self, status: int) -> bool:
        """Tell whether the body of a response with some status is left to the caller."""
        return self.is_streamed and _OK <= status < _MULTIPLE_CHOICES

    def authorize(self, provided: ProvidedCredentials) -> Exchange:
        """Return the exchange with credentials that providers gave."""
        return self._replace(outgoing=provided.authorize(self.request), provided=provided)

    def prepare_attempt(self) -> Exchange:
        """Return the exchange as it is sent now: with a signature, where one is asked for."""
        if self.sign is None or self.outgoing.is_cross_origin:
            return self
        return self._replace(outgoing=add_signature(self.outgoing, self.sign))

    def decide_after_response(
        self, response: Response
    ) -> SendAgain | RenewCredentials | Follow | Done:
        """Return the step after a response.

        Raises:
            TooManyRedirects: the response asks for one redirect more than is allowed.
            BrokenResponse: the response leads to something that no request can go to.

        """
        if self.outgoing.can_repeat:
            delay = self._choose_delay(response.status, response.headers)
            if delay is not None:
                return self._send_again(delay)
        if response.status == _UNAUTHORIZED:
            refused = self._refuse_credentials()
            if refused is not None:
                return RenewCredentials(self, refused, response)
        url = find_redirect_target(self.outgoing, response, self.policy.follow_redirects)
        if url is not None:
            return self._follow(response, url)
        return Done(replace(response, was_redirected=True) if self.redirects else response)

    def decide_after_failure(
        self, error: TransportError, *, is_connection_stale: bool = False
    ) -> SendAgain | None:
        """Return the step after a failure; None where the failure stands.

        Args:
            error: the failure.
            is_connection_stale: whether the connection was a kept one, and gave no byte of an
                answer: the server may have closed it before the request came.

        """
        if is_connection_stale and self._can_send_on_new_connection(error):
            return SendAgain(self._replace(was_connection_stale=True), 0.0)
        is_unsent = was_not_sent(error)
        if not is_unsent and not self.outgoing.can_repeat:
            return None
        if isinstance(error, BrokenResponse) and hasattr(error, "limit"):
            return None  # the body would be as large again
        delay = self._choose_delay(None if is_unsent else _UNKNOWN_OUTCOME_STATUS, {})
        return None if delay is None else self._send_again(delay)

    def _refuse_credentials(self) -> ProvidedCredentials | None:
        """Return the credentials as refused, so that their providers are asked again.

        None where there are none, or where they were asked again before.
        """
        is_repeatable = self.outgoing.can_repeat and not self.outgoing.is_cross_origin
        if self.provided is None or self.provided.is_renewal or not is_repeatable:
            return None
        return self.provided.refuse()

    def _can_send_on_new_connection(self, error: TransportError) -> bool:
        """Tell whether a safe request is sent once more. Source: RFC 9112 §9.3.1."""
        is_safe = self.outgoing.method in SAFE_METHODS and self.outgoing.can_repeat
        return is_safe and isinstance(error, BrokenResponse) and not self.was_connection_stale

    def build_error_context(self, status: int | None) -> dict[str, Any]:
        """Return what every error on the way carries: request, attempts, and a status."""
        was_renewed = self.provided is not None and self.provided.is_renewal
        attempts = self.attempts + self.was_connection_stale + was_renewed
        return {"request": self.request, "attempts": attempts, "status": status}

    def _choose_delay(self, status: int | None, headers: Mapping[str, str]) -> float | None:
        method = self.outgoing.method
        return choose_retry_delay(self.attempts, self.policy.retries, method, status, headers)

    def _send_again(self, delay_s: float) -> SendAgain:
        return SendAgain(self._replace(attempts=self.attempts + 1), delay_s)

    def _follow(self, response: Response, url: str) -> Follow:
        if not is_sendable_url(url):
            text = f"the redirect of the {response.status} response cannot be followed"
            raise self._build_broken_response(text, response)
        if self.redirects >= MAX_REDIRECTS:
            text = f"{describe_request(self.request)}: more than {MAX_REDIRECTS} redirects"
            context = self.build_error_context(response.status)
            raise TooManyRedirects(text, limit=MAX_REDIRECTS, **context)
        redirect = build_redirect(self.outgoing, response.status, url)
        if redirect.body is not None and not redirect.can_repeat:
            text = (
                f"the {response.status} response asks for the body again,"
                " which is read from a stream"
            )
            raise self._build_broken_response(text, response)
        return Follow(self._replace(outgoing=redirect, redirects=self.redirects + 1))

    def _build_broken_response(self, text: str, response: Response) -> BrokenResponse:
        context = self.build_error_context(response.status)
        return BrokenResponse(f"{describe_request(self.request)}: {text}", **context)


class SendAgain(NamedTuple):
    """Wait, then send `exchange`."""

    exchange: Exchange
    delay_s: float


class Follow(NamedTuple):
    """Send `exchange` at once: it goes where a redirect leads, or has new credentials."""

    exchange: Exchange


class RenewCredentials(NamedTuple):
    """Ask the providers again: the server refused what they gave for `exchange`."""

    exchange: Exchange
    refused: ProvidedCredentials
    response: Response

    def decide_after_renewal(self, provided: ProvidedCredentials) -> Follow | Done:
        """Return the step after the providers answered; the response stands without a new one."""
        if provided.is_same_as_refused:
            return Done(self.response)
        return Follow(self.exchange.authorize(provided))


class Done(NamedTuple):
    """The exchange is over; `response` is its answer."""

    response: Response


def was_not_sent(error: TransportError) -> bool:
    """Tell whether a request that failed cannot have reached its server."""
    if isinstance(error, TimedOut):
        return error.phase in ("connect", "pool")
    return isinstance(error, ConnectFailed)


def describe_request(request: Request) -> str:
    """Return how messages name a request, without its query, which may hold what is private."""
    line = f"{request.method} {request.url.partition('?')[0]}"
    # An operation without an operationId has `METHOD /path` for one, which the line repeats.
    name = request.operation_id
    is_named = bool(name) and not name.startswith(f"{request.method} ")
    return f"{name}  {line}" if is_named else line
