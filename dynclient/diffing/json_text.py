"""JSON values of documents as reports write them: valid JSON without control characters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from dynclient.violations import escape_unprintable


def to_json_value(value: Any) -> Any:
    """Return a value as strict JSON: YAML documents may hold `.inf`, dates and sets."""
    if value is None or isinstance(value, bool | int | str):
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
    """Return JSON for programs, in ASCII only if a character could not be encoded."""
    ready = to_json_value(value)
    text = json.dumps(ready, indent=indent, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        text = json.dumps(ready, indent=indent)
    return text


def format_line(value: Any) -> str:
    """Return JSON on one line for people; escapes stand for unprintable characters."""
    return "".join(map(_escape_unprintable, json.dumps(to_json_value(value), ensure_ascii=False)))


def format_block(value: Any) -> list[str]:
    """Return JSON for people as indented lines."""
    text = json.dumps(to_json_value(value), indent=2, ensure_ascii=False)
    return ["".join(map(_escape_unprintable, each)) for each in text.split("\n")]


def _escape_unprintable(character: str) -> str:
    """Return a character of JSON, escaped if it is not printable.

    Such a character can only stand in a string, so the JSON means the same.
    """
    return character if character.isprintable() else json.dumps(character)[1:-1]


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
