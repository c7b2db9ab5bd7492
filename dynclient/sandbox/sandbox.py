"""The sandbox: a document answers its own calls, in process, the same way each time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.client.client import Compiled
from dynclient.client.load import Source, load
from dynclient.errors import DynclientError, OperationNotFound, UsageError
from dynclient.model import Document, Operation
from dynclient.names import near
from dynclient.plan.plan import Plan
from dynclient.sandbox.answers import Answers
from dynclient.sandbox.conventions import Conventions
from dynclient.sandbox.credentials import admitted, challenge
from dynclient.sandbox.faults import Dice, Disturbance, Fault, Kind, malformed, misfitting, raised
from dynclient.sandbox.incoming import Incoming, Sent
from dynclient.sandbox.memory import Memory
from dynclient.sandbox.oracle import Disagreement, Oracle, Verdict
from dynclient.sandbox.prefer import Prefer
from dynclient.sandbox.reading import Reader
from dynclient.sandbox.refusals import problem
from dynclient.sandbox.remembering import Remembering
from dynclient.sandbox.resources import Resources
from dynclient.sandbox.routes import Route, Routes
from dynclient.schema.samples import Unsampled
from dynclient.violations import MAX_LINES, Violation
from dynclient.wire.message import Response
from dynclient.wire.security import written

UNAUTHORIZED = 401
NOT_FOUND = 404
NOT_ALLOWED = 405
BROKEN = 500

MAX_DISAGREEMENTS = 1000


@dataclass(frozen=True)
class _Ready:
    """An operation made ready to answer."""

    plan: Plan
    reader: Reader
    answers: Answers
    remembering: Remembering


@dataclass(frozen=True)
class _Outcome:
    """What became of a request: the response, the verdict behind it, and why the request was refused."""

    response: Response
    verdict: Verdict
    lines: tuple[str, ...] = ()


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
        self, source: Source, strict: bool = False, seed: int = 0, second_opinion: bool = True
    ) -> None:
        self._compiled = Compiled.of(load(source))
        self.strict = strict
        self.seed = seed
        self._oracle = Oracle(self.document) if second_opinion else None
        self._ready: dict[str, _Ready] = {}
        self._lock = threading.Lock()
        #: Held while an operation reads and changes the memory: what it finds is what it changes.
        self._remembers = threading.RLock()
        self._memory = Memory()
        self._faults: list[Fault] = []
        self._dice = Dice(seed)
        self._answered: Counter[str] = Counter()
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
        with self._remembers, self._lock:
            return {"answered": dict(self._answered), **self._memory.dump()}

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
        with self._remembers, self._lock:
            self._memory.load(state)
            self._answered = Counter(answered)

    @property
    def disagreements(self) -> list[Disagreement]:
        """Where openapi-core differed, each once, in the order found; at most 1,000."""
        with self._lock:
            return list(self._disagreements)

    def reset(self) -> None:
        """Forget every request: the state, the disagreements, and how often a fault happened; faults stay on."""
        with self._remembers, self._lock:
            self._memory.clear()
            self._dice.reset()
            self._answered.clear()
            self._disagreements.clear()

    def handle(self, request: Sent) -> Response:
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
        raised(disturbance.kind, request)
        return response

    def answer(self, request: Sent) -> tuple[Response, Disturbance]:
        """Return the response to a request, and what is to happen to it on its way; for who serves the sandbox.

        The call has been carried out whatever happens to its answer.

        Args:
            request: anything with `method`, `url`, `headers` and `body`.

        Returns:
            The response, and what becomes of it: of `malformed` and `wrong-schema` nothing is left to do.

        """
        incoming = Incoming.of(request)
        found = self._routes.find(incoming.method, incoming.path, incoming.query_pairs)
        if found.allow:
            methods = ", ".join(sorted(found.allow))
            text = f"{incoming.method} is not declared here; {methods} is"
            return problem(NOT_ALLOWED, text, [("Allow", methods)]), Disturbance()
        if not found.routes:
            return problem(NOT_FOUND, "the document declares no such path"), Disturbance()
        route, outcome = self._best(found.routes, incoming)
        self._note(route, incoming, outcome)
        if not self._faults:
            return outcome.response, Disturbance()
        return self._disturbed(route.operation, outcome.response)

    @property
    def faults(self) -> list[Fault]:
        """The faults that are on, a copy; `disturb` adds one, `calm` switches all of them off."""
        return list(self._faults)

    def disturb(
        self, kind: Kind, operation: str = "", *, rate: float = 1.0, delay_s: float = 0.1
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
            near_ones = near(operation, self.document.operations)
            raise OperationNotFound(
                f"the document has no operation {operation!r}", suggestions=near_ones
            )
        self._faults = [*self._faults, Fault(kind, operation, rate, delay_s)]

    def calm(self) -> None:
        """Switch all faults off."""
        self._faults = []

    def _disturbed(self, operation: Operation, response: Response) -> tuple[Response, Disturbance]:
        disturbance = self._dice.thrown(self._faults, operation.key)
        if disturbance.kind == "malformed":
            return malformed(response), Disturbance(disturbance.delay_s)
        if disturbance.kind == "wrong-schema":
            row = self._of(operation).plan.results.row(
                response.status, response.headers.get("content-type", "")
            )
            if row.checker is not None:
                response = misfitting(response, row.checker.accepts)
            return response, Disturbance(disturbance.delay_s)
        return response, disturbance

    @cached_property
    def _routes(self) -> Routes:
        return Routes(self.document.operations.values(), self.document.uri)

    @cached_property
    def _conventions(self) -> Conventions:
        return Conventions(self.document)

    @cached_property
    def _resources(self) -> Resources:
        return Resources(self.document.operations.values(), self._conventions)

    def _best(self, routes: Sequence[Route], incoming: Incoming) -> tuple[Route, _Outcome]:
        """Return the answer of the first operation that accepts the request, else of the first."""
        found = []
        for route in routes:
            found.append((route, self._guarded(route, incoming)))
            if found[-1][1].verdict == "accepted":
                return found[-1]
        return found[0]

    def _guarded(self, route: Route, incoming: Incoming) -> _Outcome:
        """Answer; a broken corner of the document is told in a 500, and hurts no other operation."""
        operation = route.operation
        try:
            return self._answer(self._of(operation), route, incoming)
        except Unsampled as error:
            text = f"{operation.id}: the sandbox has no valid answer: {error}"
        except DynclientError as error:
            text = f"{operation.id}: the document is broken here: {error.headline}"
        return _Outcome(problem(BROKEN, text), "broken")

    def _answer(self, ready: _Ready, route: Route, incoming: Incoming) -> _Outcome:
        formula = route.operation.security
        if not admitted(formula, incoming):
            ask = challenge(formula)
            headers = [("WWW-Authenticate", ask)] if ask else []
            lines = [f"this operation needs {written(formula)}"]
            refusal = ready.answers.refusal(UNAUTHORIZED, lines, incoming, *headers)
            return _Outcome(refusal, "unauthorized", tuple(lines))
        reading = ready.reader.read(incoming, route.values)
        if reading.violations:
            lines = _lines(reading.violations)
            status = ready.answers.invalid_status(
                is_media_type_unknown=reading.is_media_type_unknown
            )
            return _Outcome(ready.answers.refusal(status, lines, incoming), "refused", tuple(lines))
        prefer = Prefer.of(incoming.headers)
        if prefer is not None:
            response = ready.answers.preferred(
                prefer, incoming, reading.call, self._answered[route.operation.key]
            )
            if response is not None:
                return _Outcome(response, "accepted")
        with self._remembers:
            return _Outcome(ready.remembering.answer(incoming, reading.call), "accepted")

    def _of(self, operation: Operation) -> _Ready:
        ready = self._ready.get(operation.key)
        if ready is None:
            plan = self._compiled.plans.of(operation)
            answers = Answers(plan, self.seed)
            known = self._memory, self._resources, self._conventions
            made = _Ready(
                plan, Reader(plan), answers, Remembering(plan, answers, *known, strict=self.strict)
            )
            ready = self._ready.setdefault(operation.key, made)
        return ready

    def _note(self, route: Route, incoming: Incoming, outcome: _Outcome) -> None:
        """Keep that a request was answered, and where openapi-core differs."""
        new: list[Disagreement] = []
        if self._oracle:
            new = self._oracle.disagreements(
                route, incoming, outcome.response, outcome.verdict, outcome.lines
            )
        with self._lock:
            self._answered[route.operation.key] += 1
            room = MAX_DISAGREEMENTS - len(self._disagreements)
            self._disagreements += [d for d in new if d not in self._disagreements][:room]

    def __repr__(self) -> str:
        return f"<Sandbox {self.document.title}: {len(self.document.operations)} operations>"


def _lines(violations: Sequence[Violation]) -> list[str]:
    """Return a line for each violation, and one that counts those which are too many."""
    lines = [f"{violation.kind} {violation}" for violation in violations[:MAX_LINES]]
    rest = len(violations) - MAX_LINES
    return [*lines, f"and {rest} more"] if rest > 0 else lines
