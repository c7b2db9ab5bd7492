"""Calling an operation until a condition holds: `operation.wait_until(condition, …)`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.errors import TimedOut, UsageError
from dynclient.plan.results import Result
from dynclient.transport.exchange import describe_request
from dynclient.transport.server_limits import read_retry_after
from dynclient.violations import shorten_repr
from dynclient.wire.message import Request

#: Data of a result → whether the wait is over.
HasEnded = Callable[[Any], Any]

MAX_CALLS = 100_000


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


@dataclass(frozen=True)
class Polling:
    """How often an operation is called until a condition holds, and for how long.

    Attributes:
        interval_s: seconds between the first two calls.
        backoff: how many times longer each further wait is than the one before it.
        max_interval_s: seconds that a wait has at most, unless the server asks for more by
            Retry-After.
        deadline_s: seconds after which the wait is given up; the last call begins before.
        sleep: what waits some seconds, for tests; for an `AsyncClient` it returns an awaitable.

    """

    interval_s: float = 1.0
    backoff: float = 1.5
    max_interval_s: float = 30.0
    deadline_s: float = 300.0
    sleep: Callable[[float], Awaitable[Any] | None] | None = None

    def __post_init__(self) -> None:
        for name in ("interval_s", "backoff", "max_interval_s", "deadline_s"):
            if not _is_positive(getattr(self, name)):
                text = f"{name} of a Polling cannot be {getattr(self, name)!r}"
                raise UsageError(text, hint="give a number above 0")
        if self.backoff < 1:
            raise UsageError("backoff of a Polling is 1 or more")


class PollingWait:
    """One wait for a condition: a step after each result.

    Args:
        polling: how often, and for how long.

    """

    def __init__(self, polling: Polling) -> None:
        self._polling = polling
        self._started_s = time.monotonic()
        self._waited_s = 0.0
        self.calls = 0

    @property
    def _elapsed_s(self) -> float:
        """How long it lasts; what a `sleep` of a test left out counts too."""
        return max(time.monotonic() - self._started_s, self._waited_s)

    def choose_delay(self, headers: Mapping[str, str]) -> float | None:
        """Return after how many seconds to call again; None where there is no time for that.

        Args:
            headers: of the last result; its Retry-After is never undercut.

        """
        polling = self._polling
        factor = polling.backoff ** min(self.calls - 1, 200)
        delay_s = min(polling.interval_s * factor, polling.max_interval_s)
        remaining_s = polling.deadline_s - self._elapsed_s
        asked_s = read_retry_after(headers, time.time()) or 0.0
        if remaining_s <= 0 or asked_s > remaining_s or self.calls >= MAX_CALLS:
            return None
        return max(asked_s, min(delay_s, remaining_s))

    def begin_delay(self, result: Result, request: Request) -> float:
        """Return after how many seconds to call again, and count them.

        Raises:
            TimedOut: there is no time for that.

        """
        delay_s = self.choose_delay(result.headers)
        if delay_s is None:
            limit = f"{self._polling.deadline_s:g} s"
            raise TimedOut(
                f"{describe_request(request)}: the condition did not hold within {limit};"
                f" the operation was called {self.calls} times",
                hint="give more time: polling=Polling(deadline_s=…)",
                phase="condition",
                call_count=self.calls,
                attempts=result.attempts,
                elapsed_s=self._elapsed_s,
                deadline_s=self._polling.deadline_s,
                request=request,
                status=result.status,
                result=result,
            )
        self._waited_s += delay_s
        return delay_s


def wait_until(
    condition: HasEnded, polling: Polling | None, send: Callable[[], Result], request: Request
) -> Any:
    """Call until a condition holds, and return the data for which it does.

    Args:
        condition: of the data of a result.
        polling: how often, and for how long; None: as `Polling()` says.
        send: makes one call.
        request: what is sent.

    Raises:
        TimedOut: the condition did not hold in time.

    """
    _check_condition(condition)
    polling = polling or Polling()
    wait, sleep = PollingWait(polling), polling.sleep or time.sleep
    while True:
        result = send()
        wait.calls += 1
        if condition(result.data):
            return result.data
        sleep(wait.begin_delay(result, request))


async def wait_until_async(
    condition: HasEnded,
    polling: Polling | None,
    send: Callable[[], Awaitable[Result]],
    request: Request,
) -> Any:
    """Await calls until a condition holds, as `wait_until` does; the condition may be awaited."""
    import asyncio
    from inspect import isawaitable

    _check_condition(condition)
    polling = polling or Polling()
    wait, sleep = PollingWait(polling), polling.sleep or asyncio.sleep
    while True:
        result = await send()
        wait.calls += 1
        verdict = condition(result.data)
        if isawaitable(verdict):
            verdict = await verdict
        if verdict:
            return result.data
        pause = sleep(wait.begin_delay(result, request))
        if isawaitable(pause):
            await pause


def _check_condition(condition: Any) -> None:
    if not callable(condition):
        raise UsageError(
            f"wait_until cannot wait for {shorten_repr(condition)}; nothing was sent",
            hint='give a function of the data, such as lambda data: data["state"] == "done"',
        )
