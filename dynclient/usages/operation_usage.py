"""What is found in sources, as data: uses of operations, what is given to them and what is read of their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: How an operation is named: `client.name`, `client["name"]`, `client.call("name")`.
NamingForm = Literal["attribute", "item", "call"]

#: Where something stands in a file: line and column, both from 1, the column in characters.
SourcePosition = tuple[int, int]

#: Where something stands in a value.
ValuePath = tuple[str | int, ...]

#: A path whose positions in arrays are all `[]`.
KeyPath = tuple[str, ...]

#: Stands in for a value that only running the program would tell.
UNKNOWN_PLACEHOLDER = "…"

#: Any position of an array.
ANY_INDEX = "[]"


def generalize_path(path: ValuePath) -> KeyPath:
    """Return a path with `[]` for every position."""
    return tuple(part if isinstance(part, str) else ANY_INDEX for part in path)


@dataclass(frozen=True, eq=False)
class PartialValue:
    """A value as it is written in a source: JSON data as far as literals go.

    Attributes:
        value: plain data; HOLE at each path of `holes`.
        holes: paths at which an expression stands that is no literal.
        open: paths of objects and arrays that may have more members than those written here.
        spots: where the value at a path is written.
        is_call: whether it is a `dynclient.Call(…)`, the whole call as one value.

    """

    value: Any
    unknown_paths: frozenset[ValuePath] = frozenset({()})
    open_paths: frozenset[ValuePath] = frozenset()
    positions: Mapping[ValuePath, SourcePosition] = field(default_factory=dict)
    is_call: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the value."""
        return () in self.unknown_paths

    def get_member(self, name: str) -> PartialValue:
        """Return a member of an object."""
        return PartialValue(
            self.value[name],
            frozenset(path[1:] for path in self.unknown_paths if path[:1] == (name,)),
            frozenset(path[1:] for path in self.open_paths if path[:1] == (name,)),
            {path[1:]: spot for path, spot in self.positions.items() if path[:1] == (name,)},
        )

    def locate(self, path: ValuePath) -> SourcePosition | None:
        """Return where the value at a path is written, or, where it is not, the nearest that holds it."""
        return next(
            (
                self.positions[path[:n]]
                for n in range(len(path), -1, -1)
                if path[:n] in self.positions
            ),
            None,
        )

    def iterate_leaf_paths(self) -> Iterator[ValuePath]:
        """Yield the path of everything that has no members: scalars, empty objects and arrays, holes."""
        todo: list[tuple[ValuePath, Any]] = [((), self.value)]
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
            if not members or path in self.open_paths:
                yield path


@dataclass(frozen=True)
class SourceArgument:
    """An argument of a use.

    Attributes:
        name: the keyword, or the position from 0.
        written: its value, as far as it is a literal.
        line: where it stands, from 1.
        column: from 1.

    """

    name: str | int
    partial_value: PartialValue = field(compare=False)
    line: int
    column: int

    @property
    def key_paths(self) -> tuple[KeyPath, ...]:
        """The literal keys in it: ("customer_session", "cartItems", "[]", "quantity"); just its name where none are."""
        return tuple(
            dict.fromkeys(
                (str(self.name), *generalize_path(path))
                for path in self.partial_value.iterate_leaf_paths()
            )
        )


@dataclass(frozen=True)
class ResultRead:
    """A key of a result that is looked at.

    Attributes:
        path: to the key, `[]` for any position.
        file: where it is read.
        line: from 1.
        column: from 1.
        certain: whether it is certainly this use's result that is read, as it came.

    """

    path: KeyPath
    file: str
    line: int
    column: int
    is_certain: bool = True


@dataclass(frozen=True)
class OperationUsage:
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
    naming_form: NamingForm
    method: str = "call"
    arguments: tuple[SourceArgument, ...] = ()
    has_other_arguments: bool = False
    reads: tuple[ResultRead, ...] = ()
    result_paths: tuple[KeyPath, ...] = ()
    is_certain: bool = True
    is_lenient: bool = False


@dataclass(frozen=True)
class UnanalyzedCode:
    """A file, or a part of it, in which no uses could be looked for, and why."""

    file: str
    line: int
    column: int
    reason: str


@dataclass(frozen=True)
class UsageAnalysis:
    """What was found in sources.

    Attributes:
        uses: in the order of files and lines.
        unread: files that could not be read.
        nameless: calls of operations whose name only running the program would tell.
        files: how many files were read.

    """

    usages: tuple[OperationUsage, ...] = ()
    unreadable_files: tuple[UnanalyzedCode, ...] = ()
    dynamic_names: tuple[UnanalyzedCode, ...] = ()
    file_count: int = 0
