"""Completion: what may stand at the cursor, by the call and result schemas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.consoles import open_names
from support.effort import share

import dynclient
from dynclient.repl.completion import complete_code
from dynclient.repl.half_typed_code import parse_half_typed_code
from dynclient.repl.seen_values import SeenValues
from dynclient.repl.value_candidates import list_value_candidates
from dynclient.wire.schema_types import SchemaTypes

#: What a client has beside its operations.
CLIENT_NAMES = [name for name in dir(dynclient.Client) if not name.startswith("_")]


def complete(code, names):
    """Return what may be typed, [] where the document does not know."""
    history = names.get("history")
    answer = complete_code(code, names, history.seen if history else None)
    return [candidate.text for candidate in answer.candidates] if answer else []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # names of operations, tags and clients
        ("client.crea", ["create_order"]),
        ("x = [client.upd", ["update_order"]),
        ("orders.get", ["get_order"]),
        ("client.", ["create_order", "list_orders", "get_order", "update_order", "get_customer_group", "delete_order", *CLIENT_NAMES]),
        ('client["createO', ["createOrder"]),
        ('client["PUT /', ["PUT /orders/{orderId}"]),
        ("client['put /", ["PUT /orders/{orderId}"]),
        ('client.operations["list', ["listOrders"]),
        ('client.tags["Cust', ["Customer groups"]),
        ('client.tags["Orders"]["cre', ["createOrder"]),
        ('client.call("upd', ["updateOrder"]),
        # keyword arguments, the required ones first
        ("client.create_order(", ["customer=", "note=", "state=", "lines=", "body="]),
        ("client.create_order(note='x', ", ["customer=", "state=", "lines=", "body="]),
        ("client.create_order(\n    note='(',\n    ", ["customer=", "state=", "lines=", "body="]),
        ("client.list_orders(with", ["with_lines="]),
        ("client.list_orders(chan", ["channel="]),
        # methods: wait_until after its condition, map with calls
        ("client.list_orders.wait_until(", []),
        ('client.list_orders.wait_until(lambda data: data["', []),
        ("client.list_orders.wait_until(done, with", ["with_lines="]),
        ("client.list_orders.map(", []),
        ("client.list_orders.map(calls, ", ["concurrency=", "in_order=", "executor="]),
        ("client.list_orders.map(calls, in_order=False, ", ["concurrency=", "executor="]),
        ("client.create_order.map([Call(", ["body=", "media_type="]),
        ("client.create_order.map([Call(body=", ["{"]),
        ('client.create_order.map([Call(body={"note": "a"}), Call(body={"', ["customer", "note", "state", "lines"]),
        ('client.create_order.map([{"body": {"note": "a", "', ["customer", "state", "lines"]),
        # a Call holds all arguments
        ('client.create_order(Call(body={"', ["customer", "note", "state", "lines"]),
        ('client.create_order.send(dynclient.Call(body={"st', ["state"]),
        ('client.call("createOrder", Call(body={"st', ["state"]),
        ("client.get_order(Call(", ["path="]),
        ('client.get_order(Call(path={"', ["orderId"]),
        ("client.get_order(Call(path={}), ", []),
        ('Call(body={"', []),
        ("client.create_order(note=Call(", []),
        ("client.list_orders.send(with", ["with_lines="]),
        ("client.list_orders.validate(with", ["with_lines="]),
        ("client.list_orders.items(with", ["with_lines="]),
        ("for page in client.list_orders.pages(with", ["with_lines="]),
        ('client.items("list', ["listOrders"]),
        ('client.pages("listOrders", with', ["with_lines="]),
        ('client["listOrders"](with', ["with_lines="]),
        ('client.call("listOrders", with', ["with_lines="]),
        ("client.with_options(timeout=3).list_orders(with", ["with_lines="]),
        ("await client.list_orders(with", ["with_lines="]),
        ("print(client.list_orders(with", ["with_lines="]),
        ("orders.list_orders(with", ["with_lines="]),
        ("client.update_order(5, not", ["note="]),
        ("client.with_options(validate_resp", ["validate_responses="]),
        ('client.with_options(validate_responses="w', ["warn"]),
        # values
        ("client.list_orders(with_lines=", ["True", "False"]),
        ("client.list_orders(with_lines=F", ["False"]),
        ("client.list_orders(state=", ['"open"', '"closed"', '"cancelled"']),
        ('client.list_orders(state="c', ["closed", "cancelled"]),
        ("client.list_orders(state='C", ["closed", "cancelled"]),
        ("client.create_order(customer=", ["{"]),
        ("client.create_order(lines=", ["["]),
        ('client.get_customer_group("', ["gold", "silver"]),
        ("client.get_customer_group(", ['"gold"', '"silver"', "group_key="]),
        ('client.list_orders(filter={"channel": "', ["web", "shop"]),
        # keys of nested literals, at any depth
        ('client.create_order(customer={"', ["name", "email"]),
        ("client.create_order(customer={", ['"name"', '"email"']),
        ('client.create_order(lines=[{"', ["sku", "name", "gift", "category", "colours"]),
        ('client.create_order(lines=[{"sku": "a"}, {"sku": "b", "', ["name", "gift", "category", "colours"]),
        ('client.create_order(lines=[{"category": {"parent": {"parent": {"ti', ["title"]),
        ('client.create_order(lines=[{"gift": ', ["True", "False"]),
        ('client.create_order(lines=[{"colours": ["red", "bl', ["blue", "black"]),
        ('client.create_order(body={"lines": [{"', ["sku", "name", "gift", "category", "colours"]),
        ('client.create_order(body={"', ["customer", "note", "state", "lines"]),
        ('client.list_orders(query={"page', ["pageSize"]),
        # topics of show, and their parts
        ('show("Ord', ["Orders", "Order"]),
        ('show("Order.li', ["Order.lines"]),
        ('show("Order.lines.category.', ["Order.lines.category.title", "Order.lines.category.parent"]),
        ('show("createOrder.', ["createOrder.body", "createOrder.201"]),
        ('show("createOrder.body.cust', ["createOrder.body.customer"]),
        ('show("nothing.', []),
        # what the document does not know
        ("client.create_order(note='x').", []),
        ("client.create_order(customer=name_of(", []),
        ("client.create_order(customer={'name': x['", []),
        ("client.nowhere(", []),
        ("nobody(", []),
        ("print(", []),
        ("client.document(", []),
        ('client.create_order(note="fre', []),
        ("# client.list_orders(", []),
        ("client.list_orders()", []),
        ("client.get_order(1)[", []),
    ],
)  # fmt: skip
def test_what_may_stand_at_the_cursor(names, code, expected):
    assert complete(code, names) == expected


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("client.create_order(cust", "object, required"),
        ("client.list_orders(page", "integer = 20"),
        ("client.delete_o", "deprecated  DELETE /orders/{orderId}"),
        ('client.list_orders(state="op', "default"),
        ('client.create_order(lines=[{"sk', "string, required"),
    ],
)
def test_a_candidate_says_its_type_whether_it_is_required_and_its_default(names, code, meaning):
    answer = complete_code(code, names)
    assert [candidate.meaning for candidate in answer.candidates] == [meaning]


def test_the_keys_of_a_result_complete(names):
    names["_"] = {"data": [{"it's": 1, 'say "hi"': 2}]}
    assert complete('_["', names) == ["data"]
    assert complete("_['data'][0]['", names) == ["it\\'s", 'say "hi"']
    assert complete('_["data"][0]["', names) == ["it's", 'say \\"hi\\"']


def test_identities_of_earlier_results_are_offered_where_they_fit(names):
    order = names["client"].create_order(customer={"name": "Ada"})
    another = names["client"].create_order(customer={"name": "Eve"})
    identities = [str(another["id"]), str(order["id"])]
    assert complete("client.update_order(", names)[:2] == identities
    assert complete("client.get_order(order_id=", names) == identities
    assert complete('client.call("getOrder", ', names)[:2] == identities
    assert complete("client.create_order(note=", names) == []


def test_an_identity_that_was_given_is_offered_again(names):
    names["client"].get_customer_group("silver")
    assert complete("client.get_customer_group(", names)[0] == '"silver"'


def test_completion_calls_nothing(names):
    complete("client.get_order(client.create_order(customer={'name': 'x'})['id'])[", names)
    complete("client.create_order(customer={'name': 'x'}).", names)
    assert len(names["history"]) == 0


def test_hostile_names_of_a_document_are_written_as_python_text():
    hostile = '"); import os; os.system("x")\x1b[2J\n'
    document = {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {
            "/a": {
                "post": {
                    "operationId": "a",
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"b": {"properties": {hostile: {"enum": [hostile]}}}},
                                }
                            }
                        }
                    },
                    "responses": {"200": {"description": "x"}},
                }
            }
        },
    }  # fmt: skip
    names = open_names(document)
    [key] = complete("client.a(b={", names)
    assert eval(key) == hostile
    assert key.isprintable()
    [inner] = complete('client.a(b={"', names)
    assert eval(f'"{inner}"') == hostile
    assert complete(f"client.a(b={{{key}: ", names) == [key, "{"][:1]


@share(1)
@given(st.text(alphabet="client.createorder(){}[]\"'=,: \n\\#1_{}\x00é", max_size=60))
def test_any_half_typed_text_is_read_without_an_error(text):
    parse_half_typed_code(text)
    complete(text, NAMES)
    complete(f"client.create_order({text}", NAMES)
    complete(f'client.create_order(lines=[{{"{text}', NAMES)


NAMES = open_names()


def test_required_keys_come_first_in_a_form_too():
    address = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
        "required": ["zip"],
    }
    schema = {"type": "object", "properties": {"address": address}}
    body = {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": schema,
                "encoding": {"address": {"style": "deepObject"}},
            }
        }
    }
    names = open_names(
        {
            "openapi": "3.1.0",
            "info": {"title": "Forms", "version": "1"},
            "servers": [{"url": "https://x.example"}],
            "paths": {
                "/a": {"post": {"operationId": "move", "requestBody": body, "responses": {}}}
            },
        }
    )
    assert complete('client.move(address={"', names) == ["zip", "city"]


def test_a_secret_of_a_result_is_never_offered(names):
    operation, seen = names["client"].get_order, SeenValues()
    seen.add_result(operation, {"accessKey": "k-1", "orderKey": "k-2"})
    assert seen.find_values(operation, "accessKey") == []
    assert seen.find_values(operation, "orderKey") == [("k-2", "from get_order")]


def test_the_value_that_was_seen_last_is_offered_first(names):
    operation, seen = names["client"].get_order, SeenValues()
    for identity in (1, 2, 1):
        seen.add_result(operation, {"orderId": identity})
    assert [value for value, _ in seen.find_values(operation, "orderId")] == [1, 2]


def test_a_default_is_not_a_value_that_is_only_equal_to_it():
    types = SchemaTypes({"enum": [1, True], "default": True}, {})
    meanings = {each.text: each.meaning for each in list_value_candidates(types, "")}
    assert (meanings["1"], meanings["True"]) == ("int", "default")


@pytest.mark.parametrize(
    "code", ["client.", 'client["', 'client.operations["', 'client.tags["Orders"]["']
)
def test_names_of_operations_are_listed_without_binding_one(code):
    client = dynclient.Client(open_names()["client"].document)
    assert complete(code, {"client": client})
    assert not client._bound_operations


PAGED = {
    "openapi": "3.1.0",
    "info": {"title": "Shelf", "version": "1"},
    "paths": {
        "/books": {
            "get": {
                "operationId": "listBooks",
                "parameters": [
                    {"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("page", "per_page")
                ],
                "responses": {"200": {"description": "books", "content": {"application/json": {"schema": {"type": "array", "items": {}}}}}},
            },
        },
        "/loans": {
            "get": {
                "operationId": "listLoans",
                "parameters": [
                    {"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("page", "limit")
                ],
                "responses": {"200": {"description": "loans", "content": {"application/json": {"schema": {"type": "array", "items": {}}}}}},
            },
            "post": {"operationId": "lend", "responses": {"204": {"description": "lent"}}},
        },
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("client.list_books.items(", ["page=", "per_page=", "limit=", "max_pages=", "resume="]),
        ("client.list_books.pages(limit=3, ", ["page=", "per_page=", "max_pages=", "resume="]),
        ("client.list_books.pages(max_items=3, m", ["max_pages="]),
        ('client.items("listBooks", page=1, ', ["per_page=", "limit=", "max_pages=", "resume="]),
        ("client.list_loans.items(", ["page=", "limit=", "max_items=", "max_pages=", "resume="]),
        ("client.list_loans.items(Call(), ", ["limit=", "max_pages=", "resume="]),
        ("client.list_books(", ["page=", "per_page="]),
    ],
)
def test_keywords_of_pages_stand_beside_the_arguments(code, expected):
    client = dynclient.Client(PAGED)
    assert complete(code, {"client": client}) == expected


def test_an_operation_has_methods_and_pages_where_it_is_known_how():
    client = dynclient.Client(PAGED)
    paged = complete("client.list_books.", {"client": client})
    assert {"items", "map", "pages", "pagination", "stream", "wait_until"} <= set(paged)
    assert complete("client.lend.pa", {"client": client}) == ["pagination", "path"]
    assert not [name for name in paged if name.startswith("_")]
