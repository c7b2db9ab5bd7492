"""`op.map`: many calls at once, in threads, in tasks, or on an executor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from queue import SimpleQueue
from typing import Any

from dynclient.bulk.call_queue import END, CallQueue, MappedCall
from dynclient.bulk.outcomes import (
    Outcome,
    build_call,
    check_calls,
    check_concurrency,
    send_call,
    send_call_async,
)
from dynclient.client.callable_operations import AsyncOperation, Operation
from dynclient.plan.call_document import Call

#: A call and what became of it.
CallOutcome = tuple[Call, Outcome]

#: Begins a call; its outcome comes as a future.
SubmitCall = Callable[[Call], "Future[Outcome]"]

#: Is told a call just before it may be sent.
NoteBegin = Callable[[Call], None]


def _note_nothing(_call: Call) -> None:
    """Take a call that is about to be sent."""


def map_calls(
    operation: Operation,
    calls: Iterable[Any],
    *,
    concurrency: int,
    in_order: bool,
    executor: Executor | None = None,
    note_begin: NoteBegin = _note_nothing,
) -> Iterator[CallOutcome]:
    """Return an iterator over calls and their outcomes; calls are taken as there is room.

    Args:
        operation: what is called.
        calls: the calls; they may be without end.
        concurrency: how many are under way at once.
        in_order: whether outcomes come in the order of the calls, or as they are there.
        executor: where the calls run; None: threads of this process.
        note_begin: is told each call just before it may be sent.

    Raises:
        UsageError: an argument cannot have that value.

    """
    check_calls(calls)
    check_concurrency(concurrency)
    queue: CallQueue[Outcome] = CallQueue(concurrency, in_order=in_order)
    if executor is None or isinstance(executor, ThreadPoolExecutor):
        return _map_in_threads(operation, calls, queue, executor, note_begin)
    from dynclient.bulk.remote_map import map_on_executor

    return map_on_executor(operation, calls, queue, executor, note_begin)


def _map_in_threads(
    operation: Operation,
    calls: Iterable[Any],
    queue: CallQueue[Outcome],
    pool: ThreadPoolExecutor | None,
    note_begin: NoteBegin,
) -> Iterator[CallOutcome]:
    threads = pool or ThreadPoolExecutor(queue.concurrency, thread_name_prefix="dynclient-map")

    def submit(call: Call) -> Future[Outcome]:
        return threads.submit(send_call, operation, call)

    try:
        yield from walk_calls(submit, calls, queue, note_begin)
    finally:
        if pool is None:
            threads.shutdown(wait=True, cancel_futures=True)


def walk_calls(
    submit: SubmitCall, calls: Iterable[Any], queue: CallQueue[Outcome], note_begin: NoteBegin
) -> Iterator[CallOutcome]:
    """Yield calls and their outcomes; what is under way when the caller stops is called off."""
    ended: SimpleQueue[tuple[MappedCall, Future[Outcome]]] = SimpleQueue()
    under_way: set[Future[Outcome]] = set()
    source = iter(calls)
    is_exhausted = False
    try:
        while True:
            while not is_exhausted and queue.can_begin():
                value = next(source, END)
                if value is END:
                    is_exhausted = True
                    break
                mapped = queue.begin(build_call(value))
                note_begin(mapped.call)
                future = submit(mapped.call)
                under_way.add(future)
                future.add_done_callback(partial(_pass_on, ended.put, mapped))
            yield from queue.pop_ready()
            if not queue.under_way:
                if is_exhausted:
                    return
                continue
            mapped, future = ended.get()
            under_way.discard(future)
            queue.end(mapped, future.result())
    finally:
        for future in under_way:
            future.cancel()


def _pass_on(put: Callable[[Any], None], mapped: MappedCall, future: Any) -> None:
    """Put a call that has ended, with its future, where the iteration waits for it."""
    put((mapped, future))


async def map_calls_async(
    operation: AsyncOperation,
    calls: Iterable[Any] | AsyncIterable[Any],
    *,
    concurrency: int,
    in_order: bool,
) -> AsyncGenerator[CallOutcome, None]:
    """Yield calls and their outcomes; arguments as of `map_calls`.

    Raises:
        UsageError: an argument cannot have that value.

    """
    check_calls(calls)
    queue: CallQueue[Outcome] = CallQueue(check_concurrency(concurrency), in_order=in_order)
    ended: asyncio.Queue[tuple[MappedCall, asyncio.Task[Outcome]]] = asyncio.Queue()
    under_way: set[asyncio.Task[Outcome]] = set()
    is_exhausted = False
    try:
        async with aclosing(_iterate(calls)) as source:
            while True:
                while not is_exhausted and queue.can_begin():
                    value = await anext(source, END)
                    if value is END:
                        is_exhausted = True
                        break
                    mapped = queue.begin(build_call(value))
                    task = asyncio.create_task(send_call_async(operation, mapped.call))
                    under_way.add(task)
                    task.add_done_callback(partial(_pass_on, ended.put_nowait, mapped))
                for ready in queue.pop_ready():
                    yield ready
                if not queue.under_way:
                    if is_exhausted:
                        return
                    continue
                mapped, task = await ended.get()
                under_way.discard(task)
                queue.end(mapped, task.result())
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _iterate(calls: Iterable[Any] | AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    if isinstance(calls, AsyncIterable):
        async for call in calls:
            yield call
    else:
        for call in calls:
            yield call


def select_outcomes(outcomes: Iterator[CallOutcome]) -> Iterator[Outcome]:
    """Yield outcomes without their calls."""
    for _, outcome in outcomes:
        yield outcome


async def select_outcomes_async(
    outcomes: AsyncGenerator[CallOutcome, None],
) -> AsyncGenerator[Outcome, None]:
    """Yield outcomes without their calls; the end of this iteration is that of the other."""
    async with aclosing(outcomes) as source:
        async for _, outcome in source:
            yield outcome
