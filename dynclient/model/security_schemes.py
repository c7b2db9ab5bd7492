"""Security schemes, and the requirements that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dynclient.document.references import Node


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

    """

    key: str
    type: str
    scheme: str = ""
    location: str = ""
    name: str = ""
    description: str = field(default="", compare=False)


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
