"""`dynclient list`: the operations of a document, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_words, document_option
from dynclient.errors import UsageError
from dynclient.names import suggest

if TYPE_CHECKING:
    from dynclient.model import Document, Operation


@click.command("list")
@click.argument("words", nargs=-1, metavar="[SPEC]")
@document_option.add_spec_option
@click.option("--tag", metavar="TAG", help="Only the operations of a tag.")
@click.option(
    "--search", metavar="TEXT", help="Only the operations that speak of TEXT, the best first."
)
@click.option(
    "--json", "is_json", is_flag=True, help="Print a JSON array, with an object for each."
)
def command(
    words: tuple[str, ...],
    spec: str | None,
    tag: str | None,
    search: str | None,
    *,
    is_json: bool,
) -> None:
    """List the operations.

    One line each: name, summary, method and path. No line is cut where the output is piped.
    """
    from dynclient.cli import terminal_output
    from dynclient.description.text_layout import align_columns

    chosen = command_words.choose_single_document(words, spec)
    document = document_option.load_document(chosen)
    found = select_operations(document, tag, search)
    if is_json:
        described = [_describe_operation(operation) for operation in found]
        terminal_output.print_data(described, "application/json")
        return
    if not found:
        is_empty = not document.operations
        terminal_output.print_note(
            "the document has no operations" if is_empty else "no operation fits"
        )
        return
    for line in align_columns(_build_row(operation) for operation in found):
        terminal_output.print_line(line)


def _describe_operation(operation: Operation) -> dict[str, Any]:
    """Return what `--json` prints of an operation."""
    return {
        "name": operation.key,
        "python_name": operation.python_name,
        "method": operation.method,
        "path": operation.path,
        "summary": operation.summary,
        "tags": list(operation.tags),
        "deprecated": operation.deprecated,
    }


def select_operations(document: Document, tag: str | None, search: str | None) -> list[Operation]:
    """Return the operations of a tag, of a search, of both, or all.

    Raises:
        UsageError: no operation has that tag.

    """
    if tag is not None and tag not in document.tags:
        hint = _suggest_tag(document, tag)
        raise UsageError(f"no operation has the tag {tag!r}", hint=hint)
    operations = list(document.operations.values())
    if search is not None:
        from dynclient.client.client import Client

        operations = [bound.operation for bound in Client(document).find(search)]
    if tag is None:
        return operations
    return [one for one in operations if tag in document.list_tags_with_parents(one.tags)]


def _suggest_tag(document: Document, tag: str) -> str:
    """Return a hint that names the tag that was probably meant, else all tags."""
    tags_by_fold = {name.casefold(): name for name in document.tags}
    same_tag = tags_by_fold.get(tag.casefold())
    suggestions = [same_tag] if same_tag else suggest(tag, document.tags, 1)
    if suggestions:
        return f"did you mean {suggestions[0]!r}?"
    return f"tags are {', '.join(document.tags) or 'none'}"


def _build_row(operation: Operation) -> tuple[str, str, str]:
    """Return name, summary, and `METHOD /path` where that is not the name already.

    The path stands last, because it is long, and because it names the operation too.
    """
    from dynclient.display_text import format_one_line

    summary = format_one_line(operation.summary)
    if operation.deprecated:
        summary += " (deprecated)"
    request = f"{operation.method} {operation.path}"
    shown_request = "" if operation.key == request else format_one_line(request)
    return format_one_line(operation.key), summary.strip(), shown_request
