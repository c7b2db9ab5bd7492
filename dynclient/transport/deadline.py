"""The deadline of one call: how much time is left for all that it still does."""

from __future__ import annotations

from dynclient.transport.clock import Clock

#: Timers of a system may end this much too early.
_TIMER_SLACK_S = 0.002


class DeadlineReached(Exception):
    """The deadline of a call is over."""


class Deadline:
    """When a call has to be over.

    Args:
        seconds: how long it may take, from now.
        clock: what measures them.

    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock.read() + seconds

    @property
    def remaining_s(self) -> float:
        """How many seconds are left; 0 or less where it is over."""
        return self._end - self._clock.read()

    @property
    def elapsed_s(self) -> float:
        """How many seconds the call took so far."""
        return self.seconds - self.remaining_s

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.remaining_s <= _TIMER_SLACK_S

    def limit(self, timeout_s: float | None) -> float:
        """Return a timeout that ends with the deadline at the latest.

        Raises:
            DeadlineReached: it is over already.

        """
        remaining_s = self.remaining_s
        if remaining_s <= 0:
            raise DeadlineReached
        return remaining_s if timeout_s is None else min(timeout_s, remaining_s)

    def __repr__(self) -> str:
        return f"<Deadline of {self.seconds:g} s>"


def check_deadline(deadline: Deadline | None) -> None:
    """Look whether time is left.

    Args:
        deadline: of the call; None where it may take any time.

    Raises:
        DeadlineReached: it is over.

    """
    if deadline is not None:
        deadline.limit(None)
