"""A request with its credentials on: it lives only while it is being sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dynclient.errors import CredentialsMissing
from dynclient.wire.message import Request
from dynclient.wire.security import Credential, alternative, placed
from dynclient.wire.servers import origin


@dataclass(frozen=True)
class Outgoing:
    """What goes over the wire.

    Attributes:
        method: upper case.
        url: with the credentials that go there.
        headers: (name, value) pairs, credentials among them.
        body: the bytes, or None.
        secrets: lower-case names of the headers that carry a credential.

    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    secrets: frozenset[str] = frozenset()

    def public_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that may go to another origin."""
        kept_back = self.secrets | {"authorization", "cookie", "proxy-authorization"}
        return tuple((name, value) for name, value in self.headers if name.lower() not in kept_back)

    def __repr__(self) -> str:
        return f"<Outgoing {self.method} {self.url.partition('?')[0]}>"


@dataclass(frozen=True)
class Vault:
    """The credentials of a client, and where they may go.

    Attributes:
        credentials: by security scheme.
        origins: where they may go; None: wherever the request goes (a sandbox; a document of the user's own machine).
        optional: whether a request may go without (the user's own HTTP client has its own authentication).

    """

    credentials: Mapping[str, Credential] = field(default_factory=dict)
    origins: frozenset[str] | None = None
    optional: bool = False

    def __repr__(self) -> str:
        return f"<Vault {', '.join(self.credentials) or 'empty'}>"

    def open(self, request: Request) -> Outgoing:
        """Return a request with the credentials on that its formula asks for: one alternative, and only that.

        Raises:
            CredentialsMissing: no alternative can be met, or the request goes where no credential may go.

        """
        if not request.security or self._given(request):
            return Outgoing(request.method, request.url, request.headers.pairs(), request.body)
        try:
            requirements = alternative(request.security, self.credentials)
        except CredentialsMissing:
            if self.optional:
                return Outgoing(request.method, request.url, request.headers.pairs(), request.body)
            raise
        if requirements and self.origins is not None and origin(request.url) not in self.origins:
            raise CredentialsMissing(
                f"the credential {requirements[0].scheme.key!r} is not sent to {origin(request.url)}: nobody vouched for it",
                hint=f'if you trust it, say so: server="{origin(request.url)}"',
            )
        put = placed(requirements, self.credentials)
        url = request.url
        if put.query:
            url += ("&" if "?" in url else "?") + "&".join(put.query)
        headers = [*request.headers.pairs(), *put.headers]
        if put.cookies:
            own = [v for k, v in headers if k.lower() == "cookie"]
            headers = [(k, v) for k, v in headers if k.lower() != "cookie"]
            headers.append(("Cookie", "; ".join([*own, *put.cookies])))
        names = frozenset(name.lower() for name, _ in put.headers)
        return Outgoing(request.method, url, tuple(headers), request.body, names)

    def _given(self, request: Request) -> bool:
        """Tell whether the caller wrote the credential header of an alternative: a value given there wins."""
        names = {name.lower() for name in request.headers}
        for requirements in request.security:
            headers = {_header(r.scheme.type, r.scheme.location, r.scheme.name) for r in requirements}
            if headers and headers <= names:
                return True
        return False


def _header(kind: str, location: str, name: str) -> str:
    if kind == "apiKey":
        return name.lower() if location == "header" else "-"
    return "authorization"
