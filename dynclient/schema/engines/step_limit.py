"""How many steps checking, compiling, generating and comparing may take together.

Steps are counted, not seconds, so that the outcome is the same on every machine.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager

#: How many steps may be taken for one value: about a second. A simple keyword is one step.
MAX_STEPS = 600_000


class StepLimitExceeded(Exception):
    """The work takes more steps than are left."""


class StepLimit:
    """How many steps may be taken, and how many were.

    Args:
        steps: how many may be taken.

    Attributes:
        remaining: how many are left; below 0 where more were taken.
        charged: how many were taken for work other than the checks of the reference engine.

    """

    __slots__ = ("charged", "given", "remaining")

    def __init__(self, steps: int) -> None:
        self.given = steps
        self.remaining = steps
        self.charged = 0

    @property
    def check_steps(self) -> int:
        """How many steps the checks of the reference engine took."""
        return self.given - self.remaining - self.charged


#: The limit that counts; None where nothing limits the steps.
_current_limit: contextvars.ContextVar[StepLimit | None] = contextvars.ContextVar(
    "dynclient_steps", default=None
)


@contextmanager
def limit_steps(steps: int = MAX_STEPS) -> Iterator[StepLimit]:
    """Let what is done inside take no more than some steps.

    A limit inside a limit takes its steps from the outer one, and no more than its own.

    Args:
        steps: how many.

    Raises:
        StepLimitExceeded: it would take more.

    """
    outer = _current_limit.get()
    limit = StepLimit(steps if outer is None else min(steps, max(outer.remaining, 0)))
    token = _current_limit.set(limit)
    try:
        yield limit
    finally:
        _current_limit.reset(token)
        if outer is not None:
            outer.remaining -= limit.given - limit.remaining
            outer.charged += limit.charged


def spend_steps(count: int = 1) -> None:
    """Take steps for a check that is about to be made.

    Raises:
        StepLimitExceeded: there are no more.

    """
    limit = _current_limit.get()
    if limit is None:
        return
    limit.remaining -= count
    if limit.remaining < 0:
        raise StepLimitExceeded


def charge_steps(count: int) -> None:
    """Take steps for other work that is done; what comes next is refused where none are left."""
    limit = _current_limit.get()
    if limit is not None:
        limit.remaining -= count
        limit.charged += count


def has_steps_left() -> bool:
    """Return whether there are steps left, or nothing limits them."""
    limit = _current_limit.get()
    return limit is None or limit.remaining > 0
