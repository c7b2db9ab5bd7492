"""The console: completion, messages instead of tracebacks, scripts from a pipe."""

from __future__ import annotations

from pathlib import Path

import pytest

SHOP = str(Path(__file__).parent / "shop.yaml")


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


def test_a_startup_file_runs_first(cli, tmp_path):
    startup = tmp_path / "setup.py"
    startup.write_text("greeting = client.document.title\n")
    result = cli("repl", SHOP, "--startup", str(startup), stdin="print(greeting)")
    assert result.stdout == "Shop\n"


def test_a_server_and_the_sandbox_exclude_each_other(cli):
    result = cli("repl", SHOP, "--sandbox", "--server", "http://x.invalid", stdin="")
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


def test_the_names_of_the_console_are_there_in_a_script_too(cli):
    script = (
        "print(len(history)); client.put_note(body='x'); print(history[-1].result.status, items)\n"
    )
    result = cli("repl", SHOP, stdin=script)
    assert result.stdout == "0\n204 <tag 'Items': 4 operations>\n"


@pytest.mark.parametrize("words", [["repl", SHOP], ["call", SHOP, "listItems"]])
def test_a_server_that_is_no_url_is_refused_before_anything_is_called(cli, words):
    result = cli(*words, "--server", "shop.example", stdin="")
    assert result.exit_code == 2
    assert result.stderr == (
        "UsageError: no server to call: 'shop.example' is no http(s) URL\n"
        "  hint: give one, such as --server https://api.example.com\n"
    )
