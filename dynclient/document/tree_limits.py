"""How deep a document may be, and how many values it may hold."""

from __future__ import annotations

from typing import Any

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.source_text import get_file_name
from dynclient.errors import DocumentTooLarge


def check_tree(tree: Any, uri: str, limits: LoadingLimits) -> None:
    """Check the depth of a tree without aliases, and how many values it holds."""
    level = [tree] if isinstance(tree, dict | list) else []
    depth, node_count = 0, 1
    while level:
        depth += 1
        if depth > limits.depth:
            raise build_depth_error(uri, limits)
        next_level: list[Any] = []
        for collection in level:
            values: Any = collection
            node_count += len(collection)
            if type(collection) is dict:
                values = collection.values()
                node_count += len(collection)  # its keys count too
            for value in values:
                kind = type(value)
                if kind is dict or kind is list:
                    next_level.append(value)
        if node_count > limits.nodes:
            raise build_node_error(uri, limits)
        level = next_level


def build_depth_error(uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> DocumentTooLarge:
    """Return the error for a document that is nested deeper than the limit."""
    message = f"{get_file_name(uri)} is nested deeper than {limits.depth} levels"
    return limits.build_error("depth", message, uri)


def build_node_error(uri: str, limits: LoadingLimits) -> DocumentTooLarge:
    """Return the error for a document that holds more values than the limit."""
    message = (
        f"{get_file_name(uri)} has more than {limits.nodes:,} nodes once its aliases are expanded; "
        "an alias that names aliases multiplies"
    )
    return limits.build_error("nodes", message, uri)
