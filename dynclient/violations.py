"""A finding is data: a violation of a schema by a value, and the place in a document that it goes back to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Problem lines are told in this order; every other kind comes last, in the order found.
KIND_ORDER = ("missing", "unknown")

#: Integers from here on are not written out: Python refuses to, from some length on.
_LONG_INTEGER = 10**50

MAX_LINES = 20
MAX_VALUE_CHARS = 60
MAX_LINE_CHARS = 180


class Place:
    """Where something stands: a file, a JSON pointer in it, and (looked up only when somebody asks) its line.

    Args:
        uri: the file's URI or path, as it was loaded.
        pointer: JSON pointer in that file, "" for the root.
        locate: (uri, pointer) -> line, first line 1, or None where nobody knows; asked at most once.

    """

    __slots__ = ("_line", "_locate", "pointer", "uri")

    def __init__(
        self, uri: str, pointer: str, locate: Callable[[str, str], int | None] | None = None
    ) -> None:
        self.uri = uri
        self.pointer = pointer
        self._locate = locate
        self._line: int | None = None

    @property
    def file(self) -> str:
        """The last part of the URI, as messages name it."""
        return self.uri.rstrip("/").rsplit("/", 1)[-1]

    @property
    def line(self) -> int | None:
        """The line in the file, first line 1; None where nobody knows."""
        if self._locate is not None:
            self._line, self._locate = self._locate(self.uri, self.pointer), None
        return self._line

    def __str__(self) -> str:
        """Return "file:line", or "file#pointer" where the line is unknown."""
        return f"{self.file}:{self.line}" if self.line else f"{self.file}#{self.pointer}"

    def __repr__(self) -> str:
        return f"Place({self.uri!r}, {self.pointer!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and (self.uri, self.pointer) == (other.uri, other.pointer)

    def __hash__(self) -> int:
        return hash((self.uri, self.pointer))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_place, (self.uri, self.pointer, self.line)


def _restore_place(uri: str, pointer: str, line: int | None) -> Place:
    return Place(uri, pointer, lambda _uri, _pointer: line)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a call or a result.

    Attributes:
        kind: `missing`, `unknown`, `ambiguous`, or the JSON Schema keyword that refused (`type`, `minimum`, …).
        path: where in the call document or result, e.g. ("body", "cartItems", 0, "quantity"); ("args", name) for a
            keyword argument that found no place.
        message: what was got and what was expected, one line, values shortened.
        suggestion: the name that was probably meant, or None.
        place: the schema that refused, in its file; None where no schema did.

    """

    kind: str
    path: tuple[str | int, ...]
    message: str
    suggestion: str | None = None
    place: Place | None = field(default=None, compare=False)

    @property
    def where(self) -> str:
        """The path as messages show it: `body.cartItems[0].quantity`."""
        return format_path(self.path[1:] if self.path[:1] == ("args",) else self.path)

    def __str__(self) -> str:
        return f"{self.where}: {self._format_text()}"

    def _format_text(self) -> str:
        text = f"did you mean {self.suggestion}?" if self.suggestion else self.message
        return shorten(text, MAX_LINE_CHARS)


def format_path(path: Sequence[str | int]) -> str:
    """Return a path in the form that Python people read: names with dots, positions in brackets."""
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
    """Return a text cut to a limit of characters, on one line, control characters made harmless."""
    clean = escape_unprintable(text[: limit * 2])
    return clean if len(clean) <= limit and len(text) <= limit * 2 else clean[: limit - 1] + "…"


def escape_unprintable(text: str) -> str:
    """Return a text on one line, its control characters made visible: foreign text never steers a terminal."""
    return (
        text
        if text.isprintable()
        else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    )


def shorten_repr(value: Any) -> str:
    """Return a value as messages show it: short, and never a whole body."""
    if isinstance(value, dict):
        return f"an object of {len(value)} " + ("property" if len(value) == 1 else "properties")
    if isinstance(value, list | tuple):
        return f"an array of {len(value)}"
    if isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
        value = value[: MAX_VALUE_CHARS + 1]
    if isinstance(value, int) and abs(value) >= _LONG_INTEGER:
        return f"an integer of {value.bit_length()} bits"
    return shorten(
        {None: "null", True: "true", False: "false"}[value] if _is_json_word(value) else repr(value)
    )


def _is_json_word(value: Any) -> bool:
    return value is None or value is True or value is False


def sort_violations(violations: Iterable[Violation]) -> list[Violation]:
    """Return violations as they are told: missing, then unknown, then wrong; inside each as they were found."""
    return sorted(
        violations,
        key=lambda v: KIND_ORDER.index(v.kind) if v.kind in KIND_ORDER else len(KIND_ORDER),
    )


def format_violations(violations: Sequence[Violation], limit: int = MAX_LINES) -> list[str]:
    """Return up to `limit` aligned lines `kind  path  text  (file:line)`, and one that counts the rest."""
    rows = [
        (v.kind, shorten(v.where, MAX_LINE_CHARS), v._format_text(), v.place)  # noqa: SLF001 (same module)
        for v in sort_violations(violations)[:limit]
    ]
    kinds, paths, texts = (
        (_measure_column(column) for column in zip(*[row[:3] for row in rows], strict=True))
        if rows
        else (0,) * 3
    )
    lines = [
        f"  {kind:<{kinds}}  {path:<{paths}}  {f'{text:<{texts}}     ({place})' if place and place.line else text}"
        for kind, path, text, place in rows
    ]
    rest = len(violations) - len(rows)
    return [*lines, f"  … and {rest} more"] if rest > 0 else lines


def _measure_column(column: Iterable[str]) -> int:
    return min(max(len(cell) for cell in column), 48)
