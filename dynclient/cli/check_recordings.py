"""`dynclient check --recorded`: the exchanges of HAR files that a document no longer describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dynclient.display_text import format_count, format_one_line
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.model import Document
    from dynclient.recording.drift import DriftReport, RecordedDrift


class RecordingOptions(NamedTuple):
    """The options of `check` on recordings.

    Attributes:
        paths: of the HAR files.
        baseline: the path of the baseline; None: no drift is known.
        is_written: whether the baseline is written.

    """

    paths: Sequence[str]
    baseline: str | None
    is_written: bool

    def check(self) -> None:
        """Refuse options that do not go together.

        Raises:
            UsageError: they do not.

        """
        if self.baseline and not self.paths:
            raise UsageError(
                "--baseline says nothing without a recording", hint="give --recorded session.har"
            )
        if self.is_written and not self.baseline:
            raise UsageError("--write-baseline needs a file", hint="give --baseline FILE")


def check_recordings(document: Document, options: RecordingOptions) -> bool:
    """Print what recordings hold that a document does not describe, and write the baseline.

    Returns:
        Whether the recordings drift no more and no less than the baseline says.

    """
    from dynclient.cli.terminal_output import print_block, print_note
    from dynclient.recording.drift import find_drifts

    reports = [find_drifts(Path(path), document) for path in options.paths]
    drifting = {drift.line for report in reports for drift in report.drifts}
    known = _read_known(options)
    if options.is_written:
        known = _write_known(options, known, drifting)
    new = drifting - set(known or ())
    mended = [line for line in known or () if line not in drifting]
    for line in _render(reports, new):
        print_block(line)
    for line in mended:
        print_note(f"{options.baseline}: {format_one_line(line)} drifts no more; remove the line")
    return not new and not mended


def _read_known(options: RecordingOptions) -> list[str] | None:
    """Return the lines of the baseline; None where there is none yet, and it is to be written."""
    from dynclient.recording.drift_baseline import read_baseline

    if options.baseline is None:
        return []
    path = Path(options.baseline)
    if options.is_written and not path.exists():
        return None
    return read_baseline(path)


def _write_known(
    options: RecordingOptions, known: list[str] | None, drifting: Iterable[str]
) -> list[str]:
    """Write the baseline: the first one whole, a later one without what drifts no more."""
    from dynclient.cli.output_files import write_file
    from dynclient.cli.terminal_output import print_note
    from dynclient.recording.drift_baseline import write_baseline

    drifting = set(drifting)
    lines = sorted(drifting) if known is None else [line for line in known if line in drifting]
    write_file(Path(str(options.baseline)), write_baseline(lines))
    print_note(f"{format_count(len(lines), 'line')} → {options.baseline}")
    return lines


def _render(reports: Iterable[DriftReport], new: set[str]) -> Iterator[str]:
    """Yield the report: each new drift, then a summary of each recording."""
    for report in reports:
        shown = [drift for drift in report.drifts if drift.line in new]
        for drift in shown:
            yield _format_drift(report.path, drift)
        known_count = len(report.drifts) - len(shown)
        parts = [
            format_count(report.exchange_count, "exchange"),
            f"{len(shown)} drifting" if not known_count else f"{len(shown)} drifting anew",
        ]
        if known_count:
            parts.append(f"{known_count} in the baseline")
        if report.foreign_count:
            parts.append(f"{format_count(report.foreign_count, 'exchange')} of other servers")
        yield f"{format_one_line(str(report.path))}: {', '.join(parts)}"


def _format_drift(path: Path, drift: RecordedDrift) -> str:
    place = f"{path}#/log/entries/{drift.first}"
    return format_one_line(f"{place}: {drift}")
