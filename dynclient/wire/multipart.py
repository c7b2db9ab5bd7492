"""multipart/form-data (and mixed, related): an object ↔ parts; write and read are mirror pairs.

Source: RFC 7578, RFC 2046 §5.1, WHATWG HTML (how names are escaped), OAS 3.1.1 Encoding Object. Each property is a
part, each member of an array a part of its own; a scalar is text, an object JSON, a file octets, unless `encoding`
says otherwise. A file may be given as (file name, content[, content type[, headers]]).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dynclient.model import Encoding
from dynclient.wire.binary_values import (
    StreamedBody,
    build_binary_body,
    get_file_name,
    guess_media_type,
    is_binary,
    is_file,
)
from dynclient.wire.forms import combine_values
from dynclient.wire.message import is_valid_header
from dynclient.wire.parameters import to_text
from dynclient.wire.schema_types import SchemaTypes

MAX_PARTS = 10_000


@dataclass(frozen=True)
class BodyPart:
    """One part: its name, its headers, its content."""

    name: str
    content: bytes | StreamedBody
    content_type: str = ""
    file_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def write_head(self) -> bytes:
        """Return the header lines, with the empty line at their end."""
        disposition = f'form-data; name="{_escape_name(self.name)}"'
        if self.file_name is not None:
            disposition += f'; filename="{_escape_name(self.file_name)}"'
        lines = [f"Content-Disposition: {disposition}"]
        lines += [f"Content-Type: {self.content_type}"] if self.content_type else []
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()


def _escape_name(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def write(
    value: Mapping[str, Any], encodings: Mapping[str, Encoding]
) -> tuple[str, bytes | StreamedBody]:
    """Return the boundary and the body of an object's parts.

    The boundary follows from the content, so that the same call is the same request; where a file or stream is not
    looked into beforehand it is random.

    Raises:
        ValueError: a part cannot be written.

    """
    parts = [
        part
        for name, item in value.items()
        for part in _build_parts(name, item, encodings.get(name))
    ]
    boundary = _compute_boundary(parts)
    pieces: list[Any] = []
    for part in parts:
        pieces.append(f"--{boundary}\r\n".encode() + part.write_head())
        pieces += part.content.pieces if isinstance(part.content, StreamedBody) else (part.content,)
        pieces.append(b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    whole = all(isinstance(piece, bytes) for piece in pieces)
    return boundary, b"".join(pieces) if whole else StreamedBody(tuple(_join_bytes(pieces)))


def _compute_boundary(parts: list[BodyPart]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part.content, StreamedBody):
            return uuid.uuid4().hex
        digest.update(part.write_head())
        digest.update(part.content)
    return digest.hexdigest()[:32]


def _join_bytes(pieces: list[Any]) -> Iterator[Any]:
    held = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            held += piece
        else:
            yield held
            yield piece
            held = b""
    yield held


def _build_parts(name: str, value: Any, encoding: Encoding | None) -> Iterator[BodyPart]:
    if isinstance(value, list) and not (encoding and _is_json(encoding.content_type)):
        for item in value:
            yield _build_part(name, item, encoding)
    else:
        yield _build_part(name, value, encoding)


def _build_part(name: str, value: Any, encoding: Encoding | None) -> BodyPart:
    wanted = encoding.content_type if encoding else ""
    if is_file(value):
        return _build_file_part(name, value, wanted)
    if isinstance(value, dict | list) or _is_json(wanted):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return BodyPart(name, text.encode(), _choose_content_type(wanted, "application/json"))
    return BodyPart(
        name, to_text(value).encode(), _choose_content_type(wanted, "") if wanted else ""
    )


def _build_file_part(name: str, value: Any, wanted: str) -> BodyPart:
    named, content, given, headers = (
        (*value, None, None)[:4] if isinstance(value, tuple) else (None, value, None, None)
    )
    named = named or get_file_name(content, name)
    for key, text in (headers or {}).items():
        if not is_valid_header(key, text):
            raise ValueError("a part's header holds a character that no header can carry")
    if given is not None and not is_valid_header("Content-Type", given):
        raise ValueError("a part's content type holds a character that no header can carry")
    content_type = given or _choose_content_type(wanted, guess_media_type(named))
    return BodyPart(
        name,
        build_binary_body(content) if is_binary(content) else to_text(content).encode(),
        content_type,
        named,
        headers or {},
    )


def _is_json(content_type: str) -> bool:
    return "json" in content_type and "," not in content_type


def _choose_content_type(wanted: str, guess: str) -> str:
    """Return the content type of a part: the encoding's, or of several or a range the one that fits the guess."""
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in names:
        kind, _, sub = name.partition("/")
        if name in (guess, "*/*") or (sub == "*" and guess.startswith(kind + "/")):
            return guess
    return next((name for name in names if "*" not in name), guess)


def read(
    body: bytes, content_type: str, shape: SchemaTypes, encodings: Mapping[str, Encoding]
) -> dict[str, Any]:
    """Return the object of the parts of a body.

    Raises:
        ValueError: the bytes are no multipart body of that content type.

    """
    values: dict[str, list[Any]] = {}
    for head, content in _split_parts(body, content_type):
        headers = dict(
            re.findall(r"(?im)^([!-9;-~]+):[ \t]*(.*?)\r?$", head.decode("utf-8", "replace"))
        )
        folded = {name.lower(): text for name, text in headers.items()}
        disposition = folded.get("content-disposition", "")
        found = re.search(r'(?i);\s*name="([^"]*)"', disposition)
        if found is None:
            raise ValueError("a part has no name")
        name = found[1].replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
        is_upload = re.search(r"(?i);\s*filename\*?=", disposition) is not None
        values.setdefault(name, []).append(
            _decode_content(folded.get("content-type", ""), content, upload=is_upload)
        )
    return {
        name: _read_property(items, shape.find_member_types(name), encodings.get(name))
        for name, items in values.items()
    }


def _read_property(items: list[Any], shape: SchemaTypes, encoding: Encoding | None) -> Any:
    if encoding is not None and _is_json(encoding.content_type) and len(items) == 1:
        return items[0]
    return combine_values(items, shape)


def _decode_content(content_type: str, content: bytes, *, upload: bool) -> Any:
    name = content_type.partition(";")[0].strip().lower()
    if name == "application/json" or name.endswith("+json"):
        return json.loads(content)
    if upload or (name and not name.startswith("text/")):
        return content
    return content.decode("utf-8")


def _split_parts(body: bytes, content_type: str) -> Iterator[tuple[bytes, bytes]]:
    found = re.search(r'(?i);\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))', content_type)
    if found is None:
        raise ValueError("the content type names no boundary")
    mark = b"--" + (found[1] or found[2]).encode("utf-8")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 (a preamble and an end)
        raise ValueError("the parts have no end")
    if len(pieces) > MAX_PARTS:
        raise ValueError("there are too many parts")
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap:
            raise ValueError("a part has no empty line after its headers")
        yield head, content
