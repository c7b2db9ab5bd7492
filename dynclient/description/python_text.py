"""Operations and calls as Python text, as somebody would type them."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from typing import Any

from dynclient.model import QUERYSTRING, Operation
from dynclient.names import CLIENT_NAMES, to_snake_case
from dynclient.plan.binder import Binder
from dynclient.plan.call_document import Call

INDENT_WIDTH = 4

#: The locations of parameters in the order in which a call names them.
_PARAMETER_LOCATIONS = ("path", "query", "header", "cookie")


def build_accessor(operation: Operation) -> str:
    """Return how code reaches an operation.

    It is `client.create_audience_v2`, or `client["GET /items"]` if an attribute of that name
    would be something else.
    """
    name = operation.document.operation_names.python_by_key.get(operation.key, "_")
    if name.startswith("_") or name[:-1] in CLIENT_NAMES:
        return f"client[{_quote_text(operation.key)}]"
    return f"client.{name}"


def format_python_call(
    name: str, args: Sequence[Any], kwargs: Mapping[str, Any], width: int = 80
) -> str:
    """Return a call as Python text: on one line if it fits, else one argument per line.

    Args:
        name: what is called, such as `client.create_audience_v2`.
        args: positional arguments, plain JSON data.
        kwargs: keyword arguments, plain JSON data.
        width: the columns that a line may take.

    """
    arguments = [("", value) for value in args]
    arguments += [(f"{key}=", value) for key, value in kwargs.items()]
    flat_arguments = [f"{prefix}{_format_flat(value)}" for prefix, value in arguments]
    flat = f"{name}({', '.join(flat_arguments)})"
    if len(flat) <= width or not arguments:
        return flat
    lines = [f"{name}("]
    for prefix, value in arguments:
        text = format_python_literal(value, width, INDENT_WIDTH, len(prefix))
        lines.append(f"{' ' * INDENT_WIDTH}{prefix}{text},")
    return "\n".join([*lines, ")"])


def format_python_literal(value: Any, width: int, indent: int = 0, lead: int = 0) -> str:
    """Return JSON data as Python text, broken into lines if it is longer than the width.

    Args:
        value: plain JSON data.
        width: the columns that a line may take.
        indent: the columns before the line on which the value begins.
        lead: the columns between that and the value.

    """
    flat = _format_flat(value)
    if indent + lead + len(flat) < width or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + INDENT_WIDTH
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    lines = [opening]
    for prefix, item in _list_items(value):
        text = format_python_literal(item, width, inner, len(prefix))
        lines.append(f"{' ' * inner}{prefix}{text},")
    return "\n".join([*lines, " " * indent + closing])


def _list_items(value: dict[str, Any] | list[Any]) -> list[tuple[str, Any]]:
    """Return the items of a container, each with the text that stands before it."""
    if isinstance(value, dict):
        return [(f"{_quote_text(key)}: ", item) for key, item in value.items()]
    return [("", item) for item in value]


def _format_flat(value: Any) -> str:
    if isinstance(value, dict | list):
        items = [f"{prefix}{_format_flat(item)}" for prefix, item in _list_items(value)]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        return f"{opening}{', '.join(items)}{closing}"
    return _quote_text(value) if isinstance(value, str) else repr(value)


def _quote_text(value: str) -> str:
    """Return a string literal in double quotes, unless it would need more escapes then."""
    text = repr(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


def build_call_arguments(binder: Binder, call: Call) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and keyword arguments that make a call document.

    Args:
        binder: of the operation; it knows the names in Python.
        call: the call document.

    """
    path = dict(call.get("path", {}))
    args = [path.pop(name) for name in binder.positional if name in path]
    kwargs: dict[str, Any] = {}
    for location in _PARAMETER_LOCATIONS:
        values = path if location == "path" else call.get(location, {})
        kwargs.update(_name_arguments(binder, location, values))
    if QUERYSTRING in call:
        kwargs[QUERYSTRING] = call[QUERYSTRING]
    if "body" in call:
        kwargs.update(_name_body_arguments(binder, call["body"], kwargs))
    return args, kwargs


def _name_body_arguments(binder: Binder, body: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as arguments: its properties by name, else all of it as `body`."""
    if isinstance(body, dict) and body:
        arguments = _name_arguments(binder, "body", body)
        if "body" not in arguments and not arguments.keys() & kwargs.keys():
            return arguments
    return {"body": body}


def _name_arguments(binder: Binder, location: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by their argument names.

    Those without a name of their own go together under the name of their location.
    """
    arguments: dict[str, Any] = {}
    rest = {}
    for wire_name, value in values.items():
        name = _find_keyword(binder, location, wire_name)
        if name is None:
            rest[wire_name] = value
        else:
            arguments[name] = value
    if rest:
        arguments[location] = rest
    return arguments


def _find_keyword(binder: Binder, location: str, wire_name: str) -> str | None:
    """Return the keyword that means a place and can be written in Python, else None."""
    for name in (to_snake_case(wire_name), wire_name):
        if binder.targets.get(name) == (location, wire_name):
            return name if name.isidentifier() and not keyword.iskeyword(name) else None
    return None
