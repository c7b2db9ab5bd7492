"""The fields of a multipart body with files, as the options of curl that make the same parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dynclient.wire.binary_values import StreamedBody

#: What a name must not hold, as curl would take it for its own syntax.
_UNSAFE_NAME = re.compile(r'[=;"%\r\n]')
_HEADER = re.compile(r"^([!-9;-~]+): ?(.*)$")
_PARAMETER = re.compile(r'; (name|filename)="([^"]*)"')

#: Stands for a file in the text of a body; no text of a form holds it, as curl cannot send it.
_FILE_MARK = "\0"


@dataclass(frozen=True)
class FormField:
    """A part of a form.

    Attributes:
        name: of the part.
        content: its text, or the file that it is read from.
        file_name: the name that the file is sent with; "" for none.
        content_type: "" for none.

    """

    name: str
    content: Any
    file_name: str = ""
    content_type: str = ""


def parse_form_fields(body: StreamedBody, content_type: str) -> list[FormField] | None:
    """Return the fields of a multipart/form-data body; None where curl cannot make the same."""
    media_type, _, parameters = content_type.partition(";")
    boundary = parameters.partition("boundary=")[2]
    if media_type.strip().lower() != "multipart/form-data" or not boundary:
        return None
    files: list[Any] = []
    text = ""
    for piece in body.pieces:
        if isinstance(piece, bytes):
            text += piece.decode(errors="replace")
        else:
            files.append(piece)
            text += _FILE_MARK
    remaining = iter(files)
    if text.count(_FILE_MARK) != len(files) or "\ufffd" in text:
        return None
    parts = text.split(f"--{boundary}")[1:-1]
    fields = [_parse_field(part.removeprefix("\r\n"), remaining) for part in parts]
    known = [form_field for form_field in fields if form_field is not None]
    return known if len(known) == len(fields) else None


def _parse_field(part: str, files: Iterator[Any]) -> FormField | None:
    head, _, content = part.partition("\r\n\r\n")
    headers = {}
    for line in head.split("\r\n"):
        header = _HEADER.match(line)
        if header is not None:
            headers[header[1].lower()] = header[2]
    disposition = dict(_PARAMETER.findall(headers.pop("content-disposition", "")))
    content_type = headers.pop("content-type", "")
    name, file_name = disposition.get("name", ""), disposition.get("filename", "")
    if headers or not name or _UNSAFE_NAME.search(name) or "%0" in file_name:
        return None
    value: Any = content.removesuffix("\r\n")
    if value == _FILE_MARK:
        value = next(files)
    elif _FILE_MARK in value:
        return None
    # curl writes a quotation mark in a file name as `%22`, as browsers do.
    return FormField(name, value, file_name.replace("%22", '"'), content_type)


def quote_form_value(text: str) -> str:
    """Return a value or path between double quotes, as curl reads it in a form."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
