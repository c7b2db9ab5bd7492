"""Every error that dynclient raises; the tree is the table of contents.

DynclientError
  DocumentError         DocumentNotFound, DocumentSyntaxError, UnsupportedVersion,
                        UnresolvableReference, DocumentTooLarge
  UsageError            nothing was sent: OperationNotFound, InvalidCall, CredentialsMissing,
                        TokenUnavailable, UnsafeValue
  TransportError        no usable response: ConnectFailed, TimedOut, TooManyRedirects,
                        BrokenResponse: BrokenStream
  ResponseError         a response came:
    StatusError           ClientError (4xx): BadRequest, Unauthorized, Forbidden, NotFound,
                          Conflict, Gone, UnprocessableContent, TooManyRequests;
                          ServerError (5xx)
    InvalidResponse, UndocumentedResponse, DecodeError, PaginationError
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from dynclient.display_text import escape_unprintable
from dynclient.masking import mask_url, mask_urls
from dynclient.violations import Violation, format_violations

MAX_CHARS = 4000
MAX_ATTEMPTS_SHOWN = 10

#: Attributes that a pickle does not hold among the data.
_RESTORED_APART = ("headline", "hint", "__notes__")


#: Attributes that are a URL or may quote one, and what masks its secrets.
_MASKED_ATTRIBUTES: dict[str, Callable[[str], str]] = {
    "reason": mask_urls,
    "reference": mask_url,
    "uri": mask_url,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a call, as `error.attempts` and `result.attempts` list them.

    Attributes:
        number: first is 1.
        status: of the response; None where none came.
        error: the class of the failure, such as `ConnectFailed`; None where there was none.
        wait_s: seconds from its end to the next try; 0 of the last one.
        elapsed_s: seconds from sending to its end, redirects included.

    """

    number: int
    status: int | None = None
    error: str | None = None
    wait_s: float = field(default=0.0, compare=False)
    elapsed_s: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        outcome = self.error or str(self.status)
        wait = f", then a wait of {self.wait_s:.3g} s" if self.wait_s else ""
        return f"{self.number}: {outcome} after {self.elapsed_s:.3g} s{wait}"


class DynclientError(Exception):
    """The root of all errors of dynclient.

    Attributes:
        code: stable name of the kind of error, for programs.
        headline: what happened, one line.
        hint: what to do about it, one line, or None.

    Further data are attributes too; each class names its own. All data survive pickling and
    copying. No URL in them shows its user information or secrets of its query.

    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2

    def __init__(self, headline: str, *, hint: str | None = None, **data: Any) -> None:
        self.headline = escape_unprintable(mask_urls(headline))
        super().__init__(self.headline)
        self.hint = escape_unprintable(mask_urls(hint)) if hint else None
        self.__dict__.update(data)
        for name in _MASKED_ATTRIBUTES.keys() & data.keys():
            self.__dict__[name] = _MASKED_ATTRIBUTES[name](data[name])

    def __str__(self) -> str:
        lines = [self.headline, *self.lines()]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        text = "\n".join(lines)
        return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 2] + " …"

    def lines(self) -> list[str]:
        """Return the problem lines between headline and hint."""
        violations: Sequence[Violation] = getattr(self, "violations", ())
        attempts: Sequence[Attempt] = getattr(self, "attempts", ())
        return [*format_violations(violations), *_format_attempts(attempts)]

    def __reduce__(self) -> tuple[Any, ...]:
        data = {key: value for key, value in self.__dict__.items() if key not in _RESTORED_APART}
        return _restore_error, (
            type(self),
            self.headline,
            self.hint,
            data,
            _make_portable(self.__cause__),
        )


def _format_attempts(attempts: Sequence[Attempt]) -> list[str]:
    """Return a line that says how each try ended; none where there was only one."""
    if len(attempts) <= 1:
        return []
    outcomes = [each.error or str(each.status) for each in attempts[:MAX_ATTEMPTS_SHOWN]]
    rest = ", …" if len(attempts) > MAX_ATTEMPTS_SHOWN else ""
    return [f"  {len(attempts)} attempts: {', '.join(outcomes)}{rest}"]


def _restore_error(
    kind: type[DynclientError],
    headline: str,
    hint: str | None,
    data: dict[str, Any],
    cause: BaseException | None,
) -> DynclientError:
    error = kind(headline, hint=hint, **data)
    error.__cause__ = cause
    return error


def _make_portable(cause: BaseException | None) -> BaseException | None:
    """Return a cause that can be pickled.

    An error of another library may hold what was sent, so it becomes a plain one with its text.
    """
    if cause is None or type(cause).__module__ in ("builtins", __name__):
        return cause
    return RuntimeError(f"{type(cause).__name__}: {cause}")


class DocumentError(DynclientError):
    """A document cannot be read."""

    code = "document"
    exit_code = 7
    uri: str = ""


class DocumentNotFound(DocumentError):
    """No document is at that path or URL."""

    code = "document-not-found"


class DocumentSyntaxError(DocumentError):
    """The text is neither YAML nor JSON; `.line` and `.column` (first is 1) say where."""

    code = "document-syntax"
    line: int = 0
    column: int = 0


class UnsupportedVersion(DocumentError):
    """The text is no OpenAPI document of a version that dynclient reads."""

    code = "unsupported-version"


class UnresolvableReference(DocumentError):
    """A `$ref` leads nowhere; `.reference` is its text, `.pointer` where it stands.

    Where a limit of `load(limits=…)` is the cause, `.limit` is its name and `.allowed` its value.
    """

    code = "unresolvable-reference"
    limit: str = ""
    allowed: int | None = None
    reason: str = ""
    reference: str = ""
    pointer: str = ""


class DocumentTooLarge(DocumentError):
    """The document reaches a limit: `.limit` is its name in `load(limits=…)`, `.allowed` its value.

    What is no limit of loading, such as the depth of a schema, has no name.
    """

    code = "document-too-large"
    limit: str = ""
    allowed: int | None = None


class UsageError(DynclientError):
    """The caller has to change something; nothing was sent."""

    code = "usage"


class OperationNotFound(UsageError, AttributeError, LookupError):
    """The document has no operation of that name; `.suggestions` lists names that are near."""

    code = "operation-not-found"
    suggestions: Sequence[str] = ()


class InvalidCall(UsageError, ValueError):
    """The call does not fit the document.

    `.violations` holds every problem, `.operation_id` the operation.
    """

    code = "invalid-call"
    violations: Sequence[Violation] = ()
    operation_id: str = ""


class CredentialsMissing(UsageError):
    """No security requirement of the operation can be met.

    `.formula` says what it accepts; `.token_schemes` names the schemes of OAuth2 and OpenID Connect
    among them.
    """

    code = "credentials-missing"
    formula: str = ""
    token_schemes: Sequence[str] = ()


class TokenUnavailable(UsageError):
    """No token could be had, so the call was not sent.

    `.reason` is the error code of the authorization server (RFC 6749 §5.2), "" where it gave none;
    `.scheme` the security scheme.
    """

    code = "token-unavailable"
    reason: str = ""
    scheme: str = ""


class UnsafeValue(UsageError, ValueError):
    """A value would break out of its place on the wire."""

    code = "unsafe-value"


class TransportError(DynclientError):
    """No usable response came; `.attempts` lists each try at `.request`, the cause is kept.

    `.status` is that of an answer that began and could not be used, else None.
    """

    code = "transport"
    exit_code = 3
    request: Any = None
    attempts: tuple[Attempt, ...] = ()
    status: int | None = None


class ConnectFailed(TransportError):
    """No connection to the server could be made."""

    code = "connect-failed"


class TimedOut(TransportError):
    """The call took too long.

    `.phase` is `connect`, `write` or `read`; `pool` while it waited for a connection,
    `credentials` for their provider, `rate` for its turn. `.elapsed_s` says how many seconds the
    call took; `.deadline_s` is its deadline where that was reached, else None.

    Of a stream, `.item_count` says how many items came before. Of `wait_until`, the phase is
    `condition`, and `.result` the last of `.call_count` results.
    """

    code = "timed-out"
    phase: str = ""
    item_count: int = 0
    elapsed_s: float = 0.0
    deadline_s: float | None = None
    result: Any = None
    call_count: int = 1


class OutcomeUnknown(TransportError):
    """Whoever sent the call was lost, and it may have been carried out."""

    code = "outcome-unknown"


class TooManyRedirects(TransportError):
    """More redirects than `.limit`."""

    code = "too-many-redirects"
    limit: int = 0


class BrokenResponse(TransportError):
    """The connection broke, or the response cannot be read.

    It is no HTTP, its content coding is wrong, or it has more bytes than are allowed.
    """

    code = "broken-response"


class BrokenStream(BrokenResponse):
    """A stream broke off, after `.item_count` items; `.last_event_id` is that of the last event.

    Of a download, `.byte_count` says how many bytes came.
    """

    code = "broken-stream"
    item_count: int = 0
    byte_count: int = 0
    last_event_id: str = ""


class ResponseError(DynclientError):
    """A response came and is not what the call promised; `.result` holds all of it.

    `.attempts` lists each try at the call; this response ended the last one.
    """

    code = "response"
    result: Any = None
    attempts: tuple[Attempt, ...] = ()
    violations: Sequence[Violation] = ()

    @property
    def status(self) -> int | None:
        """The status code."""
        return getattr(self.result, "status", None)

    @property
    def data(self) -> Any:
        """The decoded body: plain JSON data, text or bytes."""
        return getattr(self.result, "data", None)


class StatusError(ResponseError):
    """The server answered 4xx or 5xx."""

    code = "status"


class ClientError(StatusError):
    """The server answered 4xx."""

    code = "client-error"
    exit_code = 4


class BadRequest(ClientError):
    """400."""

    code = "bad-request"


class Unauthorized(ClientError):
    """401."""

    code = "unauthorized"


class Forbidden(ClientError):
    """403."""

    code = "forbidden"


class NotFound(ClientError):
    """404."""

    code = "not-found"


class Conflict(ClientError):
    """409."""

    code = "conflict"


class Gone(ClientError):
    """410."""

    code = "gone"


class UnprocessableContent(ClientError):
    """422."""

    code = "unprocessable-content"


class TooManyRequests(ClientError):
    """429."""

    code = "too-many-requests"


class ServerError(StatusError):
    """The server answered 5xx."""

    code = "server-error"
    exit_code = 5


class InvalidResponse(ResponseError):
    """The response does not fit the document.

    The data are in `.result`, the problems in `.violations`.
    """

    code = "invalid-response"
    exit_code = 6


class UndocumentedResponse(ResponseError):
    """A status below 400, or a success media type, that the document does not know."""

    code = "undocumented-response"
    exit_code = 6


class DecodeError(ResponseError):
    """A success body that cannot be decoded; its bytes are in `.result.http` and `.body`."""

    code = "decode"
    exit_code = 6
    body: bytes = b""


class PaginationError(ResponseError):
    """A page is not what a list needs to go on: it repeats, or its next page cannot be found.

    `.result` is that page, `.page_number` counts from 1 where the iteration began.
    """

    code = "pagination"
    exit_code = 6
    operation_id: str = ""
    page_number: int = 1


class ResponseDrift(UserWarning):
    """A response does not fit the document, under `validate_responses="warn"`.

    The result still holds its data.
    """


class CallDrift(UserWarning):
    """A call does not fit the document, at a place that the option `excuse` names; it is sent."""


class StaleDocument(UserWarning):
    """A document from the net is used as it came last time: its server is away."""


class UnusedExcuse(UserWarning):
    """An entry of the option `excuse` excuses nothing any more."""


_CLASS_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: UnprocessableContent,
    429: TooManyRequests,
}


def status_error(status: int) -> type[StatusError]:
    """Return the error class of a 4xx or 5xx status."""
    if status in _CLASS_BY_STATUS:
        return _CLASS_BY_STATUS[status]
    return ClientError if status < 500 else ServerError  # noqa: PLR2004 (the first 5xx status)
