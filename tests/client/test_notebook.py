"""What a notebook shows: self-contained, escaped HTML; and short, true reprs elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from support.consoles import ORDERS

import dynclient

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">\x1b[2J'

VOID = {"input", "img", "meta"}


class Checker(HTMLParser):
    """Reads HTML: it has no script, nothing from the net, and each element ends."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "img", "link", "iframe")
        for name, value in attributes:
            assert name not in ("src", "href", "onerror", "onload"), (name, value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def check(html):
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    assert "http-equiv" not in html
    assert "\x1b" not in html
    return html


def build_document(text):
    schema = {"type": "object", "description": text, "required": [text], "properties": {text: {"type": "string", "enum": [text, *"abcdefgh"]}}}  # fmt: skip
    response = {"description": text, "content": {"application/json": {"schema": schema}}}
    operation = {
        "operationId": "makeIt",
        "tags": [text],
        "summary": text,
        "description": text,
        "parameters": [{"name": text, "in": "query", "description": text, "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"200": response},
        "security": [{"nowhere": []}],
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": text, "version": text},
        "servers": [{"url": "https://x.example"}],
        "paths": {"/a": {"post": operation}},
    }


@pytest.fixture
def client():
    return dynclient.Client(ORDERS, transport=dynclient.Sandbox(ORDERS), credentials={"key": "x"})


def test_each_view_of_a_hostile_document_is_escaped():
    document = dynclient.load(build_document(HOSTILE))
    client = dynclient.Client(document, transport=dynclient.Sandbox(document))
    changed = dynclient.diff(build_document(HOSTILE), build_document(HOSTILE + "2"))
    for view in (client, client.make_it, client.operations, document.problems, changed):
        assert "&lt;script&gt;" in check(view._repr_html_()) or view is document.problems


def test_a_client_shows_its_operations_by_tag_with_a_box_that_filters(client):
    html = check(client._repr_html_())
    assert "Orders (5)" in html
    assert "create_order" in html
    assert 'type="search"' in html


def test_an_operation_shows_its_whole_shape(client):
    html = check(client.create_order._repr_html_())
    for text in ("lines[].sku", "The number in the catalog.", "brown", "client.create_order("):
        assert text in html


def test_a_result_shows_its_data_and_what_does_not_fit(client):
    result = client.create_order.send(customer={"name": HOSTILE})
    html = check(result._repr_html_())
    assert "Result 201 application/json" in html
    assert "&lt;script&gt;" in html
    large = dynclient.Result(list(range(100_000)), 200, result.headers, "", (), result.request)
    assert len(check(large._repr_html_())) < 20_000


def test_problems_and_changes_are_tables(client):
    document = build_document("x")
    assert "unknown-security-scheme" in check(dynclient.load(document).problems._repr_html_())
    changed = dynclient.diff(document, {**document, "paths": {}})
    assert "operation-removed" in check(changed._repr_html_())
    assert isinstance(dynclient.load(document).problems, tuple)
