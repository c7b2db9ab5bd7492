"""Servers: where calls go. Deployed programs know a URL; callers by name take the first one and its variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dynclient.changes.change import Level
from dynclient.changes.findings import Finding
from dynclient.changes.pairing import Pair
from dynclient.document.references import Node
from dynclient.model import Operation, Server
from dynclient.violations import Place


def findings(pair: Pair) -> Iterator[Finding]:
    """Yield what is different between the servers of an operation."""
    old, new = pair.old.servers, pair.new.servers
    if old == new:
        return
    places = (_place(pair.old), _place(pair.new))
    mine, theirs = ({server.url.rstrip("/"): server for server in servers} for servers in (old, new))
    key = pair.old.key
    for url, server in mine.items():
        if url in theirs:
            yield from _variables(key, server, theirs[url], places)
        else:
            because = "programs that call it may reach nothing; callers by name take one of the others"
            yield _finding(key, "server-removed", url, None, "warning", "info", because, places)
    for url in theirs:
        if url not in mine:
            yield _finding(key, "server-added", None, url, "info", "info", "nobody has to call it", places)
    if old and new and _first(old) != _first(new) and _first(old) in theirs:
        because = "callers by name who choose none reach another server"
        yield _finding(key, "server-changed", _first(old), _first(new), "none", "warning", because, places)


def _first(servers: Sequence[Server]) -> str:
    return servers[0].url.rstrip("/")


def _variables(key: str, old: Server, new: Server, places: tuple[Place, Place]) -> Iterator[Finding]:
    for name, (default, choices) in old.variables.items():
        if name not in new.variables:
            because = "callers who give it by this name are refused"
            yield _finding(key, "server-changed", {name: default}, None, "info", "breaking", because, places, old.url)
            continue
        other, left = new.variables[name]
        gone = [choice for choice in choices or (default,) if left and choice not in left]
        if gone:
            because = f"{gone[0]!r} was allowed, and is not any more"
            level: Level = "breaking"
            yield _finding(key, "server-changed", {name: list(choices) or default}, {name: list(left)}, level, level,
                           because, places, old.url)  # fmt: skip
        if default != other:
            because = "callers who choose no value reach another server"
            yield _finding(key, "server-changed", {name: default}, {name: other}, "info", "warning", because, places,
                           old.url + "?default")  # fmt: skip


def _place(operation: Operation) -> Place:
    for owner in (operation.node, operation.item):
        if owner.child("servers").value:
            return owner.child("servers").place
    top: Node = operation.document.top
    return top.child("servers").place


def _finding(
    operation: str, rule: str, old: object, new: object, wire: Level, code: Level, because: str,
    places: tuple[Place, Place], about: str = "",
) -> Finding:  # fmt: skip
    """Return a finding on servers; the same one of many operations is one cause."""
    key = (rule, repr(old), repr(new), about)
    return Finding(key, rule, wire, code, (operation,), "call", "servers", old, new, because=because,
                   old_place=places[0] if rule != "server-added" else None,
                   new_place=places[1] if rule != "server-removed" else None)  # fmt: skip
