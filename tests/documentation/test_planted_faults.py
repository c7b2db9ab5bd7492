"""The table of `benchmarks/planted.py` fits the source: no row is stale."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "planted.py"

pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the sdist has no benchmarks")


@pytest.fixture(scope="module")
def planted():
    spec = importlib.util.spec_from_file_location("planted_faults", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_each_row_fits_the_source(planted):
    mistakes = [f"{fault.file}: {planted.find_mistake(fault)}" for fault in planted.FAULTS]
    stale = [mistake for mistake in mistakes if not mistake.endswith(": ")]
    assert stale == [], "mend the rows in benchmarks/planted.py"


def test_each_fault_has_its_own_name(planted):
    names = [fault.what for fault in planted.FAULTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"file": "nowhere.py"}, "there is no such file"),
        ({"tests": ("tests/test_nothing.py", "-k", "x")}, "there is no tests/test_nothing.py"),
        (
            {"old": "def is_nothing("},
            "the text must stand there once, and stands there 0 times: 'def is_nothing('",
        ),
        ({"new": "def ("}, "with the fault it is no Python, at line "),
    ],
)
def test_a_stale_row_is_reported(planted, change, mistake):
    row = planted.Planted("x", "names.py", "def to_snake_case(", "def to_no_case(", planted.WAY)
    assert planted.find_mistake(row) == ""
    assert planted.find_mistake(row._replace(**change)).startswith(mistake)


def test_a_check_runs_nothing_and_ends_in_an_exit_code(planted, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["planted.py", "--check", "sandbox/"])
    monkeypatch.setattr(planted, "plant", lambda faults: pytest.fail("a fault was planted"))
    assert planted.main() == 0
    count = len(planted.select_faults(["sandbox/"]))
    assert capsys.readouterr().out == f"{count} of {count} rows fit the source\n"

    stale = planted.Planted("x", "nowhere.py", "a", "b", ())
    monkeypatch.setattr(planted, "FAULTS", [stale])
    monkeypatch.setattr(sys, "argv", ["planted.py", "--check"])
    assert planted.main() == 1
    assert "nowhere.py  x: there is no such file\n" in capsys.readouterr().out
