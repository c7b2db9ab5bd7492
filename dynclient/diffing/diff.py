"""`dynclient.diff`: two revisions of a document, every difference with its verdict."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING

from dynclient.client.load import DocumentSource, load
from dynclient.diffing.change import View
from dynclient.diffing.changeset import Diff, Revision
from dynclient.diffing.detect.unchanged import is_identical_document
from dynclient.errors import UsageError
from dynclient.model import Document

if TYPE_CHECKING:
    from dynclient.diffing.usage_filter import Usage

VIEWS = ("wire", "code", "both")


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

    The producer of a message sends only what its document declares; the consumer accepts what its schema accepts. A new
    revision is compatible when every call that was valid still is and means the same on the wire, and every result that
    can now come was understood before.

    Args:
        old: the revision that is relied on: a path, URL, mapping or Document.
        new: the revision that is to come.
        view: whose programs count: those deployed (`wire`), callers by name who load the new document (`code`), `both`.
        used: Python sources: files and folders; what they do not touch is left out. Or a `Usage` of them.
        open_enums: a new value of an enum that the document calls open breaks nobody.
        tolerant_results: readers of results pass over properties that a closed schema refuses.
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
    before, after = load(old), load(new)
    if is_identical_document(before, after):
        return Diff(
            _describe_revision(before),
            _describe_revision(after),
            view,
            (),
            {"operations": len(before.operations)},
        )
    from dynclient.diffing.compare.document_changes import DocumentComparer
    from dynclient.diffing.exposure import ComparisonOptions

    choices = ComparisonOptions(
        open_enums=open_enums, tolerant_results=tolerant_results, include_descriptions=docs
    )
    usage = _read_usage(used, before) if used is not None else None
    changes, statistics = DocumentComparer(before, after, choices, tuple(policies), usage).compare(
        view
    )
    return Diff(_describe_revision(before), _describe_revision(after), view, changes, statistics)


def _read_usage(
    used: Usage | str | PathLike[str] | Iterable[str | PathLike[str]], document: Document
) -> Usage:
    from dynclient.diffing.usage_filter import Usage

    return Usage.of(used, document)


def _describe_revision(document: Document) -> Revision:
    return Revision(
        document.title,
        str(document.info.get("version") or ""),
        document.uri,
        len(document.operations),
    )
