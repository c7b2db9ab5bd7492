"""The calls that a sandbox received, for the asserts of a test."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from dataclasses import dataclass

from dynclient.plan.call_document import Call

MAX_CALLS = 1000
MAX_BODY_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class ReceivedCall:
    """A call that a sandbox received.

    Attributes:
        operation: the operation's key in `document.operations`.
        call: the call document, as it was read from the request.
        status: of the sandbox' response.

    """

    operation: str
    call: Call
    status: int


class CallLog:
    """The newest calls of a sandbox, bounded by their number and the size of their bodies."""

    def __init__(self) -> None:
        self._calls: deque[tuple[ReceivedCall, int]] = deque()
        self._size_bytes = 0

    def append(self, received: ReceivedCall, size_bytes: int) -> None:
        """Add a call; the oldest ones are removed where the bound is reached.

        Args:
            received: the call.
            size_bytes: of its body.

        """
        self._calls.append((received, size_bytes))
        self._size_bytes += size_bytes
        while len(self._calls) > MAX_CALLS or self._size_bytes > MAX_BODY_BYTES:
            self._size_bytes -= self._calls.popleft()[1]

    def clear(self) -> None:
        """Remove all calls."""
        self._calls.clear()
        self._size_bytes = 0

    def copy_calls(self) -> list[ReceivedCall]:
        """Return copies of the calls, the oldest first."""
        return [deepcopy(received) for received, _ in self._calls]
