"""Retry: what is tried again, how often, and after how long a wait."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

from dynclient.errors import TransportError, UsageError
from dynclient.transport.clock import is_seconds
from dynclient.violations import shorten_repr

TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
FIRST_BACKOFF_S = 0.5
MAX_WAIT_S = 60.0

_FIRST_ERROR_STATUS = 400
_LAST_STATUS = 599

#: Beyond it a doubled backoff is longer than any wait that is allowed.
_MAX_DOUBLINGS = 60

RetryCause = int | type[TransportError]


@dataclass(frozen=True, repr=False)
class Retry:
    """What is tried again, how often, and after how long a wait.

    Only a request that is safe to repeat is sent again: of an idempotent method, or with a declared
    idempotency key; where no connection was made, that of any method.

    Attributes:
        attempts: how many tries there are, the first one included. Default: 3.
        on: the statuses and the kinds of `TransportError` after which a call is tried again.
            Default: 408, 429, 500, 502, 503, 504 and every TransportError.
        backoff: seconds. The wait is drawn from 0 to this number, which doubles with each try; or a
            function: number of the try that failed (first is 1) → seconds. Default: 0.5.
        max_wait_s: no wait is longer. Where `Retry-After` asks for more, the call is not tried
            again. Default: 60.

    Raises:
        UsageError: a value cannot be that.

    """

    attempts: int = 3
    on: Collection[RetryCause] = TRANSIENT_STATUSES | {TransportError}
    backoff: float | Callable[[int], float] = FIRST_BACKOFF_S
    max_wait_s: float = MAX_WAIT_S

    def __post_init__(self) -> None:
        if type(self.attempts) is not int or self.attempts < 1:
            raise _build_error("attempts", self.attempts, "how many tries, 1 or more")
        _check_causes(self.on)
        if not (callable(self.backoff) or is_seconds(self.backoff)):
            hint = "seconds, or a function that returns them"
            raise _build_error("backoff", self.backoff, hint)
        if not is_seconds(self.max_wait_s):
            raise _build_error("max_wait_s", self.max_wait_s, "seconds")
        object.__setattr__(self, "on", frozenset(self.on))

    def __repr__(self) -> str:
        """Return what differs from the defaults, and the number of tries."""
        shown = [f"attempts={self.attempts}"]
        if self.on != _DEFAULT_CAUSES:
            shown.append(f"on=[{', '.join(sorted(map(_describe_cause, self.on)))}]")
        if self.backoff != FIRST_BACKOFF_S:
            shown.append(f"backoff={shorten_repr(self.backoff)}")
        if self.max_wait_s != MAX_WAIT_S:
            shown.append(f"max_wait_s={self.max_wait_s:g}")
        return f"Retry({', '.join(shown)})"

    def covers_status(self, status: int) -> bool:
        """Tell whether a call is tried again after a response of this status."""
        return status in self.on

    def covers_failure(self, error: TransportError) -> bool:
        """Tell whether a call is tried again after this failure."""
        return any(isinstance(cause, type) and isinstance(error, cause) for cause in self.on)

    def choose_wait(
        self, number: int, fraction: float, retry_after_s: float | None = None
    ) -> float | None:
        """Return how many seconds to wait before the next try; None: there is none.

        Args:
            number: of the try that failed, first is 1.
            fraction: from 0 to 1, drawn by chance.
            retry_after_s: how long the server asks to wait; None where it does not say.

        """
        if number >= self.attempts:
            return None
        if retry_after_s is not None:
            return retry_after_s if retry_after_s <= self.max_wait_s else None
        if callable(self.backoff):
            wait_s = float(self.backoff(number))
            return min(wait_s, self.max_wait_s) if wait_s > 0 else 0.0
        longest_s = self.backoff * math.ldexp(1.0, min(number - 1, _MAX_DOUBLINGS))
        return fraction * min(longest_s, self.max_wait_s)


_DEFAULT_CAUSES = TRANSIENT_STATUSES | {TransportError}


def _check_causes(values: object) -> None:
    """Refuse what is no collection of causes."""
    hint = "statuses from 400 to 599 and kinds of TransportError, such as [429, TimedOut]"
    if not isinstance(values, Collection) or isinstance(values, str | bytes):
        raise _build_error("on", values, hint)
    for value in values:
        if not _is_cause(value):
            raise _build_error("on", value, hint)


def _is_cause(value: object) -> bool:
    if isinstance(value, type):
        return issubclass(value, TransportError)
    return type(value) is int and _FIRST_ERROR_STATUS <= value <= _LAST_STATUS


def _describe_cause(cause: RetryCause) -> str:
    return cause.__name__ if isinstance(cause, type) else str(cause)


def _build_error(name: str, value: object, hint: str) -> UsageError:
    return UsageError(f"Retry: {name} cannot be {shorten_repr(value)}", hint=f"give {hint}")
