"""Rules for the names of operations: each name that does not find its operation is reported."""

from __future__ import annotations

from collections.abc import Sequence

from dynclient.document.references import Node
from dynclient.model import LostName, Operation
from dynclient.names import CLIENT_NAMES, NAMELESS, to_snake_case
from dynclient.plan.document_check.check_context import CheckContext

#: How many operations with one name a message lists.
_MAX_LISTED = 3


def check_operation_names(context: CheckContext) -> None:
    """Report operationIds that several operations have, and Python names that are lost."""
    names = context.document.operation_names
    for lost in names.shared_ids.values():
        _report_shared_id(lost, context)
    for lost in names.lost_python_names:
        _report_lost_python_name(lost, context)
    for operation in context.document.operations.values():
        _check_python_name(operation, context)


def _report_shared_id(lost: LostName, context: CheckContext) -> None:
    operations = [context.document.operations[key] for key in lost.keys]
    requests = [operation.request for operation in operations]
    if lost.winner:
        text = f"the operationId {lost.name!r} is method and path of another operation"
    else:
        count = len(requests)
        text = f"the operationId {lost.name!r} stands at {count} operations: {_list(requests)}"
    for operation in operations:
        hint = f'call it as client["{operation.key}"]'
        context.report(_get_name_node(operation), "duplicate-operation-id", text, hint)


def _report_lost_python_name(lost: LostName, context: CheckContext) -> None:
    operations = [context.document.operations[key] for key in lost.keys]
    if len({operation.id for operation in operations}) == 1:
        return  # One operationId, which is reported itself.
    shown = [_describe_operation(operation) for operation in operations]
    found = "it finds none of them"
    if lost.winner:
        found = f"it finds {context.document.operations[lost.winner].request}"
    text = f"{_list(shown)} have one Python name, {lost.name}; {found}"
    for operation in operations:
        if operation.key != lost.winner:
            hint = f'call it as client["{operation.key}"]'
            context.warn(_get_name_node(operation), "name-clash", text, hint)


def _check_python_name(operation: Operation, context: CheckContext) -> None:
    name = to_snake_case(operation.id)
    hint = f'client["{operation.key}"] finds it too'
    if name in CLIENT_NAMES:
        text = f"client.{name} is the client's own; the operation is client.{operation.python_name}"
        context.inform(_get_name_node(operation), "reserved-name", text, hint)
    elif name == NAMELESS:
        text = f"the operationId {operation.id!r} has no letter or digit for a Python name"
        hint = f'call it as client["{operation.key}"]'
        context.warn(_get_name_node(operation), "no-python-name", text, hint)


def _describe_operation(operation: Operation) -> str:
    if operation.id == operation.request:
        return operation.request
    return f"{operation.id!r} ({operation.request})"


def _get_name_node(operation: Operation) -> Node:
    node = operation.node.get_child("operationId")
    return node or operation.node


def _list(texts: Sequence[str]) -> str:
    """Return texts as a list in words; a long one is cut."""
    shown = " and ".join(texts[:_MAX_LISTED])
    rest = len(texts) - _MAX_LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown
