"""What a request needs of credential providers, and what they gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from dynclient.errors import UsageError
from dynclient.masking import drop_private_frames
from dynclient.transport.authorization import AuthorizedRequest, CredentialStore
from dynclient.wire.credential_provider import (
    CredentialDemand,
    CredentialProvider,
    LimitWait,
    ProviderRequest,
    Secret,
    limit_nothing,
)
from dynclient.wire.message import Request
from dynclient.wire.security import check_credential

#: Sends a request of a provider.
SendForProvider = Callable[[ProviderRequest], Any]


@dataclass(frozen=True)
class ProvidedCredentials:
    """The credentials of a request that come from providers.

    Attributes:
        store: the credentials of the client.
        demands: what the request needs of providers; at least one.
        secrets: by security scheme: what they gave; empty where they were not asked yet.

    """

    store: CredentialStore
    demands: tuple[CredentialDemand, ...]
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)

    @property
    def is_renewal(self) -> bool:
        """Whether the server refused credentials that providers gave before."""
        return any(demand.refused is not None for demand in self.demands)

    @property
    def is_same_as_refused(self) -> bool:
        """Whether the providers gave again what the server refused."""
        return all(self.secrets.get(d.scheme.key) == d.refused for d in self.demands)

    def refuse(self) -> ProvidedCredentials:
        """Return the same with the credentials refused, so that the providers are asked again."""
        demands = tuple(replace(d, refused=self.secrets[d.scheme.key]) for d in self.demands)
        return ProvidedCredentials(self.store, demands)

    def authorize(self, request: Request) -> AuthorizedRequest:
        """Return a request with its credentials."""
        return self.store.authorize(request, self.secrets)

    def ask(
        self, send: SendForProvider, limit_wait: LimitWait = limit_nothing
    ) -> ProvidedCredentials:
        """Ask each provider, and return the same with what they gave.

        Args:
            send: sends a request of a provider, and returns its response.
            limit_wait: how long they may wait, as `CredentialDemand` has it.

        """
        secrets = {}
        for demand in self.demands:
            provider = self._get_provider(demand)
            secret = provider.get_credential(replace(demand, send=send, limit_wait=limit_wait))
            secrets[demand.scheme.key] = _check_provided(demand, secret)
        return replace(self, secrets=secrets)

    async def ask_async(self, send: SendForProvider) -> ProvidedCredentials:
        """Ask each provider, and return the same with what they gave.

        Args:
            send: sends a request of a provider, and returns its response when it is awaited.

        """
        secrets = {}
        for demand in self.demands:
            provider: Any = self._get_provider(demand)
            if hasattr(provider, "get_credential_async"):
                secret = await provider.get_credential_async(replace(demand, send=send))
            else:
                secret = provider.get_credential(demand)
            secrets[demand.scheme.key] = _check_provided(demand, secret)
        return replace(self, secrets=secrets)

    def _get_provider(self, demand: CredentialDemand) -> CredentialProvider:
        return cast("CredentialProvider", self.store.credentials[demand.scheme.key])


def _check_provided(demand: CredentialDemand, secret: object) -> Secret:
    """Return what a provider gave, where it is of the kind that the scheme takes.

    Raises:
        UsageError: it is not.

    """
    try:
        return check_credential(demand.scheme, secret)
    except UsageError as error:
        drop_private_frames(error)
        raise
