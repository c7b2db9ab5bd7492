"""What the console prints: data with long lists folded, a line of each exchange, errors."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from dynclient.display_text import cut_value, escape_unprintable, format_count
from dynclient.repl.history import RecordedExchange
from dynclient.repl.value_candidates import write_text

#: How much of a value is shown before the rest is counted.
MAX_ITEMS = 10
MAX_KEYS = 100
MAX_LINES = 200
MAX_DEPTH = 8
MAX_TEXT_CHARS = 500

INDENT = "  "


def format_data(data: Any, width: int | None = None) -> str:
    """Return plain data as readable Python text, long lists and texts folded.

    Args:
        data: the data of a result.
        width: the columns of a line; None: those of the terminal.

    """
    columns = width or shutil.get_terminal_size().columns
    lines = _format_value(data, "", columns, 0).split("\n")
    if len(lines) > MAX_LINES:
        rest = len(lines) - MAX_LINES
        lines = [*lines[:MAX_LINES], f"… and {rest} more lines; _ holds all of it"]
    return "\n".join(lines)


def _format_value(value: Any, indent: str, width: int, depth: int) -> str:
    if isinstance(value, str):
        return _format_text(value)
    if not isinstance(value, dict | list) or not value:
        return escape_unprintable(cut_value(repr(value), MAX_TEXT_CHARS))
    if depth >= MAX_DEPTH:
        return _enclose(value, f"… {count_members(value)}")
    return _format_container(value, indent, width, depth)


def _format_container(
    value: dict[str, Any] | list[Any], indent: str, width: int, depth: int
) -> str:
    """Return an object or an array on one line if it fits, else each member on its own."""
    inner = indent + INDENT
    limit = MAX_KEYS if isinstance(value, dict) else MAX_ITEMS
    items: list[str] = []
    for prefix, member in _list_members(value, limit):
        text = _format_value(member, inner, width - len(prefix), depth + 1)
        items.append(prefix + text)
    is_cut = len(value) > limit
    if is_cut:
        items.append(f"… {len(value) - limit} more of {len(value)}")
    flat = _enclose(value, ", ".join(items))
    is_short = "\n" not in flat and len(indent) + len(flat) <= width
    if is_short and not is_cut:
        return flat
    lines = "".join(f"{inner}{item},\n" for item in items)
    return _enclose(value, f"\n{lines}{indent}")


def _enclose(value: dict[str, Any] | list[Any], content: str) -> str:
    return f"{{{content}}}" if isinstance(value, dict) else f"[{content}]"


def _list_members(value: dict[str, Any] | list[Any], limit: int) -> list[tuple[str, Any]]:
    """Return the first members of a container, each with the text before it."""
    if isinstance(value, list):
        return [("", item) for item in value[:limit]]
    names = list(value)[:limit]
    return [(f"{_format_text(name)}: ", value[name]) for name in names]


def _format_text(text: str) -> str:
    return escape_unprintable(write_text(cut_value(text, MAX_TEXT_CHARS), ""))


def count_members(value: Any) -> str:
    """Return how many members a container has: `3 items`, `1 key`."""
    return format_count(len(value), "key" if isinstance(value, dict) else "item")


def format_exchange_lines(exchanges: Iterable[RecordedExchange]) -> list[str]:
    """Return for each exchange: its status, time, size, and what does not fit the document."""
    return [_format_exchange(exchange) for exchange in exchanges]


def _format_exchange(exchange: RecordedExchange) -> str:
    result = exchange.result
    if result is None:
        return f"no response  {exchange.operation.id}"
    phrases = {status.value: status.phrase for status in HTTPStatus}
    parts = [
        f"{result.status} {phrases.get(result.status, '')}".rstrip(),
        f"{result.elapsed * 1000:.0f} ms",
        format_size(exchange.size_bytes),
        exchange.operation.id,
    ]
    if result.violations:
        count = format_count(len(result.violations), "violation")
        parts.append(f"{count}: {result.violations[0]}")
    return escape_unprintable("  ".join(parts))


def format_size(size_bytes: int) -> str:
    """Return a size as people read it: `812 B`, `1.4 kB`."""
    if size_bytes < 1000:  # noqa: PLR2004 (the unit)
        return f"{size_bytes} B"
    return f"{size_bytes / 1000:,.1f} kB"
