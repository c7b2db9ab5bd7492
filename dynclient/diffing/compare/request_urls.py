"""The URLs that requests of an operation go to: a server URL and a path template together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from dynclient.model import TEMPLATE_VARIABLE, Operation, Server

#: The server of an operation for which no document names one.
_DEFAULT_SERVERS = (Server("/"),)


def normalize_template(path: str) -> str:
    """Return a path template without the names of its variables, which no request shows."""
    return "/" + remove_variable_names(path.partition("#")[0]).lstrip("/")


def remove_variable_names(template: str) -> str:
    """Return a template with `{}` in place of each variable."""
    return TEMPLATE_VARIABLE.sub("{}", template)


def list_variable_names(template: str) -> list[str]:
    """Return the names of the variables of a template, in order."""
    return TEMPLATE_VARIABLE.findall(template)


def fill_server_url(server: Server, values: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the URL of a server with values for its variables, without a slash at its end.

    Args:
        server: the server.
        values: name → value; the others have their defaults. A variable without a default stays,
            without its name.

    """

    def get_default(match: re.Match[str]) -> str:
        if match[1] in values:
            return values[match[1]]
        default, _ = server.variables.get(match[1], (None, ()))
        return "{}" if default is None else default

    return TEMPLATE_VARIABLE.sub(get_default, server.url).rstrip("/")


def list_request_urls(operation: Operation) -> list[str]:
    """Return the URL of an operation at each of its servers, the default server first."""
    path = normalize_template(operation.path)
    servers = operation.servers or _DEFAULT_SERVERS
    return [fill_server_url(server) + path for server in servers]


def has_same_path(old: Operation, new: Operation) -> bool:
    """Tell whether two operations have the same path template, whatever its variables are named."""
    return normalize_template(old.path) == normalize_template(new.path)
