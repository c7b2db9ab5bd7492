"""A file of calls → a file of answers: each line answered once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import Any, NamedTuple, TypeGuard

from dynclient.bulk.call_map import map_calls
from dynclient.bulk.outcomes import Outcome
from dynclient.bulk.repeatable_calls import add_idempotency_key, can_send_twice
from dynclient.bulk.run_files import RunFiles
from dynclient.bulk.run_summary import RunSummary
from dynclient.client.callable_operations import Operation
from dynclient.errors import (
    DynclientError,
    InvalidCall,
    OutcomeUnknown,
    ResponseError,
    UnsafeValue,
    UsageError,
)
from dynclient.plan.call_document import Call
from dynclient.wire.binary_values import mark_binaries

#: How many violations an answer lists.
_MAX_VIOLATIONS = 20


class InputLine(NamedTuple):
    """A line of the input.

    Attributes:
        number: from 1 on.
        call: its call; None where it is none.
        error: why it is none.

    """

    number: int
    call: Call | None
    error: UsageError | None = None


class NumberedCall(Call):
    """A call with the number of its line."""

    __slots__ = ("number",)

    def __init__(self, call: Call, number: int) -> None:
        super().__init__(call)
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return NumberedCall, (Call(self), self.number)


def run_bulk(
    operation: Operation,
    lines: Iterable[InputLine],
    files: RunFiles,
    *,
    concurrency: int,
    executor: Executor | None = None,
    note_answer: Callable[[Outcome], None] = lambda _outcome: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> RunSummary:
    """Send the calls of all lines that have no answer yet, and write the answers.

    A line that an earlier run began and did not answer is sent again where that is safe, else its
    answer is that the outcome is unknown.

    Args:
        operation: what is called.
        lines: the input.
        files: of the run.
        concurrency: how many calls are under way at once.
        executor: whose workers send; None: threads.
        note_answer: is told each outcome.
        should_stop: is asked before each line; what is under way is answered still.

    Raises:
        UsageError: no call can be sent, as a credential is missing; such lines have no answer.

    """
    summary = RunSummary()
    faults: list[UsageError] = []

    def answer(number: int, outcome: Outcome) -> None:
        files.write_answer(number, build_answer(outcome))
        summary.add(outcome)
        note_answer(outcome)

    def note_begin(call: Call) -> None:
        if not can_send_twice(operation, call) and isinstance(call, NumberedCall):
            files.note_begin(call.number)

    def is_ending() -> bool:
        return bool(faults) or should_stop()

    calls = _select_calls(operation, lines, files, answer, is_ending)
    outcomes = map_calls(
        operation,
        calls,
        concurrency=concurrency,
        in_order=False,
        executor=executor,
        note_begin=note_begin,
    )
    for call, outcome in outcomes:
        if not isinstance(call, NumberedCall):
            continue
        if _concerns_all_calls(outcome):
            faults.append(outcome)
            files.note_unsent(call.number)
        else:
            answer(call.number, outcome)
    if faults:
        raise faults[0]
    return summary


def _concerns_all_calls(outcome: Outcome) -> TypeGuard[UsageError]:
    """Tell whether nothing was sent for a reason that the other calls have too.

    A missing credential is one: the lines are to be answered when it is there.
    """
    is_of_call = isinstance(outcome, InvalidCall | UnsafeValue)
    return isinstance(outcome, UsageError) and not is_of_call


def _select_calls(
    operation: Operation,
    lines: Iterable[InputLine],
    files: RunFiles,
    answer: Callable[[int, Outcome], None],
    should_stop: Callable[[], bool],
) -> Iterator[NumberedCall]:
    """Yield the calls that are to be sent; answer the lines that need no call."""
    for line in lines:
        if should_stop():
            return
        if line.number in files.answered:
            continue
        if line.call is None:
            answer(line.number, line.error or UsageError("the line is no call"))
            continue
        keyed = add_idempotency_key(operation, line.call, f"{files.run_id} {line.number}")
        call = NumberedCall(keyed, line.number)
        if line.number in files.begun and not can_send_twice(operation, call):
            text = f"{operation.id}: an earlier run may have sent the call: the outcome is unknown"
            hint = "look whether the server carried it out before you send it again"
            answer(line.number, OutcomeUnknown(text, hint=hint))
            continue
        yield call


def build_answer(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON data: `status` and `data`, or `error`."""
    if not isinstance(outcome, DynclientError):
        return {"status": outcome.status, "data": mark_binaries(outcome.data)}
    error: dict[str, Any] = {"code": outcome.code, "message": outcome.headline}
    if isinstance(outcome, ResponseError):
        error["status"] = outcome.status
        error["data"] = mark_binaries(outcome.data)
    if isinstance(outcome, ResponseError | InvalidCall) and outcome.violations:
        error["violations"] = [str(each) for each in outcome.violations[:_MAX_VIOLATIONS]]
    return {"error": error}
