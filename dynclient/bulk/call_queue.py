"""Calls under way: at most so many, each given back with its outcome, in order or as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from dynclient.plan.call_document import Call

OutcomeT = TypeVar("OutcomeT")


class MappedCall(NamedTuple):
    """A call among many.

    Attributes:
        position: its number among them; the first is 0.
        call: the call.

    """

    position: int
    call: Call


class CallQueue(Generic[OutcomeT]):
    """Decides how many calls are begun, and when an outcome is given on. It does no I/O itself.

    Args:
        concurrency: how many calls are under way at once.
        in_order: whether outcomes are given on in the order of the calls. Those that wait for an
            earlier one count too, so that memory is bounded.

    """

    def __init__(self, concurrency: int, *, in_order: bool) -> None:
        self._limit = 2 * concurrency if in_order else concurrency
        self.concurrency = concurrency
        self._in_order = in_order
        self._begun_count = 0
        self._next_index = 0
        self.under_way = 0
        self._waiting: dict[int, tuple[Call, OutcomeT]] = {}

    def can_begin(self) -> bool:
        """Tell whether another call may begin."""
        is_free = self.under_way < self.concurrency
        return is_free and self.under_way + len(self._waiting) < self._limit

    def begin(self, call: Call) -> MappedCall:
        """Count a call as under way."""
        mapped = MappedCall(self._begun_count, call)
        self._begun_count += 1
        self.under_way += 1
        return mapped

    def end(self, mapped: MappedCall, outcome: OutcomeT) -> None:
        """Take the outcome of a call that was under way."""
        self.under_way -= 1
        self._waiting[mapped.position] = (mapped.call, outcome)

    def pop_ready(self) -> Iterator[tuple[Call, OutcomeT]]:
        """Yield the outcomes that can be given on, and forget them."""
        if not self._in_order:
            ready, self._waiting = self._waiting, {}
            yield from ready.values()
            return
        while self._next_index in self._waiting:
            yield self._waiting.pop(self._next_index)
            self._next_index += 1


#: The end of an iteration over calls.
END: Any = object()
