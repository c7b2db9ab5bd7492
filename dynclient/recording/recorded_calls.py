"""A request that was sent once → its operation and call document of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dynclient.client.compiled_document import CompiledDocument
from dynclient.model import Document, Operation
from dynclient.plan.exchange_secrets import ExchangeSecrets
from dynclient.plan.operation_matcher import OperationMatch, OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest, RequestLike
from dynclient.plan.plan import Plan
from dynclient.plan.request_reader import RequestReader
from dynclient.recording.har_entry import HarEntry
from dynclient.violations import Violation


@dataclass(frozen=True)
class RecordedCall:
    """The call of a request.

    Attributes:
        operation: whose call it is.
        call: the call document, as far as it can be read.
        path_values: the values of the path variables, still percent-encoded.
        media_type: of the body, without parameters; "" where there is none.
        raw_body: the body where its schema cannot check it, b"" otherwise.
        violations: what the document's consumer refuses.

    """

    operation: Operation
    call: Mapping[str, Any]
    path_values: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""
    raw_body: bytes = b""
    violations: tuple[Violation, ...] = ()


class RecordedCallReader:
    """Reads the calls of requests by one document.

    Args:
        document: the document of today.

    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._compiled = CompiledDocument.of(document)
        self._matcher = OperationMatcher(document.operations.values(), document.uri)
        self._readers: dict[str, RequestReader] = {}

    def get_plan(self, operation: Operation) -> Plan:
        """Return the plan of an operation."""
        return self._compiled.plans.get_plan(operation)

    def get_secrets(self, operation: Operation) -> ExchangeSecrets:
        """Return what the document marks as secret in the exchanges of an operation."""
        return self.get_plan(operation).exchange_secrets

    def has_operation(self, request: RequestLike) -> bool:
        """Tell whether the document has an operation for a request."""
        return bool(self._find_matches(ParsedRequest.parse(request)))

    def _find_matches(self, parsed: ParsedRequest) -> Sequence[OperationMatch]:
        return self._matcher.find(parsed.method, parsed.path, parsed.query_pairs).matches

    def read(self, request: RequestLike) -> RecordedCall | None:
        """Return the call of a request, None where the document has no operation for it.

        Raises:
            DocumentError: the document is broken there.

        """
        parsed = ParsedRequest.parse(request)
        matches = self._find_matches(parsed)
        calls = [self._read_match(parsed, match) for match in matches]
        valid = [call for call in calls if not call.violations]
        return next(iter([*valid, *calls]), None)

    def read_entry(self, entry: HarEntry) -> RecordedCall | None:
        """Return the call of a recorded exchange, None where the document has no such operation.

        What the recording says of its operation and parameters counts: a path or a style of a
        parameter may have changed since.
        """
        operation = self.document.operations.get(entry.operation)
        if operation is None:
            return self.read(entry.request)
        parsed = ParsedRequest.parse(entry.request)
        read = self._read_match(parsed, OperationMatch(operation, {}, "", ""))
        call = dict(entry.parameters)
        if "body" in read.call:
            call["body"] = read.call["body"]
        return replace(read, call=call, violations=())

    def _read_match(self, request: ParsedRequest, match: OperationMatch) -> RecordedCall:
        operation = match.operation
        reader = self._readers.get(operation.key)
        if reader is None:
            reader = self._readers[operation.key] = RequestReader(self.get_plan(operation))
        parsed = reader.read(request, match.path_values)
        body = request.body or b""
        raw_body = b"" if "body" in parsed.call else body
        media_type = request.content_type.partition(";")[0].strip().lower()
        return RecordedCall(
            operation,
            parsed.call,
            match.path_values,
            media_type if body else "",
            raw_body,
            tuple(parsed.violations),
        )


def select_parameters(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call document without its body."""
    return {key: value for key, value in call.items() if key != "body" and value != {}}
