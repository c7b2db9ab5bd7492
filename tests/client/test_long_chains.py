"""A long chain of `allOf`: what is done with it grows with its length, and no faster."""

from __future__ import annotations

import sys

import pytest
from support.documents import answer, content, document, operation

import dynclient
from dynclient.errors import InvalidCall
from dynclient.plan.document_check.check_context import MAX_COMPOSED_SIZE
from dynclient.plan.document_check.overlap_finder import OverlapFinder


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def one(prop):
    return {"type": "object", "properties": {prop: {"type": "string"}}}


def load_chain(length):
    """Return a document whose call and result are each made of a chain of that many schemas."""
    schemas = {"S0": one("p0")}
    for i in range(1, length):
        schemas[f"S{i}"] = {"allOf": [ref(f"S{i - 1}"), one(f"p{i}")]}
    last = ref(f"S{length - 1}")
    used = operation(body=content(last), responses=answer(last))
    return dynclient.load(document({"/things": {"post": used}}, components={"schemas": schemas}))


def count_calls(act, *args):
    """Return how many functions are called, and generators resumed."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        act(*args)
    finally:
        sys.setprofile(None)
    return count


def compile_schema(loaded):
    dynclient.Client(loaded)["run"].validate(body={})


def describe(loaded):
    bound = dynclient.Client(loaded)["run"]
    assert "p3: string" in bound.__doc__ or "p3 (body): string" in bound.__doc__
    _ = bound.__signature__


def find_problems(loaded):
    assert loaded.problems == ()


@pytest.mark.parametrize("act", [compile_schema, describe, find_problems])
def test_twice_the_chain_takes_about_twice_the_work(act):
    act(load_chain(10))  # what is loaded and compiled once
    short, long = (count_calls(act, load_chain(length)) for length in (60, 120))
    assert long < 2.6 * short


def test_a_chain_of_fifteen_hundred_is_described_whole():
    bound = dynclient.Client(load_chain(1500))["run"]
    assert "p1499 (body): string" in bound.__doc__
    assert set(bound.call_schema["$defs"]) >= {"S0", "S1499"}


def test_a_call_that_no_engine_can_check_is_refused_as_unchecked():
    loaded = load_chain(1500)
    client = dynclient.Client(loaded, transport=dynclient.Sandbox(loaded))
    with pytest.raises(InvalidCall, match="cannot be checked: its schema is too deep"):
        client["run"](p0="x")


def test_the_check_searches_no_more_schemas_than_its_effort_allows(monkeypatch):
    """Sizes that were half counted let each link of a long chain be searched."""
    searched = []

    def search(finder, schema):
        searched.append(finder.measure(schema))
        return False

    monkeypatch.setattr(OverlapFinder, "is_unsatisfiable", search)
    find_problems(load_chain(1000))
    assert 0 < sum(searched) <= MAX_COMPOSED_SIZE
