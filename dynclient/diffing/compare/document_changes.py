"""Two documents are compared: operation by operation, then what belongs to all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dynclient.diffing.change import Change, View
from dynclient.diffing.compare import (
    description_changes,
    operation_changes,
    policies,
    security_changes,
    server_changes,
    webhook_changes,
)
from dynclient.diffing.compare.call_changes import CallComparer
from dynclient.diffing.compare.operation_pairing import OperationPair, Pairing, pair_operations
from dynclient.diffing.compare.result_changes import ResultComparer
from dynclient.diffing.compare.schema_changes import SchemaComparer
from dynclient.diffing.decide.document_pair import CALL, RESULT, ComparisonOptions, DocumentPair
from dynclient.diffing.detect.unchanged import UnchangedDetector
from dynclient.diffing.findings import Finding, Findings
from dynclient.diffing.usage_filter import Usage
from dynclient.errors import DocumentError
from dynclient.model import Document
from dynclient.plan.call_document import Call


class DocumentComparer:
    """Compares two documents: operations by operations, then what belongs to all of them."""

    def __init__(
        self,
        old: Document,
        new: Document,
        choices: ComparisonOptions,
        policies: tuple[str, ...],
        usage: Usage | None,
    ) -> None:
        self._documents = DocumentPair(old, new, choices)
        self._policies = policies
        self._usage = usage
        self._schemas = SchemaComparer(self._documents, usage)
        self._calls = CallComparer(self._documents, self._schemas)
        self._results = ResultComparer(self._documents, self._schemas)
        self._unchanged = UnchangedDetector(old, new)

    def compare(self, view: View) -> tuple[tuple[Change, ...], Mapping[str, int]]:
        """Return everything that is different, under a view, and what was looked at for it."""
        old, new = self._documents.old, self._documents.new
        found = Findings()
        found.add(
            map(self._add_lines, self._find_all(self._select_used(pair_operations(old, new))))
        )
        changes = found.build_changes(view)
        kept = [change for change in changes if self._is_used(change)]
        statistics = {"operations": len(old.operations), **self._documents.statistics}
        if self._usage is not None:
            statistics["used"] = len(self._usage)
        return tuple(map(self._add_python, kept)), statistics

    def _select_used(self, found: Pairing) -> Pairing:
        """Return the operations that are used, all of them where nobody asks."""
        usage = self._usage
        if usage is None:
            return found
        pairs = tuple(pair for pair in found.pairs if pair.old.key in usage)
        return Pairing(pairs, tuple(one for one in found.removed if one.key in usage), ())

    def _add_lines(self, finding: Finding) -> Finding:
        """Return a finding with the lines that it touches: where it does not say, all that use the operation."""
        if self._usage is None or finding.used is not None:
            return finding
        return replace(
            finding,
            used=tuple(line for key in finding.operations for line in self._usage.find_lines(key)),
        )

    def _is_used(self, change: Change) -> bool:
        """Tell whether a change touches code, or nobody asks; what is about the whole document touches all."""
        return self._usage is None or bool(change.used) or not change.operations

    def _add_python(self, change: Change) -> Change:
        """Return a change whose witness is a call with the line that makes it."""
        operation = self._documents.old.operations.get(change.operation)
        if not (change.has_witness and isinstance(change.witness, Call) and operation is not None):
            return change
        from dynclient.diffing import witness_code

        binder = self._documents.get_plan(operation, old=True).binder
        return replace(
            change, python=witness_code.format_call(change.operation, change.witness, binder)
        )

    def _find_all(self, pairs: Pairing) -> Iterator[Finding]:
        old, new = self._documents.old, self._documents.new
        yield from operation_changes.find_added_and_removed(pairs)
        self._collect_candidates(pairs)
        for pair in pairs.pairs:
            yield from self._compare_pair(pair, pairs)
        yield from operation_changes.compare_tags(new, pairs)
        if self._documents.options.include_descriptions:
            yield from description_changes.compare_document_descriptions(old, new)
        yield from security_changes.compare_scheme_definitions(old, new)
        yield from webhook_changes.compare_webhooks(
            self._documents, pairs, self._calls, self._results
        )
        yield from policies.check_policies(old, new, pairs, self._policies)

    def _collect_candidates(self, pairs: Pairing) -> None:
        """Look at all schemas once, so that what many operations share is shown on the one where it lies least deep."""
        with self._schemas.collect_candidates():
            for pair in pairs.pairs:
                with contextlib.suppress(DocumentError, RecursionError):
                    if not self._unchanged.is_unchanged(pair):
                        _ = [
                            *self._calls.compare(pair, CALL),
                            *self._results.compare(pair, RESULT),
                        ]

    def _compare_pair(self, pair: OperationPair, pairs: Pairing) -> Iterator[Finding]:
        yield from operation_changes.compare_identity(pair, pairs)
        yield from security_changes.compare_security(pair)
        yield from server_changes.compare_servers(pair)
        if self._unchanged.is_unchanged(pair) and not self._documents.options.include_descriptions:
            return
        try:
            if self._documents.options.include_descriptions:
                yield from description_changes.compare_operation_descriptions(pair)
            yield from _limit_to_readers(
                pair, [*self._calls.compare(pair, CALL), *self._results.compare(pair, RESULT)]
            )
        except (DocumentError, RecursionError) as error:
            yield _build_undecided(pair, error)


def _limit_to_readers(pair: OperationPair, found: list[Finding]) -> Iterator[Finding]:
    """Yield findings as far as they concern those whom a pair belongs to: deployed programs, callers by name."""
    for one in found:
        wire, code = (
            one.wire if pair.matches_wire else "none",
            one.code if pair.matches_code else "none",
        )
        yield one if (wire, code) == (one.wire, one.code) else replace(one, wire=wire, code=code)


def _build_undecided(pair: OperationPair, error: Exception) -> Finding:
    because = f"nothing can be said of its schemas: {getattr(error, 'headline', 'they are nested too deeply')}"
    made = Finding(
        ("unreadable", pair.old.key),
        "undecided",
        "warning",
        "warning",
        (pair.old.key,),
        "",
        "operation",
    )
    return replace(made, proof="unknown", because=because, places=(pair.old.place, pair.new.place))
