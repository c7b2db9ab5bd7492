"""Extensions of generators that say how an operation pages.

Source: the documentation of AutoRest (`x-ms-pageable`), Speakeasy (`x-speakeasy-pagination`) and
Fern (`x-fern-pagination`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dynclient.model import Operation
from dynclient.pagination.items_array import find_items_array
from dynclient.pagination.json_pointers import join_pointer
from dynclient.pagination.operation_fields import OperationFields
from dynclient.pagination.pagination import Pagination

#: One step of a path: `.name`, `['name']`, `[-1]`.
_STEP = re.compile(r"\.?([^.\[\]'\"]+)|\[(-?[0-9]+)\]|\[(['\"])(.*?)\3\]")

Table = Mapping[str, Any]


def read_extension(fields: OperationFields) -> Pagination | None:
    """Return what the first extension of an operation says of its pages; None without one."""
    for name, read in _READERS.items():
        value = fields.operation.written.get_child(name).value
        if value is True:
            value = fields.operation.document.top.get_child(name).value
        pagination = read(value, fields) if isinstance(value, dict) else None
        if pagination is not None:
            return replace(pagination, source=name)
    return None


def _find_items(fields: OperationFields, path: Any) -> str:
    """Return the pointer to the items: as a path says, else as the schema does."""
    if isinstance(path, str) and path:
        return _read_path(path)
    items = find_items_array(fields)
    return items.pointer if items is not None else ""


def _read_path(path: str) -> str:
    """Return the pointer for a path: `$.data[-1].id`, `$response.data`, `$['@odata.next']`."""
    text = re.sub(r"^\$(response|request)?(\.body(?=\.))?", "", path)
    keys = [match[1] or match[2] or match[4] or "" for match in _STEP.finditer(text)]
    return join_pointer(key for key in keys if key != "*")


def _find_parameter(operation: Operation, name: str) -> str | None:
    """Return the pointer to what a call takes under a name: a parameter, else in the body."""
    for parameter in operation.parameters:
        if parameter.name == name:
            return join_pointer((parameter.location, name))
        if name.startswith(f"{parameter.name}."):
            return f"/{parameter.location}{_read_path(name)}"
    return "/body" + _read_path(name) if operation.request_body is not None else None


# --- x-ms-pageable


def _read_pageable(value: Table, fields: OperationFields) -> Pagination:
    items = value.get("itemName")
    pointer = join_pointer([items if isinstance(items, str) else "value"])
    next_name = value.get("nextLinkName")
    if not isinstance(next_name, str) or not next_name:
        return Pagination("single", items=pointer)
    keys = [next_name]
    if not fields.result_types.has_property(next_name):
        keys = re.split(r"(?<!\\)\.", next_name)
    return Pagination("link", items=pointer, next=join_pointer(keys))


# --- x-speakeasy-pagination


def _read_speakeasy(value: Table, fields: OperationFields) -> Pagination | None:
    inputs = _read_inputs(value.get("inputs"), fields.operation)
    outputs = value.get("outputs")
    outputs = outputs if isinstance(outputs, dict) else {}
    items = _find_items(fields, outputs.get("results"))
    size = inputs.get("limit")
    kind = value.get("type")
    if kind == "url":
        link = _read_output(outputs, "nextUrl")
        return None if link is None else Pagination("link", items=items, size=size, next=link)
    if kind == "cursor" and "cursor" in inputs:
        cursor = _read_output(outputs, "nextCursor")
        if cursor is not None:
            return Pagination("cursor", items, inputs["cursor"], size=size, next=cursor)
    if kind == "offsetLimit" and "offset" in inputs:
        return Pagination("offset", items, inputs["offset"], size=size)
    if kind == "offsetLimit" and "page" in inputs:
        page_count = _read_output(outputs, "numPages")
        return Pagination("page", items, inputs["page"], size=size, page_count=page_count, first=1)
    return None


def _read_output(outputs: Table, name: str) -> str | None:
    """Return the pointer that an output says; None where it says none."""
    path = outputs.get(name)
    return _read_path(path) if isinstance(path, str) else None


def _read_inputs(value: Any, operation: Operation) -> dict[str, str]:
    """Return the pointers into a call by what they are for: offset, page, limit, cursor."""
    inputs: dict[str, str] = {}
    for each in value if isinstance(value, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            continue
        name = each["name"]
        if each.get("in") == "requestBody":
            pointer: str | None = "/body" + _read_path(name)
        else:
            pointer = _find_parameter(operation, name)
        if pointer is not None:
            inputs[str(each.get("type"))] = pointer
    return inputs


# --- x-fern-pagination


def _read_fern(value: Table, fields: OperationFields) -> Pagination | None:
    def find(key: str) -> str | None:
        path = value.get(key)
        if not isinstance(path, str):
            return None
        name = path.removeprefix("$request.").removeprefix("body.")
        return _find_parameter(fields.operation, name)

    def read(*keys: str) -> str | None:
        for key in keys:
            if isinstance(value.get(key), str):
                return _read_path(value[key])
        return None

    items = _find_items(fields, value.get("results"))
    has_more = read("has-next-page", "has_next_page")
    cursor, next_cursor = find("cursor"), read("next_cursor", "next-cursor")
    if cursor and next_cursor:
        return Pagination("cursor", items, cursor, next=next_cursor, has_more=has_more)
    offset, step = find("offset"), find("step")
    if offset and step:
        return Pagination("offset", items, offset, size=step, has_more=has_more)
    if offset:
        return Pagination("page", items, offset, has_more=has_more, first=1)
    link = read("next_uri", "next-uri", "next_path", "next-path")
    return Pagination("link", items, next=link, has_more=has_more) if link else None


_READERS: Mapping[str, Callable[[Table, OperationFields], Pagination | None]] = {
    "x-ms-pageable": _read_pageable,
    "x-speakeasy-pagination": _read_speakeasy,
    "x-fern-pagination": _read_fern,
}
