"""The report for programs is what its schema says, of every diff."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from report_samples import change, diff_of, source
from report_strategies import diffs

from dynclient.diffing.report.as_json import build_data, load_report_schema, render


def closed():
    """The schema as whoever writes reports reads it: nothing but what is described."""
    written = load_report_schema()
    objects = [
        written,
        *(written["$defs"][name] for name in ("revision", "source", "change", "views")),
    ]
    objects += [written["properties"]["counts"]]
    for each in objects:
        each["unevaluatedProperties"] = False
    return Draft202012Validator(written)


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_the_schema_is_one():
    Draft202012Validator.check_schema(load_report_schema())


def test_the_example(diff, snapshot):
    closed().validate(build_data(diff))
    assert render(diff) == snapshot


def test_a_diff_gives_it_as_its_own_data_and_text(diff):
    assert diff.to_dict() == build_data(diff)
    assert diff.to_json() == render(diff)


@given(diffs())
def test_every_report_is_strict_json_that_its_schema_allows(diff):
    written = render(diff)
    written.encode()
    read = json.loads(written, parse_constant=refuse)
    closed().validate(read)
    assert read == json.loads(json.dumps(build_data(diff)))


@given(diffs())
def test_its_counts_are_those_of_its_changes(diff):
    read = build_data(diff)
    truths = [c for c in read["changes"] if not c["policy"] and not c["accepted"]]
    for level in ("breaking", "warning", "info"):
        assert read["counts"][level] == sum(c["level"] == level for c in truths)
    assert read["counts"]["unseen"] + len(read["changes"]) == len(diff.changes)
    assert read["compatible"] == diff.is_compatible


def test_a_witness_may_be_null():
    (found,) = build_data(
        diff_of(
            change(side="result", proof="witness", witness=None, where="200: x", operation="run")
        )
    )["changes"]
    assert found["witness"] is None
    assert found["python"] == "# run may now answer 200 with: None"


def test_without_a_witness_there_is_none():
    (found,) = build_data(diff_of(change()))["changes"]
    assert not found.keys() & {"witness", "python", "refusal"}


@pytest.mark.parametrize("broken", [{"line": 0}, {"file": None}])
def test_the_schema_refuses_what_is_wrong(broken):
    report = build_data(diff_of(change(source=source("api.yaml", "/x", 3))))
    report["changes"][0]["source"].update(broken)
    assert not closed().is_valid(report)


def test_the_fingerprint_of_a_change_does_not_move_with_its_line():
    places = [source("api.yaml", "/x", line) for line in (3, 30)]
    found = [
        build_data(diff_of(change(source=place)))["changes"][0]["fingerprint"] for place in places
    ]
    assert found[0] == found[1]
