"""Which changes count and how much: levels of the project, what is undecided, what was accepted."""

from __future__ import annotations

from datetime import date

import pytest

from dynclient.diffing import gate
from dynclient.diffing.accept import AcceptEntry
from dynclient.diffing.change import Change, ChangeLocation
from dynclient.diffing.changeset import Revision
from dynclient.diffing.diff import Diff
from dynclient.diffing.gate import LevelSetting

REVISION = Revision("Shop", "1", "api.yaml", 3)
TODAY = date(2026, 5, 31)


def change(rule, level, proof="fact", **rest):
    views = rest.pop("views", {"wire": level, "code": level})
    return Change(
        rule,
        level,
        views,
        proof=proof,
        source=ChangeLocation("api.yaml", f"/{rule}"),
        because="It is so.",
        **rest,
    )


def diff(*changes):
    return Diff(REVISION, REVISION, "both", changes, {"unknown": 1})


BROKEN = change("property-removed", "breaking")
ODD = change("pattern-changed", "warning", "unknown")
NEW = change("property-added", "info")
ALL = diff(BROKEN, ODD, NEW)


def told(found):
    return [(one.rule, one.level) for one in found.changes]


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [
        (
            "warning",
            [
                ("property-removed", "breaking"),
                ("pattern-changed", "warning"),
                ("property-added", "info"),
            ],
        ),
        (
            "error",
            [
                ("property-removed", "breaking"),
                ("pattern-changed", "breaking"),
                ("property-added", "info"),
            ],
        ),
        ("ignore", [("property-removed", "breaking"), ("property-added", "info")]),
    ],
)
def test_what_is_undecided_counts_as_was_asked(unknown, expected):
    found = gate.apply_levels(ALL, {}, unknown)
    assert told(found) == expected
    assert found.statistics == {"unknown": 1}
    assert found.is_compatible is False
    assert bool(gate.apply_levels(diff(ODD, NEW), {}, unknown).is_compatible) is (
        unknown == "ignore"
    )


def test_what_is_undecided_for_one_reader_and_breaks_the_other_is_not_ignored():
    both = change(
        "type-changed", "breaking", "unknown", views={"wire": "warning", "code": "breaking"}
    )
    assert told(gate.apply_levels(diff(both), {}, "ignore")) == [("type-changed", "breaking")]


def test_a_level_of_the_project_wins_and_is_told_with_its_reason():
    settings = {
        "property-added": LevelSetting("breaking", "clients are strict"),
        "pattern-changed": LevelSetting("info", "known"),
    }
    found = gate.apply_levels(ALL, settings, "error")
    assert told(found) == [
        ("property-removed", "breaking"),
        ("property-added", "breaking"),
        ("pattern-changed", "info"),
    ]
    raised = found.changes[1]
    assert raised.views == {"wire": "breaking", "code": "breaking"}
    assert raised.seen("wire").level == "breaking"
    assert raised.because == "It is so. The project says breaking: clients are strict"
    assert raised.fingerprint == NEW.fingerprint


def test_a_level_of_none_hides_a_rule():
    found = gate.apply_levels(
        ALL, {"property-removed": LevelSetting("none", "internal API")}, "warning"
    )
    assert found.breaking == []
    assert gate.find_failing_changes(found, "info") == [found.changes[0], found.changes[1]]


def test_the_worst_stays_first_and_the_rest_in_its_order():
    changes = [
        change("type-changed", "info"),
        change("range-changed", "info"),
        change("length-changed", "info"),
    ]
    found = gate.apply_levels(
        diff(*changes), {"range-changed": LevelSetting("warning", "r")}, "warning"
    )
    assert told(found) == [
        ("range-changed", "warning"),
        ("type-changed", "info"),
        ("length-changed", "info"),
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (AcceptEntry("agreed", BROKEN.fingerprint), "agreed"),
        (
            AcceptEntry(
                "agreed", rule="property-removed", operation="", pointer="/property-removed"
            ),
            "agreed",
        ),
        (AcceptEntry("agreed", BROKEN.fingerprint, until=TODAY), "agreed"),
        (AcceptEntry("agreed", BROKEN.fingerprint, until=date(2026, 5, 30)), ""),
        (AcceptEntry("agreed", BROKEN.fingerprint, document="api.yaml"), "agreed"),
        (AcceptEntry("agreed", BROKEN.fingerprint, document="other.yaml"), ""),
        (AcceptEntry("agreed", "0"), ""),
    ],
)
def test_an_entry_accepts_what_it_covers_while_it_counts(entry, reason):
    found = gate.mark_accepted(ALL, [entry], TODAY, "api.yaml")
    assert [one.accepted for one in found.changes] == [reason, "", ""]
    assert bool(gate.find_failing_changes(found, "breaking")) is not bool(reason)
    assert [one.rule for one in found.accepted] == (["property-removed"] if reason else [])


def test_a_valid_entry_counts_beside_an_expired_one():
    entries = [
        AcceptEntry("old", BROKEN.fingerprint, until=date(2020, 1, 1)),
        AcceptEntry("new", BROKEN.fingerprint),
    ]
    assert gate.mark_accepted(ALL, entries, TODAY, "").changes[0].accepted == "new"


@pytest.mark.parametrize(
    ("fail_on", "rules"),
    [
        ("breaking", ["property-removed"]),
        ("warning", ["property-removed", "pattern-changed"]),
        ("info", ["property-removed", "pattern-changed", "property-added"]),
        ("none", []),
    ],
)
def test_what_fails_begins_at_the_level_that_was_named(fail_on, rules):
    hidden = change("words-changed", "none")
    assert [
        one.rule for one in gate.find_failing_changes(diff(*ALL.changes, hidden), fail_on)
    ] == rules
