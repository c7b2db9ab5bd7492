"""`dynclient diff`: what changed between two revisions, whom it breaks, and whether that lets a build pass."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dynclient.cli import document_option
from dynclient.diffing.change import LEVELS
from dynclient.diffing.gate import UNKNOWN_POLICIES
from dynclient.diffing.settings import ALL_POLICIES, FORMATS, POLICIES, VIEWS
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.diffing.accept import AcceptEntry
    from dynclient.diffing.change import Change, Level
    from dynclient.diffing.diff import Diff
    from dynclient.diffing.report.combined import NamedDiff
    from dynclient.diffing.settings import DiffSettings
    from dynclient.diffing.sources.source_pairs import SourcePair
    from dynclient.diffing.usage_filter import Usage
    from dynclient.model import Document
    from dynclient.usages import UsageAnalysis

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

#: Something was found that lets the build fail.
EXIT_CHANGES_FOUND = 1

#: Prose is wrapped at the terminal's width, at most at this one.
MAX_WIDTH = 100

_DEFAULTS: Mapping[str, Any] = {
    "view": "both",
    "fail_on": "breaking",
    "unknown": "warning",
    "format": "text",
    **dict.fromkeys(("open_enums", "tolerant_results", "docs", "strict_accept"), False),
}


@dataclass(frozen=True)
class DiffOptions:
    """What was asked for: on the command line, else in pyproject.toml, else what is usual."""

    format: str
    output: tuple[tuple[str, str], ...]
    fail_on: Level
    view: Any
    unknown: Any
    open_enums: bool
    tolerant_results: bool
    docs: bool
    policy: tuple[str, ...]
    used: tuple[str, ...]
    used_by: str | None
    accept: bool
    reason: str | None
    until: date | None
    owner: str | None
    strict_accept: bool

    @classmethod
    def of(cls, given: Mapping[str, Any], settings: Mapping[str, Any]) -> DiffOptions:
        """Return the wish that a command line and the project's settings make."""
        said = {name: value for name, value in given.items() if value not in (None, ())}
        return cls(**{**given, **_DEFAULTS, **settings, **said})

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies by name, each once."""
        return POLICIES if ALL_POLICIES in self.policy else tuple(dict.fromkeys(self.policy))


def _parse_outputs(
    _ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    return tuple(_parse_output(word) for word in words)


def _parse_output(word: str) -> tuple[str, str]:
    form, sign, file = word.partition("=")
    if not (sign and file) or form not in FORMATS:
        raise click.BadParameter(f"{word!r} is not FORMAT=FILE; formats are {', '.join(FORMATS)}.")
    return form, file


def _parse_date(_ctx: click.Context, _param: click.Parameter, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day; write it as 2026-12-31.") from None


def _combine_options(*options: Callable[[CommandT], CommandT]) -> Callable[[CommandT], CommandT]:
    def decorate(command: CommandT) -> CommandT:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_option = click.option

_report_options = _combine_options(
    _option(
        "--format",
        type=click.Choice(FORMATS),
        metavar="FORMAT",
        help=f"What is printed: {', '.join(FORMATS)}.",
    ),
    _option(
        "--output",
        metavar="FORMAT=FILE",
        multiple=True,
        callback=_parse_outputs,
        help="Write this report to a file too.",
    ),
    _option(
        "--fail-on",
        type=click.Choice(LEVELS),
        metavar="LEVEL",
        help="Fail from here on: breaking (the default), warning, info, none.",
    ),
)
_judging_options = _combine_options(
    _option(
        "--view",
        type=click.Choice(VIEWS),
        metavar="VIEW",
        help="Whom it may break: wire (deployed programs), code, both (default).",
    ),
    _option(
        "--unknown",
        type=click.Choice(UNKNOWN_POLICIES),
        metavar="AS",
        help="What is undecided: error, warning (the default), ignore.",
    ),
    _option(
        "--open-enums/--no-open-enums",
        default=None,
        help="A new value of an open enum breaks nobody.",
    ),
    _option(
        "--tolerant-results/--no-tolerant-results",
        default=None,
        help="A new property in a result breaks nobody.",
    ),
    _option(
        "--docs/--no-docs", default=None, help="Tell of descriptions, examples and titles, too."
    ),
    _option(
        "--policy",
        type=click.Choice((*POLICIES, ALL_POLICIES)),
        metavar="POLICY",
        multiple=True,
        help=f"Check this, too: {', '.join(POLICIES)}, or {ALL_POLICIES}.",
    ),
    _option(
        "--used",
        metavar="PATH",
        multiple=True,
        help="Tell only of what the Python code there calls.",
    ),
    _option("--used-by", metavar="FILE", help="Tell only of the operations in a recorded list."),
)
_accepting_options = _combine_options(
    _option(
        "--accept", is_flag=True, help="Accept what was found: write it to dynclient-accept.toml."
    ),
    _option("--reason", metavar="TEXT", help="With --accept: why nobody is hurt."),
    _option(
        "--until",
        metavar="DATE",
        callback=_parse_date,
        help="With --accept: the last day on which it counts.",
    ),
    _option("--owner", metavar="NAME", help="With --accept: whom to ask."),
    _option(
        "--strict-accept/--no-strict-accept",
        default=None,
        help="Fail where an accepted change is none any more.",
    ),
)


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@_report_options
@_judging_options
@_accepting_options
@click.pass_context
def command(ctx: click.Context, /, old: str, new: str | None, **given: Any) -> None:
    """Compare two revisions of a document.

    OLD and NEW are paths, URLs, folders (compared file by file), git:REV:path, or - for stdin. A git revision alone, as
    in `dynclient diff main`, stands for the documents of [tool.dynclient] as they were then, compared with now.

    The exit code is 0 where nothing at the level of --fail-on or above was found, 1 where something was, 7 where a
    document cannot be read.
    """
    from dynclient.diffing import accept, settings

    project = settings.find_settings(Path.cwd())
    wish = DiffOptions.of(given, project.options)
    _check_options(wish)
    file = accept.find_accept_file(Path.cwd())
    text = accept.read_accept_file(file)
    entries = accept.parse_entries(text, _shorten_path(file))

    code = _find_used_code(wish)
    compared = [_compare_pair(pair, wish, code) for pair in _load_pairs(old, new, project)]
    judged = _apply_settings(compared, project, wish, entries)
    if wish.accept and (chosen := _build_entries(judged, wish)):
        _write_entries(file, accept.add_entries(text, chosen, _shorten_path(file)), len(chosen))
        judged = _apply_settings(
            compared, project, wish, [*entries, *(entry for entry, _ in chosen)]
        )
    _print_reports(judged, wish)
    unused = _report_idle_entries(entries, compared)
    ctx.exit(
        EXIT_CHANGES_FOUND if _has_failures(judged, wish) or (unused and wish.strict_accept) else 0
    )


def _check_options(wish: DiffOptions) -> None:
    """Refuse options that do not go together."""
    if wish.accept and not (wish.reason and wish.reason.strip()):
        raise UsageError("--accept needs a reason", hint="add --reason 'why nobody is hurt'")
    if not wish.accept and (wish.reason or wish.until or wish.owner):
        raise UsageError("--reason, --until and --owner go with --accept", hint="add --accept")
    if wish.until and wish.until < _get_today():
        raise UsageError(f"--until {wish.until} is over", hint="give a day to come")


def _get_today() -> date:
    return datetime.now(UTC).date()


# --- what is compared


def _load_pairs(old: str, new: str | None, project: DiffSettings) -> Iterator[SourcePair]:
    from dynclient.diffing.sources import source_pairs

    if new is not None:
        return source_pairs.load_pairs(old, new, _load_document)
    named = os.environ.get("DYNCLIENT_SPEC")
    specs = [named] if named else list(project.specs)
    if os.path.lexists(old) and not specs:
        raise UsageError(f"{old} alone is compared with nothing", hint="dynclient diff OLD NEW")
    if not specs:
        hint = 'set spec = "api.yaml" in [tool.dynclient] of pyproject.toml, or give OLD and NEW'
        raise UsageError(
            "a revision alone needs to know the documents, and none is named", hint=hint
        )
    return source_pairs.load_project_pairs(old, specs, _load_document)


def _load_document(source: str) -> Document:
    return document_option.load_choice(document_option.DocumentChoice(source, "--spec"))


def _compare_pair(pair: SourcePair, wish: DiffOptions, code: UsageAnalysis | None) -> NamedDiff:
    from dynclient.diffing.diff import diff
    from dynclient.diffing.report.combined import (
        NamedDiff,
        diff_unpaired_document,
        label_git_revisions,
    )

    if pair.old is None or pair.new is None:
        used = _find_usage(wish, code, document) if (document := pair.old or pair.new) else None
        return NamedDiff(pair.name, diff_unpaired_document(pair, wish.view, used))
    options = {
        "open_enums": wish.open_enums,
        "tolerant_results": wish.tolerant_results,
        "docs": wish.docs,
    }
    found = diff(
        pair.old,
        pair.new,
        view=wish.view,
        policies=wish.policies,
        used=_find_usage(wish, code, pair.old),
        **options,
    )
    return NamedDiff(pair.name, label_git_revisions(found, pair.labels))


def _find_used_code(wish: DiffOptions) -> UsageAnalysis | None:
    """Return the uses in the code that was named, None where neither code nor a recorded list was."""
    from dynclient.cli.uses import find_usages_in

    return find_usages_in(wish.used) if wish.used or wish.used_by else None


def _find_usage(wish: DiffOptions, code: UsageAnalysis | None, old: Document) -> Usage | None:
    """Return what is used of a document; None: all of it counts."""
    if code is None:
        return None
    from dynclient.cli.uses import read_recorded_usages
    from dynclient.diffing.usage_filter import Usage
    from dynclient.usages import resolve_usages

    return Usage.from_code(resolve_usages(code.usages, old)) | Usage.from_recording(
        read_recorded_usages(wish.used_by, old)
    )


# --- what counts


def _apply_settings(
    compared: list[NamedDiff], project: DiffSettings, wish: DiffOptions, entries: list[AcceptEntry]
) -> list[NamedDiff]:
    from dynclient.diffing import gate
    from dynclient.diffing.report.combined import NamedDiff

    def judged(named: NamedDiff) -> Diff:
        diff = gate.apply_levels(named.diff, project.levels, wish.unknown)
        return gate.mark_accepted(diff, entries, _get_today(), named.name)

    return [NamedDiff(named.name, judged(named)) for named in compared]


def _has_failures(judged: list[NamedDiff], wish: DiffOptions) -> bool:
    from dynclient.diffing import gate

    return any(gate.find_failing_changes(named.diff, wish.fail_on) for named in judged)


def _build_entries(judged: list[NamedDiff], wish: DiffOptions) -> list[tuple[AcceptEntry, str]]:
    """Return an entry for each change that lets the build fail, with the comment that says what it is."""
    from dynclient.diffing import gate
    from dynclient.diffing.accept import AcceptEntry

    found: dict[tuple[str, str], tuple[AcceptEntry, str]] = {}
    for named in judged:
        document = named.name if len(judged) > 1 else ""
        for change in gate.find_failing_changes(named.diff, wish.fail_on):
            entry = AcceptEntry(
                wish.reason or "",
                change.fingerprint,
                document=document,
                until=wish.until,
                owner=wish.owner or "",
            )
            found.setdefault((document, entry.fingerprint), (entry, _describe_change(change)))
    return list(found.values())


def _describe_change(change: Change) -> str:
    return " ".join(filter(None, (f"{change.rule}:", change.operation, change.where)))


# --- what is told


def _print_reports(judged: list[NamedDiff], wish: DiffOptions) -> None:
    from dynclient.cli.output_files import save_data
    from dynclient.cli.terminal_output import is_terminal
    from dynclient.diffing.report.combined import build_report

    columns = shutil.get_terminal_size().columns if is_terminal() else MAX_WIDTH
    width = min(columns, MAX_WIDTH)
    click.echo(build_report(judged, wish.format, width), nl=False)
    for form, file in wish.output:
        save_data(
            file, build_report(judged, form, MAX_WIDTH).encode(errors="backslashreplace"), form
        )


def _write_entries(file: Path, data: bytes, count: int) -> None:
    from dynclient.cli.output_files import write_file
    from dynclient.cli.terminal_output import print_note

    write_file(file, data)
    print_note(f"{count} {'entry' if count == 1 else 'entries'} → {_shorten_path(file)}")


def _report_idle_entries(
    entries: list[AcceptEntry], compared: list[NamedDiff]
) -> list[AcceptEntry]:
    """Tell of entries that count no more, or never did; return those that match nothing."""
    from dynclient.cli.terminal_output import format_one_line, print_note
    from dynclient.diffing.accept import ACCEPT_FILE, find_unused_entries

    idle = find_unused_entries(
        entries, [(named.name, change) for named in compared for change in named.diff.changes]
    )
    for entry in entries:
        why = "matches nothing any more" if entry in idle else f"has expired on {entry.until}"
        if entry in idle or entry.is_expired(_get_today()):
            print_note(format_one_line(f"{ACCEPT_FILE}:{entry.line or '?'}: {entry} {why}"))
    return idle


def _shorten_path(file: Path) -> str:
    """Return a file as one names it from the current folder."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)
