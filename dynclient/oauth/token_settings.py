"""What a program says about its OAuth client."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from dynclient.errors import UsageError
from dynclient.names import suggest
from dynclient.violations import shorten_repr

AuthMethod = Literal["client_secret_basic", "client_secret_post", "none"]

_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
_URL_NAMES = ("issuer", "token_url", "authorization_url", "device_authorization_url")


class TokenOptions(TypedDict, total=False):
    """The options of all providers of tokens.

    Attributes:
        client_secret: of the client; "" (the default): it has none.
        scopes: what tokens are asked for; None (the default): what the operation asks for.
        issuer: the URL of the authorization server, which says where its endpoints are.
        token_url: where tokens are requested. Default: what the document says.
        authorization_url: where a person logs in. Default: what the document says.
        device_authorization_url: where a code is requested. Default: what the document says.
        auth_method: how the client authenticates: `client_secret_basic` (the default with a
            secret), `client_secret_post`, or `none` (the default without one).
        parameters: more parameters of the requests, such as `{"audience": "…"}`.
        cache: whether tokens are kept in a file of the user's own. Default: True.
        clock: returns the seconds since 1970. Default: time.time.

    """

    client_secret: str
    scopes: str | Sequence[str] | None
    issuer: str
    token_url: str
    authorization_url: str
    device_authorization_url: str
    auth_method: AuthMethod | None
    parameters: Mapping[str, str]
    cache: bool
    clock: Callable[[], float]


@dataclass(frozen=True)
class TokenSettings:
    """The options of a provider, checked; `TokenOptions` describes each."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: Any = None
    issuer: str = ""
    token_url: str = ""
    authorization_url: str = ""
    device_authorization_url: str = ""
    auth_method: AuthMethod | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    cache: bool = True
    clock: Callable[[], float] = time.time

    @classmethod
    def build(cls, client_id: object, options: TokenOptions) -> TokenSettings:
        """Return the settings of some options.

        Raises:
            UsageError: an option does not exist or cannot have that value; no secret is in the
                message.

        """
        names = [each.name for each in dataclasses.fields(cls)]
        for name in options:
            if name not in names:
                meant = suggest(name, names, 1)
                hint = f"did you mean {meant[0]}?" if meant else f"options are {', '.join(names)}"
                raise UsageError(f"there is no option {name!r}", hint=hint)
        settings = cls(client_id, **options)  # type: ignore[arg-type] # it is checked below
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse values that no option can have.

        Raises:
            UsageError: one is of the wrong kind.

        """
        client_id: object = self.client_id  # whoever does not check types may give anything
        if not isinstance(client_id, str) or not client_id:
            raise UsageError("client_id must be a text that is not empty")
        for name in ("client_secret", *_URL_NAMES):
            if not isinstance(getattr(self, name), str):
                raise UsageError(f"{name} must be a text")
        if not _is_scopes(self.scopes):
            raise UsageError(f"scopes cannot be {shorten_repr(self.scopes)}", hint="give a list")
        if not _is_text_mapping(self.parameters):
            raise UsageError("parameters must be a mapping of names to texts")
        clock: object = self.clock
        if not callable(clock):
            raise UsageError("clock must be a function that returns seconds since 1970")
        if self.auth_method not in (None, *_AUTH_METHODS):
            hint = f"one of {', '.join(_AUTH_METHODS)}"
            raise UsageError(f"auth_method cannot be {shorten_repr(self.auth_method)}", hint=hint)

    @property
    def own_scopes(self) -> tuple[str, ...] | None:
        """The scopes that the program gave; None: those of the operation."""
        if self.scopes is None:
            return None
        return tuple(self.scopes.split() if isinstance(self.scopes, str) else self.scopes)

    @property
    def given_urls(self) -> dict[str, str]:
        """The URLs that the program gave, by name."""
        return {name: getattr(self, name) for name in _URL_NAMES if getattr(self, name)}


def _is_scopes(value: object) -> bool:
    if isinstance(value, list | tuple | set | frozenset):
        return all(isinstance(scope, str) for scope in value)
    return value is None or isinstance(value, str)


def _is_text_mapping(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    return all(isinstance(text, str) for text in (*value.keys(), *value.values()))
