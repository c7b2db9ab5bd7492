"""Every snippet of the README and the docs is run: Python blocks, REPL sessions, and dynclient's commands."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: `make` sets up an environment of its own: the gate runs these commands, not this test.
NOT_HERE = ("make ",)


def blocks(page):
    return [(match[1], match[2]) for match in FENCE.finditer(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    import dynclient

    spec = "spec/talon-one/integration.yaml"
    names = {"__name__": "docs", "dynclient": dynclient}
    if page.name == "exploring.md":  # the page speaks of a REPL, which has a client
        names["client"] = dynclient.Client(
            spec, transport=dynclient.Sandbox(spec), credentials={"api_key_v1": "ApiKey-v1 demo"}
        )
    for language, text in blocks(page):
        if language == "python":
            exec(compile(text, str(page), "exec"), names)
        elif language == "pycon":
            case = doctest.DocTestParser().get_doctest(text, names, page.name, str(page), 0)
            told = []
            result = doctest.DocTestRunner(verbose=False).run(
                case, out=told.append, clear_globs=False
            )
            assert result.failed == 0, "".join(told)
            names = case.globs
    for name in [name for name in names if name.startswith("test_")]:
        names[name]()  # what a page shows as a test passes


def commands():
    for page in PAGES:
        for language, text in blocks(page):
            if language == "console":
                lines = [
                    line[2:].partition("   #")[0].strip()
                    for line in text.splitlines()
                    if line.startswith("$ ")
                ]
                yield from (line for line in lines if not line.startswith(NOT_HERE))


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_a_command_of_the_docs_runs(command):
    program, *arguments = shlex.split(command)
    assert program == "dynclient", "a command that no test runs"
    done = subprocess.run(
        [sys.executable, "-m", "dynclient", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MAX_RUN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def outputs():
    """Yield each command of the pages with the output that stands below it."""
    for page in PAGES:
        for language, text in blocks(page):
            first, _, output = text.partition("\n")
            if language == "console" and output and not output.startswith("$ "):
                yield first.removeprefix("$ "), output


@pytest.mark.parametrize(("command", "output"), list(outputs()), ids=lambda text: text[:40])
def test_a_page_shows_what_a_command_prints(command, output):
    done = subprocess.run(
        [sys.executable, "-m", "dynclient", *shlex.split(command)[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MAX_RUN_S,
        check=False,
    )
    assert done.stdout == output


def test_every_target_that_the_readme_names_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"\$ make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert named == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_every_link_between_pages_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_test_that_the_security_page_names_exists():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    missing = [name for name in re.findall(r"`(test_\w+)`", page) if f"def {name}(" not in text]

    assert missing == []
