"""The verdict says what is true of every state: no more, no less."""

from __future__ import annotations

import pytest
from hypothesis import given
from report_samples import change, diff_of, revision
from report_strategies import diffs

from dynclient.diffing.report import summary

BREAKS = change(operation="run", operations=("run", "walk"))
WARNS = change(rule="default-changed", level="warning", operation="walk")
UNDECIDED = change(rule="pattern-changed", level="warning", operation="run", proof="unknown")
TELLS = change(rule="property-added", level="info", operation="run")
RENAMED = change(rule="operation-renamed", level="none", code="breaking", operation="run")
POLICY = change(rule="policy-sunset", level="breaking", operation="run", policy=True)
ACCEPTED = change(operation="run", accepted="nobody calls it")
UNSEEN = change(rule="words-changed", level="none")

STATES = {
    "identical": ([], "identical", "no difference"),
    "unseen": ([UNSEEN], "compatible", "compatible"),
    "compatible": ([TELLS], "compatible", "compatible, 1 info in 1 operation"),
    "warnings": ([WARNS, TELLS, TELLS], "compatible", "compatible, 1 warning, 2 infos in 2 operations"),
    "undecided": ([UNDECIDED], "undecided", "not proved compatible, 1 warning (1 undecided) in 1 operation"),
    "breaking": ([BREAKS], "breaking", "1 breaking, 0 warnings in 2 operations; 1 breaks deployed programs"),
    "breaking and undecided": (
        [BREAKS, WARNS, UNDECIDED], "breaking",
        "1 breaking, 2 warnings (1 undecided) in 2 operations; 1 breaks deployed programs",
    ),
    "policy": ([POLICY], "compatible", "compatible; 1 policy finding (1 breaking)"),
    "accepted": ([ACCEPTED], "compatible", "compatible; 1 accepted (1 breaking)"),
    "accepted and breaking": (
        [ACCEPTED, BREAKS], "breaking", "1 breaking, 0 warnings in 2 operations; 1 breaks deployed programs; 1 accepted (1 breaking)"
    ),
    "undecided, unseen": (
        [change(level="none", proof="unknown", operation="run")], "undecided", "not proved compatible, 1 undecided"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "outcome", "said"), STATES.values(), ids=STATES)
def test_each_state(changes, outcome, said):
    diff = diff_of(*changes)
    assert summary.determine_outcome(diff) == outcome
    assert summary.format_verdict_line(diff) == f"Shop 1 → 2: {said}"


def test_under_one_view_it_says_for_whom_and_what_breaks_the_other():
    diff = diff_of(RENAMED, TELLS, view="wire")
    assert (
        summary.format_verdict(diff)
        == "compatible for deployed programs, 1 info in 1 operation; 1 breaks code"
    )


def test_both_titles_are_told_where_they_differ():
    diff = diff_of(old=revision("1", "Shop"), new=revision("2", "Store"))
    assert summary.format_verdict_line(diff) == "Shop 1 → Store 2: no difference"


@given(diffs(seen=True))
def test_it_agrees_with_what_the_diff_says_of_itself(diff):
    outcome = summary.determine_outcome(diff)
    if diff.is_compatible:
        assert outcome in ("identical", "compatible")
    elif not any(c.policy for c in [*diff.breaking, *diff.unknown]):
        assert outcome in ("breaking", "undecided")
    assert summary.format_verdict_line(diff).isprintable()


@given(diffs())
def test_every_change_that_is_told_stands_in_one_section(diff):
    told = [c for section in summary.build_sections(diff) for c in section.changes]
    assert sorted(map(id, told)) == sorted(id(c) for c in diff.changes if c.level != "none")
