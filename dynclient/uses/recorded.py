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
_LOGGED = re.compile(rf'"({_METHOD}) (\S+)(?: HTTP/[\d.]+)?"')
_PLAIN = re.compile(rf"({_METHOD})\s+(\S+)(?:\s+HTTP/[\d.]+)?", re.IGNORECASE)
_VARIABLE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Recorded:
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
    times: int = 1


@dataclass(frozen=True)
class Recording:
    """A recorded list held against a document.

    Attributes:
        operations: key in `document.operations` → the lines that are of it.
        unmatched: the lines that are of none.

    """

    operations: Mapping[str, tuple[Recorded, ...]]
    unmatched: tuple[Recorded, ...] = ()


def read_recorded(path: str | os.PathLike[str]) -> list[Recorded]:
    """Return the lines of a recorded list, equal ones as one; empty lines and those that begin with `#` are left out.

    Raises:
        FileNotFoundError: there is no such file.

    """
    first: dict[str, int] = {}
    times: Counter[str] = Counter()
    with Path(path).open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = _request(line.strip())
            if text and not text.startswith("#"):
                first.setdefault(text, number)
                times[text] += 1
    return [Recorded(text, os.fspath(path), number, times[text]) for text, number in first.items()]


def _request(line: str) -> str:
    found = _LOGGED.search(line) or _PLAIN.fullmatch(line)
    if found is None:
        return line
    return f"{found[1].upper()} {_path(found[2])}"


def _path(url: str) -> str:
    """Return the path of a URL, also of one that is none by the letter."""
    _, mark, rest = url.partition("//")
    path = "/" + rest.partition("/")[2] if mark and (url.startswith("//") or "://" in url) else url
    return path.partition("?")[0].partition("#")[0] or "/"


def resolve_recorded(recorded: Iterable[Recorded], document: Document) -> Recording:
    """Return the operations that recorded lines are of."""
    client, templates = Client(document), Templates(document)
    found: dict[str, list[Recorded]] = {}
    unmatched = []
    for one in recorded:
        operation = _named(client, one.text) or templates.find(*one.text.partition(" ")[::2])
        if operation is None:
            unmatched.append(one)
        else:
            found.setdefault(operation.key, []).append(one)
    order = [key for key in document.operations if key in found]
    return Recording({key: tuple(found[key]) for key in order}, tuple(unmatched))


def _named(client: Client, name: str) -> Operation | None:
    try:
        return client[name].operation
    except OperationNotFound:
        return None


@dataclass(frozen=True)
class _Template:
    """A path template as what it matches: literals before what holds variables."""

    segments: tuple[re.Pattern[str] | str, ...]
    operation: Operation

    @property
    def order(self) -> tuple[int, ...]:
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


class Templates:
    """The path templates of a document, to find the operation of a concrete path."""

    def __init__(self, document: Document) -> None:
        self._by_size: dict[tuple[str, int], list[_Template]] = {}
        bases: set[tuple[str, ...]] = {()}
        for operation in document.operations.values():
            path = operation.path.partition("#")[0].partition("?")[0]
            template = _Template(tuple(map(_segment, path.split("/")[1:])), operation)
            self._by_size.setdefault((operation.method, len(template.segments)), []).append(
                template
            )
            bases |= set(_bases(operation))
        for templates in self._by_size.values():
            templates.sort(key=lambda template: template.order)
        #: The base path of a server may stand before the document's own, and need not.
        self._bases = sorted(bases, key=len, reverse=True)

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a concrete path: of several, the one with more literal segments."""
        segments = tuple(unquote(text) for text in path.split("/")[1:])
        for base in self._bases:
            if segments[: len(base)] == base:
                rest = segments[len(base) :]
                for template in self._by_size.get((method, len(rest)), ()):
                    if template.matches(rest):
                        return template.operation
        return None


def _segment(text: str) -> re.Pattern[str] | str:
    if "{" not in text:
        return unquote(text)
    return re.compile("(.+)".join(map(re.escape, _VARIABLE.split(text))), re.DOTALL)


def _bases(operation: Operation) -> Iterator[tuple[str, ...]]:
    """Yield the base paths of an operation's servers, template variables at their defaults."""
    for server in operation.servers:
        url = server.url
        for name, (default, _) in server.variables.items():
            url = url.replace(f"{{{name}}}", default)
        path = _path(url).strip("/")
        if path:
            yield tuple(unquote(path).split("/"))
