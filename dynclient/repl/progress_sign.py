"""A sign on a terminal that a call is still running."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dynclient.display_text import escape_unprintable

#: A call that is shorter shows nothing.
DELAY_S = 0.5


@contextmanager
def show_progress(text: str) -> Iterator[None]:
    """Show a text on standard error while the block runs longer than half a second.

    Nothing is shown where standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield
        return
    sign = _ProgressSign(escape_unprintable(text))
    timer = threading.Timer(DELAY_S, sign.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        sign.stop()


class _ProgressSign:
    """A spinner that another thread starts, unless it was stopped before."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._is_stopped = False
        self._status: Any = None

    def start(self) -> None:
        """Show the spinner."""
        from rich.console import Console
        from rich.text import Text

        with self._lock:
            if self._is_stopped:
                return
            self._status = Console(stderr=True).status(Text(f"{self._text}  (Ctrl-C cancels)"))
            self._status.start()

    def stop(self) -> None:
        """Remove the spinner."""
        with self._lock:
            self._is_stopped = True
            if self._status is not None:
                self._status.stop()
