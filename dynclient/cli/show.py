"""`dynclient show`: everything a caller wants to know about one operation."""

from __future__ import annotations

import click

from dynclient.cli import command_words, document_option
from dynclient.errors import UsageError


@click.command("show")
@click.argument("words", nargs=-1, metavar="[SPEC] OPERATION")
@document_option.add_spec_option
def command(words: tuple[str, ...], spec: str | None) -> None:
    """Show all of an OPERATION.

    OPERATION is a name, or METHOD and a path. What is shown: signature, arguments, body, results,
    auth, and an example in Python, as a command and in curl.

    A part of the document may take its place: `Item.maker`, `createItem.body.maker`,
    `createItem.200`.
    """
    from dynclient.cli.terminal_output import get_width, print_block
    from dynclient.client.client import Client
    from dynclient.client.topics import format_topic

    sorted_words = command_words.sort_words(words, spec)
    topic = command_words.require_operation(sorted_words)
    if sorted_words.others:
        word = sorted_words.others[0]
        raise UsageError(f"{word!r} is one word too many", hint="name one OPERATION")
    client = Client(document_option.load_document(sorted_words.spec))
    if command_words.is_request(topic):
        topic = command_words.find_operation(client, topic).operation.operation.key
    for line in format_topic(client, topic, get_width()):
        print_block(line)
