"""Servers and their variables, as the document describes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dynclient.document.references import Node

#: A value as it may stand in a server's URL.
Scalar = str | int | float | bool

#: The default of a server variable (None: it has none), and the values that it may have ((): any).
ServerVariable = tuple[str | None, tuple[str, ...]]


class Server(NamedTuple):
    """A server.

    Attributes:
        url: the URL template.
        description: what the document says of it.
        variables: server variables by name.
        name: what the document calls it.

    """

    url: str
    description: str = ""
    variables: Mapping[str, ServerVariable] = MappingProxyType({})
    name: str = ""


def read_servers(owner: Node) -> tuple[Server, ...]:
    """Return the servers that a document, path item or operation lists, those with a URL."""
    servers: list[Server] = []
    for node in owner.list_items("servers"):
        url = node.get_text("url")
        if url:
            variables = _read_server_variables(node.follow_child("variables"))
            servers.append(
                Server(url, node.get_text("description"), variables, node.get_text("name"))
            )
    return tuple(servers)


def _read_server_variables(node: Node) -> dict[str, ServerVariable]:
    variables: dict[str, ServerVariable] = {}
    for name in node.member_keys():
        variable = node.follow_child(name)
        enum = variable.get_child("enum").value
        values = tuple(map(write_scalar, enum)) if isinstance(enum, list) else ()
        default = variable.get_child("default").value
        variables[name] = (None if default is None else write_scalar(default), values)
    return variables


def write_scalar(value: Any) -> str:
    """Return a value as YAML and JSON write it: text itself, `true` for True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
