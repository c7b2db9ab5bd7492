"""Security formulas: OR of AND. Which alternative can be met, how it reads, and where a credential goes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from dynclient.errors import CredentialsMissing, UnsafeValue, UsageError
from dynclient.model import Formula, Requirement, SecurityScheme

Secret = str | tuple[str, str]
Credential = Secret | Callable[[], Secret]


def alternative(formula: Formula, known: Container[str]) -> tuple[Requirement, ...]:
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
    text = written(formula)
    wanted = next(iter(formula[0])).scheme.key
    hint = f'give credentials={{"{wanted}": "…"}}'
    raise CredentialsMissing(f"this operation needs {text}; nothing was sent", hint=hint, formula=text)


def written(formula: Formula) -> str:
    """Return a formula as people read it: `api_key_v1, or (a and b)`."""
    if not formula:
        return "nothing"
    texts = [" and ".join(r.scheme.key for r in requirements) or "nothing" for requirements in formula]
    return ", or ".join(f"({t})" if " and " in t and len(texts) > 1 else t for t in texts)


@dataclass(frozen=True)
class Placed:
    """Where credentials go: header fields, query text to append, cookies."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Placed …>"


def placed(requirements: tuple[Requirement, ...], credentials: Mapping[str, Credential]) -> Placed:
    """Return where the credentials of an alternative go.

    Raises:
        UnsafeValue: a credential holds a character that a header cannot carry.
        UsageError: a callable gave something that its scheme cannot use.

    """
    headers: list[tuple[str, str]] = []
    query: list[str] = []
    cookies: list[str] = []
    for requirement in requirements:
        scheme = requirement.scheme
        if scheme.type == "mutualTLS":
            continue
        credential = credentials[scheme.key]
        secret = credential() if callable(credential) else credential
        checked(scheme, secret)
        if scheme.type == "apiKey" and scheme.location == "query":
            query.append(f"{quote(scheme.name, safe='')}={quote(str(secret), safe='')}")
        elif scheme.type == "apiKey" and scheme.location == "cookie":
            cookies.append(f"{scheme.name}={_safe(scheme, str(secret))}")
        else:
            headers.append(_header(scheme, secret))
    return Placed(tuple(headers), tuple(query), tuple(cookies))


def _header(scheme: SecurityScheme, secret: Secret) -> tuple[str, str]:
    if isinstance(secret, tuple):
        pair = f"{secret[0]}:{secret[1]}".encode()
        return "Authorization", "Basic " + base64.b64encode(pair).decode()
    if scheme.type == "apiKey":
        return scheme.name, _safe(scheme, secret)
    return "Authorization", f"Bearer {_safe(scheme, secret)}"


def _safe(scheme: SecurityScheme, secret: str) -> str:
    if re.search(r"[^\t\x20-\x7e]", secret) or secret != secret.strip():
        raise UnsafeValue(f"the credential {scheme.key!r} holds a character that a header cannot carry")
    return secret


def checked(scheme: SecurityScheme, secret: object) -> None:
    """Raise UsageError unless a secret is of the kind that its scheme takes; the secret is not in the message."""
    pair = scheme.type == "http" and scheme.scheme in ("basic", "digest")
    is_pair = isinstance(secret, tuple) and len(secret) == 2 and all(isinstance(s, str) for s in secret)  # noqa: PLR2004
    if callable(secret) or (is_pair if pair else isinstance(secret, str)):
        return
    what = f"{scheme.type} {scheme.scheme}".strip()
    wanted = "a pair (user, password)" if pair else "a string"
    raise UsageError(f"the credential {scheme.key!r} is a {type(secret).__name__}; {what} takes {wanted}")
