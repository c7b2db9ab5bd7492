"""Rules for security schemes and requirements."""

from __future__ import annotations

from dynclient.document.references import Node
from dynclient.model import SecurityScheme, read_requirement, read_security_scheme
from dynclient.names import suggest
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.wire.security import build_own_header_hint, find_place_clash, is_supported

#: Lower case -> as registered. Source: IANA, HTTP Authentication Scheme Registry, 2026-06.
REGISTERED_HTTP_SCHEMES = {
    name.lower(): name
    for name in (
        *("Basic", "Bearer", "Concealed", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate"),
        *("OAuth", "PrivateToken", "SCRAM-SHA-1", "SCRAM-SHA-256", "vapid"),
    )
}

#: Type of a scheme -> the fields that it needs. Source: OAS 3.1.1 Security Scheme Object.
_REQUIRED_FIELDS = {
    "apiKey": ("name", "in"),
    "http": ("scheme",),
    "oauth2": ("flows",),
    "openIdConnect": ("openIdConnectUrl",),
    "mutualTLS": (),
}

_LOCATIONS = ("query", "header", "cookie")


def check_security_scheme(visit: Visit, context: CheckContext) -> None:
    """Report a scheme that lacks what it needs, or that no client can put on a request."""
    node = visit.node
    scheme_type = node.get_text("type")
    if scheme_type not in _REQUIRED_FIELDS:
        context.report(node, "bad-security-scheme", _explain_unknown_type(scheme_type))
        return
    for field in _REQUIRED_FIELDS[scheme_type]:
        if not node.get_child(field).value:
            text = f"a security scheme of the type {scheme_type} needs `{field}`"
            context.report(node, "missing-field", text)
    if scheme_type == "apiKey":
        _check_api_key_location(node, context)
    if scheme_type == "mutualTLS" and context.document.flavour == "3.0":
        text = "`mutualTLS` is a type of security schemes of OpenAPI 3.1"
        context.warn(node.get_child("type"), "foreign-field", text)
    scheme = read_security_scheme(node.pointer.rpartition("/")[2], node)
    if scheme_type == "http" and scheme.scheme:
        _check_http_scheme(visit, scheme, context)


def _explain_unknown_type(scheme_type: str) -> str:
    similar = suggest(scheme_type, _REQUIRED_FIELDS, 1)
    if similar:
        return f"{scheme_type!r} is no type of security schemes; did you mean {similar[0]}?"
    return f"a security scheme needs a `type`: one of {', '.join(_REQUIRED_FIELDS)}"


def _check_api_key_location(node: Node, context: CheckContext) -> None:
    location = node.get_text("in")
    if location and location not in _LOCATIONS:
        text = f"an API key is in one of {', '.join(_LOCATIONS)}, not in {location!r}"
        context.report(node.get_child("in"), "bad-security-scheme", text)


def _check_http_scheme(visit: Visit, scheme: SecurityScheme, context: CheckContext) -> None:
    node, name = visit.node.get_child("scheme"), visit.node.get_text("scheme")
    registered = REGISTERED_HTTP_SCHEMES.get(scheme.scheme)
    hint = build_own_header_hint(scheme)
    if registered is None:
        text = f"{name!r} is no registered HTTP authentication scheme"
        similar = suggest(name, REGISTERED_HTTP_SCHEMES, 1)
        if similar:
            text += f"; did you mean {REGISTERED_HTTP_SCHEMES[similar[0]]}?"
        context.warn(node, "unregistered-http-scheme", text, hint)
    elif not is_supported(scheme):
        text = f"dynclient cannot put credentials of the HTTP scheme {registered} on a request"
        context.warn(node, "unsupported-security-scheme", text, hint)


def check_security_requirement(visit: Visit, context: CheckContext) -> None:
    """Report schemes that are not defined, and two schemes in one place of a request."""
    required = read_requirement(visit.node, context.document.security_schemes)
    clash = find_place_clash(required)
    if clash is not None:
        text = f"{clash}, and a request has only one such place"
        context.warn(visit.node, "clashing-security-schemes", text, "make them alternatives")
    for name in visit.node.member_keys():
        requirement = visit.node.get_child(name)
        if requirement.value is not None and not isinstance(requirement.value, list):
            text = "the scopes of a security requirement must be a list; they are ignored"
            context.report(requirement, "wrong-type", text)
        if name not in context.document.security_schemes:
            text = f"the security scheme {name!r} is not defined; the requirement is ignored"
            is_swagger = context.document.version_family == "2.0"
            place = "securityDefinitions" if is_swagger else "components.securitySchemes"
            hint = f"define it in {place}"
            context.report(requirement, "unknown-security-scheme", text, hint)
