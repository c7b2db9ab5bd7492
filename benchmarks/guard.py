"""How many function calls one call takes: `python benchmarks/guard.py [--write]`.

Their number does not depend on how busy the machine is, so a test can hold it: `baseline.json` has it for each minor
version of Python, and `--write` replaces that of this one. The HTTP library's own function calls are counted too: they
show what we have it do.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import payloads

import dynclient

SPEC = Path(__file__).resolve().parents[1] / "spec" / "talon-one" / "integration.yaml"
BASELINE = Path(__file__).with_name("baseline.json")

#: How much more than the baseline is too much.
ALLOWED_GROWTH = 1.05


def build_calls() -> dict[str, Callable[[], Any]]:
    """Return for each payload a call that is answered in process."""
    document = dynclient.load(SPEC)
    return {name: build_call(document, name, case) for name, case in payloads.CASES.items()}


def build_call(document: Any, name: str, case: dict[str, Any]) -> Callable[[], Any]:
    """Return the call of one operation."""
    answer = payloads.encode(case["response"])

    def respond(_request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "application/json"}
        return httpx.Response(case["status"], content=answer, headers=headers)

    client = dynclient.Client(
        document,
        server="https://acme.talon.one",
        credentials={"api_key_v1": "ApiKey-v1 benchmark"},
        transport=httpx.MockTransport(respond),
    )
    operation, arguments, body = client[name], case["args"], case["body"]
    return lambda: operation(**arguments, body=body)


def count_function_calls(call: Callable[[], Any]) -> int:
    """Return how many functions one call enters, those of C among them."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    for _ in range(3):  # what is made once is made now
        call()
    previous = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(previous)
    return count


def measure() -> dict[str, int]:
    """Return the number of function calls for each payload."""
    return {name: count_function_calls(call) for name, call in build_calls().items()}


def read_baselines() -> dict[str, dict[str, int]]:
    """Return the baseline of each minor version of Python."""
    baselines: dict[str, dict[str, int]] = json.loads(BASELINE.read_text())
    return baselines


def get_python_minor() -> str:
    """Return the version of this Python, as the baselines name it."""
    return ".".join(platform.python_version_tuple()[:2])


def main() -> None:
    """Print the numbers beside the baseline, or make them the baseline."""
    measured, minor = measure(), get_python_minor()
    baselines = read_baselines() if BASELINE.exists() else {}
    for name, count in measured.items():
        print(f"{name:<28}{count:>6}  baseline {baselines.get(minor, {}).get(name, '-')}")
    if "--write" in sys.argv[1:]:
        text = json.dumps({**baselines, minor: measured}, indent=2, sort_keys=True)
        BASELINE.write_text(text + "\n")


if __name__ == "__main__":
    main()
