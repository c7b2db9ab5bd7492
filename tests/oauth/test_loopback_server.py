"""The port to which a browser comes back: one answer, from this machine, with the right state."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from dynclient import errors
from dynclient.oauth.loopback_server import LoopbackServer

STATE = "st4te"


def get(url):
    return httpx.get(url, verify=False)  # a TLS context takes its time


@pytest.fixture
def loopback():
    with LoopbackServer(STATE) as running:
        yield running


def test_the_answer_with_the_right_state_is_taken(loopback):
    page = get(f"{loopback.redirect_uri}?code=c0de&state={STATE}")
    assert (page.status_code, "You are logged in" in page.text) == (200, True)
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-security-policy"] == "default-src 'none'"
    assert loopback.wait(5) == f"/callback?code=c0de&state={STATE}"


@pytest.mark.parametrize(
    "target",
    [
        "/", "/favicon.ico", "/callback", "/callback?code=1", "/callback?code=1&state=wrong", "/callback?state=",
        f"/callback?code=1&state={STATE}&state={STATE}", f"/other?code=1&state={STATE}", f"/callback?state={STATE}x",
        f"/callback?code={'x' * 20_000}&state={STATE}", "/callback?state=%00%ff",
        f"/callback?state={STATE}&code={'x' * 20_000}",
    ],
)  # fmt: skip
def test_what_else_comes_is_turned_away_and_does_not_end_the_login(loopback, target):
    origin = loopback.redirect_uri.removesuffix("/callback")
    assert get(origin + target).status_code == 404
    get(f"{loopback.redirect_uri}?code=c0de&state={STATE}")
    assert loopback.wait(5) == f"/callback?code=c0de&state={STATE}"


def test_other_methods_are_turned_away(loopback):
    assert (
        httpx.post(f"{loopback.redirect_uri}?code=1&state={STATE}", verify=False).status_code == 501
    )
    assert loopback.wait(0) is None


def test_only_the_first_answer_counts(loopback):
    for code in (1, 2):
        get(f"{loopback.redirect_uri}?code={code}&state={STATE}")
    assert loopback.wait(5) == f"/callback?code=1&state={STATE}"


def test_a_browser_that_connects_and_says_nothing_does_not_block_the_login(loopback):
    parts = urlsplit(loopback.redirect_uri)
    with socket.create_connection((parts.hostname, parts.port)):
        get(f"{loopback.redirect_uri}?code=1&state={STATE}")
        assert loopback.wait(5)


def test_it_listens_on_this_machine_only(loopback):
    assert loopback._server.server_address[0] == "127.0.0.1"


def test_a_refusal_says_so(loopback):
    page = get(f"{loopback.redirect_uri}?error=<script>&state={STATE}")
    assert "The login was refused." in page.text
    assert "script" not in page.text


def test_nobody_comes(loopback):
    assert loopback.wait(0) is None


def test_whoever_waits_goes_on_when_it_is_closed(loopback):
    loopback._answer.cancel()
    assert loopback.wait(5) is None


def test_it_prints_nothing(loopback, capfd):
    get(f"{loopback.redirect_uri}?code=c0de&state={STATE}")
    loopback.wait(5)
    assert capfd.readouterr() == ("", "")


def test_a_taken_port_is_a_usage_error(loopback):
    port = urlsplit(loopback.redirect_uri).port
    with pytest.raises(errors.UsageError, match=f"port {port} is taken"):
        LoopbackServer(STATE, port)
