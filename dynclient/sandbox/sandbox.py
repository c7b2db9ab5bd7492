"""The sandbox: a document answers its own calls, in process, the same way each time."""

from __future__ import annotations

import threading
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dynclient.client.compiled_document import CompiledDocument
from dynclient.client.load import DocumentSource, load
from dynclient.client.operation_lookup import build_not_found_error, check_pagination_names
from dynclient.display_text import format_count
from dynclient.errors import DynclientError, UsageError
from dynclient.generate import NoExample
from dynclient.model import Document, Operation
from dynclient.pagination.find_pagination import find_pagination
from dynclient.pagination.pagination import Pagination
from dynclient.pagination.pagination_table import PaginationTables, check_tables
from dynclient.plan.call_document import Call
from dynclient.plan.operation_matcher import MatchResult, OperationMatch, OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest, RequestLike
from dynclient.plan.plan import Plan
from dynclient.plan.request_reader import ParsedCall, RequestReader
from dynclient.sandbox.credential_check import build_challenge, is_authorized
from dynclient.sandbox.cross_check import CrossChecker, Disagreement, RequestVerdict
from dynclient.sandbox.error_bodies import build_problem_response
from dynclient.sandbox.fault_injection import (
    Fault,
    FaultEffect,
    FaultInjector,
    FaultKind,
    make_malformed,
    make_wrong_schema,
    raise_fault,
)
from dynclient.sandbox.given_answers import (
    NOT_GIVEN,
    AnswerBuilder,
    GivenAnswers,
    send_answer,
)
from dynclient.sandbox.preferences import Preferences
from dynclient.sandbox.received_calls import CallLog, ReceivedCall
from dynclient.sandbox.redirect_target import (
    build_target_response,
    direct_redirect,
    is_redirect_target,
)
from dynclient.sandbox.response_builder import MULTIPLE_CHOICES, OK, ResponseBuilder
from dynclient.sandbox.sandbox_extension import SandboxExtension
from dynclient.sandbox.state.item_store import ItemStore
from dynclient.sandbox.state.resource_map import ResourceMap
from dynclient.sandbox.state.stateful_operation import StatefulOperation
from dynclient.sandbox.streamed_bodies import generate_pieces, split_body
from dynclient.violations import MAX_LINES, Violation, shorten, shorten_repr
from dynclient.wire.body_pieces import BodyPieces
from dynclient.wire.message import Response
from dynclient.wire.security import format_formula

UNAUTHORIZED = 401
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
INTERNAL_SERVER_ERROR = 500

MAX_DISAGREEMENTS = 1000

_CHECK_HINT = "`dynclient check` reports schemas that no value fits"


@dataclass(frozen=True)
class _PreparedOperation:
    """What it takes to answer the requests of one operation."""

    plan: Plan
    reader: RequestReader
    response_builder: ResponseBuilder
    stateful_operation: StatefulOperation


@dataclass(frozen=True)
class _Outcome:
    """The response to a request, the verdict behind it, the reasons of a refusal, and the call."""

    response: Response
    verdict: RequestVerdict
    reasons: tuple[str, ...] = ()
    call: Mapping[str, Any] | None = None


class Sandbox:
    """A document that answers its own calls: a client's `transport=`, or an HTTP server.

    A request is read as the document's consumer reads it. A path or method that is not in the
    document gets 404 or 405. A call without credentials gets 401. An invalid call gets 400 (422
    where the document declares only that) in the document's own error schema. A valid call gets a
    valid result: the document's example or a sample, in which the properties that the request
    carries have its values.

    The sandbox stores the item that a create or upsert carries: read, list and update then answer
    with it, and a delete removes it. An item that was never created is answered as if it existed.
    The same document, seed and requests give the same responses. Threads may share a sandbox.

    Args:
        source: a document, or anything that `load` takes.
        strict: whether an item that was never created here gets 404, where that is declared.
        seed: of the samples; another number gives others.
        page_size: how many items a page of a list has where the call does not say; None: all.
        pagination: how lists page, where the document does not say it, as of a client.
        second_opinion: whether openapi-core checks every request and response too; its
            disagreements are kept.

    """

    def __init__(
        self,
        source: DocumentSource,
        strict: bool = False,
        seed: int = 0,
        second_opinion: bool = False,
        *,
        page_size: int | None = None,
        pagination: PaginationTables | None = None,
    ) -> None:
        self._compiled = CompiledDocument.of(load(source))
        self._page_size = page_size
        self._pagination_tables = pagination or {}
        self._check_paging()
        self.strict = strict
        self.seed = seed
        self._cross_checker = CrossChecker(self.document) if second_opinion else None
        self._prepared_operations: dict[str, _PreparedOperation] = {}
        self._lock = threading.Lock()
        #: Held while an operation reads and changes the stored items, so that both see the same.
        self._state_lock = threading.RLock()
        self._item_store = ItemStore()
        self._faults: list[Fault] = []
        self._fault_injector = FaultInjector(seed)
        self._request_counts: Counter[str] = Counter()
        self._disagreements: list[Disagreement] = []
        self._call_log = CallLog()
        self._given_answers = GivenAnswers()

    def _check_paging(self) -> None:
        size = self._page_size
        if size is not None and not (type(size) is int and size >= 1):
            hint = "give a number from 1, or None for all items"
            raise UsageError(f"page_size cannot be {shorten_repr(size)}", hint=hint)
        check_tables(self._pagination_tables)
        check_pagination_names(self.document, self._pagination_tables)

    def _find_pagination(self, plan: Plan) -> Pagination | None:
        """Return how an operation pages, where that is sure enough."""
        pagination = find_pagination(plan, self._pagination_tables)
        return pagination if pagination is not None and pagination.is_usable else None

    @property
    def document(self) -> Document:
        """The document that answers."""
        return self._compiled.document

    @property
    def state(self) -> dict[str, Any]:
        """The state of the sandbox as JSON data, a copy; assign such data to replace the state.

        `{"answered": {operation key: number of requests}, "items": {collection: {identity: item}},
        "gone": {collection: [identity]}}`; a collection is its path with values: `/users/7/pets`.
        """
        with self._state_lock, self._lock:
            return {"answered": dict(self._request_counts), **self._item_store.dump()}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        new_state: object = state
        counts = new_state.get("answered", {}) if isinstance(new_state, Mapping) else None
        if not isinstance(counts, Mapping) or any(type(n) is not int for n in counts.values()):
            raise UsageError(
                "no state of a sandbox", hint="give what `state` was, or JSON that says the same"
            )
        with self._state_lock, self._lock:
            self._item_store.load(state)
            self._request_counts = Counter(counts)

    @property
    def disagreements(self) -> list[Disagreement]:
        """The disagreements with openapi-core, each once, in their order; at most 1,000."""
        with self._lock:
            return list(self._disagreements)

    def reset(self) -> None:
        """Remove the state, the calls, the given answers and the disagreements.

        The faults stay on, and start again.
        """
        with self._state_lock, self._lock:
            self._item_store.clear()
            self._fault_injector.reset()
            self._request_counts.clear()
            self._disagreements.clear()
            self._call_log.clear()
            self._given_answers.clear()

    # --- for tests

    @property
    def calls(self) -> list[ReceivedCall]:
        """The calls that came, the oldest first: the newest 1,000, with up to 16 MiB of bodies.

        A refused call is one of them, with what could be read of it; a request that belongs to no
        operation is none.
        """
        with self._lock:
            return self._call_log.copy_calls()

    def answer(
        self,
        operation: str,
        *,
        status: int | None = None,
        data: Any = NOT_GIVEN,
        headers: Mapping[str, str] | None = None,
        media_type: str = "",
        times: int | None = None,
        validate: bool = True,
    ) -> None:
        """Set the answer to valid calls of an operation; the stored items do not change.

        Answers for a number of requests are used up in their order. The last one without a number
        comes after them. `reset` removes all.

        Args:
            operation: the operation's id in any spelling that a client takes, or `METHOD /path`.
            status: of the response; None for the lowest success that is declared.
            data: of the body, as a client would give it; a sample where it is left out.
            headers: beside those that the document requires.
            media_type: of the body; the document's own choice where it is left out.
            times: the number of requests that get this answer; None for all.
            validate: whether the answer has to fit the document, with declared names only.

        Raises:
            OperationNotFound: the document has no such operation.
            UsageError: the answer does not fit the document; `.violations` say where.

        """
        key = self._find_operation_key(operation)
        prepared = self._prepare_operation(self.document.operations[key])
        builder = AnswerBuilder(prepared.plan, prepared.response_builder, validate=validate)
        answer = builder.build(status, data, headers or {}, media_type, times)
        with self._lock:
            self._given_answers.add(key, answer)

    def _find_operation_key(self, name: Any) -> str:
        names = self.document.operation_names
        key = names.find_key(name) if isinstance(name, str) else None
        if key is None:
            raise build_not_found_error(self.document, name, self.document.operations)
        return key

    # --- answering

    def handle(self, request: RequestLike) -> Response:
        """Return the response to a request; it raises only where a fault leaves no response.

        Args:
            request: anything with `method`, `url`, `headers` and `body`.

        Raises:
            BrokenResponse: the fault `drop` or `truncate` happened.
            TimedOut: the fault `stall` happened.

        """
        response, effect = self.respond(request)
        if effect.delay_s:
            time.sleep(effect.delay_s)
        raise_fault(effect.kind, request)
        return response

    def stream(self, request: RequestLike) -> Response:
        """Return the response to a request with an open body, which yields it item by item.

        The body of a failure is in the response.

        Args:
            request: anything with `method`, `url`, `headers` and `body`.

        Raises:
            BrokenResponse: the fault `drop` happened; `truncate` breaks the body in its middle.
            TimedOut: the fault `stall` happened.

        """
        response, effect = self.respond(request)
        if effect.delay_s:
            time.sleep(effect.delay_s)
        is_success = OK <= response.status < MULTIPLE_CHOICES
        if effect.kind != "truncate" or not is_success:
            raise_fault(effect.kind, request)
        if not is_success:
            return response
        pieces = generate_pieces(split_body(response), effect.kind, request)
        return replace(response, body=b"", is_in_sink=True, open_body=BodyPieces(pieces))

    def respond(self, request: RequestLike) -> tuple[Response, FaultEffect]:
        """Return the response to a request and the effect of faults, for a server of the sandbox.

        The call is carried out, whatever happens to its response.

        Args:
            request: anything with `method`, `url`, `headers` and `body`.

        Returns:
            The response and the effect that the server has to apply; `malformed` and `wrong-schema`
            are applied.

        """
        parsed = ParsedRequest.parse(request)
        if is_redirect_target(parsed):
            return build_target_response(parsed), FaultEffect()
        result = self._operation_matcher.find(parsed.method, parsed.path, parsed.query_pairs)
        if not result.matches:
            return _build_no_match_response(parsed, result), FaultEffect()
        match, outcome = self._answer_first_accepted(result.matches, parsed)
        self._record(match, parsed, outcome)
        if not self._faults:
            return outcome.response, FaultEffect()
        return self._apply_faults(match.operation, outcome.response)

    # --- faults

    @property
    def faults(self) -> list[Fault]:
        """The faults that are on, a copy; `inject_fault` adds one, `clear_faults` removes all."""
        return list(self._faults)

    def inject_fault(
        self, kind: FaultKind, operation: str = "", *, rate: float = 1.0, delay_s: float = 0.1
    ) -> None:
        """Switch a fault on.

        Args:
            kind: `latency`, `drop`, `stall`, `truncate`, `malformed` or `wrong-schema`.
            operation: the operation's id, or `METHOD /path`; "" for all.
            rate: the share of responses in which it happens, 0 to 1; the seed decides in which.
            delay_s: the delay of `latency`, in seconds.

        Raises:
            UsageError: there is no such fault, rate or delay.
            OperationNotFound: the document has no such operation.

        """
        key = self._find_operation_key(operation) if operation else ""
        self._faults = [*self._faults, Fault(kind, key, rate, delay_s)]

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._faults = []

    def disturb(
        self, kind: FaultKind, operation: str = "", *, rate: float = 1.0, delay_s: float = 0.1
    ) -> None:
        """Call `inject_fault`; this name is deprecated."""
        warnings.warn(
            "Sandbox.disturb is deprecated: call inject_fault", DeprecationWarning, stacklevel=2
        )
        self.inject_fault(kind, operation, rate=rate, delay_s=delay_s)

    def calm(self) -> None:
        """Call `clear_faults`; this name is deprecated."""
        warnings.warn(
            "Sandbox.calm is deprecated: call clear_faults", DeprecationWarning, stacklevel=2
        )
        self.clear_faults()

    def _apply_faults(
        self, operation: Operation, response: Response
    ) -> tuple[Response, FaultEffect]:
        effect = self._fault_injector.draw_effect(self._faults, operation.key)
        if effect.kind == "malformed":
            return make_malformed(response), FaultEffect(effect.delay_s)
        if effect.kind != "wrong-schema":
            return response, effect

        results = self._prepare_operation(operation).plan.result_table
        row = results.get_row(response.status, response.headers.get("content-type", ""))
        if row.checker is not None:
            response = make_wrong_schema(response, row.checker.accepts)
        return response, FaultEffect(effect.delay_s)

    # --- responses

    @cached_property
    def _operation_matcher(self) -> OperationMatcher:
        return OperationMatcher(self.document.operations.values(), self.document.uri)

    @cached_property
    def _extension(self) -> SandboxExtension:
        return SandboxExtension(self.document)

    @cached_property
    def _resource_map(self) -> ResourceMap:
        return ResourceMap(self.document.operations.values(), self._extension)

    def _answer_first_accepted(
        self, matches: Sequence[OperationMatch], request: ParsedRequest
    ) -> tuple[OperationMatch, _Outcome]:
        """Return the outcome of the first operation that accepts the request, else of the first."""
        outcomes = []
        for match in matches:
            outcome = self._answer_safely(match, request)
            if outcome.verdict == "accepted":
                return match, outcome
            outcomes.append(outcome)
        return matches[0], outcomes[0]

    def _answer_safely(self, match: OperationMatch, request: ParsedRequest) -> _Outcome:
        """Return the outcome of one operation; a broken part of the document gets a 500 there."""
        operation = match.operation
        try:
            return self._answer_operation(self._prepare_operation(operation), match, request)
        except NoExample as error:
            text = f"{operation.id}: the sandbox has no valid answer: {error}; {_CHECK_HINT}"
        except DynclientError as error:
            text = f"{operation.id}: the document is broken here: {error.headline}"
        return _Outcome(build_problem_response(INTERNAL_SERVER_ERROR, text), "broken")

    def _answer_operation(
        self, prepared: _PreparedOperation, match: OperationMatch, request: ParsedRequest
    ) -> _Outcome:
        if not is_authorized(match.operation.security, request):
            outcome = _refuse_unauthorized(prepared.response_builder, match.operation, request)
            return replace(outcome, call=prepared.reader.read(request, match.path_values).call)
        parsed_call = prepared.reader.read(request, match.path_values)
        if parsed_call.violations:
            return _refuse_invalid(prepared.response_builder, parsed_call, request)
        response = self._answer_accepted(prepared, match, request, parsed_call)
        return _Outcome(response, "accepted", call=parsed_call.call)

    def _answer_accepted(
        self,
        prepared: _PreparedOperation,
        match: OperationMatch,
        request: ParsedRequest,
        parsed_call: ParsedCall,
    ) -> Response:
        """Return the given answer to a valid call, else the preferred one, else its own."""
        with self._lock:
            given = self._given_answers.take(match.operation.key)
        if given is not None:
            response = send_answer(given, prepared.response_builder, request, parsed_call.call)
            if given.has_header("Location"):
                return response
            return self._direct_redirect(response, match, request)
        preferences = Preferences.parse(request.headers)
        if preferences is not None:
            number = self._request_counts[match.operation.key]
            preferred = prepared.response_builder.build_preferred(
                preferences, request, parsed_call.call, number
            )
            if preferred is not None:
                return self._direct_redirect(preferred, match, request)
        with self._state_lock:
            response = prepared.stateful_operation.execute(request, parsed_call.call)
        return self._direct_redirect(response, match, request)

    def _direct_redirect(
        self, response: Response, match: OperationMatch, request: ParsedRequest
    ) -> Response:
        operation = match.operation
        results = self._prepare_operation(operation).plan.result_table
        return direct_redirect(response, request, operation, results, self._operation_matcher)

    def _prepare_operation(self, operation: Operation) -> _PreparedOperation:
        prepared = self._prepared_operations.get(operation.key)
        if prepared is not None:
            return prepared
        plan = self._compiled.plans.get_plan(operation)
        response_builder = ResponseBuilder(plan, self.seed)
        stateful_operation = StatefulOperation(
            plan,
            response_builder,
            self._item_store,
            self._resource_map,
            self._extension,
            self._find_pagination(plan),
            self._page_size,
            strict=self.strict,
        )
        prepared = _PreparedOperation(
            plan, RequestReader(plan), response_builder, stateful_operation
        )
        # Another thread may have prepared it in the meantime: the first one counts.
        return self._prepared_operations.setdefault(operation.key, prepared)

    def _record(self, match: OperationMatch, request: ParsedRequest, outcome: _Outcome) -> None:
        """Count the request, and keep the disagreements with openapi-core about it."""
        disagreements: list[Disagreement] = []
        if self._cross_checker:
            disagreements = self._cross_checker.find_disagreements(
                match, request, outcome.response, outcome.verdict, outcome.reasons
            )
        with self._lock:
            self._request_counts[match.operation.key] += 1
            if outcome.call is not None:
                received = ReceivedCall(
                    match.operation.key, Call(outcome.call), outcome.response.status
                )
                self._call_log.append(received, len(request.body or b""))
            room = MAX_DISAGREEMENTS - len(self._disagreements)
            new = [d for d in disagreements if d not in self._disagreements]
            self._disagreements += new[:room]

    def __repr__(self) -> str:
        count = format_count(len(self.document.operations), "operation")
        return f"<Sandbox {shorten(self.document.title)}: {count}>"


def _build_no_match_response(request: ParsedRequest, result: MatchResult) -> Response:
    """Return 405 with Allow where the path has other methods, else 404."""
    if not result.allowed_methods:
        return build_problem_response(NOT_FOUND, "the document declares no such path")
    methods = ", ".join(sorted(result.allowed_methods))
    text = f"{request.method} is not declared here; {methods} is"
    return build_problem_response(METHOD_NOT_ALLOWED, text, [("Allow", methods)])


def _refuse_unauthorized(
    builder: ResponseBuilder, operation: Operation, request: ParsedRequest
) -> _Outcome:
    challenge = build_challenge(operation.security)
    headers = [("WWW-Authenticate", challenge)] if challenge else []
    reason = f"this operation needs {format_formula(operation.security)}"
    response = builder.build_refusal(UNAUTHORIZED, [reason], request, *headers)
    return _Outcome(response, "unauthorized", (reason,))


def _refuse_invalid(
    builder: ResponseBuilder, parsed_call: ParsedCall, request: ParsedRequest
) -> _Outcome:
    reasons = _format_violations(parsed_call.violations)
    status = builder.choose_refusal_status(is_media_type_unknown=parsed_call.is_media_type_unknown)
    response = builder.build_refusal(status, reasons, request)
    return _Outcome(response, "refused", tuple(reasons), parsed_call.call)


def _format_violations(violations: Sequence[Violation]) -> list[str]:
    """Return a line for each violation; the last one counts those beyond the limit."""
    lines = [f"{violation.kind} {violation}" for violation in violations[:MAX_LINES]]
    rest = len(violations) - MAX_LINES
    return [*lines, f"and {rest} more"] if rest > 0 else lines
