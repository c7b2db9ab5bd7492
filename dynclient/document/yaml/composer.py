"""Composes a document from its events; subclasses say what the tree is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.problems import Problem
from dynclient.document.references import escape_token
from dynclient.document.source_text import build_syntax_error
from dynclient.document.tree_limits import build_depth_error, build_node_error
from dynclient.document.yaml.yaml_events import find_hint
from dynclient.errors import DocumentSyntaxError
from dynclient.violations import shorten

MAX_PROBLEMS = 1000

#: What the open collection waits for, where it is not the value of a key (a str).
AWAITS_ITEM: Final = object()
AWAITS_KEY: Final = object()
DROPS_VALUE: Final = object()


@dataclass(slots=True)
class Anchor:
    """A node that aliases can name.

    Attributes:
        value: the node.
        text: its text, None where it is no scalar.
        first_node: how many nodes there were before it.
        outer_depth: the greatest depth before it.
        node_count: how many nodes each alias adds to the tree.
        height: how many levels each alias adds.
        is_open: whether the node is not closed yet.

    """

    value: Any
    text: str | None = None
    first_node: int = 0
    outer_depth: int = 0
    node_count: int = 0
    height: int = 0
    is_open: bool = False


class Composer:
    """Composes one document from its events.

    It has a stack of its own, so the depth of a text costs no recursion. A subclass says what the
    tree is made of: `build_value` (of a scalar), `store` (into the open collection) and
    `note_duplicate_key` (a key that the open mapping has already).

    Args:
        uri: the file's URI, for problems and errors.
        limits: how much it may hold.

    """

    def __init__(self, uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> None:
        self.uri = uri
        self.limits = limits
        self.problems: list[Problem] = []
        self.root: list[Any] = []
        self.collection: Any = self.root
        self.key: Any = AWAITS_ITEM
        self.parents: list[tuple[Any, Any, Anchor | None]] = []
        self.anchors: dict[str, Anchor] = {}
        self.node_count = 0
        self.max_depth = 0

    @property
    def tree(self) -> Any:
        """The composed document; None for an empty text."""
        return self.root[0] if self.root else None

    def compose(self, stream: Iterator[Event]) -> None:
        """Compose the first document of a stream; a second one is a problem.

        Raises:
            DocumentSyntaxError: an alias has no anchor, or stands inside of what it names.
            DocumentTooLarge: nested too deep, or too many nodes once the aliases are expanded.

        """
        for event in stream:
            kind = type(event)
            if kind is ScalarEvent:
                self.compose_scalar(event)
            elif kind is MappingStartEvent:
                self.open_collection(event, {}, AWAITS_KEY)
            elif kind is SequenceStartEvent:
                self.open_collection(event, [], AWAITS_ITEM)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.close_collection()
            elif kind is AliasEvent:
                self.compose_alias(event)
            elif kind is DocumentEndEvent:
                break

        second = next(stream, None)
        if second is not None:
            message = "only the first document of this stream is used"
            self.add_problem("several-documents", message, second)

    def compose_scalar(self, event: Any) -> None:
        """Take a scalar: as a key where the open mapping waits for one."""
        self.node_count += 1
        is_key = self.key is AWAITS_KEY
        is_plain_key = is_key and event.tag is None and event.anchor is None
        value = None if is_plain_key else self.build_value(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = Anchor(value, event.value, node_count=1)
        if is_key:
            self.set_key(event.value, event)
        else:
            self.store(value, event)

    def open_collection(self, event: Any, collection: Any, awaits: object) -> None:
        """Open a collection inside of the one that is open."""
        key = self.key
        if key is AWAITS_KEY:
            self._note_complex_key(event)
        else:
            self.store(collection, event)

        anchor = None
        if event.anchor is not None:
            anchor = self.anchors[event.anchor] = Anchor(
                collection,
                first_node=self.node_count,
                outer_depth=self.max_depth,
                is_open=True,
            )
            self.max_depth = 0
        self.node_count += 1
        self.parents.append((self.collection, key, anchor))
        self.collection = collection
        self.key = awaits
        self._check_limits(len(self.parents))

    def close_collection(self) -> None:
        """Close the collection that is open."""
        depth = len(self.parents)
        self.collection, key, anchor = self.parents.pop()
        if key is AWAITS_ITEM:
            self.key = AWAITS_ITEM
        else:
            self.key = DROPS_VALUE if key is AWAITS_KEY else AWAITS_KEY
        if anchor is not None:
            anchor.is_open = False
            anchor.node_count = self.node_count - anchor.first_node
            anchor.height = self.max_depth - depth + 1
            self.max_depth = max(self.max_depth, anchor.outer_depth)

    def compose_alias(self, event: Any) -> None:
        """Take an alias: the same object once more."""
        name = shorten(event.anchor)
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            raise self._build_alias_error(f"found undefined alias *{name}", event)
        if anchor.is_open:
            message = f"the alias *{name} stands inside of what it names"
            raise self._build_alias_error(message, event)

        self.node_count += anchor.node_count
        self._check_limits(len(self.parents) + anchor.height)
        if self.key is not AWAITS_KEY:
            self.store(anchor.value, event)
        elif anchor.text is not None:
            self.set_key(anchor.text, event)
        else:
            self._note_complex_key(event)
            self.key = DROPS_VALUE

    def set_key(self, text: str, event: Any) -> None:
        """Take a key of the open mapping."""
        if text in self.collection:
            self.note_duplicate_key(text, event)
        self.key = text

    def build_value(self, event: Any) -> Any:
        """Return the value of a scalar."""

    def store(self, value: Any, event: Any) -> None:
        """Put a value into the open collection."""

    def note_duplicate_key(self, key: str, event: Any) -> None:
        """Note a key that the open mapping has already."""

    def _note_complex_key(self, event: Any) -> None:
        message = "a key is a list or mapping; the entry is left out"
        self.add_problem("complex-key", message, event, "error")

    def build_pointer(self) -> str:
        """Return the JSON pointer of the value that the open collection waits for.

        Where it waits for a key, this is the pointer of the collection.
        """
        tokens: list[Any] = []
        for collection, key, _ in self.parents[1:]:
            tokens.append(len(collection) - 1 if key is AWAITS_ITEM else key)
        if self.parents:
            tokens.append(len(self.collection) if self.key is AWAITS_ITEM else self.key)

        written = [str(token) for token in tokens if isinstance(token, str | int)]
        return "".join(f"/{escape_token(token)}" for token in written)

    def add_problem(
        self, code: str, message: str, event: Any, severity: Any = "warning", hint: str = ""
    ) -> None:
        """Note a problem at an event, up to MAX_PROBLEMS."""
        if len(self.problems) >= MAX_PROBLEMS:
            return
        line, column = get_position(event)
        pointer = self.build_pointer()
        self.problems.append(
            Problem(severity, code, message, hint, pointer, self.uri, line, column)
        )

    def _check_limits(self, depth: int) -> None:
        self.max_depth = max(self.max_depth, depth)
        if depth > self.limits.depth:
            raise build_depth_error(self.uri, self.limits)
        if self.node_count > self.limits.nodes:
            raise build_node_error(self.uri, self.limits)

    def _build_alias_error(self, message: str, event: Any) -> DocumentSyntaxError:
        hint = find_hint(message, "")
        return build_syntax_error(self.uri, "YAML", message, get_position(event), hint)


def get_position(event: Any) -> tuple[int, int]:
    """Return the line and column of an event, first is 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1
