"""Security schemes, and the requirements that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dynclient.document.references import Node


class OAuthFlow(NamedTuple):
    """A way to get a token, as plain data; "" for each URL that the document does not give.

    Attributes:
        name: authorizationCode, clientCredentials, deviceAuthorization, implicit, password.
        authorization_url: where a person logs in.
        token_url: where tokens are requested.
        device_authorization_url: where a code for a person is requested.
        refresh_url: where tokens are renewed; "": at the token URL.
        scopes: the names of the scopes that it declares.

    """

    name: str
    authorization_url: str = ""
    token_url: str = ""
    device_authorization_url: str = ""
    refresh_url: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecurityScheme:
    """A security scheme as plain data.

    Attributes:
        key: its name in the document.
        type: apiKey, http, oauth2, openIdConnect, mutualTLS.
        scheme: of `http`: basic, bearer, digest, …, lower case.
        location: of `apiKey`: header, query or cookie.
        name: of `apiKey`: the name of the header, query parameter or cookie.
        description: what the document says of it.
        flows: of `oauth2`: the ways to get a token.
        metadata_url: of `openIdConnect` and `oauth2`: where the authorization server describes
            itself; "" where the document does not say it.

    """

    key: str
    type: str
    scheme: str = ""
    location: str = ""
    name: str = ""
    description: str = field(default="", compare=False)
    flows: tuple[OAuthFlow, ...] = field(default=(), compare=False)
    metadata_url: str = field(default="", compare=False)


class RequiredScheme(NamedTuple):
    """One scheme that a security requirement asks for, with the scopes it needs."""

    scheme: SecurityScheme
    scopes: tuple[str, ...] = ()


#: OR of AND: a call satisfies all schemes of one alternative. Empty: it needs no credential.
SecurityFormula = tuple[tuple[RequiredScheme, ...], ...]


def read_security_scheme(key: str, node: Node) -> SecurityScheme:
    """Return the security scheme at a node."""
    return SecurityScheme(
        key=key,
        type=node.get_text("type"),
        scheme=node.get_text("scheme").lower(),
        location=node.get_text("in"),
        name=node.get_text("name"),
        description=node.get_text("description"),
        flows=_read_flows(node.follow_child("flows")),
        metadata_url=node.get_text("openIdConnectUrl") or node.get_text("oauth2MetadataUrl"),
    )


def _read_flows(flows: Node) -> tuple[OAuthFlow, ...]:
    """Return the flows of an OAuth Flows Object. Source: OAS 3.2.0 OAuth Flow Object."""
    if not isinstance(flows.value, dict):
        return ()
    return tuple(_read_flow(name, flows.follow_child(name)) for name in flows.member_keys())


def _read_flow(name: str, flow: Node) -> OAuthFlow:
    if not isinstance(flow.value, dict):
        return OAuthFlow(name)
    scopes = flow.get_child("scopes")
    return OAuthFlow(
        name,
        authorization_url=flow.get_text("authorizationUrl"),
        token_url=flow.get_text("tokenUrl"),
        device_authorization_url=flow.get_text("deviceAuthorizationUrl"),
        refresh_url=flow.get_text("refreshUrl"),
        scopes=tuple(scopes.member_keys()) if isinstance(scopes.value, dict) else (),
    )


def read_security_formula(security: Node, schemes: Mapping[str, SecurityScheme]) -> SecurityFormula:
    """Return the security formula (OR of AND) that a `security` list means.

    Args:
        security: the list of Security Requirement Objects.
        schemes: the security schemes that the document defines, by name.

    Source: OAS 3.1.1 Security Requirement Object.

    """
    if not isinstance(security.value, list):
        return ()
    alternatives: list[tuple[RequiredScheme, ...]] = []
    for index in range(len(security.value)):
        requirement = security.follow_child(index)
        if not isinstance(requirement.value, dict):
            continue
        required = read_requirement(requirement, schemes)
        if required or not requirement.value:
            alternatives.append(required)
    return tuple(alternatives)


def read_requirement(
    requirement: Node, schemes: Mapping[str, SecurityScheme]
) -> tuple[RequiredScheme, ...]:
    """Return the schemes of one Security Requirement Object, those that are defined.

    Args:
        requirement: the Security Requirement Object.
        schemes: the security schemes that the document defines, by name.

    """
    required: list[RequiredScheme] = []
    for name in requirement.member_keys():
        if name in schemes:
            scopes = _read_scopes(requirement.get_child(name))
            required.append(RequiredScheme(schemes[name], scopes))
    return tuple(required)


def _read_scopes(node: Node) -> tuple[str, ...]:
    if not isinstance(node.value, list):
        return ()
    return tuple(scope for scope in node.value if isinstance(scope, str))
