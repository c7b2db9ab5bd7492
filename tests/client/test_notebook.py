"""What a notebook shows: self-contained, escaped HTML; and short, true reprs elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.consoles import ORDERS
from support.effort import share

import dynclient
from dynclient.commonmark_html import build_description

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">\x1b[2J'

VOID = {"input", "img", "meta", "br", "hr"}


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
    for view in (
        client,
        client.make_it,
        client.operations,
        client.tags,
        document.problems,
        changed,
    ):
        bundle = view._repr_mimebundle_()
        assert "&lt;script&gt;" in check(bundle["text/html"]) or view is document.problems
        assert "\x1b" not in bundle["text/plain"]


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "[a](javascript:alert(1)) ![b](https://x.example/p.png) <https://x.example>",
        '[a](https://x.example "t\\" onload=x)',
        '```js" onload=x\n<b>\n```',
        "| a | b |\n|---|---|\n| <i> | `</td>` |",
        "<style>*{display:none}</style>\n\n<div>\n\n> quote\n",
        "\u202e&#x1b;&lt;script&gt;",
        "[" * 3_000 + "a" + "](b)" * 3_000,
        "> " * 3_000,
        "*a_" * 5_000,
        "- " * 3_000,
    ],
)
def test_a_description_is_rendered_and_can_load_or_run_nothing(text):
    assert check(str(build_description(text)))


def test_a_description_keeps_its_shape():
    html = str(
        build_description("Some `code`, **bold**, [text](https://x.example).\n\n- one\n- two")
    )
    expected = (
        "<p>Some <code>code</code>, <strong>bold</strong>,"
        ' <span title="https://x.example">text</span>.</p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )
    assert html == expected


@given(st.text(max_size=200))
@share(0.5)
def test_any_description_becomes_valid_html(text):
    check(str(build_description(text)))


def test_views_are_text_where_only_text_is_shown(client):
    views = {
        client: repr(client),
        client.create_order: repr(client.create_order),
        client.document.problems: str(client.document.problems),
    }
    for view, text in views.items():
        assert view._repr_mimebundle_(include=["text/plain"]) == {"text/plain": text}
        assert set(view._repr_mimebundle_(exclude={"text/html"})) == {"text/plain"}
        assert view._repr_mimebundle_()["text/html"] == view._repr_html_()
    for table in (client.operations, client.tags):
        assert table._repr_mimebundle_(include={"text/plain"}) == {"text/plain": str(table)}


def test_text_in_place_of_a_panel_is_bounded():
    paths = {f"/{number}/{{a}}": {"get": {"responses": {}}} for number in range(1_500)}
    document = dynclient.load({**build_document("x"), "paths": paths})
    text = document.problems._repr_mimebundle_()["text/plain"]
    assert text.count("\n") == 1_000
    assert text.endswith("more lines")
    assert str(document.problems).count("\n") > 1_400


def test_an_operation_that_cannot_be_used_shows_why():
    document = build_document("x")
    document["paths"]["/a"]["post"]["requestBody"] = {"$ref": "#/nowhere"}
    client = dynclient.Client(document)
    html = check(client.make_it._repr_html_())
    assert "This operation cannot be used" in html
    assert "#/nowhere" in html


def test_a_client_shows_its_operations_by_tag_with_a_box_that_filters(client):
    html = check(client._repr_html_())
    assert "Orders (5)" in html
    assert "Orders (5)" in check(client.tags._repr_html_())
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
    html = check(changed._repr_html_())
    assert "operation-removed" in html
    assert "<b>breaking</b>" in html
    assert "makeIt" in html
    assert isinstance(dynclient.load(document).problems, tuple)
