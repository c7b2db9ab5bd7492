"""`dynclient list`: the operations of a document, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dynclient.cli import document_option
from dynclient.errors import UsageError
from dynclient.names import suggest

if TYPE_CHECKING:
    from dynclient.model import Document, Operation


@click.command("list")
@document_option.add_spec_option
@click.option("--tag", metavar="TAG", help="Only the operations of a tag.")
@click.option(
    "--search", metavar="TEXT", help="Only the operations that speak of TEXT, the best first."
)
def command(spec: str | None, tag: str | None, search: str | None) -> None:
    """List the operations.

    One line each: name, summary, method and path.
    """
    from dynclient.cli import terminal_output

    document = document_option.load_document(spec)
    found = select_operations(document, tag, search)
    if not found:
        terminal_output.print_note("no operation fits")
        return
    for line in terminal_output.align_columns(_build_row(operation) for operation in found):
        terminal_output.print_line(line)


def select_operations(document: Document, tag: str | None, search: str | None) -> list[Operation]:
    """Return the operations of a tag, of a search, of both, or all.

    Raises:
        UsageError: no operation has that tag.

    """
    if tag is not None and tag not in document.tags:
        by_fold = {name.casefold(): name for name in document.tags}
        meant = by_fold.get(tag.casefold()) or next(iter(suggest(tag, document.tags, 1)), None)
        hint = (
            f"did you mean {meant!r}?"
            if meant
            else f"tags are {', '.join(document.tags) or 'none'}"
        )
        raise UsageError(f"no operation has the tag {tag!r}", hint=hint)
    found = list(document.operations.values())
    if search is not None:
        from dynclient.client.client import Client

        found = [bound.operation for bound in Client(document).find(search)]
    return [operation for operation in found if tag is None or tag in operation.tags]


def _build_row(operation: Operation) -> tuple[str, str, str]:
    """Return name, summary, and `METHOD /path`, which stands last: it is long, and a name of the operation too."""
    from dynclient.cli.terminal_output import format_one_line

    summary = format_one_line(operation.summary) + (" (deprecated)" if operation.deprecated else "")
    return (
        format_one_line(operation.key),
        summary.strip(),
        format_one_line(f"{operation.method} {operation.path}"),
    )
