"""The shipped document on a sandbox, and ways to talk to a sandbox directly."""

from __future__ import annotations

import pytest
from support.sandboxes import TALON_ONE

import dynclient


@pytest.fixture(scope="session")
def talon_one():
    """The shipped document."""
    return dynclient.load(TALON_ONE)


@pytest.fixture
def sandbox(talon_one):
    """A fresh sandbox of the shipped document, with its second opinion."""
    return dynclient.Sandbox(talon_one, second_opinion=True)


@pytest.fixture
def client(talon_one, sandbox):
    """A client of the shipped document on that sandbox, with a credential."""
    return dynclient.Client(
        talon_one, transport=sandbox, credentials={"api_key_v1": "ApiKey-v1 abc"}
    )
