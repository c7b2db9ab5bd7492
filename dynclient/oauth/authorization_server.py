"""Where tokens come from: the URLs of an authorization server, and which of them are trusted."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from dynclient.errors import CredentialsMissing, UsageError
from dynclient.masking import mask_url
from dynclient.model import OAuthFlow
from dynclient.oauth.access_token import TokenEndpoint
from dynclient.oauth.token_settings import TokenSettings
from dynclient.wire.credential_provider import CredentialDemand, ProviderRequest
from dynclient.wire.message import Response
from dynclient.wire.servers import get_origin, is_sendable_url

_OPENID_PATH = "/.well-known/openid-configuration"
_OAUTH_PATH = "/.well-known/oauth-authorization-server"

_OK = 200
_NOT_FOUND = 404

#: Fields of the metadata that name URLs, and our names. Source: RFC 8414 §2; RFC 8628 §4.
_METADATA_URLS = {
    "token_endpoint": "token_url",
    "authorization_endpoint": "authorization_url",
    "device_authorization_endpoint": "device_authorization_url",
}

#: How messages call a URL.
_WORDS = {
    "token_url": "token URL",
    "authorization_url": "authorization URL",
    "device_authorization_url": "device authorization URL",
    "refresh_url": "refresh URL",
    "issuer": "issuer",
    "metadata_url": "metadata URL",
}


@dataclass(frozen=True)
class AuthorizationServer:
    """The URLs of an authorization server; each was checked.

    Attributes:
        scheme: the name of the security scheme that tokens are for.
        urls: by name; those that are known: `issuer` (its name for itself), `metadata_url` (where
            it describes itself), `token_url`, `authorization_url`, `device_authorization_url`,
            `refresh_url` (where tokens are renewed, if not at the token URL).
        auth_methods: how clients may authenticate; () where it does not say it.
        sends_issuer: whether it names itself in the answer of a login (RFC 9207).

    """

    scheme: str
    urls: Mapping[str, str] = field(default_factory=dict)
    auth_methods: tuple[str, ...] = ()
    sends_issuer: bool = False

    @property
    def issuer(self) -> str:
        """Its name for itself; "" where it is unknown."""
        return self.urls.get("issuer", "")

    @cached_property
    def key(self) -> str:
        """What tells it apart from others: its issuer, metadata URL or token URL."""
        names = ("issuer", "metadata_url", "token_url", "refresh_url")
        return next((self.urls[name] for name in names if name in self.urls), "")

    @property
    def needs_metadata(self) -> bool:
        """Whether it says itself where it gives tokens."""
        return self.urls.keys().isdisjoint(("token_url", "refresh_url"))

    def require_url(self, name: str) -> str:
        """Return one of its URLs by its name.

        Raises:
            UsageError: it is unknown.

        """
        if name not in self.urls:
            raise UsageError(
                f"the {_WORDS[name]} of the security scheme {self.scheme!r} is unknown;"
                " no token was requested",
                hint=f'give {name}="https://…", or issuer="https://…"',
            )
        return self.urls[name]


def find_authorization_server(
    settings: TokenSettings, demand: CredentialDemand, flow_name: str
) -> AuthorizationServer:
    """Return the authorization server that the settings name, else the one of the document.

    Args:
        settings: what the program gave.
        demand: what a request needs.
        flow_name: which flow of the security scheme is meant; another one's token URL serves too.

    Raises:
        UsageError: no token URL is named, or a URL is neither https nor on this machine.
        CredentialsMissing: nobody vouched for a URL of the document.

    """
    scheme = demand.scheme
    server = AuthorizationServer(scheme.key)
    given = settings.given_urls
    for name, url in given.items():
        check_secure(url, name, server)
    if "issuer" in given:
        return replace(server, urls=given)
    named = _resolve_urls(_choose_flow(scheme.flows, flow_name), demand)
    has_token_url = "token_url" in given or "token_url" in named
    if scheme.metadata_url and not has_token_url:
        named = {"metadata_url": urljoin(f"{demand.base_url}/", scheme.metadata_url)}
    if "token_url" in given:
        named.pop("refresh_url", None)  # it is of another authorization server
    for name in named.keys() - given.keys():
        check_secure(named[name], name, server)
        _check_trusted(named[name], name, demand)
    found = replace(server, urls={**named, **given})
    if found.needs_metadata and "metadata_url" not in named:
        found.require_url("token_url")
    return found


def _choose_flow(flows: tuple[OAuthFlow, ...], name: str) -> OAuthFlow:
    """Return the flow of a name, else one that knows a token URL: most servers have only one."""
    by_name = {flow.name: flow for flow in flows}
    others = [flow for flow in flows if flow.token_url or flow.refresh_url]
    return by_name.get(name) or (others[0] if others else OAuthFlow(name))


def _resolve_urls(flow: OAuthFlow, demand: CredentialDemand) -> dict[str, str]:
    """Return the URLs that a flow names, by our names; a relative one is resolved."""
    urls = {
        "token_url": flow.token_url,
        "authorization_url": flow.authorization_url,
        "device_authorization_url": flow.device_authorization_url,
        "refresh_url": flow.refresh_url,
    }
    return {name: urljoin(f"{demand.base_url}/", url) for name, url in urls.items() if url}


def check_secure(url: str, name: str, server: AuthorizationServer) -> None:
    """Refuse a URL to which no secret may go: one that is neither https nor on this machine.

    Raises:
        UsageError: it is one.

    """
    if is_secure_url(url):
        return
    raise UsageError(
        f"the {_WORDS[name]} {mask_url(url)!r} of the security scheme {server.scheme!r} is neither"
        " https nor on this machine; no token was requested",
        hint=f'give {name}="https://…"',
    )


def is_secure_url(url: str) -> bool:
    """Tell whether a URL is https, or http on this machine; without a user and a fragment."""
    if not is_sendable_url(url) or not url.isascii():
        return False
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.fragment:
        return False
    return parts.scheme == "https" or _is_loopback_url(url)


def _is_loopback_url(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_trusted(url: str, name: str, demand: CredentialDemand) -> None:
    """Refuse a URL that a document from elsewhere names, at an origin that nobody vouched for.

    Raises:
        CredentialsMissing: it is one.

    """
    if demand.vouches_for_urls or get_origin(url) in demand.trusted_origins:
        return
    option = "issuer" if name == "metadata_url" else name
    given = get_origin(url) if option == "issuer" else mask_url(url)
    raise CredentialsMissing(
        f"no token for {demand.scheme.key!r} is requested at {get_origin(url)}: the document names"
        f" it as {_WORDS[name]}, and nobody vouched for it; nothing was sent",
        hint=f'if you trust it, say so: {option}="{given}"',
    )


def discover(server: AuthorizationServer) -> Generator[ProviderRequest, Response, Any]:
    """Return a server with the URLs that its metadata name.

    Source: OpenID Connect Discovery 1.0 §4; RFC 8414 §3.
    """
    urls = _list_metadata_urls(server)
    for url in urls:
        response = yield ProviderRequest("GET", url, (("Accept", "application/json"),))
        if response.status != _NOT_FOUND or url == urls[-1]:
            return _read_metadata(server, url, response)
    raise AssertionError  # the last one returned or raised


def _list_metadata_urls(server: AuthorizationServer) -> list[str]:
    if "metadata_url" in server.urls:
        return [server.urls["metadata_url"]]
    from authlib.oauth2.rfc8414 import get_well_known_url

    issuer = server.issuer.rstrip("/")
    return [issuer + _OPENID_PATH, get_well_known_url(issuer, external=True)]


def _read_metadata(
    server: AuthorizationServer, url: str, response: Response
) -> AuthorizationServer:
    endpoint = TokenEndpoint(server.scheme, url)
    if response.status != _OK:
        raise endpoint.build_error(response, "is no description of an authorization server")
    data = endpoint.read_object(response)
    issuer = data.get("issuer")
    expected = server.issuer or _derive_issuer(url)
    if not isinstance(issuer, str) or issuer.rstrip("/") != expected.rstrip("/"):
        raise endpoint.build_error(response, f"names another issuer than {expected}")
    urls = _read_metadata_urls(data, url, endpoint, response)
    methods = data.get("token_endpoint_auth_methods_supported")
    return replace(
        server,
        urls={**urls, **server.urls, "issuer": issuer},
        auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else (),
        sends_issuer=data.get("authorization_response_iss_parameter_supported") is True,
    )


def _derive_issuer(url: str) -> str:
    """Return the issuer whose metadata are at a URL. Source: RFC 8414 §3.1."""
    if url.endswith(_OPENID_PATH):
        return url.removesuffix(_OPENID_PATH)
    return url.replace(_OAUTH_PATH, "", 1).replace(_OPENID_PATH, "", 1)


def _read_metadata_urls(
    data: Mapping[str, Any], url: str, endpoint: TokenEndpoint, response: Response
) -> dict[str, str]:
    """Return the URLs of metadata, by our names.

    Raises:
        TokenUnavailable: one is neither https nor, beside metadata on this machine, there too.

    """
    urls: dict[str, str] = {}
    for member, name in _METADATA_URLS.items():
        found = data.get(member)
        if found is None:
            continue
        is_secure = isinstance(found, str) and is_secure_url(found)
        if not is_secure or (_is_loopback_url(found) and not _is_loopback_url(url)):
            raise endpoint.build_error(response, f"names a {_WORDS[name]} that is not https")
        urls[name] = found
    return urls
