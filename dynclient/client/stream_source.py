"""What a stream is opened with: the request of a call, and how its operation sends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.client.options import Options
from dynclient.plan.plan import Plan
from dynclient.plan.results import Result
from dynclient.transport.clock import Clock
from dynclient.transport.exchange import Exchange
from dynclient.violations import Violation
from dynclient.wire.message import Request, Response


@dataclass(frozen=True)
class StreamSource:
    """A call whose result is streamed.

    Attributes:
        operation_id: of its operation.
        request: what is sent.
        plan: of its operation.
        options: of its client.
        begin_exchange: request → its exchange, with credentials.
        send: exchange → its response; of an asynchronous client it is awaited.
        build_result: request and response → result without data, or its typed error.
        select_unexcused: violations → those that the options do not let pass.
        clock: of the client.
        note_drift: tells observers of a violation that only warns, and of the status.

    """

    operation_id: str
    request: Request
    plan: Plan
    options: Options
    begin_exchange: Callable[[Request], Exchange]
    send: Callable[[Exchange], Any]
    build_result: Callable[[Request, Response], Result]
    select_unexcused: Callable[[Sequence[Violation]], Sequence[Violation]]
    clock: Clock
    note_drift: Callable[[Violation, int | None], None]
