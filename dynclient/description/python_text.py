"""Operations and calls as Python text: how a reader would type them."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.names import to_snake_case

if TYPE_CHECKING:
    from dynclient.client.client import Client, Operation
    from dynclient.plan.call_document import Call

INDENT_WIDTH = 4


def build_accessor(client: Client, operation: Operation) -> str:
    """Return how an operation is reached: `client.create_audience_v2`, or `client["GET /items"]` where that is sure."""
    name, key = operation.__name__, operation.operation.key
    is_own = hasattr(type(client), name) or name.startswith("_") or not name.isidentifier()
    if is_own or name not in client or client[name].operation.key != key:
        return f"client[{_quote_text(key)}]"
    return f"client.{name}"


def format_signature(name: str, operation: Operation, width: int = 80) -> str:
    """Return an operation's signature under a name: on one line where it fits, else one argument per line."""
    parameters = operation.__signature__.parameters.values()
    flat = f"{name}{operation.__signature__}"
    if len(flat) <= width or not parameters:
        return flat
    lines = [f"{' ' * INDENT_WIDTH}{parameter}," for parameter in parameters]
    star = next((i for i, p in enumerate(parameters) if p.kind is p.KEYWORD_ONLY), None)
    if star is not None:
        lines.insert(star, f"{' ' * INDENT_WIDTH}*,")
    return "\n".join([f"{name}(", *lines, ")"])


def format_python_call(
    name: str, args: Sequence[Any], kwargs: Mapping[str, Any], width: int = 80
) -> str:
    """Return a call as Python text: on one line where it fits, else one argument per line.

    Args:
        name: what is called, such as `client.create_audience_v2`.
        args: positional arguments, plain JSON data.
        kwargs: keyword arguments, plain JSON data.
        width: columns that a line may take.

    """
    arguments = [("", value) for value in args] + [
        (f"{key}=", value) for key, value in kwargs.items()
    ]
    flat = f"{name}({', '.join(f'{key}{_format_flat(value)}' for key, value in arguments)})"
    if len(flat) <= width or not arguments:
        return flat
    lines = [
        f"{' ' * INDENT_WIDTH}{key}{format_python_literal(value, width, INDENT_WIDTH, len(key))},"
        for key, value in arguments
    ]
    return "\n".join([f"{name}(", *lines, ")"])


def format_python_literal(value: Any, width: int, indent: int = 0, lead: int = 0) -> str:
    """Return JSON data as Python text, broken into lines where it is longer than the width.

    Args:
        value: plain JSON data.
        width: columns that a line may take.
        indent: columns before the line on which the value begins.
        lead: columns between that and the value.

    """
    flat = _format_flat(value)
    if indent + lead + len(flat) < width or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + INDENT_WIDTH
    if isinstance(value, dict):
        items = [
            f"{_quote_text(k)}: {format_python_literal(v, width, inner, len(_quote_text(k)) + 2)}"
            for k, v in value.items()
        ]
    else:
        items = [format_python_literal(v, width, inner) for v in value]
    brackets = "{}" if isinstance(value, dict) else "[]"
    lines = [f"{' ' * inner}{item}," for item in items]
    return "\n".join([brackets[0], *lines, " " * indent + brackets[1]])


def _format_flat(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_quote_text(k)}: {_format_flat(v)}" for k, v in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_format_flat, value)) + "]"
    return _quote_text(value) if isinstance(value, str) else repr(value)


def _quote_text(value: str) -> str:
    """Return a string literal in double quotes, where that needs no more escaping."""
    text = repr(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


def build_call_arguments(operation: Operation, call: Call) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and keyword arguments that make a call document, named as Python people write them."""
    binder = operation._plan.binder  # noqa: SLF001 (the compiled operation is what knows the names)
    path = dict(call.get("path", {}))
    args = [path.pop(name) for name in binder.positional if name in path]
    kwargs: dict[str, Any] = {}
    for location in ("path", "query", "header", "cookie"):
        values = path if location == "path" else call.get(location, {})
        _add_named_arguments(binder.targets, location, values, kwargs)
    if "body" in call:
        body = call["body"]
        inside: dict[str, Any] = {}
        if isinstance(body, dict) and body:
            _add_named_arguments(binder.targets, "body", body, inside)
        kwargs |= (
            inside
            if inside and "body" not in inside and not inside.keys() & kwargs.keys()
            else {"body": body}
        )
    return args, kwargs


def _add_named_arguments(
    targets: Mapping[str, tuple[str, str]],
    location: str,
    values: Mapping[str, Any],
    found: dict[str, Any],
) -> None:
    """Add values by their argument names; those without a name of their own go together under the location."""
    rest = {}
    for name, value in values.items():
        python = next(
            (n for n in (to_snake_case(name), name) if targets.get(n) == (location, name)), ""
        )
        if python.isidentifier() and not keyword.iskeyword(python):
            found[python] = value
        else:
            rest[name] = value
    if rest:
        found[location] = rest
