"""Reading documents: files of the user's own machine, and the net within the bounds that hostile documents need."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

from dynclient.document.source import MAX_FILE_BYTES, Fetch, is_remote, read_file
from dynclient.errors import DocumentNotFound, DocumentTooLarge
from dynclient.transport.http import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, _library
from dynclient.transport.policy import MAX_REDIRECTS
from dynclient.wire.servers import origin

MAX_REMOTE_BYTES = min(MAX_FILE_BYTES, 64 * 1024 * 1024)


def fetcher(root: str) -> Fetch:
    """Return the function that reads the files of the document at `root`.

    A document from the net reaches neither local files nor, beside its own origin, private hosts, not even by a
    redirect.
    """

    def fetch(uri: str) -> bytes:
        if not is_remote(uri):
            if is_remote(root):
                raise DocumentNotFound(f"{root} refers to the local file {uri}; refused", uri=uri)
            return read_file(uri)
        return _download(uri, root)

    return fetch


def _download(uri: str, root: str) -> bytes:
    httpx = _library("httpx")
    url = uri
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    with httpx.Client(timeout=timeout, headers={"Accept": "application/json, application/yaml, */*;q=0.5"}) as client:
        for _ in range(MAX_REDIRECTS + 1):
            _permitted(url, root)
            try:
                with client.stream("GET", url) as response:
                    if response.is_redirect and "location" in response.headers:
                        url = urljoin(url, response.headers["location"])
                        continue
                    if not response.is_success:
                        raise DocumentNotFound(
                            f"no document at {url}: the server answered {response.status_code}", uri=uri
                        )
                    return _limited(response, uri)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                text = f"no document at {url}: {type(error).__name__}: {error}"
                raise DocumentNotFound(text, uri=uri) from error
    raise DocumentNotFound(f"no document at {uri}: more than {MAX_REDIRECTS} redirects", uri=uri)


def _limited(response: object, uri: str) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_bytes():  # type: ignore[attr-defined] # httpx.Response, untyped here on purpose
        size += len(chunk)
        if size > MAX_REMOTE_BYTES:
            raise DocumentTooLarge(f"{uri} is larger than {MAX_REMOTE_BYTES:,} bytes", uri=uri)
        chunks.append(chunk)
    return b"".join(chunks)


def _permitted(url: str, root: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DocumentNotFound(f"no document at {url}: only http and https are read over the net", uri=url)
    # What the user named is vouched for; so is all that a document of the user's own machine names.
    if url == root or not is_remote(root) or origin(url) == origin(root):
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DocumentNotFound(f"no document at {url}: {error}", uri=url) from error
    if not all(ipaddress.ip_address(entry[4][0]).is_global for entry in found):
        raise DocumentNotFound(f"{root} refers to {url}, a private host; refused", uri=url)
