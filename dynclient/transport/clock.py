"""Time as a call sees it: what it is, how it passes, and what chance draws."""

from __future__ import annotations

import time

#: No wait and no deadline is longer: three years, which every system can count.
MAX_SECONDS = 1e8


def is_seconds(value: object) -> bool:
    """Tell whether a value is a number of seconds, 0 or more, that a machine can wait."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= MAX_SECONDS


class Clock:
    """The clock of the machine; a test gives a runner one that nobody has to wait for."""

    def read(self) -> float:
        """Return the seconds since some moment, which no change of the date moves."""
        return time.monotonic()

    def read_date(self) -> float:
        """Return the seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait in the event loop."""
        import asyncio  # It takes 20 ms, which a client that waits does not need.

        await asyncio.sleep(seconds)

    def draw_fraction(self) -> float:
        """Return a number from 0 to 1, by chance."""
        import random

        return random.random()  # noqa: S311 (it spreads retries, and guards nothing)
