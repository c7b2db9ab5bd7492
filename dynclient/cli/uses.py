"""`dynclient uses`: which operations code calls, where, with which arguments, and what it reads of their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import document_option
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.model import Document
    from dynclient.usages import (
        OperationUsage,
        RecordedUsages,
        ResolvedUsage,
        ResolvedUsages,
        UsageAnalysis,
    )


@click.command("uses")
@click.argument("paths", nargs=-1, metavar="PATH...")
@document_option.add_spec_option
@click.option(
    "--used-by",
    metavar="FILE",
    help="A recorded list: operation ids, `METHOD /path`, or an access log.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to tell it."
)
def command(paths: tuple[str, ...], spec: str | None, used_by: str | None, form: str) -> None:
    """Find the operations that Python code calls.

    Files and folders are read, never run. One line for each use: operation, place,
    arguments, and what is read of the result; `perhaps` where nobody can tell
    whether it is a client. `dynclient check --used` tells which of them do not fit.
    """
    from dynclient.cli import terminal_output
    from dynclient.usages import resolve_usages

    if not paths and used_by is None:
        raise UsageError("nothing to look at", hint="give files or folders, or --used-by FILE")
    found = find_usages_in(paths)
    document = document_option.load_document(spec)
    resolved, recording = (
        resolve_usages(found.usages, document),
        read_recorded_usages(used_by, document),
    )
    if form == "json":
        click.echo(terminal_output.format_json(_build_json(document, found, resolved, recording)))
        return
    for line in terminal_output.align_columns(
        [*_build_usage_rows(document, resolved), *_build_recorded_rows(recording)]
    ):
        terminal_output.print_line(line)
    for note in _format_notes(found, resolved, recording):
        terminal_output.print_note(terminal_output.escape_controls(note))
    click.echo(_format_summary(document, found, resolved, recording))


def find_usages_in(paths: Sequence[str]) -> UsageAnalysis:
    """Return the uses in files and folders.

    Raises:
        UsageError: one of them does not exist.

    """
    from dynclient.usages import find_usages

    try:
        return find_usages(paths)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file or folder {error}") from None


def read_recorded_usages(path: str | None, document: Document) -> RecordedUsages:
    """Return the operations that a recorded list names; none where there is no list.

    Raises:
        UsageError: the list cannot be read.

    """
    from dynclient.usages import read_recorded_lines, resolve_recorded_lines

    try:
        return resolve_recorded_lines(
            read_recorded_lines(path) if path is not None else [], document
        )
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None


# --- as text


def _build_usage_rows(document: Document, resolved: ResolvedUsages) -> Iterator[tuple[str, ...]]:
    from dynclient.cli.terminal_output import format_one_line

    operations = resolved.usages_by_operation
    for key in document.operations:
        for used in operations.get(key, ()):
            use = used.usage
            results = ", ".join(_format_key_path(path) or "(whole)" for path in use.result_paths)
            cells = (
                key,
                f"{use.file}:{use.line}",
                _format_arguments(used),
                f"→ {results}" if results else "",
            )
            yield *map(format_one_line, cells), "" if use.is_certain else "perhaps"


def _format_arguments(used: ResolvedUsage) -> str:
    method = used.usage.method if used.usage.method != "call" else ""
    given = [_format_key_path(path) for path in used.argument_paths] + (
        ["…"] if used.has_other_arguments else []
    )
    return f"{method}({', '.join(given)})"


def _format_key_path(path: Sequence[str]) -> str:
    return ".".join(path).replace(".[]", "[]")


def _build_recorded_rows(recording: RecordedUsages) -> Iterator[tuple[str, ...]]:
    from dynclient.cli.terminal_output import format_one_line

    for key, lines in recording.lines_by_operation.items():
        times = sum(line.count for line in lines)
        yield (
            format_one_line(key),
            f"{lines[0].file}:{lines[0].line}",
            f"recorded × {times}",
            "",
            "",
        )


def _format_notes(
    found: UsageAnalysis, resolved: ResolvedUsages, recording: RecordedUsages
) -> Iterator[str]:
    """Yield what could not be read or is of no operation, each with its place."""
    for unread in (*found.unreadable_files, *found.dynamic_names):
        yield f"{unread.file}:{unread.line}:{unread.column}: {unread.reason}"
    for use, suggestions in resolved.unresolved:
        meant = f": did you mean {' or '.join(suggestions)}?" if suggestions else ""
        yield f"{use.file}:{use.line}:{use.column}: no operation {use.operation}{meant}"
    for line in recording.unmatched:
        yield f"{line.file}:{line.line}: no operation: {' '.join(line.text.split())[:200]}"


def _format_summary(
    document: Document, found: UsageAnalysis, resolved: ResolvedUsages, recording: RecordedUsages
) -> str:
    used = len({*resolved.usages_by_operation, *recording.lines_by_operation})
    perhaps = sum(not used.usage.is_certain for used in resolved.usages)
    told = [
        f"{used} of {format_count(len(document.operations), 'operation')} used",
        f"{format_count(len(resolved.usages), 'use')} in {format_count(found.file_count, 'file')}",
        *([f"{perhaps} perhaps"] if perhaps else []),
        *(
            [f"{format_count(len(resolved.unresolved), 'use')} of no operation"]
            if resolved.unresolved
            else []
        ),
        *(
            [f"{format_count(len(found.dynamic_names), 'name')} known only at run time"]
            if found.dynamic_names
            else []
        ),
        *(
            [f"{format_count(len(found.unreadable_files), 'file')} not read"]
            if found.unreadable_files
            else []
        ),
        *(
            [f"{format_count(len(recording.unmatched), 'recorded line')} of no operation"]
            if recording.unmatched
            else []
        ),
    ]
    return ", ".join(told)


def format_count(number: int, noun: str) -> str:
    """Return `1 use`, `2 uses`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- as JSON


def _build_json(
    document: Document, found: UsageAnalysis, resolved: ResolvedUsages, recording: RecordedUsages
) -> dict[str, Any]:
    operations = resolved.usages_by_operation
    return {
        "operations": [
            {
                "operation": key,
                "method": operation.method,
                "path": operation.path,
                "uses": [_convert_usage(used.usage, used) for used in operations.get(key, ())],
                "recorded": [
                    _convert_line(line) for line in recording.lines_by_operation.get(key, ())
                ],
            }
            for key, operation in document.operations.items()
            if key in operations or key in recording.lines_by_operation
        ],
        "missing": [
            {**_convert_usage(use), "name": use.operation, "meant": list(meant)}
            for use, meant in resolved.unresolved
        ],
        "nameless": [vars(place) for place in found.dynamic_names],
        "unread": [vars(place) for place in found.unreadable_files],
        "unmatched": [_convert_line(line) for line in recording.unmatched],
        "files": found.file_count,
    }


def _convert_usage(use: OperationUsage, used: ResolvedUsage | None = None) -> dict[str, Any]:
    told = {
        name: getattr(use, name) for name in ("file", "line", "column", "how", "method", "certain")
    }
    if used is None:
        return told
    return {
        **told,
        "arguments": [list(path) for path in used.argument_paths],
        "others": used.has_other_arguments,
        "results": [list(path) for path in use.result_paths],
    }


def _convert_line(line: Any) -> dict[str, Any]:
    return dict(vars(line))
