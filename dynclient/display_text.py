"""Text as it is shown: whatever it holds, it steers neither a terminal nor a CI runner.

Whatever prints a line, or puts text into a message, a report or JSON, asks here.
"""

from __future__ import annotations

import json
import re
from typing import Any

#: What a CI runner takes for a command wherever it stands in a line: `##vso[` and `##[` of Azure
#: Pipelines and of older runners of GitHub, `##teamcity[` of TeamCity.
_RUNNER_COMMAND = r"##(?=\w*\[)"

#: What GitHub's runner takes for a command at the beginning of a line.
_COMMAND_AT_START = r"(?m)^( *):(?=:[A-Za-z])"


class SourceText(str):
    """Code, or commands of a shell; a console prints it as it is, line by line."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(str(self))


def escape_unprintable(text: str, *, keep: str = "") -> str:
    r"""Return a text with escapes in place of control characters and of commands to a CI runner.

    Args:
        text: from anywhere; without `keep` it becomes one line.
        keep: control characters that stay, such as "\n\t".

    """
    if not text.isprintable():
        text = "".join(_escape_character(char, keep) for char in text)
    return escape_runner_commands(text)


def _escape_character(char: str, keep: str) -> str:
    return char if char.isprintable() or char in keep else repr(char)[1:-1]


def escape_runner_commands(text: str) -> str:
    """Return a text, of one or several lines, in which a CI runner finds no command."""
    if "##" in text:
        text = re.sub(_RUNNER_COMMAND, r"#\\x23", text)
    if "::" in text:
        text = re.sub(_COMMAND_AT_START, r"\1\\x3a", text)
    return text


def escape_json_text(text: str) -> str:
    """Return JSON that means the same, with escapes for what `escape_unprintable` escapes.

    Such characters can only stand in strings; line breaks between the values stay.
    """
    if not text.isprintable():
        text = "".join(_escape_json_character(char) for char in text)
    return re.sub(_RUNNER_COMMAND, r"#\\u0023", text) if "##" in text else text


def _escape_json_character(char: str) -> str:
    return char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1]


def dump_json(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON that can be shown anywhere; letters of all languages stay."""
    return escape_json_text(json.dumps(value, indent=indent, ensure_ascii=False))


def format_one_line(text: str) -> str:
    """Return a text on one line, made harmless."""
    return escape_unprintable(" ".join(text.split()))


def format_count(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 use`, `2 uses`.

    Args:
        count: how many there are.
        noun: what is counted.
        plural: its plural; "" where an `s` makes it.

    """
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def cut_line(text: str, limit: int) -> str:
    """Return a text, cut to a limit of characters; `…` is the last one of a text that was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cut_value(text: str, limit: int) -> str:
    """Return a text, cut to a limit of characters, and how many more there were."""
    rest = len(text) - limit
    return text if rest <= 0 else f"{text[:limit]}… ({rest} more characters)"
