"""Bytes to a plain tree: YAML 1.2 core schema and JSON, on PyYAML's parser; problems are told, not raised."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from dynclient.document.locate import (
    DROPPED,
    ITEM,
    KEY,
    MAX_DEPTH,
    Composer,
    Locator,
    decode,
    events,
    locate,
    looks_like_json,
    marks,
    position,
    short_name,
    too_deep,
    without_tabs,
)
from dynclient.document.problems import Problem
from dynclient.errors import DocumentSyntaxError
from dynclient.violations import shortened

__all__ = ["Locator", "Parsed", "locate", "parse", "resolve"]

_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(
        (sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), math.inf
    ),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_KINDS = {
    "!": str,
    _TAG + "str": str,
    _TAG + "int": int,
    _TAG + "float": float,
    _TAG + "bool": bool,
    _TAG + "null": type(None),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = {"0o": 8, "0x": 16}
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text, read.

    Attributes:
        tree: dicts with str keys, lists, str, int, float, bool, None; what an alias names is one shared object. None
            for an empty text.
        problems: what is wrong with the text though it can be read.

    """

    tree: Any
    problems: list[Problem] = field(default_factory=list)


def parse(data: bytes, uri: str) -> Parsed:
    """Return the plain tree of a YAML or JSON text, and its problems.

    Args:
        data: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
        uri: the file's URI or path, for problems and errors.

    Raises:
        DocumentSyntaxError: the text is neither JSON nor YAML; `.line` and `.column` say where.
        DocumentTooLarge: nested deeper than 500 levels, or beyond 5,000,000 nodes once aliases are expanded.

    Source: YAML 1.2.2 §10.3 (core schema), RFC 8259.

    """
    text = decode(data, uri)
    if not looks_like_json(text):
        return _parse_yaml(text, uri)
    try:
        return _parse_json(text, uri)
    except (ValueError, RecursionError) as error:
        return _parse_almost_json(text, uri, error)


def resolve(text: str) -> Any:
    """Return the value of a plain scalar: None, a bool, int or float, or else the text.

    Raises:
        ValueError: an integer too long to be printed again (`sys.set_int_max_str_digits`).

    Source: YAML 1.2.2 §10.3.2.

    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        value = int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text)
        str(value)  # a hexadecimal one is read without the limit that its printing has
        return value
    return float(text) if _FLOAT.fullmatch(text) else text


class _Plain(dict[str, Any]):
    """Values of plain scalars, each text resolved once: documents repeat themselves."""

    def __missing__(self, text: str) -> Any:
        self[text] = value = resolve(text)
        return value


class _Values(Composer):
    """Composes plain values."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.plain = _Plain()
        self.names: dict[str, str] = {}
        self.any_repeated = False

    def open(self, event: Any, box: Any, waits_for: object) -> None:
        """Open a collection; a tag that is not its own is a problem."""
        own = _TAG + ("map" if waits_for is KEY else "seq")
        if event.tag not in (None, "!", own):
            self._unknown(event)
        super().open(event, box, waits_for)

    def value(self, event: Any) -> Any:
        """Return the value of a scalar: by its tag, or by its text where that stands plain."""
        if event.tag is not None:
            return self._tagged(event)
        if event.style:  # quoted, or a block; the C parser has "" for plain, the Python one None
            return event.value
        try:
            return self.plain[event.value]
        except ValueError:
            what, hint = (
                f"an integer of {len(event.value)} characters is read as text",
                "put it in quotes if it is text",
            )
            self.problem("integer-too-long", what, event, "error", hint)
            return event.value

    def name(self, text: str, event: Any) -> None:
        """Take a key; equal keys of a document share one str."""
        super().name(self.names.setdefault(text, text), event)

    def store(self, value: Any, event: Any) -> None:  # noqa: ARG002 (where it stands is nobody's question here)
        """Put a value into the open collection."""
        if self.key is ITEM:
            self.box.append(value)
            return
        if self.key is not DROPPED:
            self.box[self.key] = value
        self.key = KEY

    def repeated(self, key: str, event: Any) -> None:  # noqa: ARG002 (a second pass tells the lines)
        """Note that some key stands twice."""
        self.any_repeated = True

    def _tagged(self, event: Any) -> Any:
        tag, text = event.tag, event.value
        if tag not in _KINDS:
            self._unknown(event)
            return text
        try:
            return _tagged(_KINDS[tag], text)
        except (ValueError, OverflowError):
            message = (
                f"the tag {_short_tag(tag)} does not fit {shortened(text)!r}, which is read as text"
            )
            self.problem("wrong-tag", message, event)
            return text

    def _unknown(self, event: Any) -> None:
        tag = _short_tag(event.tag)
        self.problem(
            "unknown-tag", f"the tag {tag} means nothing here; the node is read without it", event
        )


def _tagged(kind: type, text: str) -> Any:
    """Return a text read as its tag wants it.

    Raises:
        ValueError: it is nothing of that kind.
        OverflowError: an integer beyond what a float holds.

    """
    value = text if kind is str else resolve(text)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"not of the kind {kind.__name__}")
    return value


def _short_tag(tag: str) -> str:
    return shortened(f"!!{tag.removeprefix(_TAG)}" if tag.startswith(_TAG) else tag)


def _parse_yaml(text: str, uri: str) -> Parsed:
    readable, tab = without_tabs(text)
    values = _Values(uri)
    values.compose(events(readable, uri))
    problems = values.problems
    if tab is not None:
        line, column = position(text, tab)
        problems.append(
            Problem("warning", "tab", "tabs are read as spaces", "", "", uri, line, column)
        )
    if values.any_repeated:
        problems += _repeated_keys(text, uri)
    return Parsed(values.tree, problems)


def _repeated_keys(text: str, uri: str) -> list[Problem]:
    """Return the duplicate keys with their lines: a second pass, made only when there are some."""
    return [problem for problem in marks(text, uri).problems if problem.code == "duplicate-key"]


def _parse_json(text: str, uri: str) -> Parsed:
    """Read JSON by the rules of JSON.

    Raises:
        ValueError: it is not JSON, or has integers beyond Python's limit.
        RecursionError: it is nested deeper than the json module can go from here.

    """
    repeated = False

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        repeated = repeated or len(found) != len(pairs)
        return found

    paired, problems = _without_lone_surrogates(text, uri)
    tree = json.loads(paired, object_pairs_hook=mapping, parse_constant=_refuse)
    _check_depth(tree, uri)
    return Parsed(tree, problems + (_repeated_keys(text, uri) if repeated else []))


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _check_depth(tree: Any, uri: str) -> None:
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise too_deep(uri)
        inside = (box.values() if type(box) is dict else box for box in level)
        level = [
            value
            for values in inside
            for value in values
            if type(value) is dict or type(value) is list
        ]


def _without_lone_surrogates(text: str, uri: str) -> tuple[str, list[Problem]]:
    r"""Return the text without `\ud800` and its like alone: no encoding can write such a character again."""
    if not _SURROGATE.search(text):
        return text, []
    lone = [found.start() for found in _ESCAPE.finditer(text) if found["lone"]]
    if not lone:
        return text, []
    line, column = position(text, lone[0])
    message = f"half of a surrogate pair is no character ({len(lone)} in this file); read as U+FFFD"
    problem = Problem("warning", "lone-surrogate", message, "", "", uri, line, column)
    return _ESCAPE.sub(lambda found: r"\ufffd" if found["lone"] else found[0], text), [problem]


def _parse_almost_json(text: str, uri: str, why_not: Exception) -> Parsed:
    """Read as YAML what looks like JSON; of what is neither, a file named .json is told what JSON says."""
    try:
        return _parse_yaml(text, uri)
    except DocumentSyntaxError:
        if isinstance(why_not, json.JSONDecodeError) and short_name(uri).endswith(".json"):
            headline = f"{short_name(uri)} is not valid JSON: {why_not.msg}"
            raise DocumentSyntaxError(
                headline, line=why_not.lineno, column=why_not.colno, uri=uri
            ) from None
        raise
