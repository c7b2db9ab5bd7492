"""Reads a document over the net, within the bounds that hostile documents need."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from dynclient.document.cache.document_cache import DocumentCache
from dynclient.document.files.reference_boundary import ReferenceBoundary
from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.errors import DocumentNotFound, StaleDocument
from dynclient.masking import mask_url
from dynclient.transport.content_coding import UndecodableContent, build_accept_encoding
from dynclient.transport.downloaded_file import (
    DownloadedFile,
    build_downloaded_file,
    read_downloaded_file,
    write_downloaded_file,
)
from dynclient.transport.environment_proxy import PROXY_HINT, find_environment_proxy
from dynclient.transport.http_adapter import CONNECT_TIMEOUT_S, READ_TIMEOUT_S
from dynclient.transport.http_library import (
    build_setup_error,
    get_tls_context,
    import_library,
    read_certificate_paths,
)
from dynclient.transport.policy import MAX_REDIRECTS
from dynclient.transport.response_body import BodyTooLarge, ResponseBody
from dynclient.transport.send_progress import SendProgress, current_send

#: Statuses of a server that may answer later: RFC 5861 §4, and two of RFC 6585 and 9110.
_PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

_NOT_MODIFIED = 304


class _ServerAway(Exception):
    """The net or the server is away for now; `.error` says so to the user."""

    def __init__(self, error: DocumentNotFound) -> None:
        super().__init__(error)
        self.error = error


def download(
    uri: str,
    boundary: ReferenceBoundary,
    cache: DocumentCache,
    limits: LoadingLimits = DEFAULT_LIMITS,
) -> bytes:
    """Return the bytes of a document.

    What was downloaded earlier is used where the server says that it is unchanged, and, with a
    warning, where the server is away.

    Args:
        uri: where it is.
        boundary: what the document may refer to.
        cache: where downloads are kept.
        limits: how much it may hold.

    Raises:
        DocumentNotFound: it may not be read, or cannot be.
        DocumentTooLarge: it is larger than a document may be.

    """
    if uri != boundary.root:
        boundary.check_url(uri)
    known = read_downloaded_file(cache, uri)
    token = current_send.set(SendProgress())
    try:
        file = _request(uri, boundary, known, limits)
    except _ServerAway as away:
        if known is None:
            raise away.error from away.__cause__
        text = f"{away.error.headline}; what came from there last time is used"
        warnings.warn(StaleDocument(text), stacklevel=2)
        return known.content
    except DocumentNotFound:
        cache.remove_download(uri)  # It is gone, or may no longer be read.
        raise
    finally:
        current_send.reset(token)
    if file is not known:
        write_downloaded_file(cache, uri, file)
    return file.content


def _request(
    uri: str, boundary: ReferenceBoundary, known: DownloadedFile | None, limits: LoadingLimits
) -> DownloadedFile:
    """Return the file at a URI: the known one where the server says that it is unchanged.

    Raises:
        _ServerAway: there is no answer, or one that says "later".

    """
    url = uri
    with _open_http_client() as client:
        for _ in range(MAX_REDIRECTS + 1):
            target, options = _pin_address(url, _resolve_permitted_address(url, uri, boundary))
            conditions = known.build_conditions(url) if known is not None else {}
            options["headers"] = {**options.get("headers", {}), **conditions}
            with (
                _explain_failures(url, uri),
                client.stream("GET", target, **options) as response,
            ):
                if response.is_redirect and "location" in response.headers:
                    url = urljoin(url, response.headers["location"])
                    continue
                asked = known if conditions else None
                file = _read_response(response, url, uri, asked, limits)
                if url != uri:
                    boundary.retrieval_urls[uri] = url
                return file
    raise DocumentNotFound(
        f"no document at {mask_url(uri)}: more than {MAX_REDIRECTS} redirects", uri=uri
    )


def _open_http_client() -> Any:
    """Return the client of the HTTP library that downloads documents.

    Raises:
        UsageError: an environment variable, a file or a package makes it impossible.

    """
    httpx = import_library("httpx")
    headers = {
        "Accept": "application/json, application/yaml, */*;q=0.5",
        "Accept-Encoding": build_accept_encoding(),
    }
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    try:
        tls_context = get_tls_context("httpx", read_certificate_paths(), http2=False)
        return httpx.Client(timeout=timeout, headers=headers, verify=tls_context)
    except Exception as error:  # noqa: BLE001 (of an environment variable, a file, a package)
        raise build_setup_error(error) from None


@contextlib.contextmanager
def _explain_failures(url: str, uri: str) -> Iterator[None]:
    """Make errors of the HTTP library ours.

    Args:
        url: what is fetched: the URI, or where it redirects to.
        uri: what was asked for.

    """
    httpx = import_library("httpx")
    try:
        yield
    except httpx.InvalidURL:
        # Its text quotes a part of the URL, which may be one of a password.
        text = f"no document at {mask_url(url)}: it is no valid URL"
        raise DocumentNotFound(text, uri=uri) from None
    except (httpx.HTTPError, UndecodableContent, UnicodeError) as error:
        not_found = _build_fetch_error(error, url, uri)
        is_refused = "CERTIFICATE" in str(error)  # an attack, perhaps
        if isinstance(error, httpx.TransportError) and not is_refused:
            raise _ServerAway(not_found) from error
        raise not_found from error


def _read_response(
    response: Any, url: str, uri: str, known: DownloadedFile | None, limits: LoadingLimits
) -> DownloadedFile:
    """Return the file that a response holds, or the known one where it says "unchanged".

    Args:
        response: the response of the HTTP library, whose body is not read yet.
        url: where it came from, behind all redirects.
        uri: the URI of the document.
        known: the file that the request asked about; None where it asked about none.
        limits: how much it may hold.

    """
    if response.is_success:
        content = _read_limited(response, uri, limits)
        return build_downloaded_file(content, url, response.headers)
    if known is not None and response.status_code == _NOT_MODIFIED:
        return known
    raise _build_status_error(response.status_code, url, uri)


def _build_status_error(status: int, url: str, uri: str) -> Exception:
    text = f"no document at {mask_url(url)}: the server answered {status}"
    error = DocumentNotFound(text, uri=uri)
    return _ServerAway(error) if status in _PASSING_STATUSES else error


def _build_fetch_error(error: Exception, url: str, uri: str) -> DocumentNotFound:
    """Return the error of a document that could not be fetched; a proxy is named where it is."""
    reason, hint = f"{type(error).__name__}: {error}", None
    is_connect_error = type(error).__name__ in ("ConnectError", "ProxyError")
    proxy = find_environment_proxy(url) if is_connect_error else ""
    if proxy and "SSL" not in reason:
        reason, hint = f"the proxy {proxy}: {reason}", PROXY_HINT
    return DocumentNotFound(f"no document at {mask_url(url)}: {reason}", hint=hint, uri=uri)


def _read_limited(response: Any, uri: str, limits: LoadingLimits) -> bytes:
    most = limits.download_bytes
    try:
        body = ResponseBody("GET", response.status_code, response.headers, most)
        for chunk in response.iter_raw():
            body.feed(chunk)
        return body.end()
    except BodyTooLarge as error:
        message = f"{mask_url(uri)}: {error}"
        raise limits.build_error("download_bytes", message, uri) from error


def _resolve_permitted_address(url: str, uri: str, boundary: ReferenceBoundary) -> str | None:
    """Return the address that a URL may be read from; None where its host is trusted.

    Args:
        url: what is fetched: the URI, or where it redirects to.
        uri: what was asked for.
        boundary: what the document may refer to.

    Raises:
        DocumentNotFound: it may not be read.
        _ServerAway: its name cannot be looked up.

    """
    parts = _split_web_url(url)
    # What the user named is vouched for.
    if url == boundary.root or boundary.is_vouched(url):
        return None
    if uri != boundary.root:
        boundary.check_url(url)
    try:
        entries = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        not_found = DocumentNotFound(f"no document at {mask_url(url)}: {error}", uri=url)
        raise (_ServerAway(not_found) if isinstance(error, OSError) else not_found) from error
    addresses = [str(entry[4][0]) for entry in entries]
    if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise DocumentNotFound(
            f"{mask_url(uri)} leads to {mask_url(url)}, a private host; refused", uri=url
        )
    # IPv4 first: its route is the one that exists everywhere.
    return min(addresses, key=lambda address: ":" in address)


def _split_web_url(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises:
        DocumentNotFound: it is no URL, or none of http or https.

    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise DocumentNotFound(
            f"no document at {mask_url(url)}: it is no URL", hint="give a path or a URL", uri=url
        ) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DocumentNotFound(
            f"no document at {mask_url(url)}: only http and https are read over the net", uri=url
        )
    return parts


def _pin_address(url: str, address: str | None) -> tuple[str, dict[str, Any]]:
    """Return how to read a URL from the checked address: a second look-up may differ."""
    if address is None:
        return url, {}
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"[{address}]" if ":" in address else address
    if parts.port:
        netloc += f":{parts.port}"
    options = {"headers": {"Host": host}, "extensions": {"sni_hostname": parts.hostname}}
    return parts._replace(netloc=netloc).geturl(), options
