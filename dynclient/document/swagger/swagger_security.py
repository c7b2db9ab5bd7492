"""Security schemes of Swagger 2.0 become those of OpenAPI 3.

Source: Swagger 2.0 Security Scheme Object.
"""

from __future__ import annotations

from dynclient.document.references import Node
from dynclient.document.translated_node import build_object, build_value, keep_members

#: Name of a flow -> its name in OpenAPI 3.
FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}

_FLOW_FIELDS = ("authorizationUrl", "tokenUrl", "scopes")


def translate_security_scheme(scheme: Node) -> Node:
    """Return the Security Scheme Object of OpenAPI 3 that a scheme means."""
    scheme_type = scheme.get_text("type")
    if scheme_type == "basic":
        members = keep_members(scheme, frozenset({"scheme"}))
        members["type"] = build_value(scheme.get_child("type"), "http")
        members["scheme"] = build_value(scheme.get_child("type"), "basic")
        return build_object(scheme, members)
    if scheme_type != "oauth2":
        return scheme
    members = keep_members(scheme, frozenset({"flow", *_FLOW_FIELDS}))
    flow = {key: scheme.get_child(key) for key in _FLOW_FIELDS if key in scheme.value}
    name = FLOWS.get(scheme.get_text("flow"))
    if name:
        flows = {name: build_object(scheme, flow)}
        members["flows"] = build_object(scheme.get_child("flow"), flows)
    return build_object(scheme, members)
