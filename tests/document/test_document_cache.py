"""The cache of parsed documents: what lies in its folder is validated, and never trusted blindly."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from support.processes import MAX_RUN_S

import dynclient
from dynclient.document.cache import document_cache
from dynclient.document.cache.document_cache import (
    MIN_JSON_BYTES,
    CacheEntry,
    DocumentCache,
    open_default_cache,
)
from dynclient.document.text_features import TextFeatures

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and pipes are those of POSIX")

TEXT = (
    "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {/a: {get: {operationId: a}}}\n"
    "x-twice: 1\nx-twice: 2\n" + "# " + "-" * MIN_JSON_BYTES
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


#: The facts of a document without operations.
EMPTY = {
    "problems": [],
    "index": [{"openapi": "3.1.0", "paths": {}}, {}],
    **dict.fromkeys(TextFeatures._fields, False),
}


def _load(path):
    document = dynclient.load(path)
    assert list(document.operations) == ["a"]
    return [problem for problem in document.problems if problem.code == "duplicate-key"]


def _read_entry(cache):
    """Return the facts and the content of the only entry."""
    [entry] = cache.iterdir()
    return document_cache._decode_entry(entry.read_bytes())


def _write_entry(cache, facts, content):
    """Write the only entry anew, with a right checksum."""
    [entry] = cache.iterdir()
    entry.write_bytes(document_cache._encode_entry(CacheEntry(facts, content)))


def test_a_document_is_kept_and_read_again_with_its_problems(cache, path, monkeypatch):
    expected = _load(path)
    assert len(expected) == 1
    monkeypatch.setattr(
        "dynclient.document.text_parser.parse_text", lambda *_: pytest.fail("parsed again")
    )
    assert _load(path) == expected


_PROBLEM = {
    **dict.fromkeys(("severity", "code", "message", "hint", "pointer"), ""),
    "known_line": 1,
    "known_column": 1,
}


@pytest.mark.parametrize(
    "facts",
    [
        {"problems": None}, {"problems": {}}, {"problems": [1]}, {"problems": [{}]}, {"problems": [[]]}, {"problems": [{**_PROBLEM, "place": 1}]},
        {"problems": [{**_PROBLEM, "code": 1}]}, {"problems": [{**_PROBLEM, "known_line": "1"}]}, {"more": 1}, {"may_have_resources": 1},
        {"may_refer_to_files": None}, {"index": 1}, {"index": [{}, {"a": [0, 1]}]}, {"index": [{"a": None}, {"a": [0, 10**9]}]}, {"index": None},
        None, 1, "x", [], {},
    ],
)  # fmt: skip
def test_an_entry_of_the_wrong_shape_counts_as_absent_and_is_replaced(cache, path, facts):
    expected = _load(path)
    good = _read_entry(cache)
    is_change = isinstance(facts, dict) and facts
    _write_entry(cache, {**good.facts, **facts} if is_change else facts, b"{" + good.content)
    assert _load(path) == expected
    assert _read_entry(cache) == good


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[" * 100_000, b"00000000\n", b"\n\n", b"0" * 8 + b"\n" + b"[" * 100_000],
)
def test_a_broken_entry_is_replaced(cache, path, content):
    _load(path)
    [file] = cache.iterdir()
    file.write_bytes(content)
    _load(path)
    assert _read_entry(cache).facts["index"][0]["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("text", "count"), [("{a: 1}", 0), ("a: 1", 1), ("[" + "1," * 9 + "1]", 0)]
)
def test_short_json_is_not_kept_and_yaml_always_is(cache, tmp_path, text, count):
    document = document_cache.open_default_cache()
    document.put(text.encode(), CacheEntry({}, b"1"))
    assert len(list(cache.glob("*"))) == count


def test_small_entries_are_removed_too_in_the_end(cache, monkeypatch):
    monkeypatch.setattr(document_cache, "MAX_FOLDER_BYTES", 1000)
    document = document_cache.open_default_cache()
    for number in range(300):
        document.put(b"a: %d" % number, CacheEntry({}, b"1" * 50))
    assert len(list(cache.iterdir())) < 150


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
    _write_entry(cache, EMPTY, b"{}")
    cache.chmod(mode)
    _load(path)
    assert document_cache._decode_entry(file.read_bytes()).facts == EMPTY
    file.unlink()
    _load(path)
    assert not list(cache.iterdir())


def test_an_entry_that_others_can_write_is_not_used(cache, path):
    _load(path)
    [file] = cache.iterdir()
    _write_entry(cache, EMPTY, b"{}")
    file.chmod(0o666)
    _load(path)
    assert not file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def test_a_folder_that_cannot_be_made_is_no_error(path, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "file" / "cache"))
    _load(path)


@pytest.mark.parametrize("word", ["", "0", "no", "off", "OFF", " off ", "No", "false", "none"])
def test_a_word_switches_the_cache_off(monkeypatch, word, path, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DYNCLIENT_CACHE", word)
    assert open_default_cache() == DocumentCache(None)
    _load(path)
    assert list(tmp_path.iterdir()) == [path]


def test_any_other_value_is_the_folder(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CACHE", "offline")
    assert open_default_cache() == DocumentCache(Path("offline"))


@pytest.mark.parametrize(
    "variables",
    [{}, {"XDG_CACHE_HOME": "/somewhere"}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "relative"}, {"HOME": "/elsewhere"}, {"HOME": ""}, {"HOME": "relative"}],
    ids=str,
)  # fmt: skip
def test_without_the_variable_the_folder_is_that_of_the_platform(monkeypatch, variables):
    monkeypatch.delenv("DYNCLIENT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    folder = Path(platformdirs.user_cache_dir("dynclient", appauthor=False))
    assert open_default_cache() == DocumentCache(folder if folder.is_absolute() else None)


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "ANDROID_ROOT"])
def test_an_unusual_platform_is_left_to_platformdirs(monkeypatch, tmp_path, variable):
    monkeypatch.delenv("DYNCLIENT_CACHE", raising=False)
    monkeypatch.setenv(variable, "anything")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name, appauthor: str(tmp_path / name))
    assert open_default_cache() == DocumentCache(tmp_path / "dynclient")


def test_a_user_without_a_home_has_no_cache(monkeypatch):
    monkeypatch.delenv("DYNCLIENT_CACHE", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name, appauthor: "~/.cache/dynclient")
    assert open_default_cache() == DocumentCache(None)


def test_an_entry_belongs_to_a_text_and_a_version(cache, path, monkeypatch):
    _load(path)
    path.write_text(TEXT.replace("Shop", "Store"))
    assert dynclient.load(path).title == "Store"
    assert len(list(cache.iterdir())) == 2
    monkeypatch.setattr(document_cache, "__version__", "99")
    _load(path)
    assert len(list(cache.iterdir())) == 3


def test_an_entry_is_the_users_alone(cache, path):
    _load(path)
    [file] = cache.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_the_entries_that_were_not_used_for_longest_are_removed(cache, monkeypatch, tmp_path):
    kept = DocumentCache(cache)
    texts = [bytes([65 + i]) * MIN_JSON_BYTES for i in range(4)]
    for age, text in enumerate(texts[:3]):
        kept.put(text, CacheEntry({"n": age}, b"x" * 1000))
        [newest] = [file for file in cache.iterdir() if file.stat().st_mtime > 1e9]
        os.utime(newest, (age, age))
    assert kept.get(texts[0]) is not None  # It is used, so it is the newest.
    monkeypatch.setattr(document_cache, "MAX_FOLDER_BYTES", 3300)
    monkeypatch.setattr(document_cache, "_SMALL_ENTRY_BYTES", 0)
    kept.put(texts[3], CacheEntry({"n": 3}, b"x" * 1000))
    assert [kept.get(text) is not None for text in texts] == [True, False, True, True]


def test_a_temporary_file_that_a_killed_process_left_is_removed(cache, path, monkeypatch):
    monkeypatch.setattr(document_cache, "_SMALL_ENTRY_BYTES", 0)
    cache.mkdir(mode=0o700)
    old, new, foreign = (cache / name for name in ("old.part", "new.part", "notes.txt"))
    for file in (old, new, foreign):
        file.touch()
        os.utime(file, (0, 0) if file is not new else None)
    _load(path)
    assert (old.exists(), new.exists(), foreign.exists()) == (False, True, True)


def test_many_processes_share_a_folder(cache, path):
    code = f"import dynclient; print(list(dynclient.load({str(path)!r}).operations))"
    environment = {**os.environ, "DYNCLIENT_CACHE": str(cache)}
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(6)
    ]  # fmt: skip
    assert {process.communicate(timeout=MAX_RUN_S)[0] for process in processes} == {"['a']\n"}
    assert [file.suffix for file in cache.iterdir()] == [".tree"]


def test_a_damaged_entry_is_found_before_it_is_used(cache, path):
    _load(path)
    [file] = cache.iterdir()
    data = file.read_bytes()
    damaged = data.replace(b'"operationId":"a"', b'"operationId":"b"')
    assert damaged != data
    file.write_bytes(damaged)
    _load(path)
    assert file.read_bytes() == data
