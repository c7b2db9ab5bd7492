"""The links of a result are callables: calls that the document proposes, with values of the result."""

from __future__ import annotations

import asyncio
import json
import pickle

import httpx
import pytest
from support.documents import Server, document, operation, parameter

import dynclient
from dynclient import errors
from dynclient.plan.runtime_expressions import ExpressionSource, MissingExpressionValue

ANY = {"description": "", "content": {"application/json": {"schema": {}}}}


def describe(link, target=None, *, version="3.1.0", **target_fields):
    """Return a document whose operation `make` has a link to the operation `show`."""
    made = {**ANY, "headers": {"X-Rev": {"schema": {"type": "integer"}}}, "links": {"Show": link}}
    make = operation(
        parameter("shop", "path", {"type": "integer"}),
        parameter("tags", schema={"type": "array", "items": {"type": "string"}}),
        parameter("X-Trace", "header"),
        operationId="make",
        body={"required": True, "content": {"application/json": {"schema": {}}}},
        responses={"200": made, "404": {**ANY, "links": {"Other": link}}},
    )
    show = operation(*(target or []), operationId="show", responses={"200": ANY}, **target_fields)
    return document(
        {"/shops/{shop}": {"post": make}, "/things/{id}": {"get": show}}, version=version
    )


ID = [parameter("id", "path", {}), parameter("id", "query", {}), parameter("view", "query", {})]
RESULT = {"id": "a/b", "list": [{"n": 7}], "a/b": {"~": True}}


class Shop(Server):
    def __init__(self, body=RESULT, status=200):
        super().__init__(
            lambda r: httpx.Response(
                status, headers={"x-rev": "3", "etag": '"v1"'}, content=json.dumps(body)
            )
        )


def make(link, target=ID, server=None, **fields):
    server = server or Shop()
    client = dynclient.Client(describe(link, target, **fields), transport=server)
    result = client.make.send(5, body={"who": {"name": "Ada"}}, tags=["x", "y"], x_trace="t-1")
    return result, server


def test_a_link_is_called_with_values_of_the_result():
    result, server = make({"operationId": "show", "parameters": {"id": "$response.body#/id"}})
    assert result.links["Show"]() == RESULT
    assert server.seen[-1].url.raw_path == b"/v1/things/a%2Fb"


def test_a_link_of_an_asynchronous_client_is_awaited():
    server = Shop()

    async def main():
        source = describe({"operationId": "show", "parameters": {"id": "$response.body#/id"}}, ID)
        async with dynclient.AsyncClient(source, transport=server) as client:
            result = await client.make.send(5, body={})
            return await result.links["Show"](), await result.links["Show"].send()

    data, result = asyncio.run(main())
    assert data == result.data == RESULT


EXPRESSIONS = [
    ("$url", "https://api.example.com/v1/shops/5?tags=x&tags=y"),
    ("$method", "POST"),
    ("$statusCode", 200),
    ("$request.path.shop", 5),
    ("$request.query.tags", ["x", "y"]),
    ("$request.header.x-trace", "t-1"),
    ("$request.body", {"who": {"name": "Ada"}}),
    ("$request.body#/who/name", "Ada"),
    ("$response.body", RESULT),
    ("$response.body#/list/0/n", 7),
    ("$response.body#/a~1b/~0", True),
    ("$response.header.x-rev", 3),
    ("$response.header.ETag", '"v1"'),
    ("no-{$response.body#/list/0/n}-{$request.path.shop}", "no-7-5"),
    ("{$response.body#/a~1b/~0}", "true"),
    ("constant", "constant"),
    ("$100", "$100"),
    ("{no expression}", "{no expression}"),
    (7, 7),
    ({"a": "$url"}, {"a": "$url"}),
]


@pytest.mark.parametrize(("expression", "value"), EXPRESSIONS)
def test_a_runtime_expression_is_a_value_of_the_request_or_the_result(expression, value):
    result, _ = make({"operationId": "show"})
    plan = result.links["Show"]._source.plan
    assert (
        ExpressionSource(plan, result, "https://api.example.com/v1").evaluate(expression) == value
    )


@pytest.mark.parametrize(
    "expression",
    [
        *("$response.body#/none", "$response.body#/list/9", "$response.body#/list/x"),
        *(
            "$response.body#id",
            "$response.header.none",
            "$request.query.none",
            "$request.path.none",
        ),
        *(
            "$response.query.a",
            "$response.path.a",
            "$response.body#/id/0",
            "a{$response.body#/none}",
        ),
    ],
)
def test_a_value_that_is_not_there_is_named_and_nothing_is_sent(expression):
    result, server = make({"operationId": "show", "parameters": {"id": expression}})
    with pytest.raises(errors.UsageError, match=r"the link Show needs \$.*nothing was sent"):
        result.links["Show"]()
    assert len(server.seen) == 1


def test_a_parameter_may_name_its_location():
    parameters = {"path.id": "$response.body#/id", "query.id": "$response.body#/list/0/n"}
    result, _ = make({"operationId": "show", "parameters": parameters})
    call = result.links["Show"].call
    assert call == {"path": {"id": "a/b"}, "query": {"id": 7}}


def test_further_arguments_win_over_those_of_the_link():
    parameters = {"path.id": "$response.body#/id", "view": "all"}
    result, server = make({"operationId": "show", "parameters": parameters})
    result.links["Show"](view="none", query={"id": "q"})
    assert server.seen[-1].url.query == b"view=none&id=q"
    with pytest.raises(errors.InvalidCall, match="unknown"):
        result.links["Show"](vue="none")


def test_a_link_gives_the_whole_body():
    body = {"required": True, "content": {"application/json": {"schema": {}}}}
    link = {
        "operationId": "show",
        "parameters": {"id": "$request.path.shop"},
        "requestBody": "$request.body#/who",
    }
    result, server = make(link, body=body)
    result.links["Show"]()
    assert json.loads(server.seen[-1].content) == {"name": "Ada"}
    result.links["Show"](body={"name": "Eve"})
    assert json.loads(server.seen[-1].content) == {"name": "Eve"}


@pytest.mark.parametrize("reference", ["#/paths/~1things~1{id}/get"])
def test_a_link_may_refer_to_its_operation_by_a_pointer(reference):
    result, _ = make({"operationRef": reference, "parameters": {"id": "1"}})
    assert result.links["Show"].operation.id == "show"
    assert result.links["Show"].request().url.endswith("/things/1")


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ({}, "names no operation"),
        ({"operationId": "nothing"}, "nothing"),
        ({"operationRef": "other.yaml#/paths/~1a/get"}, "leads to no operation"),
        ({"operationRef": "#/paths/~1none/get"}, "none"),
        ({"operationId": "show", "parameters": {"query.nothing": 1}}, "parameter query.nothing"),
    ],
)
def test_a_link_that_cannot_be_followed_says_why(link, text):
    result, server = make(link)
    with pytest.raises(errors.UsageError, match=text):
        result.links["Show"]()
    assert len(server.seen) == 1


def test_a_link_may_be_a_reference():
    source = describe({"$ref": "#/components/links/Known"}, ID)
    known = {"operationId": "show", "parameters": {"id": 1}, "description": "the thing"}
    source["components"] = {"links": {"Known": known}}
    result = dynclient.Client(source, transport=Shop()).make.send(5, body={})
    assert (list(result.links), result.links["Show"].description) == (["Show"], "the thing")
    assert repr(result.links["Show"]) == "<ResultLink Show → show>"


def test_a_name_that_no_link_has_is_explained():
    result, _ = make({"operationId": "show"})
    with pytest.raises(KeyError, match="did you mean Show"):
        result.links["Shwo"]
    with pytest.raises(KeyError, match="links of this result: Show"):
        result.links["qqqq"]


def test_an_error_has_the_links_of_its_own_status():
    server = Shop(status=404)
    source = describe({"operationId": "show", "parameters": {"id": 1}}, ID)
    with pytest.raises(errors.NotFound) as caught:
        dynclient.Client(source, transport=server).make(5, body={})
    assert list(caught.value.result.links) == ["Other"]


def test_a_result_without_links_has_none_and_a_pickled_one_keeps_none():
    source = describe({"operationId": "show", "parameters": {"id": 1}}, ID)
    client = dynclient.Client(source, transport=Shop())
    assert dict(client.show.send(1).links) == {}
    result = client.make.send(5, body={})
    assert list(result.links) == ["Show"]
    assert dict(pickle.loads(pickle.dumps(result)).links) == {}


def test_a_value_is_checked_as_an_argument_of_its_operation():
    strict = [parameter("id", "path", {"type": "integer"})]
    result, server = make(
        {"operationId": "show", "parameters": {"id": "$response.body#/id"}}, strict
    )
    with pytest.raises(errors.InvalidCall, match="got 'a/b', want integer"):
        result.links["Show"]()
    assert len(server.seen) == 1


def test_a_missing_value_is_an_error_of_its_own():
    assert issubclass(MissingExpressionValue, Exception)
