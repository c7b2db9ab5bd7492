"""The session as a script, as a test, as lines for a shell."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.consoles import open_names
from support.processes import MAX_RUN_S

from dynclient.errors import DynclientError, NotFound
from dynclient.repl.session_curl import put_variable


@pytest.fixture
def session(names):
    """A session: an order is made, read, changed and deleted, then it is not found."""
    client = names["client"]
    order = client.create_order(customer={"name": "Ada"}, lines=[{"sku": "a-1"}])
    with pytest.raises(DynclientError):
        client.create_order(custmer=1)
    client.get_order(order["id"])
    client.with_options(validate_responses="warn").update_order(
        order_id=order["id"], customer={"name": "Eve"}
    )
    client.list_orders(state="open", page_size=3)
    client.delete_order(order["id"])
    with pytest.raises(NotFound):
        client.get_order(order["id"])
    return names["history"]


SCRIPT = """\
order = client.create_order(customer={"name": "Ada"}, lines=[{"sku": "a-1"}])
client.get_order(order["id"])
client.with_options(validate_responses="warn").update_order(
    order["id"],
    customer={"name": "Eve"},
)
client.list_orders(state="open", page_size=3)
client.delete_order(order["id"])
with contextlib.suppress(dynclient.errors.NotFound):
    client.get_order(order["id"])
"""


def run(*words):
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=MAX_RUN_S, check=False
    )


def test_a_session_becomes_a_script_that_runs_as_it_is_written(session, tmp_path):
    text = session.to_python()
    assert text.endswith(SCRIPT)
    script = tmp_path / "session.py"
    script.write_text(text)
    done = run(str(script))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_session_becomes_a_test_that_passes(session, tmp_path):
    text = session.to_pytest()
    assert "    assert result.status == 201\n" in text
    assert '    assert order["customer"] == {"name": "Ada"}\n' in text
    assert '    assert isinstance(order["id"], int)\n' in text
    assert "    with pytest.raises(dynclient.errors.NotFound):\n" in text
    test = tmp_path / "test_session.py"
    test.write_text(text)
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(test))
    assert "1 passed" in done.stdout, done.stdout


def test_a_session_becomes_lines_for_a_shell(session):
    text = session.to_curl()
    assert "ORDER=$(curl --globoff" in text
    assert """ORDER_ID=$(printf '%s' "$ORDER" | jq -r '.["id"]')""" in text
    assert 'https://orders.example/orders/"$ORDER_ID"' in text
    assert "$DYNCLIENT_CREDENTIAL_KEY" in text
    done = subprocess.run(["sh", "-n"], input=text, text=True, timeout=MAX_RUN_S, check=False)
    assert done.returncode == 0


def test_what_the_user_typed_first_stays_a_literal(names):
    client = names["client"]
    client.get_customer_group("gold")
    client.get_customer_group("gold")
    client.create_order(customer={"name": "open sesame"}, note="open sesame")
    assert names["history"].to_python().count('get_customer_group("gold")') == 2
    assert "sesame" in names["history"].to_python()


def test_secrets_of_a_call_are_taken_from_the_environment():
    document = {
        "openapi": "3.1.0",
        "info": {"title": 'x"""\n# y', "version": "1"},
        "servers": [{"url": "https://x.example"}],
        "paths": {"/a": {"post": {"operationId": "signIn", "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"user": {"type": "string"}, "password": {"type": "string", "format": "password"}}}}}}, "responses": {"204": {"description": "x"}}}}},
    }  # fmt: skip
    names = open_names(document)
    names["client"].sign_in(user="ada", password="hunter-2")
    history = names["history"]
    for text in (history.to_python(), history.to_pytest(), history.to_curl(), repr(history)):
        assert "hunter-2" not in text
    assert 'client.sign_in(user="ada", password=os.environ["PASSWORD"])' in history.to_python()
    compile(history.to_python(), "session.py", "exec")


@pytest.mark.parametrize("kind", ["text", "list", "map"])
def test_a_body_and_a_path_value_that_are_passwords_are_taken_from_the_environment(kind):
    pin = {"type": "string", "format": "password"}
    schemas = {
        "text": pin,
        "list": {"type": "array", "items": pin},
        "map": {"type": "object", "additionalProperties": pin},
    }
    bodies = {"text": "hunter-2", "list": ["hunter-2"], "map": {"a": "hunter-2"}}
    result = {"type": "object", "properties": {"row": pin}, "required": ["row"]}
    operation = {
        "operationId": "open",
        "parameters": [{"in": "path", "name": "seat", "required": True, "schema": pin}],
        "requestBody": {"content": {"application/json": {"schema": schemas[kind]}}},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": result}}}},
    }  # fmt: skip
    names = open_names(
        {
            "openapi": "3.1.0",
            "info": {"title": "x", "version": "1"},
            "servers": [{"url": "https://x.example"}],
            "paths": {"/a/{seat}": {"post": operation}},
        }
    )
    names["client"].open("hunter-2", body=bodies[kind])
    history = names["history"]
    for text in (history.to_python(), history.to_pytest(), history.to_curl(), repr(history[0])):
        assert "hunter-2" not in text
    assert 'os.environ["SEAT"]' in history.to_python()
    assert 'os.environ["BODY"]' in history.to_python()
    assert '    assert "row" in ' in history.to_pytest()


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"headers": {"X-Api-Key": "HUSH", "X-Trace": "t-1"}}, 'os.environ["X_API_KEY"]'),
        (
            {"server": "https://orders.example/?api_key=HUSH"},
            'server=os.environ["DYNCLIENT_SERVER"]',
        ),
    ],
)
def test_a_secret_of_a_view_is_taken_from_the_environment(names, options, written):
    names["client"].with_options(**options).list_orders()
    for text in (names["history"].to_python(), names["history"].to_pytest()):
        assert "HUSH" not in text
        assert written in text


def test_a_test_asserts_that_a_secret_came_and_not_which():
    schema = {"type": "object", "properties": {"user": {}, "password": {"type": "string"}}}
    media = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "signIn",
        "requestBody": {"content": media},
        "responses": {"201": {"description": "made", "content": media}},
    }
    names = open_names(
        {
            "openapi": "3.1.0",
            "info": {"title": "x", "version": "1"},
            "servers": [{"url": "https://x.example"}],
            "paths": {"/users": {"post": operation}},
        }
    )
    names["client"].sign_in(user="ada", password="hunter-2")
    text = names["history"].to_pytest()
    assert '    assert "password" in sign_in\n' in text
    assert '    assert sign_in["user"] == "ada"\n' in text
    assert "hunter-2" not in text


def test_what_was_typed_before_it_came_stays_a_literal(names):
    names["client"].get_order(7)
    names["client"].get_order(7)
    assert names["history"].to_python().count("get_order(7)") == 2


def test_what_is_forgotten_takes_no_room(names, monkeypatch):
    names["client"].list_orders()
    history = names["history"]
    monkeypatch.setattr("dynclient.repl.history.MAX_SIZE_BYTES", 3 * history[0].size_bytes)
    for _ in range(9):
        names["client"].list_orders()
    assert len(history) == 3


def test_an_empty_history_is_a_script_too(names):
    compile(names["history"].to_python(), "session.py", "exec")
    compile(names["history"].to_pytest(), "test_session.py", "exec")
    assert names["history"].to_curl().startswith("#!/bin/sh")


@pytest.mark.parametrize(
    ("command", "is_text", "expected"),
    [
        ("curl http://x/T", True, 'curl http://x/"$V"'),
        ("curl 'http://x/T?a'", True, "curl 'http://x/'\"$V\"'?a'"),
        ('curl -d \'{"a":"T"}\'', True, 'curl -d \'{"a":"\'"$V"\'"}\''),
        ('curl -d \'{"a":"T"}\'', False, "curl -d '{\"a\":'\"$V\"'}'"),
        ('curl "$A"T', True, 'curl "$A""$V"'),
    ],
)
def test_a_variable_is_quoted_as_its_place_needs_it(command, is_text, expected):
    assert put_variable(command, "T", "V", is_text=is_text) == expected


def test_history_is_bounded_and_names_what_it_left_out(names, monkeypatch):
    monkeypatch.setattr("dynclient.repl.history.MAX_EXCHANGES", 2)
    for _ in range(5):
        names["client"].list_orders()
    history = names["history"]
    assert (len(history), history.left_out, history.count_all()) == (2, 3, 5)
    assert "The first 3 exchanges are not kept any more." in history.to_python()
    assert history[-1].request.curl().startswith("curl")
    assert (
        repr(history).splitlines()[1] == "  0  <200  listOrders  GET https://orders.example/orders>"
    )
