"""Parses YAML 1.2 (core schema) to a plain tree, by PyYAML.

What is wrong but can be read becomes a problem; it raises nothing.
"""

from __future__ import annotations

import math
import re
from typing import Any

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.problems import Problem
from dynclient.document.source_text import ParsedText, find_position
from dynclient.document.yaml.composer import AWAITS_ITEM, AWAITS_KEY, DROPS_VALUE, Composer
from dynclient.document.yaml.yaml_events import parse_events, replace_tabs
from dynclient.violations import shorten

_TAG_PREFIX = "tag:yaml.org,2002:"
_SCALAR_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_TAG_TYPES = {
    "!": str,
    _TAG_PREFIX + "str": str,
    _TAG_PREFIX + "int": int,
    _TAG_PREFIX + "float": float,
    _TAG_PREFIX + "bool": bool,
    _TAG_PREFIX + "null": type(None),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = {"0o": 8, "0x": 16}


def resolve_scalar(text: str) -> Any:
    """Return the value of a plain scalar: None, a bool, int or float, or else the text.

    Raises:
        ValueError: an integer too long to be printed again (`sys.set_int_max_str_digits`).

    Source: YAML 1.2.2 §10.3.2.

    """
    if text in _SCALAR_WORDS:
        return _SCALAR_WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        base = _BASES.get(text[:2])
        value = int(text) if base is None else int(text[2:], base)
        str(value)  # Raises for a hexadecimal integer that is too long to print.
        return value
    return float(text) if _FLOAT.fullmatch(text) else text


class _PlainScalars(dict[str, Any]):
    """The values of plain scalars. Documents repeat themselves, so each text is resolved once."""

    def __missing__(self, text: str) -> Any:
        self[text] = value = resolve_scalar(text)
        return value


class _ValueComposer(Composer):
    """Composes plain values."""

    def __init__(self, uri: str, limits: LoadingLimits) -> None:
        super().__init__(uri, limits)
        self.plain_scalars = _PlainScalars()
        self.keys: dict[str, str] = {}
        self.has_duplicate_key = False

    def open_collection(self, event: Any, collection: Any, awaits: object) -> None:
        """Open a collection; a tag that is not its own is a problem."""
        own_tag = _TAG_PREFIX + ("map" if awaits is AWAITS_KEY else "seq")
        if event.tag not in (None, "!", own_tag):
            self._note_unknown_tag(event)
        super().open_collection(event, collection, awaits)

    def build_value(self, event: Any) -> Any:
        """Return the value of a scalar: by its tag, or by its text where it stands plain."""
        if event.tag is not None:
            return self._build_tagged_value(event)
        # It is quoted, or a block. For plain the C parser has "" and the Python one None.
        if event.style:
            return event.value
        try:
            return self.plain_scalars[event.value]
        except ValueError:
            message = f"an integer of {len(event.value)} characters is read as text"
            hint = "put it in quotes if it is text"
            self.add_problem("integer-too-long", message, event, "error", hint)
            return event.value

    def set_key(self, text: str, event: Any) -> None:
        """Take a key; equal keys of a document share one str."""
        super().set_key(self.keys.setdefault(text, text), event)

    def store(self, value: Any, event: Any) -> None:  # noqa: ARG002 (positions are not needed)
        """Put a value into the open collection."""
        if self.key is AWAITS_ITEM:
            self.collection.append(value)
            return
        if self.key is not DROPS_VALUE:
            self.collection[self.key] = value
        self.key = AWAITS_KEY

    def note_duplicate_key(self, key: str, event: Any) -> None:  # noqa: ARG002 (a second pass finds the lines)
        """Remember that the document has a duplicate key."""
        self.has_duplicate_key = True

    def _build_tagged_value(self, event: Any) -> Any:
        tag, text = event.tag, event.value
        if tag not in _TAG_TYPES:
            self._note_unknown_tag(event)
            return text
        try:
            return _convert_tagged(_TAG_TYPES[tag], text)
        except (ValueError, OverflowError):
            message = (
                f"the tag {_shorten_tag(tag)} does not fit {shorten(text)!r}, which is read as text"
            )
            self.add_problem("wrong-tag", message, event)
            return text

    def _note_unknown_tag(self, event: Any) -> None:
        tag = _shorten_tag(event.tag)
        self.add_problem(
            "unknown-tag", f"the tag {tag} means nothing here; the node is read without it", event
        )


def _convert_tagged(kind: type, text: str) -> Any:
    """Return the value of a text that has a tag.

    Raises:
        ValueError: the text is no value of that kind.
        OverflowError: an integer beyond what a float holds.

    """
    value = text if kind is str else resolve_scalar(text)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"not of the kind {kind.__name__}")
    return value


def _shorten_tag(tag: str) -> str:
    if tag.startswith(_TAG_PREFIX):
        tag = "!!" + tag.removeprefix(_TAG_PREFIX)
    return shorten(tag)


def parse_with_pyyaml(text: str, uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> ParsedText:
    """Return the plain tree of a YAML text.

    Raises:
        DocumentSyntaxError: the text is not YAML.
        DocumentTooLarge: nested too deep, or too many nodes once its aliases are expanded.

    """
    readable_text, tab = replace_tabs(text)
    composer = _ValueComposer(uri, limits)
    composer.compose(parse_events(readable_text, uri))
    problems = composer.problems
    if tab is not None:
        line, column = find_position(text, tab)
        message = "tabs are read as spaces"
        problems.append(Problem("warning", "tab", message, "", "", uri, line, column))
    return ParsedText(composer.tree, problems, composer.has_duplicate_key)
