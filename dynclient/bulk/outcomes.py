"""What became of a call among many: its result, or its error as a value."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any

from dynclient.client.callable_operations import AsyncOperation, Operation
from dynclient.errors import DynclientError, UsageError
from dynclient.plan.call_document import Call
from dynclient.plan.results import Result
from dynclient.violations import shorten_repr

Outcome = Result | DynclientError

#: How many calls are under way at once, where nobody says.
CONCURRENCY = 50


def send_call(operation: Operation, call: Call) -> Outcome:
    """Send a call; return its result or its error."""
    try:
        return operation.send(call)
    except DynclientError as error:
        return drop_traceback(error)


async def send_call_async(operation: AsyncOperation, call: Call) -> Outcome:
    """Send a call; return its result or its error."""
    try:
        return await operation.send(call)
    except DynclientError as error:
        return drop_traceback(error)


def drop_traceback(error: DynclientError) -> DynclientError:
    """Return an error without its frames, which would keep what was sent and received."""
    cause: BaseException | None = error
    while cause is not None:
        cause.__traceback__ = None
        cause = cause.__cause__ or cause.__context__
    return error


def build_call(value: Any) -> Call:
    """Return a call of those that are mapped.

    Raises:
        UsageError: it is none.

    """
    if isinstance(value, Mapping):
        return value if isinstance(value, Call) else Call(value)
    raise UsageError(
        f"map takes calls, and got {shorten_repr(value)}",
        hint="give Calls, such as Call(body={…}); dynclient.Call has the keys of a call document",
    )


def check_calls(calls: Any) -> None:
    """Refuse what holds no calls.

    Raises:
        UsageError: it cannot be iterated over, or it is one call.

    """
    is_many = isinstance(calls, Iterable | AsyncIterable) and not isinstance(calls, Mapping | str)
    if not is_many:
        raise UsageError(
            f"map takes an iterable of calls, and got {shorten_repr(calls)}",
            hint="give a list or a generator of Calls",
        )


def check_concurrency(concurrency: Any) -> int:
    """Return how many calls are under way at once.

    Raises:
        UsageError: it is no number above 0.

    """
    if type(concurrency) is not int or concurrency < 1:
        raise UsageError(
            f"concurrency cannot be {shorten_repr(concurrency)}", hint="give a number, 1 or more"
        )
    return concurrency
