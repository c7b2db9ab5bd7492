"""Fetches the files of a document, local ones and those of the net.

It imports what the net needs only when it is needed: most documents are local.
"""

from __future__ import annotations

from dynclient.document.cache.document_cache import open_default_cache
from dynclient.document.files.file_loader import Fetch, read_file
from dynclient.document.files.reference_boundary import ReferenceBoundary
from dynclient.document.files.uris import get_scheme, is_remote
from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits


def build_fetcher(boundary: ReferenceBoundary, limits: LoadingLimits = DEFAULT_LIMITS) -> Fetch:
    """Return the function that reads the files of a document, within its boundary and limits."""

    def fetch(uri: str) -> bytes:
        if is_remote(uri):
            from dynclient.transport.document_download import download

            return download(uri, boundary, open_default_cache(), limits)
        is_root = uri == boundary.root
        if not is_root and get_scheme(uri) == "file":
            boundary.check_file(uri)
        return read_file(uri, may_be_pipe=is_root, limits=limits)

    return fetch
