"""What hooks are given: frozen values, in which no secret and no body stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dynclient.wire.message import Headers


class RequestEvent(NamedTuple):
    """A request is about to be sent.

    Attributes:
        operation_id: the operationId; `METHOD /path` where the document gives none.
        method: the HTTP method.
        path: the path template of the operation.
        url: where the request goes, secrets masked.
        headers: without credentials; other secrets are masked.
        attempt: which try at the call it is, first is 1. A redirect that is followed belongs to the
            try that led to it.
        size_bytes: of the body; None where it is not known.

    """

    operation_id: str
    method: str
    path: str
    url: str
    headers: Headers
    attempt: int
    size_bytes: int | None


class ResponseEvent(NamedTuple):
    """A response came, of any status; of a stream, its head.

    Attributes:
        operation_id: the operationId; `METHOD /path` where the document gives none.
        method: the HTTP method.
        path: the path template of the operation.
        url: where the request went, secrets masked.
        status: the status code.
        headers: as they came, secrets masked.
        attempt: which try at the call it answers, first is 1.
        elapsed_s: seconds since the request was sent.
        size_bytes: of the body, content coding undone; None where it was not read here.

    """

    operation_id: str
    method: str
    path: str
    url: str
    status: int
    headers: Headers
    attempt: int
    elapsed_s: float
    size_bytes: int | None


class RetryEvent(NamedTuple):
    """A call is going to be tried again.

    Attributes:
        operation_id: the operationId; `METHOD /path` where the document gives none.
        method: the HTTP method.
        path: the path template of the operation.
        attempt: which try failed, first is 1.
        status: of its response; None where none came.
        error: the class of its failure, such as `ConnectFailed`; None where a response came.
        wait_s: seconds until the next try.

    """

    operation_id: str
    method: str
    path: str
    attempt: int
    status: int | None
    error: str | None
    wait_s: float


class DriftEvent(NamedTuple):
    """A result, or an excused call, does not fit the document; this is only warned of.

    Attributes:
        operation_id: the operationId; `METHOD /path` where the document gives none.
        method: the HTTP method.
        path: the path template of the operation.
        status: of the response; None where it is the call that does not fit.
        kind: what is wrong: `missing`, `unknown`, or the JSON Schema keyword that failed.
        place: where, such as `body.items[0].price`.

    """

    operation_id: str
    method: str
    path: str
    status: int | None
    kind: str
    place: str


RequestHook = Callable[[RequestEvent], object]
ResponseHook = Callable[[ResponseEvent], object]
RetryHook = Callable[[RetryEvent], object]
DriftHook = Callable[[DriftEvent], object]
