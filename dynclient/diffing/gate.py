"""Which changes count, and how much: levels of the project, undecided changes, accepted changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from dynclient.diffing.accept import AcceptEntry
from dynclient.diffing.change import LEVELS, READERS, Change, Level
from dynclient.diffing.changeset import ChangeSet, ChangeSetT

#: How a change counts that could neither be proved harmless nor shown to break.
UnknownPolicy = Literal["error", "warning", "ignore"]
UNKNOWN_POLICIES: tuple[UnknownPolicy, ...] = ("error", "warning", "ignore")


@dataclass(frozen=True)
class LevelSetting:
    """The level that a project gave a rule, and why."""

    level: Level
    reason: str


def apply_levels(
    diff: ChangeSetT, settings: Mapping[str, LevelSetting], unknown: UnknownPolicy
) -> ChangeSetT:
    """Return a diff with the levels that were set.

    Args:
        diff: as it was compared.
        settings: by rule; they win over `unknown`.
        unknown: how undecided changes count: `error` makes them breaking, `ignore` leaves them out.

    """
    changes = [_apply_level(change, settings, unknown) for change in diff.changes]
    kept = [change for change in changes if change is not None]
    return replace(diff, changes=tuple(sorted(kept, key=lambda change: LEVELS.index(change.level))))


def _apply_level(
    change: Change, settings: Mapping[str, LevelSetting], unknown: UnknownPolicy
) -> Change | None:
    setting = settings.get(change.rule)
    if setting is not None:
        because = f"{change.because} The project says {setting.level}: {setting.reason}".strip()
        return _set_level(setting.level, replace(change, because=because))
    if not change.is_unknown or unknown == "warning":
        return change
    if unknown == "error":
        return _set_level("breaking", change)
    # A change that breaks one reader for sure counts, though it is undecided for another.
    return change if change.level == "breaking" else None


def _set_level(level: Level, change: Change) -> Change:
    return replace(change, level=level, views=dict.fromkeys(READERS, level))


def mark_accepted(
    diff: ChangeSetT, entries: Iterable[AcceptEntry], today: date, document: str
) -> ChangeSetT:
    """Return a diff in which what entries cover is accepted, for as long as they count.

    Args:
        diff: what was compared.
        entries: of `dynclient-accept.toml`.
        today: the day that it is.
        document: the name of the document, as entries may give it.

    """
    valid_entries = [entry for entry in entries if not entry.is_expired(today)]
    changes = tuple(_accept_change(change, valid_entries, document) for change in diff.changes)
    return replace(diff, changes=changes)


def _accept_change(change: Change, entries: Iterable[AcceptEntry], document: str) -> Change:
    """Return a change, accepted for the reason of the first entry that covers it."""
    for entry in entries:
        if entry.covers(change, document):
            return replace(change, accepted=entry.reason)
    return change


def find_failing_changes(diff: ChangeSet, fail_on: Level) -> list[Change]:
    """Return the changes at a level or above that nobody accepted; none for the level `none`."""
    if fail_on == "none":
        return []
    failing_levels = LEVELS[: LEVELS.index(fail_on) + 1]
    return [
        change for change in diff.changes if change.level in failing_levels and not change.accepted
    ]
