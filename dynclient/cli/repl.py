"""`dynclient repl`: a Python console with a client in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_clients, document_option

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
    """Open a Python console with a client.

    In it `client` calls the operations of SPEC, on a sandbox unless a server is named. TAB
    completes operations, arguments, keys and values; `history` writes the session as code.
    """
    from dynclient import repl
    from dynclient.repl.history import SessionSource
    from dynclient.repl.namespace import describe_server

    target = command_clients.choose_target(server, sandbox=sandbox)
    is_sandbox = not target.is_real
    choice = document_option.choose_document(document_option.choose_spec(spec, named))
    client, in_process = _open_client(choice, target)
    source = SessionSource(choice.source, target.server, is_sandbox, choice.overlays)
    with client:
        where = describe_server(client, target.server, is_sandbox=is_sandbox)
        code = repl.run_console(client, where, source=source, sandbox=in_process, startup=startup)
        ctx.exit(code)


def _open_client(
    choice: document_option.DocumentChoice, target: command_clients.CallTarget
) -> tuple[Client, Any]:
    """Return the client of a console, and its sandbox; None for a server."""
    from dynclient.masking import mask_url
    from dynclient.repl.progress_sign import show_progress

    with show_progress(f"loading {mask_url(choice.source)}"):
        document = document_option.load_choice(choice)
    if target.is_real:
        return command_clients.open_real_client(document, choice, target), None
    sandbox = command_clients.build_sandbox(document, choice)
    client = command_clients.open_sandbox_client(document, sandbox)
    return client.with_options(**choice.build_client_options(document)), sandbox
