"""What an expression of the console stands for. Nothing is called and no property is asked."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dynclient.client.client import BaseClient
from dynclient.client.operation import BoundOperation
from dynclient.repl.tag_operations import TagOperations

#: Methods of an operation that take the arguments of a call → how many others come before them.
CALLING_METHODS = {
    "items": 0,
    "pages": 0,
    "request": 0,
    "send": 0,
    "stream": 0,
    "validate": 0,
    "wait_until": 1,
}

#: A method of an operation that takes calls.
MAP = "map"

#: Methods of a client that take the name of an operation, and then the arguments of a call.
NAMING_METHODS = frozenset({"call", "items", "pages"})

#: Methods that take keywords of pages beside the arguments of a call.
PAGING_METHODS = frozenset({"items", "pages"})

MAX_EXPRESSION_CHARS = 1_000


class OperationCall(NamedTuple):
    """A callable that takes the arguments of an operation, after some others; or many calls.

    Attributes:
        operation: the operation.
        skipped: how many positional arguments come before those of the operation.
        method: the method that is called, "" for the operation itself.

    """

    operation: BoundOperation[Any]
    skipped: int = 0
    method: str = ""


class Unresolved:
    """Stands for what an expression means if that is not known; also for None."""


UNRESOLVED = Unresolved()


def resolve_expression(text: str, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression of names, attributes and constant keys.

    Args:
        text: the expression.
        names: the namespace of the console.

    Returns:
        the value, an `OperationCall` for a method such as `client.create_item.send`, or
        `UNRESOLVED`.

    """
    if not text or len(text) > MAX_EXPRESSION_CHARS:
        return UNRESOLVED
    try:
        tree = ast.parse(text, mode="eval")
        return _resolve_node(tree.body, names)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return UNRESOLVED


def _resolve_node(node: ast.expr, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id, UNRESOLVED)
    if isinstance(node, ast.Attribute):
        return _resolve_attribute(_resolve_node(node.value, names), node.attr)
    if isinstance(node, ast.Subscript):
        return _resolve_item(_resolve_node(node.value, names), ast.literal_eval(node.slice))
    if isinstance(node, ast.Call):
        return _resolve_call(node.func, names)
    return UNRESOLVED


def _resolve_call(function: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return what a call gives: only `with_options` is known, which gives the same client."""
    if isinstance(function, ast.Attribute) and function.attr == "with_options":
        owner = _resolve_node(function.value, names)
        return owner if isinstance(owner, BaseClient) else UNRESOLVED
    return UNRESOLVED


def _resolve_attribute(owner: Any, name: str) -> Any:
    if isinstance(owner, BaseClient):
        if name in ("operations", "tags"):
            return getattr(owner, name)
        return owner[name] if name in owner else UNRESOLVED  # noqa: SIM401 (a client is no dict)
    if isinstance(owner, TagOperations):
        return owner.find(name) or UNRESOLVED
    if isinstance(owner, BoundOperation) and (name in CALLING_METHODS or name == MAP):
        return OperationCall(owner, CALLING_METHODS.get(name, 0), name)
    return UNRESOLVED


def _resolve_item(owner: Any, key: Any) -> Any:
    if isinstance(owner, BaseClient | TagOperations | Mapping):
        return owner[key] if isinstance(key, str) and key in owner else UNRESOLVED
    if isinstance(owner, Sequence) and isinstance(key, int):
        return owner[key]
    return UNRESOLVED
