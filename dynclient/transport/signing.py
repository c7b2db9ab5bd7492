"""Signatures: what the option `sign` adds to a request each time it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from dynclient.errors import UnsafeValue, UsageError
from dynclient.model import is_framing_header
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.violations import shorten_repr
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, is_valid_header


class ReadyRequest(NamedTuple):
    """A request as it is about to be sent, for a function that signs it.

    Attributes:
        method: upper case.
        url: absolute, fully encoded, with a credential that goes there.
        headers: as they are sent, credentials among them, without what the HTTP library adds
            (Host, User-Agent, Accept-Encoding, Content-Length).
        body: the bytes, b"" where there are none; None where it is read from a file or stream
            while it is sent.

    """

    method: str
    url: str
    headers: Headers
    body: bytes | None

    def __repr__(self) -> str:
        return f"<ReadyRequest {self.method}>"


SignFunction = Callable[[ReadyRequest], Mapping[str, str]]


def add_signature(outgoing: AuthorizedRequest, sign: SignFunction) -> AuthorizedRequest:
    """Return a request with the headers that a function signs it with.

    They take the place of headers of the same names, and go to no other origin.

    Raises:
        UsageError: the function gave something else than headers.
        UnsafeValue: a header that it gave cannot be sent.

    """
    body = None if isinstance(outgoing.body, StreamedBody) else outgoing.body or b""
    ready = ReadyRequest(outgoing.method, outgoing.url, Headers(outgoing.headers), body)
    signature = sign(ready)
    _check_signature(signature)
    names = frozenset(name.lower() for name in signature)
    others = [pair for pair in outgoing.headers if pair[0].lower() not in names]
    return outgoing._replace(
        headers=(*others, *signature.items()), secret_headers=outgoing.secret_headers | names
    )


def _check_signature(signature: object) -> None:
    if not isinstance(signature, Mapping):
        raise UsageError(
            f"the function given as sign= returned {shorten_repr(type(signature).__name__)};"
            " nothing was sent",
            hint="return a mapping of header names to texts",
        )
    for name, value in signature.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise UsageError(
                "the function given as sign= returned a header that is no text; nothing was sent",
                hint="return a mapping of header names to texts",
            )
        if not is_valid_header(name, value) or is_framing_header(name):
            raise UnsafeValue(
                f"the function given as sign= returned the header {shorten_repr(name)}, which"
                " cannot be sent; nothing was sent"
            )
