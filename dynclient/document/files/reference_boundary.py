"""Which files and URLs the references of a document may name."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dynclient.document.files.uris import (
    get_scheme,
    is_on_other_machine,
    is_remote,
    to_path,
    to_uri,
)
from dynclient.errors import DocumentNotFound
from dynclient.masking import mask_url

#: The code of the error of a reference that may not be followed.
REFUSED = "reference-refused"

_GIT_FOLDER = ".git"

_DEFAULT_PORTS = {"http": 80, "https": 443}


class ReferenceBoundary:
    """What the references of one document may name.

    A document in a file may name files below its own folder, or of the git repository in which it
    lies; one from the net only what has its own origin. A document without a base may name nothing.

    Args:
        root: the URI of the entry document, or of what its references are relative to.
        retrieval_urls: the URI of a file that was redirected → the URL that it came from at last.
        allowed: what they may name besides: the URIs of files, folders, and of URLs with all below
            them.
        allows_everything: whether they may name every file and every host; a document from the net
            no file, and public hosts only.
        folder: the folder below which they may name files besides; None: there is none.

    """

    def __init__(
        self,
        root: str,
        retrieval_urls: dict[str, str],
        allowed: tuple[str, ...] = (),
        allows_everything: bool = False,
        folder: Path | None = None,
    ) -> None:
        self.root = root
        self.retrieval_urls = retrieval_urls
        self.allowed = allowed
        self.allows_everything = allows_everything
        self.folder = folder

    @property
    def may_fetch(self) -> bool:
        """Whether a reference may lead to the net."""
        is_allowed = self.allows_everything or any(map(is_remote, self.allowed))
        return is_allowed or is_remote(self.root)

    def check_file(self, uri: str) -> None:
        """Check a reference to a `file:` URI.

        Raises:
            DocumentNotFound: it may not be read, or is on another machine.

        """
        if is_remote(self.root):
            raise _build_refusal(uri, "a document from the net reads no file", can_be_allowed=False)
        if is_on_other_machine(uri):
            raise _build_refusal(uri, "the file is on another machine", can_be_allowed=False)
        if self.allows_everything:
            return
        path = _resolve_links(to_path(uri))
        folders = [_resolve_links(to_path(one)) for one in self.allowed if not is_remote(one)]
        if any(path.is_relative_to(folder) for folder in folders):
            return
        if self.folder is None:
            raise _build_refusal(uri, "the document has no base and reads no other file")
        if not path.is_relative_to(self.folder):
            raise _build_refusal(uri, f"the file is outside {self.folder}")
        if _GIT_FOLDER in path.relative_to(self.folder).parts:
            raise _build_refusal(uri, f"the file is inside {_GIT_FOLDER}")

    def is_vouched(self, url: str) -> bool:
        """Tell whether the user vouched for a URL: by its origin, or as an allowed one."""
        if not is_remote(self.root) and self.allows_everything:
            return True
        if is_remote(self.root) and _get_origin(url) == _get_origin(self.root):
            return True
        return any(_is_below(url, one) for one in self.allowed if is_remote(one))

    def check_url(self, url: str) -> None:
        """Check a reference to a URL of the net.

        Raises:
            DocumentNotFound: it may not be fetched.

        """
        if self.allows_everything or self.is_vouched(url) or self._has_retrieved_origin(url):
            return
        reason = "a document of this machine fetches nothing from the net"
        if is_remote(self.root):
            reason = "it is of another origin than the document"
        raise _build_refusal(url, reason)

    def _has_retrieved_origin(self, url: str) -> bool:
        """Tell whether a URL has the origin that the entry document came from, behind redirects.

        Nobody vouched for that origin: it must be a public one.
        """
        retrieved = self.retrieval_urls.get(self.root)
        return retrieved is not None and _get_origin(url) == _get_origin(retrieved)


def build_boundary(
    root: str, allow_references: bool | Collection[str | os.PathLike[str]] = False
) -> ReferenceBoundary:
    """Return the boundary of a document.

    Args:
        root: the URI of the entry document, or of what its references are relative to.
        allow_references: what its references may name besides: paths of files and folders, and
            URLs with all below them; True: every file, and every public host.

    """
    folder = find_boundary_folder(to_path(root)) if get_scheme(root) == "file" else None
    if isinstance(allow_references, bool):
        return ReferenceBoundary(root, {}, (), allow_references, folder)
    uris = [to_uri(one if isinstance(one, str) else Path(one)) for one in allow_references]
    return ReferenceBoundary(root, {}, tuple(uris), folder=folder)


def find_boundary_folder(path: Path) -> Path:
    """Return the folder below which a document at a path may read files, its links resolved.

    It is the git repository in which the document lies, else its own folder.
    """
    folder = _resolve_links(path if path.is_dir() else path.parent)
    repositories = [one for one in (folder, *folder.parents) if (one / _GIT_FOLDER).exists()]
    return repositories[0] if repositories else folder


def _resolve_links(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path


def _get_origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL; what is none has an origin of its own.

    Source: RFC 6454 §4.
    """
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", url, None


def _is_below(url: str, allowed: str) -> bool:
    """Tell whether a URL is an allowed one, or below it."""
    if _get_origin(url) != _get_origin(allowed):
        return False
    path, allowed_path = urlsplit(url).path, urlsplit(allowed).path
    segments, allowed_segments = path.split("/"), allowed_path.rstrip("/").split("/")
    if ".." in map(unquote, segments):
        return False
    return segments[: len(allowed_segments)] == allowed_segments


def _build_refusal(uri: str, reason: str, *, can_be_allowed: bool = True) -> DocumentNotFound:
    named = str(to_path(uri)) if get_scheme(uri) == "file" else mask_url(uri)
    hint = f'load it with allow_references=["{named}"]' if can_be_allowed else None
    return DocumentNotFound(f"{named} is refused: {reason}", hint=hint, uri=uri, code=REFUSED)
