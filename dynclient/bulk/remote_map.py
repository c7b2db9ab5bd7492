"""Calls on an executor, of processes or of a dask cluster; a lost worker loses none of them."""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Self

from dynclient.bulk.call_map import CallOutcome, NoteBegin, walk_calls
from dynclient.bulk.call_queue import CallQueue
from dynclient.bulk.outcomes import Outcome, send_call
from dynclient.bulk.remote_calls import build_unknown, send_remote_call
from dynclient.bulk.repeatable_calls import add_idempotency_key, can_send_twice
from dynclient.client.callable_operations import Operation
from dynclient.client.client_recipe import pickle_recipe
from dynclient.errors import UsageError
from dynclient.plan.call_document import Call
from dynclient.violations import shorten, shorten_repr

#: How many claims of calls that have ended stay on a cluster at least.
MIN_CLAIMS = 1_000

#: dask's own errors: it lost the worker of one call too often; it lost the scheduler.
_ONE_LOST = "KilledWorker"
_LOST_IN_DASK = frozenset({_ONE_LOST, "CommClosedError"})

logger = logging.getLogger("dynclient")


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
        self._claim_count = 0
        self._is_broken = False
        #: Of calls that have ended, the oldest first.
        self._claims: deque[str] = deque()
        self._max_claims = max(MIN_CLAIMS, 10 * concurrency)

    def submit(self, call: Call) -> Future[Outcome]:
        """Begin a call; its outcome comes as a future, also where its worker is lost."""
        call = add_idempotency_key(self._operation, call)
        self._clear_old_claims()
        if self._is_broken:
            return self._send_here(call)
        claim = self._build_claim(call)
        # dask would take equal calls for one.
        options = {} if self._cluster is None else {"pure": False}
        key = self._operation.operation.key
        try:
            future = self._executor.submit(
                send_remote_call, self._recipe, key, call, claim, **options
            )
        except RuntimeError as error:  # It is broken or shut down: the call was not sent.
            self._note_broken(error)
            return self._send_here(call)
        outcome: Future[Outcome] = Future()
        outcome.set_running_or_notify_cancel()
        future.add_done_callback(partial(self._take, call, claim, outcome))
        return outcome

    def _build_claim(self, call: Call) -> str:
        """Return the name of the claim of a call; "" where it needs none."""
        if self._cluster is None or can_send_twice(self._operation, call):
            return ""
        self._claim_count += 1
        return f"{self._run}-{self._claim_count}"

    def _send_here(self, call: Call) -> Future[Outcome]:
        return self._threads.submit(send_call, self._operation, call)

    def _note_broken(self, error: Exception) -> None:
        if not self._is_broken:
            self._is_broken = True
            logger.warning(
                "%s: the workers are lost (%s); this process sends the other calls",
                self._operation.id,
                type(error).__name__,
            )

    def _take(
        self, call: Call, claim: str, outcome: Future[Outcome], future: Future[Outcome]
    ) -> None:
        """Give on what a worker answered, or what becomes of a call that it did not answer."""
        try:
            outcome.set_result(future.result())
        except Exception as error:  # noqa: BLE001 (of the executor: dask has classes of its own)
            self._settle(call, outcome, error)
        finally:
            if claim:
                self._claims.append(claim)

    def _settle(self, call: Call, outcome: Future[Outcome], error: Exception) -> None:
        if not _is_lost_worker(error):
            outcome.set_exception(_build_worker_error(error))
            return
        if not _is_one_lost(error):
            self._note_broken(error)
        if can_send_twice(self._operation, call):
            try:
                self._threads.submit(_forward, self._operation, call, outcome)
            except RuntimeError:  # Nobody waits for it any more.
                outcome.cancel()
        else:
            outcome.set_result(build_unknown(self._operation.operation.key))

    def _clear_old_claims(self) -> None:
        """Clear claims whose results the cluster has forgotten.

        It computes a result again that is lost before that: a claim has to be there then.
        """
        while len(self._claims) > self._max_claims:
            from distributed import Event

            try:
                Event(self._claims.popleft(), client=self._cluster).clear()
            except Exception as error:  # noqa: BLE001 (dask's own, where the scheduler is lost)
                self._note_broken(error)
                return

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
    """Tell whether an executor lost the process that sent a call, or all of them."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, BrokenExecutor | CancelledError) or bool(names & _LOST_IN_DASK)


def _is_one_lost(error: Exception) -> bool:
    """Tell whether only the worker of one call was lost."""
    return type(error).__name__ == _ONE_LOST


def _build_worker_error(error: Exception) -> UsageError:
    text = f"a worker cannot send: {type(error).__name__}: {shorten(str(error))}"
    return UsageError(text, hint="install the same dynclient, with its extras, on each worker")
