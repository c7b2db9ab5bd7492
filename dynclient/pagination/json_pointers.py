"""JSON pointers into results and call documents; in a result, `-1` is the last item of an array.

Source: RFC 6901.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dynclient.document.references import escape_token, unescape_token

LAST_ITEM = "-1"


def join_pointer(keys: Iterable[str]) -> str:
    """Return the pointer to a place: "" for no keys."""
    return "".join(f"/{escape_token(key)}" for key in keys)


def split_pointer(pointer: str) -> list[str]:
    """Return the keys of a pointer, [] for ""."""
    return [unescape_token(token) for token in pointer.split("/")[1:]]


def find_value(data: Any, pointer: str) -> Any:
    """Return the value at a pointer; None where there is none."""
    for key in split_pointer(pointer):
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list):
            data = _get_item(data, key)
        else:
            return None
    return data


def _get_item(items: list[Any], key: str) -> Any:
    if key == LAST_ITEM:
        return items[-1] if items else None
    is_index = key.isascii() and key.isdecimal()
    return items[int(key)] if is_index and int(key) < len(items) else None


def replace_value(document: Mapping[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Return a copy of an object with another value at a pointer; the original stays as it is."""
    first, *rest = split_pointer(pointer)
    if not rest:
        return {**document, first: value}
    member = document.get(first)
    inner = member if isinstance(member, Mapping) else {}
    return {**document, first: replace_value(inner, join_pointer(rest), value)}


def remove_value(document: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """Return a copy of an object without the value at a pointer; the original stays as it is."""
    first, *rest = split_pointer(pointer)
    member = document.get(first)
    if not rest:
        return {name: value for name, value in document.items() if name != first}
    if not isinstance(member, Mapping):
        return dict(document)
    return {**document, first: remove_value(member, join_pointer(rest))}
