"""`dynclient repl`: a Python console with a client in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import document_option
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client


@click.command("repl")
@document_option.add_spec_argument
@click.option("--server", metavar="URL", help="Call this server instead of a sandbox.")
@click.option("--sandbox", is_flag=True, help="Call a sandbox; the default.")
@click.option(
    "--startup",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Run this Python file first.",
)
@click.pass_context
def command(
    ctx: click.Context,
    spec: str | None,
    named: str | None,
    server: str | None,
    sandbox: bool,
    startup: str | None,
) -> None:
    r"""Open a Python console with a client.

    In it `client` calls the operations of SPEC, on a sandbox unless --server is given. TAB
    completes operations, arguments, keys and values; `history` writes the session as code.

    \b
    Examples:
      dynclient repl spec/talon-one/integration.yaml
      dynclient repl api.yaml --server https://api.example --startup setup.py
    """
    from dynclient import repl
    from dynclient.repl.history import SessionSource
    from dynclient.repl.namespace import describe_server

    if server and sandbox:
        raise UsageError("--server and --sandbox exclude each other", hint="give one")
    choice = document_option.choose_document(document_option.choose_spec(spec, named))
    client, in_process = _open_client(choice, server)
    source = SessionSource(choice.source, server, server is None, choice.overlays)
    with client:
        where = describe_server(client, server, is_sandbox=server is None)
        code = repl.run_console(client, where, source=source, sandbox=in_process, startup=startup)
        ctx.exit(code)


def _open_client(choice: document_option.DocumentChoice, server: str | None) -> tuple[Client, Any]:
    """Return the client of a console, and its sandbox; None for a server."""
    from dynclient.client.client import Client

    document = document_option.load_choice(choice)
    if server:
        return Client(document, server=server, excuse=choice.excuse, http=choice.http), None
    from dynclient.sandbox import Sandbox

    sandbox = Sandbox(document)
    client = document_option.open_sandbox_client(document, sandbox)
    return client.with_options(excuse=choice.excuse), sandbox
