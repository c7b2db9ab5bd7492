"""One recorded exchange, and its form in a HAR file.

Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/. Fields of our own begin with `_`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus, urlencode

from dynclient.wire import media
from dynclient.wire.message import Headers, Request, Response

#: A body that is longer is left out of a recording.
MAX_BODY_BYTES = 16 * 1024 * 1024

#: They describe the bytes on the wire, and a recording holds a body with its coding undone.
_CODING_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})

_BASE64 = "base64"


class HarSyntaxError(ValueError):
    """A part of a HAR file is not what HAR 1.2 says; the text names its place."""


@dataclass(frozen=True)
class HarEntry:
    """An exchange as a recording holds it, without secrets.

    Attributes:
        request: what was sent, without credentials.
        response: what came.
        started: when it was sent, as ISO 8601.
        operation: the key of its operation; "" where the recording does not say.
        parameters: the call document without its body; {} where the recording does not say.
        has_request_body: whether the body of the request is all there.
        has_response_body: the same of the response.

    """

    request: Request
    response: Response
    started: str
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    has_request_body: bool = True
    has_response_body: bool = True

    def build_json(self) -> dict[str, Any]:
        """Return the entry as JSON data."""
        elapsed_ms = round(self.response.elapsed * 1000, 3)
        entry: dict[str, Any] = {
            "startedDateTime": self.started,
            "time": elapsed_ms,
            "request": self._build_request(),
            "response": self._build_response(),
            "cache": {},
            "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
        }
        if self.operation:
            entry["_operation"] = self.operation
            entry["_parameters"] = dict(self.parameters)
        return entry

    def _build_request(self) -> dict[str, Any]:
        request = self.request
        query = request.url.partition("#")[0].partition("?")[2]
        data: dict[str, Any] = {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": _list_cookies("; ".join(request.headers.all("cookie"))),
            "headers": _list_fields(request.headers),
            "queryString": _list_pairs(query),
            "headersSize": -1,
            "bodySize": -1,
        }
        if not self.has_request_body:
            data["postData"] = {
                "mimeType": request.headers.get("content-type", ""),
                "text": "",
                "comment": "the body is not in the recording",
                "_omitted": True,
            }
        elif isinstance(request.body, bytes):
            content_type = request.headers.get("content-type", "")
            data["bodySize"] = len(request.body)
            text, is_encoded = _write_body(request.body, content_type)
            data["postData"] = {"mimeType": content_type, "text": text}
            if is_encoded:
                data["postData"]["_encoding"] = _BASE64
        return data

    def _build_response(self) -> dict[str, Any]:
        response = self.response
        content_type = response.headers.get("content-type", "")
        content: dict[str, Any] = {"size": len(response.body), "mimeType": content_type}
        if not self.has_response_body:
            content["comment"] = "the body is not in the recording"
            content["_omitted"] = True
        elif response.body:
            text, is_encoded = _write_body(response.body, content_type)
            content["text"] = text
            if is_encoded:
                content["encoding"] = _BASE64
        return {
            "status": response.status,
            "statusText": _get_reason(response.status),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _list_fields(response.headers),
            "content": content,
            "redirectURL": response.headers.get("location", ""),
            "headersSize": -1,
            "bodySize": len(response.body),
        }


def build_timestamp(moment: datetime) -> str:
    """Return a moment as HAR writes it."""
    return moment.isoformat(timespec="milliseconds")


def read_entry(data: Any, place: str) -> HarEntry | None:
    """Return an entry of a HAR file; None where no response came, as browsers record it too.

    Args:
        data: the entry as JSON data.
        place: its JSON pointer.

    Raises:
        HarSyntaxError: it is no entry.

    """
    entry = _get_object(data, place)
    response_data = _get_object(entry.get("response"), f"{place}/response")
    status = response_data.get("status")
    if type(status) is not int:
        raise HarSyntaxError(f"{place}/response/status: want a number")
    if status == 0:
        return None
    request, has_request_body = _read_request(entry.get("request"), f"{place}/request")
    content, has_response_body = _read_content(
        response_data.get("content"), f"{place}/response/content"
    )
    headers = _read_response_headers(response_data, f"{place}/response")
    operation, parameters = entry.get("_operation", ""), entry.get("_parameters", {})
    return HarEntry(
        request,
        Response(status, headers, content, _read_elapsed(entry)),
        str(entry.get("startedDateTime", "")),
        operation if isinstance(operation, str) else "",
        parameters if isinstance(parameters, dict) else {},
        has_request_body,
        has_response_body,
    )


def _read_request(value: Any, place: str) -> tuple[Request, bool]:
    """Return a request, and whether its body is all there."""
    data = _get_object(value, place)
    method = _get_text(data, "method", place)
    url = _get_text(data, "url", place)
    fields = _read_fields(data.get("headers", []), f"{place}/headers")
    body, has_body = _read_post_data(data.get("postData"), f"{place}/postData")
    return Request(method.upper(), url, Headers(fields), body), has_body


def _read_response_headers(data: Mapping[str, Any], place: str) -> Headers:
    """Return the header fields of a response, as they fit its body as it is recorded."""
    fields = _read_fields(data.get("headers", []), f"{place}/headers")
    return Headers([field for field in fields if field[0].lower() not in _CODING_HEADERS])


def _read_elapsed(entry: Mapping[str, Any]) -> float:
    elapsed_ms = entry.get("time")
    return max(elapsed_ms / 1000, 0.0) if isinstance(elapsed_ms, int | float) else 0.0


def _get_object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise HarSyntaxError(f"{place}: want an object")
    return value


def _get_text(data: Mapping[str, Any], name: str, place: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise HarSyntaxError(f"{place}/{name}: want a text")
    return value


def _read_fields(value: Any, place: str) -> list[tuple[str, str]]:
    """Return header fields, without the pseudo fields of HTTP/2 that browsers record."""
    if not isinstance(value, list):
        raise HarSyntaxError(f"{place}: want a list")
    fields = []
    for number, item in enumerate(value):
        one = _get_object(item, f"{place}/{number}")
        name = _get_text(one, "name", f"{place}/{number}")
        if not name.startswith(":"):
            fields.append((name, _get_text(one, "value", f"{place}/{number}")))
    return fields


def _read_post_data(value: Any, place: str) -> tuple[bytes | None, bool]:
    """Return the body of a request, and whether it is all there."""
    if value is None:
        return None, True
    data = _get_object(value, place)
    if data.get("_omitted") is True:
        return None, False
    content_type = str(data.get("mimeType", ""))
    if "text" not in data and isinstance(data.get("params"), list):
        pairs = _read_fields(
            [{"value": "", **_get_object(p, place)} for p in data["params"]], f"{place}/params"
        )
        return urlencode(pairs).encode(), media.get_essence(content_type) != "multipart/form-data"
    text = _get_text({"text": "", **data}, "text", place)
    return _read_body(text, content_type, data.get("_encoding"), f"{place}/text"), True


def _read_content(value: Any, place: str) -> tuple[bytes, bool]:
    """Return the body of a response, and whether it is all there."""
    if value is None:
        return b"", True
    data = _get_object(value, place)
    if "text" not in data:
        size = data.get("size", 0)
        is_whole = data.get("_omitted") is not True and not (type(size) is int and size > 0)
        return b"", is_whole
    text = _get_text(data, "text", place)
    content_type = str(data.get("mimeType", ""))
    return _read_body(text, content_type, data.get("encoding"), f"{place}/text"), True


def _read_body(text: str, content_type: str, encoding: Any, place: str) -> bytes:
    if encoding == _BASE64:
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise HarSyntaxError(f"{place}: is no base64") from None
    try:
        return text.encode(media.find_charset(content_type) or "utf-8")
    except (LookupError, UnicodeError):
        return text.encode("utf-8", "surrogatepass")


def _write_body(body: bytes, content_type: str) -> tuple[str, bool]:
    """Return a body as a text, and whether that is base64."""
    try:
        text = body.decode()
        if text.encode(media.find_charset(content_type) or "utf-8") == body:
            return text, False
    except (LookupError, UnicodeError):
        pass
    return base64.b64encode(body).decode(), True


def _get_reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _list_fields(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.pairs()]


def _list_cookies(text: str) -> list[dict[str, str]]:
    pairs = [piece.strip().partition("=") for piece in text.split(";") if piece.strip()]
    return [{"name": name, "value": value} for name, _, value in pairs]


def _list_pairs(query: str) -> list[dict[str, str]]:
    pairs = [piece.partition("=") for piece in query.split("&") if piece]
    return [{"name": unquote_plus(name), "value": unquote_plus(value)} for name, _, value in pairs]
