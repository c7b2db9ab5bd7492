"""Source arguments → the call document that they make, and where each part of it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynclient.model import QUERYSTRING
from dynclient.plan.binder import LOCATION_GROUPS, Binder
from dynclient.plan.call_document import Call
from dynclient.usages.operation_usage import (
    OperationUsage,
    SourceArgument,
    SourcePosition,
    ValuePath,
)


@dataclass(frozen=True)
class ArgumentPart:
    """An argument, or a part of it, that has a place of its own in the call document.

    Attributes:
        argument: the argument.
        path: the path of the part in the argument.

    """

    argument: SourceArgument
    path: ValuePath = ()

    @property
    def value(self) -> Any:
        """The value of the part, with placeholders for what is not known."""
        value = self.argument.partial_value.value
        for name in self.path:
            value = value[name]
        return value

    def iterate_relative_paths(self, paths: Iterable[ValuePath]) -> Iterator[ValuePath]:
        """Yield those paths of the argument that lie in this part, relative to it."""
        depth = len(self.path)
        return (path[depth:] for path in paths if path[:depth] == self.path)


@dataclass(frozen=True)
class BoundArguments:
    """The arguments of a usage, bound as a call of the operation binds them.

    Attributes:
        args: the positional arguments, with placeholders for what is not known.
        kwargs: the keyword arguments, likewise.
        parts: what stands at each path of the call document.
        has_other_arguments: whether the call may give more arguments.
        is_opaque: whether all of the call is one value that is not known.

    """

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[ValuePath, ArgumentPart] = field(default_factory=dict)
    has_other_arguments: bool = True
    is_opaque: bool = False

    @property
    def unknown_paths(self) -> frozenset[ValuePath]:
        """The paths in the call document of values that are known only at run time."""
        paths: set[ValuePath] = set()
        for prefix, part in self.parts.items():
            unknown_paths = part.argument.partial_value.unknown_paths
            paths.update((*prefix, *path) for path in part.iterate_relative_paths(unknown_paths))
        return frozenset(paths)

    @property
    def open_paths(self) -> frozenset[ValuePath]:
        """The paths in the call document of what may have more members than are written."""
        paths: set[ValuePath] = set()
        for prefix, part in self.parts.items():
            open_paths = part.argument.partial_value.open_paths
            paths.update((*prefix, *path) for path in part.iterate_relative_paths(open_paths))
        if self.has_other_arguments:
            locations = {(location,) for location in (*LOCATION_GROUPS, QUERYSTRING, "body")}
            paths |= {(), *(locations - self.parts.keys())}
        return frozenset(paths)

    @property
    def given_paths(self) -> Iterator[ValuePath]:
        """The paths in the call document that the arguments give, down to their leaves."""
        for prefix, part in self.parts.items():
            leaf_paths = part.argument.partial_value.iterate_leaf_paths()
            for path in part.iterate_relative_paths(leaf_paths):
                yield (*prefix, *path)

    def locate(self, path: ValuePath) -> SourcePosition | None:
        """Return where the value at a path of the call document is written.

        A value that is not written itself has the position of what holds it.
        """
        for length in range(len(path), 0, -1):
            part = self.parts.get(path[:length])
            if part is not None:
                return part.argument.partial_value.locate((*part.path, *path[length:]))
        return None


def bind_arguments(binder: Binder, usage: OperationUsage) -> BoundArguments:
    """Return the arguments of a usage, bound as a call of the operation binds them."""
    if _is_single_unknown(usage.arguments):
        # It may be a `Call` or a `Request`.
        return BoundArguments(is_opaque=True)

    positional, keywords = _split_arguments(binder, usage.arguments)
    call = binder.bind(positional, keywords).call
    if "body" in keywords:
        _correct_body_property(binder, call)
    is_any_open = any(_is_partly_unknown(binder, argument) for argument in usage.arguments)
    has_other_arguments = usage.has_other_arguments or is_any_open
    return BoundArguments(
        args=[_extract_values(parts) for parts in positional],
        kwargs={name: _extract_values(parts) for name, parts in keywords.items()},
        parts=dict(_iterate_parts(call)),
        has_other_arguments=has_other_arguments,
    )


def _is_partly_unknown(binder: Binder, argument: SourceArgument) -> bool:
    """Tell whether an argument stands for several, and not all of them are known."""
    value = argument.partial_value
    is_group = _is_location_group(binder, argument)
    if is_group and value.is_unknown:
        return True
    return () in value.open_paths and (is_group or value.is_call)


def _correct_body_property(binder: Binder, call: Call) -> None:
    """Let `body=` be the property of that name where the binder would, if it saw the value.

    The binder sees the part, and takes what is not known for the whole body.
    """
    body = call.get("body")
    if isinstance(body, ArgumentPart) and binder.is_body_property(body.value):
        call["body"] = {"body": body}


def _is_single_unknown(arguments: Sequence[SourceArgument]) -> bool:
    """Tell whether the only argument is positional and not known."""
    if len(arguments) != 1 or not isinstance(arguments[0].name, int):
        return False
    return arguments[0].partial_value.is_unknown


def _is_location_group(binder: Binder, argument: SourceArgument) -> bool:
    """Tell whether an argument is `path=`, `query=` and so on: several arguments in one."""
    return argument.name in LOCATION_GROUPS and argument.name not in binder.targets


def _split_arguments(
    binder: Binder, arguments: Sequence[SourceArgument]
) -> tuple[list[Any], dict[str, Any]]:
    """Return what stands for the positional and the keyword arguments while they are bound."""
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for argument in arguments:
        is_group = _is_location_group(binder, argument)
        if is_group and argument.partial_value.is_unknown:
            continue
        parts = _split_argument(argument, is_group=is_group)
        if isinstance(argument.name, str):
            keywords[argument.name] = parts
        else:
            positional.append(parts)
    return positional, keywords


def _split_argument(argument: SourceArgument, *, is_group: bool) -> Any:
    """Return what stands for an argument while it is bound: a part, or a mapping of parts."""
    value = argument.partial_value.value
    if argument.partial_value.is_call:
        return Call({key: ArgumentPart(argument, (key,)) for key in value})
    if is_group and isinstance(value, dict):
        return {name: ArgumentPart(argument, (name,)) for name in value}
    return ArgumentPart(argument)


def _extract_values(parts: Any) -> Any:
    """Return the values of a part, or of a mapping of parts, in the same type."""
    if isinstance(parts, ArgumentPart):
        return parts.value
    return type(parts)({name: part.value for name, part in parts.items()})


def _iterate_parts(call: Call) -> Iterator[tuple[ValuePath, ArgumentPart]]:
    for location, content in call.items():
        if isinstance(content, ArgumentPart):
            yield (location,), content
            continue
        for name, part in content.items():
            if isinstance(part, ArgumentPart):
                yield (location, name), part
            elif isinstance(part, dict):
                # A parameter that is made of arguments of its own.
                yield from (((location, name, member), value) for member, value in part.items())
