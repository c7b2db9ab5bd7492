"""`dynclient check`: the problems of a document, and the lines of code that do not fit it."""

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
    from dynclient.cli.terminal_output import format_count, print_block

    document = document_option.load_document(document_option.choose_spec(spec, named))
    problems = sorted(document.problems, key=_build_problem_order)
    for problem in problems:
        print_block(_format_problem(problem))
    error_count = sum(problem.severity == "error" for problem in problems)
    operation_count = format_count(len(document.operations), "operation")
    counts = _format_counts(error_count, len(problems) - error_count)
    _print_summary(_shorten_uri(document.uri), f"{operation_count}, {counts}")

    is_conforming = _check_usages(document, used) if used else True
    if error_count:
        ctx.exit(INVALID_DOCUMENT)
    ctx.exit(0 if is_conforming else USAGE_MISMATCH)


def _check_usages(document: Document, paths: tuple[str, ...]) -> bool:
    """Print the lines of code that do not fit a document; return whether all of them fit."""
    from dynclient.cli.terminal_output import format_count, print_block
    from dynclient.cli.uses import find_usages_in
    from dynclient.usages import diagnose_usages

    analysis = find_usages_in(paths)
    diagnostics = diagnose_usages(analysis.usages, document)
    unreadable = [
        f"{code.file}:{code.line}:{code.column}: warning: {code.reason} [unreadable]"
        for code in analysis.unreadable_files
    ]
    for line in (*unreadable, *map(str, diagnostics)):
        print_block(line)
    error_count = sum(diagnostic.is_certain for diagnostic in diagnostics)
    warning_count = len(diagnostics) - error_count + len(unreadable)
    file_count = format_count(analysis.file_count, "file")
    counts = _format_counts(error_count, warning_count)
    _print_summary(", ".join(paths), f"{file_count}, {counts}")
    return not error_count


def _print_summary(subject: str, text: str) -> None:
    from dynclient.cli.terminal_output import format_one_line, print_block

    print_block(f"{format_one_line(subject)}: {text}")


def _format_counts(error_count: int, warning_count: int) -> str:
    from dynclient.cli.terminal_output import format_count

    return f"{format_count(error_count, 'error')}, {format_count(warning_count, 'warning')}"


def _build_problem_order(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line or 0, problem.column or 0


def _format_problem(problem: Problem) -> str:
    """Return `file:line: severity: message [code]`, as editors and CI systems read it."""
    file = _shorten_uri(problem.file)
    at = f"{file}:{problem.line}" if problem.line else f"{file}#{problem.pointer}"
    return f"{at}: {problem.severity}: {' '.join(problem.message.split())} [{problem.code}]"


def _shorten_uri(uri: str) -> str:
    """Return a file as one names it from the current directory; a URL as it is."""
    from dynclient.document.file_loader import to_path
    from dynclient.masking import mask_url

    if not uri.startswith("file:"):
        return mask_url(uri)
    path = to_path(uri)
    try:
        near = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return near if not near.startswith(os.pardir) else str(Path(path))
