"""`dynclient check`: what is wrong with a document, with its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dynclient.cli import choice

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

#: A document with errors leaves like one that cannot be read at all.
INVALID_DOCUMENT = 7


@click.command("check")
@choice.spec_argument
@click.pass_context
def command(ctx: click.Context, spec: str | None, named: str | None) -> None:
    """Check a document.

    Every problem on a line with its place, then how many there are. The exit code
    is 0 where there are none or only warnings, 7 where there are errors.
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
    ctx.exit(INVALID_DOCUMENT if errors else 0)


def _line(problem: Problem) -> str:
    """Return `file:line: severity: message [code]`, as editors and CI systems read it."""
    at = f"{_path(problem.file)}:{problem.line}" if problem.line else f"{_path(problem.file)}#{problem.pointer}"
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
