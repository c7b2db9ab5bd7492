"""Tokens on disk: the user's alone, found by the next process, and never trusted when damaged."""

from __future__ import annotations

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.authlib_server import CLIENT_ID, CLIENT_SECRET
from support.effort import share
from support.oauth_documents import Browser, build_document

import dynclient
from dynclient import errors, oauth
from dynclient.oauth.access_token import AccessToken
from dynclient.oauth.token_cache import TokenCache, TokenKey, open_token_cache

KEY = TokenKey("client", "https://auth.test/token", "tool", ("read", "write"))
TOKEN = AccessToken("t0ken", 2000.5, "r3fresh")


@pytest.fixture
def cache(tmp_path):
    return TokenCache(tmp_path / "tokens", "s3cret")


def find_files(tmp_path):
    return sorted((tmp_path / "cache" / "tokens").glob("*"))


def call(server, **options):
    provider = oauth.ClientCredentials(**{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **options})  # fmt: skip
    with dynclient.Client(build_document(server.url), credentials={"oauth": provider}) as client:
        return client.run.send()


def test_the_next_process_finds_the_token_of_the_last_one(server):
    call(server), call(server)
    assert server.requests["/token"] == 1


def test_a_token_is_the_users_alone(server, tmp_path):
    call(server)
    (file,) = find_files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert CLIENT_SECRET not in file.read_text()


@pytest.mark.parametrize(
    "other",
    [{"scopes": "write"}, {"parameters": {"audience": "a"}}, {"client_id": "tool2"}],
    ids=str,
)
def test_another_client_scope_or_audience_has_another_token(server, tmp_path, other):
    server.clients["tool2"] = server.clients[CLIENT_ID]
    call(server)
    server.clients["tool2"].client_id = other.get("client_id", CLIENT_ID)
    call(server, **other)
    assert server.requests["/token"] == 2
    assert len(find_files(tmp_path)) == 2


def test_whoever_does_not_know_the_secret_gets_no_token_of_the_file(server):
    call(server)
    with pytest.raises(errors.TokenUnavailable):
        call(server, client_secret="wr0ng")


def test_without_cache_nothing_is_written(server, tmp_path, monkeypatch):
    call(server, cache=False)
    monkeypatch.setenv("DYNCLIENT_CACHE", "off")
    call(server)
    assert find_files(tmp_path) == []
    assert server.requests["/token"] == 2


def test_a_person_who_logged_in_is_known_to_the_next_process(server):
    browser = Browser()
    for _ in range(2):
        provider = oauth.AuthorizationCode(client_id="public", open_browser=browser)
        with dynclient.Client(build_document(server.url), credentials={"oauth": provider}) as client:  # fmt: skip
            client.run()
    assert len(browser.urls) == 1


def test_two_processes_with_one_refresh_token_do_not_log_each_other_out(server):
    browser, source = Browser(), build_document(server.url)

    def build_client():
        provider = oauth.AuthorizationCode(client_id="public", open_browser=browser)
        return dynclient.Client(source, credentials={"oauth": provider})

    with build_client() as one, build_client() as two:
        one.run(), two.run()
        server.refused.update(server.tokens)
        one.run()  # the refresh token of both is used up
        two.run()
    assert len(browser.urls) == 1


def test_a_token_is_read_as_it_was_written(cache):
    cache.write(KEY, TOKEN)
    assert cache.read(KEY) == TOKEN
    assert cache.read(KEY._replace(scopes=("write", "read"))) == TOKEN
    assert cache.read(KEY._replace(scopes=("read",))) is None
    assert cache._replace(bound_secret="other").read(KEY) is None
    assert cache.remove(KEY)
    assert not cache.remove(KEY)
    assert cache.read(KEY) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_counts_as_absent(cache, mode):
    cache.write(KEY, TOKEN)
    cache.find_file(KEY).chmod(mode)
    assert cache.read(KEY) is None


def test_a_link_or_pipe_in_the_place_of_a_token_is_not_read(cache, tmp_path):
    cache.write(KEY, TOKEN)
    file = cache.find_file(KEY)
    moved = file.rename(tmp_path / "moved")
    file.symlink_to(moved)
    assert cache.read(KEY) is None
    file.unlink()
    os.mkfifo(file, 0o600)
    assert cache.read(KEY) is None


def test_a_folder_that_others_can_write_is_not_used(cache):
    cache.folder.mkdir()
    cache.folder.chmod(0o777)
    cache.write(KEY, TOKEN)
    assert not cache.find_file(KEY).exists()


def test_a_folder_that_cannot_be_written_is_no_error(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "file"))
    assert call(server).status == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4
)
FIELDS = ("access_token", "refresh_token", "renew_at", "bound")


@share(1)
@given(st.binary() | st.dictionaries(st.sampled_from(FIELDS), JSON).map(lambda d: json.dumps(d).encode()))  # fmt: skip
def test_a_damaged_file_counts_as_absent(tmp_path_factory, data):
    cache = TokenCache(tmp_path_factory.getbasetemp() / "damaged", "s3cret")
    cache.write(KEY, TOKEN)
    cache.find_file(KEY).write_bytes(data)
    assert cache.read(KEY) is None


@share(1)
@given(st.sampled_from(FIELDS), JSON)
def test_a_file_with_a_changed_field_is_a_token_or_absent(tmp_path_factory, name, value):
    cache = TokenCache(tmp_path_factory.getbasetemp() / "changed", "s3cret")
    cache.write(KEY, TOKEN)
    file = cache.find_file(KEY)
    file.write_text(json.dumps({**json.loads(file.read_bytes()), name: value}))
    token = cache.read(KEY)
    assert token is None or (token.text == "t0ken" and isinstance(token.refresh_token, str))


def test_no_repr_tells_the_secret():
    assert "s3cret" not in repr(open_token_cache("s3cret"))
    assert "t0ken" not in repr(TOKEN)
    assert "r3fresh" not in repr(TOKEN)
