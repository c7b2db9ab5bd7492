"""The protocol by which a provider is asked for a credential, as one of OAuth tokens is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

from dynclient.model import SecurityScheme

#: An api key as it is sent, a token, or a pair (user, password).
Secret = str | tuple[str, str]


class ProviderRequest(NamedTuple):
    """A request that a provider sends, such as one for a token.

    Attributes:
        method: upper case.
        url: absolute.
        headers: (name, value) pairs.
        body: the bytes; None where there is none.
        is_repeatable: whether the retries of the call may repeat it, whatever its method.

    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    is_repeatable: bool = False

    def __repr__(self) -> str:
        return f"<ProviderRequest {self.method} {self.url.partition('?')[0]}>"


#: Seconds, None for any number → as many of them as may be waited.
LimitWait = Callable[[float | None], float | None]


def limit_nothing(seconds: float | None) -> float | None:
    """Return some seconds as they are: there is no deadline."""
    return seconds


@dataclass(frozen=True)
class CredentialDemand:
    """What a request needs of a provider.

    Attributes:
        scheme: the security scheme.
        scopes: those that the operation asks for.
        base_url: of the request: what relative URLs of the scheme are relative to.
        trusted_origins: the origins that the user vouched for.
        vouches_for_urls: whether the user vouches for whatever the document names, as for a
            document on disk.
        is_in_process: whether the request goes to a sandbox.
        refused: the credential that the server refused with 401; None at the first request.
        send: sends a `ProviderRequest` on the connections of the client and returns a `Response`,
            for `get_credential_async` an awaitable one.
        limit_wait: returns how many of some seconds may be waited (None: any number), so that the
            deadline of the call holds; it raises where that is over. `get_credential_async` is
            cancelled then.

    """

    scheme: SecurityScheme
    scopes: tuple[str, ...] = ()
    base_url: str = ""
    trusted_origins: frozenset[str] = frozenset()
    vouches_for_urls: bool = False
    is_in_process: bool = False
    refused: Secret | None = field(default=None, repr=False)
    send: Callable[[ProviderRequest], Any] | None = field(default=None, repr=False, compare=False)
    limit_wait: LimitWait = field(default=limit_nothing, repr=False, compare=False)


@runtime_checkable
class CredentialProvider(Protocol):
    """Gives credentials: asked for each request, and once more after a 401.

    It may also have `async def get_credential_async(demand)`, which an AsyncClient awaits.
    """

    def get_credential(self, demand: CredentialDemand) -> Secret:
        """Return the credential for a request.

        After a 401, `demand.refused` is the credential that was refused. The request is sent again
        with the new one; where it is the same, the 401 stands.
        """


Credential = Secret | Callable[[], Secret] | CredentialProvider
