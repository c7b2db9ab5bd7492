"""Links of OpenAPI that lead from a page to the next one of the same operation.

Source: OAS 3.1.1 Link Object.
"""

from __future__ import annotations

from dataclasses import replace

from dynclient.document.references import Node, unescape_token
from dynclient.model import Operation
from dynclient.pagination.items_array import find_items_array
from dynclient.pagination.json_pointers import join_pointer
from dynclient.pagination.operation_fields import OperationFields
from dynclient.pagination.pagination import Pagination
from dynclient.pagination.paging_names import PAGE_SIZES, fold_name

_BODY = "$response.body#"
_HEADER = "$response.header."


def read_link(fields: OperationFields) -> Pagination | None:
    """Return what a link of a success says of the next page; None where none says anything.

    Such a link leads to its own operation, and takes one parameter from the result.
    """
    operation = fields.operation
    for status, response in operation.responses.items():
        if not status.startswith("2"):
            continue
        for name, link in response.node.iterate_resolved_members("links"):
            if _leads_to_itself(link, operation):
                pagination = _read_parameters(link, fields, f"the link {name}")
                if pagination is not None:
                    return pagination
    return None


def _leads_to_itself(link: Node, operation: Operation) -> bool:
    target = link.get_text("operationId")
    if target:
        return target == operation.id
    pointer = link.get_text("operationRef").partition("#/paths/")[2]
    path, _, method = pointer.partition("/")
    is_same_path = unescape_token(path) == operation.path
    return is_same_path and method.upper() == operation.method


def _read_parameters(link: Node, fields: OperationFields, source: str) -> Pagination | None:
    values = link.follow_child("parameters").value
    if not isinstance(values, dict):
        return None
    moving = {
        name: text
        for name, text in values.items()
        if isinstance(text, str)
        and text.startswith((_BODY, _HEADER))
        and fold_name(name.rpartition(".")[2]) not in PAGE_SIZES
    }
    if len(moving) != 1:
        return None
    name, text = next(iter(moving.items()))
    parameter = _find_parameter(fields.operation, name)
    items = find_items_array(fields)
    if parameter is None or items is None:
        return None
    if text.startswith(_BODY):
        pagination = Pagination("cursor", items.pointer, parameter, next=text[len(_BODY) :])
    else:
        header = text[len(_HEADER) :]
        pagination = Pagination("cursor", items.pointer, parameter, next_header=header)
    return replace(pagination, source=source, certainty=items.certainty)


def _find_parameter(operation: Operation, name: str) -> str | None:
    """Return the pointer to a parameter by its name, or its place and name: `query.page`."""
    for parameter in operation.parameters:
        if name in (parameter.name, f"{parameter.location}.{parameter.name}"):
            return join_pointer((parameter.location, parameter.name))
    return None
