"""Uses that somebody recorded, of code in any language: operation ids, `METHOD /path`, or an access log."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from dynclient.client.client import Client
from dynclient.errors import OperationNotFound
from dynclient.model import METHODS, Document, Operation

_METHOD = "|".join(method.upper() for method in METHODS)
#: The request in a line of an access log, common or combined.
_LOG_LINE = re.compile(rf'"({_METHOD}) (\S+)(?: HTTP/[\d.]+)?"')
_REQUEST_LINE = re.compile(rf"({_METHOD})\s+(\S+)(?:\s+HTTP/[\d.]+)?", re.IGNORECASE)
_VARIABLE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class RecordedLine:
    """A line of a recorded list.

    Attributes:
        text: the operation, or `METHOD /path` without its query; a line that is neither, as it is.
        file: the list.
        line: where it first stands, from 1.
        times: how often.

    """

    text: str
    file: str
    line: int
    count: int = 1


@dataclass(frozen=True)
class RecordedUsages:
    """A recorded list held against a document.

    Attributes:
        operations: key in `document.operations` → the lines that are of it.
        unmatched: the lines that are of none.

    """

    lines_by_operation: Mapping[str, tuple[RecordedLine, ...]]
    unmatched: tuple[RecordedLine, ...] = ()


def read_recorded_lines(path: str | os.PathLike[str]) -> list[RecordedLine]:
    """Return the lines of a recorded list, equal ones as one; empty lines and those that begin with `#` are left out.

    Raises:
        FileNotFoundError: there is no such file.

    """
    first: dict[str, int] = {}
    times: Counter[str] = Counter()
    with Path(path).open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = _parse_request_line(line.strip())
            if text and not text.startswith("#"):
                first.setdefault(text, number)
                times[text] += 1
    return [
        RecordedLine(text, os.fspath(path), number, times[text]) for text, number in first.items()
    ]


def _parse_request_line(line: str) -> str:
    found = _LOG_LINE.search(line) or _REQUEST_LINE.fullmatch(line)
    if found is None:
        return line
    return f"{found[1].upper()} {_extract_path(found[2])}"


def _extract_path(url: str) -> str:
    """Return the path of a URL, also of one that is none by the letter."""
    _, mark, rest = url.partition("//")
    path = "/" + rest.partition("/")[2] if mark and (url.startswith("//") or "://" in url) else url
    return path.partition("?")[0].partition("#")[0] or "/"


def resolve_recorded_lines(recorded: Iterable[RecordedLine], document: Document) -> RecordedUsages:
    """Return the operations that recorded lines are of."""
    client, templates = Client(document), PathTemplateTable(document)
    found: dict[str, list[RecordedLine]] = {}
    unmatched = []
    for one in recorded:
        operation = _find_by_name(client, one.text) or templates.find_operation(
            *one.text.partition(" ")[::2]
        )
        if operation is None:
            unmatched.append(one)
        else:
            found.setdefault(operation.key, []).append(one)
    order = [key for key in document.operations if key in found]
    return RecordedUsages({key: tuple(found[key]) for key in order}, tuple(unmatched))


def _find_by_name(client: Client, name: str) -> Operation | None:
    try:
        return client[name].operation
    except OperationNotFound:
        return None


@dataclass(frozen=True)
class _PathTemplate:
    """A path template as what it matches: literals before what holds variables."""

    segments: tuple[re.Pattern[str] | str, ...]
    operation: Operation

    @property
    def sort_key(self) -> tuple[int, ...]:
        """What sorts templates: the more is literal, the earlier, from the left."""
        return tuple(
            0 if isinstance(s, str) else 1 if s.pattern != "(.+)" else 2 for s in self.segments
        )

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Tell whether a concrete path may be of this template."""
        pairs = zip(self.segments, segments, strict=True)
        return all(
            own == text if isinstance(own, str) else own.fullmatch(text) for own, text in pairs
        )


class PathTemplateTable:
    """The path templates of a document, to find the operation of a concrete path."""

    def __init__(self, document: Document) -> None:
        self._templates_by_length: dict[tuple[str, int], list[_PathTemplate]] = {}
        bases: set[tuple[str, ...]] = {()}
        for operation in document.operations.values():
            path = operation.path.partition("#")[0].partition("?")[0]
            template = _PathTemplate(tuple(map(_compile_segment, path.split("/")[1:])), operation)
            self._templates_by_length.setdefault(
                (operation.method, len(template.segments)), []
            ).append(template)
            bases |= set(_iterate_base_paths(operation))
        for templates in self._templates_by_length.values():
            templates.sort(key=lambda template: template.sort_key)
        #: The base path of a server may stand before the document's own, and need not.
        self._base_paths = sorted(bases, key=len, reverse=True)

    def find_operation(self, method: str, path: str) -> Operation | None:
        """Return the operation of a concrete path: of several, the one with more literal segments."""
        segments = tuple(unquote(text) for text in path.split("/")[1:])
        for base in self._base_paths:
            if segments[: len(base)] == base:
                rest = segments[len(base) :]
                for template in self._templates_by_length.get((method, len(rest)), ()):
                    if template.matches(rest):
                        return template.operation
        return None


def _compile_segment(text: str) -> re.Pattern[str] | str:
    if "{" not in text:
        return unquote(text)
    return re.compile("(.+)".join(map(re.escape, _VARIABLE.split(text))), re.DOTALL)


def _iterate_base_paths(operation: Operation) -> Iterator[tuple[str, ...]]:
    """Yield the base paths of an operation's servers, template variables at their defaults."""
    for server in operation.servers:
        url = server.url
        for name, (default, _) in server.variables.items():
            url = url.replace(f"{{{name}}}", default)
        path = _extract_path(url).strip("/")
        if path:
            yield tuple(unquote(path).split("/"))
