"""A call that prints as the Python line that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient.names import to_snake_case
from dynclient.plan.binder import LOCATION_GROUPS, ArgumentTarget, Binder
from dynclient.plan.call_document import Call


class DrawnCall(Call):
    """A `Call` that was drawn for an operation; it prints as `client.create_audience_v2(name='Gold')`.

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
    """Return the Python line that makes a call, on a client named `client`."""
    client = (
        f"client.with_options(media_type={call['media_type']!r})"
        if "media_type" in call
        else "client"
    )
    found = (
        f"{client}.{name}"
        if name.isidentifier() and not name.startswith("_")
        else f"{client}[{name!r}]"
    )
    return f"{found}({', '.join(_format_arguments(call, binder))})"


def _format_arguments(call: Mapping[str, Any], binder: Binder) -> list[str]:
    texts: list[str] = []
    groups = {key: dict(call[key]) for key in LOCATION_GROUPS if isinstance(call.get(key), Mapping)}
    path = groups.get("path", {})
    for wanted in binder.positional:
        if wanted not in path:
            break
        texts.append(repr(path.pop(wanted)))
    for group, members in groups.items():
        rest: dict[str, Any] = {}
        for wire, value in members.items():
            python = _find_argument_name((group, wire), binder)
            texts += [f"{python}={value!r}"] if python else []
            rest |= {} if python else {wire: value}
        texts += [f"{group}={rest!r}"] if rest or not call[group] else []
    return texts + (_format_body(call["body"], binder) if "body" in call else [])


def _format_body(body: Any, binder: Binder) -> list[str]:
    names = (
        [_find_argument_name(("body", name), binder) for name in body]
        if isinstance(body, dict)
        else []
    )
    if not names or None in names:
        return [f"body={body!r}"]
    return [f"{name}={value!r}" for name, value in zip(names, body.values(), strict=True)]


def _find_argument_name(target: ArgumentTarget, binder: Binder) -> str | None:
    """Return the argument name that means a place and can be written in Python; None where there is none."""
    for name in (to_snake_case(target[1]), target[1]):
        if (
            binder.targets.get(name) == target
            and name.isidentifier()
            and to_snake_case(name) not in _RESERVED
        ):
            return name
    return None


_RESERVED = frozenset({"body", *LOCATION_GROUPS})
