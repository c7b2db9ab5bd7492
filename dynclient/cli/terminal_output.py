"""What commands print: aligned rows, JSON, text, bytes; colours only on a terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import click

from dynclient.description.text_layout import wrap_paragraphs
from dynclient.display_text import cut_line, dump_json, escape_json_text, escape_unprintable
from dynclient.errors import UsageError
from dynclient.wire import media

if TYPE_CHECKING:
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.plan.results import Result

#: The largest width of prose, in columns; lines for programs are never wrapped.
PROSE_WIDTH = 88

#: Colouring longer texts takes longer than anybody wants to wait.
MAX_COLOURED_CHARS = 200_000


def is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout.isatty()


def get_width() -> int:
    """Return the width for prose, in columns."""
    return min(shutil.get_terminal_size().columns, PROSE_WIDTH) if is_terminal() else 80


def print_line(text: str = "") -> None:
    """Print a line, made harmless; on a terminal it is cut at the edge, in a pipe it is whole."""
    text = escape_unprintable(text, keep="\t")
    if is_terminal():
        text = cut_line(text, shutil.get_terminal_size().columns)
    click.echo(text)


def print_block(text: str = "") -> None:
    """Print one or several lines, made harmless; none is cut."""
    click.echo(escape_unprintable(text, keep="\n\t"))


def print_note(text: str) -> None:
    """Print a remark on standard error, beside the output; it is made harmless."""
    click.echo(escape_unprintable(text, keep="\n\t"), err=True)


def print_ready(text: str) -> None:
    """Print text that is harmless already and must stay as it is, such as JSON for programs."""
    click.echo(text, nl=False)


def wrap_prose(text: str, indent: str = "") -> list[str]:
    """Return the paragraphs of a text, wrapped to the terminal; list items keep their lines."""
    return wrap_paragraphs(text, indent, get_width())


def format_head(result: Result, secrets: ExchangeSecrets) -> list[str]:
    """Return the status line and the headers of a result, what is secret masked."""
    phrases = {status.value: status.phrase for status in HTTPStatus}
    lines = [f"{result.status} {phrases.get(result.status, '')}".rstrip()]
    headers = secrets.mask_response_headers(result.request.url, result.headers)
    lines += [escape_unprintable(f"{name}: {value}") for name, value in headers.pairs()]
    return lines


def print_data(value: Any, media_type: str) -> None:
    """Print the data of a result: JSON indented, text and bytes as they are.

    Raises:
        UsageError: bytes for a terminal.

    """
    if isinstance(value, bytes):
        _print_bytes(value, media_type)
    elif isinstance(value, str) and not media.is_json(media_type):
        _print_text(value)
    elif value is not None or media_type:
        _print_json(value)


def _print_bytes(value: bytes, media_type: str) -> None:
    if is_terminal():
        what = f"{len(value):,} bytes of {media_type or 'an unknown media type'}"
        raise UsageError(
            f"the answer is {what}, which no terminal shows", hint="send it to a file: > FILE"
        )
    sys.stdout.buffer.write(value)
    sys.stdout.buffer.flush()


def _print_text(value: str) -> None:
    if is_terminal():
        click.echo(escape_unprintable(value, keep="\n\t"))
    else:
        click.echo(value, nl=False)


def _print_json(value: Any) -> None:
    text = format_json(value)
    if is_terminal() and not os.environ.get("NO_COLOR") and len(text) <= MAX_COLOURED_CHARS:
        _print_coloured_json(text)
    else:
        click.echo(text)


def print_json_line(value: Any) -> None:
    """Print a value as JSON on one line."""
    text = dump_json(value)
    click.echo(text if _is_encodable(text) else escape_json_text(json.dumps(value)))


def format_json(value: Any) -> str:
    """Return JSON, indented; all but ASCII is escaped where the output cannot carry it."""
    text = dump_json(value, indent=2)
    return text if _is_encodable(text) else escape_json_text(json.dumps(value, indent=2))


def _is_encodable(text: str) -> bool:
    """Tell whether standard output can carry a text in its encoding."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _print_coloured_json(text: str) -> None:
    from rich.console import Console
    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    line = Text(text)
    JSONHighlighter().highlight(line)
    Console().print(line, soft_wrap=True)
