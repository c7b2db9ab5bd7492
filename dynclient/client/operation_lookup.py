"""The error for a name that finds no operation: what was meant, or which operations share it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dynclient.errors import OperationNotFound
from dynclient.model import Document
from dynclient.model.openapi_operation import METHODS
from dynclient.names import suggest
from dynclient.pagination.pagination_table import ALL_OPERATIONS, PaginationTables
from dynclient.violations import shorten, shorten_repr

#: How many operations with one name a message lists.
MAX_LISTED = 5


def check_pagination_names(document: Document, tables: PaginationTables) -> None:
    """Check that what is said of operations names none that a document does not have.

    Raises:
        OperationNotFound: it does; `.suggestions` lists names that are near.

    """
    names = document.operation_names
    for name in tables:
        if name != ALL_OPERATIONS and names.find_key(name) is None:
            raise build_not_found_error(document, name, where="pagination: ")


def build_not_found_error(
    document: Document, name: Any, known: Iterable[str] | None = None, where: str = ""
) -> OperationNotFound:
    """Return the error for a name that finds no operation.

    Args:
        document: the document.
        name: the name, as it was given.
        known: the names to suggest; None: those in the spelling of the name.
        where: what the message begins with: where the name stands, if it is not that of a call.

    """
    rivals = document.operation_names.list_rivals(name) if isinstance(name, str) else ()
    if rivals:
        return _build_shared_name_error(document, name, rivals, where)
    suggestions = suggest_operations(document, str(name), known)
    hint = "client.find(text) searches"
    if suggestions:
        hint = f"did you mean {' or '.join(suggestions)}?"
    count = len(document.operations)
    title, shown_name = shorten(document.title), shorten_repr(name)
    text = f"{where}{title} has no operation {shown_name} among its {count}; nothing was sent"
    return OperationNotFound(text, hint=hint, suggestions=tuple(suggestions), name=str(name))


def suggest_operations(
    document: Document, name: str, known: Iterable[str] | None = None
) -> list[str]:
    """Return the names of operations that may be meant, [] where none is near."""
    others = _list_other_methods(document, name)
    return others or suggest(name, _list_known_names(document, name, known))


def _list_other_methods(document: Document, name: str) -> list[str]:
    """Return the operations at the path of a name whose method is wrong."""
    path = name.partition(" ")[2]
    if not path.startswith("/"):
        return []
    operations = document.operations.values()
    return [operation.request for operation in operations if operation.path == path][:MAX_LISTED]


def _list_known_names(document: Document, name: str, known: Iterable[str] | None) -> Iterable[str]:
    """Return the names to suggest: `METHOD /path`, operationIds, or names of Python."""
    if known is not None:
        return known
    requests = [operation.request for operation in document.operations.values()]
    first, _, path = name.partition(" ")
    if path.startswith("/") or name.startswith("/") or first.lower() in METHODS:
        return requests
    if "/" in name:
        return [*document.operations, *requests]
    has_capitals = name != name.lower()
    return document.operations if has_capitals else document.operation_names.python


def _build_shared_name_error(
    document: Document, name: str, keys: tuple[str, ...], where: str
) -> OperationNotFound:
    operations = [document.operations[key] for key in keys]
    listed = " and ".join(operation.request for operation in operations[:MAX_LISTED])
    if keys[MAX_LISTED:]:
        listed += f" and {len(keys) - MAX_LISTED} more"
    text = f"{where}{name!r} is the name of {len(keys)} operations: {listed}; nothing was sent"
    hint = f'say which one: client["{keys[0]}"]'
    return OperationNotFound(text, hint=hint, suggestions=keys, name=name)
