"""TOML files of a project: reading them with errors that name the line, and writing strings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dynclient.errors import UsageError
from dynclient.names import suggest
from dynclient.violations import shorten_repr

_ERROR_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

#: What a TOML string escapes by name. Source: TOML 1.0.0, String.
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}

_LAST_CONTROL = 0x1F
_DELETE = 0x7F
_SURROGATES = range(0xD800, 0xE000)


def parse_toml(data: bytes, file: str) -> dict[str, Any]:
    """Return the table that a TOML file holds.

    Args:
        data: the text of the file.
        file: what messages call it.

    Raises:
        UsageError: it is no TOML; the message begins with file and line.

    """
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{file}:{line}: it is no TOML: not UTF-8", hint="save it as UTF-8"
        ) from None
    except (ValueError, RecursionError) as error:
        message = str(error)
        position = _ERROR_POSITION.search(message)
        last_line = data.rstrip().count(b"\n") + 1
        line = int(position[1]) if position and position[1] else last_line
        reason = _ERROR_POSITION.sub("", message)
        raise UsageError(
            f"{file}:{line}: it is no TOML: {reason}",
            hint='texts stand in quotes, such as reason = "…"',
        ) from None


def write_string(text: str) -> str:
    """Return a text as a TOML basic string.

    A lone surrogate, which TOML cannot write, becomes `?`.
    """
    return f'"{"".join(map(_escape_character, text))}"'


def write_comment(text: str) -> str:
    """Return a text as a TOML comment of one line."""
    return "# " + "".join(c if c.isprintable() else " " for c in text)


def _escape_character(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if code in _SURROGATES:
        return "?"
    is_control = code <= _LAST_CONTROL or code == _DELETE
    return f"\\u{code:04X}" if is_control else char


def check_texts(where: str, value: Any, key: str) -> list[str]:
    """Return a list of texts, checked; none may be empty.

    Raises:
        UsageError: it is no such list.

    """
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise UsageError(
            f"{where} must be a list of texts, not {shorten_repr(value)}",
            hint=f'write {key} = ["…"]',
        )
    return value


def check_known_name(where: str, name: str, known: Iterable[str], what: str) -> None:
    """Refuse an unknown name.

    Args:
        where: file and place, with which the message begins.
        name: the name, as it was written.
        known: the names that exist.
        what: what they are names of.

    Raises:
        UsageError: the name is unknown; the hint suggests a similar one.

    """
    known_names = list(known)
    if name in known_names:
        return
    suggestions = suggest(name, known_names, 1)
    hint = f"there are {', '.join(known_names)}"
    if suggestions:
        hint = f"did you mean {suggestions[0]}?"
    raise UsageError(f"{where}: there is no {what} {name!r}", hint=hint)
