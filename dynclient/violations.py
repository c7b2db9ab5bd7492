"""A violation is data: what is wrong with a value, and the place of the schema that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynclient.display_text import escape_unprintable, format_count
from dynclient.masking import mask_url

#: Violations of these kinds come first, in this order; all other kinds keep their order.
KIND_ORDER = ("missing", "unknown")

#: Messages do not show integers from here on: Python refuses to print very long ones.
_LONG_INTEGER = 10**50

MAX_LINES = 20
MAX_VALUE_CHARS = 60
MAX_LINE_CHARS = 180
MAX_COLUMN_WIDTH = 48


class Place:
    """A place in a document: a file, a JSON pointer in it, and its line and column.

    Args:
        uri: the file's URI or path, as it was loaded.
        pointer: JSON pointer in that file, "" for the root.
        locate: (uri, pointer) -> (line, column), first is 1, or None where they are unknown;
            called at most once, when one of them is needed.

    """

    __slots__ = ("_locate", "_position", "pointer", "uri")

    def __init__(
        self,
        uri: str,
        pointer: str,
        locate: Callable[[str, str], tuple[int, int] | None] | None = None,
    ) -> None:
        self.uri = uri
        self.pointer = pointer
        self._locate = locate
        self._position: tuple[int, int] | None = None

    @property
    def file(self) -> str:
        """The last part of the URI, as messages name it."""
        return mask_url(self.uri).rstrip("/").rsplit("/", 1)[-1]

    @property
    def line(self) -> int | None:
        """The line in the file, first line 1; None where it is unknown."""
        position = self._find_position()
        return position[0] if position else None

    @property
    def column(self) -> int | None:
        """The column in the line, first column 1; None where it is unknown."""
        position = self._find_position()
        return position[1] if position else None

    def _find_position(self) -> tuple[int, int] | None:
        if self._locate is not None:
            self._position = self._locate(self.uri, self.pointer)
            self._locate = None
        return self._position

    def __str__(self) -> str:
        """Return "file:line", or "file#pointer" where the line is unknown."""
        return f"{self.file}:{self.line}" if self.line else f"{self.file}#{self.pointer}"

    def __repr__(self) -> str:
        return f"Place({mask_url(self.uri)!r}, {self.pointer!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and (self.uri, self.pointer) == (other.uri, other.pointer)

    def __hash__(self) -> int:
        return hash((self.uri, self.pointer))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_place, (mask_url(self.uri), self.pointer, self._find_position())


def _restore_place(uri: str, pointer: str, position: tuple[int, int] | None) -> Place:
    return Place(uri, pointer, lambda _uri, _pointer: position)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a call or a result.

    Attributes:
        kind: `missing`, `unknown`, `ambiguous`, or the JSON Schema keyword that failed (`type`,
            `minimum`, …).
        path: where in the call document or result, e.g. ("body", "cartItems", 0, "quantity");
            ("args", name) for a keyword argument that the operation does not have.
        message: what the value is and what was expected, one line, values shortened.
        suggestion: the name that was probably meant, or None.
        place: the place of the schema in its file; None where the violation is of no schema.
        expected: what was expected, as data: the value of the keyword that failed, the schema of a
            missing property, the names that are declared where one is unknown.
        got: the value itself; None where there is none.

    """

    kind: str
    path: tuple[str | int, ...]
    message: str
    suggestion: str | None = None
    place: Place | None = field(default=None, compare=False, repr=False)
    expected: Any = field(default=None, compare=False, repr=False)
    got: Any = field(default=None, compare=False, repr=False)

    @property
    def schema_pointer(self) -> str | None:
        """The JSON pointer of the schema in its file; None where the violation is of no schema."""
        return self.place.pointer if self.place else None

    @property
    def where(self) -> str:
        """The path as messages show it: `body.cartItems[0].quantity`."""
        is_argument = self.path[:1] == ("args",)
        return format_path(self.path[1:] if is_argument else self.path)

    def __str__(self) -> str:
        return f"{self.where}: {_format_text(self)}"


def _format_text(violation: Violation) -> str:
    text = violation.message
    if violation.suggestion:
        meant = repr(violation.suggestion) if violation.kind == "enum" else violation.suggestion
        question = f"did you mean {meant}?"
        text = f"{text}; {question}" if violation.kind == "enum" else question
    return shorten(text, MAX_LINE_CHARS)


def format_path(path: Sequence[str | int]) -> str:
    """Return a path as Python writes it: names with dots, indexes in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[\w$@-]+", part):
            text += f".{part}" if text else part
        else:
            text += f"[{shorten(repr(part), MAX_VALUE_CHARS)}]"
    return text or "(whole)"


def shorten(text: str, limit: int = MAX_VALUE_CHARS) -> str:
    """Return a text on one line, cut to a limit of characters, control characters escaped."""
    clean = escape_unprintable(text[: limit * 2])
    is_complete = len(text) <= limit * 2
    if is_complete and len(clean) <= limit:
        return clean
    return clean[: limit - 1] + "…"


_LITERAL_TEXTS = {None: "null", True: "true", False: "false"}


def shorten_repr(value: Any) -> str:
    """Return a value as messages show it: short, and never a whole body."""
    if isinstance(value, dict):
        return f"an object of {format_count(len(value), 'property', 'properties')}"
    if isinstance(value, list | tuple):
        return f"an array of {len(value)}"
    if isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
        value = value[: MAX_VALUE_CHARS + 1]
    if isinstance(value, int) and abs(value) >= _LONG_INTEGER:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, bytes | bytearray | memoryview):
        return "binary data"
    if isinstance(value, bool | None):
        return _LITERAL_TEXTS[value]
    return shorten(repr(value))


def sort_violations(violations: Iterable[Violation]) -> list[Violation]:
    """Return violations in the order of messages: missing, then unknown, then wrong values.

    Violations of one kind keep their order.
    """
    return sorted(violations, key=_rank_kind)


def _rank_kind(violation: Violation) -> int:
    kind = violation.kind
    return KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER)


def format_violations(violations: Sequence[Violation], limit: int = MAX_LINES) -> list[str]:
    """Return up to `limit` aligned lines `kind  path  text  (file:line)`.

    Where there are more violations, those of one kind at one place, in all items of an array, share
    the line of the first with their count. One more line counts the rest.
    """
    groups = _group_violations(sort_violations(violations), limit)[:limit]
    rows = [group[0] for group in groups]
    kinds = [violation.kind for violation in rows]
    paths = [shorten(violation.where, MAX_LINE_CHARS) for violation in rows]
    texts = [_format_text(group[0]) + _format_count(len(group)) for group in groups]
    kind_width, path_width, text_width = map(_measure_column, (kinds, paths, texts))

    lines: list[str] = []
    for violation, kind, path, text in zip(rows, kinds, paths, texts, strict=True):
        line = f"  {kind:<{kind_width}}  {path:<{path_width}}  "
        if violation.place and violation.place.line:
            lines.append(f"{line}{text:<{text_width}}     ({violation.place})")
        else:
            lines.append(line + text)

    rest = len(violations) - sum(map(len, groups))
    if rest > 0:
        lines.append(f"  … and {rest} more")
    return lines


def _group_violations(violations: Sequence[Violation], limit: int) -> list[list[Violation]]:
    """Return violations in groups that share a line; each by itself where all have their line."""
    if len(violations) <= limit:
        return [[violation] for violation in violations]
    by_position = _group_by(violations, lambda v: (v.kind, generalize_path(v.path)))
    if len(by_position) <= limit:
        return by_position
    # Members of a map have names of their own; what they break is one place of the document.
    return _group_by(violations, lambda v: (v.kind, v.place or generalize_path(v.path)))


def _group_by(
    violations: Sequence[Violation], key: Callable[[Violation], object]
) -> list[list[Violation]]:
    groups: dict[object, list[Violation]] = {}
    for violation in violations:
        groups.setdefault(key(violation), []).append(violation)
    return list(groups.values())


def generalize_path(path: Sequence[str | int]) -> tuple[str, ...]:
    """Return a path in which each position in an array is a star."""
    return tuple("*" if isinstance(part, int) else part for part in path)


def _format_count(count: int) -> str:
    return "" if count == 1 else f" ({count} times)"


def _measure_column(cells: Iterable[str]) -> int:
    longest = max(map(len, cells), default=0)
    return min(longest, MAX_COLUMN_WIDTH)
