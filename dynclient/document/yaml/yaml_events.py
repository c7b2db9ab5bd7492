"""Reads the bytes of a document to text, and the text to events that know their line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.errors import DocumentSyntaxError, DocumentTooLarge
from dynclient.violations import shorten

MAX_TAG_DIRECTIVES = 100
MAX_MESSAGE_CHARS = 200

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
# Line breaks of YAML 1.1 that are ordinary characters in YAML 1.2 (§5.4): next line, line separator
# and paragraph separator.
_YAML_1_1_LINE_BREAKS = "\x85\u2028\u2029"
_PRIVATE_USE_CODES = (*range(0xE000, 0xF900), *range(0xF0000, 0xFFFFE))
# Legal in YAML 1.2, but libyaml refuses it: a tab alone on its line, and a tab after the dash of a
# sequence entry.
_TABS = re.compile(r"^(?= *\t)[ \t]++(?=\r?$)|^ *+(?:- ++)*+-\t[ \t]*+", re.MULTILINE)
_JSON_TOKEN = re.compile(
    r"""(?P<between>[ \t,:]+) | (?P<line>\r\n?|\n) | "(?P<string>(?:[^"\\\r\n]++|\\.)*+)"
    | (?P<word>[-+.\w]+) | (?P<bracket>[][{}])""",
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


def decode(data: bytes, uri: str) -> str:
    """Return the text of a document, without byte order mark.

    Raises:
        DocumentSyntaxError: the bytes do not fit their byte order mark (without one: UTF-8).

    Source: YAML 1.2.2 §5.2.

    """
    encoding = _detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line, column = find_position(before, len(before))
        is_utf8 = encoding == "utf-8-sig"
        encoding_name = "UTF-8" if is_utf8 else encoding.upper()
        reason = f"{error.reason} (byte 0x{data[error.start]:02x})"
        hint = "save the file as UTF-8" if is_utf8 else None
        raise build_syntax_error(uri, encoding_name, reason, (line, column), hint) from None


def build_syntax_error(
    uri: str, language: str, reason: str, position: tuple[int, int], hint: str | None = None
) -> DocumentSyntaxError:
    """Return the error for a text that is not what it should be; its headline says where.

    Args:
        uri: the URI of the file.
        language: what the text should be: `YAML`, `JSON`, or an encoding.
        reason: what is wrong, one line.
        position: line and column, first is 1.
        hint: what to do about it.

    """
    line, column = position
    return DocumentSyntaxError(
        f"{get_file_name(uri)} is not valid {language} in line {line}, column {column}: {reason}",
        hint=hint,
        line=line,
        column=column,
        uri=uri,
    )


def _detect_encoding(data: bytes) -> str:
    for byte_order_mark, encoding in _BOMS:
        if data.startswith(byte_order_mark):
            return encoding
    return "utf-8-sig"


def find_position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column (first is 1) of a character of a text."""
    line, line_start = 1, 0
    for line_end in _LINE_END.finditer(text, 0, offset):
        line += 1
        line_start = line_end.end()
    return line, offset - line_start + 1


def get_file_name(uri: str) -> str:
    """Return the last part of a URI, as messages name it."""
    path = re.split(r"[?#]", uri)[0]
    return path.rstrip("/").rsplit("/", 1)[-1] or uri or "the document"


def replace_tabs(text: str) -> tuple[str, int | None]:
    """Return the text without its legal tabs, if libyaml refuses them; lines and columns stay.

    Returns:
        (text, offset of the first tab that was replaced, or None).

    """
    match = _TABS.search(text) if "\t" in text else None
    if match is None:
        return text, None
    try:
        for _ in parse_events(text, ""):
            pass
    except DocumentSyntaxError:
        return _TABS.sub(_replace_tab, text), text.index("\t", match.start())
    return text, None


def _replace_tab(match: re.Match[str]) -> str:
    return "" if match[0].isspace() else match[0].replace("\t", " ")


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
    substitutes = _choose_substitutes(text)
    originals = {new: old for old, new in substitutes.items()}
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        parser = loader(text.translate(substitutes) if substitutes else text)
        while type(event := parser.get_event()) is not StreamEndEvent:
            if originals and type(event) is ScalarEvent:
                event.value = event.value.translate(originals)
            yield event
    except yaml.YAMLError as error:
        # PyYAML 6.0.4 brought libyaml's own limit; ours is the lower one.
        if "nesting depth" in str(error):
            raise build_depth_error(uri) from None
        raise _build_yaml_error(error, text, uri) from None


def build_depth_error(uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> DocumentTooLarge:
    """Return the error for a document that is nested deeper than the limit."""
    message = f"{get_file_name(uri)} is nested deeper than {limits.depth} levels"
    return limits.build_error("depth", message, uri)


def build_node_error(uri: str, limits: LoadingLimits) -> DocumentTooLarge:
    """Return the error for a document that holds more values than the limit."""
    message = (
        f"{get_file_name(uri)} has more than {limits.nodes:,} nodes once its aliases are expanded; "
        "an alias that names aliases multiplies"
    )
    return limits.build_error("nodes", message, uri)


def _choose_substitutes(text: str) -> dict[int, int]:
    """Return unused characters for those that libyaml takes for line breaks.

    They stand in the text while libyaml reads it.
    """
    breaks = [ord(char) for char in _YAML_1_1_LINE_BREAKS if char in text]
    if not breaks:
        return {}
    used_codes = set(map(ord, set(text)))
    unused_codes = (code for code in _PRIVATE_USE_CODES if code not in used_codes)
    return dict(zip(breaks, unused_codes, strict=False))


def _build_yaml_error(error: yaml.YAMLError, text: str, uri: str) -> DocumentSyntaxError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return _build_character_error(text, uri)
    problem = getattr(error, "problem", None) or getattr(error, "context", None)
    message = shorten(problem or "it cannot be read", MAX_MESSAGE_CHARS)
    hint = find_hint(message, text[mark.index : mark.index + 1])
    return build_syntax_error(uri, "YAML", message, (mark.line + 1, mark.column + 1), hint)


def _build_character_error(text: str, uri: str) -> DocumentSyntaxError:
    """Return the error for a character that YAML does not allow anywhere."""
    position = (1, 1)
    message = "it cannot be read"
    hint = "remove it, or escape it in double quotes"
    match = _FORBIDDEN_CHARACTER.search(text)
    if match:
        position = find_position(text, match.start())
        message = f"the character U+{ord(match[0]):04X} is not allowed"
        if match[0] == "\0":
            hint = "is it UTF-16 without a byte order mark?"
    return build_syntax_error(uri, "YAML", message, position, hint)


def find_hint(message: str, character: str) -> str | None:
    """Return what to do about a syntax error of libyaml, None where there is no advice.

    Args:
        message: of the error.
        character: at which it stands, "" where it is not known.

    """
    if "cannot start any token" in message:
        return _START_HINTS.get(character)
    for part, hint in _HINTS:
        if part in message:
            return hint
    return None


def parse_json_events(text: str) -> Iterator[Event]:
    """Yield the events of a JSON text as if it were YAML.

    libyaml refuses some escapes and keys that JSON allows.

    Raises:
        ValueError: the text holds something else than JSON's tokens.

    """
    offset, line, line_start = 0, 0, 0
    while offset < len(text):
        token = _JSON_TOKEN.match(text, offset)
        if token is None:
            raise ValueError(f"no JSON at character {offset}")
        mark = yaml.Mark("", offset, line, offset - line_start, None, 0)
        kind = token.lastgroup
        offset = token.end()
        if kind == "line":
            line += 1
            line_start = offset
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


def is_json_like(text: str) -> bool:
    """Tell whether a text begins as a JSON object or array does."""
    return re.match(r"\s*+[{\[]", text) is not None
