"""dask clusters: one that is there, or processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import Any

from dynclient.errors import UsageError

LOCAL = "local"

#: How many seconds a cluster may take to answer first.
CONNECT_TIMEOUT_S = 10


@contextmanager
def open_cluster(address: str, workers: int | None, concurrency: int) -> Iterator[Executor]:
    """Open the executor of a cluster; a local one ends with it.

    Args:
        address: of the scheduler, such as `tcp://host:8786`; `local` for processes of this machine.
        workers: how many processes a local cluster has; None: one for each core.
        concurrency: how many calls are under way at once.

    Raises:
        UsageError: dask.distributed is not installed, or the cluster cannot be reached.

    """
    distributed = _import_distributed()
    with ExitStack() as stack:
        if address == LOCAL:
            count = workers or os.cpu_count() or 1
            address = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=count,
                    threads_per_worker=max(1, -(-concurrency // count)),
                    dashboard_address=None,
                    silence_logs="ERROR",
                )
            )
        elif workers is not None:
            raise UsageError("--workers is of a local cluster", hint="give --cluster local")
        try:
            client = stack.enter_context(distributed.Client(address, timeout=CONNECT_TIMEOUT_S))
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the cluster {address} cannot be reached: {error}",
                hint="give the address of its scheduler, such as tcp://10.0.0.7:8786",
            ) from None
        yield client.get_executor()


def _import_distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "a cluster needs dask.distributed", hint="pip install 'dynclient[bulk]'"
        ) from None
    return distributed
