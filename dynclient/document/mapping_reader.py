"""A document that comes as a Python mapping → the plain tree that its text would have given."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dynclient.document.problems import Problem
from dynclient.document.references import escape_token
from dynclient.errors import DocumentTooLarge

MAX_DEPTH = 500


def normalize_mapping(value: Any, uri: str) -> tuple[Any, list[Problem]]:
    """Return a mapping as a tree of dict, list, str, numbers, bools and None, and what had no place in it.

    Keys become text, dates too; what is no JSON becomes null and is a problem.

    Raises:
        DocumentTooLarge: it is nested deeper than MAX_DEPTH, as a structure that holds itself is.

    """
    reading = _MappingReader(uri)
    try:
        return reading.normalize(value, "", 0), reading.problems
    except RecursionError:
        raise DocumentTooLarge("the mapping is nested too deeply, or holds itself") from None


class _MappingReader:
    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.problems: list[Problem] = []

    def normalize(self, value: Any, pointer: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise DocumentTooLarge(
                f"the mapping is nested deeper than {MAX_DEPTH} levels, or holds itself"
            )
        if isinstance(value, Mapping):
            named = ((_normalize_key(key), item) for key, item in value.items())
            return {
                key: self.normalize(item, f"{pointer}/{escape_token(key)}", depth + 1)
                for key, item in named
            }
        if isinstance(value, list | tuple):
            return [
                self.normalize(item, f"{pointer}/{i}", depth + 1) for i, item in enumerate(value)
            ]
        return self._normalize_leaf(value, pointer)

    def _normalize_leaf(self, value: Any, pointer: str) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode()
        if isinstance(value, datetime.date | datetime.time):
            return value.isoformat()
        text = f"a {type(value).__name__} has no place in a document; it is read as null"
        self.problems.append(
            Problem("error", "no-json", text, "use plain JSON data", pointer, self.uri)
        )
        return None


def _normalize_key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return (
        {True: "true", False: "false"}[key]
        if isinstance(key, bool)
        else "null"
        if key is None
        else str(key)
    )
