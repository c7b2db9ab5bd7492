"""The result of a call: built of a response, or raised as a typed error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from dynclient.display_text import cut_line, format_count
from dynclient.errors import (
    Attempt,
    DecodeError,
    InvalidResponse,
    ResponseError,
    UndocumentedResponse,
    status_error,
)
from dynclient.notebook_view import NotebookView
from dynclient.plan.response_bodies import decode_body, find_body_violations
from dynclient.plan.result_table import FIRST_ERROR_STATUS, ResultTable
from dynclient.violations import Violation, generalize_path, shorten
from dynclient.wire import media
from dynclient.wire.message import Headers, Request, Response

if TYPE_CHECKING:
    from dynclient.plan.response_headers import DeclaredHeader

#: Result → its links by name.
FindLinks = Callable[["Result"], Mapping[str, Any]]

ResponseValidation = Literal["raise", "warn", "off"]

MAX_MESSAGE_CHARS = 200

_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})

#: Where APIs put the line that says what happened; the first one that is not empty counts.
_ERROR_MESSAGE_MEMBERS = ("message", "detail", "title", "error_description", "error")


@dataclass(frozen=True, repr=False)
class Result(NotebookView):
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
        earlier_attempts: the tries at the call before the one that this result came of.
        find_links: result → its links; None after pickling.

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
    earlier_attempts: tuple[Attempt, ...] = field(default=(), compare=False)
    find_links: FindLinks | None = field(default=None, compare=False, repr=False)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each try at the call; this result came of the last one."""
        number = len(self.earlier_attempts) + 1
        last = Attempt(number, status=self.status, elapsed_s=self.elapsed)
        return (*self.earlier_attempts, last)

    @cached_property
    def links(self) -> Mapping[str, Any]:
        """The links that the document declares for the result: each is called to follow it.

        `result.links["GetUser"]()` makes the call that the link proposes. Empty after pickling.
        """
        return {} if self.find_links is None else self.find_links(self)

    def __repr__(self) -> str:
        count = format_count(len(self.violations), "violation")
        found = f", {count}" if self.violations else ""
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
        kept = {name: value for name, value in self.__dict__.items() if name != "links"}
        return {**kept, "http": None, "find_links": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


#: Of a stream, the head is judged before the body is read.
_UNREAD_HINT = 'its body was not read; validate_responses="warn" reads it all the same'


class ResultBuilder:
    """Builds the results of an operation.

    Args:
        table: says what the document knows of a response.

    """

    def __init__(self, table: ResultTable) -> None:
        self._table = table

    def build(
        self,
        request: Request,
        response: Response,
        validation: ResponseValidation,
        select_unexcused: Callable[[Sequence[Violation]], Sequence[Violation]] = tuple,
        find_links: FindLinks | None = None,
    ) -> Result:
        """Return the result of a response.

        Args:
            request: what was sent.
            response: what came.
            validation: what happens where the response does not fit the document.
            select_unexcused: violations → those that are not excused, and so raise.
            find_links: result → its links; it is asked when somebody looks at them.

        Raises:
            StatusError: the status is 400 or above; its class goes by the status.
            UndocumentedResponse: under `raise`: a status, or success media type, that the document
                does not know.
            DecodeError: a success body that is not what its media type says.
            InvalidResponse: under `raise`: the body does not fit its schema.

        """
        content_type = response.headers.get("content-type", "")
        row = self._table.get_row_of(response, content_type)
        data, decode_error = decode_body(response.body, row, content_type)
        violations: list[Violation] = []
        if validation != "off" and not decode_error:
            violations += find_body_violations(row, response, data)
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
            earlier_attempts=response.earlier_attempts,
            find_links=find_links,
        )

        if response.status >= FIRST_ERROR_STATUS:
            raise self._build_status_error(result)
        if decode_error:
            text = f"the body cannot be decoded: {decode_error}"
            raise self.build_decode_error(result, text, response.body)
        unexcused = select_unexcused(violations) if violations else ()
        if unexcused and validation == "raise":
            error = self.build_invalid_response(result, unexcused)
            if response.open_body is not None:
                error.hint = _UNREAD_HINT
            raise error
        return result

    def _build_status_error(self, result: Result) -> ResponseError:
        message = _find_error_message(result.data)
        text = f"{result.status}" + (f" {message}" if message else "")
        return self._build_error(status_error(result.status), text, result)

    def build_decode_error(self, result: Result, text: str, body: bytes) -> ResponseError:
        """Return the error of a body, or of an item in it, that cannot be decoded."""
        return self._build_error(DecodeError, text, result, body=body)

    def build_invalid_response(
        self, result: Result, violations: Sequence[Violation]
    ) -> ResponseError:
        """Return the error of a response, or of an item in it, that does not fit the document."""
        hint = 'the data are in error.result; validate_responses="warn" keeps going'
        if all(violation.kind == "enum" for violation in violations):
            hint = "the data are in error.result; open_enums=True accepts new values of enums"
        start = f"the {result.status} response"
        if violations[0].kind in ("status", "media-type"):
            text = f"{start} is not in the document"
            location = result.headers.get("location", "")
            if location and result.status in _REDIRECT_STATUSES:
                target = shorten(self._mask_link(result.request.url, location))
                text = f"{start} redirects to {target}, which was not followed"
                hint = "follow_redirects=True follows it"
            return self._build_error(UndocumentedResponse, text, result, hint, violations)
        problems = format_count(len(violations), "problem")
        text = f"{start} does not fit the document: {problems}"
        return self._build_error(InvalidResponse, text, result, hint, violations)

    def _mask_link(self, request_url: str, link: str) -> str:
        from dynclient.plan.exchange_secrets import ExchangeSecrets  # Few errors name a link.

        secrets = ExchangeSecrets(self._table.operation)
        return secrets.find_link_names(request_url, link).mask_url(link)

    def _build_error(
        self,
        error_class: type[ResponseError],
        text: str,
        result: Result,
        hint: str | None = None,
        violations: Sequence[Violation] | None = None,
        **data: Any,
    ) -> ResponseError:
        operation = self._table.operation
        return error_class(
            f"{operation.heading}: {text}",
            hint=hint,
            result=result,
            violations=result.violations if violations is None else tuple(violations),
            operation_id=operation.id,
            attempts=result.attempts,
            **data,
        )


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
    return cut_line(line, MAX_MESSAGE_CHARS)


def select_drifts(violations: Sequence[Violation]) -> Sequence[Violation]:
    """Return one violation per place, for `warn`; all positions in an array are one place."""
    drifts: dict[tuple[Any, ...], Violation] = {}
    for violation in violations:
        drifts.setdefault((violation.kind, generalize_path(violation.path)), violation)
    return list(drifts.values())
