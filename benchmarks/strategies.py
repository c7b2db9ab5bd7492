"""What drawing calls costs, and how many are drawn in vain: `python benchmarks/strategies.py [EXAMPLES] [DOCUMENT …]`.

Over every operation of the six documents of Talon.One (and of talon-one-full.yaml, where DYNCLIENT_CORPUS names the
folder that holds it), or of those that are named: the share of examples that were rejected after drawing, in the
worst operation, and the time of one example: of all operations' medians the median, the 90th percentile and the worst.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import Status

import dynclient
from dynclient import strategies
from dynclient.errors import UsageError

TALON_ONE = Path(__file__).resolve().parents[1] / "spec" / "talon-one"


def measured(operation: dynclient.Operation, examples: int) -> tuple[float, list[float]]:
    """Return the share of an operation's examples that were rejected, and the ms of each that was not.

    It is counted from outside, by what drawing raises. What Hypothesis itself cuts short, to try small examples
    first, is not rejected: of `lists(text())` that is every tenth, too.
    """
    taken: list[float] = []
    rejected = 0

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        nonlocal rejected
        started = time.perf_counter()
        try:
            data.draw(strategies.calls(operation))
        except BaseException:
            example = data.conjecture_data
            rejected += example.status is not Status.OVERRUN or example.max_choices is None
            raise
        taken.append((time.perf_counter() - started) * 1e3)

    draw()
    return rejected / (len(taken) + rejected), taken[1:] or taken


def row(path: Path, examples: int) -> str:
    """Return the line of one document; operations that no call fits are told, not counted."""
    operations = dynclient.Client(path, server="http://x").operations
    found, without = {}, []
    for key, operation in operations.items():
        try:
            found[key] = measured(operation, examples)
        except UsageError:
            without.append(key)
    medians = sorted(statistics.median(taken) for _, taken in found.values())
    rejected, worst = max((share, key) for key, (share, _) in found.items())
    times = f"{statistics.median(medians):>8.2f}{medians[int(len(medians) * 0.9)]:>8.2f}{medians[-1]:>8.2f}"
    note = f"  without a call: {', '.join(without)}" if without else ""
    return f"{path.stem:<20}{len(found):>11}{rejected:>10.1%}{times}  {worst if rejected else '-'}{note}"


def main() -> None:
    """Print the table."""
    numbers = [int(text) for text in sys.argv[1:] if text.isdecimal()]
    named = [Path(text) for text in sys.argv[1:] if not text.isdecimal()]
    print(
        f"{'document':<20}{'operations':>11}{'rejected':>10}{'median':>8}{'p90':>8}{'worst':>8} ms"
    )
    ours = [TALON_ONE / "integration.yaml", *sorted((TALON_ONE / "revisions").glob("*.yaml"))]
    corpus = os.environ.get("DYNCLIENT_CORPUS")
    for path in named or [*ours, *(Path(corpus).glob("talon-one-full.yaml") if corpus else ())]:
        print(row(path, numbers[0] if numbers else 100), flush=True)


if __name__ == "__main__":
    main()
