"""What docs/ci.md shows is run: the steps of the workflows, the hook, the settings; as far as it can be run here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from support import repos
from support.processes import MAX_RUN_S
from support.repos import api

from dynclient.cli import diff
from dynclient.diffing import accept, settings
from dynclient.project_table import parse_project_table

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

PROJECT = '[tool.dynclient]\nspec = "api.yaml"\n'


def blocks(language, *, having=""):
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [text for text in found if having in text]


@pytest.fixture(autouse=True)
def _apart(monkeypatch, tmp_path):
    repos.apart(monkeypatch, tmp_path)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """`dynclient` as it is here; `pip` and `gh` only tell what they were asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    texts = {
        "dynclient": f'exec {shlex.quote(sys.executable)} -m dynclient "$@"',
        "pip": 'echo "pip $*"',
        "gh": 'echo "gh $*"',
    }
    for name, text in texts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def clone(tmp_path, programs):
    """A clone with a branch of its own whose document has lost operation b."""
    origin = repos.Repo(tmp_path / "origin")
    origin.put("api.yaml", api("a", "b"))
    origin.put("pyproject.toml", PROJECT)
    origin.commit()
    made = repos.Repo(tmp_path / "clone")
    made.git("remote", "add", "origin", str(origin.root))
    made.git("fetch", "--quiet", "origin")
    made.git("checkout", "--quiet", "-b", "mine", "origin/main")
    made.put("api.yaml", api("a"))
    made.commit()
    return made


def run(line, cwd, **environment):
    """Run a line as runners do."""
    command = ["bash", "-eo", "pipefail", "-c", line]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=MAX_RUN_S,
        check=False,
    )


def test_the_github_workflow_annotates_comments_and_fails(clone):
    [text] = blocks("yaml", having="runs-on")
    workflow = yaml.safe_load(text)
    [job] = workflow["jobs"].values()
    steps = {step["run"].split()[0]: step for step in job["steps"] if "run" in step}
    found = {
        name: run(step["run"], clone.root, GITHUB_BASE_REF="main", PR="7")
        for name, step in steps.items()
    }
    assert {name: done.returncode for name, done in found.items()} == {
        "pip": 0,
        "dynclient": 1,
        "gh": 0,
    }
    verdict, annotation = found["dynclient"].stdout.splitlines()
    assert verdict.startswith("::error title=dynclient diff::Shop 1 → 1: 1 breaking, ")
    assert annotation.startswith("::error file=api.yaml,line=5,title=operation-removed")
    assert all((clone.root / file).is_file() for file in ("api.md", "api.sarif"))
    assert found["gh"].stdout == "gh pr comment 7 --body-file api.md --edit-last --create-if-none\n"
    assert "hashFiles('api.md')" in steps["gh"]["if"]
    upload = job["steps"][-1]
    assert (upload["with"]["sarif_file"], "hashFiles('api.sarif')" in upload["if"]) == (
        "api.sarif",
        True,
    )
    assert job["steps"][0]["with"]["fetch-depth"] == 0


def test_the_gitlab_job_leaves_its_reports(clone):
    [text] = blocks("yaml", having="CI_MERGE_REQUEST")
    job = yaml.safe_load(text)["api-diff"]
    base = clone.git("merge-base", "origin/main", "HEAD").strip()
    done = [run(line, clone.root, CI_MERGE_REQUEST_DIFF_BASE_SHA=base) for line in job["script"]]
    assert [one.returncode for one in done] == [0, 1]
    assert "1 breaking" in done[1].stdout.splitlines()[-1]
    assert all((clone.root / file).stat().st_size for file in job["artifacts"]["paths"])


def hook_command(args=None):
    """Return what pre-commit runs: the entry, then the arguments, and file names where they are passed."""
    assert HOOK["pass_filenames"] is False
    return [*shlex.split(HOOK["entry"]), *(HOOK["args"] if args is None else args)]


def test_the_hook_is_one_that_pre_commit_takes():
    assert {"id", "name", "entry", "language"} <= HOOK.keys()
    assert (HOOK["id"], HOOK["language"]) == ("dynclient-diff", "python")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "scripts"
    ]
    assert shlex.split(HOOK["entry"])[0] in scripts


@pytest.mark.parametrize(
    ("file", "runs"),
    [
        ("api.yaml", True),
        ("v1/api.yml", True),
        ("a.json", True),
        ("pyproject.toml", True),
        ("dynclient-accept.toml", True),
        ("README.md", False),
        ("yaml.py", False),
    ],
)
def test_the_hook_runs_where_a_document_or_a_setting_changes(file, runs):
    assert bool(re.search(HOOK["files"], file)) is runs


@pytest.mark.parametrize("where", ["repository", "worktree"])
def test_as_a_hook_it_refuses_a_commit_that_breaks_and_lets_others_pass(clone, tmp_path, where):
    [text] = blocks("yaml", having="hooks:")
    [config] = yaml.safe_load(text)["repos"]
    [chosen] = config["hooks"]
    assert chosen["id"] == HOOK["id"]
    root = clone.root
    if where == "worktree":
        root = tmp_path / "tree"
        clone.git("worktree", "add", "--quiet", "-b", "other", str(root))
    hook = clone.put(
        ".git/hooks/pre-commit", f"#!/bin/sh\nexec {shlex.join(hook_command(chosen['args']))}\n"
    )
    hook.chmod(0o755)

    def commit(*operations):
        (root / "api.yaml").write_text(api(*operations))
        clone.git("add", "--all", cwd=root)
        identity = "-c user.name=t -c user.email=t@example.com"
        return run(f"git {identity} commit --quiet -m x", root)

    assert commit("a", "c").returncode == 0
    refused = commit("c")
    assert refused.returncode == 1
    assert "1 breaking" in refused.stdout + refused.stderr
    assert commit("a", "c", "d").returncode == 0


def test_the_commands_of_the_page_run_in_a_project(clone):
    clone.git("branch", "main", "origin/main")
    lines = [line for text in blocks("sh") for line in text.splitlines()]
    assert [run(line, clone.root).returncode for line in lines] == [1, 0]
    assert (
        run(lines[0], clone.root).returncode == 0
    )  # the second line accepted what the first one found


def test_the_settings_of_the_page_can_be_meant(tmp_path):
    for text in blocks("toml", having="[tool.dynclient"):
        content = tomllib.loads(text)["tool"]["dynclient"]
        table = parse_project_table(content, tmp_path / "pyproject.toml")
        assert settings.parse_settings(table) != settings.DiffSettings()
    [text] = blocks("toml", having="[[accept]]")
    assert len(accept.parse_entries(text.encode(), accept.ACCEPT_FILE)) == 2


def test_the_page_names_every_option():
    options = [
        option
        for parameter in diff.command.params
        for option in parameter.opts
        if option.startswith("--")
    ]
    assert [
        option
        for option in options
        if option not in PAGE and option.replace("--", "--no-") not in PAGE
    ] == []
