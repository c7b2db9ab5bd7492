"""The second opinion: openapi-core checks every request and response too."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.model import Document
from dynclient.plan.operation_matcher import OperationMatch
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.sandbox import openapi_core_adapter as adapter
from dynclient.sandbox.disagreement_tests import JudgedKind, JudgedMessage
from dynclient.sandbox.openapi_core_quirks import find_reason
from dynclient.violations import shorten
from dynclient.wire.message import Response

#: The sandbox' verdict on a request; `broken` is a fault of the document: nobody else is asked.
RequestVerdict = Literal["accepted", "refused", "unauthorized", "broken"]

MAX_DETAIL_CHARS = 300


@dataclass(frozen=True)
class Disagreement:
    """A request or response on which openapi-core and the sandbox have different verdicts.

    Attributes:
        operation: the operation's key.
        kind: `request` or `response`.
        ours: the sandbox' verdict.
        theirs: openapi-core's verdict; `failed` where it has none.
        method: of the request.
        path: of the request.
        detail: the reasons of the one that refuses, shortened.
        reason: the known fault of openapi-core; None where none is known: one of both has a fault.

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
    """Compares openapi-core's verdicts with ours; it is imported when it is needed."""

    def __init__(self, document: Document) -> None:
        self._document = document
        #: openapi-core fills caches without a lock, and warnings are caught process-wide.
        self._lock = threading.Lock()

    @cached_property
    def _openapi(self) -> Any:
        return adapter.build_openapi(self._document)

    def find_disagreements(
        self,
        match: OperationMatch,
        request: ParsedRequest,
        response: Response,
        verdict: RequestVerdict,
        reasons: Sequence[str],
    ) -> list[Disagreement]:
        """Return the disagreements of openapi-core about a request and its response; never raise.

        Args:
            match: the operation of the request.
            request: the request.
            response: the sandbox' response to it.
            verdict: the sandbox' verdict on the request.
            reasons: of a refusal.

        """
        if verdict == "broken":
            return []
        with self._lock, adapter.ask_silently():
            message = JudgedMessage(match, request, response, "request", tuple(reasons))
            disagreements = [self._check_request(message, verdict)]
            if adapter.is_status_declared(match.operation, response.status):
                message = JudgedMessage(match, request, response, "response")
                disagreements.append(self._check_response(message))
        return [disagreement for disagreement in disagreements if disagreement is not None]

    def _check_request(
        self, message: JudgedMessage, verdict: RequestVerdict
    ) -> Disagreement | None:
        is_accepted = verdict == "accepted"
        try:
            errors = adapter.find_request_errors(self._openapi, message.match, message.request)
        except Exception as error:  # noqa: BLE001 (whatever breaks in there, the sandbox answers)
            return _describe_failure(message, is_accepted, error)
        if _is_same_verdict(verdict, errors):
            return None
        return _describe_difference(message, is_accepted, errors)

    def _check_response(self, message: JudgedMessage) -> Disagreement | None:
        try:
            errors = adapter.find_response_errors(
                self._openapi, message.match, message.request, message.response
            )
        except Exception as error:  # noqa: BLE001 (whatever breaks in there, the sandbox answers)
            return _describe_failure(message, True, error)
        return _describe_difference(message, True, errors) if errors else None


def _is_same_verdict(verdict: RequestVerdict, errors: Sequence[str]) -> bool:
    """Tell whether openapi-core's errors mean the same as the sandbox' verdict on a request."""
    is_credential_refused = any(error.startswith("SecurityValidationError") for error in errors)
    if verdict == "accepted":
        return not errors
    if verdict == "unauthorized":
        return is_credential_refused
    return len(errors) > 0 and not is_credential_refused


def _describe_difference(
    message: JudgedMessage, is_accepted: bool, errors: Iterable[str]
) -> Disagreement:
    message = replace(message, their_reasons=tuple(errors))
    reasons = message.their_reasons if is_accepted else message.our_reasons
    return _build_disagreement(
        message,
        is_accepted,
        theirs="refused" if message.their_reasons else "accepted",
        detail=shorten("; ".join(reasons), MAX_DETAIL_CHARS),
        reason=find_reason(message),
    )


def _describe_failure(message: JudgedMessage, is_accepted: bool, error: Exception) -> Disagreement:
    reason = f"openapi-core failed: {type(error).__name__}"
    if isinstance(error, adapter.NotComparable):
        reason = str(error)
    return _build_disagreement(
        message,
        is_accepted,
        theirs="failed",
        detail=shorten(f"{type(error).__name__}: {error}", MAX_DETAIL_CHARS),
        reason=reason,
    )


def _build_disagreement(
    message: JudgedMessage,
    is_accepted: bool,
    *,
    theirs: Literal["accepted", "refused", "failed"],
    detail: str,
    reason: str | None,
) -> Disagreement:
    return Disagreement(
        operation=message.match.operation.key,
        kind=message.kind,
        ours="accepted" if is_accepted else "refused",
        theirs=theirs,
        method=message.request.method,
        path=message.request.path,
        detail=detail,
        reason=reason,
    )
