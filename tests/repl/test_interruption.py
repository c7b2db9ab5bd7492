"""Ctrl-C in a real terminal while a call waits: the call is cancelled, the session goes on."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from pathlib import Path

import pytest
from support.consoles import ORDERS

import dynclient

PACKAGE_FOLDER = str(Path(dynclient.__file__).parents[1])

CTRL_C = "\x03"

#: Starts the command line as if IPython were not installed.
WITHOUT_IPYTHON = (
    "import sys; sys.modules['IPython'] = None; from dynclient.__main__ import main; main()"
)

CONSOLES = {
    "ipython": (["-m", "dynclient"], r"In \[(\x1b\[[0-9;]*m)*\d+(\x1b\[[0-9;]*m)*\]: "),
    "standard": (["-c", WITHOUT_IPYTHON], r">>> "),
}

OPEN_ASYNC_CLIENT = (
    "waiting = AsyncClient(client.document, server={server!r}, credentials={{'key': 'x'}})"
)


def take_interruptions():
    """Take Ctrl-C as a console does, also where the tests were started in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def silent_server():
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        yield listener


@pytest.fixture(params=CONSOLES)
def console(request, tmp_path, silent_server):
    """A console in a terminal of its own that calls the silent server; and its prompt."""
    pexpect = pytest.importorskip("pexpect", reason="no program for terminals is installed")
    if request.param == "ipython":
        pytest.importorskip("IPython")
    arguments, prompt = CONSOLES[request.param]
    url = f"http://127.0.0.1:{silent_server.getsockname()[1]}"
    environment = {
        **os.environ,
        "PYTHONPATH": PACKAGE_FOLDER,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "TERM": "xterm-256color",
        "NO_COLOR": "1",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "DYNCLIENT_CACHE": "",
        "DYNCLIENT_CREDENTIAL_KEY": "x",
    }
    child = pexpect.spawn(
        sys.executable,
        [*arguments, "repl", ORDERS, "--server", url],
        env=environment,
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=30,
        dimensions=(50, 120),
        preexec_fn=take_interruptions,
    )
    child.expect(re.escape(url))
    child.expect(prompt)
    child.sendline(OPEN_ASYNC_CLIENT.format(server=url))
    child.expect(prompt)
    yield child, prompt
    child.close(force=True)


@pytest.mark.parametrize("call", ["client.list_orders()", "await waiting.list_orders()"])
def test_an_interrupted_call_is_cancelled_and_the_session_goes_on(console, silent_server, call):
    terminal, prompt = console
    terminal.sendline(call)
    connection, _ = silent_server.accept()
    with connection:
        terminal.expect(r"GET /orders +\(Ctrl-C cancels\)")
        terminal.send(CTRL_C)
        terminal.expect("cancelled")
        assert "Traceback" not in terminal.before
        terminal.expect(prompt)
        assert "Traceback" not in terminal.before
        connection.settimeout(30)
        while connection.recv(65_536):  # until the client has closed it
            pass
    terminal.sendline('print("still", len(history), 6 * 7)')
    terminal.expect("still 0 42")
    terminal.expect(prompt)
