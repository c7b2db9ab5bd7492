"""Each way to leave, reached for real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S, default_sigint

from dynclient import errors
from dynclient.cli import check, demo, document_option
from dynclient.cli import list as list_command

HERE = Path(__file__).parent
SHOP = str(HERE / "shop.yaml")
COMMAND = [sys.executable, "-m", "dynclient"]


def call(cli, server, *words):
    return cli("call", *words, "--spec", SHOP, "--server", server.url)


@pytest.mark.parametrize(
    ("status", "media_type", "body", "code", "name"),
    [
        (200, "application/json", b'{"name": "x"}', 0, ""),
        (400, "application/json", b"{}", 4, "BadRequest"),
        (404, "text/plain", b"gone", 4, "NotFound"),
        (418, "application/json", b"not json", 4, "ClientError"),
        (500, "text/html", b"<h1>oops</h1>", 5, "ServerError"),
        (503, "application/json", b"", 5, "ServerError"),
        (200, "application/json", b'{"name": 5}', 6, "InvalidResponse"),
        (200, "application/json", b'{"name"', 6, "DecodeError"),
        (206, "application/json", b'{"name": "x"}', 6, "UndocumentedResponse"),
        (200, "text/csv", b"name", 6, "UndocumentedResponse"),
    ],
)
def test_the_response_decides_the_exit_code(cli, server, status, media_type, body, code, name):
    server.status, server.media_type, server.body = status, media_type, body
    result = call(cli, server, "getItem", "itemId=1")
    assert result.exit_code == code
    assert result.stderr.partition(":")[0] == name


def test_no_server_is_a_transport_error(cli, snapshot):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    result = cli(
        "call", "getItem", "itemId=1", "--spec", SHOP, "--server", f"http://127.0.0.1:{port}"
    )
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(
        f"ConnectFailed: getItem  GET http://127.0.0.1:{port}/items/1: cannot connect"
    )
    assert "hint: is --server right, and up?" in result.stderr


def test_missing_credentials_are_a_usage_error_that_names_the_variable(cli, server):
    result = call(cli, server, "createItem", "name=x")
    assert (result.exit_code, server.seen) == (2, [])
    assert (
        "hint: set DYNCLIENT_CREDENTIAL_KEY and give --server URL, or try it with --sandbox"
        in result.stderr
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a: [", "DocumentSyntaxError"),
        ("swagger: '1.0'", "UnsupportedVersion"),
        (None, "DocumentNotFound"),
    ],
)
def test_a_document_that_cannot_be_read_is_an_invalid_document(cli, tmp_path, text, name):
    if text is not None:
        (tmp_path / "api.yaml").write_text(text)
    for words in (
        ["check", "api.yaml"],
        ["list", "--spec", "api.yaml"],
        ["call", "x", "--spec", "api.yaml"],
    ):
        result = cli(*words)
        assert (result.exit_code, result.stdout) == (7, "")
        assert result.stderr.partition(":")[0] == name


def test_a_document_with_errors_is_an_invalid_document_and_still_usable(cli):
    assert cli("check", str(HERE / "broken.yaml")).exit_code == check.INVALID_DOCUMENT == 7
    assert cli("list", "--spec", str(HERE / "broken.yaml")).exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lst"], "No such command 'lst'. Did you mean 'list'?"),
        (["zeppelin"], "No such command 'zeppelin'."),
        (["list", "--serch", "x"], "--search"),
        (["call"], "OPERATION"),
        (["sandbox", "--port", "x"], "--port"),
    ],
)
def test_a_wrong_command_is_a_usage_error(cli, words, told):
    result = cli(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr.splitlines()[-1]


def test_every_error_class_has_one_of_the_documented_codes():
    def classes(root):
        yield root
        for kind in root.__subclasses__():
            yield from classes(kind)

    codes = {kind.__name__: kind.exit_code for kind in classes(errors.DynclientError)}
    assert set(codes.values()) == {2, 3, 4, 5, 6, 7}
    assert (codes["InvalidCall"], codes["TimedOut"], codes["Conflict"], codes["ServerError"]) == (
        2,
        3,
        4,
        5,
    )
    assert (codes["DecodeError"], codes["DocumentTooLarge"]) == (6, 7)


def test_an_interruption_leaves_as_shells_do(cli, monkeypatch):
    def interrupted(_spec):
        raise KeyboardInterrupt

    monkeypatch.setattr(document_option, "load_document", interrupted)
    result = cli("list")
    assert (result.exit_code, result.stderr) == (130, "")


def test_a_fault_of_ours_shows_no_traceback_unless_asked(cli, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(list_command, "select_operations", broken)
    result = cli("list")
    assert result.exit_code == 70
    assert result.stderr == (
        "ZeroDivisionError: oops\n  this is a fault of dynclient; DYNCLIENT_TRACEBACK=1 shows where\n"
    )
    monkeypatch.setenv("DYNCLIENT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli("list")


def test_a_reader_that_has_gone_is_no_reason_to_complain():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [*COMMAND, "list"], stdout=gone, stderr=subprocess.PIPE, timeout=MAX_RUN_S, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_message_of_a_hostile_server_cannot_steer_the_terminal(cli, server):
    server.status, server.body = 400, b'{"message": "\\u001b[2Jboo"}'
    assert "\x1b" not in call(cli, server, "getItem", "itemId=1").stderr


def test_the_sandbox_answers_over_http_until_it_is_interrupted():
    command = [*COMMAND, "sandbox", SHOP, "--port", "0"]
    with (
        default_sigint(),
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as serving,
    ):
        try:
            told = serving.stderr.readline()
            assert told.startswith("Shop in a sandbox at http://127.0.0.1:")
            url = told.split(" at ")[1].split()[0]
            with urllib.request.urlopen(f"{url}/items/5", timeout=MAX_RUN_S) as response:
                assert response.status == 200
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{url}/items/0", timeout=MAX_RUN_S)
            assert refused.value.code == 400
            refused.value.close()
        finally:
            serving.send_signal(signal.SIGINT)
        assert serving.wait(MAX_RUN_S) == 130
        assert serving.stderr.read() == ""


def test_a_port_that_is_taken_is_a_usage_error(cli):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = cli("sandbox", SHOP, "--port", port)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"UsageError: cannot listen on 127.0.0.1:{port}: ")


def test_a_sandbox_without_uvicorn_says_what_to_install(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = cli("sandbox", SHOP)
    assert result.exit_code == 2
    assert "hint: pip install 'dynclient[sandbox]'" in result.stderr


def test_the_demo_leaves_with_zero_only_if_all_went_well(cli, monkeypatch):
    assert cli("demo").exit_code == 0

    def wrong(story):
        story.violation_count += 1

    monkeypatch.setattr(demo, "run_mistakes", lambda *_: None)
    monkeypatch.setattr(demo, "run_story", wrong)
    result = cli("demo")
    assert result.exit_code == 6
    assert result.stdout.endswith("0 responses validated, 1 violations\n")
