"""How to make a client again in another process: a value that pickles, and holds no secret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.client.client_origin import ClientOrigin
from dynclient.client.source_loader import GIT_PREFIX
from dynclient.document.files.uris import get_scheme, is_remote
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.client.options import Options


@dataclass(frozen=True)
class ClientRecipe:
    """Makes clients of one kind; it pickles, where a client cannot.

    Each process loads the document itself. Credentials are those of its own environment, and what
    functions give that the client was given; no secret is in a pickled recipe.

    Attributes:
        origin: what the client is made of.
        options: those that differ from the defaults.
        credentials: by security scheme.

    """

    origin: ClientOrigin
    options: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def build(self) -> Client:
        """Return a new client, with connections of its own.

        Raises:
            DynclientError: just as `Client` does.

        """
        from dynclient.client.client import Client

        origin = self.origin
        return Client(
            origin.source, credentials=self.credentials, **origin.arguments, **self.options
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a pickle holds.

        Raises:
            UsageError: a client cannot be made of it elsewhere; the hint says what to give it.

        """
        if self.origin.has_transport:
            raise UsageError(
                "a client with a transport= of its own stays in its process",
                hint="leave out transport=: each process has connections of its own",
            )
        for name, credential in self.credentials.items():
            if not callable(credential):
                raise UsageError(
                    f"the credential {name!r} is a secret, and no secret goes to another process",
                    hint="give a function of a module that returns it; or set the variable"
                    " DYNCLIENT_CREDENTIAL_… there, and give server=",
                )
        origin = self.origin._replace(source=_locate_source(self.origin.source))
        return ClientRecipe, (origin, self.options, dict(self.credentials))


def build_recipe(
    origin: ClientOrigin, options: Options, credentials: Mapping[str, Any]
) -> ClientRecipe:
    """Return the recipe of a client."""
    return ClientRecipe(origin, options.changes, credentials)


def pickle_recipe(recipe: ClientRecipe) -> bytes:
    """Return a pickled recipe.

    Raises:
        UsageError: a client cannot be made of it elsewhere.

    """
    import pickle

    try:
        return pickle.dumps(recipe)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UsageError(
            f"an option or a credential cannot be pickled: {error}",
            hint="give functions that stand in a module, under their own names",
        ) from None


def _locate_source(source: Any) -> Any:
    """Return the source of a document as another process can read it."""
    if source is None:
        raise UsageError(
            "the document of this client cannot be loaded in another process",
            hint="give Client a path, a URL or a mapping",
        )
    if isinstance(source, os.PathLike):
        return Path(source).absolute()
    is_path = isinstance(source, str) and not (is_remote(source) or source.startswith(GIT_PREFIX))
    if is_path and get_scheme(source) != "file":
        return str(Path(source).absolute())
    return source
