"""The credentials of a client: those that the program gave, and those of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dynclient import model
from dynclient.errors import UsageError
from dynclient.names import suggest
from dynclient.wire.message import build_credential_variable
from dynclient.wire.security import (
    check_credential,
    is_provider,
    is_supported,
    is_user_password_scheme,
)

if TYPE_CHECKING:
    from dynclient.wire.credential_provider import Credential


class GivenCredentials(dict[str, "Credential"]):
    """Credentials by security scheme; printed, it tells the schemes only."""

    def __init__(self, given: Mapping[str, Credential]) -> None:
        names: object = given  # whoever does not check types may give anything
        if not isinstance(names, Mapping) or not all(isinstance(name, str) for name in names):
            raise UsageError(
                "credentials must be a mapping", hint='give credentials={"scheme name": "secret"}'
            )
        super().__init__(given)
        #: Schemes with a credential in the environment, which is not read without a server.
        self.unread: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"<credentials of {', '.join(self) or 'nothing'}>"


def collect_credentials(
    own: GivenCredentials, document: model.Document, server: str | None
) -> GivenCredentials:
    """Return the program's credentials, and those of the environment where it gives a server too.

    Args:
        own: the credentials that the program gave.
        document: the document, which names the security schemes.
        server: the server that the program, or the environment, gave; None where none did.

    Raises:
        UsageError: a name is no security scheme of the document, or a value is of the wrong kind.

    """
    schemes = document.security_schemes
    _check_credentials(own, schemes)
    credentials = GivenCredentials(own)
    texts = {name: os.environ.get(build_credential_variable(name), "") for name in schemes}
    if not server:
        credentials.unread = frozenset(name for name, text in texts.items() if text)
        return credentials
    for name, scheme in schemes.items():
        text = texts[name]
        if not text or name in credentials:
            continue
        if is_user_password_scheme(scheme):
            user, _, password = text.partition(":")
            credentials[name] = (user, password)
        else:
            credentials[name] = text
    return credentials


def _check_credentials(own: GivenCredentials, schemes: Mapping[str, model.SecurityScheme]) -> None:
    for name, credential in own.items():
        if name not in schemes:
            raise _build_unknown_scheme(name, schemes)
        if isinstance(credential, type) and hasattr(credential, "get_credential"):
            text = f"the credential {name!r} is the class {credential.__name__}"
            raise UsageError(text, hint=f"make one: {credential.__name__}(…)")
        # A scheme that cannot be put on a request concerns only the operations that need it.
        is_asked_later = callable(credential) or is_provider(credential)
        if not is_asked_later and is_supported(schemes[name]):
            check_credential(schemes[name], credential)


def _build_unknown_scheme(name: str, schemes: Mapping[str, model.SecurityScheme]) -> UsageError:
    suggestions = suggest(name, schemes, 1)
    hint = f"schemes are {', '.join(schemes) or 'none'}"
    if suggestions:
        hint = f"did you mean {suggestions[0]}?"
    return UsageError(f"the document has no security scheme {name!r}", hint=hint)
