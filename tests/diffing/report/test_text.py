"""The report for a terminal: one line a change under its operation, and the verdict at both ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from report_samples import change, diff_of
from report_strategies import diffs

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_text import (
    TextOptions,
    list_shown,
    render,
    render_explanation,
)

ALL = TextOptions(level="info")


@pytest.mark.parametrize("options", [TextOptions(), ALL, TextOptions(has_details=True)])
def test_the_example(diff, snapshot, options):
    assert render(diff, options) == snapshot


def test_a_diff_gives_it_as_its_own_text(diff):
    assert diff.to_text() == render(diff)


@given(diffs())
def test_it_never_steers_a_terminal_and_has_the_verdict_at_both_ends(diff):
    lines = render(diff, TextOptions(has_details=True)).removesuffix("\n").split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[0] == lines[-1] == summary.format_verdict_line(diff)


@given(diffs())
def test_each_change_has_one_line_with_its_fingerprint(diff):
    lines = render(diff, ALL).split("\n")
    shown = list_shown(diff, "info")
    marks = [line.rpartition("  [")[2] for line in lines if line.startswith("  ")]
    assert sorted(marks) == sorted(f"{each.short_fingerprint}]" for each in shown)


def test_infos_are_a_count_unless_asked_for():
    info = change(rule="property-added", level="info")
    diff = diff_of(change(), info, replace(info, rule="tag-added"))
    assert "2 more changes below warning (--level info lists all)" in render(diff)
    assert "property-added" not in render(diff)
    assert "property-added" in render(diff, ALL)
    assert "more change" not in render(diff, ALL)


def test_accepted_changes_are_a_count():
    text = render(diff_of(change(accepted="we know")))
    assert "property-required" not in text
    assert "1 accepted" in text.split("\n")


def test_changes_stand_under_their_operation_with_its_method_and_path():
    address = "PUT /v2/audiences/{audienceId}"
    diff = replace(
        diff_of(change(operation="run"), change(rule="server-removed", operation="", where="")),
        addresses={"run": address},
    )
    lines = render(diff).split("\n")
    assert f"{address}  run" in lines
    assert "whole document" in lines


def test_a_place_is_never_shortened():
    where = "body." + "inner." * 40 + "last"
    assert where in render(diff_of(change(where=where)))


def test_a_long_enum_lists_five_values_and_how_many_more():
    old = [f"value {number}" for number in range(12)]
    text = render(diff_of(change(rule="values-changed", old=old, new=[])))
    assert text.count("− ") == 5
    assert "and 7 more" in text
    text = render(diff_of(change(rule="values-changed", old=old, new=None)))
    assert '"value 4", and 7 more]' in text


def test_a_payload_that_is_too_long_is_cut_and_says_so():
    long = change(side="call", operation="run", proof="witness", witness={"body": "x" * 5000})
    lines = render_explanation(diff_of(long), long).split("\n")
    witness = next(line for line in lines if "witness" in line)
    assert witness.endswith("… (of 5,012 characters)")


def test_what_matters_to_nobody_is_not_shown():
    assert "words-changed" not in render(diff_of(change(rule="words-changed", level="none")), ALL)


def test_of_both_sides_the_explanation_says_which_one_matters():
    sides = {
        "call": {"wire": "none", "code": "none"},
        "result": {"wire": "breaking", "code": "none"},
    }
    both = change(side="call and result", sides=sides)
    text = " ".join(render_explanation(diff_of(both), both).split())
    expected = "deployed programs breaking (call none, result breaking), callers by name none"
    assert expected in text
