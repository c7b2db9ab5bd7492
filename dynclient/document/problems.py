"""A problem is data: something wrong in a document that can still be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from dynclient.display_text import escape_unprintable, format_count
from dynclient.masking import mask_url, mask_urls
from dynclient.notebook_view import NotebookView
from dynclient.violations import Place, shorten

Severity = Literal["error", "warning", "info"]

#: How many characters of a problem stand in its repr.
MAX_REPR_CHARS = 200

#: The worst first.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class ProblemList(NotebookView, tuple["Problem", ...]):
    """The problems of a document; in a notebook it is a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        severities = [each.severity for each in self]
        counts = [
            format_count(severities.count(severity), severity)
            for severity in SEVERITIES
            if severity in severities
        ]
        total = format_count(len(self), "problem")
        return f"<{total}: {', '.join(counts)}>" if counts else f"<{total}>"

    def __str__(self) -> str:
        """Return the problems, each on a line of its own."""
        return "\n".join(map(str, self))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(self._format_plain_text() or repr(self))

    def _repr_html_(self) -> str:
        from dynclient.html_elements import element
        from dynclient.notebook_panel import build_filter_box, build_panel, build_table, mark_level

        rows = [
            (
                mark_level(each.severity),
                each.code,
                element("div", each.message, element("div", each.hint, class_="soft")),
                element("div", element("code", each.short_place), class_="breakable"),
            )
            for each in self
        ]
        if not rows:
            return build_panel(format_count(0, "problem"), "")
        table = build_table(("severity", "code", "message", "place"), rows)
        title = format_count(len(self), "problem")
        return build_panel(title, "", build_filter_box("filter problems"), table)


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """Something wrong with a document, at a place.

    Attributes:
        severity: `error` (the corner cannot be used as written), `warning` (it can be used, as
            the message says) or `info` (nothing is wrong, but somebody may be surprised).
        code: stable kebab-case name of the kind of problem, e.g. `duplicate-key`.
        message: what is wrong, one line.
        hint: what to do about it, one line, or "".
        pointer: JSON pointer in the file.
        file: the file's URI or path, without secrets that stand in a URL.
        operation: the operation in which it stands: operationId, else `METHOD /path`; "" outside.

    """

    severity: Severity
    code: str
    message: str
    hint: str = ""
    pointer: str = ""
    file: str = ""
    known_line: int | None = None
    known_column: int | None = None
    place: Place | None = field(default=None, compare=False, repr=False)
    operation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", mask_urls(self.message))
        object.__setattr__(self, "hint", mask_urls(self.hint))
        object.__setattr__(self, "file", mask_url(self.file))

    def __repr__(self) -> str:
        return f"<Problem {shorten(str(self), MAX_REPR_CHARS)}>"

    @property
    def line(self) -> int | None:
        """The line in the file, first line 1, or None where it is unknown."""
        return self.known_line or (self.place.line if self.place else None)

    @property
    def column(self) -> int | None:
        """The column in the line, first column 1, or None where it is unknown."""
        return self.known_column or (self.place.column if self.place else None)

    @property
    def short_place(self) -> str:
        """The file's own name with the line, or with the pointer where no line is known."""
        file_name = self.file.rstrip("/").rsplit("/", 1)[-1]
        return f"{file_name}:{self.line}" if self.line else f"{file_name}#{self.pointer}"

    def __str__(self) -> str:
        return escape_unprintable(
            f"{self.short_place}: {self.severity}: {self.message} [{self.code}]"
        )
