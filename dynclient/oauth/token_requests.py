"""The requests to an authorization server, built with Authlib; they hold secrets."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dynclient.errors import UsageError
from dynclient.oauth.authorization_server import AuthorizationServer
from dynclient.oauth.token_settings import TokenSettings
from dynclient.wire.credential_provider import ProviderRequest

_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
}


def check_installed() -> None:
    """Refuse to go on without Authlib.

    Raises:
        UsageError: it is not installed.

    """
    if importlib.util.find_spec("authlib") is None:
        raise UsageError(
            "the package authlib is not installed", hint="pip install 'dynclient[oauth]'"
        )


def build_token_request(
    server: AuthorizationServer, settings: TokenSettings, grant: str, **parameters: Any
) -> ProviderRequest:
    """Return a request for a token.

    Args:
        server: the authorization server.
        settings: the client's.
        grant: the grant type.
        **parameters: those of the grant; an empty one is left out.

    Raises:
        UsageError: the token URL is unknown.

    Source: RFC 6749 §4.1.3, §4.4.2, §6.

    """
    from authlib.common.urls import add_params_to_qs
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    own = add_params_to_qs("", list(settings.parameters.items()))
    body = prepare_token_request(grant, own, **parameters)
    url = server.urls.get("refresh_url", "") if grant == "refresh_token" else ""
    request = _authenticate(server, settings, url or server.require_url("token_url"), body)
    # The secret of a client can be shown again; a code, and a refresh token, perhaps not.
    return request._replace(is_repeatable=grant == "client_credentials")


def build_device_request(
    server: AuthorizationServer, settings: TokenSettings, scopes: tuple[str, ...]
) -> ProviderRequest:
    """Return a request for the codes of a device.

    Raises:
        UsageError: its URL is unknown.

    Source: RFC 8628 §3.1.

    """
    from authlib.common.urls import add_params_to_qs

    url = server.require_url("device_authorization_url")
    parameters = {**settings.parameters, "client_id": settings.client_id}
    if scopes:
        parameters["scope"] = " ".join(scopes)
    body = add_params_to_qs("", list(parameters.items()))
    return _authenticate(server, settings, url, body, has_client_id=True)


def _authenticate(
    server: AuthorizationServer,
    settings: TokenSettings,
    url: str,
    body: str,
    *,
    has_client_id: bool = False,
) -> ProviderRequest:
    from authlib.oauth2.auth import ClientAuth

    method = _choose_auth_method(server, settings)
    headers = dict(_HEADERS)
    if method == "none" and has_client_id:
        return _build_post(url, headers, body)
    client_id, secret = settings.client_id, settings.client_secret
    if method == "client_secret_basic":  # RFC 6749 §2.3.1
        client_id, secret = quote(client_id, safe=""), quote(secret, safe="")
    auth = ClientAuth(client_id, secret, method)
    _, headers, body = auth.prepare("POST", url, headers, body)
    return _build_post(url, headers, body)


def _build_post(url: str, headers: Mapping[str, str], body: str) -> ProviderRequest:
    return ProviderRequest("POST", url, tuple(headers.items()), body.encode())


def _choose_auth_method(server: AuthorizationServer, settings: TokenSettings) -> str:
    if settings.auth_method is not None:
        return settings.auth_method
    if not settings.client_secret:
        return "none"
    known = server.auth_methods
    is_post_only = "client_secret_post" in known and "client_secret_basic" not in known
    return "client_secret_post" if is_post_only else "client_secret_basic"
