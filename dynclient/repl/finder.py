"""Finds operations by words, ranks them, and says why each was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from dynclient.client.client import BaseClient
from dynclient.client.operation import BoundOperation
from dynclient.display_text import escape_unprintable
from dynclient.document.references import Node
from dynclient.errors import DynclientError
from dynclient.model import Operation
from dynclient.names import suggest, to_snake_case

#: What a word counts by where it is found.
_WEIGHTS = {
    "name": 12,
    "path": 6,
    "tag": 5,
    "summary": 5,
    "parameter": 4,
    "property": 3,
    "description": 2,
}

#: How many letters two words share that are forms of one: `reserve`, `reservation`.
MIN_STEM = 5

#: How much of the schemas of one operation is looked at.
MAX_NODES = 1_000
MAX_DEPTH = 5

#: How many of the found operations are shown.
MAX_SHOWN = 20

#: Words that say nothing of an operation, where others stand beside them.
_FUNCTION_WORDS = frozenset({"a", "an", "and", "by", "for", "in", "of", "on", "the", "to", "with"})

_WORD = re.compile(r"[^\W_]+")


class WordMatch(NamedTuple):
    """Where a word of the search was found.

    Attributes:
        score: how well it fits.
        field: `name`, `path`, `tag`, `summary`, `parameter`, `property` or `description`.
        text: what stands there.

    """

    score: float
    field: str
    text: str


@dataclass(frozen=True)
class FoundOperation:
    """An operation that was found, and why."""

    operation: BoundOperation[Any]
    matches: tuple[WordMatch, ...]

    @property
    def score(self) -> float:
        """How well it fits: the larger, the better."""
        return sum(match.score for match in self.matches)

    @property
    def reason(self) -> str:
        """Where the words were found: `name reserve, property couponId`."""
        reasons = dict.fromkeys(f"{match.field} {match.text}" for match in self.matches)
        return ", ".join(reasons)


class FoundOperations(list[Any]):
    """Operations that were found, the best first; printed, it says why."""

    def __init__(self, found: Iterable[FoundOperation], text: str, suggestion: str = "") -> None:
        self._found = list(found)
        self._text = text
        self._suggestion = suggestion
        super().__init__(each.operation for each in self._found)

    def __repr__(self) -> str:
        if not self._found:
            hint = f"; did you mean {self._suggestion}?" if self._suggestion else ""
            return escape_unprintable(f"nothing found for {self._text!r}{hint}")
        rows = [
            (each.operation.__name__, each.operation.operation.summary, each.reason)
            for each in self._found[:MAX_SHOWN]
        ]
        name_width = min(max(len(row[0]) for row in rows), 44)
        lines = []
        for name, summary, reason in rows:
            head = f"{name:<{name_width}}  {' '.join(summary.split())[:60]}"
            lines.append(escape_unprintable(head.rstrip()))
            lines.append(escape_unprintable(f"{'':{name_width}}  by {reason}"))
        rest = len(self._found) - MAX_SHOWN
        return "\n".join([*lines, *([f"… and {rest} more"] if rest > 0 else [])])


class OperationFinder:
    """Finds the operations of a client: `find("coupon reserve")`.

    It looks at name, path, tag, summary, description, and the names of parameters and properties.
    """

    def __init__(self, client: BaseClient[Any]) -> None:
        self._client = client
        self._fields: dict[str, list[tuple[str, str]]] = {}

    def __call__(self, text: str) -> FoundOperations:
        """Return the operations in which all words are found, the best first.

        Args:
            text: one or several words; forms of a word count, a little less.

        """
        words = _split_words(text)
        words = [word for word in words if word not in _FUNCTION_WORDS] or words
        found = [
            FoundOperation(operation, matches)
            for operation in self._client.operations.values()
            if (matches := self._match(operation, words))
        ]
        found.sort(key=lambda each: -each.score)
        suggestion = "" if found else self._suggest(words)
        return FoundOperations(found, text, suggestion)

    def _match(self, operation: BoundOperation[Any], words: list[str]) -> tuple[WordMatch, ...]:
        """Return where the words are found; () where one of them is not."""
        fields = self._get_fields(operation.operation)
        matches = []
        for word in words:
            best = max((_match_word(word, *field) for field in fields), default=None)
            if best is None or best.score == 0:
                return ()
            matches.append(best)
        return tuple(matches)

    def _get_fields(self, operation: Operation) -> list[tuple[str, str]]:
        fields = self._fields.get(operation.key)
        if fields is None:
            fields = self._fields[operation.key] = list(_list_fields(operation))
        return fields

    def _suggest(self, words: list[str]) -> str:
        """Return the words with those that are nowhere replaced by the most similar ones."""
        known: set[str] = set()
        for fields in self._fields.values():
            for _, text in fields:
                known.update(_split_words(text))
        meant = []
        for word in words:
            similar = [word] if word in known else suggest(word, sorted(known), 1)
            meant.append(next(iter(similar), ""))
        return " ".join(meant) if all(meant) and meant != words else ""

    def __repr__(self) -> str:
        return 'find("word"): the operations in which all words are found'


def _match_word(word: str, field: str, text: str) -> WordMatch:
    weight = _WEIGHTS[field]
    quality = 0.0
    for candidate in _split_words(text):
        quality = max(quality, _compare_words(word, candidate))
    if field == "description" and quality < 1:
        quality = 0.0  # prose holds many words that begin alike
    return WordMatch(weight * quality, field, _shorten(text, word, field))


def _compare_words(word: str, candidate: str) -> float:
    if word == candidate or word + "s" == candidate or word == candidate + "s":
        return 1.0
    if candidate.startswith(word):
        return 0.8
    if len(word) >= MIN_STEM and word[:MIN_STEM] == candidate[:MIN_STEM]:
        return 0.6
    return 0.4 if len(word) > 2 and word in candidate else 0.0  # noqa: PLR2004 (a part that says something)


def _shorten(text: str, word: str, field: str) -> str:
    """Return what of a text is shown: the word itself where the text is prose."""
    if field not in ("summary", "description"):
        return text
    for candidate in _split_words(text):
        if _compare_words(word, candidate):
            return repr(candidate)
    return ""


def _split_words(text: str) -> list[str]:
    """Return the words of a text, or of a name in any spelling, lower case."""
    words: list[str] = []
    for part in _WORD.findall(text):
        words += to_snake_case(part).strip("_").split("_")
    return words


def _list_fields(operation: Operation) -> Iterator[tuple[str, str]]:
    yield "name", operation.id
    yield "path", operation.path
    for tag in operation.tags:
        yield "tag", tag
    yield "summary", operation.summary
    try:
        for parameter in operation.parameters:
            yield "parameter", parameter.name
        for name in _list_property_names(operation):
            yield "property", name
    except DynclientError:
        pass  # an operation that cannot be used is found by the rest
    yield "description", operation.description


def _list_property_names(operation: Operation) -> list[str]:
    """Return the names of the properties of the body, at any depth."""
    names: dict[str, None] = {}
    pending = [(schema, 0) for schema in _list_body_schemas(operation)]
    visited: set[tuple[str, str]] = set()
    for _ in range(MAX_NODES):
        if not pending:
            break
        node, depth = pending.pop()
        node = node.resolve()
        place = (node.uri, node.pointer)
        if place in visited or depth > MAX_DEPTH or not isinstance(node.value, dict):
            continue
        visited.add(place)
        properties = _list_property_nodes(node)
        names.update(dict.fromkeys(map(str, properties)))
        pending += [(part, depth) for part in _list_parts(node)]
        if isinstance(node.value.get("items"), dict):
            pending.append((node.get_child("items"), depth + 1))
        pending += [(child, depth + 1) for child in properties.values()]
    return list(names)


def _list_body_schemas(operation: Operation) -> list[Node]:
    """Return the schemas of the body, one for each media type that has one."""
    body = operation.request_body
    if body is None:
        return []
    return [entry.schema for entry in body.content.values() if entry.schema is not None]


def _list_parts(node: Node) -> list[Node]:
    """Return the schemas that describe the same value as a schema."""
    parts: list[Node] = []
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts += node.list_items(keyword)
    return parts


def _list_property_nodes(node: Node) -> dict[Any, Node]:
    """Return the schemas of the properties of a schema, by name."""
    properties = node.value.get("properties")
    if not isinstance(properties, dict):
        return {}
    owner = node.get_child("properties")
    return {name: owner.get_child(name) for name in properties}
