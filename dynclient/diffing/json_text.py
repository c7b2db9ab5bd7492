"""JSON values of documents as reports write them: valid JSON without control characters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dynclient import display_text
from dynclient.display_text import escape_unprintable


def to_json_value(value: Any) -> Any:
    """Return a value as strict JSON: YAML documents may hold `.inf`, dates and sets."""
    if isinstance(value, bool | int | str | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((to_json_value(item) for item in value), key=repr)
    return str(value)


def dump_json(value: Any, indent: int | None = None) -> str:
    """Return JSON for programs; in a log it steers neither a terminal nor a runner."""
    return display_text.dump_json(to_json_value(value), indent)


def format_line(value: Any) -> str:
    """Return JSON on one line for people."""
    return display_text.dump_json(to_json_value(value))


def format_block(value: Any) -> list[str]:
    """Return JSON for people as indented lines."""
    return display_text.dump_json(to_json_value(value), indent=2).split("\n")


def truncate(text: str, limit: int) -> str:
    """Return a text up to a limit of characters, with a note of its length if it is longer."""
    if len(text) <= limit:
        return text
    note = f"… (of {len(text):,} characters)"
    return text[: max(limit - len(note), 1)] + note


def format_value(value: Any) -> str:
    """Return a value on one line; a text without outer spaces has no quotes."""
    if isinstance(value, str) and value and value == value.strip():
        return escape_unprintable(value)
    return format_line(value)
