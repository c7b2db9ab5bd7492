"""The comparison of servers, which say where calls go.

Deployed programs know a URL. Callers by name take the first server and its variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.compare.request_urls import (
    fill_server_url,
    has_same_path,
    list_variable_names,
    normalize_template,
    remove_variable_names,
)
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.masking import mask_url
from dynclient.model import Operation, Server
from dynclient.violations import Place

#: The default of a server variable, and the values it may take.
VariableDefinition = tuple[str | None, tuple[str, ...]]


def compare_servers(pair: OperationPair) -> Iterator[Finding]:
    """Yield what is different between the servers of an operation."""
    is_same_path = has_same_path(pair.old, pair.new)
    if pair.old.servers != pair.new.servers or (pair.matches_wire and not is_same_path):
        yield from _ServerComparison(pair, is_same_path=is_same_path).find_changes()


class _ServerComparison:
    """The servers of one operation in both documents; what many operations share is one cause.

    Where a prefix moved between the servers and the path, the whole URLs are compared.
    """

    def __init__(self, pair: OperationPair, *, is_same_path: bool) -> None:
        self._pair = pair
        has_moved_prefix = pair.matches_wire and not is_same_path
        old_path = normalize_template(pair.old.path) if has_moved_prefix else ""
        new_path = normalize_template(pair.new.path) if has_moved_prefix else ""
        self._old = _index_servers(pair.old, old_path)
        self._new = _index_servers(pair.new, new_path)
        self._new_keys_by_url = {
            fill_server_url(server) + new_path: key for key, server in self._new.items()
        }
        self._old_path = old_path

    def find_changes(self) -> Iterator[Finding]:
        counterparts = {key: self._find_counterpart(key) for key in self._old}
        old_default = next(iter(self._old), None)
        for key, counterpart in counterparts.items():
            if counterpart is None:
                situation = "default" if key == old_default else "other"
                documented = (mask_url(self._old[key].url), None)
                yield self._build_server_finding("server-removed", situation, documented)
            else:
                yield from self._compare_servers(self._old[key], self._new[counterpart])
        for key, server in self._new.items():
            if key not in counterparts.values():
                yield self._build_server_finding("server-added", "", (None, mask_url(server.url)))

        if old_default:
            yield from self._compare_defaults(old_default, counterparts[old_default])

    def _compare_defaults(self, old_default: str, counterpart: str | None) -> Iterator[Finding]:
        """Yield that another server is the first one now, if the old first one is still there."""
        new_default = next(iter(self._new), "")
        if counterpart not in (None, new_default):
            defaults = mask_url(old_default), mask_url(new_default)
            yield self._build_server_finding("server-changed", "first-server", defaults)

    def _find_counterpart(self, key: str) -> str | None:
        """Return the key of the new server with the same URL: as a template, else by default."""
        if key in self._new:
            return key
        return self._new_keys_by_url.get(fill_server_url(self._old[key]) + self._old_path)

    def _compare_servers(self, old: Server, new: Server) -> Iterator[Finding]:
        old_template, new_template = _build_template(old), _build_template(new)
        if old_template == new_template:
            yield from self._compare_variables(old, new)
            return
        urls = mask_url(old.url), mask_url(new.url)
        yield self._build_server_finding("server-changed", "same-url", urls)
        for name, definition in old.variables.items():
            default, values = definition
            lost = [value for value in values if not self._is_served(old, name, value)]
            if lost and name not in new.variables:
                yield self._build_server_finding(
                    "server-changed",
                    "value-removed",
                    ({name: list(values)}, {name: [default]}),
                    value=lost[0],
                )

    def _is_served(self, old: Server, name: str, value: str) -> bool:
        """Tell whether a server of the new document has the URL for a value of a variable."""
        url = fill_server_url(old, {name: value})
        return url + self._old_path in self._new_keys_by_url

    def _compare_variables(self, old: Server, new: Server) -> Iterator[Finding]:
        """Compare the variables of a server, which stand in its URL in the same order."""
        names = zip(list_variable_names(old.url), list_variable_names(new.url), strict=True)
        for old_name, new_name in names:
            if old_name != new_name:
                documented = {"name": old_name}, {"name": new_name}
                yield self._build_server_finding("server-changed", "variable-renamed", documented)
            if old_name in old.variables and new_name in new.variables:
                yield from self._compare_variable(
                    old_name, old.variables[old_name], new.variables[new_name]
                )

    def _compare_variable(
        self, name: str, old: VariableDefinition, new: VariableDefinition
    ) -> Iterator[Finding]:
        old_default, old_values = old
        new_default, new_values = new
        if set(old_values) != set(new_values):
            documented = (
                {name: list(old_values) or old_default},
                {name: list(new_values) or new_default},
            )
            removed: list[str] = []
            if new_values:
                usable = old_values or tuple(filter(None, [old_default]))
                removed = [value for value in usable if value not in new_values]
            if removed:
                yield self._build_server_finding(
                    "server-changed", "value-removed", documented, value=removed[0]
                )
            else:
                yield self._build_server_finding("server-changed", "value-added", documented)
        if old_default != new_default:
            defaults = {name: old_default}, {name: new_default}
            yield self._build_server_finding("server-changed", "variable-default", defaults)

    def _build_server_finding(
        self, rule: str, situation: str, documented: tuple[Any, Any], **details: Any
    ) -> Finding:
        old, new = documented
        finding = FindingContext(self._pair.old.key, "call").build_finding(
            rule,
            situation,
            "servers",
            documented=documented,
            places=(
                _find_servers_place(self._pair.old) if old else None,
                _find_servers_place(self._pair.new) if new else None,
            ),
            **details,
        )
        return replace(finding, key=(rule, repr(documented), finding.because))


def _index_servers(operation: Operation, path: str) -> dict[str, Server]:
    """Return the servers of an operation by the templates of their URLs, with a path at the end."""
    return {_build_template(server) + path: server for server in operation.servers}


def _build_template(server: Server) -> str:
    """Return the URL of a server without the names of variables, which no request shows."""
    return remove_variable_names(server.url).rstrip("/")


def _find_servers_place(operation: Operation) -> Place:
    """Return where the servers of an operation stand: at the operation, its path or the top."""
    for owner in (operation.node, operation.path_item):
        if owner.get_child("servers").value:
            return owner.get_child("servers").place
    return operation.document.top.get_child("servers").place
