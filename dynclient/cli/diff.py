"""`dynclient diff`: what changed between two revisions, and whether a build passes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dynclient.annotations.file_names import shorten_path
from dynclient.cli import document_option
from dynclient.cli.diff_options import (
    DiffOptions,
    add_accepting_options,
    add_judging_options,
    add_report_options,
    add_rules_option,
)
from dynclient.display_text import format_count
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.diffing.accept import AcceptEntry
    from dynclient.diffing.change import Change
    from dynclient.diffing.report.combined import NamedDiff
    from dynclient.diffing.settings import DiffSettings
    from dynclient.diffing.sources.source_pairs import SourcePair
    from dynclient.diffing.usage_filter import Usage
    from dynclient.model import Document
    from dynclient.usages import UsageAnalysis

#: The exit code for changes that let the build fail.
EXIT_CHANGES_FOUND = 1

#: Text is wrapped at the width of the terminal, at most at this one (columns).
MAX_WIDTH = 100


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@document_option.add_overlay_option
@add_report_options
@add_judging_options
@add_accepting_options
@add_rules_option
@document_option.add_profile_document_option
@click.pass_context
def command(ctx: click.Context, /, old: str, new: str | None, **given: Any) -> None:
    """Compare two revisions of a document.

    OLD and NEW are paths, URLs, folders (compared file by file), git:REV:path, or - for stdin. A
    git revision alone, as in `dynclient diff main`, stands for the documents of [tool.dynclient],
    or that of --profile, as they were then, compared with now.

    The exit code is 0 where nothing at the level of --fail-on or above was found, 1 where something
    was, 7 where a document cannot be read.
    """
    from dynclient.diffing import accept, settings

    project = settings.find_settings(Path.cwd())
    options = DiffOptions.of(given, project.options)
    _check_options(options)
    file = accept.find_accept_file(Path.cwd())
    text = accept.read_accept_file(file)
    entries = accept.parse_entries(text, shorten_path(str(file)))

    code = _find_used_code(options)
    pairs = _load_pairs(old, new, project)
    compared = [_compare_pair(pair, options, code) for pair in pairs]
    rated = _apply_settings(compared, project, options, entries)
    explained = [_find_change(rated, fingerprint) for fingerprint in options.explain]
    new_entries = _build_entries(rated, options)
    if new_entries:
        data = accept.add_entries(text, new_entries, shorten_path(str(file)))
        _write_entries(file, data, len(new_entries))
        all_entries = [*entries, *(entry for entry, _ in new_entries)]
        rated = _apply_settings(compared, project, options, all_entries)
    _print_explanations(explained)
    if not explained:
        _print_reports(rated, options)

    unused = _find_unused_entries(entries, compared)
    _print_idle_entries(entries, unused)
    is_failing = _has_failures(rated, options) or (bool(unused) and options.strict_accept)
    ctx.exit(EXIT_CHANGES_FOUND if is_failing else 0)


def _check_options(options: DiffOptions) -> None:
    """Refuse options that do not go together."""
    if options.accept or options.accept_change:
        _check_reason(options)
    elif options.reason or options.until or options.owner:
        raise UsageError("--reason, --until and --owner go with --accept", hint="add --accept")
    if options.explain and options.format != "text":
        raise UsageError("--explain prints text", hint=f"leave out --format {options.format}")
    if options.until and options.until < _get_today():
        raise UsageError(f"--until {options.until} is over", hint="give a day to come")


def _check_reason(options: DiffOptions) -> None:
    if not options.reason or not options.reason.strip():
        name = "--accept" if options.accept else "--accept-change"
        raise UsageError(f"{name} needs a reason", hint="add --reason 'why nobody is hurt'")


def _get_today() -> date:
    return datetime.now(UTC).date()


# --- which documents are compared


def _load_pairs(old: str, new: str | None, project: DiffSettings) -> Iterator[SourcePair]:
    from dynclient.client.source_loader import read_overlays
    from dynclient.diffing.sources import source_pairs

    profile = document_option.find_chosen_profile()
    if new is not None and profile is not None:
        text = "OLD and NEW name the documents, and --profile names another one"
        raise UsageError(text, hint="with --profile, give one git revision, such as main")
    own_spec = profile.spec if profile is not None else None
    spec = own_spec or os.environ.get("DYNCLIENT_SPEC")
    specs = [spec] if spec else list(project.specs)
    names = _choose_overlays(specs if new is None else [old, new], project)
    load, overlays = partial(_load_document, names), read_overlays(names)
    if new is not None:
        return source_pairs.load_pairs(old, new, load, overlays)
    if not specs:
        raise _build_lone_source_error(old)
    return source_pairs.load_project_pairs(old, specs, load, overlays)


def _build_lone_source_error(old: str) -> UsageError:
    """Return the error of a path or revision that is compared with nothing."""
    if os.path.lexists(old):
        return UsageError(f"{old} alone is compared with nothing", hint="dynclient diff OLD NEW")
    hint = 'set spec = "api.yaml" in [tool.dynclient] of pyproject.toml, or give OLD and NEW'
    return UsageError("a revision alone needs to know the documents, and none is named", hint=hint)


def _choose_overlays(sources: list[str], project: DiffSettings) -> tuple[str, ...]:
    """Return the overlays of both revisions: those of a project change its own documents only."""
    own = [Path(spec).absolute() for spec in project.specs]
    is_own = any(Path(source).absolute() in own for source in sources)
    return (*(project.overlays if is_own else ()), *document_option.get_overlays())


def _load_document(overlays: tuple[str, ...], source: str) -> Document:
    choice = document_option.DocumentChoice(source, "--spec", overlays=overlays)
    return document_option.load_choice(choice)


def _compare_pair(pair: SourcePair, options: DiffOptions, code: UsageAnalysis | None) -> NamedDiff:
    from dynclient.diffing import source_diffs
    from dynclient.diffing.diff import diff
    from dynclient.diffing.report.combined import NamedDiff

    if pair.old is None:
        assert pair.new is not None
        usage = _find_usage(options, code, pair.new)
        added = source_diffs.diff_added_document(pair.name, pair.new, options.view, usage)
        return NamedDiff(pair.name, added)

    usage = _find_usage(options, code, pair.old)
    if pair.new is None:
        removed = source_diffs.diff_removed_document(pair.name, pair.old, options.view, usage)
        return NamedDiff(pair.name, removed)
    changes = diff(
        pair.old,
        pair.new,
        view=options.view,
        policies=options.policies,
        used=usage,
        open_enums=options.open_enums,
        tolerant_results=options.tolerant_results,
        docs=options.docs,
    )
    return NamedDiff(pair.name, source_diffs.label_git_revisions(changes, pair.labels))


def _find_used_code(options: DiffOptions) -> UsageAnalysis | None:
    """Return the usages in the code that was named.

    None means that neither code nor a recorded list was named.
    """
    from dynclient.cli.uses import find_usages_in

    if not options.used and not options.used_by:
        return None
    return find_usages_in(options.used)


def _find_usage(options: DiffOptions, code: UsageAnalysis | None, old: Document) -> Usage | None:
    """Return what is used of a document; None means that all of it counts."""
    if code is None:
        return None
    from dynclient.cli.uses import read_recorded_usages
    from dynclient.diffing.usage_filter import Usage
    from dynclient.usages import resolve_usages

    in_code = Usage.from_code(resolve_usages(code.usages, old))
    return in_code | Usage.from_recording(read_recorded_usages(options.used_by, old))


# --- which changes count


def _apply_settings(
    compared: list[NamedDiff],
    project: DiffSettings,
    options: DiffOptions,
    entries: list[AcceptEntry],
) -> list[NamedDiff]:
    from dynclient.diffing import gate
    from dynclient.diffing.report.combined import NamedDiff

    rated = []
    for named in compared:
        diff = gate.apply_levels(named.diff, project.levels, options.unknown)
        diff = gate.mark_accepted(diff, entries, _get_today(), named.name)
        rated.append(NamedDiff(named.name, diff))
    return rated


def _has_failures(rated: list[NamedDiff], options: DiffOptions) -> bool:
    from dynclient.diffing import gate

    return any(gate.find_failing_changes(named.diff, options.fail_on) for named in rated)


def _build_entries(rated: list[NamedDiff], options: DiffOptions) -> list[tuple[AcceptEntry, str]]:
    """Return an entry, and the comment above it, for each change that is accepted now."""
    from dynclient.diffing.accept import AcceptEntry

    entries: dict[tuple[str, str], tuple[AcceptEntry, str]] = {}
    for named, change in _find_accepted_changes(rated, options):
        document = named.name if len(rated) > 1 else ""
        entry = AcceptEntry(
            reason=options.reason or "",
            fingerprint=change.fingerprint,
            document=document,
            until=options.until,
            owner=options.owner or "",
        )
        key = document, entry.fingerprint
        entries.setdefault(key, (entry, _describe_change(change)))
    return list(entries.values())


def _find_accepted_changes(
    rated: list[NamedDiff], options: DiffOptions
) -> Iterator[tuple[NamedDiff, Change]]:
    """Yield the changes that --accept-change names and, with --accept, all that would fail."""
    from dynclient.diffing import gate

    for fingerprint in options.accept_change:
        named, change = _find_change(rated, fingerprint)
        if not change.accepted:
            yield named, change
    if options.accept:
        for named in rated:
            for change in gate.find_failing_changes(named.diff, options.fail_on):
                yield named, change


def _find_change(rated: list[NamedDiff], fingerprint: str) -> tuple[NamedDiff, Change]:
    """Return the change of a fingerprint, or of the first digits of one.

    Raises:
        UsageError: no change has it, or several changes begin so.

    """
    found: dict[str, tuple[NamedDiff, Change]] = {}
    for named in rated:
        for change in named.diff.changes:
            if change.fingerprint.startswith(fingerprint.lower()):
                found.setdefault(change.fingerprint, (named, change))
    if fingerprint and len(found) == 1:
        return next(iter(found.values()))
    if fingerprint and found:
        names = ", ".join(sorted(found))
        raise UsageError(f"{fingerprint!r} begins several fingerprints: {names}")
    raise UsageError(
        f"no change has the fingerprint {fingerprint!r}",
        hint="the report shows the fingerprint of each change in [brackets]",
    )


def _describe_change(change: Change) -> str:
    return " ".join(filter(None, (f"{change.rule}:", change.operation, change.where)))


# --- what is printed and written


def _print_reports(rated: list[NamedDiff], options: DiffOptions) -> None:
    from dynclient.cli.output_files import save_data
    from dynclient.cli.terminal_output import print_ready
    from dynclient.diffing.report.as_text import TextOptions
    from dynclient.diffing.report.combined import ReportOptions, build_report

    text_options = TextOptions(
        width=_find_width(),
        level=options.level,
        has_details=options.verbose,
        footer=_format_footer(rated, options),
    )
    report_options = ReportOptions(text_options, options.fail_on)
    print_ready(build_report(rated, options.format, report_options))
    for form, file in options.output:
        text = build_report(rated, form, report_options)
        save_data(file, text.encode(errors="backslashreplace"), form)


def _find_width() -> int:
    """Return the width of the terminal in columns, at most that of a report."""
    from dynclient.cli.terminal_output import is_terminal

    columns = shutil.get_terminal_size().columns if is_terminal() else MAX_WIDTH
    return min(columns, MAX_WIDTH)


def _format_footer(rated: list[NamedDiff], options: DiffOptions) -> str:
    """Return what the exit code means, and how to explain and accept a change."""
    if not any(named.diff.changes for named in rated):
        return ""
    if options.fail_on == "none":
        return "exit code 0: --fail-on none never fails"
    if not _has_failures(rated, options):
        return f"exit code 0: nothing at --fail-on {options.fail_on} or above"
    return (
        f"exit code 1: changes at --fail-on {options.fail_on} or above; "
        "--explain FINGERPRINT shows the proof of one, "
        "--accept-change FINGERPRINT --reason TEXT accepts one"
    )


def _print_explanations(explained: list[tuple[NamedDiff, Change]]) -> None:
    """Print the changes that were asked for, each with its proof."""
    from dynclient.cli.terminal_output import print_ready
    from dynclient.diffing.report.as_text import render_explanation

    for named, change in explained:
        print_ready(render_explanation(named.diff, change, _find_width()) + "\n")


def _write_entries(file: Path, data: bytes, count: int) -> None:
    from dynclient.cli.output_files import write_file
    from dynclient.cli.terminal_output import print_note

    write_file(file, data)
    entries = format_count(count, "entry", "entries")
    print_note(f"{entries} → {shorten_path(str(file))}")


def _find_unused_entries(
    entries: list[AcceptEntry], compared: list[NamedDiff]
) -> list[AcceptEntry]:
    """Return the entries that match no change of any document."""
    from dynclient.diffing import accept

    changes = [(named.name, change) for named in compared for change in named.diff.changes]
    return accept.find_unused_entries(entries, changes)


def _print_idle_entries(entries: list[AcceptEntry], unused: list[AcceptEntry]) -> None:
    """Print a note on each entry that matches nothing or has expired."""
    from dynclient.cli.terminal_output import print_note
    from dynclient.diffing.accept import ACCEPT_FILE
    from dynclient.display_text import format_one_line

    for entry in entries:
        if entry in unused:
            why = "matches nothing any more"
        elif entry.is_expired(_get_today()):
            why = f"has expired on {entry.until}"
        else:
            continue
        print_note(format_one_line(f"{ACCEPT_FILE}:{entry.line or '?'}: {entry} {why}"))
