"""The sandbox: a document answers its own calls, in process, the same way each time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.client.client import CompiledDocument
from dynclient.client.load import DocumentSource, load
from dynclient.errors import DynclientError, OperationNotFound, UsageError
from dynclient.generate import NoExample
from dynclient.model import Document, Operation
from dynclient.names import suggest
from dynclient.plan.operation_matcher import OperationMatch, OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest, RequestLike
from dynclient.plan.plan import Plan
from dynclient.plan.request_reader import RequestReader
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
from dynclient.sandbox.preferences import Preferences
from dynclient.sandbox.response_builder import ResponseBuilder
from dynclient.sandbox.sandbox_extension import SandboxExtension
from dynclient.sandbox.state.item_store import ItemStore
from dynclient.sandbox.state.resource_map import ResourceMap
from dynclient.sandbox.state.stateful_operation import StatefulOperation
from dynclient.violations import MAX_LINES, Violation
from dynclient.wire.message import Response
from dynclient.wire.security import format_formula

UNAUTHORIZED = 401
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
INTERNAL_SERVER_ERROR = 500

MAX_DISAGREEMENTS = 1000


@dataclass(frozen=True)
class _PreparedOperation:
    """An operation made ready to answer."""

    plan: Plan
    reader: RequestReader
    response_builder: ResponseBuilder
    stateful_operation: StatefulOperation


@dataclass(frozen=True)
class _Outcome:
    """What became of a request: the response, the verdict behind it, and why the request was refused."""

    response: Response
    verdict: RequestVerdict
    reasons: tuple[str, ...] = ()


class Sandbox:
    """A document that answers its own calls; hand it to a client as `transport=`, or serve it over HTTP.

    A request is read as the document's consumer reads it. What is outside of the document gets 404 or 405, a call
    without credentials 401, a wrong one 400 (422 where the document knows only that) in the document's own error
    schema, and a right one a valid result: the document's example, or a sample, in which properties that the request
    carries take their values. What a create or upsert made is what read, list and update answer later, and a delete
    makes it gone; what was never met is answered as if it existed. The same document, seed and requests give the same
    responses. Threads may share it.

    Args:
        source: a document, or what `load` takes.
        strict: what was never made here is not there: 404, where that is declared.
        seed: another number, other samples.
        second_opinion: ask openapi-core about every request and response too, and keep where it differs.

    """

    def __init__(
        self,
        source: DocumentSource,
        strict: bool = False,
        seed: int = 0,
        second_opinion: bool = True,
    ) -> None:
        self._compiled = CompiledDocument.of(load(source))
        self.strict = strict
        self.seed = seed
        self._cross_checker = CrossChecker(self.document) if second_opinion else None
        self._prepared_operations: dict[str, _PreparedOperation] = {}
        self._lock = threading.Lock()
        #: Held while an operation reads and changes the memory: what it finds is what it changes.
        self._state_lock = threading.RLock()
        self._item_store = ItemStore()
        self._faults: list[Fault] = []
        self._fault_injector = FaultInjector(seed)
        self._request_counts: Counter[str] = Counter()
        self._disagreements: list[Disagreement] = []

    @property
    def document(self) -> Document:
        """The document that answers."""
        return self._compiled.document

    @property
    def state(self) -> dict[str, Any]:
        """What the sandbox keeps, as JSON data, a copy; assign such data to have it remembered instead.

        `{"answered": {operation key: how many requests it got}, "items": {collection: {identity: item}},
        "gone": {collection: [identity]}}`; a collection is the path of it, filled: `/users/7/pets`.
        """
        with self._state_lock, self._lock:
            return {"answered": dict(self._request_counts), **self._item_store.dump()}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        given: object = state
        answered = given.get("answered", {}) if isinstance(given, Mapping) else None
        if not isinstance(answered, Mapping) or not all(
            type(count) is int for count in answered.values()
        ):
            raise UsageError(
                "no state of a sandbox", hint="give what `state` was, or JSON that says the same"
            )
        with self._state_lock, self._lock:
            self._item_store.load(state)
            self._request_counts = Counter(answered)

    @property
    def disagreements(self) -> list[Disagreement]:
        """Where openapi-core differed, each once, in the order found; at most 1,000."""
        with self._lock:
            return list(self._disagreements)

    def reset(self) -> None:
        """Forget every request: the state, the disagreements, and how often a fault happened; faults stay on."""
        with self._state_lock, self._lock:
            self._item_store.clear()
            self._fault_injector.reset()
            self._request_counts.clear()
            self._disagreements.clear()

    def handle(self, request: RequestLike) -> Response:
        """Return the response to a request; it never raises, unless a fault is on that leaves no response.

        Args:
            request: anything with `method`, `url`, `headers` and `body`.

        Raises:
            BrokenResponse: of the faults `drop` and `truncate`.
            TimedOut: of the fault `stall`.

        """
        response, disturbance = self.answer(request)
        if disturbance.delay_s:
            time.sleep(disturbance.delay_s)
        raise_fault(disturbance.kind, request)
        return response

    def answer(self, request: RequestLike) -> tuple[Response, FaultEffect]:
        """Return the response to a request, and what is to happen to it on its way; for who serves the sandbox.

        The call has been carried out whatever happens to its answer.

        Args:
            request: anything with `method`, `url`, `headers` and `body`.

        Returns:
            The response, and what becomes of it: of `malformed` and `wrong-schema` nothing is left to do.

        """
        incoming = ParsedRequest.parse(request)
        found = self._operation_matcher.find(incoming.method, incoming.path, incoming.query_pairs)
        if found.allowed_methods:
            methods = ", ".join(sorted(found.allowed_methods))
            text = f"{incoming.method} is not declared here; {methods} is"
            return build_problem_response(
                METHOD_NOT_ALLOWED, text, [("Allow", methods)]
            ), FaultEffect()
        if not found.matches:
            return build_problem_response(
                NOT_FOUND, "the document declares no such path"
            ), FaultEffect()
        route, outcome = self._answer_first_accepted(found.matches, incoming)
        self._record(route, incoming, outcome)
        if not self._faults:
            return outcome.response, FaultEffect()
        return self._apply_faults(route.operation, outcome.response)

    @property
    def faults(self) -> list[Fault]:
        """The faults that are on, a copy; `disturb` adds one, `calm` switches all of them off."""
        return list(self._faults)

    def disturb(
        self, kind: FaultKind, operation: str = "", *, rate: float = 1.0, delay_s: float = 0.1
    ) -> None:
        """Switch a fault on.

        Args:
            kind: `latency`, `drop`, `stall`, `truncate`, `malformed` or `wrong-schema`.
            operation: the operation whose answers it befalls, as `document.operations` names it; "" for all.
            rate: in how many of them it happens, 0 to 1; in which, the seed decides.
            delay_s: how late `latency` is, in seconds.

        Raises:
            UsageError: there is no such fault, rate or delay.
            OperationNotFound: the document has no such operation.

        """
        if operation and operation not in self.document.operations:
            near_ones = suggest(operation, self.document.operations)
            raise OperationNotFound(
                f"the document has no operation {operation!r}", suggestions=near_ones
            )
        self._faults = [*self._faults, Fault(kind, operation, rate, delay_s)]

    def calm(self) -> None:
        """Switch all faults off."""
        self._faults = []

    def _apply_faults(
        self, operation: Operation, response: Response
    ) -> tuple[Response, FaultEffect]:
        disturbance = self._fault_injector.draw_effect(self._faults, operation.key)
        if disturbance.kind == "malformed":
            return make_malformed(response), FaultEffect(disturbance.delay_s)
        if disturbance.kind == "wrong-schema":
            row = self._prepare_operation(operation).plan.result_table.get_row(
                response.status, response.headers.get("content-type", "")
            )
            if row.checker is not None:
                response = make_wrong_schema(response, row.checker.accepts)
            return response, FaultEffect(disturbance.delay_s)
        return response, disturbance

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
        self, routes: Sequence[OperationMatch], incoming: ParsedRequest
    ) -> tuple[OperationMatch, _Outcome]:
        """Return the answer of the first operation that accepts the request, else of the first."""
        found = []
        for route in routes:
            found.append((route, self._answer_safely(route, incoming)))
            if found[-1][1].verdict == "accepted":
                return found[-1]
        return found[0]

    def _answer_safely(self, route: OperationMatch, incoming: ParsedRequest) -> _Outcome:
        """Answer; a broken corner of the document is told in a 500, and hurts no other operation."""
        operation = route.operation
        try:
            return self._answer_operation(self._prepare_operation(operation), route, incoming)
        except NoExample as error:
            text = f"{operation.id}: the sandbox has no valid answer: {error}"
        except DynclientError as error:
            text = f"{operation.id}: the document is broken here: {error.headline}"
        return _Outcome(build_problem_response(INTERNAL_SERVER_ERROR, text), "broken")

    def _answer_operation(
        self, ready: _PreparedOperation, route: OperationMatch, incoming: ParsedRequest
    ) -> _Outcome:
        formula = route.operation.security
        if not is_authorized(formula, incoming):
            ask = build_challenge(formula)
            headers = [("WWW-Authenticate", ask)] if ask else []
            lines = [f"this operation needs {format_formula(formula)}"]
            refusal = ready.response_builder.build_refusal(UNAUTHORIZED, lines, incoming, *headers)
            return _Outcome(refusal, "unauthorized", tuple(lines))
        reading = ready.reader.read(incoming, route.path_values)
        if reading.violations:
            lines = _format_violations(reading.violations)
            status = ready.response_builder.choose_refusal_status(
                is_media_type_unknown=reading.is_media_type_unknown
            )
            return _Outcome(
                ready.response_builder.build_refusal(status, lines, incoming),
                "refused",
                tuple(lines),
            )
        prefer = Preferences.parse(incoming.headers)
        if prefer is not None:
            response = ready.response_builder.build_preferred(
                prefer, incoming, reading.call, self._request_counts[route.operation.key]
            )
            if response is not None:
                return _Outcome(response, "accepted")
        with self._state_lock:
            return _Outcome(ready.stateful_operation.answer(incoming, reading.call), "accepted")

    def _prepare_operation(self, operation: Operation) -> _PreparedOperation:
        ready = self._prepared_operations.get(operation.key)
        if ready is None:
            plan = self._compiled.plans.get_plan(operation)
            answers = ResponseBuilder(plan, self.seed)
            known = self._item_store, self._resource_map, self._extension
            made = _PreparedOperation(
                plan,
                RequestReader(plan),
                answers,
                StatefulOperation(plan, answers, *known, strict=self.strict),
            )
            ready = self._prepared_operations.setdefault(operation.key, made)
        return ready

    def _record(self, route: OperationMatch, incoming: ParsedRequest, outcome: _Outcome) -> None:
        """Keep that a request was answered, and where openapi-core differs."""
        new: list[Disagreement] = []
        if self._cross_checker:
            new = self._cross_checker.find_disagreements(
                route, incoming, outcome.response, outcome.verdict, outcome.reasons
            )
        with self._lock:
            self._request_counts[route.operation.key] += 1
            room = MAX_DISAGREEMENTS - len(self._disagreements)
            self._disagreements += [d for d in new if d not in self._disagreements][:room]

    def __repr__(self) -> str:
        return f"<Sandbox {self.document.title}: {len(self.document.operations)} operations>"


def _format_violations(violations: Sequence[Violation]) -> list[str]:
    """Return a line for each violation, and one that counts those which are too many."""
    lines = [f"{violation.kind} {violation}" for violation in violations[:MAX_LINES]]
    rest = len(violations) - MAX_LINES
    return [*lines, f"and {rest} more"] if rest > 0 else lines
