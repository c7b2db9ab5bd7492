"""Loads the files of a document from a path, URL or mapping.

A file is read, then parsed or taken from the cache, and the files that it refers to are fetched.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dynclient.document.cache.cached_file import build_entry, read_entry
from dynclient.document.cache.document_cache import DocumentCache
from dynclient.document.files.document_files import DocumentFile, DocumentFiles
from dynclient.document.files.uris import get_scheme, to_path, to_uri
from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.openapi_version import has_schema_resources
from dynclient.document.published_schemas import read_published_schema
from dynclient.document.text_features import find_features
from dynclient.errors import DocumentNotFound
from dynclient.violations import shorten

if TYPE_CHECKING:
    from dynclient.document.files.locator import Locator
    from dynclient.document.problems import Problem

Fetch = Callable[[str], bytes]

#: The URI of a document that came as a mapping.
IN_MEMORY_URI = "memory:document"

#: How much of a path a message shows: it may be the text of a document.
MAX_SHOWN_CHARS = 200

#: A path that was meant as a URL.
_WRONG_SCHEME = re.compile(r"(?:^|/)\w+:/")


def load_files(
    source: str | Path | Mapping[str, Any],
    fetch: Fetch,
    cache: DocumentCache,
    mapping_uri: str = IN_MEMORY_URI,
    *,
    may_fetch: bool = False,
    overlays: Sequence[DocumentFile] = (),
    limits: LoadingLimits = DEFAULT_LIMITS,
    retrieval_urls: Mapping[str, str] = MappingProxyType({}),
) -> DocumentFiles:
    """Load a document. Other files are read when a reference to them is first resolved.

    A document whose references may lead to the net reads all its files here, so that nothing is
    fetched in the middle of a call.

    Args:
        source: a path, a URL, or the document as a mapping.
        fetch: returns the bytes of a URI; it decides which URIs may be read.
        cache: where parsed texts are kept.
        mapping_uri: what the references of a mapping are relative to.
        may_fetch: whether a reference may lead to the net.
        overlays: documents that change the entry document, in this order.
        limits: how much the document may hold.
        retrieval_urls: the URI of a file that was redirected → the URL that it came from at last;
            `fetch` adds to it.

    Raises:
        DocumentNotFound: nothing is at `source`. A file that is only referred to may be missing:
            the error comes when the reference is used.
        DocumentSyntaxError: the text of `source` is neither YAML nor JSON.
        DocumentTooLarge: the text of `source` is beyond the limits.

    """
    reader = _FileReader(fetch, cache, limits, retrieval_urls)
    if isinstance(source, Mapping):
        root = mapping_uri
        entry = reader.read_mapping(source, root)
    else:
        root = to_uri(source)
        entry = reader.read_entry(root)
    by_uri = {root: entry}
    if overlays:
        from dynclient.document.overlay import apply_overlays  # Few documents have one.

        by_uri = {overlay.uri: overlay for overlay in overlays}
        by_uri[root] = apply_overlays(entry, overlays)
    files = DocumentFiles(root, by_uri, reader.read, limits)
    if may_fetch:
        files.read_all()
        files.stop_reading()
    return files


class _FileReader:
    """Reads the files of one document, up to a limit."""

    def __init__(
        self,
        fetch: Fetch,
        cache: DocumentCache,
        limits: LoadingLimits,
        retrieval_urls: Mapping[str, str],
    ) -> None:
        self._fetch = fetch
        self._cache = cache
        self._limits = limits
        self._retrieval_urls = retrieval_urls
        self._count = 0
        self._identifies_schemas = True

    def read_mapping(self, source: Mapping[str, Any], uri: str) -> DocumentFile:
        """Return the entry document that is a mapping."""
        from dynclient.document.files.mapping_reader import normalize_mapping

        tree, problems = normalize_mapping(source, uri, self._limits)
        self._identifies_schemas = has_schema_resources(tree)
        return self._restrict_features(DocumentFile(uri, tree, tuple(problems)))

    def read_entry(self, uri: str) -> DocumentFile:
        """Return the entry document at a URI."""
        file = self.read(uri)
        self._identifies_schemas = has_schema_resources(file.tree)
        return self._restrict_features(file)

    def _restrict_features(self, file: DocumentFile) -> DocumentFile:
        """Return a file of a document; schemas of some versions have no identifiers."""
        if self._identifies_schemas:
            return file
        return replace(file, features=file.features._replace(may_have_resources=False))

    def read(self, uri: str) -> DocumentFile:
        """Return the file at a URI."""
        self._count += 1
        if self._count > self._limits.files:
            message = f"the document refers to more than {self._limits.files:,} files"
            raise self._limits.build_error("files", message, uri)
        data = read_published_schema(uri) or self._fetch(uri)
        locate = _build_locator(uri, data, self._fetch)
        file = self._restrict_features(self._parse(uri, data, locate))
        find_traps = partial(locate.find_traps, uri)
        return replace(
            file,
            retrieval_uri=self._retrieval_urls.get(uri, uri),
            find_traps=find_traps,
        )

    def _parse(self, uri: str, data: bytes, locate: _LazyLocator) -> DocumentFile:
        """Return a file from the cache, or parse it and put it there."""
        if len(data) > self._limits.file_bytes:
            message = f"{uri} has {len(data):,} bytes, more than {self._limits.file_bytes:,}"
            raise self._limits.build_error("file_bytes", message, uri)
        if not self._limits.are_of_text:
            return _parse_file(uri, data, locate, self._limits)
        entry = self._cache.get(data)
        cached_file = read_entry(entry, uri, locate) if entry is not None else None
        if cached_file is not None:
            return cached_file
        file = _parse_file(uri, data, locate, self._limits)
        if self._cache.takes(data):
            with contextlib.suppress(ValueError, RecursionError):
                self._cache.put(data, build_entry(file))
        return file


def _build_locator(uri: str, data: bytes, fetch: Fetch) -> _LazyLocator:
    # A local file is read again for its lines. Others are kept: no request in mid-call.
    is_kept = get_scheme(uri) != "file" or not to_path(uri).is_file()
    return _LazyLocator((lambda: data) if is_kept else partial(fetch, uri))


def _parse_file(uri: str, data: bytes, locate: _LazyLocator, limits: LoadingLimits) -> DocumentFile:
    from dynclient.document import text_parser  # Most documents come from the cache.

    parsed = text_parser.parse_text(data, uri, limits)
    return DocumentFile(
        uri,
        parsed.tree,
        tuple(parsed.problems),
        locate,
        find_features(data),
    )


class _LazyLocator:
    """Finds positions in a text; it loads text and YAML parser at the first question."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    def __call__(self, pointer: str) -> tuple[int, int] | None:
        return self._locator(pointer)

    def find_traps(self, uri: str) -> Sequence[Problem]:
        """Return the problems of texts that the versions of YAML read differently."""
        return self._locator.find_traps(uri)

    @cached_property
    def _locator(self) -> Locator:
        from dynclient.document.files.locator import Locator

        return Locator(self._read)


def read_file(
    uri: str, *, may_be_pipe: bool = True, limits: LoadingLimits = DEFAULT_LIMITS
) -> bytes:
    """Return the bytes of a file: URI.

    Args:
        uri: the URI.
        may_be_pipe: whether it may be a pipe or device, which may never end.
        limits: how much it may hold.

    Raises:
        DocumentNotFound: it does not exist, cannot be read, or the URI is of another scheme.
        DocumentTooLarge: it is larger than the limit.

    """
    if get_scheme(uri) != "file":
        raise DocumentNotFound(f"{uri} is neither a file nor an http or https URL", uri=uri)
    path = to_path(uri)
    try:
        if not may_be_pipe and path.exists() and not path.is_file():
            raise DocumentNotFound(f"no document at {path}: it is no regular file", uri=uri)
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        shown_path = shorten(str(path), MAX_SHOWN_CHARS)
        text = f"no document at {shown_path}: {reason}"
        raise DocumentNotFound(text, hint=_build_hint(str(path)), uri=uri) from None
    if len(data) > limits.file_bytes:
        message = f"{path} is larger than {limits.file_bytes:,} bytes"
        raise limits.build_error("file_bytes", message, uri)
    return data


def _build_hint(path: str) -> str:
    """Return what somebody is told whose path leads nowhere."""
    name = path.rsplit("/", 1)[-1]
    if "\n" in path or "{" in name:
        return "if this is the text of a document, give it as bytes: text.encode()"
    if _WRONG_SCHEME.search(path):
        return "a URL begins with http:// or https://"
    return "give a path, a URL or a mapping"
