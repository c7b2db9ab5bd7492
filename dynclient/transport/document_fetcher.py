"""Fetches the files of a document, local ones and those of the net.

It imports what the net needs only when it is needed: most documents are local.
"""

from __future__ import annotations

from dynclient.document.file_loader import Fetch, read_file
from dynclient.document.uris import is_remote
from dynclient.errors import DocumentNotFound
from dynclient.masking import mask_url


def build_fetcher(root: str) -> Fetch:
    """Return the function that reads the files of the document at `root`.

    A document from the net reaches neither local files nor, beside its own origin, private hosts,
    not even by a redirect.
    """

    def fetch(uri: str) -> bytes:
        if is_remote(uri):
            from dynclient.transport.document_download import download

            return download(uri, root)
        if is_remote(root):
            raise DocumentNotFound(
                f"{mask_url(root)} refers to the local file {mask_url(uri)}; refused", uri=uri
            )
        return read_file(uri)

    return fetch
