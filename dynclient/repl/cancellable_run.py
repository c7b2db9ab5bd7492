"""Runs a coroutine so that an interruption cancels it, and what it waits for is given back."""

from __future__ import annotations

from asyncio import AbstractEventLoop, CancelledError
from collections.abc import Coroutine
from typing import Any

#: What ends an input that its user interrupted.
INTERRUPTIONS: tuple[type[BaseException], ...] = (KeyboardInterrupt, CancelledError)


def run_cancellable(loop: AbstractEventLoop, coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in an event loop; an interruption cancels it there, and a second one ends it.

    Without that it would stay in the loop, and go on with the next input.

    Args:
        loop: that of the console.
        coroutine: of an input.

    Returns:
        its result.

    Raises:
        CancelledError: it was interrupted.

    """
    task = loop.create_task(coroutine)
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        task.cancel()
        return loop.run_until_complete(task)
