"""A real IPython: its completion, printing, errors, `await`; in one process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from support.consoles import ORDERS
from support.processes import MAX_RUN_S

SESSION = """
import sys, warnings
sys.path.insert(0, sys.argv[2])
from IPython.core.completer import provisionalcompleter
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from support.consoles import open_names
from dynclient.repl import ipython_console
config = ipython_console.build_ipython_config()
config.HistoryManager.enabled = False
names = open_names(sys.argv[1])
shell = TerminalInteractiveShell.instance(config=config, user_ns=names)
ipython_console.configure_shell(shell)
def complete(code):
    with provisionalcompleter():
        found = list(shell.Completer.completions(code, len(code)))
    return [(code[: each.start] + each.text, each.type) for each in found]
def show(title, value):
    print(f"{title}: {value}", flush=True)
show("names", complete("client.creat"))
show("keywords", [text for text, _ in complete("client.create_order(")])
show("nested", [text for text, _ in complete('client.create_order(lines=[{"')][:1])
show("lines", complete('client.create_order(\\n  lines=[{"sk'))
show("enum", complete('client.list_orders(state="cl'))
show("key", complete('client["POST /o'))
show("stateful", shell.Completer.complete(line_buffer="client.list_orders(wi", cursor_pos=21)[1])
show("other", complete("impor")[:1])
show("calls", (complete("client.get_order(5)."), len(names["history"])))
shell.run_cell("client.create_order(custmer={'name': 'x'})")
shell.run_cell("order = client.create_order(customer={'name': 'x'})")
identity = names["history"][-1].result.data["id"]
show("identity", complete("client.get_order(")[0][0] == f"client.get_order({identity}")
shell.run_cell("client.get_order(order['id'])")
shell.run_cell("_")
show("result", complete("_['cus"))
shell.run_cell("async with AsyncClient(client.document, transport=sandbox, credentials={'key': 'x'}) as c:\\n    print('awaited', (await c.get_order(order['id']))['customer'])")
shell.run_cell("history.to_python()")
show("recorded", names["history"][-1].operation)
shell.run_cell("1 / 0")
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """What the session printed: lines of standard output by title, and standard error."""
    pytest.importorskip("IPython")
    tests = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 (a text for a command line)
    done = subprocess.run(
        [sys.executable, "-c", SESSION, ORDERS, tests],
        capture_output=True,
        text=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython")), "NO_COLOR": "1"},
        timeout=MAX_RUN_S,
        check=False,
    )
    pairs = [line.partition(": ") for line in done.stdout.splitlines()]
    return {title: text for title, _, text in pairs} | {"all": done.stdout, "errors": done.stderr}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("names", "[('client.create_order', 'POST /orders')]"),
        ("keywords", "['client.create_order(customer=', 'client.create_order(note=', 'client.create_order(state=', 'client.create_order(lines=', 'client.create_order(body=']"),
        ("nested", """['client.create_order(lines=[{"sku']"""),
        ("lines", """[('client.create_order(\\n  lines=[{"sku', 'string, required')]"""),
        ("enum", """[('client.list_orders(state="closed', 'str')]"""),
        ("key", """[('client["POST /orders', 'createOrder')]"""),
        ("stateful", "['with_lines=']"),
        ("recorded", "<AsyncOperation get_order  GET /orders/{orderId}>"),
        ("other", "[('import', 'variable')]"),
        ("calls", "([], 0)"),
        ("identity", "True"),
        ("result", "[(\"_['customer\", '1 key')]"),
    ],
)  # fmt: skip
def test_ipython_completes_what_the_document_knows_and_nothing_else(session, title, text):
    assert session[title] == text, session["errors"]


def test_an_error_in_ipython_is_its_message_and_others_keep_their_traceback(session):
    assert session["errors"].count("InvalidCall: createOrder") == 1
    assert "did you mean customer?" in session["errors"]
    assert "dynclient/" not in session["errors"] + session["all"]
    assert "ZeroDivisionError" in session["all"]


def test_ipython_prints_data_and_a_line_of_the_exchange(session):
    assert "201 Created" in session["errors"]
    assert ']: {"customer": {"name": "x"}, "id"' in session["all"]


def test_ipython_prints_code_as_it_is(session):
    assert '\ndocument = dynclient.load("' in session["all"]


def test_await_works_at_the_top_level(session):
    assert "awaited {'name': 'x'}" in session["all"]
