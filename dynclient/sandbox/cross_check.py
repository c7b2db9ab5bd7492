"""The second opinion: openapi-core is asked about every request and response, and where it differs is kept."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.model import Document
from dynclient.plan.operation_matcher import OperationMatch
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.sandbox import openapi_core_adapter
from dynclient.sandbox.openapi_core_quirks import JudgedKind, JudgedMessage, find_reason
from dynclient.violations import shorten
from dynclient.wire.message import Response

#: What the sandbox made of a request; `broken` is a fault of the document, about which nobody is asked.
RequestVerdict = Literal["accepted", "refused", "unauthorized", "broken"]

MAX_DETAIL_CHARS = 300


@dataclass(frozen=True)
class Disagreement:
    """A request or response that openapi-core judges otherwise than the sandbox does.

    Attributes:
        operation: the operation's key.
        kind: what was judged, `request` or `response`.
        ours: `accepted` or `refused`, what the sandbox says.
        theirs: `accepted`, `refused`, or `failed` where openapi-core could not judge.
        method: of the request.
        path: of the request.
        detail: what the one that refuses says, in short.
        reason: why openapi-core is known to be wrong here; None where nobody knows: then one of both has a fault.

    """

    operation: str
    kind: JudgedKind
    ours: Literal["accepted", "refused"]
    theirs: Literal["accepted", "refused", "failed"]
    method: str
    path: str
    detail: str = field(compare=False)
    reason: str | None = None


class CrossChecker:
    """openapi-core's judgement of one document; it is imported when it is first asked."""

    def __init__(self, document: Document) -> None:
        self._document = document
        #: openapi-core fills caches without a lock, and warnings are caught process-wide.
        self._lock = threading.Lock()

    @cached_property
    def _openapi(self) -> Any:
        return openapi_core_adapter.build_openapi(self._document)

    def find_disagreements(
        self,
        route: OperationMatch,
        incoming: ParsedRequest,
        response: Response,
        verdict: RequestVerdict,
        lines: Sequence[str],
    ) -> list[Disagreement]:
        """Return where openapi-core differs about a request and its response; it never raises.

        Args:
            route: whose request it is.
            incoming: the request.
            response: the sandbox' response to it.
            verdict: what the sandbox made of the request.
            lines: why it refused.

        """
        if verdict == "broken":
            return []
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case = JudgedMessage(route, incoming, response, "request", tuple(lines))
            found = [self._check_request(case, verdict)]
            if openapi_core_adapter.is_status_declared(route.operation, response.status):
                found.append(
                    self._check_response(JudgedMessage(route, incoming, response, "response"))
                )
        return [d for d in found if d is not None]

    def _check_request(self, case: JudgedMessage, verdict: RequestVerdict) -> Disagreement | None:
        try:
            errors = openapi_core_adapter.find_request_errors(
                self._openapi, case.route, case.incoming
            )
        except Exception as error:  # noqa: BLE001 (whatever breaks in there, the sandbox answers)
            return _describe_failure(case, verdict == "accepted", error)
        is_same = bool(errors) == (verdict != "accepted")
        if verdict == "unauthorized":
            is_same = any(error.startswith("SecurityValidationError") for error in errors)
        elif verdict == "refused":
            is_same = is_same and not any(
                error.startswith("SecurityValidationError") for error in errors
            )
        return None if is_same else _describe_difference(case, verdict == "accepted", errors)

    def _check_response(self, case: JudgedMessage) -> Disagreement | None:
        try:
            errors = openapi_core_adapter.find_response_errors(
                self._openapi, case.route, case.incoming, case.response
            )
        except Exception as error:  # noqa: BLE001 (whatever breaks in there, the sandbox answers)
            return _describe_failure(case, True, error)
        return _describe_difference(case, True, errors) if errors else None


def _describe_difference(
    case: JudgedMessage, accepted: bool, errors: Iterable[str]
) -> Disagreement:
    case = replace(case, their_reasons=tuple(errors))
    detail = shorten(
        "; ".join(case.their_reasons if accepted else case.our_reasons), MAX_DETAIL_CHARS
    )
    theirs: Literal["accepted", "refused"] = "refused" if case.their_reasons else "accepted"
    return _build_disagreement(case, accepted, theirs, detail, find_reason(case))


def _describe_failure(case: JudgedMessage, accepted: bool, error: Exception) -> Disagreement:
    text = shorten(f"{type(error).__name__}: {error}", MAX_DETAIL_CHARS)
    why = (
        str(error)
        if isinstance(error, openapi_core_adapter.NotComparable)
        else f"openapi-core failed: {type(error).__name__}"
    )
    return _build_disagreement(case, accepted, "failed", text, why)


def _build_disagreement(
    case: JudgedMessage,
    accepted: bool,
    theirs: Literal["accepted", "refused", "failed"],
    detail: str,
    why: str | None,
) -> Disagreement:
    ours: Literal["accepted", "refused"] = "accepted" if accepted else "refused"
    incoming = case.incoming
    key = case.route.operation.key
    return Disagreement(key, case.kind, ours, theirs, incoming.method, incoming.path, detail, why)
