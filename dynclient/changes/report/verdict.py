"""How a diff is counted, in which order it is told, and the one line that says what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dynclient.changes.change import LEVELS, Change, Level
from dynclient.changes.report.wording import LEVEL_TITLES, READER_NAMES, counted, in_words, one_line
from dynclient.changes.result import Diff

#: What a report tells; `none` matters to nobody who was asked for.
TOLD: tuple[Level, ...] = LEVELS[:-1]


@dataclass(frozen=True)
class Section:
    """Changes that are told together.

    Attributes:
        key: `breaking`, `warning`, `info`, `policy` or `accepted`.
        title: its heading.
        changes: what is in it, the worst first.

    """

    key: str
    title: str
    changes: tuple[Change, ...]


def told(diff: Diff) -> list[Change]:
    """Return every change that a report tells, the worst first, else in their order."""
    return sorted(
        (c for c in diff.changes if c.level in TOLD), key=lambda change: LEVELS.index(change.level)
    )


def truths(diff: Diff) -> list[Change]:
    """Return what follows from the documents alone and is not accepted."""
    return [change for change in told(diff) if not change.policy and not change.accepted]


def policies(diff: Diff) -> list[Change]:
    """Return the findings of opt-in policies that are not accepted."""
    return [change for change in told(diff) if change.policy and not change.accepted]


def accepted(diff: Diff) -> list[Change]:
    """Return what was accepted."""
    return [change for change in told(diff) if change.accepted]


def sections(diff: Diff) -> list[Section]:
    """Return the changes as reports tell them: truth by level, then policies, then what was accepted."""
    found = truths(diff)
    parts = [
        Section(level, LEVEL_TITLES[level], tuple(c for c in found if c.level == level))
        for level in TOLD
    ]
    parts.append(Section("policy", "Policies", tuple(policies(diff))))
    parts.append(Section("accepted", "Accepted", tuple(accepted(diff))))
    return [part for part in parts if part.changes]


def outcome(diff: Diff) -> str:
    """Return the state of a diff in one word: identical, compatible, undecided or breaking; policies do not count."""
    found = truths(diff)
    if any(change.level == "breaking" for change in found):
        return "breaking"
    if undecided(diff):
        return "undecided"
    return "compatible" if diff.changes else "identical"


def undecided(diff: Diff) -> list[Change]:
    """Return what could not be decided and was not accepted, whatever its level."""
    return [change for change in diff.unknown if not change.policy]


def affected(diff: Diff, reader: str) -> int:
    """Return how many changes break a reader, whatever view was asked for."""
    counting = (c for c in diff.changes if not c.accepted and not c.policy)
    return sum(change.views.get(reader) == "breaking" for change in counting)


def title(diff: Diff) -> str:
    """Return what was compared: `Shop 1.0 → 2.0`, with both titles where they differ."""
    old, new = one_line(diff.old.title), one_line(diff.new.title)
    before, after = one_line(diff.old.version), one_line(diff.new.version)
    if old == new:
        return f"{new} {before} → {after}".strip()
    return f"{old} {before} → {new} {after}".strip()


def line(diff: Diff) -> str:
    """Return the verdict in one line."""
    return f"{title(diff)}: {said(diff)}"


def said(diff: Diff) -> str:
    """Return the verdict without what was compared."""
    return in_words([_state(diff), _breaks(diff), _policy(diff), _accepted(diff)])


def _state(diff: Diff) -> str:
    found = truths(diff)
    state = outcome(diff)
    if state == "identical":
        return "no difference"
    counts = ", ".join(_counts(found, breaking=state == "breaking"))
    if state == "breaking":
        return counts + _touched(found)
    whom = "" if diff.view == "both" else f" for {READER_NAMES[diff.view]}"
    lead = f"not proved compatible{whom}" if state == "undecided" else f"compatible{whom}"
    if counts:
        return f"{lead}, {counts}{_touched(found)}"
    return f"{lead}, {len(undecided(diff)):,} undecided" if undecided(diff) else lead


def _counts(found: Sequence[Change], *, breaking: bool) -> Iterator[str]:
    """Yield the number of changes at each level, and how many of them are undecided."""
    for level in TOLD:
        mine = [change for change in found if change.level == level]
        unknown = sum(change.is_unknown for change in mine)
        if mine or (breaking and level == "warning"):
            yield counted(len(mine), level) + (f" ({unknown} undecided)" if unknown else "")


def _touched(found: Sequence[Change]) -> str:
    touched = {name for change in found for name in (change.operation, *change.operations) if name}
    return f" in {counted(len(touched), 'operation')}" if touched else ""


def _breaks(diff: Diff) -> str:
    wire, code = affected(diff, "wire"), affected(diff, "code")
    if outcome(diff) == "identical":
        return ""
    if not wire and not code:
        return ""
    parts = [f"{wire:,} {'breaks' if wire == 1 else 'break'} deployed programs"] if wire else []
    return ", ".join(
        parts + ([f"{code:,} {'breaks' if code == 1 else 'break'} code"] if code else [])
    )


def _policy(diff: Diff) -> str:
    found = policies(diff)
    bad = sum(change.level == "breaking" for change in found)
    return (
        (counted(len(found), "policy finding") + (f" ({bad} breaking)" if bad else ""))
        if found
        else ""
    )


def _accepted(diff: Diff) -> str:
    found = accepted(diff)
    bad = sum(change.level == "breaking" for change in found)
    return f"{len(found):,} accepted" + (f" ({bad} breaking)" if bad else "") if found else ""


def unseen(diff: Diff) -> int:
    """Return how many changes matter to nobody who was asked for, so that no report tells them."""
    return len(diff.changes) - len(told(diff))
