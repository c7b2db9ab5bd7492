"""One call on its way, as a step function: state and outcome → the next step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import (
    Attempt,
    BrokenResponse,
    ConnectFailed,
    TimedOut,
    TooManyRedirects,
    TransportError,
)
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.clock import Clock
from dynclient.transport.deadline import Deadline
from dynclient.transport.observing.call_observer import CallObserver, SentRequest
from dynclient.transport.policy import (
    IDEMPOTENT_METHODS,
    MAX_REDIRECTS,
    SAFE_METHODS,
    build_redirect,
    find_redirect_target,
)
from dynclient.transport.response_body import MAX_RESPONSE_BYTES, MAX_RESPONSE_VALUES, BodySink
from dynclient.transport.retry_budget import COST_AFTER_TIMEOUT, COST_OF_RETRY
from dynclient.wire.message import HeaderFields, Headers, Request, Response
from dynclient.wire.servers import is_sendable_url

if TYPE_CHECKING:
    from dynclient.masking import SecretNames
    from dynclient.transport.provided_credentials import ProvidedCredentials
    from dynclient.transport.rate_limit import Rate
    from dynclient.transport.retry_policy import Retry
    from dynclient.transport.signing import SignFunction

_UNAUTHORIZED = 401
_OK, _MULTIPLE_CHOICES = 200, 300


class ExchangePolicy:
    """What is allowed on the way.

    Args:
        retry: what is tried again; None: nothing.
        follow_redirects: whether redirects are followed, as in `policy.find_redirect_target`.
        max_response_bytes: how large the body of a response may be; None: any size.
        max_response_values: how many JSON values it may hold; None: any number.
        rate: how many requests are sent in a time; None: any number.
        idempotency_header: the header, in lower case, whose value lets a server know a repeated
            request; "" where it knows none.
        is_repeatable: whether the request may be repeated, whatever its method.
        is_private: whether the exchange is one of a credential provider, which nobody may record.

    """

    def __init__(
        self,
        retry: Retry | None = None,
        follow_redirects: bool | None = None,
        max_response_bytes: int | None = MAX_RESPONSE_BYTES,
        max_response_values: int | None = MAX_RESPONSE_VALUES,
        rate: Rate | None = None,
        idempotency_header: str = "",
        is_repeatable: bool = False,
        is_private: bool = False,
    ) -> None:
        self.retry = retry
        self.follow_redirects = follow_redirects
        self.max_response_bytes = max_response_bytes
        self.max_response_values = max_response_values
        self.rate = rate
        self.idempotency_header = idempotency_header
        self.is_repeatable = is_repeatable
        self.is_private = is_private


class Exchange(NamedTuple):
    """The immutable state of one call on its way; its `decide_…` methods return the next step.

    Attributes:
        request: the request of the caller.
        outgoing: what is sent now: the same with its credentials, or what a redirect asks for.
        policy: what is allowed on the way.
        sink: where the body goes instead of memory, if it accepts it; no limit holds for it.
        deadline: when the call has to be over; None: it may take any time.
        earlier_attempts: the tries that are over; this one is not among them. One that credentials
            were renewed after counts among no retries.
        redirects: how many redirects were followed.
        was_connection_stale: whether the request was sent again because the server had closed the
            connection; that is one more try, and counts among no retries.
        provided: the credentials that come from providers; None where none does.
        sign: what signs the request each time it is sent; None signs nothing.
        is_streamed: whether the body of a success is left open, for the caller to read.
        observer: what is told of each request; None: nothing.

    """

    request: Request
    outgoing: AuthorizedRequest
    policy: ExchangePolicy = ExchangePolicy()
    sink: BodySink | None = None
    deadline: Deadline | None = None
    earlier_attempts: tuple[Attempt, ...] = ()
    redirects: int = 0
    was_connection_stale: bool = False
    provided: ProvidedCredentials | None = None
    sign: SignFunction | None = None
    is_streamed: bool = False
    observer: CallObserver | None = None

    def is_body_left_open(self, status: int) -> bool:
        """Tell whether the body of a response with some status is left to the caller."""
        return self.is_streamed and _OK <= status < _MULTIPLE_CHOICES

    def authorize(self, provided: ProvidedCredentials) -> Exchange:
        """Return the exchange with credentials that providers gave."""
        return self._replace(outgoing=provided.authorize(self.request), provided=provided)

    def build_sent_request(self) -> Request:
        """Return what is sent, as a request without the credentials of the client."""
        if not self.redirects:
            return self.request
        outgoing = self.outgoing
        headers = Headers(outgoing.headers, outgoing.secret_headers)
        return Request(outgoing.method, outgoing.url, headers, outgoing.body)

    def prepare_attempt(self) -> Exchange:
        """Return the exchange as it is sent now: with a signature, where one is asked for."""
        if self.sign is None or self.outgoing.is_cross_origin:
            return self
        from dynclient.transport.signing import add_signature  # Few clients sign.

        return self._replace(outgoing=add_signature(self.outgoing, self.sign))

    def find_redirect_secret_names(self) -> SecretNames:
        """Return what the document marks as secret where a redirect led to."""
        if self.observer is None:
            return self.request.secret_names
        secrets = self.observer.find_secrets()
        return secrets.find_link_names(self.request.url, self.outgoing.url)

    def describe_sent_request(self) -> SentRequest:
        """Return what is about to be sent, as observers see it."""
        earlier = len(self.earlier_attempts)
        return SentRequest(self.request, self.outgoing, earlier + 1, earlier + self.redirects)

    def add_headers(self, fields: HeaderFields) -> Exchange:
        """Return the exchange with more header fields on what is sent now."""
        if not fields:
            return self
        outgoing = self.outgoing._replace(headers=(*self.outgoing.headers, *fields))
        return self._replace(outgoing=outgoing)

    def decide_after_response(
        self, response: Response, clock: Clock, started: float = 0.0
    ) -> SendAgain | RenewCredentials | Follow | Done:
        """Return the step after a response.

        Args:
            response: what came.
            clock: its date counts for a `Retry-After` that is one, and it draws the wait.
            started: when this try began, by the clock.

        Raises:
            TooManyRedirects: the response asks for one redirect more than is allowed.
            BrokenResponse: the response leads to something that no request can go to.

        """
        retry, status = self.policy.retry, response.status
        if retry is not None and retry.covers_status(status) and self._can_repeat():
            from dynclient.transport.server_limits import read_retry_wait  # Few calls come here.

            retry_after_s = read_retry_wait(status, response.headers, clock.read_date())
            attempt = self.build_attempt(clock.read() - started, status=status)
            step = self._send_again(retry, attempt, clock, retry_after_s, COST_OF_RETRY)
            if step is not None:
                return step
        if status == _UNAUTHORIZED:
            refused = self._refuse_credentials()
            if refused is not None:
                attempt = self.build_attempt(clock.read() - started, status=status)
                return RenewCredentials(self._begin_next(attempt), refused, self.end(response))
        url = find_redirect_target(self.outgoing, response, self.policy.follow_redirects)
        if url is not None:
            return self._follow(response, url)
        is_plain = not (self.redirects or self.earlier_attempts)
        return Done(response) if is_plain else self.end(response)

    def end(self, response: Response) -> Done:
        """Return the step that ends the call with a response."""
        was_redirected, earlier = self.redirects > 0, self.earlier_attempts
        return Done(replace(response, was_redirected=was_redirected, earlier_attempts=earlier))

    def decide_after_failure(
        self,
        error: TransportError,
        clock: Clock,
        elapsed_s: float = 0.0,
        *,
        is_connection_stale: bool = False,
    ) -> SendAgain | None:
        """Return the step after a failure; None where the failure stands.

        Args:
            error: the failure.
            clock: it draws the wait.
            elapsed_s: how long this try took.
            is_connection_stale: whether the connection was a kept one, and gave no byte of an
                answer: the server may have closed it before the request came.

        """
        attempt = self.build_attempt(elapsed_s, error=error)
        if is_connection_stale and self._can_send_on_new_connection(error):
            again = self._begin_next(attempt)._replace(was_connection_stale=True)
            return SendAgain(again, 0.0, 0)
        retry = self.policy.retry
        if retry is None or not self.outgoing.can_repeat or not retry.covers_failure(error):
            return None
        if not was_not_sent(error) and not self._can_repeat():
            return None
        if isinstance(error, BrokenResponse) and hasattr(error, "limit"):
            return None  # the body would be as large again
        cost = COST_AFTER_TIMEOUT if isinstance(error, TimedOut) else COST_OF_RETRY
        return self._send_again(retry, attempt, clock, None, cost)

    def build_attempt(
        self, elapsed_s: float, *, status: int | None = None, error: TransportError | None = None
    ) -> Attempt:
        """Return this try, which is over.

        Args:
            elapsed_s: how long it took.
            status: of its response.
            error: its failure; its status counts.

        """
        kind = None
        if error is not None:
            kind, status = type(error).__name__, error.status
        number = len(self.earlier_attempts) + 1
        return Attempt(number, status=status, error=kind, elapsed_s=elapsed_s)

    def _can_repeat(self) -> bool:
        """Tell whether the request may be sent once more, whatever became of it."""
        outgoing, key_name = self.outgoing, self.policy.idempotency_header
        if not outgoing.can_repeat:
            return False
        has_key = bool(key_name) and any(name.lower() == key_name for name, _ in outgoing.headers)
        return has_key or self.policy.is_repeatable or outgoing.method in IDEMPOTENT_METHODS

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
        is_safe = self.policy.is_repeatable or self.outgoing.method in SAFE_METHODS
        is_first_time = not self.was_connection_stale and not self._is_over_after(0.0)
        is_possible = self.outgoing.can_repeat and isinstance(error, BrokenResponse)
        return is_safe and is_first_time and is_possible

    def build_error_context(self, status: int | None) -> dict[str, Any]:
        """Return what every error on the way carries: the request, and a status."""
        return {"request": self.request, "status": status}

    def build_deadline_error(self, phase: str, status: int | None = None) -> TimedOut:
        """Return the error that ends a call whose deadline is over.

        Args:
            phase: what it waited for.
            status: of a response that began.

        """
        seconds, elapsed_s = 0.0, 0.0
        if self.deadline is not None:
            seconds, elapsed_s = self.deadline.seconds, self.deadline.elapsed_s
        after_status = f"after the status {status} came, " if status else ""
        reason, hint = f"the deadline of {seconds:g} s is over", "give more time: deadline="
        if phase == "rate":
            reason = f"its turn comes after the deadline of {seconds:g} s"
            hint += "; or let more requests out: rate="
        return TimedOut(
            f"{describe_request(self.request)}: {after_status}timed out ({phase}): {reason}",
            hint=hint,
            phase=phase,
            deadline_s=seconds,
            elapsed_s=elapsed_s,
            attempts=self.earlier_attempts,
            **self.build_error_context(status),
        )

    def _is_over_after(self, wait_s: float) -> bool:
        return self.deadline is not None and wait_s >= self.deadline.remaining_s

    def _send_again(
        self,
        retry: Retry,
        attempt: Attempt,
        clock: Clock,
        retry_after_s: float | None,
        cost: int,
    ) -> SendAgain | None:
        was_renewed = self.provided is not None and self.provided.is_renewal
        number = attempt.number - self.was_connection_stale - was_renewed
        wait_s = retry.choose_wait(number, clock.draw_fraction(), retry_after_s)
        if wait_s is None or self._is_over_after(wait_s):
            return None
        return SendAgain(self._begin_next(replace(attempt, wait_s=wait_s)), wait_s, cost)

    def _begin_next(self, attempt: Attempt) -> Exchange:
        return self._replace(earlier_attempts=(*self.earlier_attempts, attempt))

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


class SendAgain:
    """Wait, then send `exchange`; `cost` is what that takes of the retry budget."""

    def __init__(self, exchange: Exchange, wait_s: float, cost: int) -> None:
        self.exchange = exchange
        self.wait_s = wait_s
        self.cost = cost


class Follow:
    """Send `exchange` at once: it goes where a redirect leads, or has new credentials."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange


class RenewCredentials:
    """Ask the providers again: the server refused what they gave for `exchange`."""

    def __init__(self, exchange: Exchange, refused: ProvidedCredentials, end: Done) -> None:
        self.exchange = exchange
        self.refused = refused
        self.end = end

    def decide_after_renewal(self, provided: ProvidedCredentials) -> Follow | Done:
        """Return the step after the providers answered; the response stands without a new one."""
        if provided.is_same_as_refused:
            return self.end
        return Follow(self.exchange.authorize(provided))


class Done:
    """The exchange is over; `response` is its answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


def was_not_sent(error: TransportError) -> bool:
    """Tell whether a request that failed cannot have reached its server."""
    if isinstance(error, TimedOut):
        return error.phase in ("connect", "pool")
    return isinstance(error, ConnectFailed)


def describe_request(request: Request) -> str:
    """Return how messages name a request, without its query, which may hold what is private."""
    url = request.secret_names.mask_url(request.url)
    line = f"{request.method} {url.partition('?')[0]}"
    # An operation without an operationId has `METHOD /path` for one, which the line repeats.
    name = request.operation_id
    is_named = bool(name) and not name.startswith(f"{request.method} ")
    return f"{name}  {line}" if is_named else line
