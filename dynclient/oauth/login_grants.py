"""Tokens of a person who logs in: in a browser on this machine, or on another device."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, Unpack
from urllib.parse import parse_qsl, urlsplit

from dynclient.display_text import escape_unprintable
from dynclient.errors import TokenUnavailable, TransportError
from dynclient.oauth.access_token import AccessToken, TokenEndpoint
from dynclient.oauth.authorization_server import AuthorizationServer, is_secure_url
from dynclient.oauth.flow_steps import Flow, Pause, Sleep, Waiting
from dynclient.oauth.token_provider import TokenProvider, WantedToken
from dynclient.oauth.token_requests import build_device_request
from dynclient.oauth.token_settings import TokenOptions

LOGIN_TIMEOUT_S = 300.0

_OPENID = "openid"
_OFFLINE_ACCESS = "offline_access"

#: Error codes that say that a refresh token is no longer good: the standard's, and others in use.
_USED_UP = ("invalid_grant", "invalid_token", "expired_token")

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

#: Seconds between two questions for the token of a device, and the bounds of what a server may ask
#: for. Source: RFC 8628 §3.2, §3.5.
_DEFAULT_INTERVAL_S = 5.0
_SLOW_DOWN_S = 5.0
_MIN_INTERVAL_S, _MAX_INTERVAL_S = 1.0, 300.0
_MIN_DEVICE_LIFETIME_S, _MAX_DEVICE_LIFETIME_S = 1.0, 3600.0


class LoginProvider(TokenProvider):
    """What both logins share: a refresh token spares the person another login."""

    subject = "person"

    def _choose_scopes(
        self, server: AuthorizationServer, asked: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the scopes of a login: those of earlier ones too, so that the last serves all."""
        own = self._settings.own_scopes
        if own is not None:
            return own
        scopes = dict.fromkeys(asked)
        for key, earlier in list(self._tokens):
            if key == server.key:
                scopes.update(dict.fromkeys(sorted(earlier)))
        return tuple(scopes)

    def _get_flight_key(self, wanted: WantedToken) -> Hashable:
        return wanted.server.key  # a person logs in once at a time

    def _request_token(
        self, server: AuthorizationServer, wanted: WantedToken, held: AccessToken | None
    ) -> Flow:
        if held is not None and held.refresh_token:
            try:
                return (yield from self._refresh(server, held.refresh_token))
            except TokenUnavailable as error:
                if error.reason not in _USED_UP:
                    raise
                other = self._open_cache().read(wanted.key)
                if wanted.is_met_by(other, self._settings.clock()):
                    return other  # another process was faster
        return (yield from self._log_in(server, wanted.scopes))

    def _refresh(self, server: AuthorizationServer, refresh_token: str) -> Flow:
        return self._send_grant(server, "refresh_token", refresh_token, refresh_token=refresh_token)

    def _log_in(self, server: AuthorizationServer, scopes: tuple[str, ...]) -> Flow:
        """Return a token after a person logged in."""
        raise NotImplementedError


class AuthorizationCode(LoginProvider):
    """Tokens of a person who logs in with a browser on this machine.

    The browser comes back to a port of 127.0.0.1. The flow is an authorization code with PKCE (RFC
    6749 §4.1, RFC 7636, RFC 8252).

    Args:
        client_id: of the client that is registered at the authorization server, with the redirect
            URI `http://127.0.0.1/callback` (any port), or that with the port below.
        port: where the browser comes back to; 0 (the default): any port that is free.
        open_browser: is called with the URL of the login. Default: opens the browser, and prints
            the URL on standard error.
        timeout_s: how many seconds the person has. Default: 300.
        **options: as `TokenOptions` describes them.

    """

    flow_name = "authorizationCode"

    def __init__(
        self,
        *,
        client_id: str,
        port: int = 0,
        open_browser: Callable[[str], object] | None = None,
        timeout_s: float = LOGIN_TIMEOUT_S,
        **options: Unpack[TokenOptions],
    ) -> None:
        super().__init__(client_id=client_id, **options)
        self._port = port
        self._open_browser = open_browser or open_browser_and_print
        self._timeout_s = timeout_s

    def _log_in(self, server: AuthorizationServer, scopes: tuple[str, ...]) -> Flow:
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        from dynclient.oauth.loopback_server import LoopbackServer  # http.server takes its time

        authorization_url = server.require_url("authorization_url")
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        with LoopbackServer(state, self._port) as loopback:
            url = prepare_grant_uri(
                authorization_url,
                self._settings.client_id,
                "code",
                redirect_uri=loopback.redirect_uri,
                scope=scopes,
                state=state,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
                **_build_prompt(scopes),
                **self._settings.parameters,
            )
            self._open_browser(url)
            target = yield Waiting(loopback.wait, self._timeout_s)
            redirect_uri = loopback.redirect_uri
        code = _read_code(target, server, self._timeout_s)
        return (
            yield from self._send_grant(
                server,
                "authorization_code",
                code,
                verifier,
                code=code,
                code_verifier=verifier,
                redirect_uri=redirect_uri,
            )
        )


def _build_prompt(scopes: tuple[str, ...]) -> Mapping[str, str]:
    """Return what a login asks for a refresh token with. Source: OpenID Connect Core 1.0 §11."""
    return {"prompt": "consent"} if {_OPENID, _OFFLINE_ACCESS} <= set(scopes) else {}


def open_browser_and_print(url: str) -> None:
    """Open the browser, and print the URL for those who have none here."""
    import webbrowser

    print(f"To log in, open {escape_unprintable(url)}", file=sys.stderr)  # noqa: T201 (it is for a person)
    webbrowser.open(url)


def _read_code(target: str | None, server: AuthorizationServer, timeout_s: float) -> str:
    """Return the code that the browser came back with.

    Raises:
        TokenUnavailable: it did not come, or with something else.

    Source: RFC 6749 §4.1.2; RFC 9207 §2.4.

    """
    if target is None:
        raise _build_login_error(server, f"nobody logged in within {timeout_s:g} s")
    fields = parse_qsl(urlsplit(target).query, keep_blank_values=True)
    answer = dict(fields)
    if len(answer) != len(fields):
        raise _build_login_error(server, "the answer of the login has a field twice")
    is_issuer_known = bool(server.issuer) and ("iss" in answer or server.sends_issuer)
    if is_issuer_known and answer.get("iss") != server.issuer:
        raise _build_login_error(server, f"the answer of the login is not from {server.issuer}")
    if "error" in answer:
        reason = answer["error"][:100]
        text = f"the login was refused: {reason}"
        description = answer.get("error_description", "")[:200]
        raise _build_login_error(server, f"{text}: {description}" if description else text, reason)
    if not answer.get("code"):
        raise _build_login_error(server, "the answer of the login has no code")
    return answer["code"]


def _build_login_error(
    server: AuthorizationServer, text: str, reason: str = ""
) -> TokenUnavailable:
    return TokenUnavailable(
        f"no token for {server.scheme!r}: {text}; the call was not sent",
        reason=reason,
        scheme=server.scheme,
    )


class DevicePrompt(NamedTuple):
    """What a person needs for a login on another device.

    Attributes:
        verification_uri: the page to open there.
        user_code: the code to type there.
        verification_uri_complete: a page that knows the code already; "" where there is none.
        expires_in_s: how many seconds the person has.

    """

    verification_uri: str
    user_code: str
    verification_uri_complete: str
    expires_in_s: float


class DeviceCode(LoginProvider):
    """Tokens of a person who logs in on another device, with a code to type there (RFC 8628).

    Args:
        client_id: of the client that is registered at the authorization server.
        show: is called with a `DevicePrompt`. Default: prints it on standard error.
        sleep: waits some seconds between two questions. Default: time.sleep, or that of asyncio.
        **options: as `TokenOptions` describes them.

    """

    flow_name = "deviceAuthorization"

    def __init__(
        self,
        *,
        client_id: str,
        show: Callable[[DevicePrompt], object] | None = None,
        sleep: Sleep | None = None,
        **options: Unpack[TokenOptions],
    ) -> None:
        super().__init__(client_id=client_id, **options)
        self._show = show or print_device_prompt
        self._sleep = sleep

    def _log_in(self, server: AuthorizationServer, scopes: tuple[str, ...]) -> Flow:
        request = build_device_request(server, self._settings, scopes)
        response = yield request
        endpoint = TokenEndpoint(server.scheme, request.url, (self._settings.client_secret,))
        answer = endpoint.read_object(response)
        prompt = _read_prompt(answer)
        device_code = answer.get("device_code")
        if prompt is None or not isinstance(device_code, str) or not device_code:
            raise endpoint.build_error(response, "holds no code for a device")
        self._show(prompt)
        interval_s = _read_seconds(
            answer.get("interval"), _DEFAULT_INTERVAL_S, _MIN_INTERVAL_S, _MAX_INTERVAL_S
        )
        return (yield from self._poll(server, device_code, interval_s, prompt.expires_in_s))

    def _poll(
        self, server: AuthorizationServer, device_code: str, interval_s: float, lifetime_s: float
    ) -> Flow:
        """Ask for the token until the person logged in. Source: RFC 8628 §3.4, §3.5."""
        waited_s = 0.0
        while waited_s < lifetime_s:
            yield Pause(interval_s)
            waited_s += interval_s
            try:
                grant = self._send_grant(
                    server, _DEVICE_GRANT, device_code, device_code=device_code
                )
                return (yield from grant)
            except TokenUnavailable as error:
                if error.reason not in ("authorization_pending", "slow_down"):
                    raise
                if error.reason == "slow_down":
                    interval_s += _SLOW_DOWN_S
            except TransportError:
                interval_s *= 2
        text = f"nobody logged in within {lifetime_s:g} s"
        raise _build_login_error(server, text, "expired_token")


def _read_prompt(answer: Mapping[str, Any]) -> DevicePrompt | None:
    """Return what a person needs; None where the answer does not hold it."""
    # Google's own name for it, from before the standard.
    uri = answer.get("verification_uri", answer.get("verification_url"))
    code, complete = answer.get("user_code"), answer.get("verification_uri_complete")
    if not isinstance(code, str) or not isinstance(uri, str) or not is_secure_url(uri):
        return None
    is_page = isinstance(complete, str) and is_secure_url(complete)
    lifetime_s = _read_seconds(
        answer.get("expires_in"),
        _MAX_DEVICE_LIFETIME_S,
        _MIN_DEVICE_LIFETIME_S,
        _MAX_DEVICE_LIFETIME_S,
    )
    return DevicePrompt(uri, code, str(complete) if is_page else "", lifetime_s)


def _read_seconds(value: object, default_s: float, low_s: float, high_s: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 (NaN is no time)
        return default_s
    return min(max(value, low_s), high_s)


def print_device_prompt(prompt: DevicePrompt) -> None:
    """Print what a person needs on standard error."""
    uri, code = escape_unprintable(prompt.verification_uri), escape_unprintable(prompt.user_code)
    print(f"To log in, open {uri} on any device and type {code}", file=sys.stderr)  # noqa: T201 (it is for a person)
