"""Hostile text of a document in what each command prints: nothing of it steers a terminal or a runner."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import dynclient

#: C1 controls, a bidi override, and commands of Azure Pipelines, GitHub and TeamCity.
HOSTILE = "::error::x\x9b31m\x9d0;t\x07\u202eabc ##vso[task.complete]##[group]##teamcity[x]\n::error::y\n  ::set-output name=a::b"

_COMMAND = re.compile(r"##\w*\[|^\s*::[A-Za-z]", re.MULTILINE)


def hostile_document(**change):
    schema = {
        "type": "object",
        "description": HOSTILE,
        "properties": {HOSTILE: {"type": "string", "enum": [HOSTILE], "example": 1}},
        "required": [HOSTILE],
        HOSTILE: 1,
        **change,
    }
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    parameter = {
        "name": f"q{HOSTILE}",
        "in": "query",
        "required": True,
        "description": HOSTILE,
        "schema": {"type": "string", "enum": [HOSTILE]},
    }
    operation = {
        "operationId": f"run{HOSTILE}",
        "summary": HOSTILE,
        "description": HOSTILE,
        "tags": [HOSTILE],
        "parameters": [parameter],
        "requestBody": body,
        "security": [{HOSTILE: []}],
        "responses": {"200": {"description": HOSTILE, "content": body["content"]}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": HOSTILE, "version": HOSTILE, "description": HOSTILE},
        "servers": [{"url": f"https://a.test/{{{HOSTILE}}}"}],
        "tags": [{"name": HOSTILE, "description": HOSTILE}],
        "paths": {
            f"/{HOSTILE}": {"post": operation},
            "/::error::x": {"get": {**operation, "operationId": "::error::x"}},
        },
    }


@pytest.fixture
def documents(tmp_path, monkeypatch):
    """Write two hostile revisions and code that calls them; go to their folder."""
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_text(json.dumps(hostile_document()))
    new = hostile_document(maxProperties=0)
    del new["paths"]["/::error::x"]
    Path("new.json").write_text(json.dumps(new))
    Path("code.py").write_text(
        'import dynclient\nc = dynclient.Client("old.json")\nc["::error::x"](a=1)\n'
    )
    return tmp_path


COMMANDS = [
    ("list", "--spec", "old.json"), ("list", "--spec", "old.json", "--tag", "zeppelin"),
    ("show", "::error::x", "--spec", "old.json"), ("show", "::error", "--spec", "old.json"),
    ("check", "old.json"), ("check", "old.json", "--used", "code.py"),
    ("call", "::error::x", "--spec", "old.json", "--sandbox"), ("call", "::error::x", "--spec", "old.json", "--curl", "--body", "{}"),
    ("uses", "code.py", "--spec", "old.json"), ("uses", "code.py", "--spec", "old.json", "--format", "json"),
    ("docs", "old.json", "--out", "out"),
    *[("diff", "old.json", "new.json", "--format", form) for form in ("text", "json", "markdown", "html", "sarif", "github")],
    *[("diff", "new.json", "old.json", "--format", form) for form in ("text", "json", "github")],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_prints_what_steers_a_terminal_or_a_runner(cli, documents, command):
    result = cli(*command)
    assert "Traceback" not in result.stderr
    assert "fault of dynclient" not in result.stderr
    printed = result.stdout + result.stderr
    is_github = command[-1] == "github"
    if is_github:  # Each line is a command of ours; nothing within it begins another one.
        printed = re.sub(r"^::(error|warning|notice) [^:]*::", "", printed, flags=re.MULTILINE)
    joiner = "\u2060"  # Takes links and mentions in Markdown apart.
    controls = {c for c in printed if not c.isprintable() and c not in ("\n", "\t", joiner)}
    assert controls == set()
    assert _COMMAND.findall(printed) == []


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_report_for_programs_still_holds_the_text_itself(cli, documents, form):
    data = json.loads(cli("diff", "old.json", "new.json", "--format", form).stdout)
    assert "##vso[task.complete]" in json.dumps(data)


def test_a_curl_command_sends_hostile_text_unchanged(tmp_path):
    import subprocess

    client = dynclient.Client(hostile_document(), server="https://a.test", validate_requests=False)
    text = client["::error::x"].request(body={"a": HOSTILE}).curl()
    assert _COMMAND.findall(text) == []
    assert not {c for c in text if not c.isprintable() and c != "\n"}
    script = f'curl() {{ for word in "$@"; do printf "%s\\0" "$word"; done; }}\n{text}\n'
    words = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode()
    assert {"a": HOSTILE} in [
        json.loads(word) for word in words.split("\0") if word.startswith("{")
    ]


def test_every_line_is_printed_in_one_place():
    """Whatever a command prints goes through `terminal_output`, which makes it harmless."""
    folder = Path(dynclient.__file__).parent / "cli"
    calls = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_attribute = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_attribute and node.func.attr in ("echo", "secho"):
                calls.add(path.name)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                calls.add(path.name)
    assert calls == {"terminal_output.py"}
