"""A witness as Python: the line that makes the call through dynclient, or the answer that may come.

A line must make exactly the call of the witness. The names of arguments depend on the operation.
Without its binder, only unambiguous values become arguments; all others stand in one
`dynclient.Call`, which always works.
"""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.diffing import json_text
from dynclient.diffing.change import Change
from dynclient.display_text import escape_unprintable
from dynclient.model import TEMPLATE_VARIABLE
from dynclient.names import CLIENT_NAMES, to_snake_case

if TYPE_CHECKING:
    from dynclient.plan.binder import Binder

#: Positional and keyword arguments.
PythonArguments = tuple[tuple[Any, ...], dict[str, Any]]

LOCATIONS = ("path", "query", "header", "cookie")

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
    if is_call(change):
        return format_call(change.operation, change.witness)
    return format_answer(change)


def is_call(change: Change) -> bool:
    """Tell whether the witness of a change is a call document, not an answer."""
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
        binder: how the operation binds its arguments; with it, the nicest line that binds to just
            this document.

    """
    plain: dict[str, Any] = json_text.to_json_value(document)
    for args, kwargs in _generate_argument_forms(operation, plain, binder):
        if binder is None or _can_bind(binder, args, kwargs, plain):
            return f"{_format_callee(operation)}({_format_arguments(args, kwargs)})"
    return f"client[{format_literal(operation)}](dynclient.Call({format_literal(plain)}))"


def _can_bind(
    binder: Binder, args: tuple[Any, ...], kwargs: dict[str, Any], document: Mapping[str, Any]
) -> bool:
    """Tell whether arguments bind to just this call document."""
    bound = binder.bind(args, kwargs)
    return not bound.violations and dict(bound.call) == document


def _format_callee(operation: str) -> str:
    """Return how a client finds the operation: as an attribute if its name can be one."""
    name = to_snake_case(operation)
    is_attribute = not name.startswith("_") and name not in CLIENT_NAMES
    if operation.isidentifier() and is_attribute:
        return f"client.{name}"
    return f"client[{format_literal(operation)}]"


def _format_arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    parts = [format_literal(value) for value in args]
    parts += [f"{name}={format_literal(value)}" for name, value in kwargs.items()]
    return ", ".join(parts)


def _generate_argument_forms(
    operation: str, document: dict[str, Any], binder: Binder | None
) -> Iterator[PythonArguments]:
    """Yield ways to give a call as arguments, the nicest first."""
    groups = {name: document[name] for name in LOCATIONS if name in document}
    # A media type has no argument, and no argument makes an empty group.
    if not document.keys() <= {*LOCATIONS, "body"} or not all(groups.values()):
        return

    path = groups.pop("path", {})
    order = binder.positional if binder else _find_path_order(operation, document)
    positional = tuple(itertools.takewhile(path.__contains__, order))
    args = tuple(path[name] for name in positional)
    path_keywords = {name: value for name, value in path.items() if name not in positional}
    groups = {"path": path_keywords, **groups}

    if "body" in document:
        yield from _generate_body_forms(args, groups, document["body"], binder)
    else:
        yield from _generate_keyword_forms(args, groups, {})


def _generate_body_forms(
    args: tuple[Any, ...],
    groups: Mapping[str, Mapping[str, Any]],
    body: Any,
    binder: Binder | None,
) -> Iterator[PythonArguments]:
    """Yield ways to give a body beside other arguments: by its properties, then as a whole."""
    if binder and isinstance(body, dict) and body:
        yield from _generate_keyword_forms(args, {**groups, "body": body}, {})
    # Without a binder, nobody can tell whether a keyword means a property of the body too.
    if binder or not any(groups.values()):
        yield from _generate_keyword_forms(args, groups, {"body": body})


def _find_path_order(operation: str, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path parameters in the order of the template, as far as a call tells it."""
    path = document.get("path", {})
    _, space, template = operation.partition(" ")
    if space:
        return tuple(name for name in TEMPLATE_VARIABLE.findall(template) if name in path)
    return tuple(path) if len(path) == 1 else ()


def _generate_keyword_forms(
    args: tuple[Any, ...], groups: Mapping[str, Mapping[str, Any]], body: dict[str, Any]
) -> Iterator[PythonArguments]:
    """Yield the ways to give groups by keyword: in snake_case, then in the document's spelling.

    Args:
        args: the positional arguments.
        groups: location → name → value.
        body: `{"body": …}`, or {} where no keyword gives the whole body.

    """
    members = [member for group in groups.values() for member in group.items()]
    for spell in (to_snake_case, str):
        kwargs = {spell(name): value for name, value in members}
        has_clash = len(kwargs) < len(members) or not kwargs.keys().isdisjoint(body)
        if not has_clash and all(map(_is_keyword_name, kwargs)):
            yield args, {**kwargs, **body}


def _is_keyword_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _format_event(change: Change) -> str:
    """Return the comment that shows a witness of a webhook or callback.

    The API may send it on its own, or no longer accepts it as an answer.
    """
    name = escape_unprintable(change.where.partition(": ")[0])
    verb = "no longer takes the answer" if change.side == "call" else "may now bring"
    return f"# {name} {verb}: {_format_value(change.witness)}"


def format_answer(change: Change) -> str:
    """Return the comment that shows what an operation may answer now, as a Python value."""
    operation = escape_unprintable(change.operation)
    status = _STATUS.match(change.where)
    status_text = f" {status[0]}" if status else ""
    kind = "headers " if change.rule.startswith("header-") else ""
    return f"# {operation} may now answer{status_text} with: {kind}{_format_value(change.witness)}"


def _format_value(value: Any) -> str:
    return format_literal(json_text.to_json_value(value))


def format_literal(value: Any) -> str:
    """Return plain data as Python people write it; what is not printable is escaped."""
    if isinstance(value, dict):
        members = [f"{format_literal(key)}: {format_literal(item)}" for key, item in value.items()]
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(format_literal, value))}]"
    text = repr(value)
    is_single_quoted = text[0] == "'"
    return f'"{text[1:-1]}"' if is_single_quoted and '"' not in text else text
