"""What the analysis of sources finds, as data: usages of operations, their arguments, reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: How an operation is named: `client.name`, `client["name"]`, `client.call("name")`.
NamingForm = Literal["attribute", "item", "call"]

#: A place in a file: line and column, both from 1, the column in characters.
SourcePosition = tuple[int, int]

#: A place in a value.
ValuePath = tuple[str | int, ...]

#: A place in a value, with `[]` for every position in an array.
KeyPath = tuple[str, ...]

#: Stands for a value that is known only at run time.
UNKNOWN_PLACEHOLDER = "…"

#: Any position of an array.
ANY_INDEX = "[]"


def generalize_path(path: ValuePath) -> KeyPath:
    """Return a path with `[]` for every position."""
    return tuple(part if isinstance(part, str) else ANY_INDEX for part in path)


@dataclass(frozen=True, eq=False)
class PartialValue:
    """A value as a source writes it: JSON data as far as it is a literal.

    Attributes:
        value: plain data; UNKNOWN_PLACEHOLDER at each path of `unknown_paths`.
        unknown_paths: the paths of expressions that are not literals.
        open_paths: the paths of objects and arrays that may have more members than are written.
        positions: where the value at each path is written.
        is_call: whether it is a `dynclient.Call(…)`, the whole call as one value.

    """

    value: Any
    unknown_paths: frozenset[ValuePath] = frozenset({()})
    open_paths: frozenset[ValuePath] = frozenset()
    positions: Mapping[ValuePath, SourcePosition] = field(default_factory=dict)
    is_call: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known about the value."""
        return () in self.unknown_paths

    def get_member(self, name: str) -> PartialValue:
        """Return a member of an object."""
        return PartialValue(
            value=self.value[name],
            unknown_paths=frozenset(_list_paths_below(name, self.unknown_paths)),
            open_paths=frozenset(_list_paths_below(name, self.open_paths)),
            positions={
                path[1:]: position
                for path, position in self.positions.items()
                if path[:1] == (name,)
            },
        )

    def locate(self, path: ValuePath) -> SourcePosition | None:
        """Return where the value at a path is written, else where what holds it is written."""
        for length in range(len(path), -1, -1):
            position = self.positions.get(path[:length])
            if position is not None:
                return position
        return None

    def iterate_leaf_paths(self) -> Iterator[ValuePath]:
        """Yield the path of everything that has no members, or may have others.

        These are scalars, empty objects and arrays, unknown values, and open objects and arrays.
        """
        todo: list[tuple[ValuePath, Any]] = [((), self.value)]
        while todo:
            path, value = todo.pop()
            members = [((*path, key), member) for key, member in _list_members(value)]
            todo += reversed(members)
            if not members or path in self.open_paths:
                yield path


def _list_members(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _list_paths_below(name: str, paths: Iterable[ValuePath]) -> list[ValuePath]:
    """Return those paths that begin with a name, without it."""
    return [path[1:] for path in paths if path[:1] == (name,)]


@dataclass(frozen=True)
class SourceArgument:
    """An argument of a usage.

    Attributes:
        name: the keyword, or the position from 0.
        partial_value: the value, as far as it is a literal.
        line: the line, from 1.
        column: the column in characters, from 1.

    """

    name: str | int
    partial_value: PartialValue = field(compare=False)
    line: int
    column: int

    @property
    def key_paths(self) -> tuple[KeyPath, ...]:
        """The paths of what is written: ("customer_session", "cartItems", "[]", "quantity")."""
        paths: dict[KeyPath, None] = {}
        for path in self.partial_value.iterate_leaf_paths():
            paths[str(self.name), *generalize_path(path)] = None
        return tuple(paths)


@dataclass(frozen=True)
class ResultRead:
    """A key of a result that a source reads.

    Attributes:
        path: the path to the key, with `[]` for any position.
        file: the file that reads it.
        line: the line, from 1.
        column: the column in characters, from 1.
        is_certain: whether it certainly reads the result of this usage, unchanged.

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
        operation: the operation's name, as written.
        file: the file, as it was given or found.
        line: the line of the name, from 1.
        column: the column of the name in characters, from 1.
        naming_form: whether an attribute, an item or the first argument of `client.call` names it.
        method: `call`, `send`, `request`, `validate`, `map`, `pages`, `items` or `stream`; `name`
            if the operation is only named.
        arguments: the arguments that are written out.
        has_other_arguments: whether there may be others: `*args`, `**kwargs`, a `Call` that is
            built elsewhere.
        reads: the keys of the result that the source reads.
        result_paths: the parts of the result that the source uses, sorted, each with all below
            it; () for the whole.
        is_certain: whether the operation certainly belongs to a client.
        is_lenient: whether the client checks less, or sends another media type: then the
            arguments are not checked.

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
    """A file, or a place in it, that the analysis does not understand, with the reason."""

    file: str
    line: int
    column: int
    reason: str


@dataclass(frozen=True)
class UsageAnalysis:
    """What the analysis of sources finds.

    Attributes:
        usages: the usages, in the order of files and lines.
        unreadable_files: the files that cannot be read or followed.
        dynamic_names: the lookups of operations by a name that is known only at run time.
        file_count: the number of files that are analysed.

    """

    usages: tuple[OperationUsage, ...] = ()
    unreadable_files: tuple[UnanalyzedCode, ...] = ()
    dynamic_names: tuple[UnanalyzedCode, ...] = ()
    file_count: int = 0
