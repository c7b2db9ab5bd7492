"""The summary of a diff: its sections, its counts, and the verdict in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dynclient.diffing.change import LEVELS, Change, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report.messages import (
    LEVEL_TITLES,
    READER_NAMES,
    format_count,
    join_clauses,
)
from dynclient.display_text import format_one_line

#: The levels that a report shows; `none` matters to no reader that the view includes.
REPORTED_LEVELS: tuple[Level, ...] = LEVELS[:-1]


@dataclass(frozen=True)
class ReportSection:
    """Changes that a report shows together.

    Attributes:
        key: `breaking`, `warning`, `info`, `policy` or `accepted`.
        title: its heading.
        changes: what is in it, the worst first.

    """

    key: str
    title: str
    changes: tuple[Change, ...]


def list_reported(diff: ChangeSet) -> list[Change]:
    """Return every change that a report shows, the worst first, else in their order."""
    reported = [change for change in diff.changes if change.level in REPORTED_LEVELS]
    return sorted(reported, key=lambda change: LEVELS.index(change.level))


def list_document_changes(diff: ChangeSet) -> list[Change]:
    """Return what follows from the documents alone and is not accepted."""
    return [change for change in list_reported(diff) if not change.policy and not change.accepted]


def list_policy_findings(diff: ChangeSet) -> list[Change]:
    """Return the findings of opt-in policies that are not accepted."""
    return [change for change in list_reported(diff) if change.policy and not change.accepted]


def list_accepted(diff: ChangeSet) -> list[Change]:
    """Return the accepted changes that a report shows."""
    return [change for change in list_reported(diff) if change.accepted]


def build_sections(diff: ChangeSet) -> list[ReportSection]:
    """Return the sections of a report: the levels, then policies, then what was accepted."""
    changes = list_document_changes(diff)
    sections = []
    for level in REPORTED_LEVELS:
        of_level = tuple(change for change in changes if change.level == level)
        sections.append(ReportSection(level, LEVEL_TITLES[level], of_level))
    sections.append(ReportSection("policy", "Policies", tuple(list_policy_findings(diff))))
    sections.append(ReportSection("accepted", "Accepted", tuple(list_accepted(diff))))
    return [section for section in sections if section.changes]


def determine_outcome(diff: ChangeSet) -> str:
    """Return the state of a diff in one word: identical, compatible, undecided or breaking.

    Policies do not count.
    """
    if any(change.level == "breaking" for change in list_document_changes(diff)):
        return "breaking"
    if list_undecided(diff):
        return "undecided"
    return "compatible" if diff.changes else "identical"


def list_undecided(diff: ChangeSet) -> list[Change]:
    """Return what could not be decided and was not accepted, whatever its level."""
    return [change for change in diff.unknown if not change.policy]


def count_breaking(diff: ChangeSet, reader: str) -> int:
    """Return how many changes break a reader, whether or not the view includes it."""
    counting = [change for change in diff.changes if not change.accepted and not change.policy]
    return sum(change.views.get(reader) == "breaking" for change in counting)


def count_unreported(diff: ChangeSet) -> int:
    """Return how many changes matter to no reader of the view, so that no report shows them."""
    return len(diff.changes) - len(list_reported(diff))


# --- the verdict in words


def format_title(diff: ChangeSet) -> str:
    """Return what was compared: `Shop 1.0 → 2.0`, with both titles where they differ."""
    old, new = format_one_line(diff.old.title), format_one_line(diff.new.title)
    old_version, new_version = format_one_line(diff.old.version), format_one_line(diff.new.version)
    if old == new:
        return f"{new} {old_version} → {new_version}".strip()
    return f"{old} {old_version} → {new} {new_version}".strip()


def format_verdict_line(diff: ChangeSet) -> str:
    """Return the verdict in one line."""
    return f"{format_title(diff)}: {format_verdict(diff)}"


def format_verdict(diff: ChangeSet) -> str:
    """Return the verdict without what was compared."""
    clauses = [
        _format_state(diff),
        _format_reader_counts(diff),
        _format_policy_count(diff),
        _format_accepted_count(diff),
    ]
    return join_clauses(clauses)


def _format_state(diff: ChangeSet) -> str:
    changes = list_document_changes(diff)
    outcome = determine_outcome(diff)
    if outcome == "identical":
        return "no difference"

    is_breaking = outcome == "breaking"
    counts = ", ".join(_format_level_counts(changes, is_breaking=is_breaking))
    if is_breaking:
        return counts + _format_operation_count(changes)

    lead = "compatible" if outcome == "compatible" else "not proved compatible"
    if diff.view != "both":
        lead = f"{lead} for {READER_NAMES[diff.view]}"
    if counts:
        return f"{lead}, {counts}{_format_operation_count(changes)}"
    undecided = list_undecided(diff)
    return f"{lead}, {len(undecided):,} undecided" if undecided else lead


def _format_level_counts(changes: Sequence[Change], *, is_breaking: bool) -> Iterator[str]:
    """Yield the number of changes at each level, and how many of them are undecided."""
    for level in REPORTED_LEVELS:
        of_level = [change for change in changes if change.level == level]
        undecided = sum(change.is_unknown for change in of_level)
        if of_level or (is_breaking and level == "warning"):
            note = f" ({undecided} undecided)" if undecided else ""
            yield format_count(len(of_level), level) + note


def _format_operation_count(changes: Sequence[Change]) -> str:
    names: set[str] = set()
    for change in changes:
        names.update((change.operation, *change.operations))
    names.discard("")
    return f" in {format_count(len(names), 'operation')}" if names else ""


def _format_reader_counts(diff: ChangeSet) -> str:
    if determine_outcome(diff) == "identical":
        return ""
    parts = []
    for reader, name in (("wire", "deployed programs"), ("code", "code")):
        count = count_breaking(diff, reader)
        if count:
            verb = "breaks" if count == 1 else "break"
            parts.append(f"{count:,} {verb} {name}")
    return ", ".join(parts)


def _format_policy_count(diff: ChangeSet) -> str:
    findings = list_policy_findings(diff)
    if not findings:
        return ""
    return format_count(len(findings), "policy finding") + _format_breaking_note(findings)


def _format_accepted_count(diff: ChangeSet) -> str:
    changes = list_accepted(diff)
    if not changes:
        return ""
    return f"{len(changes):,} accepted" + _format_breaking_note(changes)


def _format_breaking_note(changes: Sequence[Change]) -> str:
    count = sum(change.level == "breaking" for change in changes)
    return f" ({count} breaking)" if count else ""
