"""Parses the bytes of a document to a plain tree: YAML 1.2 (core schema) and JSON.

It uses PyYAML's parser. What is wrong but can be read becomes a problem; it raises nothing.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from dynclient.document.files.locator import Locator, compose_positions, locate
from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.openapi_version import is_markup
from dynclient.document.problems import Problem
from dynclient.document.yaml.composer import AWAITS_ITEM, AWAITS_KEY, DROPS_VALUE, Composer
from dynclient.document.yaml.fast_yaml import UnsuitableText, parse_fast
from dynclient.document.yaml.yaml_events import (
    build_depth_error,
    build_node_error,
    build_syntax_error,
    decode,
    find_position,
    get_file_name,
    is_json_like,
    parse_events,
    replace_tabs,
)
from dynclient.errors import DocumentSyntaxError
from dynclient.violations import shorten

__all__ = ["Locator", "ParsedText", "locate", "parse", "resolve_scalar"]

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
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_COLLECTIONS = (dict, list)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text as a plain tree.

    Attributes:
        tree: dicts with str keys, lists, str, int, float, bool, None. A node that aliases name is
            one shared object. None for an empty text.
        problems: what is wrong with the text though it can be read.

    """

    tree: Any
    problems: list[Problem] = field(default_factory=list)


def parse(data: bytes, uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> ParsedText:
    """Return the plain tree of a YAML or JSON text, and its problems.

    Args:
        data: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
        uri: the file's URI or path, for problems and errors.
        limits: how much it may hold.

    Raises:
        DocumentSyntaxError: the text is neither JSON nor YAML; `.line` and `.column` say where.
        DocumentTooLarge: nested too deep, or too many nodes once its aliases are expanded.

    Source: YAML 1.2.2 §10.3 (core schema), RFC 8259.

    """
    text = decode(data, uri)
    if is_markup(text):  # It may be YAML by chance, but never a document.
        return ParsedText(text)
    if not is_json_like(text):
        return _parse_yaml(text, uri, limits)
    try:
        return _parse_json(text, uri, limits)
    except (ValueError, RecursionError) as error:
        return _parse_almost_json(text, uri, error, limits)


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


def _parse_yaml(text: str, uri: str, limits: LoadingLimits) -> ParsedText:
    with contextlib.suppress(UnsuitableText):
        tree = parse_fast(text)
        _check_tree(tree, uri, limits)
        return ParsedText(tree)
    return _parse_with_pyyaml(text, uri, limits)


def _parse_with_pyyaml(text: str, uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> ParsedText:
    readable_text, tab = replace_tabs(text)
    composer = _ValueComposer(uri, limits)
    composer.compose(parse_events(readable_text, uri))
    problems = composer.problems
    if tab is not None:
        line, column = find_position(text, tab)
        message = "tabs are read as spaces"
        problems.append(Problem("warning", "tab", message, "", "", uri, line, column))
    if composer.has_duplicate_key:
        problems += _find_duplicate_keys(text, uri, limits)
    return ParsedText(composer.tree, problems)


def _find_duplicate_keys(text: str, uri: str, limits: LoadingLimits) -> list[Problem]:
    """Return the problems of duplicate keys, with their lines.

    This is a second pass over the text, needed only when there are some.
    """
    problems = compose_positions(text, uri, limits).problems
    return [problem for problem in problems if problem.code == "duplicate-key"]


def _parse_json(text: str, uri: str, limits: LoadingLimits) -> ParsedText:
    """Read JSON by the rules of JSON.

    Raises:
        ValueError: it is not JSON, or has integers beyond Python's limit.
        RecursionError: it is nested deeper than the json module can go from here.

    """
    has_duplicate_key = False

    def build_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_duplicate_key
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            has_duplicate_key = True
        return mapping

    paired_text, problems = _replace_lone_surrogates(text, uri)
    tree = json.loads(paired_text, object_pairs_hook=build_mapping, parse_constant=_refuse_constant)
    _check_tree(tree, uri, limits)
    if has_duplicate_key:
        problems += _find_duplicate_keys(text, uri, limits)
    return ParsedText(tree, problems)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _check_tree(tree: Any, uri: str, limits: LoadingLimits) -> None:
    """Check the depth of a tree without aliases, and how many values it holds."""
    level = [tree] if type(tree) in _COLLECTIONS else []
    depth, node_count = 0, 1
    while level:
        depth += 1
        if depth > limits.depth:
            raise build_depth_error(uri, limits)
        next_level: list[Any] = []
        for collection in level:
            values = collection.values() if type(collection) is dict else collection
            is_mapping = type(collection) is dict
            node_count += 2 * len(values) if is_mapping else len(values)  # its keys count too
            next_level += [value for value in values if type(value) in _COLLECTIONS]
        if node_count > limits.nodes:
            raise build_node_error(uri, limits)
        level = next_level


def _replace_lone_surrogates(text: str, uri: str) -> tuple[str, list[Problem]]:
    r"""Return the text with U+FFFD for each `\ud800` and its like alone, and the problem of it.

    No encoding can write such a character again.
    """
    if not _SURROGATE.search(text):
        return text, []
    offsets = [match.start() for match in _ESCAPE.finditer(text) if match["lone"]]
    if not offsets:
        return text, []
    line, column = find_position(text, offsets[0])
    count = len(offsets)
    message = f"half of a surrogate pair is no character ({count} in this file); read as U+FFFD"
    problem = Problem("warning", "lone-surrogate", message, "", "", uri, line, column)
    return _ESCAPE.sub(_replace_lone_surrogate, text), [problem]


def _replace_lone_surrogate(match: re.Match[str]) -> str:
    return r"\ufffd" if match["lone"] else match[0]


def _parse_almost_json(
    text: str, uri: str, json_error: Exception, limits: LoadingLimits
) -> ParsedText:
    """Read as YAML a text that looks like JSON and is not.

    Where it is no YAML either, the error for a file named .json says what is wrong with the JSON.
    """
    try:
        return _parse_yaml(text, uri, limits)
    except DocumentSyntaxError:
        if isinstance(json_error, json.JSONDecodeError) and get_file_name(uri).endswith(".json"):
            position = (json_error.lineno, json_error.colno)
            raise build_syntax_error(uri, "JSON", json_error.msg, position) from None
        raise
