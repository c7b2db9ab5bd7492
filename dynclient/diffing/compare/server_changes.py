"""The comparison of servers, which say where calls go.

Deployed programs know a URL. Callers by name take the first server and its variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.masking import mask_url
from dynclient.model import TEMPLATE_VARIABLE, Operation, Server
from dynclient.violations import Place

#: The default of a server variable, and the values it may take.
VariableDefinition = tuple[str | None, tuple[str, ...]]


def compare_servers(pair: OperationPair) -> Iterator[Finding]:
    """Yield what is different between the servers of an operation."""
    if pair.old.servers != pair.new.servers:
        yield from _ServerComparison(pair).find_changes()


class _ServerComparison:
    """The servers of one operation in both documents; what many operations share is one cause."""

    def __init__(self, pair: OperationPair) -> None:
        self._pair = pair
        self._old = _index_by_url(pair.old.servers)
        self._new = _index_by_url(pair.new.servers)

    def find_changes(self) -> Iterator[Finding]:
        for url, server in self._old.items():
            if url in self._new:
                yield from self._compare_variables(server, self._new[url])
            else:
                yield self._build_server_finding("server-removed", "", (mask_url(server.url), None))
        for url, server in self._new.items():
            if url not in self._old:
                yield self._build_server_finding("server-added", "", (None, mask_url(server.url)))

        old_default = next(iter(self._old), None)
        new_default = next(iter(self._new), None)
        if new_default is not None and old_default != new_default and old_default in self._new:
            defaults = mask_url(old_default or ""), mask_url(new_default)
            yield self._build_server_finding("server-changed", "first-server", defaults)

    def _compare_variables(self, old: Server, new: Server) -> Iterator[Finding]:
        """Compare the variables of a server, which stand in its URL in the same order."""
        old_names = TEMPLATE_VARIABLE.findall(old.url)
        new_names = TEMPLATE_VARIABLE.findall(new.url)
        for old_name, new_name in zip(old_names, new_names, strict=True):
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


def _index_by_url(servers: Sequence[Server]) -> dict[str, Server]:
    """Return servers by their URLs without the names of variables, which no request shows."""
    return {TEMPLATE_VARIABLE.sub("{}", server.url).rstrip("/"): server for server in servers}


def _find_servers_place(operation: Operation) -> Place:
    """Return where the servers of an operation stand: at the operation, its path or the top."""
    for owner in (operation.node, operation.path_item):
        if owner.get_child("servers").value:
            return owner.get_child("servers").place
    return operation.document.top.get_child("servers").place
