"""Answers that a test gives to the sandbox; each fits the document."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

from dynclient.errors import UsageError
from dynclient.model import MediaType, SequenceFormat, find_sequence_format
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.json_values import to_json
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.plan.result_table import BODILESS_STATUSES, FIRST_ERROR_STATUS
from dynclient.sandbox.content_negotiation import negotiate_media_type
from dynclient.sandbox.response_builder import ResponseBuilder
from dynclient.sandbox.response_sampler import SampledBody
from dynclient.schema.engines.engine import LazyChecker
from dynclient.violations import Violation
from dynclient.wire import media, media_types
from dynclient.wire.message import Headers, Response

DEFAULT_MEDIA_TYPE = "application/json"
STATUSES = range(100, 600)


class _NotGiven:
    def __repr__(self) -> str:
        return "<not given>"


#: No data are given: the sandbox samples them. None is JSON null.
NOT_GIVEN: Final = _NotGiven()


@dataclass
class GivenAnswer:
    """An answer of one operation.

    Attributes:
        status: of the response.
        headers: those that were given.
        response: the whole response; None where its body is sampled for each request.
        remaining: the number of requests that still get it; None for all.

    """

    status: int
    headers: tuple[tuple[str, str], ...]
    response: Response | None
    remaining: int | None

    def has_header(self, name: str) -> bool:
        """Tell whether a header was given; a sample does not stand beside it."""
        return any(name.lower() == given.lower() for given, _ in self.headers)


class GivenAnswers:
    """The answers that were given, by operation; threads that share it need a lock.

    Those for a number of requests are used up in their order; the last one for all requests comes
    after them.
    """

    def __init__(self) -> None:
        self._queues: dict[str, deque[GivenAnswer]] = {}
        self._defaults: dict[str, GivenAnswer] = {}

    def add(self, operation_key: str, answer: GivenAnswer) -> None:
        """Add an answer of an operation."""
        if answer.remaining is None:
            self._defaults[operation_key] = answer
        else:
            self._queues.setdefault(operation_key, deque()).append(answer)

    def take(self, operation_key: str) -> GivenAnswer | None:
        """Return the answer to a request of an operation, and count it; None where none is."""
        queue = self._queues.get(operation_key)
        if not queue:
            return self._defaults.get(operation_key)
        answer = queue[0]
        if answer.remaining is not None:
            answer.remaining -= 1
            if answer.remaining == 0:
                queue.popleft()
        return answer

    def clear(self) -> None:
        """Remove all answers."""
        self._queues.clear()
        self._defaults.clear()


class AnswerBuilder:
    """Builds the given answers of one operation.

    Args:
        plan: of the operation.
        response_builder: of the operation.
        validate: whether an answer has to fit the document.

    """

    def __init__(self, plan: Plan, response_builder: ResponseBuilder, *, validate: bool) -> None:
        self._plan = plan
        self._response_builder = response_builder
        self._validate = validate

    def build(
        self,
        status: int | None,
        data: Any,
        headers: Mapping[str, str],
        media_type: str,
        times: int | None,
    ) -> GivenAnswer:
        """Return an answer.

        Args:
            status: of the response; None for the lowest success that is declared.
            data: of its body; NOT_GIVEN for a sample.
            headers: beside those that the document requires.
            media_type: of the body; "" for the document's own choice.
            times: the number of requests that get it; None for all.

        Raises:
            UsageError: the answer does not fit the document.

        """
        _check_times(times)
        if status is None:
            status = self._response_builder.success_status
        _check_status(status)
        declared = self._plan.operation.find_response(status)
        if declared is None and self._validate:
            raise self._build_undeclared(status)

        pairs = tuple(headers.items())
        if not all(map(_is_one_line, chain(*pairs))):
            raise UsageError("a header cannot be sent", hint="give names and values as one line")
        response = None
        if data is not NOT_GIVEN:
            response = self._build_response(status, declared, data, pairs, media_type)
        if self._validate:
            self._check_headers(status, media_type, pairs)
        return GivenAnswer(status, pairs, response, times)

    def _build_undeclared(self, status: int) -> UsageError:
        statuses = ", ".join(self._plan.operation.responses) or "none"
        return UsageError(
            f"{self._plan.operation.heading}: the status {status} is not declared,"
            f" the document knows {statuses}",
            hint="validate=False sends it all the same",
        )

    def _build_response(
        self,
        status: int,
        declared: DeclaredResponse | None,
        data: Any,
        headers: tuple[tuple[str, str], ...],
        media_type: str,
    ) -> Response:
        try:
            value = to_json(data)
        except (TypeError, ValueError) as error:
            raise self._build_misfit(str(error)) from None
        body = self._choose_body(status, declared, value, media_type)
        content_type, content = _encode(body, value)
        all_headers = [("Content-Type", content_type), *headers]
        if declared is not None:
            all_headers += self._response_builder.sample_headers(declared)
        return Response(status, _merge_headers(all_headers), content)

    def _choose_body(
        self, status: int, declared: DeclaredResponse | None, value: Any, media_type: str
    ) -> SampledBody:
        content = {} if declared is None else declared.content
        has_body = bool(content) and status not in BODILESS_STATUSES
        if self._validate and not has_body:
            raise self._build_misfit(f"the status {status} has no body; leave data out")
        entry = _find_media_type(media_type, content)
        if entry is not None:
            return self._check_data(entry, value, media_type)
        if self._validate:
            names = ", ".join(content)
            raise self._build_misfit(
                f"the media type {media_type} is not declared, the document knows {names}"
            )
        return SampledBody(media_type or DEFAULT_MEDIA_TYPE, value, LazyChecker({}))

    def _check_data(self, entry: MediaType, value: Any, media_type: str) -> SampledBody:
        checker = LazyChecker(self._plan.schemas.build_result_schema(entry, "producer"))
        name = media_type or entry.name
        sequence_format = find_sequence_format(name) if entry.sequence_format is None else None
        if sequence_format is not None and isinstance(value, list):
            return self._check_items(entry, sequence_format, value, name)
        is_checked = self._validate and not isinstance(value, bytes)
        if is_checked and not checker.accepts(value):
            violations = checker.find_violations(value, ("body",))
            raise self._build_misfit("the data do not fit the document", violations)
        return SampledBody(media_type or entry.name, value, checker)

    def _check_items(
        self, entry: MediaType, sequence_format: SequenceFormat, items: list[Any], media_type: str
    ) -> SampledBody:
        """Return the body of a stream; each of its items has to fit the document."""
        row = self._plan.item_table.get_entry_row(entry, sequence_format, "producer")
        violations: list[Violation] = []
        if self._validate and row.checker is not None:
            for index, item in enumerate(items):
                violations += row.checker.find_violations(item, ("body", index))
        if violations:
            raise self._build_misfit("the data do not fit the document", violations)
        return SampledBody(media_type, items, LazyChecker({}))

    def _check_headers(
        self, status: int, media_type: str, headers: tuple[tuple[str, str], ...]
    ) -> None:
        given = Headers(headers)
        violations: list[Violation] = []
        for header in self._plan.result_table.get_row(status, media_type).headers:
            if header.parameter.name in given:
                violations += header.read(given)[1]
        if violations:
            raise self._build_misfit("the headers do not fit the document", violations)

    def _build_misfit(self, text: str, violations: Any = ()) -> UsageError:
        return UsageError(
            f"{self._plan.operation.heading}: {text}",
            hint="validate=False sends the answer all the same",
            violations=tuple(violations),
        )


def send_answer(
    answer: GivenAnswer,
    response_builder: ResponseBuilder,
    request: ParsedRequest,
    call: Mapping[str, Any],
) -> Response:
    """Return the response of a given answer to a request.

    Args:
        answer: the answer.
        response_builder: samples the body where none was given.
        request: the request.
        call: its call document.

    Raises:
        NoExample: no valid body or header was found.

    """
    response = answer.response
    if response is None and answer.status >= FIRST_ERROR_STATUS:
        reasons = [f"{answer.status} was given as the answer"]
        return response_builder.build_refusal(answer.status, reasons, request, *answer.headers)
    if response is None:
        sampled = response_builder.build_for_status(answer.status, request, call)
        others = [field for field in sampled.headers if not answer.has_header(field[0])]
        sampled = replace(sampled, headers=(*others, *answer.headers))
        response = response_builder.encode(sampled, request)
    return replace(response, body=b"") if request.method == "HEAD" else response


def _check_times(times: int | None) -> None:
    is_valid = times is None or (type(times) is int and times >= 1)
    if not is_valid:
        raise UsageError(f"times is {times!r}", hint="give a number from 1, or None for all")


def _check_status(status: int) -> None:
    if type(status) is not int or status not in STATUSES:
        raise UsageError(f"status is {status!r}", hint="give a number from 100 to 599")


def _find_media_type(media_type: str, content: Mapping[str, MediaType]) -> MediaType | None:
    """Return the declared entry for a media type, "" for the document's own choice."""
    if media_type:
        match = media_types.match_media_type(media_type, content)
        entry_and_name = None if match is None else (match[1], media.get_essence(media_type))
    else:
        entry_and_name = negotiate_media_type("", content)
    if entry_and_name is None:
        return None
    entry, name = entry_and_name
    return entry.narrow(name) if media_types.is_range(entry.name) else entry


def _encode(body: SampledBody, value: Any) -> tuple[str, bytes]:
    if isinstance(value, bytes):
        return body.media_type, value
    return body.encode(value)


def _is_one_line(text: Any) -> bool:
    return isinstance(text, str) and text.isprintable()


def _merge_headers(headers: list[tuple[str, str]]) -> Headers:
    """Return header fields; of two with one name the first counts."""
    merged: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        merged.setdefault(name.lower(), (name, value))
    return Headers(list(merged.values()))
