"""A document from the net is kept: asked again at each load, used where it is unchanged."""

from __future__ import annotations

import gzip
import json
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share
from support.faulty_server import CLOSE, RESET, reply

import dynclient
from dynclient import errors
from dynclient.document.cache.document_cache import DocumentCache
from dynclient.transport.downloaded_file import (
    build_downloaded_file,
    read_downloaded_file,
    write_downloaded_file,
)

VALIDATORS = {"etag": 'W/"1"', "last_modified": "Mon, 30 Nov 2026 10:00:00 GMT"}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Use a cache of its own and return its folder."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def build_text(title="first", **fields):
    """Return the text of a document."""
    info = {"title": title, "version": "1"}
    return json.dumps({"openapi": "3.1.0", "info": info, "paths": {}, **fields}).encode()


def load_title(url):
    """Load a document without a warning; return its title."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return dynclient.load(url).title


def answer_in_turn(*answers):
    """Return a script that gives one answer after the other, whatever is asked."""
    turns = [answer if isinstance(answer, list) else [answer] for answer in answers]
    return lambda _seen: turns.pop(0)


@pytest.mark.parametrize("names", [["etag"], ["last_modified"], ["etag", "last_modified"]])
def test_an_unchanged_document_is_not_transferred_again(serve, cache, names):
    validators = {name: VALIDATORS[name] for name in names}
    server = serve(answer_in_turn(reply(200, build_text(), **validators), *[reply(304)] * 2))
    assert [load_title(f"{server.url}/a.json") for _ in range(3)] == ["first"] * 3
    first, *others = server.seen
    sent = {"etag": "if-none-match", "last_modified": "if-modified-since"}
    assert first.header("if-none-match") is first.header("if-modified-since") is None
    for other in others:
        for name, header in sent.items():
            assert other.header(header) == validators.get(name)


def test_a_changed_document_replaces_the_one_that_was_kept(serve, cache):
    first = reply(200, build_text(), etag='"1"')
    second = reply(200, gzip.compress(build_text("second")), content_encoding="gzip", etag='"2"')
    server = serve(answer_in_turn(first, second, reply(304)))
    titles = [load_title(f"{server.url}/a.json") for _ in range(3)]
    assert titles == ["first", "second", "second"]
    assert [seen.header("if-none-match") for seen in server.seen] == [None, '"1"', '"2"']


@pytest.mark.parametrize(
    "away",
    [[CLOSE], [RESET], [reply(200, b"1", 99), CLOSE], [reply(503)], [reply(429)], [reply(500)]],
    ids=str,
)
@pytest.mark.parametrize("validators", [{}, VALIDATORS])
def test_a_document_is_used_with_a_warning_where_its_server_is_away(serve, cache, away, validators):
    server = serve(answer_in_turn(reply(200, build_text(), **validators), away))
    url = f"{server.url}/a.json"
    load_title(url)
    with pytest.warns(errors.StaleDocument, match="what came from there last time is used"):
        assert dynclient.load(url).title == "first"


def test_a_document_is_used_where_nothing_listens_any_more(serve, cache):
    server = serve([reply(200, build_text())])
    url = f"{server.url}/a.json"
    load_title(url)
    server.close()
    with pytest.warns(errors.StaleDocument, match="ConnectError"):
        assert dynclient.load(url).title == "first"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 304])
def test_a_document_that_is_refused_or_gone_is_forgotten(serve, cache, status):
    # 304 without a condition says nothing.
    server = serve(answer_in_turn(reply(200, build_text()), reply(status), CLOSE))
    url = f"{server.url}/a.json"
    load_title(url)
    for _ in range(2):
        with pytest.raises(errors.DocumentNotFound):
            dynclient.load(url)


def test_a_document_that_must_not_be_stored_is_not_kept(serve, cache):
    stored = reply(200, build_text(), etag='"1"')
    unstored = reply(200, build_text(), etag='"1"', cache_control="private, No-Store")
    server = serve(answer_in_turn(stored, unstored, unstored))
    for _ in range(3):
        load_title(f"{server.url}/a.json")
    assert [seen.header("if-none-match") for seen in server.seen] == [None, '"1"', None]


def test_nothing_is_kept_without_a_cache(serve, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CACHE", "off")
    server = serve([reply(200, build_text(), etag='"1"')])
    for _ in range(2):
        load_title(f"{server.url}/a.json")
    assert [seen.header("if-none-match") for seen in server.seen] == [None, None]


def test_a_validator_is_sent_only_to_the_url_that_gave_it(serve, cache):
    places = ["/one.json", "/one.json", "/two.json"]

    def answer(seen):
        if seen.target == "/latest":
            return [reply(302, location=places.pop(0))]
        is_known = seen.header("if-none-match") is not None
        return [reply(304) if is_known else reply(200, build_text(seen.target), etag='"1"')]

    server = serve(answer)
    titles = [load_title(f"{server.url}/latest") for _ in range(3)]
    assert titles == ["/one.json", "/one.json", "/two.json"]
    conditions = {(seen.target, seen.header("if-none-match")) for seen in server.seen}
    assert conditions == {("/latest", None), ("/one.json", None), ("/one.json", '"1"'), ("/two.json", None)}  # fmt: skip


def test_a_file_that_a_document_of_the_net_refers_to_is_kept_too(serve, cache):
    item = {"$ref": "parts.json#/a"}
    texts = {"/a.json": build_text(paths={"/a": item}), "/parts.json": b'{"a": {"get": {}}}'}

    def answer(seen):
        is_known = seen.header("if-none-match") == f'"{seen.target}"'
        return [reply(304) if is_known else reply(200, texts[seen.target], etag=f'"{seen.target}"')]

    server = serve(answer)
    for _ in range(2):
        assert list(dynclient.load(f"{server.url}/a.json").operations) == ["GET /a"]
    assert [seen.header("if-none-match") is not None for seen in server.seen] == [False, False, True, True]  # fmt: skip
    server.close()
    with pytest.warns(errors.StaleDocument) as caught:
        assert list(dynclient.load(f"{server.url}/a.json").operations) == ["GET /a"]
    assert [str(one.message).split(": ")[0] for one in caught] == [f"no document at {server.url}/{name}.json" for name in ("a", "parts")]  # fmt: skip


def test_a_file_that_a_document_on_disk_refers_to_in_the_net_is_kept_too(serve, cache, tmp_path):
    server = serve(answer_in_turn(reply(200, b'{"get": {}}', etag='"1"'), reply(304)))
    path = tmp_path / "a.json"
    path.write_bytes(build_text(paths={"/a": {"$ref": f"{server.url}/item.json"}}))
    for _ in range(2):
        document = dynclient.load(path, allow_references=[server.url])
        assert list(document.operations) == ["GET /a"]


@pytest.mark.parametrize("size", [10, 30_000])
def test_no_credential_of_a_url_is_in_the_folder_of_the_cache(serve, cache, size):
    text = build_text().replace(b'"paths"', b'"x": 1, "x": 2, "y": "%s", "paths"' % (b"-" * size))
    server = serve([reply(200, text, etag='"1"')])
    url = server.url.replace("//", "//user-name:pass-word@") + "/a.json?api_key=query-secret"
    assert "duplicate-key" in [problem.code for problem in dynclient.load(url).problems]
    files = list(cache.iterdir())
    assert files
    for file in files:
        for secret in ("user-name", "pass-word", "query-secret"):
            assert secret not in file.name
            assert secret.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
    server.close()
    with pytest.warns(errors.StaleDocument) as caught:
        dynclient.load(url)
    assert not any(word in str(caught[0].message) for word in ("pass-word", "query-secret"))


def test_urls_that_differ_in_their_credential_do_not_share_a_document(serve, cache):
    server = serve([reply(200, build_text())])
    load_title(f"{server.url}/a.json?token=one")
    server.close()
    with pytest.raises(errors.DocumentNotFound):
        dynclient.load(f"{server.url}/a.json?token=two")


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: data[:-1], lambda data: data.replace(b"first", b"other")],
)
def test_a_damaged_download_is_transferred_again(serve, cache, damage):
    server = serve([reply(200, build_text(), etag='"1"')])
    load_title(f"{server.url}/a.json")
    [file] = cache.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert load_title(f"{server.url}/a.json") == "first"
    assert server.seen[-1].header("if-none-match") is None


@share()
@given(st.text(), st.text(), st.binary(), st.text())
def test_whatever_a_server_says_comes_back_as_it_was_or_not_at_all(
    tmp_path_factory, etag, date, content, url
):
    cache = DocumentCache(tmp_path_factory.getbasetemp() / "downloads")
    file = build_downloaded_file(content, url, {"etag": etag, "last-modified": date})
    write_downloaded_file(cache, url, file)
    assert read_downloaded_file(cache, url) == file
    for value in file.build_conditions(url).values():
        assert value in (etag, date)
        assert value.isascii()
        assert value.isprintable()
