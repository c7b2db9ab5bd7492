"""The result of a call: a response decoded and judged by the result table of its operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dynclient.errors import (
    DecodeError,
    InvalidResponse,
    ResponseError,
    UndocumentedResponse,
    status_error,
)
from dynclient.model import MediaType, Operation, Response as DeclaredResponse
from dynclient.plan.schemas import Schemas
from dynclient.schema.engine import Checker
from dynclient.violations import Violation
from dynclient.wire import media
from dynclient.wire.message import Headers, Request, Response

Validation = Literal["raise", "warn", "off"]

FAILURE = 400
NO_CONTENT = frozenset({204, 205, 304})


@dataclass(frozen=True)
class Result:
    """What came back.

    Attributes:
        data: the decoded body: plain JSON data, str for text, bytes for the rest, None where there is no body.
        status: the status code.
        headers: as they came.
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
    http: Any = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        found = f", {len(self.violations)} violations" if self.violations else ""
        return f"<Result {self.status} {self.media_type or 'no body'}{found}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "http": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class Results:
    """The result table of an operation: which response is declared for a status, which schema for its media type."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self.operation = operation
        self._schemas = schemas
        self._checkers: dict[tuple[str, str], Checker | None] = {}

    def declared(self, status: int) -> DeclaredResponse | None:
        """Return the declared response of a status: exact, else its range, else `default`. Source: OAS Responses Object."""
        responses = self.operation.responses
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                return responses[key]
        return None

    def checker(self, response: DeclaredResponse, media_type: MediaType) -> Checker | None:
        """Return the checker of a response body; None where the document gives no schema that can say anything."""
        key = (response.status, media_type.name)
        if key not in self._checkers:
            useful = media_type.schema is not None and media.is_json(media_type.name)
            self._checkers[key] = Checker(self._schemas.result(media_type, "consumer")) if useful else None
        return self._checkers[key]

    def judge(self, request: Request, response: Response, validation: Validation) -> Result:
        """Return the result of a response.

        Raises:
            StatusError: the status is 400 or above; its class goes by the status.
            UndocumentedResponse: under `raise`: a status, or success media type, that the document does not know.
            DecodeError: a success body that is not what its media type says.
            InvalidResponse: under `raise`: the body does not fit its schema.

        """
        status, name = response.status, response.media_type
        failed = status >= FAILURE
        declared = self.declared(status)
        entry = media.matched(name, declared.content) if declared and name else None
        if declared and not name and len(declared.content) == 1 and response.body:
            entry = next(iter(declared.content.items()))
        data, broken = _decoded(response, name or (entry[0] if entry else ""))
        if broken and not failed:
            raise self._error(
                DecodeError, "the body cannot be decoded: " + broken, self._result(request, response, None, ())
            )
        violations: tuple[Violation, ...] = ()
        if validation != "off":
            violations = self._violations(response, declared, entry, data)
        result = self._result(request, response, data, violations)
        if failed:
            raise self._failure(result)
        if violations and validation == "raise":
            raise self._refusal(result)
        return result

    def _result(self, request: Request, response: Response, data: Any, violations: tuple[Violation, ...]) -> Result:
        return Result(
            data,
            response.status,
            response.headers,
            response.media_type,
            violations,
            request,
            response.elapsed,
            response.http,
        )

    def _violations(
        self, response: Response, declared: DeclaredResponse | None, entry: tuple[str, MediaType] | None, data: Any
    ) -> tuple[Violation, ...]:
        place = self.operation.place
        if declared is None:
            known = ", ".join(self.operation.responses) or "none"
            return (
                Violation("status", ("status",), f"got {response.status}, the document knows {known}", None, place),
            )
        expects_body = bool(declared.content) and response.status not in NO_CONTENT and self.operation.method != "HEAD"
        if not response.body:
            missing = Violation("missing", ("body",), f"no body came, want {', '.join(declared.content)}", None, place)
            return (missing,) if expects_body else ()
        if entry is None:
            if not declared.content:
                return ()
            text = f"got {response.media_type or 'none'}, the document knows {', '.join(declared.content)}"
            return (Violation("media-type", ("media_type",), text, None, declared.node.place),)
        checker = self.checker(declared, entry[1])
        if checker is None or not media.is_json(response.media_type or entry[0]) or checker.accepts(data):
            return ()
        return tuple(checker.violations(data, ("body",)))

    def _failure(self, result: Result) -> ResponseError:
        message = _message(result.data)
        text = f"{result.status}" + (f" {message}" if message else "")
        return self._error(status_error(result.status), text, result)

    def _refusal(self, result: Result) -> ResponseError:
        unknown = result.violations[0].kind in ("status", "media-type")
        count = f"{len(result.violations)} problem" + ("s" if len(result.violations) > 1 else "")
        hint = 'the data are in error.result; validate_responses="warn" keeps going'
        if unknown:
            return self._error(
                UndocumentedResponse, f"the {result.status} response is not in the document", result, hint
            )
        return self._error(
            InvalidResponse, f"the {result.status} response does not fit the document: {count}", result, hint
        )

    def _error(self, kind: type[ResponseError], text: str, result: Result, hint: str | None = None) -> ResponseError:
        headline = f"{self.operation.id}  {self.operation.method} {self.operation.path}: {text}"
        return kind(headline, hint=hint, result=result, violations=result.violations, operation_id=self.operation.id)


def _decoded(response: Response, media_type: str) -> tuple[Any, str]:
    """Return (data, "") or, where the body is not what it says, (text or bytes, why)."""
    if not response.body:
        return None, ""
    try:
        return media.decode(media_type, response.body, response.headers.get("content-type", "")), ""
    except ValueError as error:
        try:
            return response.body.decode(), f"{media_type}: {_reason(error)}"
        except UnicodeDecodeError:
            return response.body, f"{media_type}: not UTF-8"


def _reason(error: ValueError) -> str:
    """Return what a decoder says, without the text that it met."""
    return str(getattr(error, "msg", None) or getattr(error, "reason", None) or error)[:120]


def _message(data: Any) -> str:
    """Return the one line in which an error body says what happened, if it has one."""
    found: Any = data
    if isinstance(data, Mapping):
        found = next((data[k] for k in ("message", "detail", "title", "error_description", "error") if data.get(k)), "")
    if isinstance(found, Mapping):
        found = found.get("message", "")
    text = " ".join(found.split()) if isinstance(found, str) else ""
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004 (one line of a message)


def drifts(violations: Sequence[Violation]) -> Sequence[Violation]:
    """Return one violation per place, positions in arrays taken as one: what `warn` tells."""
    found: dict[tuple[Any, ...], Violation] = {}
    for violation in violations:
        place = tuple("*" if isinstance(part, int) else part for part in violation.path)
        found.setdefault((violation.kind, place), violation)
    return list(found.values())
