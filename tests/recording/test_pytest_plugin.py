"""The pytest fixture `dynclient_cassette`, in runs of pytest of their own."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.processes import MAX_RUN_S

from dynclient.pytest_plugin import build_cassette_path

SPEC = Path(__file__).resolve().parents[2] / "spec" / "talon-one" / "integration.yaml"

CONFTEST = f"""
import pytest, dynclient
@pytest.fixture
def dynclient_cassette_transport():
    return dynclient.Sandbox({str(SPEC)!r})
"""

TEST = f"""
import dynclient
def test_an_audience_is_made(dynclient_cassette):
    options = {{"transport": dynclient_cassette, "credentials": {{"api_key_v1": "HUSH"}}}}
    with dynclient.Client({str(SPEC)!r}, **options) as client:
        assert client.create_audience_v2(name="Gold")["name"] == "Gold"
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TEST)

    def run_pytest(*options):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "dynclient.pytest_plugin", "-p", "no:cacheprovider", *options]  # fmt: skip
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=MAX_RUN_S, check=False)  # fmt: skip
        return done.returncode, done.stdout

    return run_pytest


def test_a_test_records_its_cassette_and_replays_it(run, tmp_path):
    code, text = run()
    assert code == 1
    assert "--dynclient-record=missing records it" in text
    assert run("--dynclient-record=missing")[0] == 0
    cassette = tmp_path / "cassettes" / "test_it" / "test_an_audience_is_made.har"
    assert "HUSH" not in cassette.read_text(encoding="utf-8")

    (tmp_path / "conftest.py").write_text("")  # there is no sandbox any more
    assert run()[0] == 0


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=200), min_size=2, max_size=2, unique=True))  # fmt: skip
def test_each_test_of_a_file_has_a_cassette_of_its_own(ids):
    paths = {build_cassette_path(Path("/t/test_x.py"), f"t/test_x.py::{name}") for name in ids}
    assert len(paths) == len(ids)
    assert all(path.parent == Path("/t/cassettes/test_x") for path in paths)
