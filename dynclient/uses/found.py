"""What is found in sources, as data: uses of operations, what is given to them and what is read of their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: How an operation is named: `client.name`, `client["name"]`, `client.call("name")`.
How = Literal["attribute", "item", "call"]

#: Where something stands in a file: line and column, both from 1, the column in characters.
Spot = tuple[int, int]

#: Where something stands in a value.
Path = tuple[str | int, ...]

#: A path whose positions in arrays are all `[]`.
Keys = tuple[str, ...]

#: Stands in for a value that only running the program would tell.
HOLE = "…"

#: Any position of an array.
ANY = "[]"


def keys(path: Path) -> Keys:
    """Return a path with `[]` for every position."""
    return tuple(part if isinstance(part, str) else ANY for part in path)


@dataclass(frozen=True, eq=False)
class Written:
    """A value as it is written in a source: JSON data as far as literals go.

    Attributes:
        value: plain data; HOLE at each path of `holes`.
        holes: paths at which an expression stands that is no literal.
        open: paths of objects and arrays that may have more members than those written here.
        spots: where the value at a path is written.
        is_call: whether it is a `dynclient.Call(…)`, the whole call as one value.

    """

    value: Any
    holes: frozenset[Path] = frozenset({()})
    open: frozenset[Path] = frozenset()
    spots: Mapping[Path, Spot] = field(default_factory=dict)
    is_call: bool = False

    @property
    def is_hole(self) -> bool:
        """Whether nothing is known of the value."""
        return () in self.holes

    def child(self, name: str) -> Written:
        """Return a member of an object."""
        return Written(
            self.value[name],
            frozenset(path[1:] for path in self.holes if path[:1] == (name,)),
            frozenset(path[1:] for path in self.open if path[:1] == (name,)),
            {path[1:]: spot for path, spot in self.spots.items() if path[:1] == (name,)},
        )

    def spot(self, path: Path) -> Spot | None:
        """Return where the value at a path is written, or, where it is not, the nearest that holds it."""
        return next(
            (self.spots[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.spots), None
        )

    def paths(self) -> Iterator[Path]:
        """Yield the path of everything that has no members: scalars, empty objects and arrays, holes."""
        todo: list[tuple[Path, Any]] = [((), self.value)]
        while todo:
            path, value = todo.pop()
            inner = (
                value.items()
                if isinstance(value, dict)
                else enumerate(value)
                if isinstance(value, list)
                else ()
            )
            members = [((*path, name), member) for name, member in inner]
            todo += reversed(members)
            if not members or path in self.open:
                yield path


@dataclass(frozen=True)
class Argument:
    """An argument of a use.

    Attributes:
        name: the keyword, or the position from 0.
        written: its value, as far as it is a literal.
        line: where it stands, from 1.
        column: from 1.

    """

    name: str | int
    written: Written = field(compare=False)
    line: int
    column: int

    @property
    def paths(self) -> tuple[Keys, ...]:
        """The literal keys in it: ("customer_session", "cartItems", "[]", "quantity"); just its name where none are."""
        return tuple(dict.fromkeys((str(self.name), *keys(path)) for path in self.written.paths()))


@dataclass(frozen=True)
class Read:
    """A key of a result that is looked at.

    Attributes:
        path: to the key, `[]` for any position.
        file: where it is read.
        line: from 1.
        column: from 1.
        certain: whether it is certainly this use's result that is read, as it came.

    """

    path: Keys
    file: str
    line: int
    column: int
    certain: bool = True


@dataclass(frozen=True)
class Use:
    """A place in a source where an operation is called, or named to be called elsewhere.

    Attributes:
        operation: its name, as written.
        file: as it was given or found.
        line: where the name stands, from 1.
        column: from 1.
        how: whether it is named as an attribute, an item, or to `client.call`.
        method: `call`, `send`, `request`, `validate`, `map`, `pages`, `items`, `stream`; `name` where it is only named.
        arguments: those that are written out.
        has_star: whether there may be others: `*args`, `**kwargs`, a `Call` from elsewhere.
        reads: the keys of the result that are looked at.
        results: the parts of the result that are used, sorted, each with all below it; () for the whole.
        certain: whether it is certainly a client whose operation this is.
        lenient: the client was told to check less, or to send another media type: its arguments are not judged.

    """

    operation: str
    file: str
    line: int
    column: int
    how: How
    method: str = "call"
    arguments: tuple[Argument, ...] = ()
    has_star: bool = False
    reads: tuple[Read, ...] = ()
    results: tuple[Keys, ...] = ()
    certain: bool = True
    lenient: bool = False


@dataclass(frozen=True)
class Unread:
    """A file, or a part of it, in which no uses could be looked for, and why."""

    file: str
    line: int
    column: int
    why: str


@dataclass(frozen=True)
class Found:
    """What was found in sources.

    Attributes:
        uses: in the order of files and lines.
        unread: files that could not be read.
        nameless: calls of operations whose name only running the program would tell.
        files: how many files were read.

    """

    uses: tuple[Use, ...] = ()
    unread: tuple[Unread, ...] = ()
    nameless: tuple[Unread, ...] = ()
    files: int = 0
