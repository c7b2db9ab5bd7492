"""Reads the source of a document: a path, URL, mapping, bytes, file object, `-` or git revision."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

from dynclient.document.cache.document_cache import open_default_cache
from dynclient.document.files.document_files import DocumentFile, DocumentFiles
from dynclient.document.files.file_loader import IN_MEMORY_URI, Fetch, load_files
from dynclient.document.files.reference_boundary import REFUSED, ReferenceBoundary, build_boundary
from dynclient.document.files.uris import get_scheme, to_path, to_uri
from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.errors import DocumentError, DocumentNotFound, UsageError
from dynclient.transport.document_fetcher import build_fetcher
from dynclient.violations import shorten_repr

#: The source that is standard input.
STDIN = "-"

#: How a file at a revision is written: `git:REV:path`.
GIT_PREFIX = "git:"

#: The name of a document without a file in the folder that is its base.
MAPPING_NAME = "mapping"

_STDIN_URI = "memory:///stdin"
_BYTES_URI = "memory:///document"

SOURCE_HINT = "give a path, a URL, a mapping, bytes, a file object, - or git:REV:path"


class ReadableFile(Protocol):
    """A file object: what `open` returns."""

    def read(self, size: int, /) -> Any:
        """Return the next bytes, or the next characters."""


#: What the references of a document may name besides what lies beside it.
AllowedReferences = bool | Collection[str | PathLike[str]]

Base = str | PathLike[str] | None


def load_source(
    source: object,
    base: Base = None,
    allow_references: AllowedReferences = False,
    overlays: Sequence[DocumentFile] = (),
    limits: LoadingLimits = DEFAULT_LIMITS,
) -> DocumentFiles:
    """Load the files of a document.

    Args:
        source: a path, a URL, `-`, `git:REV:path`, a mapping, bytes or a file object.
        base: what the references of a document without a file are relative to.
        allow_references: what the references may name besides.
        overlays: documents that change it.
        limits: how much it may hold.

    Raises:
        UsageError: the source is none of these, or an option does not fit it.
        DocumentError: the document cannot be read.

    """
    _check_allowed_references(allow_references)
    if isinstance(source, Mapping):
        uri = IN_MEMORY_URI if base is None else _build_uri(base)
        boundary = build_boundary(uri, allow_references)
        is_alone = base is None and not allow_references
        fetch = _build_refusal("a mapping") if is_alone else build_fetcher(boundary, limits)
        return _load_within(boundary, fetch, overlays, limits, source)
    given = _read_given_data(source, limits)
    if given is not None:
        return _load_data(given, base, allow_references, overlays, limits)
    if not isinstance(source, PathLike | str) or source == "":
        raise UsageError(f"no document can be loaded from {shorten_repr(source)}", hint=SOURCE_HINT)
    if base is not None:
        raise UsageError(
            "`base` is for a document that is given as a mapping, as bytes, as a file object or on "
            "standard input",
            hint="leave it out: a path or URL is its own base",
        )
    if isinstance(source, str) and source.startswith(GIT_PREFIX):
        return _load_from_git(source, allow_references, overlays, limits)
    root = to_uri(source if isinstance(source, str) else Path(source))
    boundary = build_boundary(root, allow_references)
    return _load_within(boundary, build_fetcher(boundary, limits), overlays, limits)


def read_overlays(given: object) -> list[DocumentFile]:
    """Return the overlays of a document.

    Args:
        given: a source, as of a document, or a list of them.

    Raises:
        UsageError: it is none of these.
        DocumentError: an overlay cannot be read.

    """
    overlays = []
    for number, source in enumerate(given if isinstance(given, list | tuple) else [given], 1):
        files = load_source(source)
        overlay = files.read_file(files.root)
        if get_scheme(overlay.uri) == "memory":
            overlay = replace(overlay, uri=f"memory:overlay-{number}")
        overlays.append(overlay)
    return overlays


def _load_within(
    boundary: ReferenceBoundary,
    fetch: Fetch,
    overlays: Sequence[DocumentFile],
    limits: LoadingLimits,
    mapping: Mapping[str, Any] | None = None,
) -> DocumentFiles:
    """Load the document at the root of a boundary, or a mapping that stands there."""
    return load_files(
        boundary.root if mapping is None else mapping,
        fetch,
        open_default_cache(),
        boundary.root,
        may_fetch=boundary.may_fetch,
        overlays=overlays,
        limits=limits,
        retrieval_urls=boundary.retrieval_urls,
    )


def _check_allowed_references(value: object) -> None:
    if isinstance(value, bool):
        return
    entries = list(value) if isinstance(value, list | tuple | set | frozenset) else [None]
    if all(isinstance(one, str | PathLike) for one in entries):
        return
    raise UsageError(
        f"allow_references cannot be {shorten_repr(value)}",
        hint='give a list of paths and URLs, such as ["../shared", "https://api.example"], or True',
    )


class _GivenData:
    """A document that came as bytes.

    Args:
        data: the bytes.
        kind: what messages call it.
        uri: what stands for the URI that it does not have.

    """

    def __init__(self, data: bytes, kind: str, uri: str = _BYTES_URI) -> None:
        self.data = data
        self.kind = kind
        self.uri = uri


def _read_given_data(source: Any, limits: LoadingLimits) -> _GivenData | None:
    """Return the bytes of a source that has no path and no URL; None where it has one."""
    if isinstance(source, bytes | bytearray | memoryview):
        return _GivenData(bytes(source), "bytes")
    if hasattr(source, "read"):
        return _GivenData(_read_file_object(source, limits), "a file object")
    if source == STDIN:
        return _GivenData(_read_file_object(sys.stdin.buffer, limits), "standard input", _STDIN_URI)
    return None


def _load_data(
    given: _GivenData,
    base: Base,
    allow_references: AllowedReferences,
    overlays: Sequence[DocumentFile],
    limits: LoadingLimits,
) -> DocumentFiles:
    root = given.uri if base is None else _build_uri(base)
    boundary = build_boundary(root, allow_references)
    is_alone = base is None and not allow_references
    read_other = _build_refusal(given.kind) if is_alone else build_fetcher(boundary, limits)

    def fetch(uri: str) -> bytes:
        return given.data if uri == root else read_other(uri)

    files = _load_within(boundary, fetch, overlays, limits)
    files.vouches_for_servers = False
    return files


def _load_from_git(
    source: str,
    allow_references: AllowedReferences,
    overlays: Sequence[DocumentFile],
    limits: LoadingLimits,
) -> DocumentFiles:
    from dynclient.document.files.git import parse_revision_path

    tree, path = parse_revision_path(source[len(GIT_PREFIX) :], source)
    boundary = build_boundary(tree.build_uri(path), allow_references)
    try:
        fetch = tree.build_fetcher(build_fetcher(boundary, limits))
        return _load_within(boundary, fetch, overlays, limits)
    except DocumentError as error:
        error.headline += f" (at the revision {tree.revision})"
        raise


def _build_uri(base: str | PathLike[str]) -> str:
    """Return the URI of a document whose references are relative to a file, folder or URL."""
    uri = to_uri(base if isinstance(base, str) else Path(base))
    is_folder = get_scheme(uri) == "file" and to_path(uri).is_dir()
    return f"{uri.rstrip('/')}/{MAPPING_NAME}" if is_folder else uri


def _build_refusal(kind: str) -> Fetch:
    """Return a function that reads nothing."""

    def refuse(uri: str) -> bytes:
        raise DocumentNotFound(
            f"a document that is given as {kind} has no base and reads no other file; "
            "load it with base=PATH, or with allow_references=True",
            uri=uri,
            code=REFUSED,
        )

    return refuse


def _read_file_object(file: Any, limits: LoadingLimits) -> bytes:
    """Return what a file object holds, from where it stands.

    Raises:
        DocumentNotFound: it cannot be read.
        DocumentTooLarge: it holds more than a document may.

    """
    try:
        data = file.read(limits.file_bytes + 1)
    except (OSError, ValueError, TypeError) as error:
        raise DocumentNotFound(f"the document cannot be read: {error}") from None
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    if not isinstance(data, bytes | bytearray):
        raise UsageError(
            f"a file object gave {shorten_repr(data)}, not bytes or text", hint=SOURCE_HINT
        )
    if len(data) > limits.file_bytes:
        message = f"the document is larger than {limits.file_bytes:,} bytes"
        raise limits.build_error("file_bytes", message)
    return bytes(data)
