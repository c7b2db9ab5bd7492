"""Talon.One's three shapes of a list: `hasMore`, `totalResultSize`, or both."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from support.sandboxes import TALON_ONE

import dynclient

FULL = Path(os.environ.get("DYNCLIENT_CORPUS", "/nowhere")) / "talon-one-full.yaml"

CREDENTIALS = {"api_key_v1": "ApiKey-v1 any"}

#: Each list of the shipped document that pages by `skip`: a call, and its collection.
LISTS = [
    ("getCustomerAchievements", ["p-1"], "/v1/customer_profiles/p-1/achievements", "id"),
    ("getLoyaltyCardTransactions", [5, "card-1"], "/v1/loyalty_programs/5/cards/card-1/transactions", "id"),
    ("getLoyaltyProgramProfileTransactions", [5, "p-1"], "/v1/loyalty_programs/5/profile/p-1/transactions", "id"),
    ("getLoyaltyCardPoints", [5, "card-1"], "/v1/loyalty_programs/5/cards/card-1/points", "id"),
    ("getLoyaltyProgramProfilePoints", [5, "p-1"], "/v1/loyalty_programs/5/profile/p-1/points", "id"),
]  # fmt: skip


def count_shapes(document):
    client = dynclient.Client(document, server="http://a.test")
    shapes = Counter()
    for operation in client.operations.values():
        names = {parameter.name for parameter in operation.operation.parameters}
        found = operation.pagination
        if {"pageSize", "skip"} <= names:
            shapes[found and (found.has_more is not None, found.total is not None)] += 1
            assert found is None or (found.certainty, found.items) == ("certain", "/data")
    return shapes


def test_the_shapes_of_the_shipped_document_are_known():
    assert count_shapes(TALON_ONE) == {(True, False): 5, (False, True): 2}


@pytest.mark.skipif(not FULL.exists(), reason="DYNCLIENT_CORPUS names no folder with the document")
def test_the_shapes_of_the_whole_api_are_known():
    # Two operations take `pageSize` and `skip`, and answer with no list.
    assert count_shapes(FULL) == {(True, False): 21, (False, True): 14, (True, True): 11, None: 2}


@pytest.mark.parametrize(("name", "arguments", "collection", "identity"), LISTS)
def test_a_list_of_the_sandbox_comes_whole(name, arguments, collection, identity):
    sandbox = dynclient.Sandbox(TALON_ONE)
    sandbox.state = {"items": {collection: {str(n): {identity: n} for n in range(1, 6)}}}
    client = dynclient.Client(TALON_ONE, transport=sandbox, credentials=CREDENTIALS)
    pages = list(client.pages(name, *arguments, page_size=2))
    items = [item[identity] for page in pages for item in page.items]
    assert (items, len(pages)) == ([1, 2, 3, 4, 5], 3)
