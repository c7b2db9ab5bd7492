"""What starting costs, what help says, and what is printed where nobody or somebody looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

from dynclient.cli.main import COMMANDS

SHOP = str(Path(__file__).parent / "shop.yaml")

HEAVY = (
    "httpx",
    "jsonschema",
    "jsonschema_rs",
    "rich",
    "openapi_core",
    "yaml",
    "IPython",
    "uvicorn",
    "referencing",
)

LOADED = """
import sys
from dynclient.__main__ import main
try:
    main()
finally:
    print([name for name in sys.argv.pop().split() if name in sys.modules], file=sys.stderr)
"""


def run(*words, **environment):
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        env={**os.environ, **environment},
        timeout=MAX_RUN_S,
        check=False,
    )


def loaded(*words, heavy=HEAVY, **environment):
    code = LOADED.replace("sys.argv.pop()", repr(" ".join(heavy)))
    done = run("-c", code, *words, **environment)
    return done.stdout, done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["call", "--help"], ["repl", "--help"]]
)
def test_help_loads_nothing_heavy(words):
    out, heavy = loaded(*words)
    assert out.startswith(("Usage: ", "dynclient "))
    assert heavy == "[]"


@pytest.mark.parametrize(
    ("words", "found"), [("dynclient li", "list"), ("dynclient call --c", "--curl")]
)
def test_completion_of_commands_loads_nothing_heavy(words, found):
    count = str(len(words.split()) - 1)
    out, heavy = loaded(_DYNCLIENT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert out == f"plain,{found}\n"
    assert heavy == "[]"


def test_completion_of_operations_loads_no_client():
    words = "dynclient call creat"
    heavy = tuple(name for name in HEAVY if name != "yaml")
    environment = {"DYNCLIENT_SPEC": SHOP, "COMP_WORDS": words, "COMP_CWORD": "2"}
    out, found = loaded(heavy=heavy, _DYNCLIENT_COMPLETE="bash_complete", **environment)
    assert (out, found) == ("plain,createItem\n", "[]")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(cli, snapshot, command):
    result = cli(*command.split(), "--help")
    assert result.exit_code == 0
    assert result.stdout == snapshot


def test_the_module_and_the_command_are_the_same():
    import dynclient

    done = run("-m", "dynclient", "--version")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f"dynclient {dynclient.__version__}"


def test_the_version_names_the_libraries_in_use(cli, monkeypatch):
    lines = cli("--version").stdout.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == [
        "  YAML",
        "  JSON",
        "  JSON Schema",
        "  HTTP",
    ]
    assert lines[1].startswith("  YAML: yaml-rs 0.")
    monkeypatch.setattr("dynclient.document.yaml.fast_yaml.is_installed", lambda: False)
    assert cli("--version").stdout.splitlines()[1].startswith("  YAML: PyYAML 6.")


def on_a_terminal(*words, columns=60, **environment):
    """Run a command whose standard output is a terminal, and return what appears on it."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "LINES")}
    given = {**kept, "TERM": "xterm-256color", **environment}
    command = [sys.executable, "-m", "dynclient", *words]
    with subprocess.Popen(command, stdout=slave, stderr=slave, stdin=slave, env=given) as running:
        os.close(slave)
        text = b""
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # Linux says so when the last writer has gone
                break
            if not chunk:
                break
            text += chunk
        running.wait(MAX_RUN_S)
    os.close(master)
    return text.decode().replace("\r\n", "\n")


def test_json_is_coloured_on_a_terminal_unless_that_is_refused():
    words = ("call", "createItem", "name=Vase", "--spec", SHOP, "--sandbox")
    assert "\x1b[" in on_a_terminal(*words)
    plain = on_a_terminal(*words, NO_COLOR="1")
    assert '"name": "Vase"' in plain
    assert "\x1b" not in plain


def test_on_a_terminal_a_line_is_cut_at_the_edge():
    lines = on_a_terminal("list", columns=60).splitlines()
    assert len(lines) == 39
    assert max(map(len, lines)) == 60
    assert any(line.endswith("…") for line in lines)


def test_a_console_that_lacks_a_sign_gets_its_number_and_json_stays_json():
    shown = run("-m", "dynclient", "demo", PYTHONIOENCODING="cp1252")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "\\u2192 201" in shown.stdout
    called = run(
        "-m",
        "dynclient",
        "call",
        "createAudienceV2",
        "name=Käse \U0001f9c0",
        PYTHONIOENCODING="cp1252",
    )
    assert json.loads(called.stdout)["name"] == "Käse \U0001f9c0"


def test_in_a_pipe_no_line_is_cut_and_nothing_is_coloured(cli):
    result = run("-m", "dynclient", "list", COLUMNS="40")
    assert max(map(len, result.stdout.splitlines())) > 120
    assert "\x1b" not in result.stdout
