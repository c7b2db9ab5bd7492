"""A call that prints as the Python line that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient.model import QUERYSTRING
from dynclient.names import to_snake_case
from dynclient.plan.binder import LOCATION_GROUPS, ArgumentTarget, Binder
from dynclient.plan.call_document import Call


class DrawnCall(Call):
    """A drawn `Call` that prints as the line `client.create_audience_v2(name='Gold')`.

    In everything else it is a `Call`: it compares as one, and copied or pickled it becomes one.
    """

    __slots__ = ("_binder", "_name")

    def __init__(self, call: Mapping[str, Any], name: str, binder: Binder) -> None:
        super().__init__(call)
        self._name = name
        self._binder = binder

    def __repr__(self) -> str:
        return format_python_line(self, self._name, self._binder)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def __copy__(self) -> Call:
        return Call(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Call, (dict(self),)


def format_python_line(call: Mapping[str, Any], name: str, binder: Binder) -> str:
    """Return the Python line that makes a call, on a client named `client`.

    Args:
        call: the call document.
        name: of the operation: its attribute of the client, or its key.
        binder: of the operation.

    """
    client = "client"
    if "media_type" in call:
        client = f"client.with_options(media_type={call['media_type']!r})"
    is_attribute = name.isidentifier() and not name.startswith("_")
    operation = f"{client}.{name}" if is_attribute else f"{client}[{name!r}]"
    return f"{operation}({', '.join(_format_arguments(call, binder))})"


def _format_arguments(call: Mapping[str, Any], binder: Binder) -> list[str]:
    groups = {key: dict(call[key]) for key in LOCATION_GROUPS if isinstance(call.get(key), Mapping)}
    texts = _format_positional(groups.get("path", {}), binder)
    for group, members in groups.items():
        texts += _format_group(group, members, binder)
        if not call[group]:
            texts.append(f"{group}={{}}")
    if QUERYSTRING in call:
        texts.append(f"{QUERYSTRING}={call[QUERYSTRING]!r}")
    if "body" in call:
        texts += _format_body(call["body"], binder)
    return texts


def _format_positional(path: dict[str, Any], binder: Binder) -> list[str]:
    """Return the positional arguments, and remove them from the path's group."""
    texts = []
    for name in binder.positional:
        if name not in path:
            break
        texts.append(repr(path.pop(name)))
    return texts


def _format_group(group: str, members: Mapping[str, Any], binder: Binder) -> list[str]:
    """Return the keyword arguments of a group, one mapping for members without a name."""
    texts: list[str] = []
    unnamed: dict[str, Any] = {}
    for wire_name, value in members.items():
        argument = _find_argument_name((group, wire_name), binder)
        if argument:
            texts.append(f"{argument}={value!r}")
        else:
            unnamed[wire_name] = value
    return [*texts, f"{group}={unnamed!r}"] if unnamed else texts


def _format_body(body: Any, binder: Binder) -> list[str]:
    names: list[str | None] = []
    if isinstance(body, dict):
        names = [_find_argument_name(("body", name), binder) for name in body]
    if not names or None in names:
        return [f"body={body!r}"]
    return [f"{name}={value!r}" for name, value in zip(names, body.values(), strict=True)]


def _find_argument_name(target: ArgumentTarget, binder: Binder) -> str | None:
    """Return the argument name of a place, as Python can write it; None where there is none."""
    for name in (to_snake_case(target[1]), target[1]):
        is_reserved = to_snake_case(name) in _RESERVED
        if name.isidentifier() and not is_reserved and binder.targets.get(name) == target:
            return name
    return None


_RESERVED = frozenset({"body", QUERYSTRING, *LOCATION_GROUPS})
