"""All tables of docs/performance.md: `python benchmarks/report.py [ROUNDS] [--write]`.

`--write` replaces the tables of the page. Clients that are not installed are left out; `make bench-peers` makes an
environment that has them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import calls
import cold
import concurrency
import first_use
import guard
import payloads
from answer_server import run_server
from bench_clients import SPEC

import dynclient

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
START, END = "<!-- tables: benchmarks/report.py -->", "<!-- end of the tables -->"

PACKAGES = ("httpx", "httpx2", "jsonschema-rs", "orjson", "requests", "aiopenapi3", "openapi-core")

OPERATIONS = ["small", "cart", "large"]

#: Whose own work is measured: clients on httpx.
OWN_WORK = ["httpx", "dynclient", "limit"]


def describe_machine() -> str:
    """Return what the figures were made with."""
    found = []
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    return f"Python {platform.python_version()}; {system}, {load}; {', '.join(found)}."


def print_report(rounds: int) -> None:
    """Print all tables."""
    print(describe_machine())
    names = list(calls.CLIENTS)
    head = ["client", *OPERATIONS]
    print("\nA call in process (CPU time, a ratio to httpx; microseconds in parentheses):\n")
    calls.print_table(head, calls.measure_all(None, rounds, names))
    print("\nA call over loopback:\n")
    with run_server() as url:
        calls.print_table(head, calls.measure_all(url, rounds, names))
    print(
        "\nOwn work of a small call: its CPU time without that of sending a ready request and of JSON:\n"
    )
    calls.print_table(["client", "own work"], calls.measure_own_work(rounds * 3, OWN_WORK))
    tasks, threads = concurrency.measure_all(300, max(3, rounds // 3))
    print("\nMany calls at once over loopback, small:\n")
    calls.print_table([f"asyncio, {concurrency.TASKS} tasks", "calls/s", "x httpx"], tasks)
    print()
    calls.print_table([f"{concurrency.THREADS} threads", "calls/s", "x httpx"], threads)
    print("\nFaults of the payloads that a client notices, of 6:\n")
    faults = calls.find_faults(names)
    counted = {name: [str(sum(cell != "passes" for cell in row))] for name, row in faults.items()}
    calls.print_table(["client", "noticed"], counted)
    counts = guard.measure()
    print("\nFunction calls of one call, those of the HTTP library among them:\n")
    calls.print_table(OPERATIONS, {})
    print(f"| {' | '.join(str(counts[name]) for name in payloads.CASES)} |")
    print(
        "\nFrom a new process to its end, with one call over loopback (CPU time; memory above that of httpx):\n"
    )
    calls.print_table(
        ["client", *cold.OPERATIONS], cold.measure_all(str(SPEC), max(5, rounds // 3))
    )
    document = dynclient.load(SPEC)
    first_use.measure_operations(document)  # what is imported and read once
    times = first_use.measure_operations(document)
    print(
        f"\nFirst use of an operation of the shipped document: {first_use.describe_times(times)}."
    )


def write_page(report: str) -> None:
    """Replace the tables of the page."""
    before, _, rest = PAGE.read_text().partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}\n\n{report.strip()}\n\n{END}{after}")


def main() -> None:
    """Print the report, or write it to the page too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=15)
    parser.add_argument("--write", action="store_true", help="to docs/performance.md")
    options = parser.parse_args()
    if not options.write:
        print_report(options.rounds)
        return
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        print_report(options.rounds)
    print(text.getvalue())
    write_page(text.getvalue())


if __name__ == "__main__":
    main()
