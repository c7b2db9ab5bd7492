"""A request with its credentials: it lives only while it is being sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dynclient.errors import CredentialsMissing, UsageError
from dynclient.masking import drop_private_frames
from dynclient.model import RequiredScheme
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Request
from dynclient.wire.security import (
    Credential,
    CredentialPlacement,
    choose_alternative,
    has_own_credentials,
    place_credentials,
)
from dynclient.wire.servers import get_origin

#: Headers that say nothing about who sends them.
_HARMLESS_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})


def _is_harmless_header(name: str) -> bool:
    return name in _HARMLESS_HEADERS or name.startswith("content-")


@dataclass(frozen=True)
class AuthorizedRequest:
    """What goes over the wire.

    Attributes:
        method: upper case.
        url: with the credentials that go there.
        headers: (name, value) pairs, credentials among them.
        body: the bytes, or a Body that is read while it is sent; None where there is none.
        secret_headers: lower-case names of the headers that carry a credential.
        digest: (user, password) for the digest scheme, which answers a challenge of the server.
        is_cross_origin: a redirect led to another origin, where nothing may go that the
            user's own HTTP client would add.

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
        """Return the headers that may go to another origin: those that are known to be harmless.

        A header of any other name may carry a secret, or say what only this origin should know.
        """
        return tuple(
            (name, value)
            for name, value in self.headers
            if name.lower() not in self.secret_headers and _is_harmless_header(name.lower())
        )

    def __repr__(self) -> str:
        return f"<AuthorizedRequest {self.method} {self.url.partition('?')[0]}>"


class CredentialStore:
    """The credentials of a client, and where they may go.

    Args:
        credentials: by security scheme.
        origins: where they may go; None: wherever the request goes (a sandbox).
        is_optional: whether a request may go without (the user's own HTTP client has its own
            authentication).
        unread: security schemes with a credential in the environment, which is not read without a
            server.

    """

    def __init__(
        self,
        credentials: Mapping[str, Credential] | None = None,
        origins: frozenset[str] | None = None,
        *,
        is_optional: bool = False,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self.credentials = credentials or {}
        self.unread = unread
        self.origins = origins
        self.is_optional = is_optional
        #: The alternative of the last request, and where its credentials go.
        self._last: tuple[tuple[RequiredScheme, ...], CredentialPlacement] | None = None

    def __repr__(self) -> str:
        return f"<CredentialStore {', '.join(self.credentials) or 'empty'}>"

    def authorize(self, request: Request) -> AuthorizedRequest:
        """Return a request with the credentials of one alternative of its security requirements.

        Raises:
            CredentialsMissing: no alternative is satisfied, or the request goes where no credential
                may go.
            UsageError: the request lost a secret when it was pickled.

        """
        _check_complete(request)
        headers = request.headers.pairs()
        requirements = self._choose_alternative(request)
        if not requirements:
            return AuthorizedRequest(request.method, request.url, headers, request.body)
        self._check_origin(request, requirements)

        try:
            placement = self._place(requirements)
        except UsageError as error:
            drop_private_frames(error)  # they hold the credential
            raise
        url = request.url
        if placement.query:
            url += ("&" if "?" in url else "?") + "&".join(placement.query)
        if placement.cookies:
            cookies = [*request.headers.all("cookie"), *placement.cookies]
            others = [(name, value) for name, value in headers if name.lower() != "cookie"]
            headers = (*others, ("Cookie", "; ".join(cookies)))
        return AuthorizedRequest(
            method=request.method,
            url=url,
            headers=(*headers, *placement.headers),
            body=request.body,
            secret_headers=frozenset(name.lower() for name, _ in placement.headers),
            digest=placement.digest,
        )

    def _check_origin(self, request: Request, requirements: tuple[RequiredScheme, ...]) -> None:
        if self.origins is None:
            return
        origin = get_origin(request.url)
        if origin in self.origins:
            return
        name = requirements[0].scheme.key
        raise CredentialsMissing(
            f"the credential {name!r} is not sent to {origin}: nobody vouched for it;"
            " nothing was sent",
            hint=f'if you trust it, say so: server="{origin}"',
        )

    def _place(self, requirements: tuple[RequiredScheme, ...]) -> CredentialPlacement:
        """Return where the credentials go: computed once, unless a callable has to be asked."""
        last = self._last
        if last is not None and last[0] is requirements:
            return last[1]
        placement = place_credentials(requirements, self.credentials)
        if not any(callable(self.credentials.get(r.scheme.key)) for r in requirements):
            self._last = (requirements, placement)
        return placement

    def _choose_alternative(self, request: Request) -> tuple[RequiredScheme, ...]:
        """Return the schemes whose credentials are added; none where the caller wrote them."""
        if not request.security or has_own_credentials(request):
            return ()
        try:
            return choose_alternative(request.security, self.credentials, self.unread)
        except CredentialsMissing:
            if self.is_optional:
                return ()
            raise


def _check_complete(request: Request) -> None:
    """Refuse a request in which a pickle left a mark in place of a secret."""
    masked = request.find_masked_fields()
    if masked:
        raise UsageError(
            f"{request.operation_id}: this request was pickled, and {' and '.join(masked)} lost"
            " the secret; nothing was sent",
            hint="pickle the Call, and build the request where it is sent",
        )
