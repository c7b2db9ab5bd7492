"""What changed between two schemas, and whom it breaks: edits say what, the comparison of meanings says whether."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from dynclient.changes import wording
from dynclient.changes.change import Level
from dynclient.changes.edits import Edit
from dynclient.changes.findings import Finding
from dynclient.changes.keywords import CAUSES, NOTES, Fact
from dynclient.changes.revisions import Flow, Reader, Revisions
from dynclient.changes.used import Usage
from dynclient.changes.verdicts import Judgement, Question, Verdict, Wrap
from dynclient.schema.dialect import Schema
from dynclient.schema.subsumption import Gap


@dataclass(frozen=True)
class Part:
    """A place of an operation whose schema is compared: its body, a parameter, a result.

    Attributes:
        flow: who sends.
        operation: the key of the operation.
        where: the place, as people read it.
        wrap: makes a whole witness of a value that the part may have.
        root: where in a call document the part is; () in a result.
        separator: what stands between `where` and a path in the value.

    """

    flow: Flow
    operation: str
    where: str
    wrap: Wrap = lambda value: value
    separator: str = "."
    root: tuple[str, ...] = ()

    @property
    def is_seen(self) -> bool:
        """Whether code shows what it does there: what it makes of errors and headers does not show."""
        return bool(self.root) or self.where.startswith("2")

    def at(self, path: tuple[str, ...]) -> str:
        """Return a place inside it."""
        inner = wording.path(path)
        return (
            f"{self.where}{'' if inner.startswith('[') else self.separator}{inner}"
            if inner
            else self.where
        )


class SchemaChanges:
    """Compares pairs of schemas of two revisions.

    Args:
        revisions: the documents.
        usage: what code uses of the API; None where that is not asked.

    """

    def __init__(self, revisions: Revisions, usage: Usage | None = None) -> None:
        self._revisions = revisions
        self._usage = usage
        self._judgement = Judgement(revisions)
        self._is_surveying = False

    @contextmanager
    def surveying(self) -> Iterator[None]:
        """Only note what speaks against the parts that are looked at meanwhile, and show it at the end."""
        self._is_surveying = True
        try:
            yield
        finally:
            self._is_surveying = False
        self._judgement.settle()

    def findings(
        self,
        part: Part,
        old: Schema | bool,
        new: Schema | bool,
        wire: tuple[Gap, ...] | None = None,
    ) -> Iterator[Finding]:
        """Yield what is different between the schemas of a part, each with its verdict.

        Args:
            part: the place.
            old: its schema in the old document.
            new: its schema in the new one.
            wire: the gaps for deployed programs, where they are not those of the values themselves.

        """
        edits = self._revisions.edits(part.flow.direction).between(old, new)
        question = Question(part.flow, old, new, edits, part.wrap, part.operation)
        if self._is_surveying and wire is None:
            self._judgement.survey(question)
        if self._is_surveying:
            return
        verdicts = self._judgement.of(question, wire)
        lines = self._lines(part, old, new)
        for edit in edits:
            made = self._edited(part, edit, verdicts.edits.get(edit.key, {}))
            yield made if lines is None else replace(made, used=tuple(lines.get(edit.key, ())))
        for key, by_reader in verdicts.strays.items():
            yield self._stray(part, key, by_reader)

    def _lines(self, part: Part, old: Any, new: Any) -> dict[Any, list[str]] | None:
        """Return the lines of code that meet each edit; None where nobody asks, or code cannot be seen to."""
        if self._usage is None or not part.is_seen:
            return None
        found: dict[Any, list[str]] = {}
        edits = self._revisions.edits(part.flow.direction)
        for line, path in self._usage.paths(part.operation, part.root, is_call=part.flow.forward):
            for key in edits.along(old, new, path):
                found.setdefault(key, []).append(line)
        return found

    def _edited(self, part: Part, edit: Edit, verdicts: Mapping[Reader, Verdict]) -> Finding:
        shown = _shown(verdicts)
        fact = _fact(edit, shown.gap if shown else None)
        # A size that appears in forty places is one remark on the whole document.
        key: Any = (
            ("integer-size", fact.new) if fact.rule == "integer-size" else ("schema", *edit.key)
        )
        made = self._finding(part, key, fact, verdicts, edit)
        because = wording.because(fact, part.flow, verdicts, _others(edit, fact))
        return replace(
            made, where=part.at(edit.path), places=(edit.old_place, edit.new_place), because=because
        )

    def _stray(self, part: Part, key: Any, verdicts: Mapping[Reader, Verdict]) -> Finding:
        """Return the finding of a gap that no single edit explains."""
        shown = _shown(verdicts)
        assert shown is not None
        gap = shown.gap
        said, places = (gap.narrow, gap.wide), (gap.narrow_place, gap.wide_place)
        if not part.flow.forward:
            said, places = said[::-1], places[::-1]
        fact = Fact("schema-changed", *said)
        made = self._finding(part, ("stray", *key), fact, verdicts, None)
        because = wording.because(fact, part.flow, verdicts, ())
        return replace(made, where=part.at(gap.path), places=places, because=because)

    def _finding(
        self,
        part: Part,
        key: Any,
        fact: Fact,
        verdicts: Mapping[Reader, Verdict],
        edit: Edit | None,
    ) -> Finding:
        """Return a finding with its levels and its proof; a witness is told with the first operation that shows it."""
        shown = _shown(verdicts)
        levels = self._levels(part.flow, fact, verdicts, edit)
        made = Finding(
            key, fact.rule, *levels, (part.operation,), part.flow.side, said=(fact.old, fact.new)
        )
        if shown is None and wording.outgrows(fact, part.flow):
            return replace(made, proof="fact", witness=2**63)
        if shown is None:
            return replace(made, proof="rule")
        if not shown.breaks:
            return replace(made, proof="unknown")
        return replace(
            made,
            proof="witness",
            witness=shown.witness,
            refusal=shown.refusal,
            is_shown=shown.is_shown,
        )

    def _levels(
        self, flow: Flow, fact: Fact, verdicts: Mapping[Reader, Verdict], edit: Edit | None
    ) -> tuple[Level, Level]:
        """Return how much it matters to each reader; where code's own verdict is open, deployed programs' holds for it.

        What the new document refuses as a consumer it refuses as a producer, too.
        """
        wire, code = verdicts.get("wire"), verdicts.get("code")
        if wire is not None and wire.breaks and code is not None and not code.breaks:
            code = wire
        return self._level(flow, fact, wire, edit), self._level(flow, fact, code, edit)

    def _level(self, flow: Flow, fact: Fact, verdict: Verdict | None, edit: Edit | None) -> Level:
        if verdict is None:
            return harmless(fact, flow)
        if not verdict.breaks:
            return "warning"
        is_open = edit is not None and edit.is_open and fact.rule == "values-changed"
        return "info" if is_open and self._revisions.choices.open_enums else "breaking"


def _fact(edit: Edit, gap: Gap | None) -> Fact:
    """Return the fact that names an edit: the one that refuses, else the first that is no note, else the first."""
    kinds = CAUSES.get(gap.rule, ()) if gap else ()
    by_kind = (fact for kind in kinds for fact in edit.facts if fact.rule == kind)
    plain = (fact for fact in edit.facts if fact.rule not in NOTES)
    return next(by_kind, None) or next(plain, None) or edit.facts[0]


def _others(edit: Edit, fact: Fact) -> tuple[Fact, ...]:
    return tuple(other for other in edit.facts if other is not fact)


def _shown(verdicts: Mapping[Reader, Verdict]) -> Verdict | None:
    """Return the verdict that shows most: one with a witness, deployed programs' before callers'."""
    found = [verdicts[reader] for reader in ("wire", "code") if reader in verdicts]
    return min(found, key=lambda verdict: (not verdict.breaks, not verdict.is_shown), default=None)


def harmless(fact: Fact, flow: Flow) -> Level:
    """Return how much a change matters that is proved to break nobody."""
    return "warning" if wording.outgrows(fact, flow) or wording.surprise(fact, flow) else "info"
