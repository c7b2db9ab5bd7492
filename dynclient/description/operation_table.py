"""Operations as a table that fits the screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping

from dynclient.display_text import cut_line, escape_unprintable, format_count, format_one_line
from dynclient.model import Operation

#: Names wider than this move their own line only.
MAX_NAME_WIDTH = 40

#: How many operations a table has at most, and how wide a screen is taken to be.
MAX_ROWS = 500
MAX_WIDTH = 160


def format_operation_rows(operations: Iterable[Operation], width: int = 0) -> Iterator[str]:
    """Yield a line for each operation: its Python name, method and path, summary; cut to fit.

    Args:
        operations: the operations.
        width: the columns of a line; 0: those of the terminal.

    """
    columns = width or min(shutil.get_terminal_size().columns, MAX_WIDTH)
    rows = [
        (each.python_name, f"{each.method} {each.path}", format_one_line(each.summary))
        for each in operations
    ]
    if not rows:
        return
    name_width = min(max(len(row[0]) for row in rows), MAX_NAME_WIDTH)
    place_width = min(max(len(row[1]) for row in rows), max(columns - name_width - 24, 12))
    for name, place, summary in rows[:MAX_ROWS]:
        line = f"{name:<{name_width}}  {cut_line(place, place_width):<{place_width}}  {summary}"
        yield cut_line(escape_unprintable(line), columns)
    if len(rows) > MAX_ROWS:
        yield f"… and {len(rows) - MAX_ROWS} more; client.find(text) searches"


def format_tag_rows(tags: Mapping[str, int], width: int = 0) -> Iterator[str]:
    """Yield a line for each tag: its name and how many operations it has."""
    columns = width or min(shutil.get_terminal_size().columns, MAX_WIDTH)
    shown = {format_one_line(tag): count for tag, count in tags.items()}
    name_width = min(max(map(len, shown), default=0), columns - 20)
    for tag, count in shown.items():
        operations = format_count(count, "operation")
        yield f"{cut_line(tag, name_width):<{name_width}}  {operations}"
