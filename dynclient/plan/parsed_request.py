"""A request as the sandbox got it: raw path, raw pairs, nothing decoded yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from dynclient.wire.message import Headers

NameValuePairs = list[tuple[str, str]]


class RequestLike(Protocol):
    """What can be handed to a sandbox: a `Request`, or what a transport makes of it."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def url(self) -> str:
        """The URL, fully encoded."""

    @property
    def headers(self) -> Headers | Iterable[tuple[str, str]]:
        """The header fields."""

    @property
    def body(self) -> Iterable[bytes] | bytes | None:
        """The body: its bytes, or the pieces of them."""


@dataclass(frozen=True)
class ParsedRequest:
    """A request taken apart.

    Attributes:
        method: upper case.
        path: still percent-encoded, "/" at least.
        query: the text after `?`, still encoded.
        headers: as they came.
        body: the bytes, or None where there is none.

    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes | None

    @classmethod
    def parse(cls, sent: RequestLike) -> ParsedRequest:
        """Return what was sent, taken apart; the host is of no interest: a sandbox answers for all of them."""
        target = sent.url.partition("#")[0]
        scheme, mark, rest = target.partition("://")
        if mark and "/" not in scheme and "?" not in scheme:
            authority = min(
                (i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest)
            )
            target = rest[authority:]
        path, _, query = target.partition("?")
        headers = sent.headers if isinstance(sent.headers, Headers) else Headers(sent.headers)
        path = path if path.startswith("/") else f"/{path}"
        body = sent.body if isinstance(sent.body, bytes | None) else b"".join(sent.body)
        return cls(sent.method.upper(), path, query, headers, body)

    @cached_property
    def query_pairs(self) -> NameValuePairs:
        """The query as (name, value), both still encoded; `+` is a space here, as browsers and forms write it."""
        parts = (part.partition("=") for part in self.query.replace("+", "%20").split("&") if part)
        return [(name, value) for name, _, value in parts]

    @cached_property
    def cookie_pairs(self) -> NameValuePairs:
        """The cookies as (name, value), as they stand."""
        parts = (part.strip() for field in self.headers.all("cookie") for part in field.split(";"))
        return [(name, value) for name, _, value in (part.partition("=") for part in parts if part)]

    @property
    def content_type(self) -> str:
        """The Content-Type; "" where none came."""
        return self.headers.get("content-type", "").strip()
