"""The credentials of a request: their presence and form only, as a sandbox knows no secrets."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from urllib.parse import unquote

from dynclient.model import RequiredScheme, SecurityFormula, SecurityScheme
from dynclient.plan.parsed_request import ParsedRequest


def is_authorized(formula: SecurityFormula, request: ParsedRequest) -> bool:
    """Tell whether a request carries all credentials of one alternative.

    Mutual TLS is the transport's business: it counts as carried.
    """
    if not formula:
        return True
    return any(_has_all_credentials(requirements, request) for requirements in formula)


def _has_all_credentials(requirements: Iterable[RequiredScheme], request: ParsedRequest) -> bool:
    return all(_has_credential(requirement.scheme, request) for requirement in requirements)


def build_challenge(formula: SecurityFormula) -> str:
    """Return the WWW-Authenticate field of a 401; "" where no HTTP scheme is asked for.

    Source: RFC 9110 §11.6.1.
    """
    names: dict[str, None] = {}
    for requirements in formula:
        for requirement in requirements:
            scheme = requirement.scheme
            if scheme.type not in ("apiKey", "mutualTLS"):
                names[scheme.scheme if scheme.type == "http" else "bearer"] = None
    tokens = [name.title() for name in names if name.isascii() and name.isalnum()]
    return ", ".join(f'{token} realm="sandbox"' for token in tokens)


def _has_credential(scheme: SecurityScheme, request: ParsedRequest) -> bool:
    if scheme.type == "mutualTLS":
        return True
    if scheme.type != "apiKey":
        field = request.headers.get("authorization", "").strip()
        return _has_authorization_form(scheme, field)
    if scheme.location == "query":
        return any(value for name, value in request.query_pairs if unquote(name) == scheme.name)
    if scheme.location == "cookie":
        return any(value for name, value in request.cookie_pairs if name == scheme.name)
    return request.headers.get(scheme.name, "").strip() != ""


def _has_authorization_form(scheme: SecurityScheme, field: str) -> bool:
    """Tell whether an Authorization field has the form of a scheme; a rare one has any."""
    name, _, value = field.partition(" ")
    name, value = name.lower(), value.strip()
    if scheme.type in ("oauth2", "openIdConnect") or scheme.scheme == "bearer":
        return name == "bearer" and value != ""
    if scheme.type == "http" and scheme.scheme == "basic":
        return name == "basic" and _is_user_password(value)
    return field != ""


def _is_user_password(text: str) -> bool:
    """Tell whether a text is user and password. Source: RFC 7617 §2."""
    try:
        return b":" in base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
