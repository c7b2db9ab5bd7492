"""`dynclient check`: what is wrong with a document, with its place, and which lines of code do not fit it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dynclient.cli import choice

if TYPE_CHECKING:
    from dynclient.document.problems import Problem
    from dynclient.model import Document

#: A document with errors leaves like one that cannot be read at all.
INVALID_DOCUMENT = 7

#: The document is in order, and a line of code does not fit it.
MISFIT = 1


@click.command("check")
@choice.spec_argument
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
    from dynclient.cli import render

    document = choice.document(choice.one_of(spec, named))
    problems = sorted(document.problems, key=lambda p: (p.file, p.line or 0, p.column or 0))
    for problem in problems:
        click.echo(render.clean(_line(problem)))
    errors = sum(problem.severity == "error" for problem in problems)
    operations = len(document.operations)
    click.echo(
        f"{render.one_line(_path(document.uri))}: {_count(operations, 'operation')}, "
        f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}"
    )
    fits = _check_used(document, used) if used else True
    ctx.exit(INVALID_DOCUMENT if errors else 0 if fits else MISFIT)


def _check_used(document: Document, paths: tuple[str, ...]) -> bool:
    """Print the lines of code that do not fit a document, then how many there are; tell whether all fit."""
    from dynclient.cli import render
    from dynclient.cli.uses import found_in
    from dynclient.uses import misfits

    found = found_in(paths)
    wrong = misfits(found.uses, document)
    unread = [f"{u.file}:{u.line}:{u.column}: warning: {u.why} [unreadable]" for u in found.unread]
    for line in (*unread, *map(str, wrong)):
        click.echo(render.clean(line))
    errors = sum(misfit.certain for misfit in wrong)
    click.echo(
        f"{render.one_line(', '.join(paths))}: {_count(found.files, 'file')}, {_count(errors, 'error')}, "
        f"{_count(len(wrong) - errors + len(unread), 'warning')}"
    )
    return not errors


def _line(problem: Problem) -> str:
    """Return `file:line: severity: message [code]`, as editors and CI systems read it."""
    at = (
        f"{_path(problem.file)}:{problem.line}"
        if problem.line
        else f"{_path(problem.file)}#{problem.pointer}"
    )
    return f"{at}: {problem.severity}: {' '.join(problem.message.split())} [{problem.code}]"


def _path(uri: str) -> str:
    """Return a file as one names it from the current directory; a URL as it is."""
    from dynclient.document.source import to_path

    if not uri.startswith("file:"):
        return uri
    path = to_path(uri)
    try:
        near = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return near if not near.startswith(os.pardir) else str(Path(path))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
