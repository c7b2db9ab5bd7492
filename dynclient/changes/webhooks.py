"""Webhooks and callbacks: there the API is the caller, so the roles are turned round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dynclient.changes.calls import CallChanges
from dynclient.changes.change import Level
from dynclient.changes.findings import Finding, places
from dynclient.changes.pairing import Pair, Pairing
from dynclient.changes.results import ResultChanges
from dynclient.changes.revisions import ANSWER, EVENT, Revisions
from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.model import METHODS, Document, Operation

#: What the API calls, by (name, method).
Calls = dict[tuple[str, str], Operation]


def findings(
    revisions: Revisions, pairs: Pairing, calls: CallChanges, results: ResultChanges
) -> Iterator[Finding]:
    """Yield what is different about what the API sends of its own accord."""
    old, new = revisions.old, revisions.new
    yield from _compared("webhook", "", _webhooks(old), _webhooks(new), calls, results)
    for pair in pairs.pairs:
        mine, theirs = _callbacks(pair.old), _callbacks(pair.new)
        if mine or theirs:
            yield from _compared("callback", pair.old.key, mine, theirs, calls, results)


def _webhooks(document: Document) -> Calls:
    return dict(_items(document, document.top.child("webhooks"), ""))


def _callbacks(operation: Operation) -> Calls:
    found: Calls = {}
    for name in operation.node.child("callbacks").names():
        try:
            callback = operation.node.child("callbacks")[name]
        except DocumentError:
            continue
        found.update(_items(operation.document, callback, f"{operation.key} {name} "))
    return found


def _items(
    document: Document, owner: Node, prefix: str
) -> Iterator[tuple[tuple[str, str], Operation]]:
    for name in owner.names():
        try:
            item = owner[name]
        except DocumentError:
            continue
        for method in item.names():
            node = item.child(method)
            if method.lower() in METHODS and isinstance(node.value, dict):
                key = f"{prefix}{name}"
                yield (
                    (key, method.upper()),
                    Operation(document, key, method.upper(), "", item, node),
                )


def _compared(
    kind: str, owner: str, old: Calls, new: Calls, calls: CallChanges, results: ResultChanges
) -> Iterator[Finding]:
    for key, operation in old.items():
        if key not in new:
            because = "it no longer comes"
            yield _presence(f"{kind}-removed", owner, operation, None, because)
            continue
        pair = Pair(operation, new[key], wire=True, code=True)
        if operation.node.value == new[key].node.value and operation.document is new[key].document:
            continue
        try:
            found = [*calls.findings(pair, EVENT), *results.findings(pair, ANSWER)]
        except (DocumentError, RecursionError):
            continue
        for one in found:
            yield replace(
                one, operations=(owner or operation.key,), where=f"{kind} {key[0]}: {one.where}"
            )
    for key, operation in new.items():
        if key not in old:
            yield _presence(
                f"{kind}-added", owner, None, operation, "whoever does not listen misses nothing"
            )


def _presence(
    rule: str, owner: str, old: Operation | None, new: Operation | None, because: str
) -> Finding:
    one = old or new
    assert one is not None
    level: Level = "warning" if old else "info"
    made = Finding(
        (rule, one.key, one.method), rule, level, level, (owner or one.key,), "", one.key
    )
    said = (old and f"{old.method} {old.key}", new and f"{new.method} {new.key}")
    return replace(made, said=said, places=places(old, new), because=because)
