"""A session in a real terminal: find, complete, a wrong call, a right one, and the test of it all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.consoles import ORDERS
from support.processes import MAX_RUN_S

import dynclient

#: The child stands in another folder.
PACKAGE_FOLDER = str(Path(dynclient.__file__).parents[1])

TAB = "\t"
CLEAR_LINE = "\x15"


@pytest.fixture
def terminal(tmp_path):
    """The console of the orders in a terminal of its own."""
    pexpect = pytest.importorskip("pexpect", reason="no program for terminals is installed")
    pytest.importorskip("IPython")
    environment = {
        **os.environ,
        "PYTHONPATH": PACKAGE_FOLDER,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "TERM": "xterm-256color",
        "NO_COLOR": "1",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "DYNCLIENT_CACHE": "",
    }
    child = pexpect.spawn(
        sys.executable,
        ["-m", "dynclient", "repl", ORDERS],
        env=environment,
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=30,
        dimensions=(50, 120),
    )
    yield child
    child.close(force=True)


def expect_prompt(terminal, number):
    """Wait for a prompt, whatever its colours."""
    terminal.expect(rf"In \[(\x1b\[[0-9;]*m)*{number}(\x1b\[[0-9;]*m)*\]: ")


def test_what_was_tried_in_a_terminal_becomes_a_test_that_passes(terminal, tmp_path):
    import pexpect

    terminal.expect("Orders 1: 6 operations, on the sandbox")
    expect_prompt(terminal, 1)
    terminal.sendline('find("place order")')
    terminal.expect("create_order +Place an order")

    expect_prompt(terminal, 2)
    terminal.send('client.create_order(lines=[{"' + TAB)
    terminal.expect("quantity|gift")  # the menu names the keys of a line
    terminal.send(CLEAR_LINE)
    terminal.sendline('client.create_order(custmer={"name": "Ada"})')
    terminal.expect("InvalidCall: createOrder")
    terminal.expect("did you mean customer")

    expect_prompt(terminal, 3)
    terminal.sendline('order = client.create_order(customer={"name": "Ada"}, state="open")')
    terminal.expect("201 Created")
    expect_prompt(terminal, 4)
    terminal.sendline('print("identity:", order["id"])')
    terminal.expect(r"identity: (\d+)")
    identity = terminal.match[1]
    expect_prompt(terminal, 5)
    terminal.send("client.update_order(order_id=" + TAB)
    terminal.expect(identity)  # the only one that is known is put in
    terminal.sendline(', customer={"name": "Eve"})["customer"]')
    terminal.expect("200 OK")
    expect_prompt(terminal, 6)
    terminal.sendline('_ = open("test_session.py", "w").write(history.to_pytest())')
    expect_prompt(terminal, 7)
    # The garbage collector leaves out what the console keeps: it would pause completions.
    terminal.sendline('import gc; print("frozen:", gc.get_freeze_count() > 10_000)')
    terminal.expect("frozen: True")
    expect_prompt(terminal, 8)
    terminal.sendline("exit")
    terminal.expect(pexpect.EOF)

    test = tmp_path / "test_session.py"
    assert 'client.update_order.send(order["id"]' in test.read_text()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": PACKAGE_FOLDER},
        timeout=MAX_RUN_S,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
