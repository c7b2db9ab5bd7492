"""Arguments as they are written → the call document that they make, and where in it each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynclient.plan.binder import GROUPS, Binder
from dynclient.plan.call import Call
from dynclient.uses.found import Argument, Path, Spot, Use


@dataclass(frozen=True)
class Piece:
    """A part of an argument that has a place of its own in the call document.

    Attributes:
        argument: which.
        inner: the part's path in the argument.

    """

    argument: Argument
    inner: Path = ()

    @property
    def value(self) -> Any:
        """Its value, with holes."""
        found = self.argument.written.value
        for name in self.inner:
            found = found[name]
        return found

    def below(self, paths: frozenset[Path]) -> Iterator[Path]:
        """Yield those of an argument's paths that are in this part, from the part on."""
        depth = len(self.inner)
        return (path[depth:] for path in paths if path[:depth] == self.inner)


@dataclass(frozen=True)
class Binding:
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
    pieces: Mapping[Path, Piece] = field(default_factory=dict)
    has_star: bool = True
    is_opaque: bool = False

    @property
    def holes(self) -> frozenset[Path]:
        """Paths in the call document of what only running the program would tell."""
        return self._from(lambda piece: piece.below(piece.argument.written.holes))

    @property
    def open(self) -> frozenset[Path]:
        """Paths in the call document of what may have more members than are written."""
        found = self._from(lambda piece: piece.below(piece.argument.written.open))
        if not self.has_star:
            return found
        return (
            found
            | {()}
            | {(location,) for location in (*GROUPS, "body") if (location,) not in self.pieces}
        )

    def _from(self, inside: Any) -> frozenset[Path]:
        return frozenset(
            (*path, *inner) for path, piece in self.pieces.items() for inner in inside(piece)
        )

    @property
    def paths(self) -> Iterator[Path]:
        """The paths in the call document that are given, down to where literals end."""
        for path, piece in self.pieces.items():
            for inner in piece.argument.written.paths():
                if inner[: len(piece.inner)] == piece.inner:
                    yield (*path, *inner[len(piece.inner) :])

    def spot(self, path: Path) -> Spot | None:
        """Return where in the source the value at a path of the call document is written, or what holds it."""
        for n in range(len(path), 0, -1):
            piece = self.pieces.get(path[:n])
            if piece is not None:
                return piece.argument.written.spot((*piece.inner, *path[n:]))
        return None


def bind(binder: Binder, use: Use) -> Binding:
    """Return the arguments of a use, bound as a call of the operation would bind them."""
    args = [argument for argument in use.arguments if isinstance(argument.name, int)]
    if (
        len(args) == len(use.arguments) == 1 and args[0].written.is_hole
    ):  # perhaps a Call, or a Request
        return Binding(is_opaque=True)
    kept = [
        argument
        for argument in use.arguments
        if not _is_group(binder, argument) or not argument.written.is_hole
    ]
    pieces = {argument.name: _pieces(binder, argument) for argument in kept}
    positional = [piece for name, piece in pieces.items() if isinstance(name, int)]
    named = {name: piece for name, piece in pieces.items() if isinstance(name, str)}
    return Binding(
        [_values(piece) for piece in positional],
        {name: _values(piece) for name, piece in named.items()},
        dict(_placed(binder.bind(positional, named).call)),
        use.has_star
        or len(kept) < len(use.arguments)
        or any(_is_open(binder, argument) for argument in kept),
    )


def _is_group(binder: Binder, argument: Argument) -> bool:
    """Tell whether an argument is `path=`, `query=` and so on: several arguments in one."""
    return argument.name in GROUPS and argument.name not in binder.targets


def _is_open(binder: Binder, argument: Argument) -> bool:
    return () in argument.written.open and (argument.written.is_call or _is_group(binder, argument))


def _pieces(binder: Binder, argument: Argument) -> Any:
    """Return what stands for an argument while it is bound: a piece, or a mapping of pieces."""
    value = argument.written.value
    if argument.written.is_call:
        return Call({key: Piece(argument, (key,)) for key in value})
    if _is_group(binder, argument) and isinstance(value, dict):
        return {name: Piece(argument, (name,)) for name in value}
    return Piece(argument)


def _values(pieces: Any) -> Any:
    if isinstance(pieces, Piece):
        return pieces.value
    return type(pieces)({name: piece.value for name, piece in pieces.items()})


def _placed(call: Call) -> Iterator[tuple[Path, Piece]]:
    for location, found in call.items():
        if isinstance(found, Piece):
            yield (location,), found
        else:
            yield from (
                ((location, name), piece)
                for name, piece in found.items()
                if isinstance(piece, Piece)
            )
