"""A flow as a generator of steps, and its two thin runners, one that waits and one that is awaited.

A flow yields requests, pauses and what it waits for, and is sent what they bring. So each flow is
written once, and decides without sending anything itself.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from dynclient.errors import DynclientError
from dynclient.oauth.single_flight import Flight
from dynclient.wire.credential_provider import LimitWait, ProviderRequest

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


Step = ProviderRequest | Pause | Waiting | Flight

#: Yields steps, is sent their results, and returns its product.
Flow = Generator[Any, Any, Any]

#: How a client sends a request of a flow; None where nobody can, and the flow has no requests.
Send = Callable[[ProviderRequest], Any] | None


class _FlowProgress:
    """How far a flow is: its next step, or its product where there is none."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.step: Step | None = None
        self.product: Any = None
        self.send(None)

    def send(self, answer: Any) -> None:
        """Go on with what the step brought."""
        self._advance(self._flow.send, answer)

    def throw(self, error: DynclientError) -> None:
        """Go on with what went wrong in the step."""
        self._advance(self._flow.throw, error)

    def _advance(self, resume: Callable[[Any], Step], value: Any) -> None:
        try:
            self.step = resume(value)
        except StopIteration as end:
            self.step, self.product = None, end.value


def run_flow(flow: Flow, send: Send, sleep: Sleep | None, limit_wait: LimitWait) -> Any:
    """Run a flow and return its product.

    Args:
        flow: the flow; it is thrown what goes wrong in one of its steps.
        send: sends a request and returns its response.
        sleep: waits some seconds; None: time.sleep.
        limit_wait: how long it may wait, as `CredentialDemand` has it.

    """
    with contextlib.closing(flow):
        progress = _FlowProgress(flow)
        while progress.step is not None:
            try:
                answer = _perform(progress.step, send, sleep or time.sleep, limit_wait)
                limit_wait(None)
            except DynclientError as error:
                progress.throw(error)
            else:
                progress.send(answer)
        return progress.product


async def run_flow_async(flow: Flow, send: Send, sleep: Sleep | None) -> Any:
    """Run a flow in the event loop and return its product; it is cancelled at a deadline."""
    with contextlib.closing(flow):
        progress = _FlowProgress(flow)
        while progress.step is not None:
            try:
                answer = await _perform_async(progress.step, send, sleep)
            except DynclientError as error:
                progress.throw(error)
            else:
                progress.send(answer)
        return progress.product


def _perform(step: Step, send: Send, sleep: Sleep, limit_wait: LimitWait) -> Any:
    if isinstance(step, Pause):
        return sleep(limit_wait(step.seconds) or 0.0)
    if isinstance(step, Waiting):
        return step.function(limit_wait(step.timeout_s))
    if isinstance(step, Flight):
        return step.wait(limit_wait(None))
    assert send is not None
    return send(step)


async def _perform_async(step: Step, send: Send, sleep: Sleep | None) -> Any:
    import asyncio

    if isinstance(step, Pause):
        return await asyncio.sleep(step.seconds) if sleep is None else sleep(step.seconds)
    if isinstance(step, Waiting):
        return await asyncio.to_thread(step.function, step.timeout_s)
    if isinstance(step, Flight):
        return await step.wait_async()
    assert send is not None
    return await send(step)
