"""A witness as Python: the line that makes the call through dynclient, or the answer that may come.

A line must make the very call it stands for. What an argument is called depends on the operation, so without its
binder only what can hardly be mistaken is written as an argument; the rest as one `dynclient.Call`, which always works.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.diffing import json_text
from dynclient.diffing.change import Change
from dynclient.names import NAMELESS, to_snake_case
from dynclient.violations import escape_unprintable

if TYPE_CHECKING:
    from dynclient.plan.binder import Binder

#: Positional and keyword arguments.
PythonArguments = tuple[tuple[Any, ...], dict[str, Any]]

LOCATIONS = ("path", "query", "header", "cookie")

_VARIABLE = re.compile(r"\{([^{}]+)\}")
#: How a place begins where the API is the caller.
_EVENT_PREFIXES = ("webhook ", "callback ")

_STATUS = re.compile(r"(?:[1-5](?:\d\d|XX)|default)\b", re.IGNORECASE)


def format_witness(change: Change) -> str:
    """Return the witness of a change as one line of Python; "" where there is none."""
    if not change.has_witness:
        return ""
    if change.python:
        return change.python
    if change.where.startswith(_EVENT_PREFIXES):
        return _format_event(change)
    return (
        format_call(change.operation, change.witness) if is_call(change) else format_answer(change)
    )


def is_call(change: Change) -> bool:
    """Tell whether the witness of a change is a call document, not what may be answered."""
    if change.side == "call and result":  # the place is that of the side which has the witness
        return not _STATUS.match(change.where) and _is_call_document(change.witness)
    return change.side == "call" and isinstance(change.witness, Mapping)


def _is_call_document(witness: Any) -> bool:
    known = {*LOCATIONS, "body", "media_type", "querystring"}
    if not isinstance(witness, Mapping) or not known.issuperset(witness):
        return False
    return all(isinstance(witness[name], Mapping) for name in LOCATIONS if name in witness)


def format_call(operation: str, document: Mapping[str, Any], binder: Binder | None = None) -> str:
    """Return the line that makes a call through a `client` of the document that accepts it.

    Args:
        operation: the key of the operation: its operationId, or `METHOD /path`.
        document: the call document.
        binder: how the operation binds its arguments; with it, the nicest line that binds to just this document.

    """
    plain: dict[str, Any] = json_text.to_json_value(document)
    for args, kwargs in _generate_argument_forms(operation, plain, binder):
        if binder is None or _can_bind(binder, args, kwargs, plain):
            return f"{_format_callee(operation)}({_format_arguments(args, kwargs)})"
    return f"client[{format_literal(operation)}](dynclient.Call({format_literal(plain)}))"


def _can_bind(
    binder: Binder, args: tuple[Any, ...], kwargs: dict[str, Any], document: Mapping[str, Any]
) -> bool:
    bound = binder.bind(args, kwargs)
    return not bound.violations and dict(bound.call) == document


def _format_callee(operation: str) -> str:
    """Return how the operation is found: as an attribute where no attribute of a client has its name."""
    from dynclient.client.client import Client  # heavy

    name = to_snake_case(operation)
    plain = (
        operation.isidentifier()
        and name.isidentifier()
        and name != NAMELESS
        and not name.startswith("_")
    )
    return (
        f"client.{name}"
        if plain and not hasattr(Client, name)
        else f"client[{format_literal(operation)}]"
    )


def _format_arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    return ", ".join(
        [
            *map(format_literal, args),
            *(f"{name}={format_literal(value)}" for name, value in kwargs.items()),
        ]
    )


def _generate_argument_forms(
    operation: str, document: dict[str, Any], binder: Binder | None
) -> Iterator[PythonArguments]:
    """Yield ways to give a call as arguments, the nicest first."""
    groups = {name: document[name] for name in LOCATIONS if name in document}
    if not document.keys() <= {*LOCATIONS, "body"} or any(not group for group in groups.values()):
        return  # a media type has no argument, and no argument makes an empty group
    order = binder.positional if binder else _find_path_order(operation, document)
    path = groups.pop("path", {})
    lead = order[: next((i for i, name in enumerate(order) if name not in path), len(order))]
    args = tuple(path[name] for name in lead)
    rest = {"path": {name: value for name, value in path.items() if name not in lead}, **groups}
    body = document.get("body")
    if binder and isinstance(body, dict) and body:
        yield from _generate_keyword_forms(args, {**rest, "body": body}, {})
    if "body" not in document:
        yield from _generate_keyword_forms(args, rest, {})
    elif binder or not any(rest.values()):
        # Who knows only the call cannot tell whether a name in it means a property of the body too.
        yield from _generate_keyword_forms(args, rest, {"body": body})


def _find_path_order(operation: str, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path parameters in the order of the template, as far as a call tells it."""
    path = document.get("path", {})
    _, space, template = operation.partition(" ")
    if space:
        return tuple(name for name in _VARIABLE.findall(template) if name in path)
    return tuple(path) if len(path) == 1 else ()


def _generate_keyword_forms(
    args: tuple[Any, ...], groups: Mapping[str, Mapping[str, Any]], last: dict[str, Any]
) -> Iterator[PythonArguments]:
    """Yield the ways to give groups by keyword: in snake_case, else as the document spells the names."""
    members = [(name, value) for group in groups.values() for name, value in group.items()]
    for spelled in (to_snake_case, str):
        kwargs = {spelled(name): value for name, value in members}
        names = [*kwargs, *last]
        usable = all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
        if usable and len(set(names)) == len(members) + len(last):
            yield args, {**kwargs, **last}


def _format_event(change: Change) -> str:
    """Return the comment that shows what the API may send of its own accord, or no longer takes as an answer to it."""
    name = escape_unprintable(change.where.partition(": ")[0])
    follows = "no longer takes the answer" if change.side == "call" else "may now bring"
    return f"# {name} {follows}: {format_literal(json_text.to_json_value(change.witness))}"


def format_answer(change: Change) -> str:
    """Return the comment that shows what may be answered now, as the Python value that comes."""
    status = _STATUS.match(change.where)
    text = f" {status[0]}" if status else ""
    what = "headers " if change.rule.startswith("header-") else ""
    operation = escape_unprintable(change.operation)
    return f"# {operation} may now answer{text} with: {what}{format_literal(json_text.to_json_value(change.witness))}"


def format_literal(value: Any) -> str:
    """Return plain data as Python people write it; what is not printable is escaped."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{format_literal(key)}: {format_literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(format_literal, value))}]"
    text = repr(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text
