"""What a client sets for its own connections: how many, which HTTP library, HTTP/2."""

from __future__ import annotations

import importlib.util
import os
from typing import Literal, NamedTuple

from dynclient.errors import UsageError
from dynclient.transport.http_clients import MAX_CONNECTIONS
from dynclient.violations import shorten_repr

HttpLibrary = Literal["httpx", "httpx2"]

HTTP_LIBRARIES: tuple[HttpLibrary, ...] = ("httpx", "httpx2")

#: Names the HTTP library where the program does not.
HTTP_VARIABLE = "DYNCLIENT_HTTP"

#: For each request httpx looks through all connections of its pool, and asks each idle one whether
#: it was closed (httpx 0.28, encode/httpx#3215). With 50 calls at once a call takes half the CPU
#: time when a pool has four connections.
HTTPX_CALLS_PER_CLIENT = 4


class ConnectionSettings(NamedTuple):
    """What holds for the connections of a client.

    Attributes:
        max_connections: how many are in use at once; further calls wait. None: any number.
        library: `httpx` or `httpx2`.
        http2: whether HTTP/2 is used where the server speaks it.

    """

    max_connections: int | None = MAX_CONNECTIONS
    library: HttpLibrary = "httpx"
    http2: bool = False

    @property
    def calls_per_client(self) -> int | None:
        """How many calls one HTTP client has under way at once; None: any number."""
        is_httpx_pool = self.library == "httpx" and not self.http2
        return HTTPX_CALLS_PER_CLIENT if is_httpx_pool else None


DEFAULT_SETTINGS = ConnectionSettings()


def check_max_connections(value: object) -> None:
    """Check the number of connections that a client is given.

    Raises:
        UsageError: it is none.

    """
    if value is None or (type(value) is int and value > 0):
        return
    raise UsageError(
        f"max_connections cannot be {shorten_repr(value)}",
        hint="give a number above 0, or None for no limit",
    )


def choose_http_library(given: object) -> HttpLibrary:
    """Return the HTTP library: the one given, else that of DYNCLIENT_HTTP, else httpx.

    Raises:
        UsageError: it is none of ours, or is not installed.

    """
    name = given if given is not None else os.environ.get(HTTP_VARIABLE) or "httpx"
    library = next((known for known in HTTP_LIBRARIES if known == name), None)
    if library is None:
        option = "http" if given is not None else HTTP_VARIABLE
        raise UsageError(
            f"{option} cannot be {shorten_repr(name)}", hint=f"one of {', '.join(HTTP_LIBRARIES)}"
        )
    if importlib.util.find_spec(library) is None:
        raise _build_missing_error(library, library)
    return library


def check_http2(value: object) -> None:
    """Check whether HTTP/2 can be used.

    Raises:
        UsageError: the value is neither True nor False, or the package h2 is not installed.

    """
    if not isinstance(value, bool):
        raise UsageError(f"http2 cannot be {shorten_repr(value)}", hint="give True or False")
    if value and importlib.util.find_spec("h2") is None:
        raise _build_missing_error("h2", "http2")


def _build_missing_error(package: str, extra: str) -> UsageError:
    return UsageError(
        f"the package {package} is not installed",
        hint=f"pip install 'dynclient[{extra}]'",
    )


def check_connection_options(transport: object, http: object, *, http2: bool) -> None:
    """Refuse options of connections that a transport of the user's does not take.

    Raises:
        UsageError: one is given together with a transport.

    """
    given = [name for name, value in (("http=", http), ("http2=", http2)) if value]
    if transport is not None and given:
        raise UsageError(
            f"{given[0]} is given together with transport=, which has connections of its own",
            hint="set it up in the transport, or leave out transport=",
        )
