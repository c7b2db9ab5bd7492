"""A flow as a generator of steps, and its two thin runners, one that waits and one that is awaited.

A flow yields requests, pauses and things to wait for, and is sent what they bring. So each flow is
written once, and decides without sending anything itself.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, NamedTuple

from dynclient.errors import TransportError
from dynclient.wire.credential_provider import LimitWait, ProviderRequest
from dynclient.wire.message import Response

Sleep = Callable[[float], object]


class Pause(NamedTuple):
    """Wait some seconds."""

    seconds: float


class Waiting(NamedTuple):
    """Call a function that waits for a person, and send back what it returns.

    Attributes:
        function: takes how many seconds it may wait.
        timeout_s: how many the person has.

    """

    function: Callable[[float | None], Any]
    timeout_s: float


Step = ProviderRequest | Pause | Waiting

#: Yields steps, is sent their results, and returns its product.
Flow = Generator[Any, Any, Any]


def run_flow(
    flow: Flow,
    send: Callable[[ProviderRequest], Response],
    sleep: Sleep | None,
    limit_wait: LimitWait,
) -> Any:
    """Run a flow and return its product.

    Args:
        flow: the flow; it is thrown what goes wrong while one of its requests is sent.
        send: sends a request.
        sleep: waits some seconds; None: time.sleep.
        limit_wait: how long it may wait, as `CredentialDemand` has it.

    """
    with contextlib.closing(flow):
        advance = _begin(flow)
        while True:
            try:
                step = advance()
            except StopIteration as end:
                return end.value
            try:
                answer = _perform(step, send, sleep or time.sleep, limit_wait)
                limit_wait(None)
                advance = _send(flow, answer)
            except TransportError as error:
                advance = _throw(flow, error)


async def run_flow_async(
    flow: Flow, send: Callable[[ProviderRequest], Awaitable[Response]], sleep: Sleep | None
) -> Any:
    """Run a flow in the event loop and return its product; it is cancelled at a deadline."""
    with contextlib.closing(flow):
        advance = _begin(flow)
        while True:
            try:
                step = advance()
            except StopIteration as end:
                return end.value
            try:
                advance = _send(flow, await _perform_async(step, send, sleep))
            except TransportError as error:
                advance = _throw(flow, error)


def _begin(flow: Flow) -> Callable[[], Step]:
    return lambda: next(flow)


def _send(flow: Flow, answer: Any) -> Callable[[], Step]:
    return lambda: flow.send(answer)


def _throw(flow: Flow, error: TransportError) -> Callable[[], Step]:
    return lambda: flow.throw(error)


def _perform(
    step: Step,
    send: Callable[[ProviderRequest], Response],
    sleep: Sleep,
    limit_wait: LimitWait,
) -> Any:
    if isinstance(step, Pause):
        return sleep(limit_wait(step.seconds) or 0.0)
    if isinstance(step, Waiting):
        return step.function(limit_wait(step.timeout_s))
    return send(step)


async def _perform_async(
    step: Step, send: Callable[[ProviderRequest], Awaitable[Response]], sleep: Sleep | None
) -> Any:
    import asyncio

    if isinstance(step, Pause):
        return await asyncio.sleep(step.seconds) if sleep is None else sleep(step.seconds)
    if isinstance(step, Waiting):
        return await asyncio.to_thread(step.function, step.timeout_s)
    return await send(step)
