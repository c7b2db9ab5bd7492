"""A received request: its path, query and cookies as they came, nothing decoded yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from dynclient.wire.message import Headers

NameValuePairs = list[tuple[str, str]]


class RequestLike(Protocol):
    """Anything with the parts of a request, a `Request` or one of a transport."""

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
    """A request in its parts.

    Attributes:
        method: upper case.
        path: still percent-encoded, "/" at least.
        query: the text after `?`, still encoded.
        headers: as they came.
        body: the bytes, or None where there is none.
        origin: scheme and host, as the Host header or else the URL names it; "" where none does.

    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes | None
    origin: str = ""

    @classmethod
    def parse(cls, sent: RequestLike) -> ParsedRequest:
        """Return the parts of a request; the host is ignored, as a sandbox answers for any."""
        headers = sent.headers if isinstance(sent.headers, Headers) else Headers(sent.headers)
        body = sent.body if isinstance(sent.body, bytes | None) else b"".join(sent.body)
        parts = cls.split_url(sent.method.upper(), sent.url)
        origin = parts.origin
        if "host" in headers:
            origin = f"{origin.partition('://')[0] or 'http'}://{headers['host']}"
        return replace(parts, headers=headers, body=body, origin=origin)

    @classmethod
    def split_url(cls, method: str, url: str) -> ParsedRequest:
        """Return the parts of a request that has nothing but a method and a URL."""
        target, origin = url.partition("#")[0], ""
        scheme, mark, rest = target.partition("://")
        if mark and "/" not in scheme and "?" not in scheme:
            ends = [rest.find("/"), rest.find("?")]
            host_end = min((end for end in ends if end >= 0), default=len(rest))
            target, origin = rest[host_end:], f"{scheme}://{rest[:host_end]}"
        path, _, query = target.partition("?")
        path = path if path.startswith("/") else f"/{path}"
        return cls(method, path, query, Headers(), None, origin)

    @cached_property
    def query_pairs(self) -> NameValuePairs:
        """The query as (name, value), both still encoded; `+` is a space, as in forms."""
        query = self.query.replace("+", "%20")
        return _split_pairs(query.split("&"))

    @cached_property
    def cookie_pairs(self) -> NameValuePairs:
        """The cookies as (name, value), as they came."""
        cookies = ";".join(self.headers.all("cookie"))
        return _split_pairs([cookie.strip() for cookie in cookies.split(";")])

    @property
    def content_type(self) -> str:
        """The Content-Type; "" where none came."""
        return self.headers.get("content-type", "").strip()


def _split_pairs(texts: Iterable[str]) -> NameValuePairs:
    pairs: NameValuePairs = []
    for text in filter(None, texts):
        name, _, value = text.partition("=")
        pairs.append((name, value))
    return pairs
