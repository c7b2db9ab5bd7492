"""Logins of the command line: who logged in to which API, so that later commands find the token.

A login is of one document, one security scheme and one origin: its token goes nowhere else. Its
file holds no secret; the token has a file of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.document.cache.document_cache import open_default_cache
from dynclient.document.cache.private_files import (
    is_private_folder,
    read_regular_file,
    write_whole,
)
from dynclient.document.files.uris import is_remote
from dynclient.errors import CredentialsMissing, TokenUnavailable, UsageError
from dynclient.model import Document, SecurityScheme
from dynclient.names import suggest
from dynclient.oauth.authorization_server import AuthorizationServer
from dynclient.oauth.client_grants import ClientCredentials
from dynclient.oauth.flow_steps import Flow
from dynclient.oauth.login_grants import AuthorizationCode, DeviceCode, LoginProvider
from dynclient.oauth.token_cache import FOLDER_NAME
from dynclient.oauth.token_provider import TokenProvider
from dynclient.oauth.token_settings import TokenOptions
from dynclient.wire.credential_provider import CredentialDemand, CredentialProvider, Secret
from dynclient.wire.servers import get_origin, resolve_base_url

_SUFFIX = ".login"

#: The secret of a client that has one: it is in no file, and on no command line.
SECRET_VARIABLE = "DYNCLIENT_CLIENT_SECRET"  # noqa: S105 (the name of a variable)

#: The flows that a login can run, the best first.
FLOWS = ("authorizationCode", "deviceAuthorization", "clientCredentials")

_LOGIN_TYPES = ("oauth2", "openIdConnect")
_URL_NAMES = ("issuer", "token_url", "authorization_url", "device_authorization_url")


class LoginKey(NamedTuple):
    """What a login is of.

    Attributes:
        document_uri: the document.
        scheme: the name of the security scheme.
        origin: of the API.

    """

    document_uri: str
    scheme: str
    origin: str

    def find_file(self) -> Path | None:
        """Return the file of the login; None where nothing is kept."""
        folder = open_default_cache().folder
        digest = hashlib.sha256(json.dumps(list(self)).encode()).hexdigest()
        return folder / FOLDER_NAME / f"{digest}{_SUFFIX}" if folder else None


class LoginSettings(NamedTuple):
    """How a person, or a client, logs in.

    Attributes:
        flow: one of FLOWS.
        client_id: of the client.
        scopes: what the token is asked for.
        urls: those of the authorization server that were given, by name.
        secret_proof: shows which secret of the client the login was made with, without telling it;
            "" where it had none.

    """

    flow: str
    client_id: str
    scopes: tuple[str, ...]
    urls: Mapping[str, str]
    secret_proof: str = ""

    def build_options(self) -> TokenOptions:
        """Return the options of a provider; the secret of the client is that of the environment.

        One that the login was not made with is the secret of another client, and stays unknown.
        """
        options: Any = dict(self.urls)
        secret = os.environ.get(SECRET_VARIABLE, "")
        options["client_secret"] = secret if _is_proof(self.secret_proof, secret) else ""
        options["scopes"] = self.scopes
        return options  # type: ignore[no-any-return] # its URLs are options too

    def build_provider(self, *, port: int = 0, open_browser: Any = None) -> TokenProvider:
        """Return the provider that runs the flow.

        Raises:
            UsageError: the client has no secret, and its flow needs one.

        """
        client_id, options = self.client_id, self.build_options()
        if self.flow == "deviceAuthorization":
            return DeviceCode(client_id=client_id, **options)
        if self.flow == "clientCredentials":
            return _build_client_credentials(client_id, options)
        return AuthorizationCode(
            client_id=client_id, port=port, open_browser=open_browser, **options
        )


def prove_secret() -> str:
    """Return what shows later that the secret of the environment is the same; "" without one."""
    secret = os.environ.get(SECRET_VARIABLE, "")
    return _compute_proof(secrets.token_hex(16), secret) if secret else ""


def _compute_proof(salt: str, secret: str) -> str:
    return f"{salt}:{hmac.new(salt.encode(), secret.encode(), hashlib.sha256).hexdigest()}"


def _is_proof(proof: str, secret: str) -> bool:
    """Tell whether a proof is one of a secret."""
    if not proof or not secret:
        return False
    computed = _compute_proof(proof.partition(":")[0], secret)
    return hmac.compare_digest(computed.encode(), proof.encode())


def _build_client_credentials(client_id: str, options: TokenOptions) -> ClientCredentials:
    if not options.get("client_secret"):
        text = "the secret of the client is missing"
        raise UsageError(text, hint=f"set {SECRET_VARIABLE}")
    return ClientCredentials(client_id=client_id, **options)


class _RenewedLogin(LoginProvider):
    """The tokens of a login: renewed, as long as that works without the person."""

    def __init__(self, login: LoginSettings) -> None:
        super().__init__(client_id=login.client_id, **login.build_options())
        self.flow_name = login.flow
        if login.flow == ClientCredentials.flow_name:
            self.subject = ClientCredentials.subject

    def _log_in(self, server: AuthorizationServer, scopes: tuple[str, ...]) -> Flow:  # noqa: ARG002 (nobody logs in here)
        raise TokenUnavailable(
            f"the login for {server.scheme!r} is over; the call was not sent",
            hint="log in again: dynclient login",
            scheme=server.scheme,
        )


class SavedLogin:
    """The credential that a login left; it goes to the origin of the login only."""

    def __init__(self, provider: TokenProvider, origin: str) -> None:
        self._provider = provider
        self._origin = origin

    def get_credential(self, demand: CredentialDemand) -> Secret:
        """Return the token for a request.

        Raises:
            CredentialsMissing: the request goes elsewhere.
            TokenUnavailable: the login is over.

        """
        self._check_origin(demand)
        return self._provider.get_credential(demand)

    async def get_credential_async(self, demand: CredentialDemand) -> Secret:
        """Return the token for a request, as `get_credential` does."""
        self._check_origin(demand)
        return await self._provider.get_credential_async(demand)

    def _check_origin(self, demand: CredentialDemand) -> None:
        if not demand.is_in_process and demand.trusted_origins != {self._origin}:
            raise CredentialsMissing(
                f"the login for {demand.scheme.key!r} is of {self._origin}; nothing was sent",
                hint="log in to this server too: dynclient login",
            )

    def __repr__(self) -> str:
        return f"<SavedLogin of {self._origin}>"


def save_login(key: LoginKey, settings: LoginSettings) -> bool:
    """Keep a login, and tell whether that could be done."""
    path = key.find_file()
    if path is None:
        return False
    data = {**settings._asdict(), "document": key.document_uri, "origin": key.origin}
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private_folder(path.parent):
            write_whole(path, json.dumps(data).encode())
            return True
    return False


def forget_login(key: LoginKey, demand: CredentialDemand) -> bool:
    """Remove a login with its token, and tell whether there was one.

    Args:
        key: what it is of.
        demand: what its token is asked for.

    """
    settings = read_login(key)
    path = key.find_file()
    if settings is None or path is None:
        return False
    _RenewedLogin(settings).forget(demand)
    with suppress(OSError):
        path.unlink()
        return True
    return False


def read_login(key: LoginKey) -> LoginSettings | None:
    """Return the settings of a login, or None where there is none."""
    path = key.find_file()
    if path is None or not is_private_folder(path.parent):
        return None
    try:
        data = json.loads(read_regular_file(path))
    except (OSError, ValueError, RecursionError):
        return None
    return _parse_settings(data)


def _parse_settings(data: Any) -> LoginSettings | None:
    if not isinstance(data, dict):
        return None
    flow, client_id = data.get("flow"), data.get("client_id")
    scopes, urls = data.get("scopes"), data.get("urls")
    if not isinstance(flow, str) or not isinstance(client_id, str):
        return None
    if flow not in FLOWS or not isinstance(scopes, list) or not isinstance(urls, dict):
        return None
    if not _is_texts([*scopes, *urls.values()]) or not set(urls) <= set(_URL_NAMES):
        return None
    proof = data.get("secret_proof")
    return LoginSettings(
        flow, client_id, tuple(scopes), urls, proof if isinstance(proof, str) else ""
    )


def _is_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def find_login_key(document: Document, scheme: str, server: str | None) -> LoginKey:
    """Return what a login for a document is of.

    Args:
        document: the document.
        scheme: the name of a security scheme.
        server: the server that was given; None for that of the document.

    Raises:
        UsageError: there is no server that a credential may go to.

    """
    if server is None and not document.files.vouches_for_servers:
        raise UsageError("nobody vouched for a server", hint='give one: server="https://…"')
    if server is None and is_remote(document.uri):
        return LoginKey(document.uri, scheme, get_origin(document.uri))
    base_url = resolve_base_url(document.servers, document.uri, server, {})
    return LoginKey(document.uri, scheme, get_origin(base_url))


def find_saved_logins(document: Document, server: str | None) -> dict[str, CredentialProvider]:
    """Return the credentials that logins for a document left, by security scheme."""
    found = {}
    for name, scheme in document.security_schemes.items():
        if scheme.type in _LOGIN_TYPES:
            with suppress(UsageError):  # no server: the call says so
                provider = find_saved_login(find_login_key(document, name, server))
                if provider is not None:
                    found[name] = provider
    return found


def find_saved_login(key: LoginKey) -> CredentialProvider | None:
    """Return the credential that a login left, or None."""
    settings = read_login(key)
    if settings is None:
        return None
    if settings.flow == "clientCredentials":
        options = settings.build_options()
        # Without the secret the token of the file cannot be used: it may belong to another one.
        if not options.get("client_secret"):
            return None
        return SavedLogin(_build_client_credentials(settings.client_id, options), key.origin)
    return SavedLogin(_RenewedLogin(settings), key.origin)


def choose_login_scheme(document: Document, name: str | None) -> SecurityScheme:
    """Return the security scheme to log in for: the one of a name, or the only one there is.

    Raises:
        UsageError: there is none, or there are several.

    """
    schemes = document.security_schemes
    suitable = [key for key, scheme in schemes.items() if scheme.type in _LOGIN_TYPES]
    if name is not None:
        _check_suitable(name, suitable)
        return schemes[name]
    if not suitable:
        raise UsageError("the document has no security scheme of OAuth2 or OpenID Connect")
    if len(suitable) > 1:
        text = "the document has several security schemes to log in for"
        raise UsageError(text, hint=f"name one: {', '.join(suitable)}")
    return schemes[suitable[0]]


def _check_suitable(name: str, suitable: list[str]) -> None:
    if name not in suitable:
        meant = suggest(name, suitable, 1)
        listed = ", ".join(suitable) or "none"
        hint = f"did you mean {meant[0]}?" if meant else f"schemes to log in for: {listed}"
        raise UsageError(f"{name!r} is no security scheme to log in for", hint=hint)


def choose_flow(scheme: SecurityScheme, *, is_device: bool) -> str:
    """Return the flow of a login: that of a device, else the best one that the scheme declares."""
    if is_device:
        return "deviceAuthorization"
    declared = {flow.name for flow in scheme.flows}
    return next((flow for flow in FLOWS if flow in declared), FLOWS[0])


def collect_scopes(document: Document, scheme: str) -> tuple[str, ...]:
    """Return the scopes that the operations of a document ask for of a security scheme."""
    scopes: dict[str, None] = {}
    for operation in document.operations.values():
        for alternative in operation.security:
            for required in alternative:
                if required.scheme.key == scheme:
                    scopes.update(dict.fromkeys(required.scopes))
    return tuple(scopes)
