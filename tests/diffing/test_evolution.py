"""Six years of one API: every change that was recorded from one revision to the next is found, with its verdict."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

import dynclient

HERE = Path(__file__).parent
REVISIONS = HERE.parents[1] / "spec" / "talon-one" / "revisions"

RECORDS = [
    (hop, *row)
    for hop, rows in yaml.safe_load((HERE / "evolution.yaml").read_text("utf-8")).items()
    for row in rows
]

#: Recorded kind → the rules that may tell it.
RULES = {
    "operation-added": ("operation-added",),
    "operation-removed": ("operation-removed",),
    "operation-deprecated": ("operation-deprecated",),
    "auth-changed": ("security-changed",),
    "servers-changed": ("server-removed", "server-added", "server-changed"),
    "status-added": ("status-added",),
    "parameter-added": ("parameter-added",),
    "parameter-removed": ("parameter-removed",),
    "parameter-type-changed": ("type-changed", "parameter-wire"),
    "property-added": ("property-added",),
    "property-removed": ("property-removed",),
    "property-became-required": ("property-required",),
    "property-became-optional": ("property-required",),
    "property-limit-changed": ("length-changed", "range-changed", "items-changed"),
    "property-default-changed": ("default-changed", "values-changed", "type-changed"),
    "property-type-changed": ("type-changed",),
    "property-enum-value-added": ("values-changed",),
    "property-enum-value-removed": ("values-changed",),
    "property-enum-unset": ("values-changed",),
}

#: Told otherwise, with the reason.
OTHERWISE = {
    "accept-changed": "a call asks for JSON because an error with a body was added, which is told as that status",
    "response-model-renamed": "components have no names on the wire, nor in dynclient",
}

#: A node that lost a value and gained others in the same revision breaks readers by those that it gained.
ALSO_GAINED = {("2022-03 2023-04", "response:CouponRejectionReason.reason")}


@cache
def revision_diff(hop):
    old, new = hop.split()
    return dynclient.diff(REVISIONS / f"{old}.yaml", REVISIONS / f"{new}.yaml")


def level_of(change, side):
    """Return the worst level of a change on a side."""
    views = change.sides.get(side, change.views)
    return min(views.values(), key=("breaking", "warning", "info", "none").index)


def found(hop, kind, operation, where):
    """Return the changes that tell a record."""
    side, _, rest = where.partition(":")
    side = {"request": "call", "response": "result"}.get(side, "")
    rules = RULES[kind.removeprefix("request-").removeprefix("response-")]
    name = rest.rpartition(".")[2].removesuffix("[]")
    return [
        change
        for change in revision_diff(hop).changes
        if change.rule in rules
        and (operation == "-" or operation in change.operations)
        and (not side or (side in change.side and last_name(change) == name))
        and (kind != "status-added" or change.new == rest)
        and (not kind.startswith("parameter") or last_name(change) == rest)
    ]


def last_name(change):
    return change.where.rpartition(": ")[2].rpartition(".")[2].replace("[]", "")


@pytest.mark.parametrize(("hop", "kind", "operation", "where", "verdict"), RECORDS)
def test_a_recorded_change_is_found_with_its_verdict(hop, kind, operation, where, verdict):
    if kind in OTHERWISE:
        assert verdict != "breaks"
        return
    changes = found(hop, kind, operation, where)
    assert changes, revision_diff(hop).to_text()
    side = {"request": "call", "response": "result"}.get(where.partition(":")[0], "")
    levels = {level_of(change, side) for change in changes}
    if verdict == "breaks":
        assert "breaking" in levels
        assert all(change.proof in ("witness", "fact") for change in changes)
    elif verdict == "fits" and (hop, where) not in ALSO_GAINED:
        assert "breaking" not in levels


@pytest.mark.parametrize("hop", dict.fromkeys(row[0] for row in RECORDS))
def test_nothing_else_is_told_but_what_a_record_does_not_list(hop):
    """What no record tells of is a security scheme by itself, the servers, integers that fit 64 bits, or a note."""
    told = {
        change.fingerprint
        for row_hop, kind, operation, where, _ in RECORDS
        if row_hop == hop and kind not in OTHERWISE
        for change in found(hop, kind, operation, where)
    }
    rest = [change for change in revision_diff(hop).changes if change.fingerprint not in told]
    extra = {
        "security-scheme-added",
        "security-scheme-removed",
        "integer-size",
        "server-added",
        "server-removed",
        "server-changed",
    }
    assert [(c.rule, c.where) for c in rest if c.rule not in extra] == []
