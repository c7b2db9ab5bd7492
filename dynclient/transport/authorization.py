"""A request with its credentials on: it lives only while it is being sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dynclient.errors import CredentialsMissing
from dynclient.model import RequiredScheme, SecurityScheme
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Request, is_secret_header
from dynclient.wire.security import (
    Credential,
    CredentialPlacement,
    choose_alternative,
    place_credentials,
)
from dynclient.wire.servers import get_origin


@dataclass(frozen=True)
class AuthorizedRequest:
    """What goes over the wire.

    Attributes:
        method: upper case.
        url: with the credentials that go there.
        headers: (name, value) pairs, credentials among them.
        body: the bytes, or a Body that is read while it is sent; None where there is none.
        secrets: lower-case names of the headers that carry a credential.
        digest: (user, password) for the digest scheme, which answers a challenge of the server.
        is_abroad: a redirect led to another origin, where nothing of the user's own HTTP client may go either.

    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | StreamedBody | None = field(default=None, repr=False)
    secret_headers: frozenset[str] = frozenset()
    digest: tuple[str, str] | None = field(default=None, repr=False)
    is_cross_origin: bool = False

    @property
    def can_repeat(self) -> bool:
        """Whether it can be sent twice: what is read from an open file or stream cannot."""
        return not isinstance(self.body, StreamedBody) or self.body.can_repeat

    def select_public_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that may go to another origin."""
        kept_back = self.secret_headers | {"host"}
        return tuple(
            (k, v)
            for k, v in self.headers
            if k.lower() not in kept_back and not is_secret_header(k)
        )

    def __repr__(self) -> str:
        return f"<Outgoing {self.method} {self.url.partition('?')[0]}>"


@dataclass(frozen=True)
class CredentialStore:
    """The credentials of a client, and where they may go.

    Attributes:
        credentials: by security scheme.
        origins: where they may go; None: wherever the request goes (a sandbox; a document of the user's own machine).
        optional: whether a request may go without (the user's own HTTP client has its own authentication).

    """

    credentials: Mapping[str, Credential] = field(default_factory=dict)
    origins: frozenset[str] | None = None
    is_optional: bool = False
    _placements: dict[int, tuple[tuple[RequiredScheme, ...], CredentialPlacement]] = field(
        default_factory=dict, compare=False
    )

    def __repr__(self) -> str:
        return f"<Vault {', '.join(self.credentials) or 'empty'}>"

    def authorize(self, request: Request) -> AuthorizedRequest:
        """Return a request with the credentials on that its formula asks for: one alternative, and only that.

        Raises:
            CredentialsMissing: no alternative can be met, or the request goes where no credential may go.

        """
        headers = request.headers.pairs()
        requirements = self._choose_alternative(request)
        if not requirements:
            return AuthorizedRequest(request.method, request.url, headers, request.body)
        if self.origins is not None and get_origin(request.url) not in self.origins:
            where, name = get_origin(request.url), requirements[0].scheme.key
            raise CredentialsMissing(
                f"the credential {name!r} is not sent to {where}: nobody vouched for it; nothing was sent",
                hint=f'if you trust it, say so: server="{where}"',
            )
        put = self._place(requirements)
        url = request.url
        if put.query:
            url += ("&" if "?" in url else "?") + "&".join(put.query)
        if put.cookies:
            own = request.headers.all("cookie")
            headers = tuple((k, v) for k, v in headers if k.lower() != "cookie")
            headers += (("Cookie", "; ".join([*own, *put.cookies])),)
        names = frozenset(name.lower() for name, _ in put.headers)
        return AuthorizedRequest(
            request.method, url, (*headers, *put.headers), request.body, names, put.digest
        )

    def _place(self, requirements: tuple[RequiredScheme, ...]) -> CredentialPlacement:
        """Return where the credentials go; what no callable has to be asked for is worked out once."""
        kept = self._placements.get(id(requirements))
        if kept is not None and kept[0] is requirements:
            return kept[1]
        put = place_credentials(requirements, self.credentials)
        if not any(callable(self.credentials.get(r.scheme.key)) for r in requirements):
            self._placements[id(requirements)] = (requirements, put)
        return put

    def _choose_alternative(self, request: Request) -> tuple[RequiredScheme, ...]:
        """Return what to put on: nothing where nothing is asked, or where the caller wrote it into a header."""
        if not request.security or self._has_own_credentials(request):
            return ()
        try:
            return choose_alternative(request.security, self.credentials)
        except CredentialsMissing:
            if self.is_optional:
                return ()
            raise

    def _has_own_credentials(self, request: Request) -> bool:
        """Tell whether the caller wrote the credential headers of an alternative: a value given there wins."""
        return any(
            r and all(_get_credential_header(one.scheme) in request.headers for one in r)
            for r in request.security
        )


def _get_credential_header(scheme: SecurityScheme) -> str:
    if scheme.type == "apiKey":
        return scheme.name if scheme.location == "header" else ""
    return "authorization"
