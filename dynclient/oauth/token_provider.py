"""What all providers of tokens share: tokens are kept, renewed in time, and requested once."""

from __future__ import annotations

import copy
import logging
from abc import ABC, abstractmethod
from collections.abc import Generator, Hashable
from typing import Any, NamedTuple, Unpack

from dynclient.errors import DynclientError, TimedOut, UsageError
from dynclient.oauth.access_token import AccessToken, TokenEndpoint
from dynclient.oauth.authorization_server import (
    AuthorizationServer,
    discover,
    find_authorization_server,
)
from dynclient.oauth.flow_steps import Flow, Sleep, run_flow, run_flow_async
from dynclient.oauth.single_flight import Flight, Outcome, Ticket, TokenFlights
from dynclient.oauth.token_cache import TokenCache, TokenKey, open_token_cache
from dynclient.oauth.token_requests import build_token_request, check_installed
from dynclient.oauth.token_settings import TokenOptions, TokenSettings
from dynclient.wire.credential_provider import CredentialDemand, ProviderRequest, Secret
from dynclient.wire.message import Response

logger = logging.getLogger("dynclient")

#: What a sandbox is shown: it takes any token, and no server is asked for one.
SANDBOX_TOKEN = "sandbox"  # noqa: S105 (it is no secret)

#: Of so many APIs one provider remembers the authorization server.
_MAX_FOUND_SERVERS = 64

#: Security schemes that carry a bearer token.
_TOKEN_TYPES = ("oauth2", "openIdConnect")


class WantedToken(NamedTuple):
    """The token that a request needs.

    Attributes:
        server: where it comes from.
        scopes: what it is asked for.
        memory_key: what tells the tokens of a provider apart.
        key: of the file that it is kept in.
        refused: the text of the token that the API refused; "" at the first request.

    """

    server: AuthorizationServer
    scopes: tuple[str, ...]
    memory_key: tuple[str, frozenset[str]]
    key: TokenKey
    refused: str = ""

    def has_scopes_of(self, flight: Flight) -> bool:
        """Tell whether the flight of another one asks for the same scopes."""
        return set(flight.scopes) == set(self.scopes)

    def is_met_by(self, token: AccessToken | None, now: float) -> bool:
        """Tell whether a token can be sent."""
        return token is not None and token.is_fresh(now) and token.text != self.refused

    def __repr__(self) -> str:
        return f"<WantedToken of {self.server.key}>"


class TokenProvider(ABC):
    """Gives bearer tokens: a credential for an OAuth2, OpenID Connect or bearer scheme.

    Threads, tasks and clients may share one. It asks for a token once, however many want it, and
    for another before that one expires, or when the API refuses it with 401.

    Args:
        client_id: of the client that is registered at the authorization server.
        **options: as `TokenOptions` describes them.

    """

    #: The flow of a security scheme that it runs.
    flow_name: str
    #: Whom its tokens speak for.
    subject: str
    #: How it waits; None: as Python does.
    _sleep: Sleep | None = None

    def __init__(self, *, client_id: str, **options: Unpack[TokenOptions]) -> None:
        self._settings = TokenSettings.build(client_id, options)
        self._tokens: dict[tuple[str, frozenset[str]], AccessToken] = {}
        #: By what a demand says of them.
        self._found_servers: dict[Hashable, AuthorizationServer] = {}
        #: With what their metadata say, by their keys.
        self._servers: dict[str, AuthorizationServer] = {}
        self._flights = TokenFlights()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of client {self._settings.client_id!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a provider of tokens holds secrets and cannot be pickled or copied")

    # --- what a client asks

    def get_credential(self, demand: CredentialDemand) -> Secret:
        """Return the token for a request.

        Raises:
            TokenUnavailable: the authorization server gave none.
            TransportError: it could not be reached.
            UsageError: it is not known, or not trusted.

        """
        if demand.is_in_process:
            return SANDBOX_TOKEN
        flow = self._provide(demand, can_wait_here=False)
        text: str = run_flow(flow, demand.send, self._sleep, demand.limit_wait)
        return text

    async def get_credential_async(self, demand: CredentialDemand) -> Secret:
        """Return the token for a request, as `get_credential` does."""
        if demand.is_in_process:
            return SANDBOX_TOKEN
        flow = self._provide(demand, can_wait_here=True)
        text: str = await run_flow_async(flow, demand.send, self._sleep)
        return text

    def forget(self, demand: CredentialDemand) -> None:
        """Forget the tokens in memory, and the one on disk that a request would be sent with.

        Raises:
            UsageError: its authorization server is not known, or not trusted.

        """
        self._tokens.clear()
        self._open_cache().remove(self._describe_token(demand).key)

    def _describe_token(self, demand: CredentialDemand) -> WantedToken:
        """Return the token that a request needs.

        Raises:
            UsageError: its authorization server is not known, or not trusted.

        """
        scheme = demand.scheme
        is_bearer = scheme.type == "http" and scheme.scheme == "bearer"
        if scheme.type not in _TOKEN_TYPES and not is_bearer:
            raise UsageError(
                f"the security scheme {scheme.key!r} ({scheme.type}) takes no token of"
                f" {type(self).__name__}; nothing was sent"
            )
        server = self._find_server(demand)
        scopes = self._choose_scopes(server, () if is_bearer else demand.scopes)
        refused = demand.refused if isinstance(demand.refused, str) else ""
        parameters = tuple(sorted(self._settings.parameters.items()))
        key = TokenKey(self.subject, server.key, self._settings.client_id, scopes, parameters)
        return WantedToken(server, scopes, (server.key, frozenset(scopes)), key, refused)

    def _find_server(self, demand: CredentialDemand) -> AuthorizationServer:
        """Return where a token comes from: found once for all requests to an API."""
        scheme = demand.scheme
        facts = (
            *(scheme.key, scheme.flows, scheme.metadata_url, demand.base_url),
            *(demand.trusted_origins, demand.vouches_for_urls),
        )
        server = self._found_servers.get(facts)
        if server is None:
            server = find_authorization_server(self._settings, demand, self.flow_name)
            if len(self._found_servers) >= _MAX_FOUND_SERVERS:
                self._found_servers.clear()
            self._found_servers[facts] = server
        return server

    def _choose_scopes(
        self,
        server: AuthorizationServer,  # noqa: ARG002 (logins look at it)
        asked: tuple[str, ...],
    ) -> tuple[str, ...]:
        """Return the scopes that a token is asked for."""
        own = self._settings.own_scopes
        return asked if own is None else own

    def _take_ticket(self, wanted: WantedToken, *, can_wait_here: bool) -> Ticket:
        return self._flights.take_ticket(
            self._get_flight_key(wanted),
            wanted.scopes,
            lambda: self._find_token(wanted),
            can_wait_here=can_wait_here,
        )

    def _get_flight_key(self, wanted: WantedToken) -> Hashable:
        """Return what tells token requests apart: of two with one key, one waits for the other."""
        return wanted.memory_key

    def _find_token(self, wanted: WantedToken) -> AccessToken | None:
        """Return a token that can be sent: one for just these scopes, or for more."""
        now = self._settings.clock()
        token = self._tokens.get(wanted.memory_key)
        if token is not None:
            return token if wanted.is_met_by(token, now) else None
        server, scopes = wanted.memory_key
        for (other_server, other_scopes), other in list(self._tokens.items()):
            is_wider = other_server == server and scopes < other_scopes
            if is_wider and wanted.is_met_by(other, now):
                return other
        return None

    # --- getting a token

    def _provide(self, demand: CredentialDemand, *, can_wait_here: bool) -> Flow:
        """Return the text of the token for a request.

        Args:
            demand: what the request needs.
            can_wait_here: whether to wait for a flight that a task of this thread leads.

        """
        while True:
            wanted = self._describe_token(demand)
            token = self._find_token(wanted)
            if token is not None:  # as most often
                return token.text
            if demand.send is None:
                raise UsageError(
                    "a provider of tokens is asked by a client, which sends its requests"
                )
            ticket = self._take_ticket(wanted, can_wait_here=can_wait_here)
            if ticket.token is not None:
                return ticket.token.text
            if ticket.is_leader:
                token = yield from self._lead_flight(wanted, ticket)
                return token.text
            outcome: Outcome = yield ticket.flight
            if isinstance(outcome, DynclientError):
                raise copy.copy(outcome)  # One for each thread: a traceback is of one.
            if outcome is not None and wanted.has_scopes_of(ticket.flight):
                return outcome.text

    def _lead_flight(self, wanted: WantedToken, ticket: Ticket) -> Flow:
        """Return a new token; however that ends, those who wait for it are told."""
        outcome: Outcome = None
        try:
            outcome = yield from self._obtain(wanted)
        except DynclientError as error:
            # A deadline is of one call: whoever waits has another one, and takes over.
            is_deadline = isinstance(error, TimedOut) and error.deadline_s is not None
            outcome = None if is_deadline else error
            raise
        finally:
            self._finish(wanted, ticket, outcome)
        return outcome

    def _obtain(self, wanted: WantedToken) -> Flow:
        """Return a token: that of the file, else one of the authorization server."""
        held = self._tokens.get(wanted.memory_key)
        cache = self._open_cache()
        kept = cache.read(wanted.key)
        if kept is not None and wanted.is_met_by(kept, self._settings.clock()):
            return kept
        check_installed()
        server = yield from self._discover(wanted.server)
        reason = "expired" if held or kept else "first"
        if wanted.refused:
            reason = "refused"
        logger.info("token for %s: requested (%s)", server.scheme, reason)
        token: AccessToken = yield from self._request_token(server, wanted, kept or held)
        cache.write(wanted.key, token)
        return token

    def _open_cache(self) -> TokenCache:
        return open_token_cache(self._get_bound_secret(), is_on=self._settings.cache)

    def _get_bound_secret(self) -> str:
        """Return the secret that whoever uses a token of the file must know too."""
        return self._settings.client_secret

    def _discover(self, server: AuthorizationServer) -> Flow:
        """Return a server with all of its URLs; its metadata are read once."""
        if not server.needs_metadata:
            return server
        known = self._servers.get(server.key)
        if known is None:
            known = yield from discover(server)
            self._servers[server.key] = known
        return known

    @abstractmethod
    def _request_token(
        self, server: AuthorizationServer, wanted: WantedToken, held: AccessToken | None
    ) -> Flow:
        """Return a token of the authorization server.

        Args:
            server: with all of its URLs.
            wanted: the token.
            held: the last one, which is no longer used; None where there was none.

        """

    def _send_grant(
        self, server: AuthorizationServer, grant: str, *secrets: str, **parameters: Any
    ) -> Generator[ProviderRequest, Response, AccessToken]:
        """Send a token request and return the token.

        Args:
            server: the authorization server.
            grant: the grant type.
            *secrets: what among the parameters is secret.
            **parameters: those of the grant.

        """
        request = build_token_request(server, self._settings, grant, **parameters)
        response = yield request
        endpoint = TokenEndpoint(
            server.scheme, request.url, (self._settings.client_secret, *secrets)
        )
        refresh_token = parameters.get("refresh_token", "")
        return endpoint.read_token(response, self._settings.clock(), refresh_token)

    def _finish(self, wanted: WantedToken, ticket: Ticket, outcome: Outcome) -> None:
        """End the flight of a ticket; a token is kept."""

        def keep() -> None:
            if isinstance(outcome, AccessToken):
                self._tokens[wanted.memory_key] = outcome

        self._flights.finish(self._get_flight_key(wanted), ticket.flight, outcome, keep)
