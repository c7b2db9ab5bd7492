"""A part of a result by a JMESPath expression, and results as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dynclient.display_text import cut_line, format_one_line
from dynclient.errors import UsageError

#: A cell that is longer is cut: the whole value is printed without --table.
MAX_CELL_CHARS = 200

#: A deeper or larger expression is no question that a person asks.
MAX_EXPRESSION_CHARS = 10_000


class ResultQuery:
    """A JMESPath expression, compiled before anything is sent.

    Args:
        expression: the expression. Source: https://jmespath.org/specification.html.

    Raises:
        UsageError: it is none.

    """

    def __init__(self, expression: str) -> None:
        import jmespath
        from jmespath.exceptions import JMESPathError

        self._error_class: type[Exception] = JMESPathError
        if len(expression) > MAX_EXPRESSION_CHARS:
            raise UsageError(f"--query is longer than {MAX_EXPRESSION_CHARS:,} characters")
        try:
            self._compiled = jmespath.compile(expression)
        except (JMESPathError, RecursionError) as error:
            raise UsageError(
                f"--query is no JMESPath: {_take_first_line(error)}",
                hint="such as 'name', 'items[].id' or \"items[?status=='open'].id\"",
            ) from None

    def select(self, data: Any) -> Any:
        """Return what the expression selects.

        Raises:
            UsageError: a function of the expression does not take what it got.

        """
        try:
            return self._compiled.search(data)
        except (self._error_class, RecursionError, TypeError, ValueError) as error:
            raise UsageError(
                f"--query does not fit the result: {_take_first_line(error)}",
                hint="look at the result without --query",
            ) from None


def _take_first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(":")
    return cut_line(line, MAX_CELL_CHARS)


def list_rows(data: Any) -> list[list[str]]:
    """Return a value as the rows of a table; the first one has the titles.

    A list of objects has a row for each; an object with one list of objects is that list. Any
    other object has a row for each member.
    """
    items = _find_items(data)
    if items is None:
        if isinstance(data, dict):
            return [["name", "value"], *([name, format_cell(data[name])] for name in data)]
        items = data if isinstance(data, list) else [data]
    titles = _list_titles(items)
    if not titles:
        return [["value"], *([format_cell(item)] for item in items)]
    return [titles, *(_list_cells(item, titles) for item in items)]


def _list_cells(item: Any, titles: Iterable[str]) -> list[str]:
    if not isinstance(item, dict):
        return [format_cell(item), *("" for _ in list(titles)[1:])]
    return [format_cell(item[title]) if title in item else "" for title in titles]


def _find_items(data: Any) -> list[Any] | None:
    """Return the list that a value is or has; None where it has none or several."""
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        return None
    lists = [member for member in data.values() if _has_objects(member)]
    return lists[0] if len(lists) == 1 else None


def _has_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _list_titles(items: Iterable[Any]) -> list[str]:
    titles: dict[str, None] = {}
    for item in items:
        if isinstance(item, dict):
            titles |= dict.fromkeys(item)
    return list(titles)


def format_cell(value: Any) -> str:
    """Return a value on one line: a text as it is, anything else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return cut_line(format_one_line(text), MAX_CELL_CHARS)


def print_table(data: Any) -> None:
    """Print a value as a table; on a terminal its lines are cut at the edge."""
    from dynclient.cli.terminal_output import print_line
    from dynclient.description.text_layout import align_columns

    for line in align_columns(list_rows(data)):
        print_line(line)
