"""Servers: where calls go. Deployed programs know a URL; callers by name take the first one and its variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dynclient.diffing.change import Level
from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.findings import Finding
from dynclient.model import Operation, Server
from dynclient.violations import Place

_VARIABLE = re.compile(r"\{([^{}]*)\}")

#: The default of a server variable, and the values it may take.
VariableDefinition = tuple[str, tuple[str, ...]]


def compare_servers(pair: OperationPair) -> Iterator[Finding]:
    """Yield what is different between the servers of an operation."""
    if pair.old.servers != pair.new.servers:
        yield from _ServerComparison(pair).find_changes()


class _ServerComparison:
    """The servers of one operation in both documents; what many operations share is one cause."""

    def __init__(self, pair: OperationPair) -> None:
        self._pair = pair
        self._old, self._new = (
            _index_by_url(operation.servers) for operation in (pair.old, pair.new)
        )

    def find_changes(self) -> Iterator[Finding]:
        for shape, server in self._old.items():
            if shape in self._new:
                yield from self._compare_variables(server, self._new[shape])
            else:
                because = "programs that call it may reach nothing; callers by name take one of the others"
                yield self._build_server_finding(
                    "server-removed", (server.url, None), ("warning", "info"), because
                )
        for shape, server in self._new.items():
            if shape not in self._old:
                yield self._build_server_finding(
                    "server-added", (None, server.url), ("info", "info"), "nobody has to call it"
                )
        before, after = (next(iter(servers), None) for servers in (self._old, self._new))
        if after is not None and before != after and before in self._new:
            because = "callers by name who choose none reach another server"
            yield self._build_server_finding(
                "server-changed", (before, after), ("none", "warning"), because
            )

    def _compare_variables(self, old: Server, new: Server) -> Iterator[Finding]:
        """Compare the variables of a server, which stand in its URL in the same order."""
        for mine, theirs in zip(
            _VARIABLE.findall(old.url), _VARIABLE.findall(new.url), strict=True
        ):
            if mine != theirs:
                because = "the URLs are the same; callers give the variable by another name"
                yield self._build_server_finding(
                    "server-changed",
                    ({"name": mine}, {"name": theirs}),
                    ("info", "breaking"),
                    because,
                )
            if mine in old.variables and theirs in new.variables:
                yield from self._compare_variable(mine, old.variables[mine], new.variables[theirs])

    def _compare_variable(
        self, name: str, old: VariableDefinition, new: VariableDefinition
    ) -> Iterator[Finding]:
        (default, choices), (other, left) = old, new
        if set(choices) != set(left):
            gone = [choice for choice in choices or (default,) if left and choice not in left]
            level: Level = "breaking" if gone else "info"
            because = (
                f"{gone[0]!r} was allowed, and is not any more"
                if gone
                else "every value that was allowed still is"
            )
            said = ({name: list(choices) or default}, {name: list(left) or other})
            yield self._build_server_finding("server-changed", said, (level, level), because)
        if default != other:
            because = "callers who choose no value reach another server"
            yield self._build_server_finding(
                "server-changed", ({name: default}, {name: other}), ("info", "warning"), because
            )

    def _build_server_finding(
        self, rule: str, said: tuple[Any, Any], levels: tuple[Level, Level], because: str
    ) -> Finding:
        at = (
            _find_servers_place(self._pair.old) if said[0] else None,
            _find_servers_place(self._pair.new) if said[1] else None,
        )
        made = Finding(
            (rule, repr(said), because), rule, *levels, (self._pair.old.key,), "call", "servers"
        )
        return replace(made, documented=said, places=at, because=because)


def _index_by_url(servers: Sequence[Server]) -> dict[str, Server]:
    """Return servers by their URLs without the names of variables, which no request shows."""
    return {_VARIABLE.sub("{}", server.url).rstrip("/"): server for server in servers}


def _find_servers_place(operation: Operation) -> Place:
    """Return where the servers of an operation stand: its own, those of its path, or the document's."""
    for owner in (operation.node, operation.path_item):
        if owner.get_child("servers").value:
            return owner.get_child("servers").place
    return operation.document.top.get_child("servers").place
