"""The pairs of documents to compare: one pair, or one for each document of two folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dynclient.client.source_loader import STDIN
from dynclient.diffing.sources.document_sources import (
    SUFFIXES,
    DocumentFolder,
    DocumentLoader,
    Overlays,
    SingleDocument,
    build_document,
    open_at_revision,
    open_in_work_tree,
    resolve_source,
)
from dynclient.document.files.git import Repository
from dynclient.document.files.uris import is_remote
from dynclient.errors import DocumentNotFound, UsageError
from dynclient.model import Document

#: A quick test that a file may be an OpenAPI document: `openapi:` begins a line, or is a JSON key.
_MENTION = re.compile(
    rb"""^(?:\xef\xbb\xbf)?[\s{]*["']?(?:openapi|swagger)["']?\s*:|"(?:openapi|swagger)"\s*:""",
    re.MULTILINE,
)


@dataclass(frozen=True)
class SourcePair:
    """Two documents to compare.

    Attributes:
        name: the path in the folders; for a single pair the path of the new document.
        old: the document that programs rely on; None if it is only in the new folder.
        new: the document that replaces it; None if it is only in the old folder.
        labels: where the two are from, as messages call it.

    """

    name: str
    old: Document | None
    new: Document | None
    labels: tuple[str, str]


def load_pairs(
    old: str, new: str, load: DocumentLoader, overlays: Overlays = ()
) -> Iterator[SourcePair]:
    """Yield the pairs of documents that two command-line arguments name.

    Args:
        old: a path, URL, `git:REV:path`, folder, or `-`.
        new: the same.
        load: loads the document at a path or URL, changed by the overlays.
        overlays: documents that change those of git, of folders and of stdin.

    Raises:
        DocumentError: a document cannot be read.
        UsageError: one is a folder and the other a document, or both are stdin.

    """
    if old == new == STDIN:
        raise UsageError(
            "standard input is read twice", hint="give one of the two documents as a file"
        )
    sources = (resolve_source(word, load, overlays) for word in (old, new))
    return pair_sources(*sources)


def pair_sources(
    old: SingleDocument | DocumentFolder, new: SingleDocument | DocumentFolder
) -> Iterator[SourcePair]:
    """Return the pairs of two sources: of two documents, or by path of two folders."""
    if isinstance(old, SingleDocument) and isinstance(new, SingleDocument):
        return iter([SourcePair(new.label, old.load(), new.load(), (old.label, new.label))])
    if isinstance(old, DocumentFolder) and isinstance(new, DocumentFolder):
        return _pair_by_path(old, new)
    folder, document = (old, new) if isinstance(old, DocumentFolder) else (new, old)
    text = f"{folder.label} is a folder and {document.label} a document"
    raise UsageError(text, hint="compare two documents, or two folders")


def load_project_pairs(
    revision: str, specs: list[str], load: DocumentLoader, overlays: Overlays = ()
) -> Iterator[SourcePair]:
    """Yield the documents of a project, each as it was at a revision and as it is now.

    Args:
        revision: of git.
        specs: the paths of the documents, or of folders of them.
        load: loads the document at a path, changed by the overlays.
        overlays: documents that change those of git and of folders.

    Raises:
        DocumentError: a document cannot be read, now or at the revision.
        UsageError: a document is not at a path, so git does not have it.

    """
    for spec in specs:
        if is_remote(spec):
            raise UsageError(
                f"{spec} is on the net, and has no git revision", hint="dynclient diff OLD NEW"
            )
    for spec in specs:
        # Links to the folder are followed, as git does for its root. The file may be a link in git.
        path = Path(os.path.normpath(Path(spec).parent.resolve() / Path(spec).name))
        # Git runs hooks at the top of the repository, and names it from there.
        repository = Repository.discover(Path.cwd() if "GIT_DIR" in os.environ else path.parent)
        before = open_at_revision(
            repository.open_revision(revision),
            repository.make_relative(path.as_uri()),
            overlays,
        )
        name = _shorten_path(spec)
        is_folder = isinstance(before, DocumentFolder)
        for pair in pair_sources(before, open_in_work_tree(spec, load, overlays)):
            yield replace(pair, name=f"{name}/{pair.name}" if is_folder else name)


def _shorten_path(path: str) -> str:
    """Return a path as one names it from the current folder."""
    try:
        return Path(path).absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path


def _pair_by_path(old: DocumentFolder, new: DocumentFolder) -> Iterator[SourcePair]:
    has_old = has_new = False
    for name in sorted({*old.names, *new.names}):
        labels = (f"{old.label.rstrip('/')}/{name}", f"{new.label.rstrip('/')}/{name}")
        pair = SourcePair(name, read_document(old, name), read_document(new, name), labels)
        has_old = has_old or pair.old is not None
        has_new = has_new or pair.new is not None
        if pair.old is not None or pair.new is not None:
            yield pair
    # A misspelt folder has no documents, and must not pass as compatible.
    if not has_old:
        raise build_empty_folder_error(old)
    if not has_new:
        raise build_empty_folder_error(new)


def build_empty_folder_error(folder: DocumentFolder) -> DocumentNotFound:
    """Return the error for a folder in which there is no document."""
    return DocumentNotFound(
        f"no OpenAPI document is in {folder.label}",
        hint=f"they end in {', '.join(SUFFIXES)}",
        code="folder-without-documents",
    )


def read_document(folder: DocumentFolder, name: str) -> Document | None:
    """Return a document of a folder; None if the file does not exist or is no OpenAPI document."""
    if name not in folder.names or not _MENTION.search(folder.read(name)):
        return None
    files = folder.open_document(name)
    tree = files.top.value
    if not isinstance(tree, dict):
        return None
    return build_document(files) if "openapi" in tree or "swagger" in tree else None
