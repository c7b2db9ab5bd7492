"""Words of a command line → the arguments of an operation: `name=text`, `name:=json`, and the body."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Operation
    from dynclient.wire.shapes import Shape

_WORD = re.compile(r"(?s)([^=]+?)(:?=)(.*)")

STDIN = "-"


def arguments(operation: Operation, words: Iterable[str], body: str | None) -> dict[str, Any]:
    """Return the keyword arguments that words of a command line make.

    Args:
        operation: what is called; its schemas say what a text stands for.
        words: `name=text`, `name:=json`, or `-` for the body on standard input.
        body: `@FILE`, `@-` or `-` for standard input, else the body itself.

    Raises:
        UsageError: a word is none of these, a name is given twice, or JSON cannot be read.

    """
    found: dict[str, Any] = {}
    for word in words:
        if word == STDIN and body is None:
            body = word
            continue
        match = _WORD.fullmatch(word)
        if match is None:
            raise UsageError(f"{word!r} is no argument", hint="write name=text or name:=json")
        name, sign, text = match.groups()
        _put(found, operation, name, _json(name, text) if sign == ":=" else text, is_text=sign == "=")
    if body is not None:
        if "body" in found:
            raise UsageError("the body is given twice", hint="give it once: --body, or an argument `body`")
        found["body"] = _body(operation, body)
    return found


def _put(found: dict[str, Any], operation: Operation, name: str, value: Any, *, is_text: bool) -> None:
    shape = _shape(operation, name) if is_text else None
    if shape is not None and shape.is_array and "string" not in shape.types and value[:1] != "[":
        found.setdefault(name, [])
        if isinstance(found[name], list):
            found[name].append(_value(shape.item, value))
            return
    if name in found:
        raise UsageError(f"{name} is given twice", hint="only arrays take several values")
    found[name] = _value(shape, value) if shape is not None else value


def _value(shape: Shape, text: str) -> Any:
    """Return what a text stands for: itself wherever the schema allows a string."""
    return text if not shape.types or "string" in shape.types else shape.value(text)


def _shape(operation: Operation, name: str) -> Shape | None:
    """Return the shape of an argument; None where the operation has none of that name."""
    from dynclient.wire.shapes import Shape

    schema, targets = operation.call_schema, operation._plan.binder.targets  # noqa: SLF001 (the compiled operation knows)
    location, wire = targets.get(name) or ("body", "")
    group = Shape(schema["properties"].get(location, {}), schema.get("$defs", {}))
    if name not in targets:
        return group if name == "body" else None
    return group.member(wire)


def _json(name: str, text: str) -> Any:
    from dynclient.wire import media

    try:
        return media.decode("application/json", text.encode("utf-8", "surrogateescape"))
    except ValueError as error:
        line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
        where = f" at line {line}, column {column}" if line else ""
        raise UsageError(f"{name} is no JSON{where}", hint="the shell eats quotes: put JSON in '…'") from None


def _body(operation: Operation, given: str) -> Any:
    """Return the body that `--body` gives: JSON, YAML from a .yaml file, or as it is for other media types."""
    from dynclient.wire import media

    inline = not given.startswith("@") and given != STDIN
    file = given.removeprefix("@")
    data = given.encode("utf-8", "surrogateescape") if inline else _read(file)
    media_type = operation._plan.media_type or "application/json"  # noqa: SLF001 (the compiled operation knows)
    if not media.is_json(media_type) and media_type != media.FORM:
        return data.decode("utf-8", "surrogateescape") if media.is_text(media_type) else data
    if not inline and file.endswith((".yaml", ".yml")):
        return _yaml(file, data)
    return _json("the body" if inline else file, data.decode("utf-8", "surrogateescape"))


def _read(file: str) -> bytes:
    try:
        if file == STDIN:
            return sys.stdin.buffer.read()
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None


def _yaml(file: str, data: bytes) -> Any:
    from dynclient.document.yaml12 import parse

    try:
        return parse(data, file).tree
    except DocumentError as error:
        raise UsageError(f"{file} is no YAML: {error.headline}") from None
