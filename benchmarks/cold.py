"""From a new process to the first good answer over loopback: `python benchmarks/cold.py [DOCUMENT …] [--rounds N]`.

A process imports a client, loads the document, calls one operation and ends. Each round starts one process for each
client in turn, and a ratio is taken inside its round: CPU time of the whole process, its end included, against httpx.
Memory is the most that a process had, above that of httpx (Linux only). A document must have the operations of `payloads.py`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import bench_clients
import calls
from answer_server import run_server

OPERATIONS = {"small": "createAudienceV2", "cart": "updateCustomerSessionV2"}

#: Name of a row -> the client, and whether it finds its cache.
ROWS = {
    "httpx": ("httpx", True),
    "dynclient, warm cache": ("dynclient", True),
    "dynclient, no cache": ("dynclient", False),
    "limit": ("limit", False),
    "requests": ("requests", False),
    "aiopenapi3": ("aiopenapi3", False),
    "openapi-core": ("openapi-core", False),
}


#: What a process runs: it imports nothing that its client does not import itself.
PROGRAM = """
import sys
from pathlib import Path
import bench_clients
client, document, url, operation = sys.argv[1:]
bench_clients.SPEC = Path(document)
bench_clients.CLIENTS[client](url)[operation]()
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


class Run(NamedTuple):
    """What one process took."""

    cpu_ms: float
    peak_mib: float


def measure_process(row: str, document: str, url: str, operation: str, cache: str) -> Run | None:
    """Return what a process takes; None where it fails."""
    client, has_cache = ROWS[row]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["DYNCLIENT_CACHE"] = cache if has_cache else "off"
    command = [sys.executable, "-c", PROGRAM, client, str(Path(document).resolve()), url, operation]
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parent,
    )
    # The peak that the system counts for a child includes that of its parent.
    assert process.stdout is not None
    peak_kib = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return None
    return Run((usage.ru_utime + usage.ru_stime) * 1e3, int(peak_kib) / 1024)


def measure_operation(document: str, url: str, operation: str, rounds: int) -> dict[str, list[Run]]:
    """Return the runs of each client that can call an operation; the first round is dropped."""
    runs: dict[str, list[Run]] = {row: [] for row in ROWS}
    with tempfile.TemporaryDirectory() as cache:
        for index in range(rounds + 1):
            for row in list(runs):
                run = measure_process(row, document, url, operation, cache)
                if run is None:
                    print(f"{row} cannot call {operation} of {document}", file=sys.stderr)
                    del runs[row]
                elif index:
                    runs[row].append(run)
    return runs


def measure_all(document: str, rounds: int) -> dict[str, list[str]]:
    """Return a row for each client: ratio, milliseconds and memory for each operation."""
    cells: dict[str, list[str]] = {}
    with run_server() as url:
        for index, operation in enumerate(OPERATIONS.values()):
            runs = measure_operation(document, url, operation, rounds)
            for row in ROWS:
                cell = describe(runs[row], runs["httpx"]) if row in runs else "fails"
                cells.setdefault(row, ["fails"] * index).append(cell)
    return {row: found for row, found in cells.items() if set(found) != {"fails"}}


def describe(runs: list[Run], floor: list[Run]) -> str:
    """Return the median ratio, the median CPU time, and the memory above the floor."""
    ratio = statistics.median(a.cpu_ms / b.cpu_ms for a, b in zip(runs, floor, strict=True))
    cpu_ms = statistics.median(run.cpu_ms for run in runs)
    mib = statistics.median(a.peak_mib - b.peak_mib for a, b in zip(runs, floor, strict=True))
    return f"{ratio:.2f} ({cpu_ms:.0f} ms, {mib:+.0f} MiB)"


def main() -> None:
    """Print a table for each document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="*", default=[str(bench_clients.SPEC)])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    for document in options.documents:
        print(f"\n{Path(document).name}\n")
        calls.print_table(["client", *OPERATIONS], measure_all(document, options.rounds))


if __name__ == "__main__":
    main()
