"""Call document → request: every value is written into its place on the wire, or is unsafe."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from dynclient.errors import UnsafeValue
from dynclient.masking import SecretNames
from dynclient.model import (
    NO_ITEM_ENCODINGS,
    QUERYSTRING,
    TEMPLATE_VARIABLE,
    Location,
    MediaType,
    Operation,
    Parameter,
    is_framing_header,
)
from dynclient.plan.json_values import to_json
from dynclient.plan.secret_names import collect_secret_names
from dynclient.plan.serialization_limits import EMPTY_VALUES
from dynclient.violations import shorten_repr
from dynclient.wire import media, media_types
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, Request, is_valid_header
from dynclient.wire.parameters import ParameterWriter, build_default_writer, build_writer

_NO_VALUES: dict[str, Any] = {}

#: For how many pairs of Accept and Content-Type the headers are kept.
MAX_HEADER_SETS = 8

_DOT_SEGMENT = re.compile(r"(?:^|/)(?:\.|%2[Ee]){1,2}(?=/|$)")

#: Characters that stand as they are in the literal parts of a path template.
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"


class RequestWriter:
    """Writes the requests of one operation; it holds nothing of any call.

    Args:
        operation: the operation.
        allows_empty_text: whether the schema of a parameter lists the empty text.

    """

    def __init__(
        self, operation: Operation, allows_empty_text: Callable[[Parameter], bool]
    ) -> None:
        self.operation = operation
        self._allows_empty_text = allows_empty_text
        #: Nothing of a call is in them but its media type. So most calls share one Headers, and
        #: what the transport finds out for it.
        self._build_common_headers = lru_cache(MAX_HEADER_SETS)(self._collect_common_headers)

    @cached_property
    def _writers(self) -> Mapping[tuple[str, str], ParameterWriter]:
        return {(p.location, p.name): build_writer(p) for p in self.operation.parameters}

    @cached_property
    def _template(self) -> tuple[list[str], str]:
        """The path split at its variables (literal, name, …), and the query of the path key."""
        template = self.operation.path_template
        # Without its slash a path would be part of the host.
        path = template.path if template.path.startswith("/") else "/" + template.path
        pieces = TEMPLATE_VARIABLE.split(path)
        return [
            piece if i % 2 else quote(piece, safe=_PATH_SAFE) for i, piece in enumerate(pieces)
        ], template.fixed_query

    @cached_property
    def accept(self) -> str:
        """The Accept header: every declared result media type that can be decoded."""
        return media_types.build_accept_header(
            (status, response.content) for status, response in self.operation.responses.items()
        )

    @cached_property
    def _secret_names(self) -> SecretNames:
        return collect_secret_names(self.operation)

    def write(
        self,
        call: Mapping[str, Any],
        base_url: str,
        media_type: str | None,
        entry: MediaType | None,
        accept: str | None,
    ) -> Request:
        """Return the request that a call document makes.

        Args:
            call: in JSON form, with binary values.
            base_url: the server's URL, without a slash at its end.
            media_type: of the body, as the caller chose it; None: that of the entry.
            entry: the Media Type Object of the body, where there is one.
            accept: the Accept header, where not the declared media types.

        Raises:
            UnsafeValue: a value would leave its place on the wire, or cannot be written at all.

        """
        path = self._write_path(self._get_location(call, "path"))
        query = self._write_query(self._get_location(call, "query"), call)
        content_type: str | None = None
        body: bytes | StreamedBody | None = None
        if "body" in call:
            chosen = media_type or (entry.name if entry is not None else "application/json")
            content_type, body = self._write_body(call["body"], chosen, entry)
        headers = self._build_common_headers(accept or self.accept, content_type)
        if "header" in call or "cookie" in call:
            headers = self._add_own_headers(headers, call)
        operation = self.operation
        return Request(
            method=operation.method,
            url=base_url + path + query,
            headers=headers,
            body=body,
            security=operation.security,
            operation_id=operation.key,
            secret_names=self._secret_names,
        )

    def _collect_common_headers(self, accept: str, content_type: str | None) -> Headers:
        """Return the headers that every call has."""
        fields = [("Accept", accept)]
        if content_type is not None:
            fields.append(("Content-Type", content_type))
        return Headers(fields, self._secret_names.headers)

    def _add_own_headers(self, common: Headers, call: Mapping[str, Any]) -> Headers:
        """Return headers with those of a call, which win."""
        own = self._write_headers(self._get_location(call, "header"))
        own_names = {name.lower() for name, _ in own}
        fields = [field for field in common.pairs() if field[0].lower() not in own_names] + own
        cookies = self._write_cookies(self._get_location(call, "cookie"))
        if cookies:
            fields.append(("Cookie", cookies))
        return Headers(fields, common.secret_names)

    def _build_error(self, text: str, hint: str | None = None) -> UnsafeValue:
        return UnsafeValue(f"{self.operation.id}: {text}; nothing was sent", hint=hint)

    def _get_location(self, call: Mapping[str, Any], location: str) -> Mapping[str, Any]:
        values = call.get(location, _NO_VALUES)
        if type(values) is not dict and not isinstance(values, Mapping):
            raise self._build_error(
                f"{location} is {shorten_repr(values)}, want names with their values"
            )
        return values

    def _write_path(self, values: Mapping[str, Any]) -> str:
        pieces = self._template[0]
        if len(pieces) == 1:
            return pieces[0]
        texts = [
            self._write_variable(piece, values) if index % 2 else piece
            for index, piece in enumerate(pieces)
        ]
        path = "".join(texts)
        if _DOT_SEGMENT.search(path):
            raise self._build_error("a path value makes a dot segment, which would leave its place")
        return path

    def _write_variable(self, name: str, values: Mapping[str, Any]) -> str:
        if name not in values:
            raise self._build_error(f"the path needs a value for {{{name}}}")
        value = values[name]
        text = self._write_value("path", name, value)
        if (not text or value in EMPTY_VALUES) and not self._can_be_empty(name, value, text):
            raise self._build_error(
                f"path.{name} is empty, which would make it the path of another resource"
            )
        return text

    def _can_be_empty(self, name: str, value: Any, text: str) -> bool:
        """Tell whether an empty value of a path variable is meant, or is written as something."""
        for parameter in self.operation.parameters:
            if (parameter.location, parameter.name) == ("path", name):
                is_json = parameter.content is not None and text != ""
                return is_json or (value == "" and self._allows_empty_text(parameter))
        return False

    def _write_value(self, location: Location, name: str, value: Any) -> str:
        write = self._writers.get((location, name)) or build_default_writer(location, name)
        try:
            return write(value)
        except (UnicodeEncodeError, ValueError, TypeError, AttributeError, RecursionError):
            raise self._build_error(f"{location}.{name} cannot be written as text") from None

    def _write_query(self, values: Mapping[str, Any], call: Mapping[str, Any]) -> str:
        texts = [self._template[1]]
        texts += [self._write_value("query", name, value) for name, value in values.items()]
        if QUERYSTRING in call:
            texts.append(self._write_querystring(call[QUERYSTRING]))
        query = "&".join(filter(None, texts))
        return "?" + query if query else ""

    def _write_querystring(self, value: Any) -> str:
        """Return the text of the value that is the whole query."""
        querystring = self.operation.querystring
        if querystring is None or querystring.content is None:
            raise self._build_error("it has no parameter with `in: querystring`")
        from dynclient.wire.querystring import write_querystring  # Few operations have one.

        try:
            return write_querystring(querystring.content, to_json(value))
        except (UnicodeError, ValueError, TypeError, AttributeError, RecursionError):
            raise self._build_error("querystring cannot be written as text") from None

    def _write_headers(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        headers = []
        for name, value in values.items():
            if is_framing_header(name):
                raise self._build_error(f"header.{name} frames the message, which no call may do")
            text = self._write_value("header", name, value)
            if not is_valid_header(name, text):
                raise self._build_error(f"header.{name} holds a character that no header can carry")
            headers.append((name, text))
        return headers

    def _write_cookies(self, values: Mapping[str, Any]) -> str:
        texts = [self._write_value("cookie", name, value) for name, value in values.items()]
        return "; ".join(filter(None, texts))

    def _write_body(
        self, value: Any, media_type: str, entry: MediaType | None
    ) -> tuple[str, bytes | StreamedBody]:
        """Return the Content-Type and the body."""
        name = self._resolve_media_type(media_type, value)
        encodings = entry.encodings if entry is not None else {}
        item_encodings = entry.item_encodings if entry is not None else NO_ITEM_ENCODINGS
        try:
            try:
                return media.write(name, value, encodings, item_encodings)
            except (ValueError, TypeError):
                # The fast engine accepts Decimals, Enums and tuples as they are; a writer may not.
                return media.write(name, to_json(value), encodings, item_encodings)
        except RecursionError:
            raise self._build_error("the body is nested too deeply") from None
        except (ValueError, TypeError, AttributeError) as error:
            raise self._build_error(f"the body cannot be written: {error}") from None

    def _resolve_media_type(self, media_type: Any, body: Any) -> str:
        """Return the media type that a body is sent as: a range made concrete."""
        if not isinstance(media_type, str) or not _is_valid_media_type(media_type):
            raise self._build_error(f"the media type {shorten_repr(media_type)} cannot be written")
        concrete = media_types.resolve_range(media_type, body)
        if concrete is None:
            hint = 'give media_type="…", in the Call or with_options'
            raise self._build_error(f"the body's media type {media_type} is a range", hint)
        return concrete


@lru_cache(maxsize=256)
def _is_valid_media_type(media_type: str) -> bool:
    return is_valid_header("Content-Type", media_type)
