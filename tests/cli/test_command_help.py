"""The examples in the help of each command: each is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from dynclient.cli import sandbox
from dynclient.cli.command_help import COMMAND_HELP, EXIT_CODES
from dynclient.cli.main import COMMANDS

SHOP = Path(__file__).with_name("shop.yaml")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the files that the examples name, and a home of its own."""
    (tmp_path / "openapi.yaml").write_bytes(SHOP.read_bytes())
    (tmp_path / "new.yaml").write_text(SHOP.read_text().replace("minLength: 1", "minLength: 2"))
    (tmp_path / "calls.jsonl").write_text('{"body": {"name": "Gold"}}\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(
        "import dynclient\nclient = dynclient.Client('openapi.yaml')\nclient.get_item(7)\n"
    )
    (tmp_path / "src" / "setup.py").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/bash")
    monkeypatch.setattr("dynclient.repl.run_console", lambda *_, **__: 0)
    monkeypatch.setattr("dynclient.cli.login.log_in", lambda *_: None)
    monkeypatch.setattr("uvicorn.Server.run", lambda _, sockets: [each.close() for each in sockets])
    open_listener = sandbox._open_listener
    monkeypatch.setattr(sandbox, "_open_listener", lambda host, _port: open_listener(host, 0))
    return tmp_path


def test_every_command_has_two_examples_and_its_exit_codes(cli):
    assert set(COMMAND_HELP) == set(COMMANDS)
    for name in COMMANDS:
        text = cli(name, "--help").stdout
        examples = re.findall(r"^ +\$ (.*)$", text, re.MULTILINE)
        assert examples == list(COMMAND_HELP[name].examples)
        assert len(examples) >= 2
        assert "Exit codes:" in text
        assert all(f"dynclient {name} " in f"{example} " for example in examples)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_a_command_run(cli, project, name):
    done = set()
    for example in COMMAND_HELP[name].examples:
        line = example.partition(" > ")[0]
        if line in done:
            continue
        done.add(line)
        output = None
        for stage in line.split(" | "):
            program, *words = shlex.split(stage)
            assert program == "dynclient"
            result = cli(*words, stdin=output)
            expected = 1 if "--fail-on breaking" in stage else 0
            assert result.exit_code == expected, result.stderr
            output = result.stdout


def test_the_page_has_the_usual_exit_codes():
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in (*EXIT_CODES, 1, 70, 130, 141):
        assert re.search(rf"^\| .*\b{code}\b.* \|", page, re.MULTILINE), code
