"""The diffs of sources: git revisions get their names, single documents get a diff too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dynclient.client.source_loader import GIT_PREFIX
from dynclient.diffing.change import READERS, Change, ChangeLocation, View
from dynclient.diffing.changeset import Revision
from dynclient.diffing.diff import Diff
from dynclient.diffing.verdict_table import VERDICTS

if TYPE_CHECKING:
    from dynclient.diffing.usage_filter import Usage
    from dynclient.model import Document


def label_git_revisions(diff: Diff, labels: tuple[str, str]) -> Diff:
    """Return a diff that calls git revisions by their names, not by files of the work tree."""
    old_label, new_label = labels
    return replace(
        diff,
        old=_label_revision(diff.old, old_label),
        new=_label_revision(diff.new, new_label),
    )


def _label_revision(revision: Revision, label: str) -> Revision:
    return replace(revision, uri=label) if label.startswith(GIT_PREFIX) else revision


def diff_removed_document(name: str, document: Document, view: View, usage: Usage | None) -> Diff:
    """Return the diff of a document that is in the old folder only.

    Args:
        name: the path of the document in the folder.
        document: the document.
        view: whose programs count.
        usage: what code uses of the document; if it uses nothing, the diff is empty.

    """
    location = ChangeLocation.from_place(document.top.place)
    change = _build_document_change("document-removed", document, usage)
    change = replace(change, where=name, old=name, source=location, old_source=location)
    revision = Revision.of(document)
    return Diff(revision, _describe_absence(revision), view, _select_used(change, usage))


def diff_added_document(name: str, document: Document, view: View, usage: Usage | None) -> Diff:
    """Return the diff of a document that is in the new folder only.

    Args:
        name: the path of the document in the folder.
        document: the document.
        view: whose programs count.
        usage: what code uses of the document; if it uses nothing, the diff is empty.

    """
    location = ChangeLocation.from_place(document.top.place)
    change = _build_document_change("document-added", document, usage)
    change = replace(change, where=name, new=name, source=location)
    revision = Revision.of(document)
    return Diff(_describe_absence(revision), revision, view, _select_used(change, usage))


def _build_document_change(rule: str, document: Document, usage: Usage | None) -> Change:
    row = VERDICTS[rule, ""]
    operations = [key for key in document.operations if usage is None or key in usage]
    lines: list[str] = []
    if usage is not None:
        for key in operations:
            lines += usage.find_lines(key)
    return Change(
        rule=rule,
        level=row.wire,
        views=dict(zip(READERS, (row.wire, row.code), strict=True)),
        operations=tuple(operations),
        because=row.because,
        used=tuple(dict.fromkeys(lines)),
    )


def _describe_absence(revision: Revision) -> Revision:
    return Revision(revision.title, "none", "", 0)


def _select_used(change: Change, usage: Usage | None) -> tuple[Change, ...]:
    return (change,) if usage is None or change.operations else ()
