"""Call document → request: every value into its place on the wire, or UnsafeValue; nothing is checked twice here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from dynclient.errors import UnsafeValue
from dynclient.model import Location, MediaType, Operation
from dynclient.plan.json_values import to_json
from dynclient.violations import shorten_repr
from dynclient.wire import media
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, Request, is_valid_header
from dynclient.wire.parameters import ParameterWriter, build_default_writer, build_writer

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_DOT_SEGMENT = re.compile(r"(?:^|/)(?:\.|%2[Ee]){1,2}(?=/|$)")

#: Characters that stand as they are in the literal parts of a path template.
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"


class RequestWriter:
    """Writes the requests of one operation; it holds nothing of any call."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    @cached_property
    def _writers(self) -> Mapping[tuple[str, str], ParameterWriter]:
        return {(p.location, p.name): build_writer(p) for p in self.operation.parameters}

    @cached_property
    def _template(self) -> tuple[list[str], str]:
        """The path cut at its variables (literal, name, literal, …), and the query that the path key carries."""
        path, _, query = self.operation.path.partition("#")[0].partition("?")
        # Without its slash a path would be part of the host.
        path = path if path.startswith("/") else "/" + path
        pieces = _VARIABLE.split(path)
        return [
            piece if i % 2 else quote(piece, safe=_PATH_SAFE) for i, piece in enumerate(pieces)
        ], query

    @cached_property
    def accept(self) -> str:
        """The Accept header: every declared result media type that can be decoded."""
        return media.build_accept_header(
            response.content for response in self.operation.responses.values()
        )

    def write(
        self, call: Mapping[str, Any], base: str, entry: MediaType | None, accept: str | None
    ) -> Request:
        """Return the request that a call document makes.

        Args:
            call: in JSON form, with binary values; its media type is the body's.
            base: the server's URL, without a slash at its end.
            entry: the Media Type Object of the body, where there is one.
            accept: the Accept header, where not the declared media types.

        Raises:
            UnsafeValue: a value would leave its place on the wire, or cannot be written at all.

        """
        url = (
            base
            + self._write_path(self._get_location(call, "path"))
            + self._write_query(self._get_location(call, "query"))
        )
        headers = [("Accept", accept or self.accept)]
        given = self._write_headers(self._get_location(call, "header"))
        body: bytes | StreamedBody | None = None
        if "body" in call:
            content_type, body = self._write_body(call, entry)
            headers.append(("Content-Type", content_type))
        names = {name.lower() for name, _ in given}
        headers = [(name, value) for name, value in headers if name.lower() not in names] + given
        if cookies := self._write_cookies(self._get_location(call, "cookie")):
            headers.append(("Cookie", cookies))
        operation = self.operation
        return Request(
            operation.method, url, Headers(headers), body, operation.security, operation.id
        )

    def _build_error(self, text: str, hint: str | None = None) -> UnsafeValue:
        return UnsafeValue(f"{self.operation.id}: {text}; nothing was sent", hint=hint)

    def _get_location(self, call: Mapping[str, Any], location: str) -> Mapping[str, Any]:
        values = call.get(location, {})
        if not isinstance(values, Mapping):
            raise self._build_error(
                f"{location} is {shorten_repr(values)}, want names with their values"
            )
        return values

    def _write_path(self, values: Mapping[str, Any]) -> str:
        pieces = self._template[0]
        if len(pieces) == 1:
            return pieces[0]
        path = "".join(
            self._write_variable(piece, values) if i % 2 else piece
            for i, piece in enumerate(pieces)
        )
        if _DOT_SEGMENT.search(path):
            raise self._build_error("a path value makes a dot segment, which would leave its place")
        return path

    def _write_variable(self, name: str, values: Mapping[str, Any]) -> str:
        if name not in values:
            raise self._build_error(f"the path needs a value for {{{name}}}")
        return self._write_value("path", name, values[name])

    def _write_value(self, location: Location, name: str, value: Any) -> str:
        write = self._writers.get((location, name)) or build_default_writer(location, name)
        try:
            return write(value)
        except (UnicodeEncodeError, ValueError, TypeError, AttributeError, RecursionError):
            raise self._build_error(f"{location}.{name} cannot be written as text") from None

    def _write_query(self, values: Mapping[str, Any]) -> str:
        pieces = [
            self._template[1],
            *(self._write_value("query", name, value) for name, value in values.items()),
        ]
        query = "&".join(piece for piece in pieces if piece)
        return "?" + query if query else ""

    def _write_headers(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        found = []
        for name, value in values.items():
            text = self._write_value("header", name, value)
            if not is_valid_header(name, text):
                raise self._build_error(f"header.{name} holds a character that no header can carry")
            found.append((name, text))
        return found

    def _write_cookies(self, values: Mapping[str, Any]) -> str:
        pieces = (self._write_value("cookie", name, value) for name, value in values.items())
        return "; ".join(piece for piece in pieces if piece)

    def _write_body(
        self, call: Mapping[str, Any], entry: MediaType | None
    ) -> tuple[str, bytes | StreamedBody]:
        value, name = call["body"], self._choose_media_type(call, entry)
        encodings = entry.encodings if entry is not None else {}
        try:
            return media.write(name, value, encodings)
        except (ValueError, TypeError):
            # The fast engine takes Decimals, Enums and tuples as they are; a writer need not.
            try:
                return media.write(name, to_json(value), encodings)
            except RecursionError:
                raise self._build_error("the body is nested too deeply") from None
            except (ValueError, TypeError, AttributeError) as error:
                raise self._build_error(f"the body cannot be written: {error}") from None
        except RecursionError:
            raise self._build_error("the body is nested too deeply") from None

    def _choose_media_type(self, call: Mapping[str, Any], entry: MediaType | None) -> str:
        """Return the media type that a body is sent as: the one chosen, else the entry's, a range made concrete."""
        name = call.get("media_type") or (entry.name if entry is not None else "application/json")
        if not isinstance(name, str) or not is_valid_header("Content-Type", name):
            raise self._build_error(f"the media type {shorten_repr(name)} cannot be written")
        made = media.resolve_range(name, call["body"])
        if made is None:
            hint = 'give media_type="…", in the Call or with_options'
            raise self._build_error(f"the body's media type {name} is a range", hint)
        return made
