"""What a call costs is held by the number of its function calls, which no busy machine changes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support.scripts import run_script

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
BASELINES = json.loads((BENCHMARKS / "baseline.json").read_text())
MINOR = ".".join(map(str, sys.version_info[:2]))

MEASURE = """
import json
import sys
sys.path.insert(0, sys.argv[1])
import guard
print(json.dumps(guard.measure()))
"""


@pytest.mark.skipif(MINOR not in BASELINES, reason="this Python has no baseline yet")
def test_a_call_takes_no_more_function_calls_than_its_baseline():
    pytest.importorskip("orjson")
    measured = json.loads(run_script(MEASURE, str(BENCHMARKS)).splitlines()[-1])
    grown = {
        name: (count, BASELINES[MINOR][name])
        for name, count in measured.items()
        if count > BASELINES[MINOR][name] * 1.05
    }
    assert grown == {}, "python benchmarks/guard.py shows the numbers; --write takes them over"
