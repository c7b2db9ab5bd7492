"""`dynclient check`: what is wrong with a document, with its place, and which lines of code do not fit it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dynclient.cli import document_option

if TYPE_CHECKING:
    from dynclient.document.problems import Problem
    from dynclient.model import Document

#: A document with errors leaves like one that cannot be read at all.
INVALID_DOCUMENT = 7

#: The document is in order, and a line of code does not fit it.
USAGE_MISMATCH = 1


@click.command("check")
@document_option.add_spec_argument
@click.option(
    "--used",
    metavar="PATH",
    multiple=True,
    help="Python code that has to fit the document; repeatable.",
)
@click.pass_context
def command(ctx: click.Context, spec: str | None, named: str | None, used: tuple[str, ...]) -> None:
    """Check a document, and code against it.

    Every problem on a line with its place, then how many there are. The exit code
    is 0 where there are none or only warnings, 7 where there are errors.

    With --used, also every line of the code that does not fit the document: a
    misspelt operation, an unknown or missing argument, a literal of the wrong type,
    a key that no result has. The code is read, never run. The exit code is 1 where
    there is such a line and the document is in order.
    """
    from dynclient.cli import terminal_output

    document = document_option.load_document(document_option.choose_spec(spec, named))
    problems = sorted(document.problems, key=lambda p: (p.file, p.line or 0, p.column or 0))
    for problem in problems:
        click.echo(terminal_output.escape_controls(_format_problem(problem)))
    errors = sum(problem.severity == "error" for problem in problems)
    operations = len(document.operations)
    click.echo(
        f"{terminal_output.format_one_line(_shorten_uri(document.uri))}: {_format_count(operations, 'operation')}, "
        f"{_format_count(errors, 'error')}, {_format_count(len(problems) - errors, 'warning')}"
    )
    fits = _check_usages(document, used) if used else True
    ctx.exit(INVALID_DOCUMENT if errors else 0 if fits else USAGE_MISMATCH)


def _check_usages(document: Document, paths: tuple[str, ...]) -> bool:
    """Print the lines of code that do not fit a document, then how many there are; tell whether all fit."""
    from dynclient.cli import terminal_output
    from dynclient.cli.uses import find_usages_in
    from dynclient.usages import diagnose_usages

    found = find_usages_in(paths)
    wrong = diagnose_usages(found.usages, document)
    unread = [
        f"{u.file}:{u.line}:{u.column}: warning: {u.reason} [unreadable]"
        for u in found.unreadable_files
    ]
    for line in (*unread, *map(str, wrong)):
        click.echo(terminal_output.escape_controls(line))
    errors = sum(misfit.is_certain for misfit in wrong)
    click.echo(
        f"{terminal_output.format_one_line(', '.join(paths))}: {_format_count(found.file_count, 'file')}, {_format_count(errors, 'error')}, "
        f"{_format_count(len(wrong) - errors + len(unread), 'warning')}"
    )
    return not errors


def _format_problem(problem: Problem) -> str:
    """Return `file:line: severity: message [code]`, as editors and CI systems read it."""
    at = (
        f"{_shorten_uri(problem.file)}:{problem.line}"
        if problem.line
        else f"{_shorten_uri(problem.file)}#{problem.pointer}"
    )
    return f"{at}: {problem.severity}: {' '.join(problem.message.split())} [{problem.code}]"


def _shorten_uri(uri: str) -> str:
    """Return a file as one names it from the current directory; a URL as it is."""
    from dynclient.document.file_loader import to_path

    if not uri.startswith("file:"):
        return uri
    path = to_path(uri)
    try:
        near = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return near if not near.startswith(os.pardir) else str(Path(path))


def _format_count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
