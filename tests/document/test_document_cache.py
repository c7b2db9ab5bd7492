"""The cache of parsed documents: what lies in its folder is validated, and never trusted blindly."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

import dynclient
from dynclient.document.document_cache import MIN_BYTES, DocumentCache, open_default_cache

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and pipes are those of POSIX")

TEXT = (
    "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {/a: {get: {operationId: a}}}\n"
    "x-twice: 1\nx-twice: 2\n" + "# " + "-" * MIN_BYTES
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Use a cache of its own and return its folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DYNCLIENT_CACHE", str(folder))
    return folder


@pytest.fixture
def path(tmp_path):
    """Write a document that is large enough for the cache."""
    path = tmp_path / "api.yaml"
    path.write_text(TEXT)
    return path


def _load(path):
    document = dynclient.load(path)
    assert list(document.operations) == ["a"]
    return [problem for problem in document.problems if problem.code == "duplicate-key"]


def _read_entry(cache):
    [entry] = cache.iterdir()
    return json.loads(entry.read_bytes())


def test_a_document_is_kept_and_read_again_with_its_problems(cache, path, monkeypatch):
    expected = _load(path)
    assert len(expected) == 1
    monkeypatch.setattr("dynclient.document.yaml12.parse", lambda *_: pytest.fail("parsed again"))
    assert _load(path) == expected


_PROBLEM = {
    **dict.fromkeys(("severity", "code", "message", "hint", "pointer", "file"), ""),
    "known_line": 1,
    "known_column": 1,
}


@pytest.mark.parametrize(
    "entry",
    [
        None, 1, "x", [], {}, {"tree": {}}, {"tree": {}, "problems": None}, {"tree": {}, "problems": {}},
        {"tree": {}, "problems": [1]}, {"tree": {}, "problems": [{}]}, {"tree": {}, "problems": [[]]},
        {"tree": {}, "problems": [{**_PROBLEM, "place": 1}]}, {"tree": {}, "problems": [{**_PROBLEM, "code": 1}]},
        {"tree": {}, "problems": [{**_PROBLEM, "known_line": "1"}]}, {"tree": {}, "problems": [], "more": 1},
    ],
)  # fmt: skip
def test_an_entry_of_the_wrong_shape_counts_as_absent_and_is_replaced(cache, path, entry):
    expected = _load(path)
    good = _read_entry(cache)
    [file] = cache.iterdir()
    file.write_text(json.dumps(entry))
    assert _load(path) == expected
    assert _read_entry(cache) == good


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_broken_entry_is_replaced(cache, path, content):
    _load(path)
    [file] = cache.iterdir()
    file.write_bytes(content)
    _load(path)
    assert _read_entry(cache)["tree"]["openapi"] == "3.1.0"


def test_a_pipe_in_the_place_of_an_entry_does_not_block(cache, path):
    _load(path)
    [file] = cache.iterdir()
    file.unlink()
    os.mkfifo(file)
    _load(path)
    assert file.is_file()


def test_a_link_in_the_place_of_an_entry_is_not_followed(cache, path, tmp_path):
    _load(path)
    [file] = cache.iterdir()
    elsewhere = tmp_path / "elsewhere.json"
    file.rename(elsewhere)
    before = elsewhere.read_bytes()
    file.symlink_to(elsewhere)
    _load(path)
    assert not file.is_symlink()
    assert elsewhere.read_bytes() == before


def test_an_entry_that_cannot_be_replaced_leaves_no_temporary_file(cache, path):
    _load(path)
    [file] = cache.iterdir()
    file.unlink()
    file.mkdir()
    (file / "occupied").touch()
    for _ in range(3):
        _load(path)
    assert list(cache.iterdir()) == [file]


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_can_write_is_not_used(cache, path, mode):
    _load(path)
    [file] = cache.iterdir()
    file.write_text('{"tree": {"openapi": "3.1.0", "paths": {}}, "problems": []}')
    cache.chmod(mode)
    _load(path)
    assert "paths" in file.read_text()
    file.unlink()
    _load(path)
    assert not list(cache.iterdir())


def test_an_entry_that_others_can_write_is_not_used(cache, path):
    _load(path)
    [file] = cache.iterdir()
    file.write_text('{"tree": {"openapi": "3.1.0", "paths": {}}, "problems": []}')
    file.chmod(0o666)
    _load(path)
    assert not file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def test_a_folder_that_cannot_be_made_is_no_error(path, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "file" / "cache"))
    _load(path)


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "LOCALAPPDATA"])
@pytest.mark.parametrize("value", ["", "cache", "./cache", "../cache", "~/cache"])
def test_a_relative_folder_of_the_platform_is_ignored(monkeypatch, tmp_path, name, value):
    for each in ("DYNCLIENT_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert open_default_cache() == DocumentCache(tmp_path / ".cache" / "dynclient")
    monkeypatch.setenv(name, str(tmp_path / "x"))
    assert open_default_cache() == DocumentCache(tmp_path / "x" / "dynclient")
