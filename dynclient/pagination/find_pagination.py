"""How an operation pages: what the user says, else an extension, a link, or the schemas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dynclient.errors import DocumentError, UsageError
from dynclient.pagination.inference import find_page_size, infer_pagination
from dynclient.pagination.next_page_links import read_link
from dynclient.pagination.operation_fields import OperationFields
from dynclient.pagination.pagination import Pagination
from dynclient.pagination.pagination_table import ALL_OPERATIONS, PaginationTables, apply_table
from dynclient.pagination.vendor_extensions import read_extension
from dynclient.plan.plan import Plan

_READERS = (read_extension, read_link, infer_pagination)

#: What a message shows where nothing is known.
_EXAMPLE = {"style": "offset", "parameter": "…", "items": "…"}


def find_declared_pagination(plan: Plan) -> Pagination | None:
    """Return how an operation pages as its document says; None where it says nothing."""
    fields = OperationFields(plan)
    for read in _READERS:
        pagination = read(fields)
        if pagination is not None:
            size = pagination.size or find_page_size(fields)
            return replace(pagination, size=size)
    return None


def find_pagination(plan: Plan, tables: PaginationTables) -> Pagination | None:
    """Return how an operation pages; None where nothing says so.

    Args:
        plan: of the operation.
        tables: what the user says, by operation.

    Raises:
        UsageError: what the user says does not fit the operation.

    """
    found = _find_declared_if_possible(plan)
    table = _find_table(plan, tables, found)
    if table is None:
        return found
    return apply_table(table, plan, found, f"pagination of {plan.operation.id}")


def _find_declared_if_possible(plan: Plan) -> Pagination | None:
    try:
        return find_declared_pagination(plan)
    except DocumentError:  # A call says what is wrong.
        return None


def _find_table(plan: Plan, tables: PaginationTables, found: Pagination | None) -> Any:
    names = plan.operation.document.operation_names
    for name, table in tables.items():
        if name != ALL_OPERATIONS and names.find_key(name) == plan.operation.key:
            return table
    general = tables.get(ALL_OPERATIONS)
    is_fit = general is not None and _is_table_fit(general, plan, found)
    return general if is_fit else None


def _is_table_fit(table: Any, plan: Plan, found: Pagination | None) -> bool:
    """Tell whether what is said of all operations can be said of one: it has the parameter."""
    try:
        apply_table(table, plan, found, "")
    except UsageError:
        return False
    return True


def require_pagination(pagination: Pagination | None, plan: Plan) -> Pagination:
    """Return a pagination that is sure enough.

    Raises:
        UsageError: nothing is known, or nothing sure; the hint shows what to write.

    """
    if pagination is not None and pagination.is_usable:
        return pagination
    operation = plan.operation
    text = f"{operation.heading}: nothing says how it pages; nothing was sent"
    table = _EXAMPLE
    if pagination is not None:
        text = (
            f"{operation.heading}: how it pages is not sure enough ({pagination.source});"
            " nothing was sent"
        )
        table = pagination.to_table()
    hint = f"say it: Client(…, pagination={{{operation.id!r}: {table!r}}})"
    raise UsageError(text, hint=hint, table=table)
