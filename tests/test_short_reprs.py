"""The repr of whatever a user meets is one short line, and true; it never shows a secret."""

from __future__ import annotations

import pytest
from support.consoles import ORDERS

import dynclient
from dynclient.errors import InvalidCall

MAX_CHARS = 250


@pytest.fixture(scope="module")
def objects():
    """Objects of the public interface."""
    sandbox = dynclient.Sandbox(ORDERS)
    client = dynclient.Client(ORDERS, transport=sandbox, credentials={"key": "hunter-2"})
    operation = client.create_order
    result = operation.send(customer={"name": "Ada"})
    broken = {"openapi": "3.1.0", "info": {"title": "t" * 5_000}, "paths": {"/a/{b}": {"get": {}}}}
    document = dynclient.load(broken)
    changed = dynclient.diff(ORDERS, broken)
    with pytest.raises(InvalidCall) as caught:
        operation(custmer=1)
    return [
        *(client, client.with_options(timeout=3), client.operations, client.tags),
        *(client.tags["Orders"], operation, operation.operation, operation.operation.request_body),
        *(client.list_orders.operation.parameters[0], operation.operation.responses["201"]),
        *(
            operation.request(operation.example()),
            result,
            result.headers,
            sandbox,
            sandbox.calls[0],
        ),
        *(client.document, document, document.problems, document.problems[0], document.servers),
        *(changed, changed.changes[0], caught.value, caught.value.violations[0]),
        dynclient.AsyncClient(ORDERS, credentials={"key": "hunter-2"}),
        dynclient.AsyncClient(ORDERS).create_order,
        client.document.security_schemes["key"],
        *client.find("order"),
    ]


def test_each_repr_is_one_short_line(objects):
    for each in objects:
        text = repr(each)
        assert len(text) <= MAX_CHARS, text
        assert "\n" not in text
        assert "hunter-2" not in text
        assert " object at 0x" not in text, text


def test_a_change_a_problem_and_a_violation_say_what_they_are(objects):
    texts = [repr(each) for each in objects]
    assert "<Change breaking operation-removed operation createOrder>" in texts
    assert any(text.startswith("<Problem memory:document#/info: error: ") for text in texts)
    assert any(
        text.startswith("Violation(kind='missing', path=('body', 'customer')") for text in texts
    )
