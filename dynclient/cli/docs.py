"""`dynclient docs`: the Markdown reference of a document, in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from dynclient.cli import document_option
from dynclient.errors import UsageError


@click.command("docs")
@document_option.add_spec_argument
@click.option(
    "--out",
    metavar="DIR",
    required=True,
    help="The folder to write to; it is made where there is none.",
)
def command(spec: str | None, named: str | None, out: str) -> None:
    """Write the reference of a document as Markdown.

    README.md lists the operations; each tag has a page with the signature, an example,
    parameters, return type, authorization, content types and status codes of each of its
    operations. The same document gives the same pages.
    """
    from dynclient.api_reference import build_reference
    from dynclient.cli.output_files import write_file
    from dynclient.cli.terminal_output import print_block

    document = document_option.load_document(document_option.choose_spec(spec, named))
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made a folder: {error.strerror or error}") from None
    for name, text in build_reference(document).items():
        write_file(folder / name, text.encode())
        print_block(str(folder / name))
