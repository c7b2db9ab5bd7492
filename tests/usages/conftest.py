"""Sources written in the test that needs them, and the document that they are held against."""

from __future__ import annotations

import textwrap

import pytest
from support.documents import answer, content, document, operation, parameter

import dynclient
from dynclient.usages import find_usages

LINE = {
    "type": "object",
    "required": ["sku"],
    "properties": {
        "sku": {"type": "string"},
        "quantity": {"type": "integer", "minimum": 1},
        "free": {"type": "object"},
    },
}
CARD = {
    "type": "object",
    "required": ["kind", "number"],
    "properties": {"kind": {"const": "card"}, "number": {"type": "string"}},
}
CASH = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"const": "cash"}, "coins": {"type": "integer"}},
}
ORDER = {
    "type": "object",
    "required": ["lines"],
    "properties": {
        "lines": {"type": "array", "minItems": 1, "items": LINE},
        "state": {"enum": ["open", "closed"]},
        "payment": {"oneOf": [CARD, CASH]},
    },
}
MADE = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "lines": {"type": "array", "items": LINE}},
}
FAILED = {
    "400": {
        "description": "no",
        "content": {"application/json": {"schema": {"type": "object", "properties": {"why": {}}}}},
    }
}
EXTRA = parameter("X-Trace", "header", {"type": "string"})

PATHS = {
    "/orders": {
        "post": operation(parameter("dryRun", schema={"type": "boolean"}), operationId="createOrder", body=content(ORDER), responses={**answer(MADE, "201"), **FAILED}, tags=["Orders"]),
        "get": operation(operationId="listOrders", responses=answer({"type": "array", "items": MADE})),
    },
    "/orders/latest": {"get": operation(operationId="latestOrder", responses=answer(MADE))},
    "/orders/{orderId}": {
        "get": operation(parameter("orderId", "path", {"type": "integer"}), EXTRA, operationId="getOrder", responses=answer(MADE)),
        "delete": operation(parameter("orderId", "path", {"type": "integer"}), operationId="deleteOrder"),
    },
    "/notes": {"post": operation(operationId="postNote", body=content({"type": "object"}), responses=answer({"type": "object"}))},
    "/files/{name}.{kind}": {"get": operation(parameter("name", "path"), parameter("kind", "path"), responses=answer({}), operationId="getFile")},
}  # fmt: skip


@pytest.fixture(scope="session")
def shop():
    """The document: orders with lines, and notes that are free."""
    return dynclient.load(document(PATHS))


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Write a source, and return what is found in it; `client` is one, unless the source says otherwise."""
    monkeypatch.chdir(tmp_path)

    def look(
        text, *, start="import dynclient\nclient = dynclient.Client('shop.yaml')\n", name="code.py"
    ):
        (tmp_path / name).write_text(start + textwrap.dedent(text), encoding="utf-8")
        return find_usages([name])

    return look
