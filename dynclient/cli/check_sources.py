"""The documents that `dynclient check` looks at: files, URLs, folders, revisions, stdin."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dynclient.annotations.file_names import shorten_path
from dynclient.cli.document_option import DocumentChoice, load_choice
from dynclient.client.source_loader import STDIN
from dynclient.document.problems import Problem
from dynclient.errors import DocumentError
from dynclient.masking import mask_url

if TYPE_CHECKING:
    from dynclient.diffing.sources.document_sources import DocumentFolder
    from dynclient.model import Document


@dataclass(frozen=True)
class CheckedDocument:
    """A document with its problems.

    Attributes:
        name: what reports call it: its path from the current folder, or its URL.
        uri: the URI of its file; "" where that is not known.
        document: the document; None where it cannot be loaded.
        problems: what is wrong with it.
        error: why it cannot be loaded, None where it can.

    """

    name: str
    uri: str
    document: Document | None
    problems: tuple[Problem, ...]
    error: DocumentError | None = None

    @property
    def operation_count(self) -> int:
        """How many operations it has."""
        return len(self.document.operations) if self.document is not None else 0


def load_checked_documents(choice: DocumentChoice) -> Iterator[CheckedDocument]:
    """Yield the document that was chosen, or each document of a folder, checked.

    A document that cannot be loaded is a problem in the report.
    """
    if choice.source != STDIN and os.path.isdir(choice.source):  # noqa: PTH112 (it may be a URL)
        yield from _load_folder(choice.source)
        return
    name = shorten_path(mask_url(choice.source))
    try:
        document = load_choice(choice)
    except DocumentError as error:
        yield _build_unreadable(name, error)
        return
    yield _check_document("stdin" if choice.source == STDIN else name, document)


def _load_folder(path: str) -> Iterator[CheckedDocument]:
    from dynclient.diffing.sources.document_sources import open_in_work_tree
    from dynclient.diffing.sources.source_pairs import build_empty_folder_error

    folder: DocumentFolder = open_in_work_tree(path, _refuse_single)  # type: ignore[assignment] # it is a folder
    is_empty = True
    for name in folder.names:
        checked = _load_from_folder(folder, name)
        if checked is not None:
            is_empty = False
            yield checked
    if is_empty:
        yield _build_unreadable(shorten_path(path), build_empty_folder_error(folder))


def _refuse_single(path: str) -> Document:
    raise AssertionError(path)


def _load_from_folder(folder: DocumentFolder, name: str) -> CheckedDocument | None:
    """Return a document of a folder, None where the file is none."""
    from dynclient.diffing.sources.source_pairs import read_document

    shown = shorten_path(str(folder.root / name))
    try:
        document = read_document(folder, name)
    except DocumentError as error:
        return _build_unreadable(shown, error)
    return None if document is None else _check_document(shown, document)


def _check_document(name: str, document: Document) -> CheckedDocument:
    return CheckedDocument(name, document.uri, document, document.problems)


def _build_unreadable(name: str, error: DocumentError) -> CheckedDocument:
    """Return the one problem of a document that cannot be loaded."""
    uri = getattr(error, "uri", "") or name
    problem = Problem(
        "error",
        error.code,
        error.headline,
        error.hint or "",
        "",
        uri,
        getattr(error, "line", None),
        getattr(error, "column", None),
    )
    return CheckedDocument(name, uri, None, (problem,), error)
