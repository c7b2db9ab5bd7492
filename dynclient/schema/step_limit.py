"""How many steps the reference engine may take for one value."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager

#: How many steps may be taken for one value: about a second. A simple keyword is one step.
MAX_STEPS = 600_000


class ValidationTooComplex(Exception):
    """Checking a value takes more steps than are left."""


#: How many steps are left, in a list that is changed in place; None where nothing limits them.
_remaining_steps: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar(
    "dynclient_steps", default=None
)


@contextmanager
def limit_steps(steps: int = MAX_STEPS) -> Iterator[None]:
    """Let the reference engine take no more than some steps inside.

    A limit inside a limit takes its steps from the outer one, and no more than its own.

    Args:
        steps: how many.

    Raises:
        ValidationTooComplex: it would take more.

    """
    outer = _remaining_steps.get()
    given = steps if outer is None else min(steps, max(outer[0], 0))
    own = [given]
    token = _remaining_steps.set(own)
    try:
        yield
    finally:
        _remaining_steps.reset(token)
        if outer is not None:
            outer[0] -= given - own[0]


def spend_steps(count: int = 1) -> None:
    """Take steps.

    Raises:
        ValidationTooComplex: there are no more.

    """
    remaining = _remaining_steps.get()
    if remaining is None:
        return
    remaining[0] -= count
    if remaining[0] < 0:
        raise ValidationTooComplex
