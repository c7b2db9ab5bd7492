"""The HTTP library, httpx or httpx2; its log lines of our requests are held back."""

from __future__ import annotations

import contextvars
import importlib
import logging
from functools import lru_cache
from typing import Any

#: True while one of our requests is under way: a log line of its URL or headers may hold a key, and
#: is held back.
is_sending: contextvars.ContextVar[bool] = contextvars.ContextVar(
    "dynclient_sending", default=False
)

#: A filter of a logger does not see what its children log: each is told by name.
_LOGGERS = ("", ".connection", ".http11", ".http2", ".proxy", ".socks")


@lru_cache(maxsize=8)
def import_library(name: str) -> Any:
    """Return the module `httpx` or `httpx2`."""
    module = importlib.import_module(name)
    core = name.replace("httpx", "httpcore")
    for logger in (name, *(core + part for part in _LOGGERS)):
        logging.getLogger(logger).addFilter(_is_loggable)
    return module


def _is_loggable(_record: logging.LogRecord) -> bool:
    return not is_sending.get()


def find_library(thing: Any) -> Any:
    """Return the HTTP library that a transport or client of the user belongs to."""
    names = {kind.__module__.partition(".")[0] for kind in type(thing).__mro__}
    return import_library("httpx2" if "httpx2" in names else "httpx")


@lru_cache(maxsize=2)
def get_tls_context(name: str) -> Any:
    """Return the TLS context that all clients of this process share: making one costs 20 ms."""
    return import_library(name).create_ssl_context()
