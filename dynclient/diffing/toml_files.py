"""TOML files of a project: read with errors that name the line, and texts as TOML has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dynclient.errors import UsageError
from dynclient.names import suggest

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
        said = str(error)
        found = _ERROR_POSITION.search(said)
        line = int(found[1]) if found and found[1] else data.rstrip().count(b"\n") + 1
        text = f"{file}:{line}: it is no TOML: {_ERROR_POSITION.sub('', said)}"
        raise UsageError(text, hint='texts stand in quotes, such as reason = "…"') from None


def write_string(text: str) -> str:
    """Return a text as a TOML basic string; a lone surrogate, which TOML cannot carry, becomes `?`."""
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
    return f"\\u{code:04X}" if code <= _LAST_CONTROL or code == _DELETE else char


def check_known_name(where: str, name: str, known: Iterable[str], what: str) -> None:
    """Refuse a name that is none of those that are known.

    Args:
        where: file and place, as messages begin.
        name: as it was written.
        known: the names that there are.
        what: what they are names of.

    Raises:
        UsageError: it is none of them; the hint names the one that was probably meant.

    """
    known = list(known)
    if name not in known:
        meant = suggest(name, known, 1)
        hint = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(known)}"
        raise UsageError(f"{where}: there is no {what} {name!r}", hint=hint)
