"""The result table of an operation: what the document says of a status and a Content-Type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.model import MediaType, Operation
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.schemas import Schemas
from dynclient.schema.engines.engine import Checker
from dynclient.violations import Violation, shorten
from dynclient.wire import media, media_types
from dynclient.wire.message import Response
from dynclient.wire.schema_types import SchemaTypes

if TYPE_CHECKING:
    from dynclient.plan.response_headers import DeclaredHeader

OK = 200
FIRST_REDIRECT_STATUS = 300
FIRST_ERROR_STATUS = 400
BODILESS_STATUSES = frozenset({204, 205, 304})
MAX_ROWS = 256
MAX_KEY_CHARS = 256

_KINDS_TAKEN_APART = frozenset({"json", "form", "multipart"})
_KINDS_READ_BY_SCHEMA = frozenset({"form", "items", "multipart", "plain text"})


class ResultRow:
    """What the document says of a status and Content-Type: one row of the result table.

    Args:
        media_type: what the body is read as.
        checker: of the decoded body; None where the document gives no schema that can say anything.
        undocumented: the violation of a status or media type that the document does not know.
        missing_body: the violation of a body that does not come.
        headers: those that the response declares.
        types: of the body, where text is read by them: a form, items, parts, plain text.
        write_only_checker: refuses write-only values; None where the schema has none.
        empty_data: what an empty body means: an empty file, no items; None where it is no body.

    """

    def __init__(
        self,
        media_type: str,
        checker: Checker | None = None,
        undocumented: Violation | None = None,
        missing_body: Violation | None = None,
        headers: tuple[DeclaredHeader, ...] = (),
        types: SchemaTypes | None = None,
        write_only_checker: Checker | None = None,
        empty_data: bytes | str | list[Any] | None = None,
    ) -> None:
        self.media_type = media_type
        self.checker = checker
        self.undocumented = undocumented
        self.missing_body = missing_body
        self.headers = headers
        self.types = types
        self.write_only_checker = write_only_checker
        self.empty_data = empty_data

    @property
    def is_empty_list(self) -> bool:
        """Whether an empty body is a list of no items."""
        return isinstance(self.empty_data, list)


#: The call has to be sent once more, to another place. Source: RFC 9110 §15.4.8, §15.4.9.
_REPEATING_REDIRECTS = frozenset({307, 308})


class ResultTable:
    """The result table of an operation: the schema for a status and a media type."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self.operation = operation
        self._schemas = schemas
        self._checkers: dict[tuple[str, str, str], Checker | None] = {}
        self._declared_headers: dict[str, tuple[DeclaredHeader, ...]] = {}
        self._rows: dict[tuple[int, str], ResultRow] = {}

    def get_body_checker(self, response: DeclaredResponse, media_type: MediaType) -> Checker | None:
        """Return the checker of a response body; None where no schema applies to it."""
        key = (response.status, media_type.range_name, media_type.name)
        if key not in self._checkers:
            self._checkers[key] = self._build_body_checker(media_type)
        return self._checkers[key]

    def _build_body_checker(self, media_type: MediaType) -> Checker | None:
        if media_type.schema is None and media_type.item_schema is None:
            return None
        is_binary = media_types.find_body_kind(media_type) == "octets"
        checker = Checker(self._schemas.build_result_schema(media_type, "consumer"))
        if not is_binary:
            return checker
        types = SchemaTypes(checker.schema, checker.schema.get("$defs", {}))
        is_refused = media_type.range_name != "" and not types.can_be_any_text
        return checker if is_refused or _has_length(types) else None

    def _build_write_only_checker(self, media_type: MediaType) -> Checker | None:
        schema = self._schemas.build_write_only_schema(media_type)
        return None if schema is None else Checker(schema)

    def get_row_of(self, response: Response, content_type: str) -> ResultRow:
        """Return the row of a response, whose Content-Type is "" where it names none.

        Where an operation declares no success but a redirect, its document says nothing of the
        success to which that leads.
        """
        if response.was_redirected and OK <= response.status < FIRST_REDIRECT_STATUS:
            is_declared = self.operation.find_response(response.status) is not None
            if not is_declared and not self.operation.declares_final_success:
                return ResultRow(content_type)
        return self.get_row(response.status, content_type)

    def get_row(self, status: int, content_type: str) -> ResultRow:
        """Return the row of a status and a Content-Type, "" where the response names none."""
        key = (status, content_type)
        row = self._rows.get(key)
        if row is not None:
            return row
        row = self._build_row(status, content_type)
        if len(content_type) <= MAX_KEY_CHARS:
            # A server that invents media types shall not fill the memory.
            if len(self._rows) >= MAX_ROWS:
                self._rows.clear()
            self._rows[key] = row
        return row

    def _build_row(self, status: int, media_type: str) -> ResultRow:
        declared = self.operation.find_response(status)
        is_success = status < FIRST_ERROR_STATUS
        if status in _REPEATING_REDIRECTS and (declared is None or declared.status == "default"):
            # The call was not carried out: no document means this by its default.
            return ResultRow(media_type, undocumented=self._build_status_violation(status))
        if declared is None and is_success and not self.operation.has_success_response:
            # Where failures alone are declared, nothing is known of a success.
            return ResultRow(media_type)
        if declared is None:
            return ResultRow(media_type, undocumented=self._build_status_violation(status))

        content = declared.content
        headers = self._get_headers(declared)
        missing_body = self._build_missing_body_violation(declared, status)
        entry = self._match_entry(declared, media_type)
        if entry is not None:
            return self._build_body_row(declared, entry, media_type, headers, missing_body)
        undocumented = _build_media_type_violation(declared, media_type) if content else None
        return ResultRow(media_type, None, undocumented, missing_body, headers)

    def find_entry(self, status: int, content_type: str) -> MediaType | None:
        """Return the Media Type Object of a response body; None where the document has none."""
        declared = self.operation.find_response(status)
        return None if declared is None else self._match_entry(declared, content_type)

    def _match_entry(self, declared: DeclaredResponse, media_type: str) -> MediaType | None:
        content = declared.content
        match = _match_content(media_type, content) or self._find_file(media_type, content)
        return None if match is None else _narrow_range(match[1], media_type)

    def _build_body_row(
        self,
        declared: DeclaredResponse,
        entry: MediaType,
        media_type: str,
        headers: tuple[DeclaredHeader, ...],
        missing_body: Violation | None,
    ) -> ResultRow:
        """Return the row of a body.

        Args:
            declared: the Response Object.
            entry: the Media Type Object of the body.
            media_type: the Content-Type; "" where the response names none.
            headers: those that the response declares.
            missing_body: what no body means, unless it means an empty file or no items.

        """
        checker = self.get_body_checker(declared, entry)
        types = _build_types(entry, checker)
        name = media_type or entry.name
        empty_data: bytes | str | list[Any] | None = None
        if self._is_file(entry):
            if media_types.find_kind(name) in _KINDS_TAKEN_APART:
                # A file is never taken apart, whatever is in it.
                name, types = media_types.OCTETS, None
            empty_data = media.decode(name, b"")
        elif entry.sequence_format is not None:
            empty_data = []
        can_be_empty = empty_data is not None
        write_only_checker = self._build_write_only_checker(entry) if checker else None
        return ResultRow(
            name,
            checker,
            missing_body=None if can_be_empty else missing_body,
            headers=headers,
            types=types,
            write_only_checker=write_only_checker,
            # Where no body can come, none is missing, and its data is None.
            empty_data=empty_data if missing_body else None,
        )

    def _build_missing_body_violation(
        self, declared: DeclaredResponse, status: int
    ) -> Violation | None:
        """Return the violation of a body that does not come; None where none has to come."""
        is_bodiless = status in BODILESS_STATUSES or self.operation.method == "HEAD"
        if is_bodiless or not declared.content:
            return None
        text = f"no body came, want {', '.join(declared.content)}"
        return Violation("missing", ("body",), text, None, declared.node.place)

    def _find_file(
        self, media_type: str, content: Mapping[str, MediaType]
    ) -> tuple[str, MediaType] | None:
        """Return the first file of a content map for a response that names no media type."""
        files = (item for item in content.items() if self._is_file(item[1]))
        return None if media_type else next(files, None)

    def _is_file(self, entry: MediaType) -> bool:
        """Tell whether a body is a file: binary by its schema, or octets without a schema."""
        if entry.schema is None:
            return media_types.find_body_kind(entry) == "octets"
        schema = self._schemas.translate(entry.schema, "response")
        types = SchemaTypes(schema, self._schemas.get_dialect("response").defs)
        is_binary = any(part.get("format") == "binary" for part in types.subschemas)
        return is_binary and types.types == {"string"}

    def _build_status_violation(self, status: int) -> Violation:
        statuses = ", ".join(self.operation.responses) or "none"
        text = f"got {status}, the document knows {statuses}"
        if status in _REPEATING_REDIRECTS:
            text += "; the redirect was not followed, follow_redirects=True does"
        known = list(self.operation.responses)
        return Violation("status", ("status",), text, None, self.operation.place, known, status)

    def _get_headers(self, declared: DeclaredResponse) -> tuple[DeclaredHeader, ...]:
        if not declared.headers:
            return ()
        if declared.status not in self._declared_headers:
            from dynclient.plan.response_headers import build_declared_headers  # Few have any.

            self._declared_headers[declared.status] = build_declared_headers(
                declared, self._schemas
            )
        return self._declared_headers[declared.status]


def _match_content(
    media_type: str, content: Mapping[str, MediaType]
) -> tuple[str, MediaType] | None:
    """Return the entry of a content map for a media type; the only one for a missing name."""
    if media_type:
        return media_types.match_media_type(media_type, content)
    return next(iter(content.items())) if len(content) == 1 else None


def _build_media_type_violation(declared: DeclaredResponse, media_type: str) -> Violation:
    """Return the violation of a media type that the document does not know for a response."""
    known = list(declared.content)
    essence = shorten(media.get_essence(media_type)) or "none"
    text = f"got {essence}, the document knows {', '.join(known)}"
    place = declared.node.place
    value = media_type or None
    return Violation("media-type", ("media_type",), text, None, place, known, value)


def _narrow_range(entry: MediaType, content_type: str) -> MediaType:
    """Return the Media Type Object of a range as one of the kind that came.

    A body without a media type is read as JSON where the range includes it and has a schema.
    """
    if not media_types.is_range(entry.name):
        return entry
    if content_type:
        return entry.narrow(media_types.get_representative(content_type))
    is_json = entry.schema is not None and media_types.takes_json(entry.name)
    return entry.narrow(media_types.JSON if is_json else media_types.OCTETS)


def _has_length(types: SchemaTypes) -> bool:
    """Tell whether a schema limits the length of a text, which octets can be held to."""
    return any("minLength" in part or "maxLength" in part for part in types.subschemas)


def _build_types(entry: MediaType, checker: Checker | None) -> SchemaTypes | None:
    """Return the types by which the text of a body is read; None for JSON, other text and octets.

    Encoding Objects do not apply to responses. Source: OAS 3.1.1 Media Type Object, encoding.
    """
    if checker is None or media_types.find_body_kind(entry) not in _KINDS_READ_BY_SCHEMA:
        return None
    return SchemaTypes(checker.schema, checker.schema.get("$defs", {}))
