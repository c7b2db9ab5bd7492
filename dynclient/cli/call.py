"""`dynclient call`: one call; the answer on standard output, whatever its status, the judgement on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dynclient.cli import choice
from dynclient.errors import DecodeError, ResponseError, StatusError, UsageError

if TYPE_CHECKING:
    from dynclient.plan.results import Result


@click.command("call")
@click.argument("operation", shell_complete=choice.operation_names)
@click.argument("words", nargs=-1, metavar="[NAME=TEXT | NAME:=JSON]...")
@click.option("--body", metavar="JSON|@FILE|-", help="The whole body: JSON, a file of it (or of YAML), or - for stdin.")
@choice.spec_option
@click.option("--server", metavar="URL", help="Call this server; credentials: $DYNCLIENT_CREDENTIAL_<SCHEME>.")
@click.option("--sandbox", is_flag=True, help="Call a sandbox in this process, with dummy credentials.")
@click.option("--curl", is_flag=True, help="Print the call as a curl command; nothing is sent.")
@click.option("-i", "--include", is_flag=True, help="Print status and headers before the body.")
def command(
    operation: str,
    words: tuple[str, ...],
    body: str | None,
    spec: str | None,
    server: str | None,
    sandbox: bool,
    curl: bool,
    include: bool,
) -> None:
    """Call an OPERATION and print what comes back.

    name=text is a text, or a number, true, false or null where the document wants one; name:=json is JSON. A name is
    spelled as in the document or in snake_case. An array takes its name several times.
    """
    from dynclient.cli.arguments import arguments

    if curl:
        from dynclient.client.client import Client

        if server and sandbox:
            raise UsageError("--server and --sandbox exclude each other", hint="give one")
        shown = Client(choice.document(spec), server=server)[operation]
        click.echo(shown.request(**arguments(shown, words, body)).curl())
        return
    with choice.client(spec, server, sandbox=sandbox) as client:
        called = client[operation]
        try:
            answer(called.send(**arguments(called, words, body)), include=include)
        except ResponseError as error:
            if error.result is not None:
                # What was not decoded is text, whatever its media type says.
                is_raw = isinstance(error, DecodeError | StatusError) and isinstance(error.data, str)
                answer(error.result, include=include, media_type="text/plain" if is_raw else None)
            raise


def answer(result: Result, *, include: bool, media_type: str | None = None) -> None:
    """Print what came back.

    Args:
        result: what came.
        include: whether status and headers come first.
        media_type: what the data are taken for; None: what the response says.

    """
    from dynclient.cli import render

    if include:
        for line in render.head(result):
            click.echo(line)
        click.echo()
    if result.data is None and not result.media_type:
        render.note(f"{result.status}, no body")
    render.data(result.data, result.media_type if media_type is None else media_type)
