"""What an argument of the command line names: a document, or a folder of documents."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.client.source_loader import GIT_PREFIX, STDIN
from dynclient.document.cache.document_cache import open_default_cache
from dynclient.document.files.document_files import DocumentFile, DocumentFiles
from dynclient.document.files.file_loader import Fetch, load_files
from dynclient.document.files.git import RevisionTree, parse_revision_path
from dynclient.document.files.reference_boundary import build_boundary
from dynclient.errors import DocumentError, DocumentNotFound
from dynclient.model import Document
from dynclient.transport.document_fetcher import build_fetcher

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

_URL = re.compile("(?:https?|file):", re.IGNORECASE)

SUFFIXES = (".yaml", ".yml", ".json")

#: A folder of the documents of other projects.
_DEPENDENCIES_FOLDER = "node_modules"

#: Loads the document at a path or URL.
DocumentLoader = Callable[[str], Document]

#: Documents that change another one, in this order.
Overlays = Sequence[DocumentFile]


@dataclass(frozen=True)
class SingleDocument:
    """A document of its own.

    Attributes:
        label: what messages call it.
        load: loads it.

    """

    label: str
    load: Callable[[], Document]


@dataclass(frozen=True)
class DocumentFolder:
    """A folder of documents, and of whatever else lies there.

    Attributes:
        label: what messages call it.
        root: where it is in the work tree.
        names: the paths of the files that may be documents, relative to the folder.
        fetch: returns the bytes of a URI.
        error_suffix: the end of error messages, which names the revision.
        overlays: documents that change each of the documents.

    """

    label: str
    root: Path
    names: Sequence[str]
    fetch: Fetch
    error_suffix: str = ""
    overlays: Overlays = ()

    def read(self, name: str) -> bytes:
        """Return the bytes of one of the files."""
        return self.fetch((self.root / name).as_uri())

    def open_document(self, name: str) -> DocumentFiles:
        """Open one of the files, with all that it refers to."""
        uri = (self.root / name).as_uri()
        return _open_document(uri, self.fetch, self.error_suffix, self.overlays)


def resolve_source(
    word: str, load: DocumentLoader, overlays: Overlays = ()
) -> SingleDocument | DocumentFolder:
    """Return what an argument names.

    Args:
        word: `-`, a URL, `git:REV:path`, `git REV:path`, a path, or `REV:path` if git has it and
            there is no file of that name.
        load: loads the document at a path or URL, changed by the overlays.
        overlays: documents that change what is loaded in another way.

    Raises:
        DocumentNotFound: the revision, or the path in it, does not exist.
        UsageError: it is none of these.

    """
    if word == STDIN:
        return SingleDocument("stdin", partial(_read_stdin, overlays))
    if _URL.match(word):
        return SingleDocument(word, partial(load, word))
    if word.startswith((GIT_PREFIX, "git ")):
        revision = parse_revision_path(word[len(GIT_PREFIX) :].strip(), word)
        return open_at_revision(*revision, overlays)
    if not os.path.lexists(word) and (found := _find_in_git(word, overlays)):
        return found
    return open_in_work_tree(word, load, overlays)


def _find_in_git(word: str, overlays: Overlays) -> SingleDocument | DocumentFolder | None:
    """Return what `REV:path` names without the prefix git; None if git has no such file."""
    if ":" not in word.strip(":"):
        return None
    try:
        return open_at_revision(*parse_revision_path(word, word), overlays)
    except DocumentError:
        return None


def open_at_revision(
    tree: RevisionTree, path: str, overlays: Overlays = ()
) -> SingleDocument | DocumentFolder:
    """Return the document or folder at a path of a revision.

    Raises:
        DocumentNotFound: nothing is there.

    """
    label = f"{GIT_PREFIX}{tree.revision}:{path}"
    error_suffix = f" (at the revision {tree.revision})"
    uri = tree.build_uri(path)
    kind, fetch = tree.find_kind(path), tree.build_fetcher(build_fetcher(build_boundary(uri)))
    if kind == "tree":
        return DocumentFolder(
            label,
            tree.repository.root / path,
            _select_candidates(tree.list_names(path)),
            fetch,
            error_suffix,
            overlays,
        )
    if not kind:
        raise tree.build_missing_error(path)
    open_files = partial(_open_document, uri, fetch, error_suffix, overlays)
    return SingleDocument(label, lambda: build_document(open_files()))


def open_in_work_tree(
    path: str, load: DocumentLoader, overlays: Overlays = ()
) -> SingleDocument | DocumentFolder:
    """Return the document or folder at a path; loading fails later if there is no document."""
    root = Path(path).absolute()
    if not root.is_dir():
        return SingleDocument(path, partial(load, path))
    fetch = build_fetcher(build_boundary(root.as_uri()))
    names = _select_candidates(_list_files(root))
    return DocumentFolder(path, root, names, fetch, overlays=overlays)


def _list_files(root: Path) -> Iterable[str]:
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if _is_ours(name)]  # os.walk goes on into what is left
        yield from (Path(folder, name).relative_to(root).as_posix() for name in names)


def _select_candidates(names: Iterable[str]) -> list[str]:
    documents = [name for name in names if name.endswith(SUFFIXES)]
    return sorted(name for name in documents if all(map(_is_ours, name.split("/"))))


def _is_ours(part: str) -> bool:
    return part != _DEPENDENCIES_FOLDER and not part.startswith(".")


def _read_stdin(overlays: Overlays) -> Document:
    """Return the document on standard input. It has no base, so its references read no file."""
    root, data = (Path.cwd() / "stdin").as_uri(), sys.stdin.buffer.read()

    def fetch(uri: str) -> bytes:
        if uri != root:
            message = "standard input has no base and reads no other file; give a path"
            raise DocumentNotFound(message, uri=uri)
        return data

    return build_document(_open_document(root, fetch, "", overlays))


def _open_document(uri: str, fetch: Fetch, error_suffix: str, overlays: Overlays) -> DocumentFiles:
    try:
        return load_files(uri, fetch, open_default_cache(), overlays=overlays)
    except DocumentError as error:
        error.headline += error_suffix
        raise


def build_document(files: DocumentFiles) -> Document:
    """Return the document that files hold.

    Raises:
        UnsupportedVersion: it is no OpenAPI document of a version that dynclient reads.

    """
    return Document(files, _check_document)


def _check_document(found: Document) -> list[Problem]:
    from dynclient.plan.document_check import check_document

    return check_document(found)
