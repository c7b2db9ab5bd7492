"""A diff finds any change that is made to a real document: once, with its verdict, and with a payload that shows it."""

from __future__ import annotations

import os

import pytest
from catalogue import KINDS
from support.revisions import (
    SHIPPED,
    Judge,
    accepted,
    load_tree,
    number,
    pointer,
    real,
    refused,
    tree,
)

import dynclient
from dynclient.diffing.rules import RULES

#: Whether every kind is tried on every document: it takes minutes.
MANY = bool(os.environ.get("DYNCLIENT_THOROUGH"))

#: The smaller documents, on which every kind of change is made, each on one of them, and the large one of today.
EARLIER = [name for name in SHIPPED if name != "integration"]
TODAY = "integration"


def told(change):
    """What of a change is known beforehand."""
    return change.rule, change.pointer, change.side, tuple(change.views.values())


def chosen():
    """Yield (kind, document) for every kind of change: one of the earlier documents, and often that of today."""
    for kind in KINDS:
        first = number(kind.name)
        rotated = [EARLIER[(first + i) % len(EARLIER)] for i in range(len(EARLIER))]
        fitting = next((name for name in rotated if any(kind.cases(tree(name)))), None)
        if fitting:
            yield kind, fitting
        if (MANY or not fitting or first % 16 == 0) and any(kind.cases(tree(TODAY))):
            yield kind, TODAY


CHOSEN = list(chosen())


@pytest.mark.parametrize(("kind", "document"), CHOSEN, ids=lambda part: getattr(part, "name", part))
def test_a_change_of_a_shipped_document_is_found_once_with_its_verdict_and_a_witness(
    kind, document
):
    for case in kind.cases(tree(document), 2 if MANY else 1):
        check(case)


def check(case):
    """Compare two revisions and insist on what must be told, all of it and nothing else."""
    old, new = load_tree(case.old), dynclient.load(case.new)
    found = dynclient.diff(old, new).changes

    assert sorted(map(told, found)) == sorted(expected.told for expected in case.expected)
    for expected in case.expected:
        change = next(change for change in found if told(change) == expected.told)
        assert expected.proof in ("", change.proof), change.because
        if len(expected.sides) > 1:
            assert {
                side: tuple(levels.values()) for side, levels in change.sides.items()
            } == expected.sides
        if change.has_witness:
            show(case, expected, change, Judge(old, new))


def show(case, expected, change, judge):
    """Insist that a change's witness shows it on a side that breaks, by both libraries."""
    sides = [side for side, levels in expected.sides.items() if "breaking" in levels]
    sides = sides or ["result"]  # a call that is not refused is no witness
    if case.raw:
        sent, taken = case.raw if sides == ["call"] else case.raw[::-1]
        accepted(sent, change.witness)
        refused(
            taken if expected.views[0] == "breaking" else {**taken, "additionalProperties": False},
            change.witness,
        )
    elif len(sides) > 1 and "body" not in (
        change.witness if isinstance(change.witness, dict) else ()
    ):
        judge.insist(change, "result")
    else:
        judge.insist(change, sides[0] if len(sides) == 1 else "call")


def test_every_kind_of_change_is_made_somewhere_and_every_rule_of_a_document_has_one():
    made = {kind for kind, _ in CHOSEN}
    rules = {
        expected.rule
        for kind, name in CHOSEN
        for case in kind.cases(tree(name))
        for expected in case.expected
    }
    #: Words and links count where they are asked for, policies are opt-in, and the rest is for what has no better name.
    aside = {
        "words-changed",
        "link-changed",
        "schema-changed",
        "undecided",
        "step-limit-reached",
        "document-added",
        "document-removed",
    }

    assert [kind.name for kind in KINDS if kind not in made] == []
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 500
    assert [
        rule for rule in RULES if rule not in rules | aside and not rule.startswith("policy-")
    ] == []


def test_what_a_judge_refuses_is_no_witness():
    """The judges can say no: a call that is in order, and a result that the old document allows."""
    (case,) = next(kind for kind in KINDS if kind.name == "a required parameter added").cases(
        tree("2020-04")
    )
    old, new = dynclient.load(case.old), dynclient.load(case.new)
    (change,) = dynclient.diff(old, new).breaking
    place, name = change.where.split(".")

    with pytest.raises(AssertionError):
        Judge(new, new).insist(change, "call")
    change.witness.setdefault(place, {})[name] = "there"
    with pytest.raises(AssertionError):
        Judge(old, new).insist(change, "call")


# --- the other way round

OPPOSITES = {
    "added": "removed",
    "removed": "added",
    "deprecated": "undeprecated",
    "undeprecated": "deprecated",
}
#: One rule for both ways.
BOTH_WAYS = ("parameter-deprecated", "schema-deprecated")


def mirrored(rule):
    """Return the rule that the opposite change has."""
    if rule in BOTH_WAYS:
        return rule
    kind, _, what = rule.rpartition("-")
    return f"{kind}-{OPPOSITES.get(what, what)}"


#: What has no opposite of its own: both are about what is gone.
LOST = ("tag-removed", "no-success-left")
MIRRORED = [
    kind
    for kind in KINDS
    if not kind.name.startswith(("narrower: ", "wider: ")) and any(kind.cases(tree("2020-04")))
]


@pytest.mark.parametrize("kind", MIRRORED, ids=lambda kind: kind.name)
def test_a_change_and_its_opposite_are_told_alike(kind):
    (case,) = kind.cases(tree("2020-04"))
    old, new = load_tree(case.old), dynclient.load(case.new)
    there, back = (dynclient.diff(*pair).changes for pair in ((old, new), (new, old)))
    seen = [(mirrored(c.rule), c.side, *places(c)[::-1]) for c in there if c.rule not in LOST]

    assert sorted(seen, key=str) == sorted(
        ((c.rule, c.side, *places(c)) for c in back if c.rule not in LOST), key=str
    )


def places(change):
    """Where a change stands in the old document and in the new one, None where it does not."""
    old = change.old_source and change.old_source.pointer
    return old, None if change.is_gone else change.pointer


# --- documents of other people

#: How many kinds of change are made to each real document: others to each.
SHARE = len(KINDS) if MANY else 24


def roots():
    """Return a few of the real documents: neither small nor large, and no part of a path is used elsewhere."""
    fitting = (
        entry
        for entry in real(200_000, 20_000)
        if "ref_into_paths" not in entry["features"] and entry["kind"] != "fixture"
    )
    return sorted((entry["root"] for entry in fitting if entry["operations"] >= 10), key=number)[
        : 12 if MANY else 4
    ]


@pytest.mark.skipif(
    "DYNCLIENT_CORPUS" not in os.environ,
    reason="DYNCLIENT_CORPUS names no folder of real documents",
)
@pytest.mark.parametrize("root", roots(), ids=lambda root: str(root)[-60:])
def test_a_change_of_a_real_document_is_found_once_with_its_verdict_and_a_witness(
    root, real_documents
):
    whole = dynclient.load(real_documents / root).top.value
    failed = []
    for kind in sorted(KINDS, key=lambda kind: number(kind.name + root))[:SHARE]:
        for case in kind.cases(whole):
            try:
                check(case)
            except AssertionError as error:
                failed.append((kind.name, pointer(case.expected[0].at), str(error)[:300]))

    assert failed == []
