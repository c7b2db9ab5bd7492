"""How far a request came: it decides what an error says, and whether the request is sent again."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class SendProgress:
    """How far one try came; the runner and the network streams note it.

    Attributes:
        was_sent: whether the request was handed to the HTTP client.
        status: of the response that is being read; None before there is one.
        is_connection_reused: whether an earlier answer came over the connection.
        has_answer: whether a byte of the answer came.
        secret_query_names: the query parameters that the document marks as secret.

    """

    was_sent: bool = False
    status: int | None = None
    is_connection_reused: bool = False
    has_answer: bool = False
    secret_query_names: frozenset[str] = frozenset()

    @property
    def is_connection_stale(self) -> bool:
        """Whether the server may have closed a kept connection before it saw the request."""
        return self.is_connection_reused and not self.has_answer


#: The progress of our request that is under way in this thread or task; None where there is none.
current_send: ContextVar[SendProgress | None] = ContextVar("dynclient_current_send", default=None)
