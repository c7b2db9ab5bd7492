"""Files as git keeps them at a revision.

Nothing changes the work tree, no shell runs, and no name can be an option of git.
"""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from dynclient.document.files.file_loader import Fetch
from dynclient.document.files.uris import get_scheme, is_remote, to_path
from dynclient.errors import DocumentNotFound, UsageError
from dynclient.names import suggest

#: How long one git command may take.
TIMEOUT_S = 30

#: Makes git's output independent of terminal and language.
_PLAIN_ENVIRONMENT = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}

_OBJECT_HEADER = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) \d+\n")

ObjectKind = Literal["blob", "tree", ""]


@dataclass(frozen=True)
class Repository:
    """A repository, as git finds it from a folder.

    Attributes:
        folder: where git is run.
        root: the top of the work tree; for a bare repository, the repository itself.
        prefix: the folder relative to the root, "" or `a/b/`.

    """

    folder: Path
    root: Path
    prefix: str

    @classmethod
    def discover(cls, folder: Path) -> Repository:
        """Return the repository that a folder is in.

        Raises:
            DocumentNotFound: it is in none, or git is not there.

        """
        folder = next(f for f in (folder, *folder.parents) if f.is_dir())
        try:
            root, prefix, _ = (
                _run_git(folder, "rev-parse", "--show-toplevel", "--show-prefix")
                .decode()
                .split("\n")
            )
        except DocumentNotFound:
            root, prefix = (
                _run_git(folder, "rev-parse", "--absolute-git-dir").decode().rstrip("\n"),
                "",
            )
        return cls(folder, Path(root), prefix)

    def open_revision(self, revision: str) -> RevisionTree:
        """Return the files at a revision.

        Raises:
            DocumentNotFound: there is no such revision.

        """
        found = self.find_object(f"{revision}^{{tree}}")
        if found is None or found[1] != "tree":
            raise _build_not_found(
                f"git knows no revision {revision!r} in {self.root}",
                hint=self._suggest_revision(revision),
            )
        return RevisionTree(self, revision, found[0])

    def find_object(self, name: str) -> tuple[str, str] | None:
        """Return id and kind of the object with a name, None if there is none."""
        found = _OBJECT_HEADER.match(self._query_object("--batch-check", name))
        return (found[1].decode(), found[2].decode()) if found else None

    def make_relative(self, uri: str) -> str:
        """Return the path of a `file:` URI relative to the root.

        Raises:
            DocumentNotFound: it is outside, or of another scheme.

        """
        if get_scheme(uri) != "file":
            raise _build_not_found(f"{uri} is no file of the repository", uri=uri)
        path = Path(os.path.normpath(to_path(uri)))
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            text = f"{path} is outside the repository {self.root}"
            text = f"{text}; at a revision only its own files are read"
            raise _build_not_found(text, uri=uri) from None

    def _query_object(self, how: str, name: str) -> bytes:
        """Ask for one object. Names go to standard input, where they cannot be options."""
        if "\n" in name:
            return b""
        return _run_git(self.folder, "cat-file", how, "--follow-symlinks", given=name + "\n")

    def read_object(self, name: str) -> bytes | None:
        """Return the bytes of the file with a name, None if there is none."""
        answer = self._query_object("--batch", name)
        found = _OBJECT_HEADER.match(answer)
        return answer[found.end() : -1] if found and found[2] == b"blob" else None

    def _suggest_revision(self, revision: str) -> str:
        """Return the hint for a revision that does not exist."""
        if ":" in revision or os.path.lexists(revision):
            return "dynclient diff OLD NEW compares two documents; alone stands a revision"
        output = _run_git(self.folder, "for-each-ref", "--format=%(refname:short)")
        refs = output.decode(errors="replace").split()
        remote_refs = [ref for ref in refs if ref.endswith(f"/{revision}")]
        suggestions = remote_refs or suggest(revision, refs, 1)
        if suggestions:
            return f"did you mean {suggestions[0]}?"
        if _run_git(self.folder, "rev-parse", "--is-shallow-repository") == b"true\n":
            return (
                "this clone is shallow: fetch that revision first "
                "(in actions/checkout: `fetch-depth: 0`)"
            )
        return "git branch --all lists the branches; git fetch brings in what is missing"


@dataclass(frozen=True)
class RevisionTree:
    """The files of a repository at a revision.

    Attributes:
        repository: whose files they are.
        revision: as the user wrote it.
        id: the id of the tree; it stays the same when a branch moves meanwhile.

    """

    repository: Repository
    revision: str
    id: str

    def normalize_path(self, given: str) -> str:
        """Return a path relative to the root; only `./…` and `../…` start at the folder."""
        is_relative = given in (".", "..") or given.startswith(("./", "../"))
        path = posixpath.normpath(self.repository.prefix + given if is_relative else given)
        return "" if path == "." else path

    def find_kind(self, path: str) -> ObjectKind:
        """Return whether a path is a file (`blob`), a folder (`tree`), or nothing ("")."""
        found = self.repository.find_object(self._build_object_name(path))
        if found is None:
            return ""
        return "tree" if found[1] == "tree" else "blob"

    def read(self, path: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            DocumentNotFound: there is none at that path.

        """
        found = self.repository.read_object(self._build_object_name(path))
        if found is None:
            raise self.build_missing_error(path)
        return found

    def list_names(self, folder: str) -> list[str]:
        """Return the paths of all files in a folder and below, relative to it."""
        found = self.repository.find_object(self._build_object_name(folder))
        if found is None or found[1] != "tree":
            raise self.build_missing_error(folder)
        tree_id, _ = found
        options = ("-r", "-z", "--name-only", "--full-tree")
        output = _run_git(self.repository.folder, "ls-tree", *options, tree_id)
        return [os.fsdecode(name) for name in output.split(b"\0") if name]

    def _build_object_name(self, path: str) -> str:
        """Return git's name of a path, "" for a path outside the tree."""
        return "" if f"{path}/".startswith("../") else f"{self.id}:{path}"

    def build_uri(self, path: str) -> str:
        """Return the URI that a file has in the work tree, for messages and references."""
        return (self.repository.root / path).as_uri()

    def build_fetcher(self, remote: Fetch) -> Fetch:
        """Return the function that reads files at this revision, and none outside the repository.

        Args:
            remote: reads references over the net.

        """
        return lambda uri: (
            remote(uri) if is_remote(uri) else self.read(self.repository.make_relative(uri))
        )

    def build_missing_error(self, path: str) -> DocumentNotFound:
        """Return the error of a path that does not exist; the hint suggests a file."""
        names = [name for name in self._file_names if name.endswith((".yaml", ".yml", ".json"))]
        suggestions = suggest(path, names, 1)
        hint = "paths are as seen from the root; ./… from here"
        if suggestions:
            hint = f"did you mean {self.revision}:{suggestions[0]}?"
        text = f"no document at {path or '/'} in the revision {self.revision}"
        return _build_not_found(text, hint=hint, uri=self.build_uri(path))

    @cached_property
    def _file_names(self) -> list[str]:
        return self.list_names("")


def parse_revision_path(text: str, word: str) -> tuple[RevisionTree, str]:
    """Return the revision and the path that `REV:path` names, in the repository around here.

    Args:
        text: `REV:path`.
        word: what the user wrote, for the error.

    Raises:
        UsageError: there is no colon in it.
        DocumentNotFound: there is no such revision.

    """
    revision, colon, path = text.partition(":")
    if not (revision and colon):
        raise UsageError(
            f"{word!r} names no file at a revision",
            hint="write git:REV:path, such as git:main:api.yaml",
        )
    tree = Repository.discover(Path.cwd()).open_revision(revision)
    return tree, tree.normalize_path(path)


def _run_git(folder: Path, *words: str, given: str = "") -> bytes:
    """Return what git answers.

    Raises:
        DocumentNotFound: it cannot be run, refuses, or takes too long.

    """
    try:
        done = subprocess.run(  # noqa: S603 (a list of arguments; what users type goes to standard input)
            ["git", *words],  # noqa: S607 (whichever git the user has)
            cwd=folder,
            env={**os.environ, **_PLAIN_ENVIRONMENT},
            input=os.fsencode(given),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        raise _build_not_found(
            "reading a revision needs git, which is not installed", hint="install git"
        ) from None
    except (OSError, ValueError) as error:
        raise _build_not_found(f"git cannot be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise _build_not_found(f"git {words[0]} took more than {TIMEOUT_S} s in {folder}") from None
    if done.returncode:
        raise _build_refusal(folder, os.fsdecode(done.stderr).strip())
    return done.stdout


def _build_not_found(headline: str, hint: str | None = None, uri: str = "") -> DocumentNotFound:
    """Return the error with a code of its own, since its hints differ from those of a path."""
    return DocumentNotFound(headline, hint=hint, uri=uri, code="revision-not-found")


def _build_refusal(folder: Path, output: str) -> DocumentNotFound:
    if "not a git repository" in output.lower():
        return _build_not_found(
            f"{folder} is in no git repository", hint="give a path or a URL, or run it in one"
        )
    first = output.removeprefix("fatal: ").partition("\n")[0]
    hint = (
        f"git config --global --add safe.directory {folder}"
        if "dubious ownership" in output
        else None
    )
    return _build_not_found(f"git cannot read the repository at {folder}: {first}", hint=hint)
