from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.names import suggest, to_snake_case


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("createAudienceV2", "create_audience_v2"),
        ("customerSessionId", "customer_session_id"),
        ("integrationIDs", "integration_ids"),
        ("X-Request-ID", "x_request_id"),
        ("filter[name]", "filter_name"),
        ("getHTTPResponse", "get_http_response"),
        ("listURLs", "list_urls"),
        ("userIDsByName", "user_ids_by_name"),
        ("from", "from_"),
        ("class", "class_"),
        ("2fa", "_2fa"),
        ("already_snake", "already_snake"),
        ("GET", "get"),
        ("a.b-c/d", "a_b_c_d"),
        ("$filter", "filter"),
        ("_private", "private"),
    ],
)
def test_a_name_is_written_in_the_spelling_of_python(name, python):
    assert to_snake_case(name) == python


@given(st.text(min_size=1, max_size=20))
def test_every_name_becomes_an_identifier(name):
    assert to_snake_case(name).isidentifier()


@given(st.from_regex(r"[a-z]+(_[a-z0-9]+)*", fullmatch=True))
def test_a_python_name_stays_as_it_is(name):
    assert to_snake_case(name) in (name, name + "_")


@pytest.mark.parametrize(("one", "other"), [("查询", "创建"), ("käufer", "kufer"), ("имя", "дата")])
def test_names_that_differ_in_letters_of_any_script_stay_different(one, other):
    assert to_snake_case(one) != to_snake_case(other)


def test_the_name_that_was_meant_comes_first():
    assert (
        suggest("customerSesion", ["customerId", "customerSession", "coupon"])[0]
        == "customerSession"
    )
    assert suggest("customer_session_id", ["customerSessionId"]) == ["customerSessionId"]


def test_nothing_is_suggested_for_a_name_that_is_like_no_other():
    assert suggest("zzz", ["customerSession", "coupon"]) == []


def test_a_name_as_long_as_a_book_costs_nothing():
    assert suggest("p" * 1_000_000, ["prop"] * 50) == []
