"""`dynclient show`: everything a caller wants to know about one operation."""

from __future__ import annotations

import click

from dynclient.cli import document_option


@click.command("show")
@click.argument("operation", shell_complete=document_option.complete_operation_names)
@document_option.add_spec_option
def command(operation: str, spec: str | None) -> None:
    """Show all of an OPERATION.

    Signature, arguments, body, results, auth, and an example in Python, as a command and in curl.
    A part of the document may take its place: `Item.maker`, `createItem.body.maker`,
    `createItem.200`.
    """
    from dynclient.cli.terminal_output import get_width, print_block
    from dynclient.client.client import Client
    from dynclient.client.topics import format_topic

    client = Client(document_option.load_document(spec))
    for line in format_topic(client, operation, get_width()):
        print_block(line)
