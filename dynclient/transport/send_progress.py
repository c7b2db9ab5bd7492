"""How far a request came: it decides what an error says, and whether the request is sent again."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.masking import SecretNames
    from dynclient.transport.deadline import Deadline


class SendProgress:
    """How far one try came; the runner and the network streams note it.

    Attributes:
        was_sent: whether the request was handed to the HTTP client.
        status: of the response that is being read; None before there is one.
        is_connection_reused: whether an earlier answer came over the connection.
        has_answer: whether a byte of the answer came.
        secret_names: what the document marks as secret in the request; None: nothing.
        deadline: of the call; None where it has none.
        phase: what the call waits for: `pool`, `connect`, `write` or `read`.

    """

    __slots__ = (
        "deadline",
        "has_answer",
        "is_connection_reused",
        "phase",
        "secret_names",
        "status",
        "was_sent",
    )

    def __init__(
        self,
        secret_names: SecretNames | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self.secret_names = secret_names
        self.deadline = deadline
        self.was_sent = False
        self.status: int | None = None
        self.is_connection_reused = False
        self.has_answer = False
        self.phase = "pool"

    @property
    def is_connection_stale(self) -> bool:
        """Whether the server may have closed a kept connection before it saw the request."""
        return self.is_connection_reused and not self.has_answer


#: The progress of our request that is under way in this thread or task; None where there is none.
current_send: ContextVar[SendProgress | None] = ContextVar("dynclient_current_send", default=None)


def begin_phase(phase: str, timeout_s: float | None) -> float | None:
    """Note what the call under way waits for now, and return how long it may.

    Args:
        phase: `connect`, `write` or `read`.
        timeout_s: what the HTTP library allows; None: no limit.

    Raises:
        DeadlineReached: the deadline of the call is over.

    """
    progress = current_send.get()
    if progress is None:
        return timeout_s
    progress.phase = phase
    return timeout_s if progress.deadline is None else progress.deadline.limit(timeout_s)


def get_deadline() -> Deadline | None:
    """Return the deadline of the call under way; None where it has none."""
    progress = current_send.get()
    return None if progress is None else progress.deadline
