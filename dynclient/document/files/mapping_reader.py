"""Reads a document that is a Python mapping to the plain tree that its text would give."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.problems import Problem
from dynclient.document.references import escape_token


def normalize_mapping(
    value: Any, uri: str, limits: LoadingLimits = DEFAULT_LIMITS
) -> tuple[Any, list[Problem]]:
    """Return a mapping as a tree of dict, list, str, numbers, bools and None, and its problems.

    Keys become text, dates too. What is no JSON becomes null and is a problem.

    Raises:
        DocumentTooLarge: it holds more than the limits allow, as a mapping that holds itself does.

    """
    reader = _MappingReader(uri, limits)
    try:
        tree = reader.normalize(value, "", 0)
    except RecursionError:
        message = "the mapping is nested too deeply, or holds itself"
        raise limits.build_error("depth", message) from None
    return tree, reader.problems


class _MappingReader:
    def __init__(self, uri: str, limits: LoadingLimits) -> None:
        self.uri = uri
        self.limits = limits
        self.node_count = 0
        self.problems: list[Problem] = []

    def normalize(self, value: Any, pointer: str, depth: int) -> Any:
        self.node_count += 1
        if self.node_count > self.limits.nodes:
            message = f"the mapping has more than {self.limits.nodes:,} nodes"
            raise self.limits.build_error("nodes", message)
        if depth > self.limits.depth:
            message = f"the mapping is nested deeper than {self.limits.depth} levels"
            raise self.limits.build_error("depth", f"{message}, or holds itself")
        if isinstance(value, Mapping):
            tree: dict[str, Any] = {}
            for key, item in value.items():
                name = _normalize_key(key)
                item_pointer = f"{pointer}/{escape_token(name)}"
                tree[name] = self.normalize(item, item_pointer, depth + 1)
            return tree
        if isinstance(value, list | tuple):
            return [
                self.normalize(item, f"{pointer}/{index}", depth + 1)
                for index, item in enumerate(value)
            ]
        return self._normalize_leaf(value, pointer)

    def _normalize_leaf(self, value: Any, pointer: str) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode()
        if isinstance(value, datetime.date | datetime.time):
            return value.isoformat()
        message = f"a {type(value).__name__} has no place in a document; it is read as null"
        hint = "use plain JSON data"
        self.problems.append(Problem("error", "no-json", message, hint, pointer, self.uri))
        return None


def _normalize_key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)
