"""Security requirements, OR of AND: the satisfied alternative, and where credentials go."""

from __future__ import annotations

import base64
import re
from collections.abc import Container, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeGuard
from urllib.parse import quote

from dynclient.errors import CredentialsMissing, UnsafeValue, UsageError
from dynclient.model import RequiredScheme, SecurityFormula, SecurityScheme, is_framing_header
from dynclient.wire.message import (
    Request,
    build_credential_variable,
    has_surrogate,
    is_valid_header,
)

if TYPE_CHECKING:
    from dynclient.wire.credential_provider import Credential, CredentialProvider, Secret

_NOT_PRINTABLE = r"[^\t\x20-\x7e]"

#: Many paste a bearer token with the word that stands before it in the header.
_BEARER_PREFIX = "(?i)bearer +"


def is_provider(credential: object) -> TypeGuard[CredentialProvider]:
    """Tell whether a credential is a provider, which is asked with a demand."""
    is_class = isinstance(credential, type)
    return not is_class and hasattr(credential, "get_credential")


def choose_alternative(
    formula: SecurityFormula, known: Container[str], unread: Container[str] = ()
) -> tuple[RequiredScheme, ...]:
    """Return the first alternative that asks for something and is satisfied; () without any.

    Mutual TLS is the transport's business and always counts as satisfied.

    Args:
        formula: the alternatives; an empty one counts only where no other is satisfied.
        known: the schemes with a credential.
        unread: those with a credential in the environment, which is not read without a server.

    Raises:
        CredentialsMissing: none is satisfied; the error names the formula.
        UsageError: one is, but two of its schemes have the same place on the request; or one would
            be, but a scheme of it cannot be put on a request.

    """
    for requirements in formula:
        if requirements and not _list_missing(requirements, known):
            _check_places(requirements)
            return requirements
    if not formula or not all(formula):
        return ()
    _check_support(formula, known)
    text = format_formula(formula)
    raise CredentialsMissing(
        f"this operation needs {text}; nothing was sent",
        hint=_build_missing_hint(formula, known, unread),
        formula=text,
        token_schemes=_list_token_schemes(formula),
    )


def _list_token_schemes(formula: SecurityFormula) -> tuple[str, ...]:
    """Return the names of the schemes for which an authorization server gives tokens."""
    schemes = [required.scheme for requirements in formula for required in requirements]
    names = [scheme.key for scheme in schemes if scheme.type in ("oauth2", "openIdConnect")]
    return tuple(dict.fromkeys(names))


def _check_support(formula: SecurityFormula, known: Container[str]) -> None:
    """Refuse a call for which a credential is given that cannot be put on a request.

    Raises:
        UsageError: an alternative lacks nothing else.

    """
    for requirements in formula:
        missing = _list_missing(requirements, known)
        if all(scheme.key in known for scheme in missing):
            raise _build_unsupported_error(missing[0])


def _list_missing(
    requirements: tuple[RequiredScheme, ...], known: Container[str]
) -> list[SecurityScheme]:
    """Return the schemes of an alternative that still need a credential, or can take none."""
    schemes = [requirement.scheme for requirement in requirements if not _is_tls(requirement)]
    return [scheme for scheme in schemes if scheme.key not in known or not is_supported(scheme)]


def _is_tls(requirement: RequiredScheme) -> bool:
    return requirement.scheme.type == "mutualTLS"


def _check_places(requirements: tuple[RequiredScheme, ...]) -> None:
    clash = find_place_clash(requirements) if len(requirements) > 1 else None
    if clash is not None:
        raise UsageError(
            f"{clash}, and a request has only one such place; nothing was sent",
            hint="give the field yourself: with_options(headers=…)",
        )


@lru_cache(maxsize=256)
def find_place_clash(requirements: tuple[RequiredScheme, ...]) -> str | None:
    """Return which two schemes of an alternative have the same place on a request, in words."""
    schemes_by_place: dict[tuple[str, str], SecurityScheme] = {}
    for requirement in requirements:
        scheme = requirement.scheme
        if scheme.type == "mutualTLS":
            continue
        place = _get_place(scheme)
        if place in schemes_by_place:
            names = f"{schemes_by_place[place].key!r} and {scheme.key!r}"
            location = "query parameter" if place[0] == "query" else place[0]
            return f"the security schemes {names} both go into the {location} {place[1]}"
        schemes_by_place[place] = scheme
    return None


def _get_place(scheme: SecurityScheme) -> tuple[str, str]:
    """Return (location, name) of the place where a credential goes."""
    if scheme.type != "apiKey":
        return "header", "authorization"
    name = scheme.name.lower() if scheme.location == "header" else scheme.name
    return scheme.location, name


def _build_missing_hint(
    formula: SecurityFormula, known: Container[str], unread: Container[str]
) -> str:
    """Return what to give for the alternative that needs the least."""
    candidates = [_list_missing(requirements, known) for requirements in formula]
    missing = min(
        candidates, key=lambda schemes: (not all(map(is_supported, schemes)), len(schemes))
    )
    variables = [build_credential_variable(scheme.key) for scheme in missing]
    if all(scheme.key in unread for scheme in missing):
        verb = "is set, and is read" if len(variables) == 1 else "are set, and are read"
        return f'{" and ".join(variables)} {verb} only together with a server: give server="…"'
    unsupported = [scheme for scheme in missing if not is_supported(scheme)]
    if unsupported:
        return build_own_header_hint(unsupported[0])
    values = ", ".join(f'"{s.key}": {_get_example_value(s)}' for s in missing)
    names = " and ".join(variables)
    return f"give credentials={{{values}}}; or set {names}, and give server="


def _get_example_value(scheme: SecurityScheme) -> str:
    return '("USER", "PASSWORD")' if is_user_password_scheme(scheme) else '"…"'


def build_own_header_hint(scheme: SecurityScheme) -> str:
    """Return how to call an operation with a scheme that cannot be put on a request."""
    value = f"{scheme.scheme.title()} …" if scheme.type == "http" else "…"
    return f'give the header yourself: with_options(headers={{"Authorization": "{value}"}})'


def has_own_credentials(request: Request) -> bool:
    """Tell whether the caller wrote the credential headers of an alternative; they win."""
    for alternative in request.security:
        schemes = [required.scheme for required in alternative]
        names = [_get_credential_header(s) for s in schemes if s.type != "mutualTLS"]
        if names and all(name in request.headers for name in names):
            return True
    return False


def _get_credential_header(scheme: SecurityScheme) -> str:
    location, name = _get_place(scheme)
    return name if location == "header" else ""


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


class CredentialPlacement(NamedTuple):
    """Where credentials go: header fields, query text, cookies, and a pair for digest."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    digest: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return "<CredentialPlacement …>"


def place_credentials(
    requirements: tuple[RequiredScheme, ...],
    credentials: Mapping[str, Credential],
    provided: Mapping[str, Secret] = MappingProxyType({}),
) -> CredentialPlacement:
    """Return where the credentials of an alternative go.

    Args:
        requirements: the alternative.
        credentials: by security scheme.
        provided: by security scheme: what the providers among them gave.

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
        if is_provider(credential):
            credential = provided[scheme.key]
        secret = credential() if callable(credential) else credential
        placement = _add_credential(placement, scheme, check_credential(scheme, secret))
    return placement


def _add_credential(
    placement: CredentialPlacement, scheme: SecurityScheme, secret: Secret
) -> CredentialPlacement:
    """Return a placement with one more credential."""
    if isinstance(secret, tuple):
        if scheme.scheme == "digest":
            return placement._replace(digest=secret)
        user, password = secret
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return _add_header(placement, "Authorization", f"Basic {pair}")
    if scheme.type != "apiKey":
        token = _check_sendable(scheme, _drop_bearer_prefix(secret))
        return _add_header(placement, "Authorization", f"Bearer {token}")
    if scheme.location == "query":
        pair = f"{quote(scheme.name, safe='')}={quote(secret, safe='')}"
        return placement._replace(query=(*placement.query, pair))
    if not is_valid_header(scheme.name, "") or is_framing_header(scheme.name):
        raise UnsafeValue(
            f"the security scheme {scheme.key!r} names a header or cookie that cannot be sent"
        )
    if scheme.location == "cookie":
        pair = f"{scheme.name}={_check_sendable(scheme, secret, not_in=';,')}"
        return placement._replace(cookies=(*placement.cookies, pair))
    return _add_header(placement, scheme.name, _check_sendable(scheme, secret))


def _drop_bearer_prefix(token: str) -> str:
    prefix = re.match(_BEARER_PREFIX, token)
    return token[prefix.end() :] if prefix else token


def _add_header(placement: CredentialPlacement, name: str, value: str) -> CredentialPlacement:
    return placement._replace(headers=(*placement.headers, (name, value)))


def _check_sendable(scheme: SecurityScheme, secret: str, not_in: str = "") -> str:
    has_control = re.search(_NOT_PRINTABLE, secret) is not None
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
    if not is_supported(scheme):
        raise _build_unsupported_error(scheme)
    kind = _describe_kind(scheme)
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
    actual = _describe_secret(secret)
    raise UsageError(f"the credential {scheme.key!r} is {actual}; {kind} takes {expected}")


def _build_unsupported_error(scheme: SecurityScheme) -> UsageError:
    kind = _describe_kind(scheme)
    text = f"the security scheme {scheme.key!r} ({kind}) cannot be put on a request"
    return UsageError(f"{text}; nothing was sent", hint=build_own_header_hint(scheme))


def _describe_kind(scheme: SecurityScheme) -> str:
    return f"{scheme.type} {scheme.scheme}".strip()


def _describe_secret(secret: object) -> str:
    """Return what kind of value a secret is, without the secret."""
    if not isinstance(secret, str):
        return f"a {type(secret).__name__}"
    return "a string" if _is_unicode_text(secret) else "text that is not valid Unicode"


def is_user_password_scheme(scheme: SecurityScheme) -> bool:
    """Tell whether a scheme takes a user and a password."""
    return scheme.type == "http" and scheme.scheme in ("basic", "digest")


def is_supported(scheme: SecurityScheme) -> bool:
    """Tell whether a credential of a scheme can be put on a request."""
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
    return isinstance(value, str) and not has_surrogate(value)
