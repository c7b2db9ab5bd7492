"""multipart/form-data (and mixed, related): an object ↔ parts; write and read are mirror pairs.

Parts without names, which multipart/form-data does not have, are a list.

Source: RFC 7578, RFC 2046 §5.1, WHATWG HTML (how names are escaped), OAS 3.1.1 Encoding Object.
Each property is a part, and each item of an array is a part of its own. A scalar is text, an object
JSON, a file octets, unless `encoding` says otherwise. A file may be given as (file name, content[,
content type[, headers]]).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from dynclient.model import NO_ITEM_ENCODINGS, Encoding, ItemEncodings, Parameter
from dynclient.wire.binary_values import (
    StreamedBody,
    build_binary_body,
    get_file_name,
    guess_media_type,
    is_binary,
    is_file,
)
from dynclient.wire.forms import (
    check_label,
    combine_values,
    parse_if_text,
    read_styled_members,
)
from dynclient.wire.message import is_valid_header
from dynclient.wire.parameters import build_writer, to_text
from dynclient.wire.parameters.text_encoding import is_json
from dynclient.wire.part_splitter import MAX_PARTS, PartSplitter
from dynclient.wire.schema_types import SchemaTypes

FORM_DATA = "multipart/form-data"

#: What stands between the members of a style, a comma in all others.
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}

_HEADER_LINE = re.compile(r"(?im)^([!-9;-~]+):[ \t]*(.*?)\r?$")
_PART_NAME = re.compile(r'(?i);\s*name="([^"]*)"')
_FILE_NAME = re.compile(r"(?i);\s*filename\*?=")


@dataclass(frozen=True)
class BodyPart:
    """One part: its name, its headers, its content; without a name it is one of a list."""

    name: str | None
    content: bytes | StreamedBody
    content_type: str = ""
    file_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def write_head(self) -> bytes:
        """Return the header lines, with the empty line at their end."""
        disposition = "attachment"
        if self.name is not None:
            disposition = f'form-data; name="{_escape_name(self.name)}"'
        if self.file_name is not None:
            disposition += f'; filename="{_escape_name(self.file_name)}"'
        lines = []
        if self.name is not None or self.file_name is not None:
            lines.append(f"Content-Disposition: {disposition}")
        lines += [f"Content-Type: {self.content_type}"] if self.content_type else []
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()


def _escape_name(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _unescape_name(name: str) -> str:
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def can_write(media_type: str, value: Any) -> bool:
    """Tell whether a value can be written as parts: an object, or a list of unnamed ones."""
    name = media_type.partition(";")[0].strip().lower()
    if not name.startswith("multipart/"):
        return False
    return isinstance(value, dict) or (isinstance(value, list) and name != FORM_DATA)


def write(
    value: Mapping[str, Any] | list[Any],
    encodings: Mapping[str, Encoding],
    item_encodings: ItemEncodings = NO_ITEM_ENCODINGS,
    *,
    is_form_data: bool = True,
) -> tuple[str, bytes | StreamedBody]:
    """Return the boundary and the body of an object's parts, or of a list of unnamed parts.

    Args:
        value: an object, or a list.
        encodings: of its properties.
        item_encodings: of unnamed parts, by their positions.
        is_form_data: whether it is multipart/form-data, whose encodings may have a style.

    The boundary follows from the content, so that the same call is the same request; where a file
    or stream is not looked into beforehand it is random.

    Raises:
        ValueError: a part cannot be written.

    """
    if isinstance(value, list):
        parts = [
            _build_part(None, item, item_encodings.get(index)) for index, item in enumerate(value)
        ]
    else:
        parts = _build_named_parts(value, encodings, is_form_data=is_form_data)
    boundary = _compute_boundary(parts)
    pieces: list[Any] = []
    for part in parts:
        pieces.append(f"--{boundary}\r\n".encode() + part.write_head())
        content = part.content
        pieces += content.pieces if isinstance(content, StreamedBody) else [content]
        pieces.append(b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())

    if all(isinstance(piece, bytes) for piece in pieces):
        return boundary, b"".join(pieces)
    return boundary, StreamedBody(tuple(_join_bytes(pieces)))


def _build_named_parts(
    value: Mapping[str, Any], encodings: Mapping[str, Encoding], *, is_form_data: bool
) -> list[BodyPart]:
    parts: list[BodyPart] = []
    for name, member in value.items():
        encoding = encodings.get(name)
        parameter = encoding.as_part_parameter if encoding and is_form_data else None
        if parameter is not None and not _has_file(member):
            parts += _build_styled_parts(parameter, member)
        else:
            parts += _build_parts(name, member, encoding)
    return parts


def _compute_boundary(parts: list[BodyPart]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part.content, StreamedBody):
            return uuid.uuid4().hex
        digest.update(part.write_head())
        digest.update(part.content)
    return digest.hexdigest()[:32]


def _join_bytes(pieces: list[Any]) -> Iterator[Any]:
    """Yield the pieces, neighbours that are bytes joined to one."""
    joined = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            joined += piece
        else:
            yield joined
            yield piece
            joined = b""
    yield joined


def _has_file(value: Any) -> bool:
    return is_file(value) or (isinstance(value, list) and any(map(is_file, value)))


def _build_styled_parts(parameter: Parameter, value: Any) -> Iterator[BodyPart]:
    """Yield a part for each pair of a query parameter, without percent-encoding.

    Source: OAS 3.1.1 Encoding Object, RFC6570-style serialization.
    """
    _check_delimiter(parameter, value)
    text = build_writer(parameter)(value)
    for pair in text.split("&") if text else ():
        name, _, content = pair.partition("=")
        yield BodyPart(unquote(name), unquote(content).encode())


def _check_delimiter(parameter: Parameter, value: Any) -> None:
    """Refuse a member that holds the delimiter of its style, as nothing is escaped in a part."""
    if parameter.explode or parameter.style == "deepObject" or not isinstance(value, dict | list):
        return
    delimiters = parameter.delimiters or (_DELIMITERS.get(parameter.style, ","),)
    members = [*value, *value.values()] if isinstance(value, dict) else value
    for delimiter in filter(None, delimiters):
        if any(isinstance(member, str) and delimiter in member for member in members):
            text = f"{parameter.name} has a member with {delimiter!r}, which would end it"
            raise ValueError(text)


def _build_parts(name: str, value: Any, encoding: Encoding | None) -> Iterator[BodyPart]:
    if isinstance(value, list) and not (encoding and is_json(encoding.content_type)):
        for item in value:
            yield _build_part(name, item, encoding)
    else:
        yield _build_part(name, value, encoding)


def _build_part(name: str | None, value: Any, encoding: Encoding | None) -> BodyPart:
    content_type = encoding.content_type if encoding else ""
    if is_file(value):
        return _build_file_part(name, value, content_type)
    check_label(name, value, encoding)
    if isinstance(value, dict | list) or is_json(content_type):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return BodyPart(name, text.encode(), _choose_content_type(content_type, "application/json"))
    chosen = _choose_content_type(content_type, "") if content_type else ""
    return BodyPart(name, to_text(value).encode(), chosen)


def _build_file_part(name: str | None, value: Any, declared_type: str) -> BodyPart:
    """Return the part of a file.

    Args:
        name: of the property; None for a part of a list.
        value: the content, or (file name, content[, content type[, headers]]).
        declared_type: the content types of the encoding, "" where it gives none.

    """
    file = value if isinstance(value, tuple) else (None, value)
    file_name, content, own_type, headers = (*file, None, None)[:4]
    headers = headers or {}
    _check_part_headers(headers, own_type)
    file_name = file_name or get_file_name(content, name or "part")
    if not is_binary(content):
        content = to_text(content).encode()
    return BodyPart(
        name=name,
        content=build_binary_body(content),
        content_type=own_type or _choose_content_type(declared_type, guess_media_type(file_name)),
        file_name=file_name,
        headers=headers,
    )


def _check_part_headers(headers: Mapping[str, str], content_type: str | None) -> None:
    """Refuse what would break out of the header lines of a part."""
    for header, text in headers.items():
        if not is_valid_header(header, text):
            raise ValueError("a part's header holds a character that no header can carry")
    if content_type is not None and not is_valid_header("Content-Type", content_type):
        raise ValueError("a part's content type holds a character that no header can carry")


def _choose_content_type(declared: str, guess: str) -> str:
    """Return the content type of a part.

    Args:
        declared: one, several separated by commas, or a range.
        guess: by the value; it is chosen where it is declared, or nothing else is.

    """
    names = [name.strip() for name in declared.split(",") if name.strip()]
    concrete = [name for name in names if "*" not in name]
    if any(_includes(name, guess) for name in names) or not concrete:
        return guess
    return concrete[0]


def _includes(declared: str, content_type: str) -> bool:
    kind, _, subtype = declared.partition("/")
    if subtype == "*" and content_type.startswith(kind + "/"):
        return True
    return declared in (content_type, "*/*")


def read(
    body: bytes, content_type: str, types: SchemaTypes, encodings: Mapping[str, Encoding]
) -> dict[str, Any] | list[Any]:
    """Return the object of the parts of a body; a list where a part has no name.

    Raises:
        ValueError: the bytes are no multipart body of that content type.

    """
    parts = [read_part(part) for part in _split_parts(body, content_type)]
    if not parts and types.is_array:
        return []
    if not all(name is not None for name, _ in parts):
        if content_type.partition(";")[0].strip().lower() == FORM_DATA:
            raise ValueError("a part has no name")
        return [parse_if_text(value, types.item_types) for _, value in parts]
    members, styled_names = _read_styled_parts(parts, types, encodings)
    values: dict[str, list[Any]] = {}
    for name, value in parts:
        if name is not None and name.partition("[")[0] not in styled_names:
            values.setdefault(name, []).append(value)
    for name, items in values.items():
        members[name] = _read_property(items, types.find_member_types(name), encodings.get(name))
    return members


def _read_styled_parts(
    parts: list[tuple[str | None, Any]], types: SchemaTypes, encodings: Mapping[str, Encoding]
) -> tuple[dict[str, Any], set[str]]:
    """Return the members that are written as query parameters, and all names that they take."""
    # A comma that delimits must stand as it is.
    pairs = [
        (quote(name or ""), quote(text, safe=",")) for name, text in parts if isinstance(text, str)
    ]
    texts = {name for name, value in parts if isinstance(value, str)}
    parameters: dict[str, Parameter] = {}
    for name, encoding in encodings.items():
        parameter = encoding.as_part_parameter
        is_uploaded = name not in texts and any(name == other for other, _ in parts)
        if parameter is not None and not is_uploaded:
            parameters[name] = parameter
    return read_styled_members(parameters, types, pairs)


def read_part(part: bytes) -> tuple[str | None, Any]:
    """Return the name of a part, None where it has none, and its value.

    Raises:
        ValueError: it has no end of its headers, or is not what they say.

    """
    head, gap, content = part.partition(b"\r\n\r\n")
    if not gap:
        raise ValueError("a part has no empty line after its headers")
    fields = _HEADER_LINE.findall(head.decode("utf-8", "replace"))
    headers = {name.lower(): text for name, text in fields}
    disposition = headers.get("content-disposition", "")
    quoted = _PART_NAME.search(disposition)
    is_upload = _FILE_NAME.search(disposition) is not None
    value = _decode_content(headers.get("content-type", ""), content, is_upload=is_upload)
    return _unescape_name(quoted[1]) if quoted else None, value


def _read_property(items: list[Any], types: SchemaTypes, encoding: Encoding | None) -> Any:
    if encoding is not None and is_json(encoding.content_type) and len(items) == 1:
        return items[0]
    return combine_values(items, types)


def _decode_content(content_type: str, content: bytes, *, is_upload: bool) -> Any:
    name = content_type.partition(";")[0].strip().lower()
    if name == "application/json" or name.endswith("+json"):
        return json.loads(content)
    if is_upload or (name and not name.startswith("text/")):
        return content
    return content.decode("utf-8")


def _split_parts(body: bytes, content_type: str) -> Iterator[bytes]:
    splitter = PartSplitter(content_type, max_parts=MAX_PARTS)
    yield from splitter.feed(body)
    yield from splitter.end()
