"""`dynclient repl`: a Python console with a client in it."""

from __future__ import annotations

import click

from dynclient.cli import document_option
from dynclient.masking import mask_url


@click.command("repl")
@document_option.add_spec_argument
@click.option("--server", metavar="URL", help="Call this server instead of a sandbox.")
@click.pass_context
def command(ctx: click.Context, spec: str | None, named: str | None, server: str | None) -> None:
    """Open a Python console with a client.

    In it `client` calls the operations of SPEC, on a sandbox unless --server is given.
    """
    from dynclient import repl

    chosen = document_option.choose_spec(spec, named)
    with document_option.open_client(chosen, server, sandbox=server is None) as client:
        ctx.exit(repl.run_console(client, mask_url(server or "the sandbox")))
