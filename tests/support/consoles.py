"""The names of a console on the sandbox of a document."""

from __future__ import annotations

from pathlib import Path

import dynclient
from dynclient.cli.command_clients import open_sandbox_client
from dynclient.repl.history import SessionSource
from dynclient.repl.namespace import build_namespace

#: Orders with nested bodies, enums and identities.
ORDERS = str(Path(__file__).parent / "orders.yaml")


def open_names(source=ORDERS):
    """Return the namespace of a console on a new sandbox of a document."""
    document = dynclient.load(source)
    sandbox = dynclient.Sandbox(document)
    client = open_sandbox_client(document, sandbox)
    return build_namespace(client, SessionSource(str(source), is_sandbox=True), sandbox)
