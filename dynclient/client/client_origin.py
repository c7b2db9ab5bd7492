"""What a client was made of: what making it again in another process begins with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from dynclient.client.source_loader import STDIN


class ClientOrigin(NamedTuple):
    """What a client was made of, besides its options and credentials.

    Attributes:
        source: its document, as it was given; None where it cannot be loaded elsewhere.
        arguments: further arguments of the client, as they were given.
        has_transport: whether a transport was given, which stays in its process.

    """

    source: Any
    arguments: Mapping[str, Any]
    has_transport: bool


def build_origin(source: Any, arguments: Mapping[str, Any], transport: Any) -> ClientOrigin:
    """Return what a client is made of; bytes and files that were read are not held."""
    is_portable = isinstance(source, str | os.PathLike | Mapping) and source != STDIN
    return ClientOrigin(source if is_portable else None, arguments, transport is not None)
