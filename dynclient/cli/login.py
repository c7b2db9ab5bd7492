"""`dynclient login`: a person logs in to an API; later commands find the token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dynclient.cli import command_clients, document_option
from dynclient.errors import DynclientError, UsageError
from dynclient.masking import drop_private_frames

if TYPE_CHECKING:
    from dynclient.client.callable_operations import Operation
    from dynclient.client.client import Client
    from dynclient.model import SecurityScheme
    from dynclient.oauth.saved_logins import LoginSettings
    from dynclient.transport.authorization import CredentialStore
    from dynclient.wire.credential_provider import CredentialDemand, ProviderRequest
    from dynclient.wire.message import Response

#: Names the client where the command line does not.
CLIENT_VARIABLE = "DYNCLIENT_CLIENT_ID"

_MAX_PORT = 65535


class LoginWords(NamedTuple):
    """The options of the command.

    Attributes:
        client_id: of the client that is registered at the authorization server.
        is_device: whether the person logs in on another device.
        scopes: what the token is asked for; () for what the operations ask for.
        urls: of the authorization server, by name; "" for one that is not given.
        port: where the browser comes back to; 0: any.
        has_browser: whether the browser is opened.
        is_forgotten: whether the login is removed instead.

    """

    client_id: str | None
    is_device: bool
    scopes: tuple[str, ...]
    urls: dict[str, str]
    port: int
    has_browser: bool
    is_forgotten: bool


@click.command("login")
@click.argument("words", nargs=-1, metavar="[SPEC] [SCHEME]")
@document_option.add_spec_option
@click.option("--server", metavar="URL", help="The API that the token is for.")
@click.option("--client-id", metavar="ID", help=f"The client; else {CLIENT_VARIABLE}.")
@click.option("--device", is_flag=True, help="Log in on another device, with a code.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="Repeatable.")
@click.option("--issuer", default="", metavar="URL", help="The authorization server.")
@click.option("--token-url", default="", metavar="URL", help="Where it gives tokens.")
@click.option("--authorization-url", default="", metavar="URL", help="Where a person logs in.")
@click.option("--device-url", default="", metavar="URL", help="Where it gives codes for devices.")
@click.option(
    "--port",
    type=click.IntRange(0, _MAX_PORT),
    default=0,
    help="Where the browser comes back to; by default any port that is free.",
)
@click.option("--no-browser", is_flag=True, help="Print the URL only.")
@click.option("--forget", is_flag=True, help="Forget the login.")
def command(words: tuple[str, ...], spec: str | None, server: str | None, **options: Any) -> None:
    """Log in to an API with OAuth2 or OpenID Connect.

    Later commands on the same document and server send the token, and renew it. SCHEME is the
    security scheme, where the document has several. The flow is that of the document: an
    authorization code with PKCE in the browser of this machine, or a code for another device. The
    secret of a client that has one is read from DYNCLIENT_CLIENT_SECRET, then and later.
    """
    source, scheme = _sort_words(words, spec)
    urls = {
        "issuer": options["issuer"],
        "token_url": options["token_url"],
        "authorization_url": options["authorization_url"],
        "device_authorization_url": options["device_url"],
    }
    login = LoginWords(
        client_id=options["client_id"] or os.environ.get(CLIENT_VARIABLE),
        is_device=options["device"],
        scopes=options["scopes"],
        urls=urls,
        port=options["port"],
        has_browser=not options["no_browser"],
        is_forgotten=options["forget"],
    )
    log_in(source, scheme, server, login)


def _sort_words(words: tuple[str, ...], spec: str | None) -> tuple[str | None, str | None]:
    """Return the document and the security scheme that a command line names."""
    most = 1 if spec else 2
    if len(words) > most:
        raise UsageError("too many arguments", hint="dynclient login [SPEC] [SCHEME]")
    if spec:
        return spec, words[0] if words else None
    return (words[0] if words else None), (words[1] if len(words) == most else None)


#: What hints call an option in Python, and what it is on the command line.
_OPTION_WORDS = {
    "client_id= and client_secret= right? auth_method= says how they go": (
        "--client-id and DYNCLIENT_CLIENT_SECRET right?"
    ),
    'device_authorization_url="': '--device-url "',
    'authorization_url="': '--authorization-url "',
    'token_url="': '--token-url "',
    'issuer="': '--issuer "',
    'server="': '--server "',
    "scopes=": "--scope",
    "another port": "another --port",
}


def _translate_hint(hint: str) -> str:
    """Return a hint in the words of the command line."""
    for python_word, option in _OPTION_WORDS.items():
        hint = hint.replace(python_word, option)
    return hint


def log_in(
    source: str | None, scheme_name: str | None, server: str | None, words: LoginWords
) -> None:
    """Log in, or forget a login, and print what was done.

    Raises:
        UsageError: nothing to log in to is named.
        TokenUnavailable: no token could be had.

    """
    from dynclient.cli.terminal_output import print_note
    from dynclient.oauth import saved_logins

    choice = document_option.choose_document(source)
    target = command_clients.choose_target(server, sandbox=False)
    document = document_option.load_choice(choice)
    scheme = saved_logins.choose_login_scheme(document, scheme_name)
    key = saved_logins.find_login_key(document, scheme.key, target.server)
    if words.is_forgotten:
        with command_clients.open_real_client(document, choice, target, {}) as client:
            _, demand = _build_demand(client, scheme)
        was_there = saved_logins.forget_login(key, demand)
        print_note(f"{scheme.key}: the login {'is forgotten' if was_there else 'was not there'}")
        return
    settings = _build_settings(scheme, words, saved_logins.collect_scopes(document, scheme.key))
    provider = settings.build_provider(
        port=words.port, open_browser=None if words.has_browser else _print_url
    )
    with command_clients.open_real_client(
        document, choice, target, {scheme.key: provider}
    ) as client:
        try:
            _request_token(client, scheme)
        except DynclientError as error:
            error.hint = _translate_hint(error.hint or "") or None
            raise
    is_kept = saved_logins.save_login(key, settings)
    note = "" if is_kept else "; the cache is off (DYNCLIENT_CACHE), so the login was not kept"
    print_note(f"{scheme.key}: logged in, for {key.origin}{note}")


def _build_settings(
    scheme: SecurityScheme, words: LoginWords, scopes: tuple[str, ...]
) -> LoginSettings:
    from dynclient.oauth.saved_logins import LoginSettings, choose_flow, prove_secret

    if not words.client_id:
        hint = f"give --client-id ID, or set {CLIENT_VARIABLE}"
        raise UsageError("the client that is to log in is not named", hint=hint)
    return LoginSettings(
        flow=choose_flow(scheme, is_device=words.is_device),
        client_id=words.client_id,
        scopes=words.scopes or scopes,
        urls={name: url for name, url in words.urls.items() if url},
        secret_proof=prove_secret(),
    )


def _get_operation(client: Client) -> Operation:
    """Return any operation of a client: all have its credentials and its connections."""
    operation = next(iter(client.operations.values()), None)
    if operation is None:
        raise UsageError("the document has no operation")
    return operation


def _build_demand(
    client: Client, scheme: SecurityScheme
) -> tuple[CredentialStore, CredentialDemand]:
    """Return the credentials of a client, and what a provider among them is asked for."""
    from dynclient.description.described_operation import get_credential_store
    from dynclient.model import RequiredScheme

    store = get_credential_store(_get_operation(client))
    return store, store.build_demand(RequiredScheme(scheme), client.document.uri)


def _request_token(client: Client, scheme: SecurityScheme) -> None:
    """Have the provider of a client get a token, which it keeps in its file."""
    from dynclient.description.described_operation import get_runner
    from dynclient.transport.http_adapter import DEFAULT_TIMEOUTS
    from dynclient.transport.provided_credentials import ProvidedCredentials
    from dynclient.transport.runners import build_provider_exchange

    runner = get_runner(_get_operation(client))

    def send(request: ProviderRequest) -> Response:
        exchange = build_provider_exchange(request)
        response: Response = runner.send(exchange, DEFAULT_TIMEOUTS)
        return response

    store, demand = _build_demand(client, scheme)
    try:
        ProvidedCredentials(store, (demand,)).ask(send)
    except BaseException as error:
        drop_private_frames(error)
        raise


def _print_url(url: str) -> None:
    from dynclient.cli.terminal_output import print_note

    print_note(f"To log in, open {url}")
