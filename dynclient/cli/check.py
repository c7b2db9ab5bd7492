"""`dynclient check`: the problems of documents, and the code and recordings that do not fit one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dynclient.cli import document_option
from dynclient.cli.check_recordings import RecordingOptions, check_recordings
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.cli.check_sources import CheckedDocument
    from dynclient.model import Document

#: A document with errors leaves like one that cannot be read at all.
INVALID_DOCUMENT = 7

#: The document is in order, and a line of code, or a recording, does not fit it.
USAGE_MISMATCH = 1

FORMATS = ("text", "json", "github", "sarif")

#: Value of --fail-on -> the severities that fail.
_FAILING = {"error": ("error",), "warning": ("error", "warning")}


@click.command("check")
@click.argument("specs", nargs=-1, metavar="[SPEC]...")
@click.option("--spec", "named", metavar="SPEC", multiple=True, help="The same as SPEC.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    default="text",
    help=f"What is printed: {', '.join(FORMATS)}.",
)
@click.option(
    "--fail-on",
    type=click.Choice(tuple(_FAILING)),
    metavar="SEVERITY",
    default="error",
    help="Fail from here on: error (the default) or warning.",
)
@document_option.add_profile_document_option
@document_option.add_overlay_option
@click.option("--strict", is_flag=True, help="Ask openapi-spec-validator too, as a second opinion.")
@click.option(
    "--used",
    metavar="PATH",
    multiple=True,
    help="Python code that has to fit the document; repeatable.",
)
@click.option(
    "--recorded",
    metavar="HAR",
    multiple=True,
    help="A recording that the document has to describe; repeatable.",
)
@click.option(
    "--baseline", metavar="FILE", help="Drift of the recordings that is known; it may only shrink."
)
@click.option(
    "--write-baseline",
    is_flag=True,
    help="Write the baseline where there is none, else remove what drifts no more.",
)
@click.pass_context
def command(  # noqa: PLR0913 (an option each)
    ctx: click.Context,
    specs: tuple[str, ...],
    named: tuple[str, ...],
    form: str,
    fail_on: str,
    *,
    strict: bool,
    used: tuple[str, ...],
    recorded: tuple[str, ...],
    baseline: str | None,
    write_baseline: bool,
) -> None:
    """Check documents, and code against one.

    A SPEC is a path, a URL, a folder of documents, git:REV:path, or - for standard input. Without
    one, the document of --profile or the documents of [tool.dynclient] are checked.

    Every problem stands on a line: place, severity, code, operation, message and hint. The exit
    code is 7 where a problem is of the severity of --fail-on or above, else 0.

    With --used, also every line of the code that does not fit the document: a misspelt operation,
    an unknown or missing argument, a literal of the wrong type, a key that no result has. The code
    is read, never run. The exit code is 1 where there is such a line and the document is in order.

    With --recorded, also every call and result of a HAR file that the document does not describe;
    the exit code is 1 where there is one that the baseline does not hold, or where the baseline
    holds one that is no more.
    """
    choices = document_option.choose_documents(list(dict.fromkeys((*specs, *named))))
    recordings = RecordingOptions(recorded, baseline, write_baseline)
    recordings.check()
    _check_options(choices, form, used, recordings)
    checked = _check_documents(choices, strict=strict)
    if len(checked) == 1:
        if form == "text" and checked[0].error is not None:
            raise checked[0].error
    elif used or recorded:
        option = "--used" if used else "--recorded"
        raise UsageError(f"{option} goes with one document", hint="give one SPEC")
    is_failing = _has_failures(checked, fail_on)
    _print_report(checked, form, is_failing=is_failing)
    is_conforming = _check_what_uses_it(checked[0].document, used, recordings)
    if is_failing:
        ctx.exit(INVALID_DOCUMENT)
    ctx.exit(0 if is_conforming else USAGE_MISMATCH)


def _check_what_uses_it(
    document: Document | None, used: tuple[str, ...], recordings: RecordingOptions
) -> bool:
    """Print what code and recordings have that a document does not; tell whether all fits it."""
    if document is None:
        return True
    is_conforming = _check_usages(document, used) if used else True
    if recordings.paths:
        is_conforming &= check_recordings(document, recordings)
    return is_conforming


def _check_options(
    choices: Sequence[document_option.DocumentChoice],
    form: str,
    used: Sequence[str],
    recordings: RecordingOptions,
) -> None:
    """Refuse options that do not go together."""
    from dynclient.client.source_loader import STDIN

    if (used or recordings.paths) and form != "text":
        option = "--used" if used else "--recorded"
        raise UsageError(f"{option} prints text", hint=f"leave out --format {form}")
    if [choice.source for choice in choices].count(STDIN) > 1:
        raise UsageError("standard input is read twice")


def _check_documents(
    choices: Sequence[document_option.DocumentChoice], *, strict: bool
) -> list[CheckedDocument]:
    from dynclient.cli.check_sources import load_checked_documents

    checked = [each for choice in choices for each in load_checked_documents(choice)]
    if strict:
        from dynclient.cli.check_second_opinion import add_second_opinion

        checked = [add_second_opinion(each) for each in checked]
    return checked


def _has_failures(checked: Sequence[CheckedDocument], fail_on: str) -> bool:
    from dynclient.cli.check_reports import count_severities

    counts = count_severities(checked)
    return any(counts[severity] for severity in _FAILING[fail_on])


def _print_report(checked: Sequence[CheckedDocument], form: str, *, is_failing: bool) -> None:
    from dynclient.cli import check_reports
    from dynclient.cli.terminal_output import print_block, print_ready

    if form == "text":
        for line in check_reports.render_text(checked):
            print_block(line)
    elif form == "json":
        print_ready(check_reports.render_json(checked, is_failing=is_failing))
    elif form == "github":
        print_ready(check_reports.render_github(checked, is_failing=is_failing))
    else:
        print_ready(check_reports.render_sarif(checked, is_failing=is_failing))


def _check_usages(document: Document, paths: tuple[str, ...]) -> bool:
    """Print the lines of code that do not fit a document; return whether all of them fit."""
    from dynclient.cli.check_reports import format_counts
    from dynclient.cli.terminal_output import print_block
    from dynclient.cli.uses import find_usages_in
    from dynclient.display_text import format_count, format_one_line
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
    counts = format_counts({"error": error_count, "warning": warning_count})
    print_block(f"{format_one_line(', '.join(paths))}: {file_count}, {counts}")
    return not error_count
