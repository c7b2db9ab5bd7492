"""Errors in a console: the message of dynclient alone; the traceback is one command away."""

from __future__ import annotations

import sys
import traceback

from dynclient.repl.cancellable_run import INTERRUPTIONS


def print_error(error: BaseException) -> None:
    """Print an error as its message, and remember it for `show_traceback`."""
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    is_interruption = isinstance(error, INTERRUPTIONS)
    message = "\ncancelled" if is_interruption else f"{type(error).__name__}: {error}"
    print(message, file=sys.stderr)  # noqa: T201 (a console prints)


def show_traceback() -> None:
    """Print the whole traceback of the last error."""
    error = getattr(sys, "last_value", None)
    if error is None:
        print("there was no error", file=sys.stderr)  # noqa: T201 (a console prints)
        return
    traceback.print_exception(error)
