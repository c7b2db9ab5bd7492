"""The result of a call: a response decoded and judged by the result table of its operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from dynclient.errors import (
    DecodeError,
    InvalidResponse,
    ResponseError,
    UndocumentedResponse,
    status_error,
)
from dynclient.model import MediaType, Operation
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.response_headers import DeclaredHeader, build_declared_headers
from dynclient.plan.schemas import Schemas
from dynclient.schema.engines.engine import Checker
from dynclient.violations import Violation, generalize_path, shorten
from dynclient.wire import media, media_types
from dynclient.wire.binary_values import replace_binaries
from dynclient.wire.message import Headers, Request, Response
from dynclient.wire.schema_types import SchemaTypes

ResponseValidation = Literal["raise", "warn", "off"]

OK = 200
FIRST_REDIRECT_STATUS = 300
FIRST_ERROR_STATUS = 400
#: The kind of a violation that never makes a result invalid: it is reported as drift.
WRITE_ONLY = "writeOnly"
BODILESS_STATUSES = frozenset({204, 205, 304})
MAX_ROWS = 256
MAX_KEY_CHARS = 256
MAX_MESSAGE_CHARS = 200

_KINDS_TAKEN_APART = frozenset({"json", "form", "multipart"})
_KINDS_READ_BY_SCHEMA = frozenset({"form", "items", "multipart", "plain text"})

#: Where APIs put the line that says what happened; the first one that is not empty counts.
_ERROR_MESSAGE_MEMBERS = ("message", "detail", "title", "error_description", "error")


@dataclass(frozen=True)
class Result:
    """What came back.

    Attributes:
        data: the decoded body: plain JSON data, str for text, bytes for the rest, None where there
            is no body.
        status: the status code.
        headers: as they came, all of them text.
        header_data: the headers that the document declares, decoded by their schemas, by the
            document's spelling.
        media_type: without parameters, lower case; "" where there is none.
        violations: what does not fit the document.
        request: what was sent.
        elapsed: seconds from sending to the end of the body.
        http: the HTTP library's own response; None from a sandbox, and after pickling.

    """

    data: Any
    status: int
    headers: Headers
    media_type: str
    violations: tuple[Violation, ...]
    request: Request
    elapsed: float = field(default=0.0, compare=False)
    header_data: Mapping[str, Any] = field(default_factory=dict)
    http: Any = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        found = f", {len(self.violations)} violations" if self.violations else ""
        return f"<Result {self.status} {self.media_type or 'no body'}{found}>"

    def _repr_html_(self) -> str:
        """Return the result for a notebook: its line, what does not fit, its data as a tree."""
        from dynclient.notebook_panel import build_data_tree, build_panel, build_table

        violations = [(violation.kind, str(violation)) for violation in self.violations]
        return build_panel(
            repr(self)[1:-1],
            f"{self.elapsed * 1000:.0f} ms",
            build_table((), violations) if violations else None,
            build_data_tree(self.data),
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "http": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class ResultRow(NamedTuple):
    """What the document says of a status and Content-Type: one row of the result table.

    Attributes:
        media_type: what the body is read as.
        checker: of the decoded body; None where the document gives no schema that can say anything.
        undocumented: the violation of a status or media type that the document does not know.
        missing_body: the violation of a body that does not come.
        headers: those that the response declares.
        types: of the body, where text is read by them: a form, items, parts, plain text.
        write_only_checker: refuses write-only values; None where the schema has none.
        empty_data: what an empty body means: an empty file, no items; None where it is no body.

    """

    media_type: str
    checker: Checker | None = None
    undocumented: Violation | None = None
    missing_body: Violation | None = None
    headers: tuple[DeclaredHeader, ...] = ()
    types: SchemaTypes | None = None
    write_only_checker: Checker | None = None
    empty_data: bytes | str | list[Any] | None = None

    @property
    def is_empty_list(self) -> bool:
        """Whether an empty body is a list of no items."""
        return isinstance(self.empty_data, list)


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

    def get_row_of(self, response: Response) -> ResultRow:
        """Return the row of a response.

        Where an operation declares no success but a redirect, its document says nothing of the
        success to which that leads.
        """
        if response.was_redirected and OK <= response.status < FIRST_REDIRECT_STATUS:
            is_declared = self.operation.find_response(response.status) is not None
            if not is_declared and not self.operation.declares_final_success:
                return ResultRow(response.headers.get("content-type", ""))
        return self.get_row(response.status, response.headers.get("content-type", ""))

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
        if declared is None and is_success and not self.operation.has_success_response:
            # Where failures alone are declared, nothing is known of a success.
            return ResultRow(media_type)
        if declared is None:
            return ResultRow(media_type, undocumented=self._build_status_violation(status))

        content = declared.content
        headers = self._get_headers(declared)
        missing_body = self._build_missing_body_violation(declared, status)
        match = _match_content(media_type, content) or self._find_file(media_type, content)
        if match is not None:
            entry = _narrow_range(match[1], media_type)
            return self._build_body_row(declared, entry, media_type, headers, missing_body)
        undocumented = _build_media_type_violation(declared, media_type) if content else None
        return ResultRow(media_type, None, undocumented, missing_body, headers)

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
        known = list(self.operation.responses)
        return Violation("status", ("status",), text, None, self.operation.place, known, status)

    def _get_headers(self, declared: DeclaredResponse) -> tuple[DeclaredHeader, ...]:
        if declared.status not in self._declared_headers:
            self._declared_headers[declared.status] = build_declared_headers(
                declared, self._schemas
            )
        return self._declared_headers[declared.status]

    def build_result(
        self,
        request: Request,
        response: Response,
        validation: ResponseValidation,
        select_unexcused: Callable[[Sequence[Violation]], Sequence[Violation]] = tuple,
    ) -> Result:
        """Return the result of a response.

        Args:
            request: what was sent.
            response: what came.
            validation: what happens where the response does not fit the document.
            select_unexcused: violations → those that are not excused, and so raise.

        Raises:
            StatusError: the status is 400 or above; its class goes by the status.
            UndocumentedResponse: under `raise`: a status, or success media type, that the document
                does not know.
            DecodeError: a success body that is not what its media type says.
            InvalidResponse: under `raise`: the body does not fit its schema.

        """
        content_type = response.headers.get("content-type", "")
        row = self.get_row_of(response)
        data, decode_error = _decode_body(response.body, row, content_type)
        violations: list[Violation] = []
        if validation != "off" and not decode_error:
            violations += self._find_violations(row, response, data)
        header_data: Mapping[str, Any] = {}
        if row.headers:
            header_data, header_violations = _read_headers(row.headers, response.headers)
            if validation != "off":
                violations += header_violations
        result = Result(
            data=data,
            status=response.status,
            headers=response.headers,
            media_type=media.get_essence(content_type),
            violations=tuple(violations),
            request=request,
            elapsed=response.elapsed,
            header_data=header_data,
            http=response.http,
        )

        if response.status >= FIRST_ERROR_STATUS:
            raise self._build_status_error(result)
        if decode_error:
            text = f"the body cannot be decoded: {decode_error}"
            raise self._build_error(DecodeError, text, result, body=response.body)
        unexcused = select_unexcused(violations) if violations else ()
        if unexcused and validation == "raise":
            raise self._build_invalid_response(result, unexcused)
        return result

    def _find_violations(
        self, row: ResultRow, response: Response, data: Any
    ) -> Sequence[Violation]:
        has_body = bool(response.body) or response.is_in_sink or row.is_empty_list
        undocumented = row.undocumented
        if undocumented and (has_body or undocumented.kind == "status"):
            return [undocumented]
        if not has_body:
            return [row.missing_body] if row.missing_body else []
        if response.is_in_sink or row.checker is None:
            return []
        if isinstance(data, bytes) or media.is_multipart(row.media_type):
            return _find_binary_violations(row.checker, row.types, data)
        return [*row.checker.check(data, ("body",)), *_find_write_only_values(row, data)]

    def _build_status_error(self, result: Result) -> ResponseError:
        message = _find_error_message(result.data)
        text = f"{result.status}" + (f" {message}" if message else "")
        return self._build_error(status_error(result.status), text, result)

    def _build_invalid_response(
        self, result: Result, violations: Sequence[Violation]
    ) -> ResponseError:
        hint = 'the data are in error.result; validate_responses="warn" keeps going'
        if all(violation.kind == "enum" for violation in violations):
            hint = "the data are in error.result; open_enums=True accepts new values of enums"
        start = f"the {result.status} response"
        if violations[0].kind in ("status", "media-type"):
            text = f"{start} is not in the document"
            return self._build_error(UndocumentedResponse, text, result, hint, violations)
        count = len(violations)
        problems = f"{count} problems" if count > 1 else f"{count} problem"
        text = f"{start} does not fit the document: {problems}"
        return self._build_error(InvalidResponse, text, result, hint, violations)

    def _build_error(
        self,
        error_class: type[ResponseError],
        text: str,
        result: Result,
        hint: str | None = None,
        violations: Sequence[Violation] | None = None,
        **data: Any,
    ) -> ResponseError:
        operation = self.operation
        return error_class(
            f"{operation.heading}: {text}",
            hint=hint,
            result=result,
            violations=result.violations if violations is None else tuple(violations),
            operation_id=operation.id,
            **data,
        )


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


def _read_headers(
    declared: Sequence[DeclaredHeader], headers: Headers
) -> tuple[dict[str, Any], list[Violation]]:
    """Return the values of the declared headers that came, and the violations of all."""
    values, violations = {}, []
    for header in declared:
        value, header_violations = header.read(headers)
        violations += header_violations
        if header.parameter.name in headers:
            values[header.parameter.name] = value
    return values, violations


def _has_length(types: SchemaTypes) -> bool:
    """Tell whether a schema limits the length of a text, which octets can be held to."""
    return any("minLength" in part or "maxLength" in part for part in types.subschemas)


def _find_write_only_values(row: ResultRow, data: Any) -> list[Violation]:
    if row.write_only_checker is None:
        return []
    violations = row.write_only_checker.check(data, ("body",))
    return [violation for violation in violations if violation.kind == WRITE_ONLY]


def _find_binary_violations(
    checker: Checker, types: SchemaTypes | None, data: Any
) -> Sequence[Violation]:
    """Return the violations of octets, or of parts with octets.

    Of parts without names no object can be made.
    """
    if isinstance(data, list) and types is not None and not types.is_array:
        return []
    return checker.find_violations(replace_binaries(data)[0], ("body",))


def _build_types(entry: MediaType, checker: Checker | None) -> SchemaTypes | None:
    """Return the types by which the text of a body is read; None for JSON, other text and octets.

    Encoding Objects do not apply to responses. Source: OAS 3.1.1 Media Type Object, encoding.
    """
    if checker is None or media_types.find_body_kind(entry) not in _KINDS_READ_BY_SCHEMA:
        return None
    return SchemaTypes(checker.schema, checker.schema.get("$defs", {}))


def _decode_body(body: bytes, row: ResultRow, content_type: str) -> tuple[Any, str]:
    """Return (data, ""), or (text or bytes, why) where the body is not what it says."""
    if not body:
        return ([] if row.is_empty_list else row.empty_data), ""
    media_type = row.media_type
    try:
        if row.types is not None:
            return media.read(media_type, body, content_type, row.types, {}), ""
        return media.decode(media_type, body, content_type), ""
    except ValueError as error:
        try:
            return body.decode(), f"{media_type}: {_explain_decode_error(error)}"
        except UnicodeDecodeError:
            is_plain = isinstance(error, UnicodeDecodeError)
            reason = "not UTF-8" if is_plain else _explain_decode_error(error)
            return body, f"{media_type}: {reason}"


def _explain_decode_error(error: ValueError) -> str:
    """Return what a decoder says, without the text that it met."""
    return str(getattr(error, "msg", None) or getattr(error, "reason", None) or error)[:120]


def _find_error_message(data: Any) -> str:
    """Return the one line in which an error body says what happened, if it has one."""
    message: Any = data
    if isinstance(data, Mapping):
        message = ""
        for name in _ERROR_MESSAGE_MEMBERS:
            if data.get(name):
                message = data[name]
                break
    if isinstance(message, Mapping):
        message = message.get("message", "")
    if not isinstance(message, str):
        return ""
    line = " ".join(message.split())
    return line if len(line) <= MAX_MESSAGE_CHARS else line[: MAX_MESSAGE_CHARS - 1] + "…"


def select_drifts(violations: Sequence[Violation]) -> Sequence[Violation]:
    """Return one violation per place, for `warn`; all positions in an array are one place."""
    drifts: dict[tuple[Any, ...], Violation] = {}
    for violation in violations:
        drifts.setdefault((violation.kind, generalize_path(violation.path)), violation)
    return list(drifts.values())
