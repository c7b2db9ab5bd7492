"""Security formulas: OR of AND. Which alternative can be met, how it reads, and where a credential goes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from dynclient.errors import CredentialsMissing, UnsafeValue, UsageError
from dynclient.model import RequiredScheme, SecurityFormula, SecurityScheme
from dynclient.wire.message import is_valid_header

Secret = str | tuple[str, str]
Credential = Secret | Callable[[], Secret]


def choose_alternative(
    formula: SecurityFormula, known: Container[str]
) -> tuple[RequiredScheme, ...]:
    """Return the first alternative that the known credentials fully satisfy; () where nothing is asked.

    Mutual TLS is the transport's business and always counts as satisfied.

    Raises:
        CredentialsMissing: none is; the error names the formula.

    """
    for requirements in formula:
        if all(r.scheme.key in known or r.scheme.type == "mutualTLS" for r in requirements):
            return requirements
    if not formula:
        return ()
    text = format_formula(formula)
    wanted = next(iter(formula[0])).scheme.key
    hint = f'give credentials={{"{wanted}": "…"}}'
    raise CredentialsMissing(
        f"this operation needs {text}; nothing was sent", hint=hint, formula=text
    )


def format_formula(formula: SecurityFormula) -> str:
    """Return a formula as people read it: `api_key_v1, or (a and b)`."""
    if not formula:
        return "nothing"
    texts = [
        " and ".join(r.scheme.key for r in requirements) or "nothing" for requirements in formula
    ]
    return ", or ".join(f"({t})" if " and " in t and len(texts) > 1 else t for t in texts)


@dataclass(frozen=True)
class CredentialPlacement:
    """Where credentials go: header fields, query text to append, cookies, and a pair for the digest scheme."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    digest: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return "<CredentialPlacement …>"


def place_credentials(
    requirements: tuple[RequiredScheme, ...], credentials: Mapping[str, Credential]
) -> CredentialPlacement:
    """Return where the credentials of an alternative go.

    Raises:
        UnsafeValue: a credential, or the name it goes by, holds a character that cannot be sent.
        UsageError: a callable gave something that its scheme cannot use.

    """
    found = CredentialPlacement()
    for requirement in requirements:
        scheme = requirement.scheme
        if scheme.type != "mutualTLS":
            credential = credentials[scheme.key]
            secret = credential() if callable(credential) else credential
            found = _add_credential(found, scheme, check_credential(scheme, secret))
    return found


def _add_credential(
    found: CredentialPlacement, scheme: SecurityScheme, secret: Secret
) -> CredentialPlacement:
    """Return what is placed so far with one more credential."""
    if isinstance(secret, tuple):
        if scheme.scheme == "digest":
            return replace(found, digest=secret)
        pair = base64.b64encode(f"{secret[0]}:{secret[1]}".encode()).decode()
        return replace(found, headers=(*found.headers, ("Authorization", f"Basic {pair}")))
    if scheme.type != "apiKey":
        return replace(
            found,
            headers=(
                *found.headers,
                ("Authorization", f"Bearer {_check_sendable(scheme, secret)}"),
            ),
        )
    if scheme.location == "query":
        return replace(
            found, query=(*found.query, f"{quote(scheme.name, safe='')}={quote(secret, safe='')}")
        )
    if not is_valid_header(scheme.name, ""):
        raise UnsafeValue(
            f"the security scheme {scheme.key!r} names a header or cookie that cannot be sent"
        )
    if scheme.location == "cookie":
        return replace(
            found,
            cookies=(
                *found.cookies,
                f"{scheme.name}={_check_sendable(scheme, secret, not_in=';,')}",
            ),
        )
    return replace(found, headers=(*found.headers, (scheme.name, _check_sendable(scheme, secret))))


def _check_sendable(scheme: SecurityScheme, secret: str, not_in: str = "") -> str:
    if (
        re.search(r"[^\t\x20-\x7e]", secret)
        or secret != secret.strip()
        or any(c in secret for c in not_in)
    ):
        raise UnsafeValue(
            f"the credential {scheme.key!r} holds a character that cannot be sent where it goes"
        )
    return secret


def check_credential(scheme: SecurityScheme, secret: object) -> Secret:
    """Return a secret that is of the kind that its scheme takes.

    Raises:
        UsageError: it is not, or the scheme is one that dynclient cannot speak; the secret is not in the message.

    """
    kind = f"{scheme.type} {scheme.scheme}".strip()
    if not _is_supported(scheme):
        hint = "give the header yourself: with_options(headers=…)"
        raise UsageError(
            f"the security scheme {scheme.key!r} ({kind}) cannot be put on a request", hint=hint
        )
    if is_user_password_scheme(scheme):
        if isinstance(secret, tuple) and len(secret) == 2 and all(map(_is_unicode_text, secret)):  # noqa: PLR2004 (a pair)
            if ":" in secret[0]:
                raise UsageError(f"the user name of the credential {scheme.key!r} holds a colon")
            return secret
    elif isinstance(secret, str) and _is_unicode_text(secret):
        return secret
    wanted = "a pair (user, password)" if is_user_password_scheme(scheme) else "a string"
    given = "text that is no Unicode" if isinstance(secret, str) else f"a {type(secret).__name__}"
    raise UsageError(f"the credential {scheme.key!r} is {given}; {kind} takes {wanted}")


def is_user_password_scheme(scheme: SecurityScheme) -> bool:
    """Tell whether a scheme takes a user and a password."""
    return scheme.type == "http" and scheme.scheme in ("basic", "digest")


def _is_supported(scheme: SecurityScheme) -> bool:
    if scheme.type == "apiKey":
        return scheme.location in ("header", "query", "cookie") and bool(scheme.name)
    if scheme.type == "http":
        return scheme.scheme in ("basic", "digest", "bearer")
    return scheme.type in ("oauth2", "openIdConnect", "mutualTLS")


def _is_unicode_text(value: object) -> bool:
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)
