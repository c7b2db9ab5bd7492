"""Secrets leave a recording: letters and digits of the same kind stand in their place.

So a recording still fits the document: a length, a pattern of hexadecimal digits, a UUID.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

from dynclient.masking import SecretNames, is_secret_cookie_name, mask_url
from dynclient.wire import media
from dynclient.wire.message import Headers

#: `Authorization: Bearer abc`: the scheme is no secret.
_SCHEME_HEADERS = frozenset({"authorization", "proxy-authorization"})

_MEMBER_OF_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)"')
_PART_NAME = re.compile(rb'(?i)\bname="?([^";\r\n]*)')


def replace_secret(text: str) -> str:
    """Return a text of the same shape: `a`, `A` and `0` for its letters and digits.

    The same text has the same replacement, and a replacement is its own.
    """
    return "".join(map(_replace_character, text))


def _replace_character(char: str) -> str:
    if char.isdecimal():
        return "0"
    if char.isupper():
        return "A"
    return "a" if char.isalnum() else char


def _replace_encoded(text: str) -> str:
    """Return the replacement of a text that stands percent-encoded in a URL."""
    return quote(replace_secret(unquote_plus(text)), safe=":")


class SecretReplacer:
    """Takes the secrets out of the parts of an exchange.

    Args:
        names: what the document marks as secret, for an operation.

    """

    def __init__(self, names: SecretNames) -> None:
        self._names = names
        self._replacers: dict[str, Callable[[str], bool]] = {
            "header": names.has_header,
            "query": names.has_query,
            "cookie": names.has_cookie,
            "path": names.has_path_variable,
        }

    def replace_in_url(self, url: str) -> str:
        """Return a URL without secrets in its query, its fragment and its user information."""
        return self._names.mask_url(url, _replace_encoded)

    def replace_in_headers(self, headers: Headers) -> Headers:
        """Return header fields without secrets."""
        fields = [(name, self._replace_field(name, value)) for name, value in headers.pairs()]
        return Headers(fields, headers.secret_names)

    def _replace_field(self, name: str, value: str) -> str:
        folded = name.lower()
        if folded in ("cookie", "set-cookie"):
            return self._replace_in_cookies(value, is_set=folded == "set-cookie")
        if folded in _SCHEME_HEADERS:
            scheme, mark, rest = value.partition(" ")
            return scheme + mark + replace_secret(rest) if mark else replace_secret(value)
        if self._names.has_header(name):
            return replace_secret(value)
        if "://" in value or "?" in value:
            return mask_url(value, self._names.query, _replace_encoded)
        return value

    def _replace_in_cookies(self, value: str, *, is_set: bool) -> str:
        """Return cookies without secrets; a server's cookie is one, whatever its name is."""
        pieces = value.split(";")
        for index, piece in enumerate(pieces[:1] if is_set else pieces):
            name, sign, text = piece.partition("=")
            plain = name.strip()
            if is_set or plain in self._names.cookies or is_secret_cookie_name(plain):
                pieces[index] = name + sign + replace_secret(text)
        return ";".join(pieces)

    def replace_in_parameters(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call document without secrets."""
        replaced: dict[str, Any] = {}
        for location, values in parameters.items():
            is_secret = self._replacers.get(location, self._names.has_property)
            if isinstance(values, Mapping):
                replaced[location] = {
                    name: _replace_all(value) if is_secret(name) else self.replace_in_data(value)
                    for name, value in values.items()
                }
            else:
                replaced[location] = self.replace_in_data(values)
        return replaced

    def replace_in_data(self, data: Any) -> Any:
        """Return JSON data in which no property that names a secret has its value."""
        if isinstance(data, Mapping):
            return {
                name: _replace_all(value)
                if self._names.has_property(name)
                else self.replace_in_data(value)
                for name, value in data.items()
            }
        if isinstance(data, list):
            return [self.replace_in_data(item) for item in data]
        return data

    def replace_in_document(self, data: Any) -> Any:
        """Return the JSON data of a whole body without secrets; it may be one itself."""
        if isinstance(data, list):
            return [self.replace_in_document(item) for item in data]
        is_object = isinstance(data, Mapping)
        names = self._names
        is_secret = names.are_members_secret if is_object else names.is_body_secret
        return _replace_all(data) if is_secret else self.replace_in_data(data)

    def replace_in_body(self, body: bytes, content_type: str) -> bytes | None:
        """Return a body without secrets; None where they are in it and cannot be replaced."""
        media_type = media.get_essence(content_type)
        if media.is_multipart(media_type):
            names = [name.decode("utf-8", "replace") for name in _PART_NAME.findall(body)]
            return None if any(map(self._names.has_property, names)) else body
        if media_type == "application/x-www-form-urlencoded":
            return self._replace_in_form(body)
        if media.is_json(media_type):
            return self._replace_in_json(body)
        if self._names.is_body_secret:
            return _replace_in_bytes(body)
        return self._replace_in_text(body)

    def _replace_in_form(self, body: bytes) -> bytes:
        pieces = body.decode("utf-8", "surrogateescape").split("&")
        for index, piece in enumerate(pieces):
            name, sign, value = piece.partition("=")
            if self._names.has_property(unquote_plus(name)):
                pieces[index] = name + sign + _replace_encoded(value)
        return "&".join(pieces).encode("utf-8", "surrogateescape")

    def _replace_in_json(self, body: bytes) -> bytes | None:
        """Return a JSON text without secrets: the very bytes where it has none."""
        try:
            data = media.decode_json(body)
            replaced = self.replace_in_document(data)
            if replaced == data:
                return body
            return json.dumps(replaced, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            return self._replace_in_text(body)

    def _replace_in_text(self, body: bytes) -> bytes:
        """Return a text, such as JSON Lines or events, without secrets among its JSON members."""
        text = body.decode("utf-8", "surrogateescape")
        replaced = _MEMBER_OF_TEXT.sub(self._replace_member, text)
        return replaced.encode("utf-8", "surrogateescape") if replaced != text else body

    def _replace_member(self, match: re.Match[str]) -> str:
        name, colon, value = match.groups()
        if not self._names.has_property(name):
            return match[0]
        return f'"{name}"{colon}"{replace_secret(value)}"'


def _replace_in_bytes(body: bytes) -> bytes | None:
    """Return the replacement of a text that is a secret itself; None where it is no text."""
    try:
        return replace_secret(body.decode()).encode()
    except UnicodeDecodeError:
        return None


def _replace_all(value: Any) -> Any:
    """Return a value in which every text and number is replaced."""
    if isinstance(value, str):
        return replace_secret(value)
    if isinstance(value, Mapping):
        return {name: _replace_all(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_replace_all(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    return type(value)(0)
