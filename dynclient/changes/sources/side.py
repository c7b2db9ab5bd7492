"""What one word of a command line names: a document, or a folder of documents."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.changes.sources.git import Repository, Tree
from dynclient.document.cache import default_cache
from dynclient.document.references import Files
from dynclient.document.source import Fetch, open_files
from dynclient.errors import DocumentError, UsageError
from dynclient.model import Document
from dynclient.transport.fetch import fetcher

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

STDIN = "-"

#: How a file at a revision is written: `git:REV:path`.
GIT = "git:"

_URL = re.compile("(?:https?|file):", re.IGNORECASE)

SUFFIXES = (".yaml", ".yml", ".json")

#: A folder of other people's documents.
_THEIRS = "node_modules"

#: Loads the document at a path or URL.
Load = Callable[[str], Document]


@dataclass(frozen=True)
class One:
    """A document of its own.

    Attributes:
        label: what messages call it.
        load: loads it.

    """

    label: str
    load: Callable[[], Document]


@dataclass(frozen=True)
class Folder:
    """A folder of documents, and of whatever else lies there.

    Attributes:
        label: what messages call it.
        root: where it is in the work tree.
        names: the paths of the files that may be documents, as seen from it.
        fetch: gives the bytes of a URI.
        said: what errors add to say which revision it is of.

    """

    label: str
    root: Path
    names: Sequence[str]
    fetch: Fetch
    said: str = ""

    def read(self, name: str) -> bytes:
        """Return the bytes of one of the files."""
        return self.fetch((self.root / name).as_uri())

    def files(self, name: str) -> Files:
        """Open one of the files, with all that it refers to."""
        return _opened((self.root / name).as_uri(), self.fetch, self.said)


def side(word: str, load: Load) -> One | Folder:
    """Return what a word names.

    Args:
        word: `-`, a URL, `git:REV:path`, `git REV:path`, a path, or `REV:path` where git has it and no such file is
            there.
        load: loads the document at a path or URL.

    Raises:
        DocumentNotFound: a revision, or the path in it, is not there.
        UsageError: it is none of these.

    """
    if word == STDIN:
        return One("stdin", _stdin)
    if _URL.match(word):
        return One(word, partial(load, word))
    if word.startswith((GIT, "git ")):
        return at_revision(*_named(word[len(GIT) :].strip(), word))
    if not os.path.lexists(word) and (found := _in_git(word)):
        return found
    return in_work_tree(word, load)


def _named(text: str, word: str) -> tuple[Tree, str]:
    """Return the revision and the path that `REV:path` names."""
    revision, colon, path = text.partition(":")
    if not (revision and colon):
        raise UsageError(
            f"{word!r} names no file at a revision",
            hint="write git:REV:path, such as git:main:api.yaml",
        )
    tree = Repository.around(Path.cwd()).at(revision)
    return tree, tree.path(path)


def _in_git(word: str) -> One | Folder | None:
    """Return what `REV:path` names without the word git; None where it is no such thing."""
    if ":" not in word.strip(":"):
        return None
    try:
        return at_revision(*_named(word, word))
    except DocumentError:
        return None


def at_revision(tree: Tree, path: str) -> One | Folder:
    """Return the document or folder at a path of a revision.

    Raises:
        DocumentNotFound: nothing is there.

    """
    label, said, uri = (
        f"{GIT}{tree.revision}:{path}",
        f" (at the revision {tree.revision})",
        tree.uri(path),
    )
    kind, fetch = tree.kind(path), tree.fetcher(fetcher(uri))
    if kind == "tree":
        return Folder(
            label, tree.repository.root / path, _candidates(tree.names(path)), fetch, said
        )
    if not kind:
        raise tree.missing(path)
    return One(label, lambda: document(_opened(uri, fetch, said)))


def in_work_tree(path: str, load: Load) -> One | Folder:
    """Return the document or folder at a path; whether a document is there is found when it is loaded."""
    root = Path(path).absolute()
    if not root.is_dir():
        return One(path, partial(load, path))
    return Folder(path, root, _candidates(_walk(root)), fetcher(root.as_uri()))


def _walk(root: Path) -> Iterable[str]:
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if _is_ours(name)]  # os.walk goes on into what is left
        yield from (Path(folder, name).relative_to(root).as_posix() for name in names)


def _candidates(names: Iterable[str]) -> list[str]:
    ours = (
        name for name in names if name.endswith(SUFFIXES) and all(map(_is_ours, name.split("/")))
    )
    return sorted(ours)


def _is_ours(part: str) -> bool:
    return part != _THEIRS and not part.startswith(".")


def _stdin() -> Document:
    """Return the document on standard input; what it refers to is looked for in the current folder."""
    uri, data = (Path.cwd() / "stdin").as_uri(), sys.stdin.buffer.read()
    local = fetcher(uri)
    return document(_opened(uri, lambda wanted: data if wanted == uri else local(wanted)))


def _opened(uri: str, fetch: Fetch, said: str = "") -> Files:
    try:
        return open_files(uri, fetch, default_cache())
    except DocumentError as error:
        error.headline += said
        raise


def document(files: Files) -> Document:
    """Return the document that files hold.

    Raises:
        UnsupportedVersion: it is no OpenAPI document of a version that dynclient reads.

    """
    return Document(files, _check)


def _check(found: Document) -> list[Problem]:
    from dynclient.plan.check import check

    return check(found)
