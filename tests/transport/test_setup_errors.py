"""Whatever the environment says of proxies and certificates: a typed error, without a password."""

from __future__ import annotations

import os

import pytest
from support.both import document

import dynclient
from dynclient import errors
from dynclient.transport.http_library import get_tls_context

HINT = "\n  hint: look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE"
NO_PROXY_URL = "a variable for proxies holds no URL of a proxy"

#: Variables of the environment → what the message says.
ENVIRONMENTS = {
    "no host": ({"HTTP_PROXY": "http://usr:pl4nted@[::bad"}, NO_PROXY_URL),
    "a port that is none": ({"HTTP_PROXY": "http://usr:pl/4nted@127.0.0.1:1"}, NO_PROXY_URL),
    "no URL": ({"HTTP_PROXY": "::::"}, NO_PROXY_URL),
    "an unknown scheme": ({"ALL_PROXY": "ftp://usr:pl4nted@x"}, NO_PROXY_URL),
    "exceptions that are none": (
        {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "[::"},
        NO_PROXY_URL,
    ),
    "no certificates": ({"SSL_CERT_FILE": "/nowhere"}, "[Errno 2] No such file or directory"),
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)
    get_tls_context.cache_clear()
    yield
    get_tls_context.cache_clear()


@pytest.mark.parametrize(("variables", "reason"), ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_an_environment_that_no_connection_can_use_is_a_typed_error(
    monkeypatch, kind, variables, reason
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(errors.UsageError) as caught:
        kind.send(document(), server="http://api.test")
    assert str(caught.value) == f"no connection can be set up: {reason}; nothing was sent{HINT}"
    with pytest.raises(errors.UsageError):
        dynclient.load("http://api.test/openapi.json")


def test_a_proxy_that_needs_a_package_names_it(monkeypatch, kind):
    pytest.importorskip("httpx")
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(errors.UsageError, match="the 'socksio' package is not installed"):
        kind.send(document(), server="http://api.test")


@pytest.mark.parametrize(
    "url", ["ftp://a.test/x", "http://a.test:99999/x", "http://[::/x", "//a.test", "", "http:///x"]
)
def test_a_request_whose_url_is_none_is_a_usage_error(url):
    client = dynclient.Client(document(), server="http://api.test")
    request = type(client.run.request())("GET", url, client.run.request().headers)
    with pytest.raises(errors.UsageError) as caught:
        client.run.send(request)
    assert str(caught.value) == f"run: {url!r} is no http(s) URL; nothing was sent"
