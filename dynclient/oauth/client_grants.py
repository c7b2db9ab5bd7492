"""Tokens that no person has to log in for: of a client itself, and of a refresh token."""

from __future__ import annotations

from typing import Unpack

from dynclient.errors import UsageError
from dynclient.oauth.access_token import AccessToken
from dynclient.oauth.authorization_server import AuthorizationServer
from dynclient.oauth.flow_steps import Flow
from dynclient.oauth.token_provider import TokenProvider, WantedToken
from dynclient.oauth.token_settings import TokenOptions


class ClientCredentials(TokenProvider):
    """Tokens of the client itself, for programs (RFC 6749 §4.4).

    `credentials={"oauth": ClientCredentials(client_id="…", client_secret="…")}`

    Args:
        client_id: of the client that is registered at the authorization server.
        **options: as `TokenOptions` describes them; `client_secret` among them.

    """

    flow_name = "clientCredentials"
    subject = "client"

    def __init__(self, *, client_id: str, **options: Unpack[TokenOptions]) -> None:
        super().__init__(client_id=client_id, **options)
        if not self._settings.client_secret:
            raise UsageError("client credentials need a client_secret", hint="give client_secret=")

    def _request_token(
        self,
        server: AuthorizationServer,
        wanted: WantedToken,
        held: AccessToken | None,  # noqa: ARG002 (the client is its own credential)
    ) -> Flow:
        return self._send_grant(server, "client_credentials", scope=wanted.scopes)


class RefreshToken(TokenProvider):
    """Tokens that a refresh token gets, which another program got by a login (RFC 6749 §6).

    Where the authorization server gives another refresh token, that one is used from then on.

    Args:
        client_id: of the client that the refresh token was given to.
        refresh_token: the refresh token.
        **options: as `TokenOptions` describes them.

    """

    flow_name = "authorizationCode"
    subject = "refresh token"

    def __init__(
        self, *, client_id: str, refresh_token: str, **options: Unpack[TokenOptions]
    ) -> None:
        super().__init__(client_id=client_id, **options)
        text: object = refresh_token  # whoever does not check types may give anything
        if not isinstance(text, str) or not text:
            raise UsageError("refresh_token must be a text that is not empty")
        self._refresh_token = refresh_token

    def _choose_scopes(
        self,
        server: AuthorizationServer,  # noqa: ARG002 (it makes no difference)
        asked: tuple[str, ...],  # noqa: ARG002 (a refresh token has its scopes already)
    ) -> tuple[str, ...]:
        return self._settings.own_scopes or ()

    def _get_bound_secret(self) -> str:
        return f"{self._settings.client_secret}\n{self._refresh_token}"

    def _request_token(
        self, server: AuthorizationServer, wanted: WantedToken, held: AccessToken | None
    ) -> Flow:
        refresh_token = (held.refresh_token if held else "") or self._refresh_token
        return self._send_grant(
            server,
            "refresh_token",
            refresh_token,
            refresh_token=refresh_token,
            scope=wanted.scopes,
        )
