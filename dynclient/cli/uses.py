"""`dynclient uses`: the operations that code calls, with their arguments and what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_words, document_option
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.model import Document
    from dynclient.usages import (
        OperationUsage,
        RecordedLine,
        RecordedUsages,
        ResolvedUsage,
        ResolvedUsages,
        UnanalyzedCode,
        UsageAnalysis,
    )


@click.command("uses")
@click.argument("paths", nargs=-1, metavar="[SPEC] PATH...")
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
    from dynclient.description.text_layout import align_columns
    from dynclient.usages import resolve_usages

    documents = [path for path in paths if command_words.is_document_word(path)]
    paths = tuple(path for path in paths if path not in documents)
    spec = command_words.choose_single_document(documents, spec)
    if not paths and used_by is None:
        raise UsageError("nothing to look at", hint="give files or folders, or --used-by FILE")
    analysis = find_usages_in(paths)
    document = document_option.load_document(spec)
    report = _UsesReport(
        document=document,
        analysis=analysis,
        resolved=resolve_usages(analysis.usages, document),
        recorded=read_recorded_usages(used_by, document),
    )
    if form == "json":
        terminal_output.print_ready(terminal_output.format_json(_build_json(report)) + "\n")
        return
    rows = [*_build_usage_rows(report), *_build_recorded_rows(report)]
    for line in align_columns(rows):
        terminal_output.print_line(line)
    for note in _format_notes(report):
        terminal_output.print_note(note)
    terminal_output.print_block(_format_summary(report))


@dataclass(frozen=True)
class _UsesReport:
    """What the command reports.

    Attributes:
        document: the document that the usages are resolved against.
        analysis: what the analysis of the sources found.
        resolved: the usages by the operations of the document.
        recorded: the lines of a recorded list by the operations of the document.

    """

    document: Document
    analysis: UsageAnalysis
    resolved: ResolvedUsages
    recorded: RecordedUsages


def find_usages_in(paths: Sequence[str]) -> UsageAnalysis:
    """Return the usages in files and folders.

    Raises:
        UsageError: one of them does not exist.

    """
    from dynclient.usages import find_usages

    try:
        return find_usages(paths)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file or folder {error}") from None


def read_recorded_usages(path: str | None, document: Document) -> RecordedUsages:
    """Return the operations that a recorded list names; none if there is no list.

    Raises:
        UsageError: the list cannot be read.

    """
    from dynclient.usages import read_recorded_lines, resolve_recorded_lines

    try:
        lines = read_recorded_lines(path) if path is not None else []
        return resolve_recorded_lines(lines, document)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None


# --- as text


def _build_usage_rows(report: _UsesReport) -> Iterator[tuple[str, ...]]:
    usages = report.resolved.usages_by_operation
    for key in report.document.operations:
        for resolved in usages.get(key, ()):
            yield _build_usage_row(key, resolved)


def _build_usage_row(key: str, resolved: ResolvedUsage) -> tuple[str, ...]:
    from dynclient.display_text import format_one_line

    usage = resolved.usage
    place = f"{usage.file}:{usage.line}"
    results = ", ".join(_format_key_path(path) or "(whole)" for path in usage.result_paths)
    cells = (key, place, _format_arguments(resolved), f"→ {results}" if results else "")
    return *map(format_one_line, cells), "" if usage.is_certain else "perhaps"


def _format_arguments(resolved: ResolvedUsage) -> str:
    method = resolved.usage.method if resolved.usage.method != "call" else ""
    arguments = [_format_key_path(path) for path in resolved.argument_paths]
    if resolved.has_other_arguments:
        arguments.append("…")
    return f"{method}({', '.join(arguments)})"


def _format_key_path(path: Sequence[str]) -> str:
    return ".".join(path).replace(".[]", "[]")


def _build_recorded_rows(report: _UsesReport) -> Iterator[tuple[str, ...]]:
    from dynclient.display_text import format_one_line

    for key, lines in report.recorded.lines_by_operation.items():
        count = sum(line.count for line in lines)
        place = f"{lines[0].file}:{lines[0].line}"
        yield format_one_line(key), place, f"recorded × {count}", "", ""


def _format_notes(report: _UsesReport) -> Iterator[str]:
    """Yield what could not be read or belongs to no operation, each with its place."""
    analysis = report.analysis
    for code in (*analysis.unreadable_files, *analysis.dynamic_names):
        yield f"{code.file}:{code.line}:{code.column}: {code.reason}"
    for usage, suggestions in report.resolved.unresolved:
        place = f"{usage.file}:{usage.line}:{usage.column}"
        suggestion = f": did you mean {' or '.join(suggestions)}?" if suggestions else ""
        yield f"{place}: no operation {usage.operation}{suggestion}"
    for line in report.recorded.unmatched:
        text = " ".join(line.text.split())[:200]
        yield f"{line.file}:{line.line}: no operation: {text}"


def _format_summary(report: _UsesReport) -> str:
    from dynclient.display_text import format_count

    resolved, recorded, analysis = report.resolved, report.recorded, report.analysis
    operations = {*resolved.usages_by_operation, *recorded.lines_by_operation}
    operation_count = format_count(len(report.document.operations), "operation")
    usage_count = format_count(len(resolved.usages), "use")
    parts = [
        f"{len(operations)} of {operation_count} used",
        f"{usage_count} in {format_count(analysis.file_count, 'file')}",
    ]
    uncertain = [usage for usage in resolved.usages if not usage.usage.is_certain]
    if uncertain:
        parts.append(f"{len(uncertain)} perhaps")
    exceptions: tuple[tuple[Sequence[object], str, str], ...] = (
        (resolved.unresolved, "use", "of no operation"),
        (analysis.dynamic_names, "name", "known only at run time"),
        (analysis.unreadable_files, "file", "not read"),
        (recorded.unmatched, "recorded line", "of no operation"),
    )
    for items, noun, text in exceptions:
        if items:
            parts.append(f"{format_count(len(items), noun)} {text}")
    return ", ".join(parts)


# --- as JSON


def _build_json(report: _UsesReport) -> dict[str, Any]:
    analysis = report.analysis
    missing = [
        {**_convert_usage(usage), "name": usage.operation, "meant": list(suggestions)}
        for usage, suggestions in report.resolved.unresolved
    ]
    unmatched = [_convert_recorded_line(line) for line in report.recorded.unmatched]
    return {
        "operations": list(_build_operation_entries(report)),
        "missing": missing,
        "nameless": [_convert_unanalyzed_code(code) for code in analysis.dynamic_names],
        "unread": [_convert_unanalyzed_code(code) for code in analysis.unreadable_files],
        "unmatched": unmatched,
        "files": analysis.file_count,
    }


def _build_operation_entries(report: _UsesReport) -> Iterator[dict[str, Any]]:
    """Yield the entry of each operation that is used, in the order of the document."""
    usages = report.resolved.usages_by_operation
    lines = report.recorded.lines_by_operation
    for key, operation in report.document.operations.items():
        if key in usages or key in lines:
            yield {
                "operation": key,
                "method": operation.method,
                "path": operation.path,
                "uses": [_convert_resolved_usage(resolved) for resolved in usages.get(key, ())],
                "recorded": [_convert_recorded_line(line) for line in lines.get(key, ())],
            }


def _convert_usage(usage: OperationUsage) -> dict[str, Any]:
    return {
        "file": usage.file,
        "line": usage.line,
        "column": usage.column,
        "how": usage.naming_form,
        "method": usage.method,
        "certain": usage.is_certain,
    }


def _convert_resolved_usage(resolved: ResolvedUsage) -> dict[str, Any]:
    return {
        **_convert_usage(resolved.usage),
        "arguments": [list(path) for path in resolved.argument_paths],
        "others": resolved.has_other_arguments,
        "results": [list(path) for path in resolved.usage.result_paths],
    }


def _convert_unanalyzed_code(code: UnanalyzedCode) -> dict[str, Any]:
    return {"file": code.file, "line": code.line, "column": code.column, "why": code.reason}


def _convert_recorded_line(line: RecordedLine) -> dict[str, Any]:
    return {"text": line.text, "file": line.file, "line": line.line, "times": line.count}
