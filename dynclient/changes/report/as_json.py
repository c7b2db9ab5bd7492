"""A diff for other programs: JSON in the shape that `diff.schema.json` describes."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from dynclient.changes.change import Change, Source
from dynclient.changes.report import python_line, values, verdict, wording
from dynclient.changes.result import Diff, Revision

#: Grows when a field changes its meaning or goes; new fields may come at any time.
FORMAT = 1


def text(diff: Diff) -> str:
    """Return the diff as indented JSON text."""
    return values.dumped(data(diff), indent=2) + "\n"


def data(diff: Diff) -> dict[str, Any]:
    """Return the diff as JSON data; what matters to nobody who was asked for is only counted."""
    document = {
        "format": FORMAT,
        "old": _revision(diff.old),
        "new": _revision(diff.new),
        "view": diff.view,
        "outcome": verdict.outcome(diff),
        "compatible": diff.is_compatible,
        "verdict": verdict.line(diff),
        "counts": _counts(diff),
        "statistics": dict(diff.statistics),
        "changes": [_change(change) for change in verdict.told(diff)],
    }
    plain: dict[str, Any] = values.plain(document)
    return plain


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report."""
    file = resources.files("dynclient.changes.report").joinpath("diff.schema.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _revision(revision: Revision) -> dict[str, Any]:
    return {
        "title": revision.title,
        "version": revision.version,
        "file": wording.path(revision.uri),
        "operations": revision.operations,
    }


def _counts(diff: Diff) -> dict[str, int]:
    """Return how many changes there are of each kind; what is accepted or a policy's is in no other count."""
    found = verdict.truths(diff)
    return {
        **{level: sum(change.level == level for change in found) for level in verdict.TOLD},
        "undecided": len(verdict.undecided(diff)),
        "breaks_wire": verdict.affected(diff, "wire"),
        "breaks_code": verdict.affected(diff, "code"),
        "policy": len(verdict.policies(diff)),
        "accepted": len(verdict.accepted(diff)),
        "unseen": verdict.unseen(diff),
    }


def _change(change: Change) -> dict[str, Any]:
    """Return a change with its files as one names them here, and with its witness as Python."""
    said = change.to_dict()
    said.update(source=_source(change.source), old_source=_source(change.old_source))
    return {**said, "python": python_line.of(change)} if change.has_witness else said


def _source(source: Source | None) -> dict[str, Any] | None:
    return {**source.to_dict(), "file": wording.path(source.file)} if source else None
