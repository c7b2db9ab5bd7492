"""How a diff is counted, in which order it is told, and the one line that says what came out."""

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
    to_one_line,
)

#: What a report tells; `none` matters to nobody who was asked for.
REPORTED_LEVELS: tuple[Level, ...] = LEVELS[:-1]


@dataclass(frozen=True)
class ReportSection:
    """Changes that are told together.

    Attributes:
        key: `breaking`, `warning`, `info`, `policy` or `accepted`.
        title: its heading.
        changes: what is in it, the worst first.

    """

    key: str
    title: str
    changes: tuple[Change, ...]


def list_reported(diff: ChangeSet) -> list[Change]:
    """Return every change that a report tells, the worst first, else in their order."""
    return sorted(
        (c for c in diff.changes if c.level in REPORTED_LEVELS),
        key=lambda change: LEVELS.index(change.level),
    )


def list_document_changes(diff: ChangeSet) -> list[Change]:
    """Return what follows from the documents alone and is not accepted."""
    return [change for change in list_reported(diff) if not change.policy and not change.accepted]


def list_policy_findings(diff: ChangeSet) -> list[Change]:
    """Return the findings of opt-in policies that are not accepted."""
    return [change for change in list_reported(diff) if change.policy and not change.accepted]


def list_accepted(diff: ChangeSet) -> list[Change]:
    """Return what was accepted."""
    return [change for change in list_reported(diff) if change.accepted]


def build_sections(diff: ChangeSet) -> list[ReportSection]:
    """Return the changes as reports tell them: truth by level, then policies, then what was accepted."""
    found = list_document_changes(diff)
    parts = [
        ReportSection(level, LEVEL_TITLES[level], tuple(c for c in found if c.level == level))
        for level in REPORTED_LEVELS
    ]
    parts.append(ReportSection("policy", "Policies", tuple(list_policy_findings(diff))))
    parts.append(ReportSection("accepted", "Accepted", tuple(list_accepted(diff))))
    return [part for part in parts if part.changes]


def determine_outcome(diff: ChangeSet) -> str:
    """Return the state of a diff in one word: identical, compatible, undecided or breaking; policies do not count."""
    found = list_document_changes(diff)
    if any(change.level == "breaking" for change in found):
        return "breaking"
    if list_undecided(diff):
        return "undecided"
    return "compatible" if diff.changes else "identical"


def list_undecided(diff: ChangeSet) -> list[Change]:
    """Return what could not be decided and was not accepted, whatever its level."""
    return [change for change in diff.unknown if not change.policy]


def count_breaking(diff: ChangeSet, reader: str) -> int:
    """Return how many changes break a reader, whatever view was asked for."""
    counting = (c for c in diff.changes if not c.accepted and not c.policy)
    return sum(change.views.get(reader) == "breaking" for change in counting)


def format_title(diff: ChangeSet) -> str:
    """Return what was compared: `Shop 1.0 → 2.0`, with both titles where they differ."""
    old, new = to_one_line(diff.old.title), to_one_line(diff.new.title)
    before, after = to_one_line(diff.old.version), to_one_line(diff.new.version)
    if old == new:
        return f"{new} {before} → {after}".strip()
    return f"{old} {before} → {new} {after}".strip()


def format_verdict_line(diff: ChangeSet) -> str:
    """Return the verdict in one line."""
    return f"{format_title(diff)}: {format_verdict(diff)}"


def format_verdict(diff: ChangeSet) -> str:
    """Return the verdict without what was compared."""
    return join_clauses(
        [
            _format_state(diff),
            _format_reader_counts(diff),
            _format_policy_count(diff),
            _format_accepted_count(diff),
        ]
    )


def _format_state(diff: ChangeSet) -> str:
    found = list_document_changes(diff)
    state = determine_outcome(diff)
    if state == "identical":
        return "no difference"
    counts = ", ".join(_format_level_counts(found, breaking=state == "breaking"))
    if state == "breaking":
        return counts + _format_operation_count(found)
    whom = "" if diff.view == "both" else f" for {READER_NAMES[diff.view]}"
    lead = f"not proved compatible{whom}" if state == "undecided" else f"compatible{whom}"
    if counts:
        return f"{lead}, {counts}{_format_operation_count(found)}"
    return f"{lead}, {len(list_undecided(diff)):,} undecided" if list_undecided(diff) else lead


def _format_level_counts(found: Sequence[Change], *, breaking: bool) -> Iterator[str]:
    """Yield the number of changes at each level, and how many of them are undecided."""
    for level in REPORTED_LEVELS:
        mine = [change for change in found if change.level == level]
        unknown = sum(change.is_unknown for change in mine)
        if mine or (breaking and level == "warning"):
            yield format_count(len(mine), level) + (f" ({unknown} undecided)" if unknown else "")


def _format_operation_count(found: Sequence[Change]) -> str:
    touched = {name for change in found for name in (change.operation, *change.operations) if name}
    return f" in {format_count(len(touched), 'operation')}" if touched else ""


def _format_reader_counts(diff: ChangeSet) -> str:
    wire, code = count_breaking(diff, "wire"), count_breaking(diff, "code")
    if determine_outcome(diff) == "identical":
        return ""
    if not wire and not code:
        return ""
    parts = [f"{wire:,} {'breaks' if wire == 1 else 'break'} deployed programs"] if wire else []
    return ", ".join(
        parts + ([f"{code:,} {'breaks' if code == 1 else 'break'} code"] if code else [])
    )


def _format_policy_count(diff: ChangeSet) -> str:
    found = list_policy_findings(diff)
    bad = sum(change.level == "breaking" for change in found)
    return (
        (format_count(len(found), "policy finding") + (f" ({bad} breaking)" if bad else ""))
        if found
        else ""
    )


def _format_accepted_count(diff: ChangeSet) -> str:
    found = list_accepted(diff)
    bad = sum(change.level == "breaking" for change in found)
    return f"{len(found):,} accepted" + (f" ({bad} breaking)" if bad else "") if found else ""


def count_unreported(diff: ChangeSet) -> int:
    """Return how many changes matter to nobody who was asked for, so that no report tells them."""
    return len(diff.changes) - len(list_reported(diff))
