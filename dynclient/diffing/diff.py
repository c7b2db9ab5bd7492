"""`dynclient.diff` compares two revisions of a document; `Diff` holds all changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from dynclient.client.load import DocumentSource, load
from dynclient.diffing.change import MAX_REPR_CHARS, VIEWS, Change, ChangeLocation, View
from dynclient.diffing.changeset import ChangeSet, Revision
from dynclient.diffing.detect.unchanged import is_identical_document
from dynclient.document.references import unescape_token
from dynclient.errors import UsageError
from dynclient.notebook_view import NotebookView
from dynclient.violations import shorten

if TYPE_CHECKING:
    from dynclient.diffing.usage_filter import Usage
    from dynclient.model import Document


@dataclass(frozen=True, repr=False)
class Diff(NotebookView, ChangeSet):
    """What differs between two revisions of a document, and the reports of it.

    The attributes are those of `ChangeSet`. A report is pure text; nothing is printed or written.
    """

    def __repr__(self) -> str:
        from dynclient.diffing.report.summary import format_verdict_line

        return f"<Diff {shorten(format_verdict_line(self), MAX_REPR_CHARS)}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the diff as JSON data."""
        from dynclient.diffing.report.as_json import build_data

        return build_data(self)

    def to_json(self) -> str:
        """Return the diff as JSON text in the shape of `report/diff.schema.json`."""
        from dynclient.diffing.report import as_json

        return as_json.render(self)

    def to_text(self) -> str:
        """Return the diff as text for a terminal; the first and the last line are the verdict."""
        from dynclient.diffing.report import as_text

        return as_text.render(self)

    def to_markdown(self) -> str:
        """Return the diff as a comment for a pull request."""
        from dynclient.diffing.report import as_markdown

        return as_markdown.render(self)

    def to_html(self) -> str:
        """Return the diff as one page that needs nothing else."""
        from dynclient.diffing.report import as_html

        return as_html.render(self)

    def _repr_html_(self) -> str:
        """Return the changes for a notebook, the worst first."""
        from dynclient.diffing.report.changes_panel import build_changes_panel

        return build_changes_panel(self)

    def to_sarif(self) -> str:
        """Return the diff as a SARIF 2.1.0 log."""
        from dynclient.diffing.report import as_sarif

        return as_sarif.render(self)

    def to_junit(self) -> str:
        """Return the diff as a JUnit report, a test case for each change."""
        from dynclient.diffing.report import as_junit

        return as_junit.render(self)

    def to_github(self) -> str:
        """Return the diff as workflow commands that GitHub turns into annotations."""
        from dynclient.diffing.report import as_github

        return as_github.render(self)


def diff(
    old: DocumentSource,
    new: DocumentSource,
    *,
    view: View = "both",
    used: Usage | str | PathLike[str] | Iterable[str | PathLike[str]] | None = None,
    open_enums: bool = False,
    tolerant_results: bool = False,
    docs: bool = False,
    policies: Iterable[str] = (),
) -> Diff:
    """Return what changed between two revisions of a document, whom it breaks, and what proves it.

    A producer sends only what its document declares. A consumer accepts what its schema accepts.
    The new revision is compatible if every call that was valid still is valid and means the same on
    the wire, and if old programs understand every result that the new revision allows.

    Args:
        old: the revision that programs rely on: a path, URL, mapping or Document.
        new: the revision that replaces it.
        view: whose programs count: `wire` (deployed programs), `code` (callers by name who load the
            new document), or `both`.
        used: Python files and folders, or a `Usage` of them; changes that they do not touch are
            left out.
        open_enums: a new value of an enum that the document calls open breaks nobody.
        tolerant_results: readers of results ignore properties that a closed schema refuses.
        docs: descriptions, examples, titles and links count too.
        policies: names of policies to check: deprecation, sunset, stability, version.

    Returns:
        A Diff; its `breaking`, `warnings`, `infos` and `unknown` are lists of changes.

    Raises:
        DocumentError: a document cannot be read.
        UsageError: there is no such view or policy.

    """
    if view not in VIEWS:
        raise UsageError(f"there is no view {view!r}", hint=f"one of {', '.join(VIEWS)}")
    old_document, new_document = load(old), load(new)
    revisions = Revision.of(old_document), Revision.of(new_document)
    if is_identical_document(old_document, new_document):
        return Diff(*revisions, view, statistics={"operations": len(old_document.operations)})

    # Heavy modules: nobody waits for them where both texts are the same.
    from dynclient.diffing.compare.document_changes import DocumentComparer
    from dynclient.diffing.exposure import ComparisonOptions
    from dynclient.diffing.usage_filter import Usage

    options = ComparisonOptions(
        open_enums=open_enums, tolerant_results=tolerant_results, include_descriptions=docs
    )
    usage = None if used is None else Usage.of(used, old_document)
    comparer = DocumentComparer(old_document, new_document, options, tuple(policies), usage)
    changes, statistics = comparer.compare(view)
    located = tuple(_locate_removed(change, new_document) for change in changes)
    addresses = {**_list_addresses(new_document), **_list_addresses(old_document)}
    return Diff(*revisions, view, located, statistics, addresses)


def _list_addresses(document: Document) -> dict[str, str]:
    """Return the method and path of each operation, by its key."""
    return {key: f"{op.method} {op.path}" for key, op in document.operations.items()}


def _locate_removed(change: Change, new_document: Document) -> Change:
    """Return a change that removed a place with the nearest place that is still there."""
    if not change.is_gone:
        return change
    node = new_document.files.top
    for token in change.pointer.split("/")[1:]:
        key = unescape_token(token)
        if key not in node.member_keys():
            break
        node = node.get_child(key)
    return replace(change, nearest=ChangeLocation.from_place(node.place))
