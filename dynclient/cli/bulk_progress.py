"""The bar of `dynclient bulk` on a terminal: lines, rate, errors and time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from dynclient.bulk.outcomes import Outcome
from dynclient.display_text import format_count


class RateColumn(ProgressColumn):
    """How many lines are answered a second; nothing until that is known."""

    def render(self, task: Task) -> Text:
        """Return the text of the column."""
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


@contextmanager
def show_bulk_progress(
    line_count: int | None, earlier_count: int
) -> Iterator[Callable[[Outcome], None]]:
    """Show a bar on standard error; what it gives is told each outcome.

    Args:
        line_count: how many lines the input has; None where that is unknown.
        earlier_count: how many an earlier run has answered.

    """
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TextColumn("{task.fields[errors]}"),
        TimeRemainingColumn(),
    )
    error_count = 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(
            "", total=line_count, completed=earlier_count, errors=format_count(0, "error")
        )

        def note_answer(outcome: Outcome) -> None:
            nonlocal error_count
            error_count += isinstance(outcome, Exception)
            progress.update(task, advance=1, errors=format_count(error_count, "error"))

        yield note_answer
