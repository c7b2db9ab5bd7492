"""How to make a client again in another process: a value that pickles, and holds no secret."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.client.options import Options
from dynclient.client.source_loader import GIT_PREFIX, STDIN
from dynclient.document.files.uris import get_scheme, is_remote
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client


class ClientOrigin(NamedTuple):
    """What a client was made of, besides its options and credentials.

    Attributes:
        source: its document, as it was given.
        arguments: further arguments of the client, as they were given.
        has_transport: whether a transport was given, which stays in its process.

    """

    source: Any
    arguments: Mapping[str, Any]
    has_transport: bool


@dataclass(frozen=True)
class ClientRecipe:
    """Makes clients of one kind; it pickles, where a client cannot.

    Each process loads the document itself. Credentials are those of its own environment, and what
    functions give that the client was given; no secret is in a recipe.

    Attributes:
        source: the document: an absolute path, a URL, `git:REV:path`, or a mapping.
        arguments: of the client.
        options: those that differ from the defaults.
        credentials: functions by security scheme.

    """

    source: Any
    arguments: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def build(self) -> Client:
        """Return a new client.

        Raises:
            DynclientError: just as `Client` does.

        """
        from dynclient.client.client import Client

        return Client(self.source, credentials=self.credentials, **self.arguments, **self.options)


def build_recipe(
    origin: ClientOrigin, options: Options, credentials: Mapping[str, Any]
) -> ClientRecipe:
    """Return the recipe of a client.

    Raises:
        UsageError: the client cannot be made elsewhere; the hint says what to give it instead.

    """
    if origin.has_transport:
        raise UsageError(
            "a client with a transport= of its own stays in its process",
            hint="leave out transport=: each process has connections of its own",
        )
    for name, credential in credentials.items():
        if not callable(credential):
            raise UsageError(
                f"the credential {name!r} is a secret, and no secret goes to another process",
                hint="give a function of a module that returns it; or set the variable"
                " DYNCLIENT_CREDENTIAL_… there, and give server=",
            )
    defaults = Options()
    changed = {
        each.name: getattr(options, each.name)
        for each in dataclasses.fields(options)
        if getattr(options, each.name) != getattr(defaults, each.name)
    }
    recipe = ClientRecipe(
        _locate_source(origin.source), origin.arguments, changed, dict(credentials)
    )
    _check_pickles(recipe)
    return recipe


def _locate_source(source: Any) -> Any:
    """Return the source of a document as another process can read it."""
    if isinstance(source, Mapping):
        return source
    if isinstance(source, os.PathLike):
        return Path(source).absolute()
    if isinstance(source, str) and source != STDIN:
        is_path = not is_remote(source) and get_scheme(source) != "file"
        is_path = is_path and not source.startswith(GIT_PREFIX)
        return str(Path(source).absolute()) if is_path else source
    raise UsageError(
        "the document of this client cannot be loaded in another process",
        hint="give Client a path, a URL or a mapping",
    )


def _check_pickles(recipe: ClientRecipe) -> None:
    import pickle

    try:
        pickle.dumps(recipe)
    except Exception as error:  # noqa: BLE001 (of a function or an object of the user)
        raise UsageError(
            f"an option or a credential cannot be pickled: {error}",
            hint="give functions that stand in a module, under their own names",
        ) from None
