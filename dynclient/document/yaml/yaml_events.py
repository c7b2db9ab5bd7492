"""Reads a YAML or JSON text to events that know their line."""

from __future__ import annotations

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

from dynclient.document.source_text import build_syntax_error, find_position, get_file_name
from dynclient.document.tree_limits import build_depth_error
from dynclient.errors import DocumentSyntaxError, DocumentTooLarge
from dynclient.violations import shorten

MAX_TAG_DIRECTIVES = 100
MAX_MESSAGE_CHARS = 200

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
