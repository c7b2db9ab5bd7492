"""A diff as JUnit XML, which most CI systems show as tests: each change is a test case.

Source: the JUnit XML of Apache Ant, as Jenkins and GitLab read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from dynclient.diffing.change import Change
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import as_text, messages, summary
from dynclient.display_text import format_one_line


def render(diff: ChangeSet, failing: Sequence[Change] | None = None) -> str:
    """Return the report of one diff.

    Args:
        diff: the changes.
        failing: the changes that let the build fail; by default those that break somebody.

    """
    suite = build_suite(summary.format_title(diff), diff, failing)
    return render_suites([suite])


def render_suites(suites: Sequence[ElementTree.Element]) -> str:
    """Return the report of several documents, a suite for each."""
    root = ElementTree.Element("testsuites", name="dynclient diff")
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def build_suite(
    name: str, diff: ChangeSet, failing: Sequence[Change] | None = None
) -> ElementTree.Element:
    """Return the suite of one diff: a case for each change, or one for no change."""
    failed = diff.breaking if failing is None else failing
    fingerprints = {change.fingerprint for change in failed}
    changes = summary.list_reported(diff)
    cases = [_build_case(diff, change, change.fingerprint in fingerprints) for change in changes]
    if not cases:
        verdict = summary.format_verdict(diff)
        cases = [ElementTree.Element("testcase", classname="document", name=verdict)]
    suite = ElementTree.Element(
        "testsuite",
        name=format_one_line(name),
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors="0",
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
    )
    suite.extend(cases)
    return suite


def _build_case(diff: ChangeSet, change: Change, is_failing: bool) -> ElementTree.Element:
    heading = messages.format_heading(diff, change.operation)
    name = f"{messages.format_where(change)}: {format_one_line(change.rule)}"
    case = ElementTree.Element("testcase", classname=heading, name=name)
    if change.accepted:
        reason = f"accepted: {format_one_line(change.accepted)}"
        ElementTree.SubElement(case, "skipped", message=reason)
        return case

    text = as_text.render_explanation(diff, change)
    if is_failing:
        message = messages.format_because(change)
        child = ElementTree.SubElement(case, "failure", type=change.level, message=message)
    else:
        child = ElementTree.SubElement(case, "system-out")
    child.text = text
    return case
