"""Recorded usages of code in any language: operation ids, `METHOD /path`, or an access log."""

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
from dynclient.model import METHODS, TEMPLATE_VARIABLE, Document, Operation

_METHOD = "|".join(method.upper() for method in METHODS)
#: The request in a line of an access log, common or combined.
_LOG_LINE = re.compile(rf'"({_METHOD}) (\S+)(?: HTTP/[\d.]+)?"')
_REQUEST_LINE = re.compile(rf"({_METHOD})\s+(\S+)(?:\s+HTTP/[\d.]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class RecordedLine:
    """A line of a recorded list.

    Attributes:
        text: the operation's name, or `METHOD /path` without its query; any other line as it is.
        file: the file of the list.
        line: the line of its first occurrence, from 1.
        count: the number of its occurrences.

    """

    text: str
    file: str
    line: int
    count: int = 1


@dataclass(frozen=True)
class RecordedUsages:
    """A recorded list, resolved against a document.

    Attributes:
        lines_by_operation: the lines of each operation, by its key in `document.operations`.
        unmatched: the lines that belong to no operation.

    """

    lines_by_operation: Mapping[str, tuple[RecordedLine, ...]]
    unmatched: tuple[RecordedLine, ...] = ()


def read_recorded_lines(path: str | os.PathLike[str]) -> list[RecordedLine]:
    """Return the lines of a recorded list, equal ones as one.

    Empty lines and those that begin with `#` are left out.

    Raises:
        FileNotFoundError: there is no such file.

    """
    first_lines: dict[str, int] = {}
    counts: Counter[str] = Counter()
    with Path(path).open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = _parse_request_line(line.strip())
            if text and not text.startswith("#"):
                first_lines.setdefault(text, number)
                counts[text] += 1
    file = os.fspath(path)
    return [RecordedLine(text, file, line, counts[text]) for text, line in first_lines.items()]


def _parse_request_line(line: str) -> str:
    """Return `METHOD /path` if a line is a request, else the line."""
    match = _LOG_LINE.search(line) or _REQUEST_LINE.fullmatch(line)
    if match is None:
        return line
    method, url = match.groups()
    return f"{method.upper()} {_extract_path(url)}"


def _extract_path(url: str) -> str:
    """Return the path of a URL; it need not be a valid one."""
    path = url
    if url.startswith("//") or "://" in url:
        rest = url.partition("//")[2]
        path = "/" + rest.partition("/")[2]
    return path.partition("?")[0].partition("#")[0] or "/"


def resolve_recorded_lines(lines: Iterable[RecordedLine], document: Document) -> RecordedUsages:
    """Return the operations that recorded lines name."""
    client = Client(document)
    templates = PathTemplateTable(document)
    by_operation: dict[str, list[RecordedLine]] = {}
    unmatched = []
    for line in lines:
        method, _, path = line.text.partition(" ")
        operation = _find_by_name(client, line.text) or templates.find_operation(method, path)
        if operation is None:
            unmatched.append(line)
        else:
            by_operation.setdefault(operation.key, []).append(line)
    keys = [key for key in document.operations if key in by_operation]
    return RecordedUsages({key: tuple(by_operation[key]) for key in keys}, tuple(unmatched))


def _find_by_name(client: Client, name: str) -> Operation | None:
    try:
        return client[name].operation
    except OperationNotFound:
        return None


#: A segment of a path template: a literal, or the expression that its values match.
_Segment = re.Pattern[str] | str

#: The expression of a segment that is one variable and nothing else.
_WHOLE_VARIABLE = "(.+)"


@dataclass(frozen=True)
class _PathTemplate:
    """A path template, segment by segment."""

    segments: tuple[_Segment, ...]
    operation: Operation

    @property
    def sort_key(self) -> tuple[int, ...]:
        """A key that sorts templates: those with more literal segments first, from the left."""
        return tuple(map(_rank_segment, self.segments))

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Tell whether a concrete path fits this template."""
        pairs = zip(self.segments, segments, strict=True)
        return all(_matches_segment(segment, text) for segment, text in pairs)


def _rank_segment(segment: _Segment) -> int:
    if isinstance(segment, str):
        return 0
    return 2 if segment.pattern == _WHOLE_VARIABLE else 1


def _matches_segment(segment: _Segment, text: str) -> bool:
    if isinstance(segment, str):
        return segment == text
    return segment.fullmatch(text) is not None


class PathTemplateTable:
    """The path templates of a document; it finds the operation of a concrete path."""

    def __init__(self, document: Document) -> None:
        self._templates_by_length: dict[tuple[str, int], list[_PathTemplate]] = {}
        base_paths: set[tuple[str, ...]] = {()}
        for operation in document.operations.values():
            path = operation.path.partition("#")[0].partition("?")[0]
            segments = tuple(map(_compile_segment, path.split("/")[1:]))
            key = (operation.method, len(segments))
            template = _PathTemplate(segments, operation)
            self._templates_by_length.setdefault(key, []).append(template)
            base_paths.update(_iterate_base_paths(operation))
        for templates in self._templates_by_length.values():
            templates.sort(key=lambda template: template.sort_key)
        #: A concrete path may begin with the base path of a server, or leave it out.
        self._base_paths = sorted(base_paths, key=len, reverse=True)

    def find_operation(self, method: str, path: str) -> Operation | None:
        """Return the operation of a concrete path; of several, that with more literal segments."""
        segments = tuple(unquote(text) for text in path.split("/")[1:])
        for base in self._base_paths:
            if segments[: len(base)] != base:
                continue
            rest = segments[len(base) :]
            for template in self._templates_by_length.get((method, len(rest)), ()):
                if template.matches(rest):
                    return template.operation
        return None


def _compile_segment(text: str) -> _Segment:
    if "{" not in text:
        return unquote(text)
    literals = map(re.escape, TEMPLATE_VARIABLE.split(text)[::2])
    return re.compile(_WHOLE_VARIABLE.join(literals), re.DOTALL)


def _iterate_base_paths(operation: Operation) -> Iterator[tuple[str, ...]]:
    """Yield the base paths of an operation's servers, with their variables at the defaults."""
    for server in operation.servers:
        url = server.url
        for name, (default, _) in server.variables.items():
            url = url.replace(f"{{{name}}}", default or "")
        path = _extract_path(url).strip("/")
        if path:
            yield tuple(unquote(path).split("/"))
