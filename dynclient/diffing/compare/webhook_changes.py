"""Webhooks and callbacks: there the API is the caller, so the roles are turned round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dynclient.diffing.change import Level
from dynclient.diffing.compare.call_changes import CallComparer
from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.operation_pairing import OperationPair, Pairing
from dynclient.diffing.compare.result_changes import ResultComparer
from dynclient.diffing.compare.schema_changes import SchemaComparer
from dynclient.diffing.decide.document_pair import DocumentPair
from dynclient.diffing.exposure import WEBHOOK_CALL, WEBHOOK_RESULT
from dynclient.diffing.findings import Finding, find_places
from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.model import METHODS, Document, Operation

#: What the API calls, by (name, method).
EventOperations = dict[tuple[str, str], Operation]


def compare_webhooks(
    documents: DocumentPair, pairs: Pairing, schemas: SchemaComparer
) -> Iterator[Finding]:
    """Yield what is different about what the API sends of its own accord."""
    old, new = documents.old, documents.new
    yield from _compare_events(
        "webhook", "", _read_webhooks(old), _read_webhooks(new), documents, schemas
    )
    for pair in pairs.pairs:
        mine, theirs = _read_callbacks(pair.old), _read_callbacks(pair.new)
        if mine or theirs:
            yield from _compare_events("callback", pair.old.key, mine, theirs, documents, schemas)


def _read_webhooks(document: Document) -> EventOperations:
    return dict(_read_path_items(document, document.top.get_child("webhooks"), ""))


def _read_callbacks(operation: Operation) -> EventOperations:
    found: EventOperations = {}
    for name in operation.node.get_child("callbacks").member_keys():
        try:
            callback = operation.node.get_child("callbacks")[name]
        except DocumentError:
            continue
        found.update(_read_path_items(operation.document, callback, f"{operation.key} {name} "))
    return found


def _read_path_items(
    document: Document, owner: Node, prefix: str
) -> Iterator[tuple[tuple[str, str], Operation]]:
    for name in owner.member_keys():
        try:
            item = owner[name]
        except DocumentError:
            continue
        for method in item.member_keys():
            node = item.get_child(method)
            if method.lower() in METHODS and isinstance(node.value, dict):
                key = f"{prefix}{name}"
                yield (
                    (key, method.upper()),
                    Operation(document, key, method.upper(), "", item, node),
                )


def _compare_events(
    kind: str,
    owner: str,
    old: EventOperations,
    new: EventOperations,
    documents: DocumentPair,
    schemas: SchemaComparer,
) -> Iterator[Finding]:
    for key, operation in old.items():
        if key not in new:
            because = "it no longer comes"
            yield _build_presence_finding(f"{kind}-removed", owner, operation, None, because)
            continue
        pair = OperationPair(operation, new[key], matches_wire=True, matches_code=True)
        if operation.node.value == new[key].node.value and operation.document is new[key].document:
            continue
        try:
            found = [
                *CallComparer(ComparisonContext(documents, pair, WEBHOOK_CALL), schemas).compare(),
                *ResultComparer(
                    ComparisonContext(documents, pair, WEBHOOK_RESULT), schemas
                ).compare(),
            ]
        except (DocumentError, RecursionError):
            continue
        for one in found:
            yield replace(
                one, operations=(owner or operation.key,), where=f"{kind} {key[0]}: {one.where}"
            )
    for key, operation in new.items():
        if key not in old:
            yield _build_presence_finding(
                f"{kind}-added", owner, None, operation, "whoever does not listen misses nothing"
            )


def _build_presence_finding(
    rule: str, owner: str, old: Operation | None, new: Operation | None, because: str
) -> Finding:
    one = old or new
    assert one is not None
    level: Level = "warning" if old else "info"
    made = Finding(
        (rule, one.key, one.method), rule, level, level, (owner or one.key,), "", one.key
    )
    said = (old and f"{old.method} {old.key}", new and f"{new.method} {new.key}")
    return replace(made, documented=said, places=find_places(old, new), because=because)
