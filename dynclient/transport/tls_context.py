"""A TLS context that loads the certificates of the authorities when a connection needs them.

Loading them takes 20 ms, which a server that is spoken to by plain http does not need.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any, Self

from dynclient.fork_safety import build_fork_safe_lock


class LazyTlsContext(ssl.SSLContext):
    """Stands for a TLS context that is built at the first connection that is encrypted.

    Args:
        build: builds the context.

    """

    _build: Callable[[], ssl.SSLContext]
    _context: ssl.SSLContext | None
    _protocols: list[str]

    def __new__(cls, build: Callable[[], ssl.SSLContext]) -> Self:
        """Return a context without certificates."""
        self = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        self._build = build
        self._context = None
        self._protocols = []
        return self

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Say which protocols are offered, once there is a connection."""
        self._protocols = list(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Return an encrypted socket."""
        return self._load().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Return an encrypted pair of buffers, as asyncio wants it."""
        return self._load().wrap_bio(*args, **kwargs)

    def _load(self) -> ssl.SSLContext:
        """Return the context that it stands for; it is built once."""
        with _LOCK:
            if self._context is None:
                self._context = self._build()
            if self._protocols:
                self._context.set_alpn_protocols(self._protocols)
            return self._context


_LOCK = build_fork_safe_lock()
