"""A request with its credentials on: it lives only while it is being sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dynclient.errors import CredentialsMissing
from dynclient.model import Requirement, SecurityScheme
from dynclient.wire.bodies import Body
from dynclient.wire.message import Request, is_secret
from dynclient.wire.security import Credential, Placed, alternative, placed
from dynclient.wire.servers import origin


@dataclass(frozen=True)
class Outgoing:
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
    body: bytes | Body | None = field(default=None, repr=False)
    secrets: frozenset[str] = frozenset()
    digest: tuple[str, str] | None = field(default=None, repr=False)
    is_abroad: bool = False

    @property
    def can_repeat(self) -> bool:
        """Whether it can be sent twice: what is read from an open file or stream cannot."""
        return not isinstance(self.body, Body) or self.body.can_repeat

    def public_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that may go to another origin."""
        kept_back = self.secrets | {"host"}
        return tuple(
            (k, v) for k, v in self.headers if k.lower() not in kept_back and not is_secret(k)
        )

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
    _kept: dict[int, tuple[tuple[Requirement, ...], Placed]] = field(
        default_factory=dict, compare=False
    )

    def __repr__(self) -> str:
        return f"<Vault {', '.join(self.credentials) or 'empty'}>"

    def open(self, request: Request) -> Outgoing:
        """Return a request with the credentials on that its formula asks for: one alternative, and only that.

        Raises:
            CredentialsMissing: no alternative can be met, or the request goes where no credential may go.

        """
        headers = request.headers.pairs()
        requirements = self._chosen(request)
        if not requirements:
            return Outgoing(request.method, request.url, headers, request.body)
        if self.origins is not None and origin(request.url) not in self.origins:
            where, name = origin(request.url), requirements[0].scheme.key
            raise CredentialsMissing(
                f"the credential {name!r} is not sent to {where}: nobody vouched for it; nothing was sent",
                hint=f'if you trust it, say so: server="{where}"',
            )
        put = self._placed(requirements)
        url = request.url
        if put.query:
            url += ("&" if "?" in url else "?") + "&".join(put.query)
        if put.cookies:
            own = request.headers.all("cookie")
            headers = tuple((k, v) for k, v in headers if k.lower() != "cookie")
            headers += (("Cookie", "; ".join([*own, *put.cookies])),)
        names = frozenset(name.lower() for name, _ in put.headers)
        return Outgoing(
            request.method, url, (*headers, *put.headers), request.body, names, put.digest
        )

    def _placed(self, requirements: tuple[Requirement, ...]) -> Placed:
        """Return where the credentials go; what no callable has to be asked for is worked out once."""
        kept = self._kept.get(id(requirements))
        if kept is not None and kept[0] is requirements:
            return kept[1]
        put = placed(requirements, self.credentials)
        if not any(callable(self.credentials.get(r.scheme.key)) for r in requirements):
            self._kept[id(requirements)] = (requirements, put)
        return put

    def _chosen(self, request: Request) -> tuple[Requirement, ...]:
        """Return what to put on: nothing where nothing is asked, or where the caller wrote it into a header."""
        if not request.security or self._given(request):
            return ()
        try:
            return alternative(request.security, self.credentials)
        except CredentialsMissing:
            if self.optional:
                return ()
            raise

    def _given(self, request: Request) -> bool:
        """Tell whether the caller wrote the credential headers of an alternative: a value given there wins."""
        return any(
            r and all(_header(one.scheme) in request.headers for one in r) for r in request.security
        )


def _header(scheme: SecurityScheme) -> str:
    if scheme.type == "apiKey":
        return scheme.name if scheme.location == "header" else ""
    return "authorization"
