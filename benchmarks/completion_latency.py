"""How long a completion takes: the first of a session, then median and 95th percentile.

python benchmarks/completion_latency.py spec/talon-one/integration.yaml other.yaml
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import dynclient
from dynclient.description.operation_description import describe_arguments
from dynclient.errors import DynclientError
from dynclient.repl.collection_pauses import shorten_collection_pauses
from dynclient.repl.completion import complete_code

ROUNDS = 5


def list_places(client: Any) -> Iterator[str]:
    """Yield half-typed code at places of each operation."""
    yield from ("client.", "client.cre", 'client["', 'client["POST /', 'client.tags["')
    for operation in client.operations.values():
        yield f'client["{operation.id}"]('
        try:
            arguments = describe_arguments(operation._plan, operation.call_schema)  # noqa: SLF001 (it is described)
        except DynclientError:
            continue
        for argument in arguments:
            yield f'client["{operation.id}"]({argument.name}='
            yield f'client["{operation.id}"]({argument.name}=[{{"'


def measure(source: str) -> None:
    """Print the latency of completions on a document."""
    first, later = [], []
    slowest = (0.0, 0.0, "")
    places = list(list_places(dynclient.Client(source)))
    for round_number in range(ROUNDS):
        # A new document for each round: nothing is compiled yet.
        names = {"client": dynclient.Client(dynclient.load(source))}
        shorten_collection_pauses()
        for index, code in enumerate(places):
            begin, cpu_begin = time.perf_counter(), time.process_time()
            complete_code(code, names)
            elapsed_ms = (time.perf_counter() - begin) * 1000
            cpu_ms = (time.process_time() - cpu_begin) * 1000
            slowest = max(slowest, (cpu_ms, elapsed_ms, code))
            (first if index == 0 or round_number == 0 else later).append(elapsed_ms)
    name = source.rsplit("/", 1)[-1]
    for title, values in (("first touch", first), ("all", first + later)):
        median = statistics.median(values)
        p95 = statistics.quantiles(values, n=20)[-1]
        print(
            f"{name:24} {title:12} {len(values):6} places  median {median:6.2f} ms  p95 {p95:6.2f} ms  max {max(values):6.1f} ms"
        )
    cpu_ms, elapsed_ms, code = slowest
    print(f"{name:24} most CPU time: {cpu_ms:.1f} of {elapsed_ms:.1f} ms at {code}")


if __name__ == "__main__":
    for path in sys.argv[1:] or ["spec/talon-one/integration.yaml"]:
        measure(path)
