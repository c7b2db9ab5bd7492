"""The console: completion, messages instead of tracebacks, scripts from a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

import dynclient
from dynclient import repl

SHOP = str(Path(__file__).parent / "shop.yaml")


@pytest.fixture
def client():
    return dynclient.Client(SHOP)


def test_a_script_from_a_pipe_runs_with_the_client(cli):
    script = "for op in find('picture'):\n    print(op.id)\nprint(client)\nprint(dynclient.__name__, Sandbox.__name__)\n"
    result = cli("repl", SHOP, stdin=script)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "getPicture\n<Client Shop: 7 operations>\ndynclient Sandbox\n"


def test_without_a_document_a_script_talks_to_the_talon_one_sandbox(cli):
    result = cli("repl", stdin="print(client.create_audience_v2(name='Gold')['name'])")
    assert result.stdout == "Gold\n"


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        ("client.create_item(nam='x')", 2, "InvalidCall: createItem"),
        ("client.get_item(5, size=1)", 2, "InvalidCall: getItem"),
        ("import sys; sys.exit(9)", 9, ""),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("def", 1, "SyntaxError: invalid syntax"),
    ],
)
def test_a_script_leaves_with_the_code_of_its_error(cli, script, code, told):
    result = cli("repl", SHOP, stdin=script)
    assert result.exit_code == code
    assert told in result.stderr
    assert "Traceback" not in result.stderr or "ZeroDivision" in told


def test_the_banner_says_what_there_is_and_how_to_find_it(client):
    text = repl.format_banner(client, "the sandbox")
    assert "Shop 1: 7 operations, on the sandbox" in text
    assert 'find("word")' in text
    assert max(map(len, text.splitlines())) <= 80


def test_an_error_in_the_console_is_its_message(client, capsys):
    repl.ReplConsole({"client": client}).runsource("client.create_item(nam=1)")
    told = capsys.readouterr().err
    assert told.startswith("InvalidCall: createItem")
    assert "Traceback" not in told


def test_another_error_in_the_console_keeps_its_traceback(client, capsys):
    repl.ReplConsole({"client": client}).runsource("1 / 0")
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "word", "found"),
    [
        ("client.create_item(na", "na", ["name="]),
        ("client.create_item(name='x', s", "s", ["size="]),
        ("client.create_item(name='x').", "", []),
        ("client.nowhere(na", "na", []),
        ("nobody(na", "na", []),
        ("client.document(na", "na", []),
        ("find(te", "te", ["text="]),
    ],
)
def test_arguments_complete_in_the_console(client, line, word, found):
    completer = repl.ReplCompleter({"client": client, "find": client.find}, lambda: line)
    assert [m for m in completer.global_matches(word) if m.endswith("=")] == found


def test_operations_complete_in_the_console(client):
    completer = repl.ReplCompleter({"client": client}, lambda: "")
    assert "client.create_item(" in completer.attr_matches("client.creat")[0]


IPYTHON = """
import sys
import httpx
from IPython.terminal.interactiveshell import TerminalInteractiveShell
import dynclient
from dynclient import repl
sent = []
def answer(request):
    sent.append(request)
    return httpx.Response(200, json={"name": "x"})
client = dynclient.Client(sys.argv[1], server="http://x", transport=httpx.MockTransport(answer))
config = repl.build_ipython_config()
config.HistoryManager.enabled = False
shell = TerminalInteractiveShell.instance(config=config, user_ns={"client": client})
repl.configure_shell(shell)
def complete(line):
    return shell.Completer.complete(line_buffer=line, cursor_pos=len(line))[1]
print(complete("client.create_it"))
print(complete("client.create_item(na"))
print(complete("client.create_item(name='x', si"))
print(complete('client["createI'))
print(complete("client.get_item(5).")[:1], complete("client.get_item(5)['na")[:1], len(sent))
shell.run_cell("client.create_item(nam='x')")
"""


def test_operations_and_arguments_complete_in_ipython_and_completion_calls_nothing(tmp_path):
    pytest.importorskip("IPython")
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", IPYTHON, SHOP],
        capture_output=True,
        text=True,
        env=environment,
        timeout=MAX_RUN_S,
        check=False,
    )
    assert done.stdout.splitlines()[:5] == [
        "['.create_item']",
        "['name=']",
        "['size=']",
        "['createItem']",
        "[] [] 0",
    ]
    assert done.stderr.startswith("InvalidCall: createItem")
    assert "Traceback" not in done.stderr + done.stdout
