"""Real revisions: a diff decides nearly everything, and each change says what is different."""

import os

import pytest

import dynclient

pytestmark = pytest.mark.skipif(
    "DYNCLIENT_CORPUS" not in os.environ,
    reason="DYNCLIENT_CORPUS names no folder of real documents",
)

#: API → how many changes break somebody; docs/diff.md says how they were checked by hand.
BREAKING = {"adyen": 29, "discord": 21, "openai": 13, "plaid": 11, "qdrant": 23}


@pytest.mark.parametrize("api", BREAKING)
def test_a_diff_of_real_revisions_leaves_at_most_one_change_undecided(api, revision_pairs):
    (old,), (new,) = (revision_pairs.glob(f"{api}.{which}.*") for which in ("old", "new"))

    diff = dynclient.diff(old, new)

    assert len(diff.unknown) <= 1
    assert [change.where for change in diff.changes if change.old == change.new] == []
    assert len(diff.breaking) == BREAKING[api]
    assert all(change.has_witness for change in diff.breaking if change.proof == "witness")
