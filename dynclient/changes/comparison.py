"""Two documents are compared: operation by operation, then what belongs to all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dynclient.changes import operations, policies, security, servers, webhooks, words
from dynclient.changes.calls import CallChanges
from dynclient.changes.change import Change, View
from dynclient.changes.findings import Finding, Findings
from dynclient.changes.pairing import Pair, Pairing, pairing
from dynclient.changes.results import ResultChanges
from dynclient.changes.revisions import CALL, RESULT, Choices, Revisions
from dynclient.changes.sameness import Sameness
from dynclient.changes.schemas import SchemaChanges
from dynclient.changes.used import Usage
from dynclient.errors import DocumentError
from dynclient.model import Document
from dynclient.plan.call import Call


class Comparison:
    """Compares two documents: operations by operations, then what belongs to all of them."""

    def __init__(
        self,
        old: Document,
        new: Document,
        choices: Choices,
        policies: tuple[str, ...],
        usage: Usage | None,
    ) -> None:
        self._revisions = Revisions(old, new, choices)
        self._policies = policies
        self._usage = usage
        self._schemas = SchemaChanges(self._revisions, usage)
        self._calls = CallChanges(self._revisions, self._schemas)
        self._results = ResultChanges(self._revisions, self._schemas)
        self._sameness = Sameness(old, new)

    def changes(self, view: View) -> tuple[tuple[Change, ...], Mapping[str, int]]:
        """Return everything that is different, under a view, and what was looked at for it."""
        old, new = self._revisions.old, self._revisions.new
        found = Findings()
        found.add(map(self._with_lines, self._all(self._looked_at(pairing(old, new)))))
        changes = found.changes(view)
        kept = [change for change in changes if self._is_used(change)]
        statistics = {"operations": len(old.operations), **self._revisions.statistics}
        if self._usage is not None:
            statistics["used"] = len(self._usage)
        return tuple(map(self._with_python, kept)), statistics

    def _looked_at(self, found: Pairing) -> Pairing:
        """Return the operations that are used, all of them where nobody asks."""
        usage = self._usage
        if usage is None:
            return found
        pairs = tuple(pair for pair in found.pairs if pair.old.key in usage)
        return Pairing(pairs, tuple(one for one in found.removed if one.key in usage), ())

    def _with_lines(self, finding: Finding) -> Finding:
        """Return a finding with the lines that it touches: where it does not say, all that use the operation."""
        if self._usage is None or finding.used is not None:
            return finding
        return replace(
            finding,
            used=tuple(line for key in finding.operations for line in self._usage.lines(key)),
        )

    def _is_used(self, change: Change) -> bool:
        """Tell whether a change touches code, or nobody asks; what is about the whole document touches all."""
        return self._usage is None or bool(change.used) or not change.operations

    def _with_python(self, change: Change) -> Change:
        """Return a change whose witness is a call with the line that makes it."""
        operation = self._revisions.old.operations.get(change.operation)
        if not (change.has_witness and isinstance(change.witness, Call) and operation is not None):
            return change
        from dynclient.changes.report import python_line

        binder = self._revisions.plan(operation, old=True).binder
        return replace(change, python=python_line.call(change.operation, change.witness, binder))

    def _all(self, pairs: Pairing) -> Iterator[Finding]:
        old, new = self._revisions.old, self._revisions.new
        yield from operations.presence(pairs)
        self._survey(pairs)
        for pair in pairs.pairs:
            yield from self._pair(pair, pairs)
        yield from operations.tags(new, pairs)
        if self._revisions.choices.words:
            yield from words.of_document(old, new)
        yield from security.unasked(old, new)
        yield from webhooks.findings(self._revisions, pairs, self._calls, self._results)
        yield from policies.findings(old, new, pairs, self._policies)

    def _survey(self, pairs: Pairing) -> None:
        """Look at all schemas once, so that what many operations share is shown on the one where it lies least deep."""
        with self._schemas.surveying():
            for pair in pairs.pairs:
                with contextlib.suppress(DocumentError, RecursionError):
                    if not self._sameness.holds(pair):
                        _ = [
                            *self._calls.findings(pair, CALL),
                            *self._results.findings(pair, RESULT),
                        ]

    def _pair(self, pair: Pair, pairs: Pairing) -> Iterator[Finding]:
        yield from operations.identity(pair, pairs)
        yield from security.findings(pair)
        yield from servers.findings(pair)
        if self._sameness.holds(pair) and not self._revisions.choices.words:
            return
        try:
            if self._revisions.choices.words:
                yield from words.of_operation(pair)
            yield from _of(
                pair, [*self._calls.findings(pair, CALL), *self._results.findings(pair, RESULT)]
            )
        except (DocumentError, RecursionError) as error:
            yield _unreadable(pair, error)


def _of(pair: Pair, found: list[Finding]) -> Iterator[Finding]:
    """Yield findings as far as they concern those whom a pair belongs to: deployed programs, callers by name."""
    for one in found:
        wire, code = one.wire if pair.wire else "none", one.code if pair.code else "none"
        yield one if (wire, code) == (one.wire, one.code) else replace(one, wire=wire, code=code)


def _unreadable(pair: Pair, error: Exception) -> Finding:
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
