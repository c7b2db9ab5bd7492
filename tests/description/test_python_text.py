"""Calls as Python text: what is shown can be typed, and is the call that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient.description.python_text import (
    build_call_arguments,
    format_python_call,
    format_python_literal,
)

SHOP = dynclient.Client(str(Path(__file__).parents[1] / "cli" / "shop.yaml"))

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
plain = st.none() | st.booleans() | numbers | st.text()
data = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(data, st.integers(5, 80))
def test_a_literal_reads_back_as_the_same_data(value, width):
    assert eval(format_python_literal(value, width)) == value


@given(st.lists(data, max_size=3), st.dictionaries(st.sampled_from(["a", "b_1", "from_"]), data))
def test_a_call_reads_back_as_the_same_arguments(args, kwargs):
    text = format_python_call("call", args, kwargs)
    assert eval(text, {"call": lambda *a, **k: (list(a), k)}) == (args, kwargs)


def test_a_text_of_no_width_is_broken_into_lines_that_fit():
    text = format_python_call(
        "client.create", [], {"items": [{"name": "x" * 20, "size": n} for n in range(3)]}, 50
    )
    assert max(map(len, text.splitlines())) <= 50
    assert format_python_call("client.get", [5], {"dry": True}) == "client.get(5, dry=True)"


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("getItem", {"path": {"itemId": 5}}),
        ("listItems", {"query": {"maxPrice": 1.5, "tag": ["a"]}, "header": {"X-Trace": "t"}}),
        ("createItem", {"body": {"name": "x", "tags": []}}),
        ("createItem", {"body": {"name": "x", "other": 1}}),
        ("createItem", {"body": {}}),
        ("createItem", {"body": [1]}),
        ("createItem", {"body": None}),
        ("listItems", {"query": {"unheard": 1}}),
        ("putNote", {"body": "text"}),
    ],
)
def test_the_arguments_of_a_call_document_make_that_document(operation, call):
    args, kwargs = build_call_arguments(SHOP[operation]._plan.binder, dynclient.Call(call))
    bound = SHOP[operation]._plan.binder.bind(args, kwargs)
    assert bound.call == call
    assert bound.violations == []


def test_properties_of_an_object_become_arguments_in_python_spelling():
    assert build_call_arguments(
        SHOP["createItem"]._plan.binder, dynclient.Call(body={"name": "x"})
    ) == (
        [],
        {"name": "x"},
    )
    assert build_call_arguments(
        SHOP["listItems"]._plan.binder, dynclient.Call(query={"maxPrice": 1})
    ) == (
        [],
        {"max_price": 1},
    )
