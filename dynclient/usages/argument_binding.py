"""Arguments as they are written → the call document that they make, and where in it each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """A part of an argument that has a place of its own in the call document.

    Attributes:
        argument: which.
        inner: the part's path in the argument.

    """

    argument: SourceArgument
    path: ValuePath = ()

    @property
    def value(self) -> Any:
        """Its value, with holes."""
        found = self.argument.partial_value.value
        for name in self.path:
            found = found[name]
        return found

    def iterate_relative_paths(self, paths: frozenset[ValuePath]) -> Iterator[ValuePath]:
        """Yield those of an argument's paths that are in this part, from the part on."""
        depth = len(self.path)
        return (path[depth:] for path in paths if path[:depth] == self.path)


@dataclass(frozen=True)
class BoundArguments:
    """The arguments of a use, bound.

    Attributes:
        args: the positional arguments, with holes.
        kwargs: the keyword arguments, with holes.
        pieces: path in the call document → what stands there.
        has_star: whether there may be more arguments than those.
        is_opaque: whether all of the call is one value that nobody sees.

    """

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[ValuePath, ArgumentPart] = field(default_factory=dict)
    has_other_arguments: bool = True
    is_opaque: bool = False

    @property
    def unknown_paths(self) -> frozenset[ValuePath]:
        """Paths in the call document of what only running the program would tell."""
        return self._collect_paths(
            lambda piece: piece.iterate_relative_paths(piece.argument.partial_value.unknown_paths)
        )

    @property
    def open_paths(self) -> frozenset[ValuePath]:
        """Paths in the call document of what may have more members than are written."""
        found = self._collect_paths(
            lambda piece: piece.iterate_relative_paths(piece.argument.partial_value.open_paths)
        )
        if not self.has_other_arguments:
            return found
        return (
            found
            | {()}
            | {
                (location,)
                for location in (*LOCATION_GROUPS, "body")
                if (location,) not in self.parts
            }
        )

    def _collect_paths(self, inside: Any) -> frozenset[ValuePath]:
        return frozenset(
            (*path, *inner) for path, piece in self.parts.items() for inner in inside(piece)
        )

    @property
    def given_paths(self) -> Iterator[ValuePath]:
        """The paths in the call document that are given, down to where literals end."""
        for path, piece in self.parts.items():
            for inner in piece.argument.partial_value.iterate_leaf_paths():
                if inner[: len(piece.path)] == piece.path:
                    yield (*path, *inner[len(piece.path) :])

    def locate(self, path: ValuePath) -> SourcePosition | None:
        """Return where in the source the value at a path of the call document is written, or what holds it."""
        for n in range(len(path), 0, -1):
            piece = self.parts.get(path[:n])
            if piece is not None:
                return piece.argument.partial_value.locate((*piece.path, *path[n:]))
        return None


def bind_arguments(binder: Binder, use: OperationUsage) -> BoundArguments:
    """Return the arguments of a use, bound as a call of the operation would bind them."""
    args = [argument for argument in use.arguments if isinstance(argument.name, int)]
    if (
        len(args) == len(use.arguments) == 1 and args[0].partial_value.is_unknown
    ):  # perhaps a Call, or a Request
        return BoundArguments(is_opaque=True)
    kept = [
        argument
        for argument in use.arguments
        if not _is_location_group(binder, argument) or not argument.partial_value.is_unknown
    ]
    pieces = {argument.name: _split_argument(binder, argument) for argument in kept}
    positional = [piece for name, piece in pieces.items() if isinstance(name, int)]
    named = {name: piece for name, piece in pieces.items() if isinstance(name, str)}
    return BoundArguments(
        [_extract_values(piece) for piece in positional],
        {name: _extract_values(piece) for name, piece in named.items()},
        dict(_iterate_parts(binder.bind(positional, named).call)),
        use.has_other_arguments
        or len(kept) < len(use.arguments)
        or any(_is_open_argument(binder, argument) for argument in kept),
    )


def _is_location_group(binder: Binder, argument: SourceArgument) -> bool:
    """Tell whether an argument is `path=`, `query=` and so on: several arguments in one."""
    return argument.name in LOCATION_GROUPS and argument.name not in binder.targets


def _is_open_argument(binder: Binder, argument: SourceArgument) -> bool:
    return () in argument.partial_value.open_paths and (
        argument.partial_value.is_call or _is_location_group(binder, argument)
    )


def _split_argument(binder: Binder, argument: SourceArgument) -> Any:
    """Return what stands for an argument while it is bound: a piece, or a mapping of pieces."""
    value = argument.partial_value.value
    if argument.partial_value.is_call:
        return Call({key: ArgumentPart(argument, (key,)) for key in value})
    if _is_location_group(binder, argument) and isinstance(value, dict):
        return {name: ArgumentPart(argument, (name,)) for name in value}
    return ArgumentPart(argument)


def _extract_values(pieces: Any) -> Any:
    if isinstance(pieces, ArgumentPart):
        return pieces.value
    return type(pieces)({name: piece.value for name, piece in pieces.items()})


def _iterate_parts(call: Call) -> Iterator[tuple[ValuePath, ArgumentPart]]:
    for location, found in call.items():
        if isinstance(found, ArgumentPart):
            yield (location,), found
        else:
            yield from (
                ((location, name), piece)
                for name, piece in found.items()
                if isinstance(piece, ArgumentPart)
            )
