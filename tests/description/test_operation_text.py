"""An operation as text: `show`, `help()` and the topics of a document."""

from __future__ import annotations

import pytest
from support.consoles import ORDERS

import dynclient
from dynclient.client.topics import format_topic
from dynclient.errors import OperationNotFound


@pytest.fixture
def client():
    return dynclient.Client(ORDERS, transport=dynclient.Sandbox(ORDERS), credentials={"key": "x"})


def show(client, topic):
    return "\n".join(format_topic(client, topic, 80))


ALL_COLOURS = "'red', 'green', 'blue', 'white', 'black', 'grey', 'pink', 'brown'"


@pytest.mark.parametrize("read", [show, lambda client, name: client[name].__doc__])
def test_show_and_help_say_the_whole_shape(client, read):
    text = read(client, "createOrder")
    squeezed = " ".join(text.split())
    assert f"values: {ALL_COLOURS}" in squeezed
    assert "sku string, required The number in the catalog." in squeezed
    assert "category.title string What it is called." in squeezed
    assert "dynclient call createOrder note=" in text
    assert "client.create_order(" in text
    assert "curl " in text
    assert "$DYNCLIENT_CREDENTIAL_KEY" in text


def test_a_result_is_opened(client):
    results = show(client, "createOrder").partition("\nResults")[2]
    assert "lines[].sku" in results
    assert "id                       integer, required" in results


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("Category", "parent  object"),
        ("Category.parent.parent.title", "Category.parent.parent.title: string"),
        ("Order.lines", "sku              string, required"),
        ("Order.lines[].category", "title   string"),
        ("createOrder.body.lines", "sku              string, required"),
        ("createOrder.lines", "sku              string, required"),
        ("createOrder.201.customer", "name   string, at least 1 character, required"),
        ("listOrders.with_lines", "listOrders.with_lines: boolean"),
        ("create_order.lines.colours", ALL_COLOURS.partition(", 'black'")[0]),
    ],
)
def test_a_part_of_the_document_is_a_topic(client, topic, expected):
    assert expected in show(client, topic)


def test_a_recursive_schema_stops_and_names_the_way_on(client):
    assert '… show("Category.parent") goes on' in show(client, "Category")
    assert '… show("createOrder.body.lines.category.parent") goes on' in show(client, "createOrder")


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("Categry", "did you mean Category?"),
        ("Order.lnes", "did you mean lines?"),
        ("createOrder.bdy", "did you mean body?"),
        ("creatOrder", "did you mean createOrder"),
    ],
)
def test_a_wrong_topic_names_the_nearest_one(client, topic, hint):
    with pytest.raises(OperationNotFound) as caught:
        show(client, topic)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("getOrdr", "getOrder"), ("get_ordr", "get_order"), ("GET /ordes", "GET /orders")],
)
def test_an_unknown_name_is_answered_in_its_own_spelling(client, name, meant):
    with pytest.raises(OperationNotFound) as caught:
        client[name]
    assert caught.value.suggestions[0] == meant


def test_a_wrong_value_of_an_enum_gets_the_nearest_right_one(client):
    (violation,) = client.list_orders.validate(state="clsed")
    assert violation.suggestion == "closed"
    assert str(violation).endswith("; did you mean 'closed'?")
    (far,) = client.list_orders.validate(state="xyz")
    assert far.suggestion is None


def test_operations_and_tags_print_tables(client):
    assert str(client.operations).splitlines()[0].split() == ["create_order", "POST", "/orders", "Place", "an", "order"]  # fmt: skip
    assert str(client.tags) == "Orders           5 operations\nCustomer groups  1 operation"
    assert repr(client.tags) == "<2 tags: Orders, Customer groups>"
    assert "\n" not in repr(client.operations)


HOSTILE = "\x1b[2J\u202e##vso[task]"


def test_hostile_text_of_a_document_is_escaped():
    schema = {"type": "object", "description": HOSTILE, "properties": {HOSTILE: {"enum": [HOSTILE, *range(9)], "description": HOSTILE}}}  # fmt: skip
    document = {
        "openapi": "3.1.0",
        "info": {"title": HOSTILE, "version": "1"},
        "paths": {
            "/a": {
                "post": {
                    "operationId": "a",
                    "tags": [HOSTILE],
                    "summary": HOSTILE,
                    "description": HOSTILE,
                    "requestBody": {"content": {"application/json": {"schema": schema}}},
                    "responses": {"200": {"description": HOSTILE, "content": {"application/json": {"schema": schema}}}},
                }
            }
        },
    }  # fmt: skip
    client = dynclient.Client(document, server="http://x.invalid")
    texts = [show(client, "a"), str(client.operations), str(client.tags), repr(client), repr(client.a), client.a.__doc__]  # fmt: skip
    for text in texts:
        assert not set(text) & {"\x1b", "\u202e"}


def test_the_repr_of_everything_is_one_short_line(client):
    broken = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"x": {}}}
    document = dynclient.load(broken)
    assert repr(document.problems) == "<1 problem: 1 warning>"
    assert str(document.problems) == str(document.problems[0])
    assert repr(client.document.problems[:0] or type(document.problems)()) == "<0 problems>"
    same = dynclient.diff(client.document, client.document)
    assert repr(same) == f"<Diff {same.to_text().strip()}>"
    path = "/" + "a" * 1000
    long = dynclient.Client({**broken, "paths": {path: {"get": {"operationId": "a\x1b"}}}})
    assert len(repr(long[f"GET {path}"])) < 250


def test_the_repr_of_an_operation_compiles_nothing(client, monkeypatch):
    monkeypatch.setattr("dynclient.plan.plan.Plan.get_call_schema", None)
    assert repr(client.list_orders) == "<Operation list_orders  GET /orders>"


LOOPS = {
    "openapi": "3.2.0",
    "info": {"title": "Shelf", "version": "1"},
    "servers": [{"url": "https://shelf.example"}],
    "paths": {
        "/books": {
            "get": {
                "operationId": "listBooks",
                "parameters": [
                    {"name": "page", "in": "query", "required": True, "example": 4, "schema": {"type": "integer"}},
                    {"name": "rows", "in": "query", "schema": {"type": "integer"}},
                    {"name": "shelf", "in": "query", "required": True, "schema": {"const": "a"}},
                ],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": {}}}}}},
            },
            "post": {"operationId": "addBook", "responses": {"204": {"description": ""}}},
        },
        "/events": {
            "get": {
                "operationId": "watch",
                "responses": {"200": {"description": "", "content": {"text/event-stream": {"itemSchema": {"type": "object"}}}}},
            }
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("read", [show, lambda client, name: client[name].__doc__])
def test_an_example_loops_over_pages_and_over_streams_where_there_are_some(read):
    client = dynclient.Client(LOOPS)
    listed, added, watched = (read(client, name) for name in ("listBooks", "addBook", "watch"))
    assert 'for item in client.list_books.items(shelf="a"):' in listed
    assert "with client.watch.stream() as items:" in watched
    assert [text.count("print(item)") for text in (listed, added, watched)] == [1, 0, 1]
    assert "for item in" not in added
