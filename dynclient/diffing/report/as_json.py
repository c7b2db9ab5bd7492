"""A diff for other programs: JSON in the shape that `diff.schema.json` describes."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from typing import Any

from dynclient.annotations.file_names import shorten_path
from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change, ChangeLocation
from dynclient.diffing.changeset import ChangeSet, Revision
from dynclient.diffing.report import summary

#: Grows when a field changes its meaning or disappears; new fields may appear at any time.
FORMAT_VERSION = 1


def render(diff: ChangeSet) -> str:
    """Return the diff as indented JSON text."""
    return json_text.dump_json(build_data(diff), indent=2) + "\n"


def build_data(diff: ChangeSet) -> dict[str, Any]:
    """Return the diff as JSON data; changes that matter to no reader of the view are counted."""
    document = {
        "format": FORMAT_VERSION,
        "old": _describe_revision(diff.old),
        "new": _describe_revision(diff.new),
        "view": diff.view,
        "outcome": summary.determine_outcome(diff),
        "compatible": diff.is_compatible,
        "verdict": summary.format_verdict_line(diff),
        "counts": _count_changes(diff),
        "statistics": dict(diff.statistics),
        "changes": [_describe_change(change) for change in summary.list_reported(diff)],
    }
    plain: dict[str, Any] = json_text.to_json_value(document)
    return plain


def load_report_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report."""
    file = resources.files("dynclient.diffing.report").joinpath("diff.schema.json")
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def _describe_revision(revision: Revision) -> dict[str, Any]:
    return {
        "title": revision.title,
        "version": revision.version,
        "file": shorten_path(revision.uri),
        "operations": revision.operations,
    }


def _count_changes(diff: ChangeSet) -> dict[str, int]:
    """Return how many changes there are of each kind.

    Accepted changes and findings of policies are in no other count.
    """
    levels = Counter(change.level for change in summary.list_document_changes(diff))
    return {
        **{level: levels[level] for level in summary.REPORTED_LEVELS},
        "undecided": len(summary.list_undecided(diff)),
        "breaks_wire": summary.count_breaking(diff, "wire"),
        "breaks_code": summary.count_breaking(diff, "code"),
        "policy": len(summary.list_policy_findings(diff)),
        "accepted": len(summary.list_accepted(diff)),
        "unseen": summary.count_unreported(diff),
    }


def _describe_change(change: Change) -> dict[str, Any]:
    """Return a change with paths from the current directory, and its witness as Python."""
    data = change.to_dict()
    data["source"] = _describe_location(change.source)
    data["old_source"] = _describe_location(change.old_source)
    if change.has_witness:
        data["python"] = witness_code.format_witness(change)
    return data


def _describe_location(source: ChangeLocation | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {**source.to_dict(), "file": shorten_path(source.file)}
