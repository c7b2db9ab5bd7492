"""The comparison of webhooks and callbacks: there the API calls and the client answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dynclient.diffing.compare.call_changes import CallComparer
from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.limited_comparison import compare_within_limit
from dynclient.diffing.compare.operation_pairing import OperationPair, Pairing
from dynclient.diffing.compare.result_changes import ResultComparer
from dynclient.diffing.compare.schema_changes import SchemaComparer
from dynclient.diffing.decide.document_pair import DocumentPair
from dynclient.diffing.exposure import WEBHOOK_CALL, WEBHOOK_RESULT
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.model import Document, Operation, iterate_operation_nodes

#: The operations that the API calls, by (name, method).
EventOperations = dict[tuple[str, str], Operation]


def compare_webhooks(
    documents: DocumentPair, pairing: Pairing, schemas: SchemaComparer
) -> Iterator[Finding]:
    """Yield what is different about the webhooks and callbacks that the API calls."""
    webhooks = _EventComparer("webhook", "", documents, schemas)
    yield from webhooks.compare(_read_webhooks(documents.old), _read_webhooks(documents.new))
    for pair in pairing.pairs:
        old, new = _read_callbacks(pair.old), _read_callbacks(pair.new)
        if old or new:
            callbacks = _EventComparer("callback", pair.old.key, documents, schemas)
            yield from callbacks.compare(old, new)


def _read_webhooks(document: Document) -> EventOperations:
    return dict(_read_path_items(document, document.top.follow_child("webhooks"), ""))


def _read_callbacks(operation: Operation) -> EventOperations:
    callbacks = operation.node.follow_child("callbacks")
    operations: EventOperations = {}
    for name in callbacks.member_keys():
        try:
            callback = callbacks[name]
        except DocumentError:
            continue
        prefix = f"{operation.key} {name} "
        operations.update(_read_path_items(operation.document, callback, prefix))
    return operations


def _read_path_items(
    document: Document, owner: Node, prefix: str
) -> Iterator[tuple[tuple[str, str], Operation]]:
    for name in owner.member_keys():
        item = owner.follow_child(name)
        key = f"{prefix}{name}"
        for method, node in iterate_operation_nodes(item):
            yield (key, method), Operation(document, key, method, "", item, node)


class _EventComparer:
    """Compares the webhooks of a document, or the callbacks of one operation.

    Args:
        kind: `webhook` or `callback`.
        owner: the key of the operation that callbacks belong to; "" for webhooks.
        documents: both revisions.
        schemas: compares schemas.

    """

    def __init__(
        self, kind: str, owner: str, documents: DocumentPair, schemas: SchemaComparer
    ) -> None:
        self._kind = kind
        self._owner = owner
        self._documents = documents
        self._schemas = schemas

    def compare(self, old: EventOperations, new: EventOperations) -> Iterator[Finding]:
        """Yield what is different: removed events first, added ones last."""
        for key, operation in old.items():
            if key in new:
                yield from self._compare_operations(key[0], operation, new[key])
            else:
                yield self._build_presence_finding("removed", operation, None)
        for key, operation in new.items():
            if key not in old:
                yield self._build_presence_finding("added", None, operation)

    def _compare_operations(self, name: str, old: Operation, new: Operation) -> Iterator[Finding]:
        if old.node.value == new.node.value and old.document is new.document:
            return
        pair = OperationPair(old, new, matches_wire=True, matches_code=True)

        def compare() -> Iterator[Finding]:
            call_context = ComparisonContext(self._documents, pair, WEBHOOK_CALL)
            result_context = ComparisonContext(self._documents, pair, WEBHOOK_RESULT)
            yield from CallComparer(call_context, self._schemas).compare()
            yield from ResultComparer(result_context, self._schemas).compare()

        for finding in compare_within_limit(pair, compare):
            yield replace(
                finding,
                operations=(self._owner or old.key,),
                where=f"{self._kind} {name}: {finding.where}",
            )

    def _build_presence_finding(
        self, suffix: str, old: Operation | None, new: Operation | None
    ) -> Finding:
        operation = old or new
        assert operation is not None
        rule = f"{self._kind}-{suffix}"
        return FindingContext(self._owner or operation.key).build_finding(
            rule,
            "",
            operation.key,
            (old, new),
            (_format_operation(old), _format_operation(new)),
            key=(rule, operation.key, operation.method),
        )


def _format_operation(operation: Operation | None) -> str | None:
    if operation is None:
        return None
    return f"{operation.method} {operation.key}"
