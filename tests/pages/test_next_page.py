"""The decision on the next page is a pure function that takes any answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share

from dynclient.pages.next_page import (
    BrokenEnd,
    ListEnd,
    NextPage,
    decide_next_page,
    read_items,
)
from dynclient.pagination.pagination import STYLES, Pagination
from dynclient.plan.results import Result
from dynclient.wire.message import Headers, Request

REQUEST = Request("GET", "https://a.test/things", Headers())

NAMES = st.sampled_from(["data", "next", "links", "href", "more", "total", "pages", "page", "rel"])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["", "0", "next", "?a=1", "9" * 40, "²"]),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8
)
POINTERS = st.lists(NAMES | st.sampled_from(["-1", "0", "7"]), max_size=3).map(
    lambda keys: "".join(f"/{key}" for key in keys)
)
PLACES = st.none() | POINTERS
PAGINATIONS = st.builds(
    Pagination,
    style=st.sampled_from(STYLES),
    items=POINTERS,
    parameter=st.just("/query/page"),
    next=POINTERS,
    next_header=st.none() | st.sampled_from(["Link", "X-Next"]),
    has_more=PLACES,
    total=PLACES,
    page_count=PLACES,
    page_number=PLACES,
    first=st.integers(0, 1),
)
HEADERS = st.dictionaries(
    st.sampled_from(["Link", "X-Next"]), st.sampled_from(["", "<x>; rel=next", "<", "7"])
).map(Headers)


def build_result(data, headers=REQUEST.headers):
    return Result(data, 200, headers, "application/json", (), REQUEST)


@share(2.0)
@given(PAGINATIONS, JSON, HEADERS, JSON, st.integers(-1, 9))
def test_any_answer_gets_a_decision(pagination, data, headers, value, count):
    items = read_items(pagination, data)
    call = {"query": {"page": value}}
    found = decide_next_page(pagination, call, build_result(data, headers), len(items or []), count)
    assert isinstance(found, ListEnd | NextPage | BrokenEnd)
    if pagination.style == "single":
        assert found == ListEnd()


def decide(pagination, data, count=1, total_count=-1, **query):
    result = build_result(data)
    return decide_next_page(pagination, {"query": query}, result, count, total_count)


OFFSET = Pagination("offset", "/data", "/query/skip", total="/total", has_more="/more")
PAGE = Pagination(
    "page",
    "/data",
    "/query/page",
    total="/total",
    page_count="/pages",
    page_number="/page",
    first=1,
)


@pytest.mark.parametrize(
    ("pagination", "data", "query", "count", "total_count", "expected"),
    [
        (OFFSET, {"total": 5}, {}, 2, -1, {"query": {"skip": 2}}),
        (OFFSET, {"total": 5}, {"skip": 3}, 2, -1, None),
        (OFFSET, {"total": 5}, {"skip": "3"}, 1, -1, {"query": {"skip": 4}}),
        (OFFSET, {"total": "5"}, {"skip": 3}, 2, -1, None),
        (OFFSET, {"total": 5, "more": True}, {"skip": 3}, 2, -1, {"query": {"skip": 5}}),
        (OFFSET, {"total": 99, "more": False}, {}, 2, -1, None),
        (OFFSET, {"total": 99}, {}, 0, -1, None),
        (OFFSET, {"total": None, "more": "yes"}, {}, 2, -1, {"query": {"skip": 2}}),
        (PAGE, {"pages": 3}, {}, 2, -1, {"query": {"page": 2}}),
        (PAGE, {"pages": 3}, {"page": 3}, 2, -1, None),
        (PAGE, {"page": 0, "pages": 1}, {}, 2, -1, None),
        (PAGE, {"page": 0}, {}, 2, -1, {"query": {"page": 1}}),
        (PAGE, {"page": 0, "pages": 3}, {"page": 2}, 2, -1, {"query": {"page": 3}}),
        (PAGE, {"total": 4}, {"page": 2}, 2, 4, None),
        (PAGE, {"total": 4}, {"page": 2}, 2, -1, {"query": {"page": 3}}),
    ],
)  # fmt: skip
def test_offsets_and_numbers_are_computed(pagination, data, query, count, total_count, expected):
    found = decide(pagination, data, count, total_count, **query)
    assert found == (ListEnd() if expected is None else NextPage(expected))


FHIR = Pagination("link", "/entry", next="/link/next")


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ([{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}], "b"),
        ([{"rel": "Next", "href": "b"}], "b"),
        ([{"rel": ["last", "next"], "href": "b"}], "b"),
        ([{"rel": "prev", "href": "b"}], None),
        ([5, None, {"rel": 5}], None),
        ([], None),
        ({"next": {"href": "b"}}, "b"),
        ({"next": "b"}, "b"),
        ({"next": 5}, 5),
    ],
)
def test_a_link_is_found_by_its_relation(links, url):
    found = decide(FHIR, {"link": links})
    if url == 5:
        assert found == BrokenEnd("/link/next is no link")
    else:
        assert found == (NextPage({"url": url}) if url else ListEnd())
