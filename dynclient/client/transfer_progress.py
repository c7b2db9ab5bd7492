"""The option `progress`: how far an upload or a download is, as a bar or for the program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.wire.observed_body import TransferObserver

#: Bytes that are through, and bytes that there are; None where that is unknown.
ObserveTransfer = Callable[[int, int | None], Any]

#: True: a bar on terminals; False: nothing.
ProgressOption = bool | ObserveTransfer


class SilentProgress:
    """Shows nothing."""

    def observe(self, done_bytes: int, total_bytes: int | None) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class ReportedProgress:
    """Tells the program.

    Args:
        report: a function of the program.

    """

    def __init__(self, report: ObserveTransfer) -> None:
        self._report = report

    def observe(self, done_bytes: int, total_bytes: int | None) -> None:
        """Tell how far the transfer is."""
        self._report(done_bytes, total_bytes)

    def finish(self) -> None:
        """Do nothing: what was told last stands."""


class ProgressBar:
    """Shows a bar on standard error; it goes away at the end.

    Args:
        title: what is transferred.

    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Any = None
        self._task: Any = None

    def observe(self, done_bytes: int, total_bytes: int | None) -> None:
        """Show how far the transfer is."""
        if self._bar is None:
            self._start()
        self._bar.update(self._task, completed=done_bytes, total=total_bytes)

    def _start(self) -> None:
        from rich import progress
        from rich.console import Console
        from rich.markup import escape

        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(escape(self._title), total=None)
        self._bar.start()

    def finish(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def build_observer(option: ProgressOption, title: str) -> TransferObserver:
    """Return what an option asks for.

    Args:
        option: of the client.
        title: what is transferred, for a bar.

    """
    if callable(option):
        return ReportedProgress(option)
    return ProgressBar(title) if option and sys.stderr.isatty() else SilentProgress()
