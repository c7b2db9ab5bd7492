"""Where things stand in a text: bytes to text, text to events that know their line, a JSON pointer to its line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dynclient.document.problems import Problem
from dynclient.errors import DocumentError, DocumentSyntaxError, DocumentTooLarge
from dynclient.violations import shorten

MAX_DEPTH = 500
MAX_NODES = 5_000_000
MAX_PROBLEMS = 1000
MAX_TAG_DIRECTIVES = 100

#: What the open collection waits for, where it is not the value of a key (a str).
AWAITS_ITEM: Final = object()
AWAITS_KEY: Final = object()
DROPS_VALUE: Final = object()

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile(r"\r\n?|\n")
_FORBIDDEN_CHARACTER = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
# Line breaks of YAML 1.1, ordinary characters in YAML 1.2 (§5.4): next line, line separator, paragraph separator.
_YAML_1_1_LINE_BREAKS = "\x85\u2028\u2029"
_PRIVATE_USE_CODES = (*range(0xE000, 0xF900), *range(0xF0000, 0xFFFFE))
# Legal in YAML 1.2, refused by libyaml: a tab alone on its line, a tab after the dash of a sequence entry.
_TABS = re.compile(r"^(?= *\t)[ \t]++(?=\r?$)|^ *+(?:- ++)*+-\t[ \t]*+", re.MULTILINE)
_JSON_TOKEN = re.compile(
    r"""(?P<between>[ \t,:]+) | (?P<line>\r\n?|\n) | "(?P<string>(?:[^"\\\r\n]++|\\.)*+)" | (?P<word>[-+.\w]+)
    | (?P<bracket>[][{}])""",
    re.VERBOSE,
)
_HINTS = (
    ("tab character", "indent with spaces: YAML does not allow tabs there"),
    (
        "mapping values are not allowed",
        "put a value that holds ': ' in quotes, or look at the indentation before it",
    ),
    (
        "did not find expected key",
        "look at the indentation and the quotes of this line and of those before",
    ),
    (
        "could not find expected ':'",
        "look at the indentation and the quotes of this line and of those before",
    ),
    ("expected '-' indicator", "look at the indentation: an entry of a list began further up"),
    ("unexpected end of stream", "a quote or bracket is opened and never closed"),
    ("unknown escape", "write backslashes twice in double quotes, or use single quotes"),
    ("undefined alias", "quote the value if the asterisk belongs to it"),
)
_START_HINTS = {
    "\t": "indent with spaces: YAML does not allow tabs there",
    "@": "put a value that begins with @ in quotes",
    "`": "put a value that begins with a backtick in quotes",
    "%": "put a value that begins with % in quotes",
}


@dataclass(slots=True)
class PositionedNode:
    """Where a node stands (first line 1, first column 1), and its children: a dict, a list or None.

    The place of a mapping's entry is that of its key.
    """

    line: int
    column: int
    children: dict[str, PositionedNode] | list[PositionedNode] | None


def locate(data: bytes, pointer: str) -> tuple[int, int] | None:
    """Return the line and column (first is 1) at which a JSON pointer's value stands; of an entry, where its key does.

    Args:
        data: the text of a document, YAML or JSON.
        pointer: a JSON pointer, "" for the root.

    Returns:
        (line, column), or None where the pointer leads nowhere or the text is no document.

    Source: RFC 6901 §4.

    """
    return Locator(lambda: data)(pointer)


class Locator:
    """Answers where JSON pointers stand in one text; reads and composes it at the first question, then remembers.

    Args:
        read: returns the bytes of the document; asked at most once. An OSError means that nobody knows any line.

    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read: Callable[[], bytes] | None = read
        self._root: PositionedNode | None = None

    def __call__(self, pointer: str) -> tuple[int, int] | None:
        """Return (line, column), first is 1, or None where the pointer leads nowhere."""
        if self._read is not None:
            self._root, self._read = self._compose_root(self._read), None
        found = self._root if pointer[:1] in ("", "/") else None
        for token in pointer.split("/")[1:]:
            found = (
                _get_child(found, token.replace("~1", "/").replace("~0", "~")) if found else None
            )
        return (found.line, found.column) if found else None

    @staticmethod
    def _compose_root(read: Callable[[], bytes]) -> PositionedNode | None:
        try:
            root: PositionedNode | None = compose_positions(decode(read(), ""), "").tree
        except (OSError, DocumentError):
            return None
        return root


def _get_child(mark: PositionedNode, token: str) -> PositionedNode | None:
    children = mark.children
    if isinstance(children, dict):
        return children.get(token)
    if (
        isinstance(children, list)
        and re.fullmatch(r"0|[1-9][0-9]{0,8}", token)
        and int(token) < len(children)
    ):
        return children[int(token)]
    return None


def decode(data: bytes, uri: str) -> str:
    """Return the text of a document, without byte order mark.

    Raises:
        DocumentSyntaxError: the bytes are not what their byte order mark promises (without one: UTF-8).

    Source: YAML 1.2.2 §5.2.

    """
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line, column = find_position(before, len(before))
        shown = "UTF-8" if encoding == "utf-8-sig" else encoding.upper()
        hint = "save the file as UTF-8" if shown == "UTF-8" else None
        raise DocumentSyntaxError(
            f"{get_file_name(uri)} is not valid {shown}: {error.reason} (byte 0x{data[error.start]:02x})",
            hint=hint, line=line, column=column, uri=uri,
        ) from None  # fmt: skip


def find_position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column (first is 1) of a character of a text."""
    line, start = 1, 0
    for end in _LINE_END.finditer(text, 0, offset):
        line, start = line + 1, end.end()
    return line, offset - start + 1


def get_file_name(uri: str) -> str:
    """Return the last part of a URI, as messages name it."""
    return re.split(r"[?#]", uri)[0].rstrip("/").rsplit("/", 1)[-1] or uri or "the document"


def replace_tabs(text: str) -> tuple[str, int | None]:
    """Return the text, free of legal tabs if libyaml refuses it; lines and columns stay.

    Returns:
        (text, offset of the first tab that had to go, or None).

    """
    found = _TABS.search(text) if "\t" in text else None
    if found is None:
        return text, None
    try:
        for _ in parse_events(text, ""):
            pass
    except DocumentSyntaxError:
        first = text.index("\t", found.start())
        return _TABS.sub(
            lambda tabs: "" if tabs[0].isspace() else tabs[0].replace("\t", " "), text
        ), first
    return text, None


def parse_events(text: str, uri: str) -> Iterator[Event]:
    """Yield the events of a YAML text, up to the end of the stream.

    Raises:
        DocumentSyntaxError: the text is not YAML; says where and, if it can, what to do.
        DocumentTooLarge: so many `%TAG` lines that reading them would take for ever.

    """
    if text.count("\n%TAG") + text.count("\r%TAG") > MAX_TAG_DIRECTIVES:
        raise DocumentTooLarge(
            f"{get_file_name(uri)} has more than {MAX_TAG_DIRECTIVES} %TAG lines", uri=uri
        )
    mask = _choose_substitutes(text)
    unmask = {new: old for old, new in mask.items()}
    try:
        parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(
            text.translate(mask) if mask else text
        )
        while type(event := parser.get_event()) is not StreamEndEvent:
            if unmask and type(event) is ScalarEvent:
                event.value = event.value.translate(unmask)
            yield event
    except yaml.YAMLError as error:
        if "nesting depth" in str(
            error
        ):  # libyaml's own limit, which PyYAML 6.0.4 brought; ours is the lower one
            raise build_depth_error(uri) from None
        raise _build_syntax_error(error, text, uri) from None


def build_depth_error(uri: str) -> DocumentTooLarge:
    """Return the error that tells of a document nested beyond MAX_DEPTH."""
    return DocumentTooLarge(
        f"{get_file_name(uri)} is nested deeper than {MAX_DEPTH} levels", uri=uri
    )


def _choose_substitutes(text: str) -> dict[int, int]:
    """Return what stands in, while libyaml reads, for the characters that it takes for line breaks."""
    breaks = [ord(c) for c in _YAML_1_1_LINE_BREAKS if c in text]
    if not breaks:
        return {}
    present = {ord(c) for c in set(text)}
    return dict(
        zip(breaks, (code for code in _PRIVATE_USE_CODES if code not in present), strict=False)
    )


def _build_syntax_error(error: yaml.YAMLError, text: str, uri: str) -> DocumentSyntaxError:
    headline = f"{get_file_name(uri)} is not valid YAML: "
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        what = shorten(
            getattr(error, "problem", None)
            or getattr(error, "context", None)
            or "it cannot be read",
            200,
        )
        hint = _find_hint(what, text[mark.index : mark.index + 1])
        return DocumentSyntaxError(
            headline + what, hint=hint, line=mark.line + 1, column=mark.column + 1, uri=uri
        )
    found = _FORBIDDEN_CHARACTER.search(text)
    line, column = find_position(text, found.start()) if found else (1, 1)
    what = f"the character U+{ord(found[0]):04X} is not allowed" if found else "it cannot be read"
    hint = (
        "is it UTF-16 without a byte order mark?"
        if found and found[0] == "\0"
        else "remove it, or escape it in double quotes"
    )
    return DocumentSyntaxError(headline + what, hint=hint, line=line, column=column, uri=uri)


def _find_hint(what: str, character: str) -> str | None:
    if "cannot start any token" in what:
        return _START_HINTS.get(character)
    return next((hint for part, hint in _HINTS if part in what), None)


def parse_json_events(text: str) -> Iterator[Event]:
    """Yield the events of a JSON text as if it were YAML: libyaml refuses some escapes and keys that JSON allows.

    Raises:
        ValueError: the text holds something else than JSON's tokens.

    """
    offset, line, start = 0, 0, 0
    while offset < len(text):
        token = _JSON_TOKEN.match(text, offset)
        if token is None:
            raise ValueError(f"no JSON at character {offset}")
        mark = yaml.Mark("", offset, line, offset - start, None, 0)
        offset, kind = token.end(), token.lastgroup
        if kind == "line":
            line, start = line + 1, offset
        elif kind == "bracket":
            yield _BRACKET_EVENTS[token[0]](mark)
        elif kind != "between":
            value = json.loads(token[0]) if "\\" in token[0] else token[kind or 0]
            yield ScalarEvent(None, None, (True, True), value, mark, mark)
    yield DocumentEndEvent()


_BRACKET_EVENTS: dict[str, Callable[[Any], Event]] = {
    "{": lambda mark: MappingStartEvent(None, None, True, mark, mark),
    "[": lambda mark: SequenceStartEvent(None, None, True, mark, mark),
    "}": lambda mark: MappingEndEvent(mark, mark),
    "]": lambda mark: SequenceEndEvent(mark, mark),
}


@dataclass(slots=True)
class Anchor:
    """A node that has a name: what it is, its text (of a scalar), and what each alias of it adds to the tree."""

    value: Any
    text: str | None = None
    first_node: int = 0
    outer_depth: int = 0
    node_count: int = 0
    height: int = 0
    is_open: bool = False


class Composer:
    """Composes one document from its events, on a stack of its own: the depth of a text costs no recursion.

    What the tree is made of is for the subclass to say: `value` (of a scalar), `store` (into the open collection) and
    `repeated` (a key that the open mapping has already).

    Args:
        uri: the file's URI, for problems and errors.

    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
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
        """What was composed; None for an empty text."""
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
        if (rest := next(stream, None)) is not None:
            self.add_problem(
                "several-documents", "only the first document of this stream is used", rest
            )

    def compose_scalar(self, event: Any) -> None:
        """Take a scalar, as a key where the open mapping waits for one."""
        self.node_count += 1
        is_key = self.key is AWAITS_KEY
        value = (
            None
            if is_key and event.tag is None and event.anchor is None
            else self.build_value(event)
        )
        if event.anchor is not None:
            self.anchors[event.anchor] = Anchor(value, event.value, node_count=1)
        if is_key:
            self.set_key(event.value, event)
        else:
            self.store(value, event)

    def open_collection(self, event: Any, box: Any, waits_for: object) -> None:
        """Open a collection inside of the one that is open."""
        at, anchor = self.key, None
        if at is AWAITS_KEY:
            self.add_problem(
                "complex-key", "a key is a list or mapping; the entry is left out", event, "error"
            )
        else:
            self.store(box, event)
        if event.anchor is not None:
            anchor = self.anchors[event.anchor] = Anchor(
                box, first_node=self.node_count, outer_depth=self.max_depth, is_open=True
            )
            self.max_depth = 0
        self.node_count += 1
        self.parents.append((self.collection, at, anchor))
        self.collection, self.key = box, waits_for
        self._check_limits(len(self.parents))

    def close_collection(self) -> None:
        """Close the collection that is open."""
        depth = len(self.parents)
        self.collection, at, anchor = self.parents.pop()
        self.key = (
            AWAITS_ITEM if at is AWAITS_ITEM else DROPS_VALUE if at is AWAITS_KEY else AWAITS_KEY
        )
        if anchor is not None:
            anchor.is_open, anchor.node_count, anchor.height = (
                False,
                self.node_count - anchor.first_node,
                self.max_depth - depth + 1,
            )
            self.max_depth = max(self.max_depth, anchor.outer_depth)

    def compose_alias(self, event: Any) -> None:
        """Take an alias: the same object once more."""
        name = shorten(event.anchor)
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            raise self._build_alias_error(f"found undefined alias *{name}", event)
        if anchor.is_open:
            raise self._build_alias_error(
                f"the alias *{name} stands inside of what it names", event
            )
        self.node_count += anchor.node_count
        self._check_limits(len(self.parents) + anchor.height)
        if self.key is not AWAITS_KEY:
            self.store(anchor.value, event)
        elif anchor.text is not None:
            self.set_key(anchor.text, event)
        else:
            self.add_problem(
                "complex-key", "a key is a list or mapping; the entry is left out", event, "error"
            )
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

    def build_pointer(self) -> str:
        """Return the JSON pointer of the value that is awaited; of the open collection, where that awaits a key."""
        tokens = [len(box) - 1 if at is AWAITS_ITEM else at for box, at, _ in self.parents[1:]]
        if self.parents:
            tokens.append(len(self.collection) if self.key is AWAITS_ITEM else self.key)
        return "".join(
            f"/{escape_pointer_token(str(token))}"
            for token in tokens
            if isinstance(token, str | int)
        )

    def add_problem(
        self, code: str, message: str, event: Any, severity: Any = "warning", hint: str = ""
    ) -> None:
        """Note a problem at an event; of very many, the first ones."""
        if len(self.problems) < MAX_PROBLEMS:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            self.problems.append(
                Problem(severity, code, message, hint, self.build_pointer(), self.uri, line, column)
            )

    def _check_limits(self, depth: int) -> None:
        self.max_depth = max(self.max_depth, depth)
        if depth > MAX_DEPTH:
            raise build_depth_error(self.uri)
        if self.node_count > MAX_NODES:
            what = f"{get_file_name(self.uri)} has more than {MAX_NODES:,} nodes once its aliases are expanded"
            raise DocumentTooLarge(
                what, hint="an alias that names aliases multiplies", uri=self.uri
            )

    def _build_alias_error(self, what: str, event: Any) -> DocumentSyntaxError:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        headline = f"{get_file_name(self.uri)} is not valid YAML: {what}"
        return DocumentSyntaxError(
            headline, hint=_find_hint(what, ""), line=line, column=column, uri=self.uri
        )


class PositionComposer(Composer):
    """Composes where everything stands, and tells of every key that stands twice."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.key_position = (0, 0)

    def set_key(self, text: str, event: Any) -> None:
        """Take a key, and remember its place for its value."""
        super().set_key(text, event)
        self.key_position = (event.start_mark.line + 1, event.start_mark.column + 1)

    def store(self, value: Any, event: Any) -> None:
        """Put the place of a node into the open collection."""
        if self.key is AWAITS_ITEM:
            self.collection.append(
                PositionedNode(event.start_mark.line + 1, event.start_mark.column + 1, value)
            )
            return
        if self.key is not DROPS_VALUE:
            self.collection[self.key] = PositionedNode(*self.key_position, value)
        self.key = AWAITS_KEY

    def note_duplicate_key(self, key: str, event: Any) -> None:
        """Note a key that the open mapping has already."""
        line, first = event.start_mark.line + 1, self.collection[key].line
        message = f"the key {shorten(key)} stands twice, in line {first} and in line {line}; the last one is used"
        self.key = key  # the pointer leads to the entry
        self.add_problem(
            "duplicate-key", message, event, "error", "rename or remove one of the two"
        )


def compose_positions(text: str, uri: str) -> PositionComposer:
    """Return where everything in a text stands.

    Raises:
        DocumentSyntaxError: the text is neither JSON nor YAML.
        DocumentTooLarge: nested too deep, or too many nodes once the aliases are expanded.

    """
    found = PositionComposer(uri)
    found.compose(
        parse_json_events(text) if _is_json(text) else parse_events(replace_tabs(text)[0], uri)
    )
    return found


def is_json_like(text: str) -> bool:
    """Return whether a text begins as a JSON object or array does."""
    return re.match(r"\s*+[{\[]", text) is not None


def _is_json(text: str) -> bool:
    try:
        return is_json_like(text) and json.loads(text) is not None
    except (ValueError, RecursionError):
        return False


def escape_pointer_token(token: str) -> str:
    """Return a key or position as it stands in a JSON pointer.

    Source: RFC 6901 §3.

    """
    return token.replace("~", "~0").replace("/", "~1")
