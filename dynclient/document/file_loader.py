"""From a path, URL or mapping to the files of a document: read, parsed or taken from the cache, references fetched."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dynclient.document.document_cache import DocumentCache
from dynclient.document.mapping_reader import normalize_mapping
from dynclient.document.problems import Problem
from dynclient.document.references import DocumentFile, DocumentFiles, find_external_files
from dynclient.errors import DocumentError, DocumentNotFound, DocumentTooLarge

Fetch = Callable[[str], bytes]

MAX_FILE_BYTES = 128 * 1024 * 1024
MAX_FILES = 5000

#: The URI of a document that came as a mapping.
IN_MEMORY_URI = "memory:document"


def get_scheme(uri: str) -> str:
    """Return the scheme of a URI, lower case, "" where it has none; of text that is no URI at all, too."""
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", uri)
    return found[1].lower() if found else ""


def is_remote(uri: str) -> bool:
    """Tell whether a URI is read over the net."""
    return get_scheme(uri) in ("http", "https")


def to_uri(source: str | Path) -> str:
    """Return the URI of a path or URL."""
    if isinstance(source, str) and get_scheme(source) in ("http", "https", "file"):
        return source
    return Path(source).absolute().as_uri()


def to_path(uri: str) -> Path:
    """Return the path of a file: URI."""
    try:
        path = unquote(urlsplit(uri).path)
    except ValueError:  # no host can be made of what stands where one would
        path = unquote(uri[len("file://") :])
    if os.name == "nt":
        from urllib.request import url2pathname  # 14 ms that nobody else needs

        path = url2pathname(path)
    return Path(path)


def load_files(
    source: str | Path | Mapping[str, Any], fetch: Fetch, cache: DocumentCache
) -> DocumentFiles:
    """Read a document and every file that it refers to.

    Args:
        source: a path, a URL, or the document as a mapping.
        fetch: gives the bytes of a URI; it decides what may be reached.
        cache: where parsed texts are kept.

    Raises:
        DocumentNotFound: nothing is at `source`. A file that is only referred to may be missing: using it fails.
        DocumentSyntaxError: the text of `source` is neither YAML nor JSON.
        DocumentTooLarge: a file, or the number of files, is beyond the limits.

    """
    if isinstance(source, Mapping):
        tree, problems = normalize_mapping(source, IN_MEMORY_URI)
        files = {IN_MEMORY_URI: DocumentFile(IN_MEMORY_URI, tree, tuple(problems))}
        todo = find_external_files(files[IN_MEMORY_URI], None)
        root = IN_MEMORY_URI
    else:
        root = to_uri(source)
        files, todo = {}, [root]
    while todo:
        uri = todo.pop(0)
        if uri in files or (uri != root and not _is_fetchable(uri)):
            continue
        if len(files) >= MAX_FILES:
            raise DocumentTooLarge(f"{root} refers to more than {MAX_FILES} files", uri=root)
        try:
            data = fetch(uri)
            files[uri] = _parse_file(uri, data, fetch, cache)
        except DocumentError:
            if uri == root:
                raise
            continue
        todo += find_external_files(files[uri], data)
    return DocumentFiles(root, files)


def _is_fetchable(uri: str) -> bool:
    return get_scheme(uri) in ("http", "https", "file")


def _parse_file(uri: str, data: bytes, fetch: Fetch, cache: DocumentCache) -> DocumentFile:
    if len(data) > MAX_FILE_BYTES:
        raise DocumentTooLarge(
            f"{uri} has {len(data):,} bytes, more than {MAX_FILE_BYTES:,}", uri=uri
        )
    kept_text = data if is_remote(uri) else None
    locate = _LazyLocator(lambda: fetch(uri) if kept_text is None else kept_text)
    kept = cache.get(data)
    if isinstance(kept, dict) and kept.keys() == {"tree", "problems"}:
        problems = tuple(Problem(**{**p, "file": uri}) for p in kept["problems"])
        return DocumentFile(uri, kept["tree"], problems, locate)
    from dynclient.document import yaml12

    parsed = yaml12.parse(data, uri)
    plain = [{k: v for k, v in asdict(p).items() if k != "place"} for p in parsed.problems]
    cache.put(data, {"tree": parsed.tree, "problems": plain})
    return DocumentFile(uri, parsed.tree, tuple(parsed.problems), locate)


class _LazyLocator:
    """Finds lines in a text when somebody asks: until then neither the text nor the YAML parser is needed."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    def __call__(self, pointer: str) -> tuple[int, int] | None:
        return self._locator(pointer)

    @cached_property
    def _locator(self) -> Callable[[str], tuple[int, int] | None]:
        from dynclient.document import yaml12

        return yaml12.Locator(self._read)


def read_file(uri: str) -> bytes:
    """Return the bytes of a file: URI.

    Raises:
        DocumentNotFound: it does not exist or cannot be read.
        DocumentTooLarge: it has more than MAX_FILE_BYTES.

    """
    path = to_path(uri)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise DocumentTooLarge(f"{path} is larger than {MAX_FILE_BYTES:,} bytes", uri=uri)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DocumentNotFound(
            f"no document at {path}: {why}", hint="give a path, a URL or a mapping", uri=uri
        ) from None
