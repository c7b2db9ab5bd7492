"""An authorization server of Authlib, an API beside it, and either kind of client."""

from __future__ import annotations

import json

import pytest
from support.authlib_server import AuthlibServer
from support.both import BOTH
from support.faulty_server import FaultyServer, reply


@pytest.fixture(autouse=True)
def _own_tokens(monkeypatch, tmp_path):
    """Keep the tokens of each test apart: servers come back on the ports of others."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def server():
    """Give an authorization server that stops at the end of the test."""
    running = AuthlibServer()
    yield running
    running.close()


@pytest.fixture(params=BOTH, ids=lambda kind: kind.name)
def kind(request):
    """Give either kind of client."""
    return request.param


@pytest.fixture
def serve_document():
    """Serve a document over HTTP: a function of the server's own URL that returns the document."""
    servers = []

    def serve(build):
        server = FaultyServer(lambda _seen: [reply(200, json.dumps(build(server.url)).encode())])
        servers.append(server)
        return f"{server.url}/openapi.json"

    yield serve
    for server in servers:
        server.close()
