"""Verdicts: which edit each gap between two schemas comes from, and whether it is real, shown by a whole witness.

An edit that many operations share is shown once: what was refuted on one of them need not be refuted on the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dynclient.changes.change import READERS
from dynclient.changes.edits import Edit
from dynclient.changes.keywords import CAUSES, NOTES
from dynclient.changes.revisions import Flow, Reader, Revisions
from dynclient.schema.dialect import bundled
from dynclient.schema.engine import Checker
from dynclient.schema.readings import closed
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.schema.subsumption import ABSENT, ITEMS, KEYS, Gap, Suspicion
from dynclient.violations import Violation

#: Makes a whole witness of a value that a part may have; ABSENT where there is none to be shown.
Wrap = Callable[[Any], Any]

#: An edit, or a gap that no single edit explains.
Cause = tuple[Any, ...]

#: Edits inside which a gap may show that they cause.
_WIDE = ("alternatives-changed", "condition-changed", "additional-changed", "type-changed", "items-changed",
         "property-added", "property-removed", "property-renamed")  # fmt: skip


#: A cause of a flow, asked for by a reader.
Asked = tuple[Flow, Reader, Cause]

#: What speaks against a part, and the part.
Candidate = tuple[Suspicion, "Question"]

#: On how many parts a cause is tried to be shown at first: those where it lies least deep.
MAX_CANDIDATES = 2

#: On how many operations a cause that stays undecided is looked into.
MAX_TRIED = 4


@dataclass(frozen=True)
class Verdict:
    """What is known of a cause and a reader.

    Attributes:
        gap: the gap, as it is seen on this operation.
        breaks: it is real: a whole witness was shown, here or on another operation; else it is unknown.
        witness: the whole witness, where it was shown here.
        refusal: what the refusing document says of it.
        is_shown: the witness is one of this operation.

    """

    gap: Gap
    breaks: bool = False
    witness: Any = None
    refusal: str = ""
    is_shown: bool = False


@dataclass(frozen=True)
class Shown:
    """A cause that was shown.

    Attributes:
        operation: on which operation.
        old: the schema of the part, in the old document.
        witness: by which whole witness.
        refusal: what the refusing document says of it.

    """

    operation: str
    old: Any
    witness: Any
    refusal: str

    def seen(self, question: Question, gap: Gap) -> Verdict:
        """Return the verdict on a part: with the witness, where it is the part that it was shown on."""
        if (self.operation, self.old) == (question.operation, question.old):
            return Verdict(gap, True, self.witness, self.refusal, is_shown=True)
        return Verdict(gap, True)


@dataclass
class Verdicts:
    """The verdicts on two schemas: by edit, and those that no edit explains, each by reader."""

    edits: dict[Cause, dict[Reader, Verdict]] = field(default_factory=dict)
    strays: dict[Cause, dict[Reader, Verdict]] = field(default_factory=dict)

    def add(self, edit: Edit | None, key: Cause, reader: Reader, verdict: Verdict) -> None:
        """Keep a verdict, unless a worse one of the same cause is kept already."""
        group = (self.strays if edit is None else self.edits).setdefault(key, {})
        if reader not in group or (verdict.breaks and not group[reader].breaks):
            group[reader] = verdict


@dataclass(frozen=True)
class Question:
    """Two schemas of a part that are to be judged.

    Attributes:
        flow: who sends.
        old: the schema in the old document.
        new: the schema in the new one.
        edits: what was edited between them.
        wrap: makes whole witnesses.
        operation: the operation that has the part.

    """

    flow: Flow
    old: Any
    new: Any
    edits: list[Edit]
    wrap: Wrap
    operation: str = ""

    def cause(self, gap: Gap) -> tuple[Edit | None, Cause]:
        """Return the edit that a gap comes from, where there is one, and what names the cause."""
        edit = cause(gap, self.edits, self.flow)
        return edit, edit.key if edit is not None else (
            gap.rule,
            gap.name,
            gap.narrow_place,
            gap.wide_place,
        )

    @property
    def has_other_alternatives(self) -> bool:
        """Whether alternatives were edited."""
        return any(
            fact.rule == "alternatives-changed" for edit in self.edits for fact in edit.facts
        )


class Judgement:
    """Judges pairs of schemas of two revisions.

    Args:
        revisions: the documents.

    """

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self._shown: dict[Asked, Shown] = {}
        self._candidates: dict[Asked, list[Candidate]] = {}
        self._open: Counter[Asked] = Counter()
        self._checkers: dict[tuple[int, Flow, Reader], tuple[Any, Checker]] = {}

    def of(self, question: Question, wire: tuple[Gap, ...] | None = None) -> Verdicts:
        """Return the verdicts on the old and the new schema of a part.

        Args:
            question: the two.
            wire: the gaps for deployed programs, where they are not those of the values themselves.

        """
        found = Verdicts()
        if wire is None:
            self._judge(found, question, "wire")
        for gap in wire or ():
            self._tell(found, question, "wire", gap)
        if question.flow.forward:
            self._judge(found, question, "code")
        if not found.edits and not found.strays and question.has_other_alternatives:
            self._as_written(found, question)
        if not question.flow.forward:
            for group in (*found.edits.values(), *found.strays.values()):
                group["code"] = group["wire"]
        return found

    # --- where a cause is shown best

    def survey(self, question: Question) -> None:
        """Note what speaks against a part, so that each cause is shown on the part where its witness is smallest."""
        for reader in READERS if question.flow.forward else READERS[:1]:
            for one in self._revisions.inclusion(question.flow, reader).suspicions(
                *self._ends(question)
            ):
                asked = (question.flow, reader, question.cause(one.gap)[1])
                best = self._candidates.setdefault(asked, [])
                if len(best) < MAX_CANDIDATES or len(one.gap.path) < len(best[-1][0].gap.path):
                    best.append((one, question))
                    best.sort(key=lambda candidate: len(candidate[0].gap.path))
                    del best[MAX_CANDIDATES:]

    def settle(self) -> None:
        """Show each cause that was noted, if it can be shown on one of the parts that are best for it."""
        for asked, candidates in self._candidates.items():
            for one, question in candidates:
                gap = self._revisions.inclusion(question.flow, asked[1]).settled(
                    one, *self._ends(question)
                )
                if gap is not None:
                    self._tell(Verdicts(), question, asked[1], gap)
                if asked in self._shown:
                    break
                # Where a cause lies deeper, no more can be found out about it.
                self._open[asked] += MAX_TRIED if gap is not None else 0
        self._candidates.clear()

    # --- verdicts

    def _judge(self, found: Verdicts, question: Question, reader: Reader) -> None:
        sent, taken = self._ends(question)
        inclusion = self._revisions.inclusion(question.flow, reader)
        suspicions = inclusion.suspicions(sent, taken)
        is_any = False
        for one in suspicions:
            edit, key = question.cause(one.gap)
            asked = (question.flow, reader, key)
            if asked in self._shown:
                found.add(edit, key, reader, self._shown[asked].seen(question, one.gap))
                is_any = True
            elif self._open[asked] >= MAX_TRIED:
                found.add(edit, key, reader, Verdict(one.gap))
                is_any = True
            elif (gap := inclusion.settled(one, sent, taken)) is not None:
                self._tell(found, question, reader, gap)
                is_any = True
        if suspicions and not is_any:
            whole = inclusion.as_a_whole(suspicions[0], sent, taken)
            if whole is not None:
                self._tell(found, question, reader, whole)

    def _tell(self, found: Verdicts, question: Question, reader: Reader, gap: Gap) -> None:
        """Keep the verdict on a gap: it breaks somebody only where a whole witness can be shown."""
        edit, key = question.cause(gap)
        witness = question.wrap(gap.witness) if gap.verdict == "refuted" else ABSENT
        if witness is ABSENT:
            self._open[question.flow, reader, key] += 1
            found.add(edit, key, reader, Verdict(gap))
            return
        if edit is None and self._is_told(found, question, reader, gap):
            return
        shown = Shown(
            question.operation, question.old, witness, self._refusal(question, reader, gap)
        )
        self._shown[question.flow, reader, key] = shown
        found.add(edit, key, reader, shown.seen(question, gap))

    def _is_told(self, found: Verdicts, question: Question, reader: Reader, gap: Gap) -> bool:
        """Tell whether the witness of a gap that no edit explains is refused for edits that are told already."""
        is_any = any(reader in group and group[reader].breaks for group in found.edits.values())
        return is_any and gap.rule not in {
            v.kind for v in self._taking(question, reader).violations(gap.witness)
        }

    def _ends(self, question: Question) -> tuple[Any, Any]:
        """Return the schema of whoever sends and that of whoever reads."""
        flow = question.flow
        sent, taken = (question.old, question.new) if flow.forward else (question.new, question.old)
        return sent, self._revisions.as_read(flow, taken)

    def _as_written(self, found: Verdicts, question: Question) -> None:
        """Judge a schema that, closed, lets nothing be sent: then whoever sends must take it as written.

        Alternatives that overlap everywhere are such a case: what is closed fits several of them, or none. What is sent
        then still has only properties that an alternative declares.
        """
        flow, (sent, taken) = question.flow, self._ends(question)
        if not _is_barren(
            closed(sent, self._revisions.defs(flow.direction, old=flow.forward), flow.direction)
        ):
            return
        inclusion, both = self._revisions.as_written(flow, sent)
        for gap in inclusion.gaps(both, taken):
            if gap.verdict == "refuted":
                self._tell(found, question, "wire", gap)
                self._tell(found, question, "code", gap)

    def _refusal(self, question: Question, reader: Reader, gap: Gap) -> str:
        """Return what the refusing side says of a witness, of the place that the gap is about if it speaks of it."""
        violations = self._taking(question, reader).violations(gap.witness)
        return (
            str(next((v for v in violations if _is_of(v, gap)), violations[0]))
            if violations
            else ""
        )

    def _taking(self, question: Question, reader: Reader) -> Checker:
        flow, taken = question.flow, self._ends(question)[1]
        key = (id(taken), flow, reader)
        if key not in self._checkers:
            defs = self._revisions.reader_defs(flow)
            is_closed = reader == "code" and flow.forward
            root = closed(taken, defs, flow.direction) if is_closed else bundled(taken, defs)
            self._checkers[key] = taken, Checker(root)
        return self._checkers[key][1]


def shown(call: Any) -> Any:
    """Return a call as a witness, ABSENT where there is none."""
    return ABSENT if call is None else call


def _is_barren(root: dict[str, Any]) -> bool:
    """Tell whether no value of a schema is found."""
    try:
        Sampler(root, compile_schema=lambda part: Checker(part).accepts).sample(optional="none")
    except Unsampled:
        return True
    return False


def _is_of(violation: Violation, gap: Gap) -> bool:
    """Tell whether a violation is of the place that a gap is about."""
    steps = [ITEMS if isinstance(step, int) else step for step in violation.path]
    return len(steps) >= len(gap.path) and all(
        a in (b, KEYS) for a, b in zip(gap.path, steps, strict=False)
    )


# --- which edit a gap comes from


def cause(gap: Gap, edits: Iterable[Edit], flow: Flow) -> Edit | None:
    """Return the edit that a gap comes from: at the same place, of a kind that can refuse so; None where none is."""
    places = (
        (gap.narrow_place, gap.wide_place) if flow.forward else (gap.wide_place, gap.narrow_place)
    )
    likely = [edit for edit in edits if any(fact.rule not in NOTES for fact in edit.facts)]
    if gap.name:
        found = [e for e in likely if gap.name in (e.name, e.renamed) and _is_at(e, places)]
        found = found or [e for e in likely if e.path == gap.path]
    else:
        found = [e for e in likely if not e.name and _is_at(e, places, both=True)]
        found = found or [e for e in likely if not e.name and _is_at(e, places)]
        found = list(_of_kind(found, gap.rule)) or found
    exact = [e for e in found if e.path == gap.path]
    return next(iter(exact or found), None) or _around(gap, likely)


def _of_kind(edits: list[Edit], rule: str) -> Iterator[Edit]:
    kinds = CAUSES.get(rule, ())
    return (edit for edit in edits if any(fact.rule in kinds for fact in edit.facts))


def _is_at(edit: Edit, places: tuple[Any, Any], *, both: bool = False) -> bool:
    at = (places[0] in edit.olds, places[1] in edit.news)
    return all(at) if both else any(at)


def _around(gap: Gap, edits: list[Edit]) -> Edit | None:
    """Return the nearest edit around a gap that may show inside: other alternatives or conditions, another member."""
    found = [
        edit
        for edit in edits
        if gap.path[: len(edit.path)] == edit.path
        and any(fact.rule in _WIDE for fact in edit.facts)
    ]
    return max(found, key=lambda edit: len(edit.path), default=None)
