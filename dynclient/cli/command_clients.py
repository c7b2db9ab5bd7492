"""The client of a command: of a real server, or of a sandbox with dummy credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynclient.cli.document_option import (
    DocumentChoice,
    choose_document,
    find_chosen_profile,
    load_choice,
)
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.cli.profiles import Profile
    from dynclient.client.client import Client
    from dynclient.model import Document, SecurityScheme
    from dynclient.sandbox import Sandbox
    from dynclient.wire.credential_provider import Credential, Secret

#: What the sandbox is shown as a credential: it asks for one as the API does, and takes any.
DUMMY_CREDENTIAL = "sandbox"

#: Security schemes that a login may have left a token for.
_LOGIN_TYPES = ("oauth2", "openIdConnect")


def open_client(spec: str | None, server: str | None, *, sandbox: bool) -> Client:
    """Return the client of a command: of a real server, or of a sandbox with dummy credentials.

    Args:
        spec: the document; None for the default one.
        server: the server's URL; None for that of `--profile` or DYNCLIENT_SERVER. Credentials
            then come from the environment, or from where the profile says.
        sandbox: whether to use a sandbox; the shipped document does without a server.

    Raises:
        UsageError: the command asks for both a server and the sandbox.

    """
    choice = choose_document(spec)
    target = choose_target(server, sandbox=sandbox)
    document = load_choice(choice)
    if target.is_real or not (sandbox or choice.is_shipped):
        return open_real_client(document, choice, target)
    if not sandbox:
        from dynclient.cli.terminal_output import print_note
        from dynclient.display_text import format_one_line

        print_note(
            f"{format_one_line(document.title)} on the sandbox; --server URL calls the real one"
        )
    return open_sandbox_client(document, build_sandbox(document, choice)).with_options(
        **choice.build_client_options(document)
    )


def open_unconnected_client(spec: str | None, server: str | None, *, sandbox: bool) -> Client:
    """Return the client of a command that builds a request and sends none; it has no credentials.

    Raises:
        UsageError: the command asks for both a server and the sandbox.

    """
    from dynclient.client.client import Client

    choice = choose_document(spec)
    target = choose_target(server, sandbox=sandbox)
    document = load_choice(choice)
    return Client(
        document, server=target.server, http=choice.http, **choice.build_client_options(document)
    )


def open_client_for_workers(spec: str | None, server: str | None) -> Client:
    """Return a client whose recipe workers can follow: they load the document themselves.

    Raises:
        UsageError: standard input is the document.

    """
    from dynclient.client.client import Client

    choice = choose_document(spec)
    target = choose_target(server, sandbox=False)
    document = load_choice(choice)
    return Client(
        choice.source,
        overlay=choice.overlays,
        server=target.server,
        credentials=_find_credentials(document, target),
        http=choice.http,
        **choice.build_client_options(document),
    )


def open_real_client(
    document: Document,
    choice: DocumentChoice,
    target: CallTarget,
    own: Mapping[str, Credential] | None = None,
) -> Client:
    """Return the client of a server.

    Args:
        document: the document.
        choice: what was chosen.
        target: where calls go.
        own: its credentials; None: those of the profile that was chosen, and of logins.

    """
    from dynclient.client.client import Client

    credentials = _find_credentials(document, target) if own is None else own
    return Client(
        document,
        server=target.server,
        credentials=credentials,
        http=choice.http,
        **choice.build_client_options(document),
    )


def _find_credentials(document: Document, target: CallTarget) -> dict[str, Credential]:
    """Return the credentials of the profile that was chosen; those of logins for other schemes."""
    credentials: dict[str, Credential] = {}
    # What the environment gives counts before a login.
    if any(scheme.type in _LOGIN_TYPES for scheme in document.security_schemes.values()):
        from dynclient.oauth.saved_logins import find_saved_logins
        from dynclient.wire.message import build_credential_variable

        logins = find_saved_logins(document, target.server)
        credentials = {
            name: login
            for name, login in logins.items()
            if not os.environ.get(build_credential_variable(name))
        }
    if target.profile is not None:
        from dynclient.cli.profiles import read_credentials

        credentials.update(read_credentials(target.profile, document))
    return credentials


@dataclass(frozen=True)
class CallTarget:
    """Where the calls of a command go.

    Attributes:
        server: the URL of the server; None for that of the document, or a sandbox.
        profile: the profile that was chosen, or None.

    """

    server: str | None = None
    profile: Profile | None = None

    @property
    def is_real(self) -> bool:
        """Whether somebody named a server or a profile, so that no sandbox is meant."""
        return self.server is not None or self.profile is not None


def choose_target(server: str | None, *, sandbox: bool) -> CallTarget:
    """Return where calls go: `--sandbox`, `--server`, that of `--profile`, or DYNCLIENT_SERVER.

    Raises:
        UsageError: the command asks for both a server and the sandbox, or the server is no URL.

    """
    if server and sandbox:
        raise UsageError("--server and --sandbox exclude each other", hint="give one")
    if sandbox:
        return CallTarget()
    profile = find_chosen_profile()
    own_server = profile.server if profile is not None else None
    chosen = server or own_server or os.environ.get("DYNCLIENT_SERVER") or None
    if chosen is not None:
        _check_server(chosen)
    return CallTarget(chosen, profile)


def _check_server(server: str) -> None:
    """Raise where a server is no URL; one with variables is known when they have their values."""
    from dynclient.masking import mask_url
    from dynclient.wire.servers import is_sendable_url

    if "{" not in server and not is_sendable_url(server):
        text = f"no server to call: {mask_url(server)!r} is no http(s) URL"
        raise UsageError(text, hint="give one, such as --server https://api.example.com")


def build_sandbox(document: Document, choice: DocumentChoice, **settings: Any) -> Sandbox:
    """Return a sandbox of the document that was chosen; it pages as pyproject.toml says."""
    from dynclient.sandbox import Sandbox

    pagination = choice.build_client_options(document)["pagination"]
    return Sandbox(document, pagination=pagination, **settings)


def open_sandbox_client(document: Document, sandbox: Any = None) -> Client:
    """Return a client of a sandbox, by default of a new one, with dummy credentials."""
    from dynclient.client.client import Client

    if sandbox is None:
        from dynclient.sandbox import Sandbox

        sandbox = Sandbox(document)
    return Client(document, transport=sandbox, credentials=build_dummy_credentials(document))


def build_dummy_credentials(document: Document) -> dict[str, Secret]:
    """Return a dummy credential for each security scheme, of the kind that the scheme takes."""
    credentials = {}
    for name, scheme in document.security_schemes.items():
        if scheme.type != "mutualTLS":
            credentials[name] = _build_dummy_credential(scheme)
    return credentials


def _build_dummy_credential(scheme: SecurityScheme) -> Secret:
    is_pair = scheme.type == "http" and scheme.scheme in ("basic", "digest")
    return (DUMMY_CREDENTIAL, DUMMY_CREDENTIAL) if is_pair else DUMMY_CREDENTIAL
