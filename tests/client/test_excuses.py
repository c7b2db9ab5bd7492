"""The option `excuse`: violations at its places warn instead of raise or refuse."""

from __future__ import annotations

import asyncio
import warnings

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import Server, answer, content, document, operation, parameter

import dynclient
from dynclient import errors
from dynclient.client.excuses import parse_excuse
from dynclient.violations import Violation

ITEM = {"type": "object", "properties": {"price": {"type": "number"}, "name": {"type": "string"}}}
ORDER = {"type": "object", "properties": {"items": {"type": "array", "items": ITEM}}}


def build_document(version="3.1.0"):
    responses = answer(ORDER)
    responses["200"]["headers"] = {"X-Rate": {"schema": {"type": "integer"}}}
    get = operation(
        parameter("id", "path", {"type": "string"}), parameter("limit", "query", {"maximum": 5}),
        operationId="getOrder", responses=responses,
    )  # fmt: skip
    post = operation(body=content(ORDER), operationId="addOrder", responses=answer(ORDER))
    paths = {"/orders/{id}": {"get": get}, "/orders": {"post": post, "get": operation()}}
    return document(paths, version=version)


def build_client(excuse, data=None, client_class=dynclient.Client, status=200, **options):
    headers = {"content-type": "application/json", **options.pop("headers", {})}
    body = httpx.Response(status, json=data if data is not None else {}, headers=headers)
    return client_class(build_document(), transport=Server(body), excuse=excuse, **options)


WRONG_PRICE = {"items": [{"price": 1}, {"price": "2"}]}
WRONG_BOTH = {"items": [{"price": "2", "name": 1}]}


@pytest.mark.parametrize(
    "excuse",
    [
        "getOrder",
        "get_order",
        "GET /orders/{id}",
        "getOrder: body",
        "getOrder: body.items[].price",
        "getOrder: body.items[*].price",
        "getOrder: body.items[1].price",
        "getOrder: body['items'][].price",
        "getOrder: *",
        "GET /orders/{id}: body.items",
    ],
)
def test_an_excused_place_of_a_result_warns(excuse):
    with pytest.warns(errors.ResponseDrift, match=r"body\.items\[1\]\.price"):
        assert build_client([excuse], WRONG_PRICE).get_order("1") == WRONG_PRICE


@pytest.mark.parametrize(
    "excuse",
    ["addOrder", "getOrder: body.items[0].price", "getOrder: body.items[].name", "getOrder: query"],
)
def test_a_place_that_is_not_excused_raises(excuse):
    with pytest.raises(errors.InvalidResponse):
        build_client([excuse], WRONG_PRICE).get_order("1")


def test_an_error_holds_what_is_not_excused_and_its_result_all_of_it():
    client = build_client(["getOrder: body.items[].price"], WRONG_BOTH)
    with pytest.raises(errors.InvalidResponse, match="1 problem") as caught:
        client.get_order("1")
    assert [v.path[-1] for v in caught.value.violations] == ["name"]
    assert len(caught.value.result.violations) == 2


def test_headers_and_statuses_can_be_excused():
    client = build_client(["getOrder: headers.X-Rate"], headers={"X-Rate": "many"})
    with pytest.warns(errors.ResponseDrift, match="X-Rate"):
        client.get_order("1")
    for excuse in ("getOrder", "getOrder: status"):
        with pytest.warns(errors.ResponseDrift, match="got 201"):
            build_client([excuse], status=201).get_order("1")


def test_an_asynchronous_call_is_excused_too():
    async def call():
        client = build_client(["getOrder"], WRONG_PRICE, dynclient.AsyncClient)
        result = await client.get_order("1")
        await client.close()
        return result

    with pytest.warns(errors.ResponseDrift):
        assert asyncio.run(call()) == WRONG_PRICE


@pytest.mark.parametrize("excuse", ["addOrder", "addOrder: body.items[].price", "POST /orders"])
def test_an_excused_place_of_a_call_warns_and_is_sent(excuse):
    client = build_client([excuse])
    with pytest.warns(errors.CallDrift, match=r"addOrder: body\.items\[1\]\.price: got '2'"):
        client.add_order(**WRONG_PRICE)
    with pytest.warns(errors.CallDrift):
        assert client.add_order.validate(**WRONG_PRICE) == []


def test_a_parameter_can_be_excused():
    client = build_client(["getOrder: query.limit"])
    with pytest.warns(errors.CallDrift, match=r"query\.limit"):
        assert client.get_order.request("1", limit=9).url.endswith("?limit=9")


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),  # a path value that is missing
        (("",), {}),
        (("..",), {}),
        (("1",), {"unknown": 1}),
        (("1",), {"limit": float("nan")}),
        (("1",), {"limit": object()}),
        (("1", "2"), {}),
    ],
)
def test_what_cannot_be_sent_is_never_excused(args, kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises((errors.InvalidCall, errors.UnsafeValue)):
            build_client(["getOrder"]).get_order(*args, **kwargs)


def test_an_excuse_that_excuses_nothing_any_more_warns_when_the_client_is_closed():
    client = build_client(["getOrder: body.items[].price", "getOrder: query", "addOrder"])
    client.get_order("1")
    with pytest.warns(errors.UnusedExcuse) as caught:
        client.close()
    assert [str(warning.message) for warning in caught] == [
        "excuse 'getOrder: body.items[].price' excuses nothing any more; remove it",
        "excuse 'getOrder: query' excuses nothing any more; remove it",
    ]


def test_an_excuse_that_was_needed_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error", errors.UnusedExcuse)
        warnings.simplefilter("ignore", errors.ResponseDrift)
        with build_client(["getOrder: body.items[].price"], WRONG_PRICE) as client:
            client.get_order("1")
            client.with_options(retries=1).get_order("1")


def test_an_excuse_of_an_operation_that_is_gone_warns():
    with pytest.warns(errors.UnusedExcuse, match="'dropOrder: body': the document has no such"):
        build_client(["dropOrder: body"])


def test_an_excuse_whose_operation_is_misspelt_warns_with_what_may_be_meant():
    with pytest.warns(errors.UnusedExcuse, match="no such operation; did you mean getOrder"):
        build_client(["getOrdr: body"])


def test_a_view_has_excuses_of_its_own():
    client = build_client([], WRONG_PRICE)
    view = client.with_options(excuse=["getOrder"])
    with pytest.warns(errors.ResponseDrift):
        view.get_order("1")
    with pytest.raises(errors.InvalidResponse):
        client.get_order("1")


@pytest.mark.parametrize(
    "excuse",
    ["getOrder", [1], [""], [": body"], ["getOrder: "], ["getOrder: a[b"], ["getOrder: .a"]],
)
def test_what_is_no_excuse_is_a_usage_error(excuse):
    with pytest.raises(errors.UsageError):
        build_client(excuse)


@given(st.text(max_size=20))
def test_any_text_is_an_excuse_or_a_usage_error(text):
    try:
        excuse = parse_excuse(text)
    except errors.UsageError:
        return
    excuse.covers(Violation("type", ("body", 0, "a"), ""))


@given(
    st.lists(st.integers(0, 99) | st.text(st.characters(categories=["L"]), min_size=1), max_size=4)
)
def test_a_path_as_messages_write_it_is_understood(steps):
    path = ("body", *steps)
    violation = Violation("type", path, "")
    assert parse_excuse(f"run: {violation.where}").path == path
