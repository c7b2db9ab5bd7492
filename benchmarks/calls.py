"""What a validated call costs, as a ratio to plain httpx: `python benchmarks/calls.py [ROUNDS] [--loopback] [--faults]`.

Each client sends the same data and gets the same answer. In each round every client makes a batch of calls in turn,
and a ratio is taken inside its round: so a busy machine changes it little. CPU time of this process, median of the
rounds. `--faults` shows which faults of the payloads a client notices, each in a call of its own.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import payloads
from answer_server import run_server
from bench_clients import ANYWHERE, CLIENTS, Calls, build_options

#: How many calls a batch has: those of one client take about 20 ms.
BATCHES = {"createAudienceV2": 100, "updateCustomerSessionV2": 40, "updateCustomerProfilesV2": 5}


def build_clients(base_url: str | None, names: list[str]) -> dict[str, Calls]:
    """Return the calls of each client that is installed."""
    built = {}
    for name in names:
        try:
            built[name] = CLIENTS[name](base_url)
        except Exception as error:  # noqa: BLE001 (it is not installed, or cannot load the document)
            print(f"{name} is left out: {error!r:.150}", file=sys.stderr)
    gc.collect()
    gc.freeze()  # what one client holds must not slow the collections of another
    return built


def measure_cpu_us(call: Callable[[], Any], count: int) -> float:
    """Return the CPU time of one call in microseconds."""
    # A batch must not pay for what another client left: that would be the same one in each round.
    gc.collect()
    started = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - started) / count * 1e6


def measure_calls(clients: dict[str, Calls], operation: str, rounds: int) -> dict[str, list[float]]:
    """Return the CPU times of one operation for each client that can call it."""
    measured: dict[str, list[float]] = {}
    for name, calls in clients.items():
        try:
            calls[operation](), calls[operation]()
            measured[name] = []
        except Exception as error:  # noqa: BLE001 (whatever a peer raises)
            print(f"{name} cannot call {operation}: {error!r:.150}", file=sys.stderr)
    for _ in range(rounds):
        for name, times in measured.items():
            times.append(measure_cpu_us(clients[name][operation], BATCHES[operation]))
    return measured


def compute_ratios(measured: dict[str, list[float]]) -> dict[str, float]:
    """Return the median ratio of each client to the first one."""
    floor = next(iter(measured.values()))
    return {
        name: statistics.median(ours / theirs for ours, theirs in zip(times, floor, strict=True))
        for name, times in measured.items()
    }


def measure_all(base_url: str | None, rounds: int, names: list[str]) -> dict[str, list[str]]:
    """Return a row for each client: its ratio and microseconds for each operation."""
    clients = build_clients(base_url, names)
    rows: dict[str, list[str]] = {name: [] for name in clients}
    for operation in payloads.CASES:
        measured = measure_calls(clients, operation, rounds)
        ratios = compute_ratios(measured)
        for name, cells in rows.items():
            known = name in ratios
            us = statistics.median(measured[name]) if known else 0
            cells.append(f"{ratios[name]:.2f} ({us:,.0f} µs)" if known else "fails")
    return rows


def find_faults(names: list[str]) -> dict[str, list[str]]:
    """Return a row for each client: how it notices the fault of each payload; `passes` where not."""
    rows: dict[str, list[str]] = {name: [] for name in names}
    for side in ("body", "response"):
        good = {operation: case[side] for operation, case in payloads.CASES.items()}
        for operation, case in payloads.CASES.items():
            case[side] = payloads.spoil(operation, side)
        for name, calls in build_clients(None, names).items():
            rows[name] += [describe_outcome(calls[operation]) for operation in good]
        for operation, case in payloads.CASES.items():
            case[side] = good[operation]
    return {name: row for name, row in rows.items() if row}


def describe_outcome(call: Callable[[], Any]) -> str:
    """Return the class of the error that a call raises; `passes` without one."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 (whatever a peer raises)
        return type(error).__name__
    return "passes"


def measure_own_work(rounds: int, names: list[str]) -> dict[str, list[str]]:
    """Return a row for each client: what a small call takes besides sending and JSON.

    What it is compared with is a ready request that httpx sends, and orjson both ways. The least of
    all rounds counts: so the work of others on the machine is in none of the parts.
    """
    case, operation = payloads.CASES["createAudienceV2"], "createAudienceV2"
    answer = payloads.encode(case["response"])
    client = httpx.Client(**build_options(httpx, None))
    request = client.build_request(case["method"], ANYWHERE + case["path"], json=case["body"])
    timed = {name: calls[operation] for name, calls in build_clients(None, names).items()}
    parts = {
        "sending": lambda: client.send(request),
        "JSON": lambda: (orjson.dumps(case["body"]), orjson.loads(answer)),
    }
    least: dict[str, float] = {}
    for _ in range(rounds):
        for name, call in {**parts, **timed}.items():
            us = measure_cpu_us(call, BATCHES[operation])
            least[name] = min(us, least.get(name, us))
    rest = least["sending"] + least["JSON"]
    return {name: [f"{least[name] - rest:.0f} µs"] for name in timed}


def print_table(head: list[str], rows: dict[str, list[str]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=15)
    parser.add_argument("--loopback", action="store_true", help="over a socket, not in process")
    parser.add_argument("--faults", action="store_true", help="which faults are noticed")
    parser.add_argument("--clients", nargs="+", default=list(CLIENTS), choices=list(CLIENTS))
    options = parser.parse_args()
    if options.faults:
        head = ["client"] + [
            f"{name} {side}" for side in ("body", "response") for name in payloads.CASES
        ]
        print_table(head, find_faults(options.clients))
    elif options.loopback:
        with run_server() as url:
            print_table(
                ["client", *payloads.CASES], measure_all(url, options.rounds, options.clients)
            )
    else:
        print_table(["client", *payloads.CASES], measure_all(None, options.rounds, options.clients))


if __name__ == "__main__":
    main()
