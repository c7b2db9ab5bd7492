"""What an answer to a shell costs: `python benchmarks/completion.py [SPEC]`.

The CPU time of a completion beside that of `python -c pass`, the least of some runs each; more than three times as much
ends in exit code 1. Without SPEC it is the shipped document. The first answer, which makes the index, is not counted.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

RUNS = 20
MAX_RATIO = 3.0
LINES = (
    "dynclient ca",
    "dynclient call create",
    "dynclient call updateCustomerSessionV2 ",
    "dynclient call updateCustomerSessionV2 s-1 customerSession.state=",
    "dynclient call PUT /v2/audiences/3 ",
)


def measure_cpu(command: list[str], environment: dict[str, str]) -> float:
    """Return the least CPU time of a command, in milliseconds."""
    least = float("inf")
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        least = min(least, spent * 1000)
    return least


def main() -> int:
    """Print a line for each completion; return 1 where one costs too much."""
    environment = dict(os.environ)
    if sys.argv[1:]:
        environment["DYNCLIENT_SPEC"] = sys.argv[1]
    plain = measure_cpu([sys.executable, "-c", "pass"], environment)
    print(f"{plain:6.1f} ms        python -c pass")
    is_slow = False
    for line in LINES:
        asked = {"_DYNCLIENT_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": "-1"}
        spent = measure_cpu([sys.executable, "-m", "dynclient"], {**environment, **asked})
        is_slow |= spent / plain > MAX_RATIO
        print(f"{spent:6.1f} ms  {spent / plain:4.2f}  {line!r}")
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
