"""What a validated call costs, as a ratio to plain httpx in the same run: `python benchmarks/calls.py [ROUNDS]`.

Both clients send the same bytes to the same in-process answer, so the difference is the client's own work. httpx
validates nothing; dynclient validates the call and the result. Ratios of CPU time, median of the rounds.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

import dynclient

SPEC = Path(__file__).resolve().parents[1] / "spec" / "talon-one" / "integration.yaml"
SERVER = "https://acme.talon.one"
KEY = "ApiKey-v1 benchmark"

#: operation → how often it is called in a round.
CASES = {"createAudienceV2": 200, "updateCustomerSessionV2": 100, "updateCustomerProfilesV2": 20}


def pairs() -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """Return for each case a call with httpx and the same with dynclient."""
    document = dynclient.load(SPEC)
    sandbox = dynclient.Sandbox(document)
    found = {}
    for name in CASES:
        drawn = dynclient.Client(document, transport=sandbox, credentials={"api_key_v1": KEY})[name]
        call = large(drawn.example()) if name == "updateCustomerProfilesV2" else drawn.example()
        result = drawn.send(call)
        answer = json.dumps(result.data).encode() if result.data is not None else b""
        content = {"content-type": "application/json"} if answer else {}
        transport = httpx.MockTransport(answering(result.status, content, answer))
        client = dynclient.Client(
            document, server=SERVER, credentials={"api_key_v1": KEY}, transport=transport
        )
        found[name] = (
            plain(httpx.Client(transport=transport), client[name].request(call)),
            bound(client[name], call),
        )
    return found


def answering(
    status: int, headers: dict[str, str], body: bytes
) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server that always gives the same answer."""
    return lambda _request: httpx.Response(status, headers=headers, content=body)


def large(call: dynclient.Call) -> dynclient.Call:
    """Return a call with a thousand profiles."""
    profiles = call["body"]["customerProfiles"] * 1000
    return dynclient.Call(call, body={"customerProfiles": profiles[:1000]})


def plain(client: httpx.Client, request: dynclient.Request) -> Callable[[], Any]:  # type: ignore[name-defined]
    """Return the call that somebody would write by hand with httpx."""
    body, headers = json.loads(request.body or b"null"), {"Authorization": KEY}

    def call() -> Any:
        response = client.request(request.method, request.url, json=body, headers=headers)
        return response.json() if response.content else None

    return call


def bound(operation: dynclient.Operation, call: dynclient.Call) -> Callable[[], Any]:
    """Return the same call with dynclient."""
    return lambda: operation(call)


def cpu_us(call: Callable[[], Any], count: int) -> float:
    """Return the CPU time of one call in microseconds."""
    gc.collect()
    started = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - started) / count * 1e6


def cold_ms(code: str) -> float:
    """Return the CPU time of a new process in milliseconds, the best of five.

    An installed package has its bytecode; the first run writes that of the source tree.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(6):
        text = f"import time\n{code}\nprint(time.process_time())"
        done = subprocess.run(
            [sys.executable, "-c", text],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        times.append(float(done.stdout))
    return min(times[1:]) * 1e3


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(f"{'operation':<28}{'httpx µs':>10}{'dynclient µs':>14}{'ratio':>8}")
    for name, (theirs, ours) in pairs().items():
        theirs(), ours()
        measured = [(cpu_us(theirs, CASES[name]), cpu_us(ours, CASES[name])) for _ in range(rounds)]
        ratio = statistics.median(o / t for t, o in measured)
        medians = [statistics.median(column) for column in zip(*measured, strict=True)]
        print(f"{name:<28}{medians[0]:>10.0f}{medians[1]:>14.0f}{ratio:>8.2f}")
    floor = cold_ms("import httpx; httpx.Client()")
    made = f"c = dynclient.Client({str(SPEC)!r}, server={SERVER!r})"
    first = "c.create_audience_v2.request(name='x'); c._runner.adapter.client"
    load = cold_ms(f"import dynclient; {made}; {first}")
    print(f"{'cold start (ms)':<28}{floor:>10.0f}{load:>14.0f}{load / floor:>8.2f}")


if __name__ == "__main__":
    main()
