"""What the history of a console keeps: calls of every client, pages, and requests built before."""

from __future__ import annotations

import asyncio
import io

import pytest
from support.consoles import open_names

import dynclient
from dynclient.errors import NotFound
from dynclient.repl.request_call import read_request_call
from dynclient.wire.message import Headers, Request

#: Pages of two items each, by number; the last one is not full.
PAGED = {
    "openapi": "3.1.0",
    "info": {"title": "Shelf", "version": "1"},
    "servers": [{"url": "https://shelf.example/v1"}],
    "paths": {
        "/books": {
            "get": {
                "operationId": "listBooks",
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
                    {"name": "per_page", "in": "query", "schema": {"type": "integer"}},
                ],
                "responses": {
                    "200": {
                        "description": "books",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"type": "integer"}}
                            }
                        },
                    }
                },
            }
        }
    },
}

UPLOADS = {
    "openapi": "3.1.0",
    "info": {"title": "Uploads", "version": "1"},
    "servers": [{"url": "https://uploads.example"}],
    "paths": {
        "/files": {
            "post": {
                "operationId": "upload",
                "requestBody": {"content": {"application/octet-stream": {"schema": {}}}},
                "responses": {
                    "200": {
                        "description": "stored",
                        "content": {"application/json": {"example": {"size": 3}}},
                    }
                },
            }
        }
    },
}


def run_async(names, use):
    async def run():
        client = names["AsyncClient"](
            names["client"].document, transport=names["sandbox"], credentials={"key": "x"}
        )
        async with client:
            return await use(client)

    return asyncio.run(run())


def test_calls_of_an_async_client_are_in_the_history_and_in_the_script(names):
    async def use(client):
        order = await client.create_order(customer={"name": "Ada"})
        result = await client.with_options(timeout=9).get_order.send(order["id"])
        await client.delete_order(order["id"])
        with pytest.raises(NotFound):
            await client.get_order(order["id"])
        return result

    result = run_async(names, use)
    history = names["history"]
    assert [each.request.method for each in history] == ["POST", "GET", "DELETE", "GET"]
    assert history[1].result is result
    assert isinstance(history[-1].error, NotFound)
    script = history.to_python()
    assert 'order = client.create_order(customer={"name": "Ada"})' in script
    assert 'client.with_options(timeout=9).get_order(order["id"])' in script
    assert names["history"].seen.find_values(names["client"].get_order, "orderId")


def test_an_async_client_of_the_console_is_an_async_client_in_name_and_in_kind(names):
    kind = names["AsyncClient"]
    assert issubclass(kind, dynclient.AsyncClient)
    assert kind.__name__ == "AsyncClient"
    client = kind(names["client"].document, transport=names["sandbox"])
    assert repr(client) == "<AsyncClient Orders: 6 operations>"
    assert repr(client.get_order) == "<AsyncOperation get_order  GET /orders/{orderId}>"
    assert repr(names["client"]) == "<Client Orders: 6 operations>"


def test_calls_of_another_document_are_kept_and_in_no_script(names):
    async def use(client):
        other = type(client)(PAGED, transport=dynclient.Sandbox(PAGED))
        await other.list_books(page=1)
        return await client.list_orders()

    run_async(names, use)
    history = names["history"]
    assert len(history) == 2
    for text in (history.to_python(), history.to_pytest(), history.to_curl()):
        assert "list_books" not in text
        assert "list_orders" in text or "/orders" in text
        assert "# Left out: 1 exchange" in text


def test_a_request_that_was_built_before_is_in_the_script_as_its_call(names):
    client = names["client"]
    request = client.create_order.request(
        customer={"name": "Ada"}, lines=[{"sku": "a", "gift": True}]
    )
    client.create_order.send(request)
    history = names["history"]
    assert history[0].call == {
        "body": {"customer": {"name": "Ada"}, "lines": [{"sku": "a", "gift": True}]}
    }
    assert 'client.create_order(customer={"name": "Ada"}' in history.to_python()


def test_a_request_that_no_call_makes_is_left_out_of_scripts(names):
    client = names["client"]
    built = client.list_orders.request()
    request = Request(
        built.method, built.url, Headers({"X-Mine": "1"}), None, security=built.security
    )
    client.list_orders.send(request)
    assert names["history"][0].call is None
    assert "# Left out: 1 exchange" in names["history"].to_pytest()


def test_a_body_that_can_be_read_once_is_sent_and_not_read_before():
    names = open_names(UPLOADS)
    client = names["client"]
    request = client.upload.request(body=io.BytesIO(b"abc"))
    client.upload.send(request)
    assert names["history"][0].result.data == {"size": 3}
    assert names["history"][0].call is None


def test_each_page_of_a_list_is_an_exchange():
    names = open_names(PAGED)
    for page in ([1, 2], [3]):
        names["sandbox"].answer("listBooks", data=page, times=1)
    assert list(names["client"].list_books.items(per_page=2, max_pages=2)) == [1, 2, 3]
    script = names["history"].to_python()
    assert "client.list_books(per_page=2)" in script
    assert "client.list_books(page=2, per_page=2)" in script


def test_a_body_that_can_be_read_once_is_left_to_the_sending():
    upload = open_names(UPLOADS)["client"].upload
    request = upload.request(body=iter([b"abc"]))
    assert read_request_call(upload, request) is None
    assert b"".join(request.body) == b"abc"
