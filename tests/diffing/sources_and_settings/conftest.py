"""A repository to stand in, and documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import repos

import dynclient


@pytest.fixture(autouse=True)
def _apart(monkeypatch, tmp_path):
    repos.apart(monkeypatch, tmp_path.parent)
    monkeypatch.setenv("DYNCLIENT_CACHE", "")


@pytest.fixture
def repo(tmp_path, monkeypatch):
    """An empty repository, in which the test stands."""
    made = repos.Repo(tmp_path / "repo")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def load():
    """Load a document from a path."""
    return lambda source: dynclient.load(Path(source))
