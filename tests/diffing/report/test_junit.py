"""The JUnit report: valid XML whatever a document says, and failures where the build fails."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from report_samples import change, diff_of
from report_strategies import diffs

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_junit import render


def read(diff, failing=None):
    return ElementTree.fromstring(render(diff, failing).encode())


@given(diffs())
def test_each_change_is_a_test_case_and_the_counts_agree(diff):
    suite = read(diff)[0]
    cases = suite.findall("testcase")
    assert len(cases) == max(len(summary.list_reported(diff)), 1)
    assert suite.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))


def test_what_breaks_is_a_failure_and_a_warning_is_none():
    suite = read(diff_of(change(), change(level="warning", rule="default-changed")))[0]
    assert [case.find("failure") is not None for case in suite] == [True, False]


def test_what_counts_as_failing_is_given():
    warning = change(level="warning", rule="default-changed")
    suite = read(diff_of(warning), [warning])[0]
    assert suite.get("failures") == "1"


def test_an_accepted_change_is_skipped_with_its_reason():
    (case,) = read(diff_of(change(accepted="we know")))[0]
    assert case.find("skipped").get("message") == "accepted: we know"


def test_no_change_is_one_test_case_that_passes():
    (case,) = read(diff_of())[0]
    assert case.get("name") == "no difference"


def test_hostile_text_stays_text():
    hostile = "]]><failure/>\x1b[31m & \x00"
    suite = read(diff_of(change(where=hostile, because=hostile, operation=hostile)))[0]
    assert suite.get("failures") == "1"
