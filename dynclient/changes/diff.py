"""`dynclient.diff`: two revisions of a document, every difference with its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dynclient.changes import operations, policies, security, servers, webhooks
from dynclient.changes.calls import CallChanges
from dynclient.changes.change import View
from dynclient.changes.findings import Finding, Findings
from dynclient.changes.pairing import Pair, Pairing, pairing
from dynclient.changes.result import Diff, Revision
from dynclient.changes.results import ResultChanges
from dynclient.changes.revisions import CALL, RESULT, Choices, Revisions
from dynclient.changes.sameness import Sameness
from dynclient.changes.schemas import SchemaChanges
from dynclient.client.load import Source, load
from dynclient.errors import DocumentError, UsageError
from dynclient.model import Document

if TYPE_CHECKING:
    from dynclient.changes.used import Used

VIEWS = ("wire", "code", "both")


def diff(
    old: Source,
    new: Source,
    *,
    view: View = "both",
    used: Used | None = None,
    open_enums: bool = False,
    tolerant_results: bool = False,
    docs: bool = False,
    policies: Iterable[str] = (),
) -> Diff:
    """Return what changed between two revisions of a document, whom it breaks, and what proves it.

    The producer of a message sends only what its document declares; the consumer accepts what its schema accepts. A new
    revision is compatible when every call that was valid still is and means the same on the wire, and every result that
    can now come was understood before.

    Args:
        old: the revision that is relied on: a path, URL, mapping or Document.
        new: the revision that is to come.
        view: whose programs count: those deployed (`wire`), callers by name who load the new document (`code`), `both`.
        used: what code uses; the rest is left out.
        open_enums: a new value of an enum that the document calls open breaks nobody.
        tolerant_results: readers of results pass over properties that a closed schema refuses.
        docs: descriptions, examples, titles and links count too.
        policies: names of policies to check: deprecation, sunset, stability, version.

    Returns:
        A Diff; its `breaking`, `warnings`, `infos` and `unknown` are lists of changes.

    Raises:
        DocumentError: a document cannot be read.
        UsageError: there is no such view or policy.

    """
    if view not in VIEWS:
        raise UsageError(f"there is no view {view!r}", hint=f"one of {', '.join(VIEWS)}")
    choices = Choices(open_enums=open_enums, tolerant_results=tolerant_results, words=docs)
    comparison = Comparison(load(old), load(new), choices, tuple(policies))
    found = comparison.diff(view)
    return used.narrowed(found) if used is not None else found


class Comparison:
    """Compares two documents: operations by operations, then what belongs to all of them."""

    def __init__(self, old: Document, new: Document, choices: Choices, policies: tuple[str, ...]) -> None:
        self._revisions = Revisions(old, new, choices)
        self._policies = policies
        schemas = SchemaChanges(self._revisions)
        self._calls = CallChanges(self._revisions, schemas)
        self._results = ResultChanges(self._revisions, schemas)
        self._sameness = Sameness(old, new)

    def diff(self, view: View) -> Diff:
        """Return everything that is different, under a view."""
        old, new = self._revisions.old, self._revisions.new
        found = Findings()
        if not self._sameness.is_whole:
            found.add(self._all(pairing(old, new)))
        statistics = {"operations": len(old.operations), **self._revisions.statistics}
        return Diff(_revision(old), _revision(new), view, found.changes(view), statistics)

    def _all(self, pairs: Pairing) -> Iterator[Finding]:
        old, new = self._revisions.old, self._revisions.new
        yield from operations.presence(pairs)
        for pair in pairs.pairs:
            yield from self._pair(pair, pairs)
        yield from operations.tags(old, new, pairs)
        yield from security.unasked(old, new)
        yield from webhooks.findings(self._revisions, pairs, self._calls, self._results)
        yield from policies.findings(old, new, pairs, self._policies)

    def _pair(self, pair: Pair, pairs: Pairing) -> Iterator[Finding]:
        yield from operations.identity(pair, pairs)
        yield from security.findings(pair)
        yield from servers.findings(pair)
        if self._revisions.choices.words:
            yield from operations.words(pair)
        if self._sameness.holds(pair):
            return
        try:
            yield from _of(pair, [*self._calls.findings(pair, CALL), *self._results.findings(pair, RESULT)])
        except (DocumentError, RecursionError) as error:
            yield _unreadable(pair, error)


def _of(pair: Pair, found: list[Finding]) -> Iterator[Finding]:
    """Yield findings as far as they concern those whom a pair belongs to: deployed programs, callers by name."""
    from dataclasses import replace

    for one in found:
        wire, code = one.wire if pair.wire else "none", one.code if pair.code else "none"
        yield one if (wire, code) == (one.wire, one.code) else replace(one, wire=wire, code=code)


def _unreadable(pair: Pair, error: Exception) -> Finding:
    because = f"nothing can be said of its schemas: {getattr(error, 'headline', 'they are nested too deeply')}"
    return Finding(("unreadable", pair.old.key), "undecided", "warning", "warning", (pair.old.key,), "", "operation",
                   proof="unknown", because=because, old_place=pair.old.place, new_place=pair.new.place)  # fmt: skip


def _revision(document: Document) -> Revision:
    return Revision(document.title, str(document.info.get("version") or ""), document.uri, len(document.operations))
