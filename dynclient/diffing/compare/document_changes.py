"""Two documents are compared: operation by operation, then what belongs to all operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from dynclient.diffing import witness_code
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
from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.limited_comparison import (
    MAX_DOCUMENT_STEPS,
    compare_within_limit,
)
from dynclient.diffing.compare.operation_pairing import OperationPair, Pairing, pair_operations
from dynclient.diffing.compare.result_changes import ResultComparer
from dynclient.diffing.compare.schema_changes import SchemaComparer
from dynclient.diffing.decide.document_pair import DocumentPair
from dynclient.diffing.detect.unchanged import UnchangedDetector
from dynclient.diffing.exposure import CALL, RESULT, ComparisonOptions
from dynclient.diffing.findings import Finding, Findings
from dynclient.diffing.usage_filter import Usage
from dynclient.model import Document
from dynclient.plan.call_document import Call
from dynclient.schema.engines.step_limit import limit_steps


class DocumentComparer:
    """Compares two documents.

    Args:
        old: the old revision.
        new: the new revision.
        options: how they are compared.
        policies: the names of the policies that are checked.
        usage: what code uses of the API; None where all counts.

    """

    def __init__(
        self,
        old: Document,
        new: Document,
        options: ComparisonOptions,
        policies: tuple[str, ...],
        usage: Usage | None,
    ) -> None:
        self._documents = DocumentPair(old, new, options)
        self._policies = policies
        self._usage = usage
        self._schemas = SchemaComparer(self._documents, usage)
        self._unchanged = UnchangedDetector(old, new)

    def compare(self, view: View) -> tuple[tuple[Change, ...], Mapping[str, int]]:
        """Return everything that is different, under a view, and counts of what was compared."""
        pairing = self._select_used(pair_operations(self._documents.old, self._documents.new))
        findings = Findings()
        with limit_steps(MAX_DOCUMENT_STEPS):
            findings.add(map(self._add_lines, self._find_all(pairing)))
        changes = filter(self._is_used, findings.build_changes(view))
        changes_with_python = tuple(map(self._add_python, changes))
        statistics = {
            "operations": len(self._documents.old.operations),
            **self._documents.count_compared(),
        }
        if self._usage is not None:
            statistics["used"] = len(self._usage)
        return changes_with_python, statistics

    # --- what code uses

    def _select_used(self, pairing: Pairing) -> Pairing:
        """Return the operations that code uses; all of them where code does not count."""
        usage = self._usage
        if usage is None:
            return pairing
        pairs = tuple(pair for pair in pairing.pairs if pair.old.key in usage)
        removed = tuple(operation for operation in pairing.removed if operation.key in usage)
        return Pairing(pairs, removed, ())

    def _add_lines(self, finding: Finding) -> Finding:
        """Return a finding with the lines it touches: by default all that use its operations."""
        if self._usage is None or finding.used is not None:
            return finding
        lines: list[str] = []
        for key in finding.operations:
            lines += self._usage.find_lines(key)
        return replace(finding, used=tuple(lines))

    def _is_used(self, change: Change) -> bool:
        """Tell whether a change touches code, or code does not count.

        A change of the whole document touches all code.
        """
        return self._usage is None or bool(change.used) or not change.operations

    def _add_python(self, change: Change) -> Change:
        """Return a change with the line of Python that makes the call of its witness."""
        operation = self._documents.old.operations.get(change.operation)
        is_call = change.has_witness and isinstance(change.witness, Call)
        if operation is None or not is_call:
            return change
        binder = self._documents.get_plan(operation, old=True).binder
        line = witness_code.format_call(change.operation, change.witness, binder)
        return replace(change, python=line)

    # --- findings

    def _find_all(self, pairing: Pairing) -> Iterator[Finding]:
        old, new = self._documents.old, self._documents.new
        yield from operation_changes.find_added_and_removed(pairing)
        self._collect_candidates(pairing)
        for pair in pairing.pairs:
            yield from self._compare_pair(pair, pairing)
        yield from operation_changes.compare_tags(new, pairing)
        if self._documents.options.include_descriptions:
            yield from description_changes.compare_document_descriptions(old, new)
        yield from security_changes.compare_scheme_definitions(old, new)
        yield from webhook_changes.compare_webhooks(self._documents, pairing, self._schemas)
        yield from policies.check_policies(old, new, pairing, self._policies)

    def _collect_candidates(self, pairing: Pairing) -> None:
        """Compare all schemas once, to show each cause on the operation that shows it best."""
        with self._schemas.collect_candidates():
            for pair in pairing.pairs:
                if self._unchanged.is_unchanged(pair.old, pair.new):
                    continue
                self._compare_calls_and_results(pair)

    def _compare_pair(self, pair: OperationPair, pairing: Pairing) -> Iterator[Finding]:
        yield from operation_changes.compare_identity(pair, pairing)
        yield from security_changes.compare_security(pair)
        yield from server_changes.compare_servers(pair)
        include_descriptions = self._documents.options.include_descriptions
        if self._unchanged.is_unchanged(pair.old, pair.new) and not include_descriptions:
            return
        if include_descriptions:
            compare_descriptions = description_changes.compare_operation_descriptions
            yield from compare_within_limit(pair, partial(compare_descriptions, pair))
        for finding in self._compare_calls_and_results(pair):
            yield _limit_to_readers(finding, pair)

    def _compare_calls_and_results(self, pair: OperationPair) -> list[Finding]:
        def compare() -> Iterator[Finding]:
            call_context = ComparisonContext(self._documents, pair, CALL)
            result_context = ComparisonContext(self._documents, pair, RESULT)
            yield from CallComparer(call_context, self._schemas).compare()
            yield from ResultComparer(result_context, self._schemas).compare()

        return compare_within_limit(pair, compare)


def _limit_to_readers(finding: Finding, pair: OperationPair) -> Finding:
    """Return a finding with the levels of those readers only who reach the new operation."""
    if not pair.matches_wire:
        finding = replace(finding, wire="none")
    if not pair.matches_code:
        finding = replace(finding, code="none")
    return finding
