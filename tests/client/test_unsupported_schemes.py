"""A security scheme that cannot be put on a request concerns only the operations that need it, when they are called."""

from __future__ import annotations

import asyncio

import pytest
from support.documents import Server, document, operation

import dynclient
from dynclient import errors

SCHEMES = {
    "dsn": {"type": "http", "scheme": "dsn"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "odd": {"type": "apiKey", "in": "body", "name": "k"},
}
REQUIREMENTS = {
    "either": [{"dsn": []}, {"key": []}],
    "key": [{"key": []}],
    "none": [],
    "optional": [{"dsn": []}, {}],
    "dsn": [{"dsn": []}],
    "both": [{"dsn": [], "key": []}],
    "odd": [{"odd": []}],
}
SOURCE = document(
    {
        f"/{name}": {"get": operation(operationId=name, security=security)}
        for name, security in REQUIREMENTS.items()
    },
    components={"securitySchemes": SCHEMES},
)
CREDENTIALS = {"dsn": "secret-dsn", "key": "secret-key", "odd": "secret-odd"}


def call(name, credentials, **options):
    """Call an operation by both clients; return the requests, or the error of both."""
    servers = [Server(), Server()]

    async def run():
        async with dynclient.AsyncClient(
            SOURCE, credentials=credentials, transport=servers[1], **options
        ) as client:
            await client[name]()

    with dynclient.Client(
        SOURCE, credentials=credentials, transport=servers[0], **options
    ) as client:
        try:
            client[name]()
        except errors.UsageError as error:
            with pytest.raises(type(error), match="nothing was sent"):
                asyncio.run(run())
            assert not servers[0].seen
            assert not servers[1].seen
            return error
    asyncio.run(run())
    for server in servers:
        assert len(server.seen) == 1
    return servers[0].last


@pytest.mark.parametrize("name", ["either", "key"])
def test_another_alternative_is_sent(name):
    request = call(name, CREDENTIALS)
    assert request.headers["x-key"] == "secret-key"
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", ["none", "optional"])
def test_without_need_nothing_is_sent(name):
    request = call(name, CREDENTIALS)
    assert "x-key" not in request.headers
    assert "authorization" not in request.headers


@pytest.mark.parametrize(("name", "scheme"), [("dsn", "dsn"), ("both", "dsn"), ("odd", "odd")])
def test_an_operation_without_another_alternative_is_refused_when_it_is_called(name, scheme):
    error = call(name, CREDENTIALS)
    assert f"the security scheme {scheme!r}" in str(error)
    assert "cannot be put on a request; nothing was sent" in str(error)
    assert "with_options(headers=" in error.hint
    assert "secret" not in str(error)


@pytest.mark.parametrize("name", ["dsn", "both"])
def test_without_its_credential_it_is_missing_as_ever(name):
    error = call(name, {})
    assert isinstance(error, errors.CredentialsMissing)
    assert "with_options(headers=" in error.hint


def test_the_callers_own_header_is_sent():
    request = call("dsn", CREDENTIALS, headers={"Authorization": "DSN x"})
    assert request.headers["authorization"] == "DSN x"
    assert call("dsn", {}, headers={"Authorization": "DSN x"}).headers["authorization"] == "DSN x"


def test_curl_shows_what_would_be_sent():
    client = dynclient.Client(SOURCE, credentials=CREDENTIALS, transport=Server())
    either, dsn = client["either"].request().curl(), client["dsn"].request().curl()
    assert "-H 'X-Key: '\"$DYNCLIENT_CREDENTIAL_KEY\"" in either
    assert "CREDENTIAL_DSN" not in either
    assert "-H 'Authorization: '\"$DYNCLIENT_CREDENTIAL_DSN\"" in dsn
    assert "CREDENTIAL" not in client["optional"].request().curl()
    assert "CREDENTIAL" not in client["none"].request().curl()


def test_a_credential_in_the_environment_refuses_no_other_operation(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_DSN", "secret-dsn")
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "secret-key")
    request = call("either", {}, server="https://api.example.com")
    assert request.headers["x-key"] == "secret-key"
