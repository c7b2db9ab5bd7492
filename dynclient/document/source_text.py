"""Reads the bytes of a document to text, and tells where in a text something is wrong."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import DocumentSyntaxError

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile(r"\r\n?|\n")


class ParsedText(NamedTuple):
    """A text as a plain tree.

    Attributes:
        tree: dicts with str keys, lists, str, int, float, bool, None. A node that aliases name is
            one shared object. None for an empty text.
        problems: what is wrong with the text though it can be read.
        has_duplicate_key: an object has a key twice, which is no problem yet.

    """

    tree: Any
    problems: list[Problem]
    has_duplicate_key: bool = False


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


def is_json_like(text: str) -> bool:
    """Tell whether a text begins as a JSON object or array does."""
    return re.match(r"\s*+[{\[]", text) is not None
