"""A document that comes as a Python mapping → the plain tree that its text would have given."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any

from dynclient.errors import DocumentSyntaxError, DocumentTooLarge

MAX_DEPTH = 500


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as a tree of dict, list, str, numbers, bools and None; mappings get text keys, dates are text.

    Raises:
        DocumentTooLarge: it is nested deeper than MAX_DEPTH, as a structure that holds itself is.
        DocumentSyntaxError: something in it has no place in a document.

    """
    if depth > MAX_DEPTH:
        raise DocumentTooLarge(f"the mapping is nested deeper than {MAX_DEPTH} levels, or holds itself")
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    raise DocumentSyntaxError(f"a {type(value).__name__} has no place in a document", hint="use plain JSON data")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return {True: "true", False: "false", None: "null"}.get(key) or str(key)
