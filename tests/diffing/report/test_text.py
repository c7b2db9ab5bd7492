"""The report for a terminal: fits it, steers nothing, and ends with the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import change, diff_of, source
from report_strategies import diffs

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_text import render


@pytest.mark.parametrize("width", [80, 100])
def test_the_example(diff, snapshot, width):
    assert render(diff, width) == snapshot


def test_a_diff_gives_it_as_its_own_text(diff):
    assert diff.to_text() == render(diff)


@given(diffs(), st.integers(60, 120))
def test_it_never_steers_a_terminal_and_ends_with_the_verdict(diff, width):
    lines = render(diff, width).removesuffix("\n").split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[-1] == summary.format_verdict_line(diff)


@given(
    st.integers(60, 120),
    st.sampled_from(["breaking", "warning", "info"]),
    st.text("abc <é`", max_size=200),
)
def test_only_what_one_copies_is_wider_than_the_terminal(width, level, words):
    said = dict.fromkeys(("because", "refusal", "accepted"), words) | {
        "operations": (words, "a", "b"),
        "used": (words,) * 4,
    }
    made = change(
        level=level,
        where=words,
        operation=words,
        proof="witness",
        witness=words,
        side="call",
        **said,
    )
    lines = render(diff_of(made, replace(made, accepted="")), width).split("\n")[:-2]
    assert all(
        len(line) <= width
        for line in lines
        if not line.lstrip().startswith(("witness ", "python "))
    )


@given(diffs())
def test_an_info_is_one_line(diff):
    infos = [c for c in summary.list_document_changes(diff) if c.level == "info"]
    only = diff_of(*infos, view=diff.view)
    assert len(render(only).split("\n")) == len(infos) + (3 if infos else 2)


def test_an_info_that_is_too_wide_is_cut_in_the_middle():
    wide = change(rule="property-added", level="info", operation="createThing", where="body." + "inner." * 30 + "last",
                  source=source("specs/" * 20 + "api.yaml", "/x", 12))  # fmt: skip
    (line, *_) = render(diff_of(wide), 100).split("\n")
    assert len(line) == 100
    assert line.startswith("info      property-added  body.inner.")
    assert ".last  createThing" in line
    assert line.endswith("api.yaml:12")


def test_a_payload_that_is_too_long_is_cut_and_says_so():
    long = change(side="call", operation="run", proof="witness", witness={"body": "x" * 5000})
    lines = render(diff_of(long)).split("\n")
    witness = next(line for line in lines if "witness" in line)
    assert witness.endswith("… (of 5,012 characters)")
    assert len(witness) == 420


def test_what_matters_to_nobody_is_not_told():
    assert "words-changed" not in render(diff_of(change(rule="words-changed", level="none")))


def test_of_both_sides_it_says_which_one_matters():
    sides = {
        "call": {"wire": "none", "code": "none"},
        "result": {"wire": "breaking", "code": "none"},
    }
    made = change(side="call and result", sides=sides)
    assert (
        "deployed programs breaking (call none, result breaking), callers by name none"
        in render(diff_of(made))
    )
