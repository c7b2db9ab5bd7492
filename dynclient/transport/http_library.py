"""The HTTP library, httpx or httpx2; its log lines of our requests are held back."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import logging
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import UsageError
from dynclient.masking import mask_url, mask_urls
from dynclient.transport.deferred_names import import_deferring
from dynclient.transport.send_progress import current_send
from dynclient.violations import shorten

if TYPE_CHECKING:
    from dynclient.transport.tls_context import LazyTlsContext

MAX_REASON_CHARS = 200

_URL = r"[A-Za-z][A-Za-z0-9+.-]*://\S+"

#: A filter of a logger does not see what its children log: each is told by name.
_LOGGERS = ("", ".connection", ".http11", ".http2", ".proxy", ".socks")

#: The variables by which a user names certificates of authorities.
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")

#: They log each header of HTTP/2.
_HEADER_CODECS = ("hpack", "hpack.hpack", "hpack.huffman", "hpack.table")

#: What the first call of an asynchronous client would import in the middle of connecting.
_CONNECTION_MODULES = ("anyio", "anyio._backends._asyncio", "encodings.idna")


@lru_cache(maxsize=8)
def import_library(name: str) -> Any:
    """Return the module `httpx` or `httpx2`."""
    module = import_deferring(name)
    core = name.replace("httpx", "httpcore")
    for logger in (name, *(core + part for part in _LOGGERS), *_HEADER_CODECS):
        logging.getLogger(logger).addFilter(_is_loggable)
    return module


def import_without_http2(library: str) -> None:
    """Import what `httpx` or `httpx2` makes connections with, but not its HTTP/2.

    It is loaded where somebody asks for it, or a connection needs it.
    """
    if importlib.util.find_spec("h2") is not None:  # Without it there is nothing to leave out.
        import_deferring(library.replace("httpx", "httpcore"))


def _is_loggable(record: logging.LogRecord) -> bool:
    """Tell whether a line may be logged: of our requests only that of a URL without secrets."""
    progress = current_send.get()
    if progress is None:
        return True
    if record.levelno != logging.INFO or record.name not in ("httpx", "httpx2"):
        return False  # headers, or the bytes of HTTP/2
    text = record.getMessage()
    urls = re.findall(_URL, text)
    mask = mask_url if progress.secret_names is None else progress.secret_names.mask_url
    return all(mask(url) == url for url in urls)


def find_library(thing: Any) -> Any:
    """Return the HTTP library that a transport or client of the user belongs to."""
    names = {kind.__module__.partition(".")[0] for kind in type(thing).__mro__}
    return import_library("httpx2" if "httpx2" in names else "httpx")


def read_certificate_paths() -> tuple[str, ...]:
    """Return where the certificates are that the user trusts, as the HTTP library reads it."""
    return tuple(os.environ.get(variable, "") for variable in _CERTIFICATE_VARIABLES)


@lru_cache(maxsize=8)
def get_tls_context(
    name: str, certificate_paths: tuple[str, ...], *, http2: bool
) -> LazyTlsContext:
    """Return the TLS context that all clients of this process share.

    Args:
        name: of the HTTP library.
        certificate_paths: others make another context.
        http2: whether HTTP/2 is offered to servers; a context offers the same to all.

    Raises:
        OSError: the certificates that the user names do not exist.

    """
    del http2  # It tells contexts apart: the library writes into them what they offer.
    from dynclient.transport.tls_context import LazyTlsContext  # ssl takes 5 ms

    build = import_library(name).create_ssl_context
    if any(path and not Path(path).exists() for path in certificate_paths):
        build()  # It says so now, and not in the middle of the first connection.

    def build_or_explain() -> Any:
        try:
            return build()
        except Exception as error:  # noqa: BLE001 (of an environment variable, a file)
            raise build_setup_error(error) from None

    return LazyTlsContext(build_or_explain)


def import_ahead(*, is_async: bool) -> None:
    """Import what a call needs, before connections take up all file descriptors."""
    for name in _CONNECTION_MODULES if is_async else ("encodings.idna",):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def build_setup_error(error: Exception) -> UsageError:
    """Return our error for one that the HTTP library raised when its client was made."""
    # The text of other errors may quote a URL that is none, with a password in it.
    reason = "a variable for proxies holds no URL of a proxy"
    if isinstance(error, ImportError | OSError):
        reason = shorten(mask_urls(str(error)), MAX_REASON_CHARS)
    return UsageError(
        f"no connection can be set up: {reason}; nothing was sent",
        hint="look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE",
    )
