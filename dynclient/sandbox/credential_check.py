"""Does a request carry what the operation asks for? Presence and form only: a sandbox knows no secrets."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote

from dynclient.model import SecurityFormula, SecurityScheme
from dynclient.plan.parsed_request import ParsedRequest


def is_authorized(formula: SecurityFormula, incoming: ParsedRequest) -> bool:
    """Tell whether one alternative is carried in full; mutual TLS is the transport's business and always is."""
    return not formula or any(
        all(_has_credential(r.scheme, incoming) for r in requirements) for requirements in formula
    )


def build_challenge(formula: SecurityFormula) -> str:
    """Return the WWW-Authenticate of a 401; "" where no HTTP scheme is asked for. Source: RFC 9110 §11.6.1."""
    schemes = [r.scheme for requirements in formula for r in requirements]
    names = [
        s.scheme if s.type == "http" else "bearer"
        for s in schemes
        if s.type not in ("apiKey", "mutualTLS")
    ]
    known = (name.title() for name in dict.fromkeys(names) if name.isascii() and name.isalnum())
    return ", ".join(f'{name} realm="sandbox"' for name in known)


def _has_credential(scheme: SecurityScheme, incoming: ParsedRequest) -> bool:
    if scheme.type == "mutualTLS":
        return True
    if scheme.type != "apiKey":
        return _has_authorization_form(scheme, incoming.headers.get("authorization", "").strip())
    if scheme.location == "query":
        return any(unquote(name) == scheme.name and value for name, value in incoming.query_pairs)
    if scheme.location == "cookie":
        return any(name == scheme.name and value for name, value in incoming.cookie_pairs)
    return bool(incoming.headers.get(scheme.name, "").strip())


def _has_authorization_form(scheme: SecurityScheme, field: str) -> bool:
    """Tell whether an Authorization field has the form of a scheme; of schemes that few know any value will do."""
    kind, _, rest = field.partition(" ")
    is_bearer = scheme.type in ("oauth2", "openIdConnect") or scheme.scheme == "bearer"
    if is_bearer:
        return kind.lower() == "bearer" and bool(rest.strip())
    if scheme.type == "http" and scheme.scheme == "basic":
        return kind.lower() == "basic" and _is_user_password(rest.strip())
    return bool(field)


def _is_user_password(text: str) -> bool:
    """Tell whether a text is user and password. Source: RFC 7617 §2."""
    try:
        return b":" in base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
