"""How many requests a client sends in a time: `rate="10/s"`, shared by threads and tasks."""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

from dynclient.fork_safety import build_fork_safe_lock

#: Of that many requests the times are kept.
MAX_REQUESTS = 1_000_000

#: A pause that a server asks for counts as this long at most; then one request asks again.
MAX_PAUSE_S = 3600.0

_RATE = re.compile(r"([0-9]{1,7})/(s|min|h)", re.ASCII)
_PERIODS_S = {"s": 1.0, "min": 60.0, "h": 3600.0}

_LOCK = build_fork_safe_lock()


class Rate(NamedTuple):
    """How many requests may be sent in a time; in no time of that length are there more."""

    requests: int
    period_s: float


def parse_rate(text: object) -> Rate | None:
    """Return the rate that a text says; None where it says none."""
    match = _RATE.fullmatch(text) if isinstance(text, str) else None
    if match is None or not 0 < int(match[1]) <= MAX_REQUESTS:
        return None
    return Rate(int(match[1]), _PERIODS_S[match[2]])


class RateLimiter:
    """Gives each request its turn: a time by its own clock, which stands still during a pause.

    So a pause moves every turn that was given before it, and nobody runs into a crowd after it.

    Args:
        rate: how many requests there may be.

    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._turns: deque[float] = deque(maxlen=rate.requests)
        self._pause_end = 0.0
        self._paused_s = 0.0

    def take_turn(self, now: float, longest_wait_s: float | None = None) -> float | None:
        """Take the next free turn, and return it; None where it is too late.

        Args:
            now: by the clock of calls.
            longest_wait_s: after this time it is too late; None: any time will do.

        """
        with _LOCK:
            turn = self._read_clock(now)
            if len(self._turns) == self._rate.requests:
                turn = max(turn, self._turns[0] + self._rate.period_s)
            if longest_wait_s is not None and self.measure_wait(turn, now) >= longest_wait_s:
                return None
            self._turns.append(turn)
            return turn

    def measure_wait(self, turn: float, now: float) -> float:
        """Return how many seconds there are until a turn, as far as is known now."""
        with _LOCK:
            pause_s = max(0.0, self._pause_end - now)
            return max(0.0, turn - self._read_clock(now)) + pause_s

    def pause(self, seconds: float, now: float) -> None:
        """Send nothing for some seconds; a pause that goes on longer is not cut."""
        with _LOCK:
            end = now + min(seconds, MAX_PAUSE_S)
            start = max(now, self._pause_end)
            if end > start:
                self._paused_s += end - start
                self._pause_end = end

    def _read_clock(self, now: float) -> float:
        return max(now, self._pause_end) - self._paused_s
