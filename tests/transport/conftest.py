"""Servers that stop at the end of a test, and either kind of client."""

from __future__ import annotations

import pytest
from support.both import BOTH
from support.faulty_server import FaultyServer


@pytest.fixture
def serve():
    """Start servers, and stop them at the end."""
    running = []

    def start(script, **options):
        running.append(FaultyServer(script, **options))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture(params=BOTH, ids=lambda kind: kind.name)
def kind(request):
    """Give either kind of client."""
    return request.param
