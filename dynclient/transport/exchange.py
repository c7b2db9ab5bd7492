"""One call on its way: which request goes next, after what wait, and when it is over."""

from __future__ import annotations

from typing import Any

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
    build_redirect,
    choose_retry_delay,
    find_redirect_target,
)
from dynclient.transport.response_body import MAX_RESPONSE_BYTES, BodySink
from dynclient.wire.message import Request, Response
from dynclient.wire.servers import is_sendable_url

#: A failure after which the server may have done its work is judged as this answer would be.
_UNKNOWN_OUTCOME_STATUS = 503


class Exchange:
    """One call on its way; a pure decision maker.

    Args:
        request: what was asked for.
        outgoing: the same with its credentials.
        retries: how many more tries than the first are allowed.
        follow: whether redirects are followed, as in `policy.target`.
        max_bytes: how large the body of a response may be; None: as large as it likes.
        sink: where the body goes in place of memory, if it takes it; no limit holds for it.

    Attributes:
        next: what to send now.
        attempts: how many tries there were; the first is 1.
        was_sent: whether anything went out at all.
        status: of the response that is being read; None before there is one.

    """

    def __init__(
        self,
        request: Request,
        outgoing: AuthorizedRequest,
        retries: int,
        follow: bool | None,
        max_bytes: int | None = MAX_RESPONSE_BYTES,
        sink: BodySink | None = None,
    ) -> None:
        self.request = request
        self.next = outgoing
        self.retries = retries
        self.follow = follow
        self.max_bytes = max_bytes
        self.sink = sink
        self.attempts = 1
        self.was_sent = False
        self.status: int | None = None
        self._hops = 0

    def advance(self, response: Response) -> bool:
        """Tell whether a response is the answer; if not, `next` is what to send now.

        Raises:
            TooManyRedirects: one more than is allowed.
            BrokenResponse: it leads to something that no request can go to.

        """
        url = find_redirect_target(self.next, response, self.follow)
        if url is None:
            return True
        if not is_sendable_url(url):
            raise self._build_broken_response(
                f"the redirect of the {response.status} response cannot be followed", response
            )
        self._hops += 1
        if self._hops > MAX_REDIRECTS:
            text = f"{describe_request(self.request)}: more than {MAX_REDIRECTS} redirects"
            raise TooManyRedirects(
                text, limit=MAX_REDIRECTS, **self.build_error_context(response.status)
            )
        hop = build_redirect(self.next, response.status, url)
        if hop.body is not None and not hop.can_repeat:
            text = f"the {response.status} response asks for the body again, which is read from a stream"
            raise self._build_broken_response(text, response)
        self.next = hop
        return False

    def _build_broken_response(self, text: str, response: Response) -> BrokenResponse:
        return BrokenResponse(
            f"{describe_request(self.request)}: {text}", **self.build_error_context(response.status)
        )

    def build_error_context(self, status: int | None) -> dict[str, Any]:
        """Return what every error on the way tells: request, attempts, and the status, if one came."""
        return {"request": self.request, "attempts": self.attempts, "status": status}

    def compute_retry_delay(self, outcome: Response | TransportError) -> float | None:
        """Return after how many seconds to send `next` again, or None: the outcome stands."""
        if not self.next.can_repeat and not (
            isinstance(outcome, TransportError) and was_not_sent(outcome)
        ):
            return None
        if isinstance(outcome, Response):
            status, headers = outcome.status, outcome.headers
            delay = choose_retry_delay(
                self.attempts, self.retries, self.next.method, status, headers
            )
        elif isinstance(outcome, BrokenResponse) and "limit" in vars(
            outcome
        ):  # it would be as large again
            delay = None
        else:
            known = None if was_not_sent(outcome) else _UNKNOWN_OUTCOME_STATUS
            delay = choose_retry_delay(self.attempts, self.retries, self.next.method, known, {})
        if delay is not None:
            self.attempts += 1
        return delay


def was_not_sent(error: TransportError) -> bool:
    """Tell whether a request that failed cannot have reached its server."""
    if isinstance(error, TimedOut):
        return error.phase in ("connect", "pool")
    return isinstance(error, ConnectFailed)


def describe_request(request: Request) -> str:
    """Return how messages name a request; its query may hold what is nobody else's business."""
    return f"{request.operation_id}  {request.method} {request.url.partition('?')[0]}"
