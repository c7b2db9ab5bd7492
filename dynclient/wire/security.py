"""Security requirements, OR of AND: the satisfied alternative, and where credentials go."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard
from urllib.parse import quote

from dynclient.errors import CredentialsMissing, UnsafeValue, UsageError
from dynclient.model import RequiredScheme, SecurityFormula, SecurityScheme
from dynclient.wire.message import is_valid_header

_NOT_PRINTABLE = re.compile(r"[^\t\x20-\x7e]")

Secret = str | tuple[str, str]
Credential = Secret | Callable[[], Secret]


def choose_alternative(
    formula: SecurityFormula, known: Container[str]
) -> tuple[RequiredScheme, ...]:
    """Return the first alternative that the known credentials satisfy; () without any.

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
    raise CredentialsMissing(
        f"this operation needs {text}; nothing was sent",
        hint=f'give credentials={{"{formula[0][0].scheme.key}": "…"}}',
        formula=text,
    )


def format_formula(formula: SecurityFormula) -> str:
    """Return a formula as people read it: `api_key_v1, or (a and b)`."""
    if not formula:
        return "nothing"
    texts = []
    for requirements in formula:
        text = " and ".join(required.scheme.key for required in requirements)
        is_one_of_several = len(requirements) > 1 and len(formula) > 1
        texts.append(f"({text})" if is_one_of_several else text or "nothing")
    return ", or ".join(texts)


@dataclass(frozen=True)
class CredentialPlacement:
    """Where credentials go: header fields, query text, cookies, and a pair for digest."""

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
    placement = CredentialPlacement()
    for requirement in requirements:
        scheme = requirement.scheme
        if scheme.type == "mutualTLS":
            continue
        credential = credentials[scheme.key]
        secret = credential() if callable(credential) else credential
        placement = _add_credential(placement, scheme, check_credential(scheme, secret))
    return placement


def _add_credential(
    placement: CredentialPlacement, scheme: SecurityScheme, secret: Secret
) -> CredentialPlacement:
    """Return a placement with one more credential."""
    if isinstance(secret, tuple):
        if scheme.scheme == "digest":
            return replace(placement, digest=secret)
        user, password = secret
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return _add_header(placement, "Authorization", f"Basic {pair}")
    if scheme.type != "apiKey":
        token = _check_sendable(scheme, secret)
        return _add_header(placement, "Authorization", f"Bearer {token}")
    if scheme.location == "query":
        pair = f"{quote(scheme.name, safe='')}={quote(secret, safe='')}"
        return replace(placement, query=(*placement.query, pair))
    if not is_valid_header(scheme.name, ""):
        raise UnsafeValue(
            f"the security scheme {scheme.key!r} names a header or cookie that cannot be sent"
        )
    if scheme.location == "cookie":
        pair = f"{scheme.name}={_check_sendable(scheme, secret, not_in=';,')}"
        return replace(placement, cookies=(*placement.cookies, pair))
    return _add_header(placement, scheme.name, _check_sendable(scheme, secret))


def _add_header(placement: CredentialPlacement, name: str, value: str) -> CredentialPlacement:
    return replace(placement, headers=(*placement.headers, (name, value)))


def _check_sendable(scheme: SecurityScheme, secret: str, not_in: str = "") -> str:
    has_control = _NOT_PRINTABLE.search(secret) is not None
    has_delimiter = any(character in secret for character in not_in)
    if has_control or has_delimiter or secret != secret.strip():
        raise UnsafeValue(
            f"the credential {scheme.key!r} holds a character that cannot be sent where it goes"
        )
    return secret


def check_credential(scheme: SecurityScheme, secret: object) -> Secret:
    """Return a secret that is of the kind that its scheme takes.

    Raises:
        UsageError: it is not, or the scheme is one that dynclient cannot speak; the secret is not
            in the message.

    """
    kind = f"{scheme.type} {scheme.scheme}".strip()
    if not _is_supported(scheme):
        hint = "give the header yourself: with_options(headers=…)"
        text = f"the security scheme {scheme.key!r} ({kind}) cannot be put on a request"
        raise UsageError(text, hint=hint)
    if is_user_password_scheme(scheme):
        if _is_text_pair(secret):
            if ":" in secret[0]:
                raise UsageError(f"the user name of the credential {scheme.key!r} holds a colon")
            return secret
        expected = "a pair (user, password)"
    else:
        if _is_unicode_text(secret):
            return secret
        expected = "a string"
    actual = "text that is no Unicode" if isinstance(secret, str) else f"a {type(secret).__name__}"
    raise UsageError(f"the credential {scheme.key!r} is {actual}; {kind} takes {expected}")


def is_user_password_scheme(scheme: SecurityScheme) -> bool:
    """Tell whether a scheme takes a user and a password."""
    return scheme.type == "http" and scheme.scheme in ("basic", "digest")


def _is_supported(scheme: SecurityScheme) -> bool:
    if scheme.type == "apiKey":
        return scheme.location in ("header", "query", "cookie") and bool(scheme.name)
    if scheme.type == "http":
        return scheme.scheme in ("basic", "digest", "bearer")
    return scheme.type in ("oauth2", "openIdConnect", "mutualTLS")


def _is_text_pair(value: object) -> TypeGuard[tuple[str, str]]:
    if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004 (a pair)
        return False
    return _is_unicode_text(value[0]) and _is_unicode_text(value[1])


def _is_unicode_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)
