"""Finds the line and column of a JSON pointer in the text of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.problems import Problem
from dynclient.document.references import unescape_token
from dynclient.document.source_text import decode, is_json_like
from dynclient.document.yaml.composer import (
    AWAITS_ITEM,
    AWAITS_KEY,
    DROPS_VALUE,
    Composer,
    get_position,
)
from dynclient.document.yaml.yaml_events import (
    parse_events,
    parse_json_events,
    replace_tabs,
)
from dynclient.document.yaml.yaml_traps import Trap, explain_trap
from dynclient.errors import DocumentError
from dynclient.violations import shorten

#: What may stand before the first bracket of JSON.
_BLANKS = b"\xef\xbb\xbf \t\r\n"


@dataclass(slots=True)
class PositionedNode:
    """The position of a node, and its children: a dict, a list or None.

    Line and column begin at 1. The position of a mapping's entry is that of its key.
    """

    line: int
    column: int
    children: dict[str, PositionedNode] | list[PositionedNode] | None


def locate(data: bytes, pointer: str) -> tuple[int, int] | None:
    """Return the line and column (first is 1) of a JSON pointer's value; of an entry, of its key.

    Args:
        data: the text of a document, YAML or JSON.
        pointer: a JSON pointer, "" for the root.

    Returns:
        (line, column), or None where the pointer leads nowhere or the text is no document.

    Source: RFC 6901 §4.

    """
    return Locator(lambda: data)(pointer)


class Locator:
    """Finds JSON pointers in one text; it composes the text at the first question.

    Args:
        read: returns the bytes of the document; called at most once. After an OSError no position
            is known.

    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read: Callable[[], bytes] | None = read
        self._root: PositionedNode | None = None
        self._traps: list[Problem] = []

    def __call__(self, pointer: str) -> tuple[int, int] | None:
        """Return (line, column), first is 1, or None where the pointer leads nowhere."""
        self._compose()
        node = self._root if pointer[:1] in ("", "/") else None
        for token in pointer.split("/")[1:]:
            if node is None:
                return None
            node = _get_child(node, unescape_token(token))
        return (node.line, node.column) if node else None

    def find_traps(self, uri: str) -> list[Problem]:
        """Return a problem for each text that YAML 1.1 and YAML 1.2 read differently.

        Args:
            uri: the URI of the file, for the problems.

        """
        if self._is_json_file():
            return []
        self._compose()
        return [replace(trap, file=uri) for trap in self._traps]

    def _is_json_file(self) -> bool:
        """Tell whether the text begins as JSON does, which has no traps; nothing is composed."""
        if self._read is None:
            return False
        try:
            data = self._read()
        except (OSError, DocumentError):
            return True
        self._read = lambda: data
        return data.lstrip(_BLANKS)[:1] in (b"{", b"[")

    def _compose(self) -> None:
        if self._read is None:
            return
        read, self._read = self._read, None
        try:
            composer = compose_positions(decode(read(), ""), "")
        except (OSError, DocumentError):
            return
        self._root = composer.tree
        self._traps = composer.list_traps()


def _get_child(node: PositionedNode, token: str) -> PositionedNode | None:
    children = node.children
    if isinstance(children, dict):
        return children.get(token)
    is_index = re.fullmatch(r"0|[1-9][0-9]{0,8}", token)
    if isinstance(children, list) and is_index and int(token) < len(children):
        return children[int(token)]
    return None


class _TrapTexts(dict[str, Trap | None]):
    """How the versions of YAML read a text; documents repeat themselves."""

    def __missing__(self, text: str) -> Trap | None:
        self[text] = trap = explain_trap(text)
        return trap


class _ScalarPlace(NamedTuple):
    """Where a scalar stands: the pointer of its entry, or of the mapping whose key it is."""

    pointer: str
    line: int
    column: int


class PositionComposer(Composer):
    """Composes the positions of all nodes, and notes every duplicate key.

    Args:
        uri: the file's URI, for problems and errors.
        limits: how much it may hold.
        is_yaml: whether the text is no JSON, so that scalars without quotes may be YAML's traps.

    """

    def __init__(
        self, uri: str, limits: LoadingLimits = DEFAULT_LIMITS, *, is_yaml: bool = False
    ) -> None:
        super().__init__(uri, limits)
        self.key_position = (0, 0)
        self._is_yaml = is_yaml
        self._traps = _TrapTexts()
        self._places_by_trap: dict[str, list[_ScalarPlace]] = {}

    def compose_scalar(self, event: Any) -> None:
        """Take a scalar, and note where YAML 1.1 reads it differently."""
        is_plain = self._is_yaml and event.tag is None and not event.style
        if is_plain and self._traps[event.value]:
            places = self._places_by_trap.setdefault(event.value, [])
            places.append(_ScalarPlace(self.build_pointer(), *get_position(event)))
        super().compose_scalar(event)

    def list_traps(self) -> list[Problem]:
        """Return a problem for each text that YAML 1.1 reads differently, at its first place."""
        problems = []
        for text, places in self._places_by_trap.items():
            trap = self._traps[text]
            if trap is None:
                continue
            message = trap.message
            if len(places) > 1:
                message += f" ({len(places)} places)"
            first = places[0]
            problem = Problem(
                "warning",
                "yaml-trap",
                message,
                trap.hint,
                first.pointer,
                "",
                first.line,
                first.column,
            )
            problems.append(problem)
        return problems

    def set_key(self, text: str, event: Any) -> None:
        """Take a key, and remember its position for its value."""
        super().set_key(text, event)
        self.key_position = get_position(event)

    def store(self, value: Any, event: Any) -> None:
        """Put the position of a node into the open collection."""
        if self.key is AWAITS_ITEM:
            line, column = get_position(event)
            self.collection.append(PositionedNode(line, column, value))
            return
        if self.key is not DROPS_VALUE:
            line, column = self.key_position
            self.collection[self.key] = PositionedNode(line, column, value)
        self.key = AWAITS_KEY

    def note_duplicate_key(self, key: str, event: Any) -> None:
        """Add the problem of a key that the open mapping has already."""
        line, _ = get_position(event)
        first_line = self.collection[key].line
        message = (
            f"the key {shorten(key)} stands twice, in line {first_line} and in line {line}; "
            "the last one is used"
        )
        self.key = key  # The pointer of the problem leads to the entry.
        self.add_problem(
            "duplicate-key", message, event, "error", "rename or remove one of the two"
        )


def compose_positions(
    text: str, uri: str, limits: LoadingLimits = DEFAULT_LIMITS
) -> PositionComposer:
    """Return the composer of a text after it has composed all positions.

    Raises:
        DocumentSyntaxError: the text is neither JSON nor YAML.
        DocumentTooLarge: nested too deep, or too many nodes once the aliases are expanded.

    """
    if _is_json(text):
        composer = PositionComposer(uri, limits)
        composer.compose(parse_json_events(text))
    else:
        composer = PositionComposer(uri, limits, is_yaml=True)
        readable_text, _ = replace_tabs(text)
        composer.compose(parse_events(readable_text, uri))
    return composer


def _is_json(text: str) -> bool:
    try:
        return is_json_like(text) and json.loads(text) is not None
    except (ValueError, RecursionError):
        return False
