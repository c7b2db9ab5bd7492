"""A call from its first try to its end, as steps that a runner takes: send this, wait so long."""

from __future__ import annotations

from collections.abc import Generator
from logging import DEBUG
from typing import TYPE_CHECKING, Any, final

from dynclient.errors import TimedOut, TransportError
from dynclient.transport.clock import Clock
from dynclient.transport.exchange import Done, Exchange, Follow, RenewCredentials, SendAgain
from dynclient.transport.observing.call_observer import LOG, CallObserver
from dynclient.transport.retry_budget import RetryBudget
from dynclient.transport.send_progress import SendProgress
from dynclient.wire.message import Response

if TYPE_CHECKING:
    from dynclient.transport.provided_credentials import ProvidedCredentials
    from dynclient.transport.rate_limit import Rate, RateLimiter


@final
class Send:
    """Send the outgoing request of an exchange; the runner gives back what became of it."""

    def __init__(self, exchange: Exchange, progress: SendProgress) -> None:
        self.exchange = exchange
        self.progress = progress

    def build_deadline_error(self) -> TimedOut:
        """Return the error of a deadline that ended the step."""
        return self.exchange.build_deadline_error(self.progress.phase, self.progress.status)


@final
class Wait:
    """Wait; the runner gives back None."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


@final
class AskProviders:
    """Ask the credential providers of a request; the runner gives back what they gave."""

    def __init__(self, exchange: Exchange, provided: ProvidedCredentials) -> None:
        self.exchange = exchange
        self.provided = provided

    def build_deadline_error(self) -> TimedOut:
        """Return the error of a deadline that ended the step."""
        return self.exchange.build_deadline_error("credentials")


Outcome = Response | TransportError

#: After `Wait` the runner may give back anything.
ExchangeSteps = Generator[Send | Wait | AskProviders, Any, Response]


class ClientState:
    """What all calls of a client share, those of its views among them.

    Attributes:
        clock: what measures time, and waits.
        retry_budget: what retries take from.

    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.retry_budget = RetryBudget()
        self._rate_limiters: dict[Rate, RateLimiter] = {}

    def get_rate_limiter(self, rate: Rate) -> RateLimiter:
        """Return the limiter of a rate: one for all views that have the same."""
        limiter = self._rate_limiters.get(rate)
        if limiter is None:
            from dynclient.transport.rate_limit import RateLimiter  # Few clients have one.

            # Of two threads that come at once, both use what the first one kept.
            limiter = self._rate_limiters.setdefault(rate, RateLimiter(rate))
        return limiter


def take_steps(exchange: Exchange, state: ClientState) -> ExchangeSteps:
    """Yield what a runner has to do, and return the response that ends the call.

    Raises:
        TransportError: no usable response came.

    """
    clock, budget = state.clock, state.retry_budget
    last_cost = 0
    if exchange.provided is not None:
        provided = yield AskProviders(exchange, exchange.provided)
        exchange = exchange.authorize(provided)
    rate = exchange.policy.rate
    limiter = None if rate is None else state.get_rate_limiter(rate)
    while True:
        if limiter is not None:
            yield from _wait_for_turn(exchange, limiter, clock)
        started = clock.read()
        progress = _begin_attempt(exchange)
        attempt, observer = exchange.prepare_attempt(), exchange.observer
        outcome: Outcome
        if observer is not None and (observer.is_listening or LOG.isEnabledFor(DEBUG)):
            outcome = yield from _send_watched(attempt, progress, observer)
        else:
            outcome = yield Send(attempt, progress)
        if limiter is not None:
            _pause_if_asked(limiter, outcome, clock)
        step: SendAgain | RenewCredentials | Follow | Done | Exchange
        step = _decide(exchange, outcome, progress, clock, started)
        if not isinstance(step, Done):
            last_cost = step.cost if isinstance(step, SendAgain) else last_cost
            step = yield from _prepare_next(exchange, step, outcome, budget)
        if isinstance(step, Done):
            if not budget.is_full:
                budget.note_end(step.response.status, last_cost)
            return step.response
        exchange = step


def _send_watched(
    attempt: Exchange, progress: SendProgress, observer: CallObserver
) -> Generator[Send, Any, Outcome]:
    """Yield a request, tell an observer of it, and return what became of it."""
    watch = observer.begin(attempt.describe_sent_request())
    try:
        outcome: Outcome = yield Send(attempt.add_headers(watch.extra_headers), progress)
    except BaseException as error:  # a cancellation, or what the caller's own transport raised
        watch.end(error)
        raise
    watch.end(outcome)
    return outcome


def _prepare_next(
    exchange: Exchange,
    step: SendAgain | RenewCredentials | Follow,
    outcome: Outcome,
    budget: RetryBudget,
) -> Generator[Wait | AskProviders, Any, Exchange | Done]:
    """Yield what comes before the next request, and return its exchange, or the end of the call.

    Raises:
        TransportError: the call ends here, without a usable response.

    """
    if isinstance(step, RenewCredentials):
        provided = yield AskProviders(exchange, step.refused)
        renewed = step.decide_after_renewal(provided)
        return renewed if isinstance(renewed, Done) else renewed.exchange
    if isinstance(step, SendAgain):
        if not budget.take(step.cost):
            if exchange.observer is not None:
                exchange.observer.note_spent_budget()
            elapsed_s = step.exchange.earlier_attempts[-1].elapsed_s
            return _give_up(exchange, outcome, elapsed_s)
        if exchange.observer is not None:
            exchange.observer.note_retry(step.exchange.earlier_attempts[-1])
        if step.wait_s > 0:
            yield Wait(step.wait_s)
    return step.exchange


def _wait_for_turn(
    exchange: Exchange, limiter: RateLimiter, clock: Clock
) -> Generator[Wait, Any, None]:
    """Yield waits until a request may be sent.

    Raises:
        TimedOut: the deadline of the call comes first.

    """
    deadline = exchange.deadline
    remaining_s = None if deadline is None else deadline.remaining_s
    turn = limiter.take_turn(clock.read(), remaining_s)
    while turn is not None:
        wait_s = limiter.measure_wait(turn, clock.read())
        if deadline is not None and wait_s >= deadline.remaining_s:
            break
        if wait_s <= 0:
            return
        yield Wait(wait_s)
    raise exchange.build_deadline_error("rate")


def _pause_if_asked(limiter: RateLimiter, outcome: Outcome, clock: Clock) -> None:
    """Pause all requests where a response asks for it."""
    from dynclient.transport.server_limits import read_pause  # Few clients have a rate.

    if isinstance(outcome, Response):
        pause_s = read_pause(outcome.status, outcome.headers, clock.read_date())
        if pause_s:
            LOG.info("the server asks for a pause of %.3g s: no request is sent", pause_s)
            limiter.pause(pause_s, clock.read())


def _begin_attempt(exchange: Exchange) -> SendProgress:
    """Return what a try that begins now notes its progress in.

    Raises:
        TimedOut: no time is left for it.

    """
    if exchange.deadline is not None and exchange.deadline.remaining_s <= 0:
        raise exchange.build_deadline_error("pool")
    secret_names = exchange.request.secret_names
    if exchange.redirects:
        secret_names = exchange.find_redirect_secret_names()
    return SendProgress(secret_names=secret_names, deadline=exchange.deadline)


def _decide(
    exchange: Exchange,
    outcome: Outcome,
    progress: SendProgress,
    clock: Clock,
    started: float,
) -> SendAgain | RenewCredentials | Follow | Done:
    """Return the step after a try.

    Raises:
        TransportError: the call ends here, without a usable response.

    """
    if isinstance(outcome, Response):
        try:
            return exchange.decide_after_response(outcome, clock, started)
        except TransportError as error:
            note_attempts(error, exchange, clock.read() - started)
            raise
    elapsed_s = clock.read() - started
    step = exchange.decide_after_failure(
        outcome, clock, elapsed_s, is_connection_stale=progress.is_connection_stale
    )
    return step or _give_up(exchange, outcome, elapsed_s)


def _give_up(exchange: Exchange, outcome: Outcome, elapsed_s: float) -> Done:
    """Return the end of a call that is not tried again.

    Raises:
        TransportError: the last try brought no usable response.

    """
    if isinstance(outcome, Response):
        return exchange.end(outcome)
    note_attempts(outcome, exchange, elapsed_s)
    raise outcome


def note_attempts(error: TransportError, exchange: Exchange, elapsed_s: float) -> None:
    """Give an error that ends a call all its tries."""
    last = exchange.build_attempt(elapsed_s, error=error)
    error.attempts = (*exchange.earlier_attempts, last)
    if isinstance(error, TimedOut) and error.deadline_s is None:
        error.elapsed_s = sum(each.elapsed_s + each.wait_s for each in error.attempts)
