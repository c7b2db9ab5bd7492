"""Calls on an executor, of processes or of a dask cluster; a lost worker loses none of them."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from typing import Any, Self

from dynclient.bulk.call_map import CallOutcome, NoteBegin, walk_calls
from dynclient.bulk.call_queue import CallQueue
from dynclient.bulk.outcomes import Outcome, send_call
from dynclient.bulk.remote_calls import build_unknown, send_remote_call
from dynclient.client.callable_operations import Operation
from dynclient.client.client_recipe import pickle_recipe
from dynclient.client.idempotency_keys import find_idempotency_header
from dynclient.errors import UsageError
from dynclient.plan.call_document import Call
from dynclient.transport.policy import IDEMPOTENT_METHODS
from dynclient.violations import shorten_repr

#: How many claims of calls that have ended stay on a cluster at least.
MIN_CLAIMS = 1_000


def map_on_executor(
    operation: Operation,
    calls: Iterable[Any],
    queue: CallQueue[Outcome],
    executor: Executor,
    note_begin: NoteBegin,
) -> Iterator[CallOutcome]:
    """Yield calls and their outcomes; the workers have clients of their own.

    A call whose worker was lost is sent again where that is safe, else its outcome is unknown.

    Raises:
        UsageError: it is no executor, or the client cannot be made on a worker.

    """
    if not hasattr(executor, "submit"):
        raise UsageError(
            f"executor cannot be {shorten_repr(executor)}",
            hint="give one of concurrent.futures, or get_executor() of a dask client",
        )
    with RemoteSender(operation, executor, queue.concurrency) as sender:
        yield from walk_calls(sender.submit, calls, queue, note_begin)


def can_send_twice(operation: Operation, call: Call) -> bool:
    """Tell whether a call does no harm when it is carried out again."""
    header = find_idempotency_header(operation.operation)
    return operation.method in IDEMPOTENT_METHODS or header in call.get("header", {})


class RemoteSender:
    """Sends calls on the workers of an executor, and what those lost on threads of its own.

    Args:
        operation: what is called.
        executor: whose workers send.
        concurrency: how many calls are under way at once.

    """

    def __init__(self, operation: Operation, executor: Executor, concurrency: int) -> None:
        self._operation = operation
        self._executor = executor
        self._recipe = pickle_recipe(operation.client_recipe)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="dynclient-map")
        self._cluster = _get_cluster(executor)
        self._run = uuid.uuid4().hex
        self._count = 0
        self._is_broken = False
        #: Of calls that have ended, the oldest first.
        self._claims: deque[str] = deque()
        self._max_claims = max(MIN_CLAIMS, 10 * concurrency)

    def submit(self, call: Call) -> Future[Outcome]:
        """Begin a call; its outcome comes as a future, also where its worker is lost."""
        if self._is_broken:
            return self._send_here(call)
        self._clear_old_claims()
        self._count += 1
        is_repeatable = can_send_twice(self._operation, call)
        claim = "" if is_repeatable or self._cluster is None else f"{self._run}-{self._count}"
        key = self._operation.operation.key
        try:
            # dask would take equal calls for one.
            options = {} if self._cluster is None else {"pure": False}
            future = self._executor.submit(
                send_remote_call, self._recipe, key, call, claim, **options
            )
        except BrokenExecutor:  # It was never sent.
            self._is_broken = True
            return self._send_here(call)
        outcome: Future[Outcome] = Future()
        outcome.set_running_or_notify_cancel()
        future.add_done_callback(self._build_callback(call, claim, outcome, is_repeatable))
        return outcome

    def _send_here(self, call: Call) -> Future[Outcome]:
        return self._threads.submit(send_call, self._operation, call)

    def _build_callback(
        self,
        call: Call,
        claim: str,
        outcome: Future[Outcome],
        is_repeatable: bool,
    ) -> Callable[[Future[Outcome]], None]:
        def take(future: Future[Outcome]) -> None:
            try:
                outcome.set_result(future.result())
            except Exception as error:  # noqa: BLE001 (of the executor: dask has classes of its own)
                if not _is_lost_worker(error):
                    outcome.set_exception(error)
                elif is_repeatable:
                    self._threads.submit(_forward, self._operation, call, outcome)
                else:
                    outcome.set_result(build_unknown(self._operation.operation.key))
            finally:
                if claim:
                    self._claims.append(claim)

        return take

    def _clear_old_claims(self) -> None:
        """Clear claims whose results the cluster has forgotten.

        It computes a result again that is lost before that: a claim has to be there then.
        """
        while len(self._claims) > self._max_claims:
            from distributed import Event

            Event(self._claims.popleft(), client=self._cluster).clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)


def _forward(operation: Operation, call: Call, outcome: Future[Outcome]) -> None:
    outcome.set_result(send_call(operation, call))


def _get_cluster(executor: Executor) -> Any:
    """Return the client of the dask cluster that an executor stands for; None for another one."""
    is_dask = type(executor).__module__.startswith("distributed.")
    return getattr(executor, "_client", None) if is_dask else None


def _is_lost_worker(error: Exception) -> bool:
    """Tell whether an executor lost the process that sent a call."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, BrokenExecutor) or bool(names & {"KilledWorker", "CommClosedError"})
