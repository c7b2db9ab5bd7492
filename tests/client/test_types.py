"""What editors and type checkers know of the public names: completion, inference, and misspelt options."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

RIGHT = """
import dynclient

client = dynclient.Client("api.yaml", retries=2, validate_responses="warn")
view = client.with_options(timeout=3.0, headers={"X-Tenant": "acme"})
document: dynclient.Document = dynclient.load("api.yaml")


def show(result: dynclient.Result, request: dynclient.Request, problem: dynclient.Problem) -> None:
    print(result.status, request.url, problem.code)


def report(diff: dynclient.Diff) -> list[dynclient.Change]:
    return list(diff.breaking)


async def run(client: dynclient.AsyncClient) -> None:
    operation: dynclient.AsyncOperation = client["run"]
    print(await operation())
"""

#: A line with one mistake each.
WRONG = """
import dynclient

client = dynclient.Client("api.yaml", retris=2)
view = client.with_options(validate_responses="never")
dynclient.AsyncClient("api.yaml", timeout="3")
dynclient.Clyent("api.yaml")
"""
WRONG_LINES = {4, 5, 6, 7}


def check(tool: list[str], file: Path) -> tuple[int, str]:
    """Return the exit code and the output of a type checker that checks a file."""
    ran = subprocess.run(
        [*tool, str(file)], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def error_lines(output: str) -> set[int]:
    """Return the numbers of the lines that a type checker reports as errors."""
    return {int(number) for number in re.findall(r"\.py:(\d+)(?::\d+)?(?: -)?:? error", output)}


@pytest.fixture(params=["mypy", "basedpyright"])
def type_checker(request):
    """A type checker as a command; its tests are skipped where it is not installed."""
    pytest.importorskip(request.param)
    if request.param == "mypy":
        return [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"]
    return [sys.executable, "-m", "basedpyright", "--level", "error"]


def test_a_type_checker_accepts_the_public_names_in_annotations(type_checker, tmp_path):
    file = tmp_path / "right.py"
    file.write_text(RIGHT, encoding="utf-8")
    code, output = check(type_checker, file)
    assert (error_lines(output), code) == (set(), 0), output


def test_a_type_checker_finds_each_misspelt_option_and_name(type_checker, tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text(WRONG, encoding="utf-8")
    _, output = check(type_checker, file)
    assert error_lines(output) == WRONG_LINES, output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import dynclient\ndynclient.Clie", "Client"),
        ("import dynclient\ndynclient.Client('x').with_o", "with_options"),
        ("import dynclient\ndynclient.load('x').prob", "problems"),
        ("import dynclient\ndynclient.diff('x', 'y').brea", "breaking"),
    ],
)
def test_an_editor_completes_the_public_names(text, expected):
    jedi = pytest.importorskip("jedi")
    project = jedi.Project(ROOT, added_sys_path=[str(ROOT)])
    names = [found.name for found in jedi.Script(text, project=project).complete()]
    assert expected in names
