"""A request with its credentials: it lives only while it is being sent."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dynclient.errors import CredentialsMissing, UsageError
from dynclient.masking import drop_private_frames
from dynclient.model import RequiredScheme, SecurityFormula
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import HeaderFields, Headers, Request
from dynclient.wire.security import (
    choose_alternative,
    has_own_credentials,
    is_provider,
    place_credentials,
)
from dynclient.wire.servers import get_origin

if TYPE_CHECKING:
    from dynclient.wire.credential_provider import Credential, CredentialDemand, Secret

#: Headers that say nothing about who sends them.
_HARMLESS_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})

_NOTHING_PROVIDED: Mapping[str, Secret] = MappingProxyType({})


def _is_harmless_header(name: str) -> bool:
    return name in _HARMLESS_HEADERS or name.startswith("content-")


class AuthorizedRequest(NamedTuple):
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
    headers: HeaderFields
    body: bytes | StreamedBody | None = None
    secret_headers: frozenset[str] = frozenset()
    digest: tuple[str, str] | None = None
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


def build_unauthorized(request: Request) -> AuthorizedRequest:
    """Return a request without credentials."""
    return AuthorizedRequest(request.method, request.url, request.headers.pairs(), request.body)


class TrustedPlaces:
    """Where credentials may go.

    Args:
        origins: of requests; None: wherever a request goes (a sandbox).
        vouches_for_urls: whether the user vouches for whatever URL the document names.
        base_url: of the requests, what relative URLs of the document are relative to.

    """

    def __init__(
        self,
        origins: frozenset[str] | None = None,
        vouches_for_urls: bool = False,
        base_url: str = "",
    ) -> None:
        self.origins = origins
        self.vouches_for_urls = vouches_for_urls
        self.base_url = base_url


_ANYWHERE = TrustedPlaces()


class CredentialStore:
    """The credentials of a client, and where they may go.

    Args:
        credentials: by security scheme.
        places: where they may go.
        is_optional: whether a request may go without (the user's own HTTP client has its own
            authentication).
        unread: security schemes with a credential in the environment, which is not read without a
            server.

    """

    def __init__(
        self,
        credentials: Mapping[str, Credential] | None = None,
        places: TrustedPlaces = _ANYWHERE,
        *,
        is_optional: bool = False,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self.credentials = credentials or {}
        self._has_providers = any(map(is_provider, self.credentials.values()))
        self.unread = unread
        self.places = places
        self.is_optional = is_optional
        #: What was found out for the last request. Most calls of an operation have one Headers.
        self._last_choice = _Choice((), Headers(), ())
        self._last_placed: _PlacedCredentials | None = None
        self._last_demands: (
            tuple[tuple[RequiredScheme, ...], tuple[CredentialDemand, ...]] | None
        ) = None

    def __repr__(self) -> str:
        return f"<CredentialStore {', '.join(self.credentials) or 'empty'}>"

    def find_demands(self, request: Request) -> tuple[CredentialDemand, ...]:
        """Return what a request needs of providers, () where it needs none.

        Raises:
            CredentialsMissing: as `authorize` does.

        """
        if not self._has_providers:
            return ()
        requirements = self._choose_alternative(request)
        last = self._last_demands
        if last is not None and last[0] is requirements:
            demands = last[1]
        else:
            demands = self._build_demands(requirements, request.url)
        if demands:
            self._check_origin(request, requirements)
        return demands

    def _build_demands(
        self, requirements: tuple[RequiredScheme, ...], url: str
    ) -> tuple[CredentialDemand, ...]:
        """Return what the providers among the credentials are asked for an alternative."""
        demands = tuple(
            self.build_demand(required, url)
            for required in requirements
            if is_provider(self.credentials.get(required.scheme.key))
        )
        if self.places.base_url:  # else they depend on the request
            self._last_demands = requirements, demands
        return demands

    def build_demand(self, required: RequiredScheme, url: str) -> CredentialDemand:
        """Return what a provider is asked for a request to a URL."""
        from dynclient.wire.credential_provider import CredentialDemand  # Few are asked.

        return CredentialDemand(
            scheme=required.scheme,
            scopes=required.scopes,
            base_url=self.places.base_url or url,
            trusted_origins=self.places.origins or frozenset(),
            vouches_for_urls=self.places.vouches_for_urls,
            is_in_process=self.places.origins is None,
        )

    def authorize(
        self, request: Request, provided: Mapping[str, Secret] = _NOTHING_PROVIDED
    ) -> AuthorizedRequest:
        """Return a request with the credentials of one alternative of its security requirements.

        Args:
            request: the request.
            provided: by security scheme: what the providers among the credentials gave.

        Raises:
            CredentialsMissing: no alternative is satisfied, or the request goes where no credential
                may go.

        """
        requirements = self._choose_alternative(request)
        if requirements:
            self._check_origin(request, requirements)
        credentials = self._place(requirements, request.headers, provided)
        url = request.url
        if credentials.query:
            url += ("&" if "?" in url else "?") + credentials.query
        return AuthorizedRequest(
            request.method,
            url,
            credentials.fields,
            request.body,
            credentials.secret_headers,
            credentials.digest,
        )

    def _check_origin(self, request: Request, requirements: tuple[RequiredScheme, ...]) -> None:
        if self.places.origins is None:
            return
        origin = get_origin(request.url)
        if origin in self.places.origins:
            return
        name = requirements[0].scheme.key
        raise CredentialsMissing(
            f"the credential {name!r} is not sent to {origin}: nobody vouched for it;"
            " nothing was sent",
            hint=f'if you trust it, say so: server="{origin}"',
        )

    def _place(
        self,
        requirements: tuple[RequiredScheme, ...],
        headers: Headers,
        provided: Mapping[str, Secret],
    ) -> _PlacedCredentials:
        """Return where the credentials go: computed once, unless a callable has to be asked."""
        last = self._last_placed
        if last is not None and last.is_for(requirements, headers, provided):
            return last
        try:
            placement = place_credentials(requirements, self.credentials, provided)
        except UsageError as error:
            drop_private_frames(error)  # they hold the credential
            raise
        fields = headers.pairs()
        if placement.cookies:
            cookies = [*headers.all("cookie"), *placement.cookies]
            others = [(name, value) for name, value in fields if name.lower() != "cookie"]
            fields = (*others, ("Cookie", "; ".join(cookies)))
        placed = _PlacedCredentials(
            requirements=requirements,
            headers=headers,
            provided=provided,
            fields=(*fields, *placement.headers),
            query="&".join(placement.query),
            secret_headers=frozenset(name.lower() for name, _ in placement.headers),
            digest=placement.digest,
        )
        keys = [required.scheme.key for required in requirements]
        callables = [key for key in keys if callable(self.credentials.get(key))]
        if all(key in provided for key in callables):
            self._last_placed = placed
        return placed

    def _choose_alternative(self, request: Request) -> tuple[RequiredScheme, ...]:
        """Return the schemes whose credentials are added; none where the caller wrote them."""
        last = self._last_choice
        if last.security is request.security and last.headers is request.headers:
            return last.requirements
        requirements: tuple[RequiredScheme, ...] = ()
        if request.security and not has_own_credentials(request):
            try:
                requirements = choose_alternative(request.security, self.credentials, self.unread)
            except CredentialsMissing:
                if not self.is_optional:
                    raise
        self._last_choice = _Choice(request.security, request.headers, requirements)
        return requirements


class _Choice:
    """Which alternative of its security requirements a request is sent with."""

    def __init__(
        self,
        security: SecurityFormula,
        headers: Headers,
        requirements: tuple[RequiredScheme, ...],
    ) -> None:
        self.security = security
        self.headers = headers
        self.requirements = requirements


class _PlacedCredentials:
    """The headers of a request with the credentials of an alternative, and those in other places.

    Args:
        requirements: the alternative; () where nothing is added.
        headers: those of the request.
        provided: what providers gave.
        fields: the same with credentials.
        query: what is added to it; "" where nothing is.
        secret_headers: lower-case names of the headers that were added.
        digest: (user, password) for the digest scheme.

    """

    def __init__(
        self,
        requirements: tuple[RequiredScheme, ...],
        headers: Headers,
        provided: Mapping[str, Secret],
        fields: HeaderFields,
        query: str,
        secret_headers: frozenset[str],
        digest: tuple[str, str] | None,
    ) -> None:
        self.requirements = requirements
        self.headers = headers
        self.provided = provided
        self.fields = fields
        self.query = query
        self.secret_headers = secret_headers
        self.digest = digest

    def is_for(
        self,
        requirements: tuple[RequiredScheme, ...],
        headers: Headers,
        provided: Mapping[str, Secret],
    ) -> bool:
        """Tell whether it is what some other request needs too."""
        is_same_request = self.requirements is requirements and self.headers is headers
        return is_same_request and self.provided == provided

    def __repr__(self) -> str:
        return "<_PlacedCredentials …>"
