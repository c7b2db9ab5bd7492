"""Values from files, standard input and JSON, with `{"$base64": …}` and `{"$file": …}`."""

from __future__ import annotations

import base64
import binascii
import os
import select
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli.terminal_output import print_note
from dynclient.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from dynclient.wire.schema_types import SchemaTypes

STDIN = "-"

#: Text files up to this size are read and validated; larger ones are sent as they are.
MAX_TEXT_BYTES = 1024 * 1024

#: How long to wait for a body before saying so.
NOTE_AFTER_S = 1.0

_BINARY_MARKS = ("$base64", "$file")

#: Notes in click's context that standard input was read.
_STDIN_TAKEN = f"{__name__}.stdin"


#: For JSON that no shell has read.
_NO_JSON_HINT = "`--example` prints a body that fits"


def parse_json(text: str, name: str) -> Any:
    """Return the value of a JSON text.

    Args:
        text: the JSON.
        name: what it is called in an error.

    Raises:
        UsageError: it is no JSON.

    """
    from dynclient.wire import media

    try:
        return media.decode("application/json", text.encode("utf-8", "surrogateescape"))
    except ValueError as error:
        line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
        where = f" at line {line}, column {column}" if line else ""
        raise UsageError(
            f"{name} is no JSON{where}", hint="the shell eats quotes: put JSON in '…'"
        ) from None


def read_json_file(file: str, hint: str | None = None) -> Any:
    """Return the value of a JSON or YAML file, or of JSON on standard input.

    Args:
        file: its path, or `-`.
        hint: told where it is no JSON.

    Raises:
        UsageError: it cannot be read, or is neither.

    """
    data = _read_bytes(file)
    if file.endswith((".yaml", ".yml")):
        return _parse_yaml(file, data)
    try:
        name = "standard input" if file == STDIN else file
        return parse_json(data.decode("utf-8", "surrogateescape"), name)
    except UsageError as error:
        error.hint = hint or _NO_JSON_HINT
        raise


def _read_bytes(file: str) -> bytes:
    try:
        return _take_stdin().read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None


def _parse_yaml(file: str, data: bytes) -> Any:

    from dynclient.document.text_parser import parse_text

    try:
        return parse_text(data, file).tree
    except DocumentError as error:
        raise UsageError(f"{file} is no YAML: {error.headline}") from None


def _take_stdin() -> Any:
    """Return standard input, which can be read once.

    Raises:
        UsageError: it was taken before.

    """
    context = click.get_current_context()
    if context.meta.get(_STDIN_TAKEN):
        raise UsageError("standard input is read twice", hint="give one of them as a file")
    context.meta[_STDIN_TAKEN] = True
    return sys.stdin.buffer


def has_piped_input() -> bool:
    """Tell whether something comes on standard input that nobody has taken; wait until it is clear.

    A terminal and a device such as /dev/null give nothing.
    """
    stream = _get_piped_stream()
    if stream is None:
        return False
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):  # a stream of this program, as tests give one
        return _has_unread_bytes(stream)
    if not _is_readable(descriptor, NOTE_AFTER_S):
        print_note("waiting for the body on standard input; < /dev/null gives none")
    try:
        return bool(stream.peek(1))
    except OSError:  # it cannot be read, as a folder
        return False


def has_unread_input() -> bool:
    """Tell whether something is there on standard input already; nothing of it is read.

    Whoever calls this command in a loop may read the rest.
    """
    stream = _get_piped_stream()
    if stream is None:
        return False
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return _has_unread_bytes(stream)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode):
        return status.st_size > os.lseek(descriptor, 0, os.SEEK_CUR)
    if os.name == "nt":
        return False
    import fcntl
    import termios

    try:
        count = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
    except OSError:
        return False
    return any(count)


def _get_piped_stream() -> Any:
    """Return standard input where it is a pipe or a file that nobody has taken, else None."""
    is_taken = click.get_current_context().meta.get(_STDIN_TAKEN)
    stream = getattr(sys.stdin, "buffer", None)
    if is_taken or stream is None or stream.closed or sys.stdin.isatty():
        return None
    try:
        is_device = stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return stream
    return None if is_device else stream


def _has_unread_bytes(stream: Any) -> bool:
    try:
        position = stream.tell()
        is_there = bool(stream.read(1))
        stream.seek(position)
    except (OSError, ValueError):  # nothing that can be read
        return False
    return is_there


def _is_readable(descriptor: int, timeout_s: float) -> bool:
    """Tell whether reading will not block; where nothing can tell, it is said not to."""
    if os.name == "nt":
        return True
    return bool(select.select([descriptor], [], [], timeout_s)[0])


def open_file_value(file: str, name: str = "") -> Any:
    """Return a file as a binary value, which is read while it is sent: a path, or an open pipe.

    Args:
        file: its path, or `-` for standard input.
        name: what it is sent as where it has no name of its own.

    Raises:
        UsageError: it cannot be opened.

    """
    if file == STDIN:
        return (name, _take_stdin()) if name else _take_stdin()
    path = Path(file)
    if path.is_file():
        return path
    try:
        opened = path.open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    click.get_current_context().call_on_close(opened.close)
    return (name, opened) if name else opened


def read_text_file(file: str) -> Any:
    """Return a file as text; one that is not UTF-8, or is large, as the binary value that it is.

    Raises:
        UsageError: it cannot be read.

    """
    path = Path(file)
    if file != STDIN and path.is_file() and path.stat().st_size > MAX_TEXT_BYTES:
        return path
    data = _read_bytes(file)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def convert_body_text(text: str, *, is_text: bool) -> Any:
    """Return a body that was typed: text as it is, else the binary value that it stands for."""
    if is_text:
        return text
    data = text.encode("utf-8", "surrogateescape")
    if not text.startswith("{"):
        return data
    try:
        value = parse_json(text, "the body")
    except UsageError:
        return data
    made = resolve_binary(value)
    return data if made is value else made


def is_binary_part(shape: SchemaTypes, *, typed: bool = False) -> bool:
    """Tell whether a part is binary: by its schema, or by its having none.

    Args:
        shape: of the part, or of the array that it belongs to.
        typed: whether somebody said that it is a file; then any text may be one.

    """
    shape = shape.item_types if shape.is_array else shape
    marked = any(
        part.get("format") == "binary" or "contentMediaType" in part for part in shape.subschemas
    )
    return marked or not shape.types or (typed and "string" in shape.types)


def resolve_part_binaries(value: Any, shape: SchemaTypes) -> Any:
    """Return the value of a part, with the binary values that its marks stand for.

    Only a part whose schema is binary has such marks.
    """
    if not is_binary_part(shape):
        return value
    return (
        [resolve_binary(item) for item in value]
        if isinstance(value, list)
        else resolve_binary(value)
    )


def resolve_binary(value: Any) -> Any:
    """Return the binary value that `{"$base64": …}` or `{"$file": …}` stands for.

    Any other value is returned as it is.

    Raises:
        UsageError: the text is no base64, or the file cannot be opened.

    """
    if not isinstance(value, dict) or len(value) != 1 or not value.keys() & set(_BINARY_MARKS):
        return value
    [(mark, text)] = value.items()
    if not isinstance(text, str):
        raise UsageError(f"{mark} takes a text", hint='{"$base64": "…"} or {"$file": "a.png"}')
    if mark == "$file":
        return open_file_value(text)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("the text of $base64 is no base64") from None
