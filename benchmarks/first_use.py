"""What the first use of an operation costs: `python benchmarks/first_use.py [DOCUMENT …]`.

Each operation is compiled as if it were the first one of its document: the arguments, the check of the call, and the
checks of its successes. CPU time in milliseconds. The document itself is loaded before.
"""

from __future__ import annotations

import contextlib
import gc
import statistics
import sys
import time
from pathlib import Path

from bench_clients import SPEC

import dynclient
from dynclient.errors import DynclientError
from dynclient.model import Document, Operation
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import Schemas


def compile_operation(operation: Operation, schemas: Schemas) -> None:
    """Compile what a call of an operation needs, and the results of its successes."""
    plan = Plan(operation, schemas)
    plan.get_binder()
    plan.get_checker(None, "producer").accepts_by_fast_engine({})
    for status, response in operation.responses.items():
        for media_type in response.content if status[:1] == "2" else ():
            row = plan.result_table.get_row(int(status.replace("X", "0")), media_type)
            if row.checker is not None:
                row.checker.accepts_by_fast_engine(None)


def measure_operations(document: Document) -> dict[str, float]:
    """Return the milliseconds of each operation."""
    times = {}
    gc.collect()
    gc.freeze()  # what the program holds besides must not slow the collections
    for key, operation in document.operations.items():
        started = time.process_time()
        with contextlib.suppress(DynclientError):
            compile_operation(operation, Schemas(document))
        times[key] = (time.process_time() - started) * 1e3
    return times


def describe_times(times: dict[str, float]) -> str:
    """Return the median and the worst operation in one line."""
    worst = max(times, key=lambda key: times[key])
    median = statistics.median(times.values())
    return f"median {median:.1f} ms, worst {times[worst]:.1f} ms ({worst}), {len(times)} operations"


def main() -> None:
    """Print a line for each document."""
    for path in sys.argv[1:] or [str(SPEC)]:
        document = dynclient.load(path)
        measure_operations(document)  # what is imported and read once
        print(f"{Path(path).name}: {describe_times(measure_operations(document))}", flush=True)


if __name__ == "__main__":
    main()
