"""Verdicts: which edit each gap between two schemas comes from, and whether it is real, shown by a whole witness.

An edit that many operations share is shown once: what was refuted on one of them need not be refuted on the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dynclient.containment import (
    ANY_ITEM,
    ANY_PROPERTY,
    NO_WITNESS,
    Incompatibility,
    SuspectedIncompatibility,
)
from dynclient.diffing.change import READERS
from dynclient.diffing.decide.document_pair import DocumentPair, Exposure, Reader
from dynclient.diffing.detect.edits import Edit
from dynclient.diffing.detect.keyword_differences import ANNOTATION_RULES, RULES_BY_KEYWORD
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.schema.dialect import bundle_schema
from dynclient.schema.engine import Checker
from dynclient.schema.readings import close_schema
from dynclient.violations import Violation

#: Makes a whole witness of a value that a part may have; ABSENT where there is none to be shown.
WitnessBuilder = Callable[[Any], Any]

#: An edit, or a gap that no single edit explains.
CauseKey = tuple[Any, ...]

#: Edits inside which a gap may show that they cause.
_ENCLOSING_RULES = ("alternatives-changed", "condition-changed", "additional-changed", "type-changed", "items-changed",
         "property-added", "property-removed", "property-renamed")  # fmt: skip


#: A cause of a flow, asked for by a reader.
ReaderCause = tuple[Exposure, Reader, CauseKey]

#: What speaks against a part, and the part.
WitnessCandidate = tuple[SuspectedIncompatibility, "SchemaPair"]

#: On how many parts a cause is tried to be shown at first: those where it lies least deep.
MAX_CANDIDATES = 2

#: On how many operations a cause that stays undecided is looked into.
MAX_UNDECIDED_ATTEMPTS = 4


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

    incompatibility: Incompatibility
    is_breaking: bool = False
    witness: Any = None
    refusal: str = ""
    has_own_witness: bool = False


@dataclass(frozen=True)
class ProvenCause:
    """A cause that was shown.

    Attributes:
        operation: on which operation.
        old: the schema of the part, in the old document.
        witness: by which whole witness.
        refusal: what the refusing document says of it.

    """

    operation_key: str
    old_schema: Any
    witness: Any
    refusal: str

    def to_verdict(self, question: SchemaPair, gap: Incompatibility) -> Verdict:
        """Return the verdict on a part: with the witness, where it is the part that it was shown on."""
        if (self.operation_key, self.old_schema) == (question.operation_key, question.old):
            return Verdict(gap, True, self.witness, self.refusal, has_own_witness=True)
        return Verdict(gap, True)


@dataclass
class SchemaVerdicts:
    """The verdicts on two schemas: by edit, and those that no edit explains, each by reader."""

    by_edit: dict[CauseKey, dict[Reader, Verdict]] = field(default_factory=dict)
    unattributed: dict[CauseKey, dict[Reader, Verdict]] = field(default_factory=dict)

    def add(self, edit: Edit | None, key: CauseKey, reader: Reader, verdict: Verdict) -> None:
        """Keep a verdict, unless a worse one of the same cause is kept already."""
        group = (self.unattributed if edit is None else self.by_edit).setdefault(key, {})
        if reader not in group or (verdict.is_breaking and not group[reader].is_breaking):
            group[reader] = verdict


@dataclass(frozen=True)
class SchemaPair:
    """Two schemas of a part that are to be judged.

    Attributes:
        flow: who sends.
        old: the schema in the old document.
        new: the schema in the new one.
        edits: what was edited between them.
        wrap: makes whole witnesses.
        operation: the operation that has the part.

    """

    exposure: Exposure
    old: Any
    new: Any
    edits: list[Edit]
    build_witness: WitnessBuilder
    operation_key: str = ""

    def find_cause(self, gap: Incompatibility) -> tuple[Edit | None, CauseKey]:
        """Return the edit that a gap comes from, where there is one, and what names the cause."""
        edit = attribute_to_edit(gap, self.edits, self.exposure)
        return edit, edit.key if edit is not None else (
            gap.rule,
            gap.property_name,
            gap.subschema_place,
            gap.superschema_place,
        )

    @property
    def has_edited_alternatives(self) -> bool:
        """Whether alternatives were edited."""
        return any(
            fact.rule == "alternatives-changed" for edit in self.edits for fact in edit.differences
        )


class CompatibilityChecker:
    """Judges pairs of schemas of two revisions.

    Args:
        revisions: the documents.

    """

    def __init__(self, revisions: DocumentPair) -> None:
        self._documents = revisions
        self._proven_causes: dict[ReaderCause, ProvenCause] = {}
        self._candidates: dict[ReaderCause, list[WitnessCandidate]] = {}
        self._undecided_counts: Counter[ReaderCause] = Counter()
        self._checkers: dict[tuple[int, Exposure, Reader], tuple[Any, Checker]] = {}

    def check(
        self, question: SchemaPair, wire: tuple[Incompatibility, ...] | None = None
    ) -> SchemaVerdicts:
        """Return the verdicts on the old and the new schema of a part.

        Args:
            question: the two.
            wire: the gaps for deployed programs, where they are not those of the values themselves.

        """
        found = SchemaVerdicts()
        if wire is None:
            self._check_for_reader(found, question, "wire")
        for gap in wire or ():
            self._record_incompatibility(found, question, "wire", gap)
        if question.exposure.old_sends:
            self._check_for_reader(found, question, "code")
        if not found.by_edit and not found.unattributed and question.has_edited_alternatives:
            self._check_as_written(found, question)
        if not question.exposure.old_sends:
            for group in (*found.by_edit.values(), *found.unattributed.values()):
                group["code"] = group["wire"]
        return found

    # --- where a cause is shown best

    def collect_candidates(self, question: SchemaPair) -> None:
        """Note what speaks against a part, so that each cause is shown on the part where its witness is smallest."""
        for reader in READERS if question.exposure.old_sends else READERS[:1]:
            for one in self._documents.get_containment(question.exposure, reader).find_suspected(
                *self._select_sender_and_reader(question)
            ):
                asked = (question.exposure, reader, question.find_cause(one.incompatibility)[1])
                best = self._candidates.setdefault(asked, [])
                if len(best) < MAX_CANDIDATES or len(one.incompatibility.path) < len(
                    best[-1][0].incompatibility.path
                ):
                    best.append((one, question))
                    best.sort(key=lambda candidate: len(candidate[0].incompatibility.path))
                    del best[MAX_CANDIDATES:]

    def prove_candidates(self) -> None:
        """Show each cause that was noted, if it can be shown on one of the parts that are best for it."""
        for asked, candidates in self._candidates.items():
            for one, question in candidates:
                gap = self._documents.get_containment(question.exposure, asked[1]).settle(
                    one, *self._select_sender_and_reader(question)
                )
                if gap is not None:
                    self._record_incompatibility(SchemaVerdicts(), question, asked[1], gap)
                if asked in self._proven_causes:
                    break
                # Where a cause lies deeper, no more can be found out about it.
                self._undecided_counts[asked] += MAX_UNDECIDED_ATTEMPTS if gap is not None else 0
        self._candidates.clear()

    # --- verdicts

    def _check_for_reader(
        self, found: SchemaVerdicts, question: SchemaPair, reader: Reader
    ) -> None:
        sent, taken = self._select_sender_and_reader(question)
        inclusion = self._documents.get_containment(question.exposure, reader)
        suspicions = inclusion.find_suspected(sent, taken)
        is_any = False
        for one in suspicions:
            edit, key = question.find_cause(one.incompatibility)
            asked = (question.exposure, reader, key)
            if asked in self._proven_causes:
                found.add(
                    edit,
                    key,
                    reader,
                    self._proven_causes[asked].to_verdict(question, one.incompatibility),
                )
                is_any = True
            elif self._undecided_counts[asked] >= MAX_UNDECIDED_ATTEMPTS:
                found.add(edit, key, reader, Verdict(one.incompatibility))
                is_any = True
            elif (gap := inclusion.settle(one, sent, taken)) is not None:
                self._record_incompatibility(found, question, reader, gap)
                is_any = True
        if suspicions and not is_any:
            whole = inclusion.settle_whole(suspicions[0], sent, taken)
            if whole is not None:
                self._record_incompatibility(found, question, reader, whole)

    def _record_incompatibility(
        self, found: SchemaVerdicts, question: SchemaPair, reader: Reader, gap: Incompatibility
    ) -> None:
        """Keep the verdict on a gap: it breaks somebody only where a whole witness can be shown."""
        edit, key = question.find_cause(gap)
        witness = question.build_witness(gap.witness) if gap.verdict == "refuted" else NO_WITNESS
        if witness is NO_WITNESS:
            self._undecided_counts[question.exposure, reader, key] += 1
            found.add(edit, key, reader, Verdict(gap))
            return
        if edit is None and self._is_explained_by_edits(found, question, reader, gap):
            return
        shown = ProvenCause(
            question.operation_key,
            question.old,
            witness,
            self._explain_refusal(question, reader, gap),
        )
        self._proven_causes[question.exposure, reader, key] = shown
        found.add(edit, key, reader, shown.to_verdict(question, gap))

    def _is_explained_by_edits(
        self, found: SchemaVerdicts, question: SchemaPair, reader: Reader, gap: Incompatibility
    ) -> bool:
        """Tell whether the witness of a gap that no edit explains is refused for edits that are told already."""
        is_any = any(
            reader in group and group[reader].is_breaking for group in found.by_edit.values()
        )
        return is_any and gap.rule not in {
            v.kind for v in self._get_reader_checker(question, reader).find_violations(gap.witness)
        }

    def _select_sender_and_reader(self, question: SchemaPair) -> tuple[Any, Any]:
        """Return the schema of whoever sends and that of whoever reads."""
        flow = question.exposure
        sent, taken = (
            (question.old, question.new) if flow.old_sends else (question.new, question.old)
        )
        return sent, self._documents.get_reader_schema(flow, taken)

    def _check_as_written(self, found: SchemaVerdicts, question: SchemaPair) -> None:
        """Judge a schema that, closed, lets nothing be sent: then whoever sends must take it as written.

        Alternatives that overlap everywhere are such a case: what is closed fits several of them, or none. What is sent
        then still has only properties that an alternative declares.
        """
        flow, (sent, taken) = question.exposure, self._select_sender_and_reader(question)
        if not _has_no_sample(
            close_schema(
                sent,
                self._documents.get_definitions(flow.direction, old=flow.old_sends),
                flow.direction,
            )
        ):
            return
        inclusion, both = self._documents.get_containment_as_written(flow, sent)
        for gap in inclusion.find_incompatibilities(both, taken):
            if gap.verdict == "refuted":
                self._record_incompatibility(found, question, "wire", gap)
                self._record_incompatibility(found, question, "code", gap)

    def _explain_refusal(self, question: SchemaPair, reader: Reader, gap: Incompatibility) -> str:
        """Return what the refusing side says of a witness, of the place that the gap is about if it speaks of it."""
        violations = self._get_reader_checker(question, reader).find_violations(gap.witness)
        return (
            str(next((v for v in violations if _is_at_place_of(v, gap)), violations[0]))
            if violations
            else ""
        )

    def _get_reader_checker(self, question: SchemaPair, reader: Reader) -> Checker:
        flow, taken = question.exposure, self._select_sender_and_reader(question)[1]
        key = (id(taken), flow, reader)
        if key not in self._checkers:
            defs = self._documents.get_reader_definitions(flow)
            is_closed = reader == "code" and flow.old_sends
            root = (
                close_schema(taken, defs, flow.direction)
                if is_closed
                else bundle_schema(taken, defs)
            )
            self._checkers[key] = taken, Checker(root)
        return self._checkers[key][1]


def to_witness(call: Any) -> Any:
    """Return a call as a witness, ABSENT where there is none."""
    return NO_WITNESS if call is None else call


def _has_no_sample(root: dict[str, Any]) -> bool:
    """Tell whether no value of a schema is found."""
    try:
        ExampleGenerator(root, compile_schema=lambda part: Checker(part).accepts).generate(
            optional="none"
        )
    except NoExample:
        return True
    return False


def _is_at_place_of(violation: Violation, gap: Incompatibility) -> bool:
    """Tell whether a violation is of the place that a gap is about."""
    steps = [ANY_ITEM if isinstance(step, int) else step for step in violation.path]
    return len(steps) >= len(gap.path) and all(
        a in (b, ANY_PROPERTY) for a, b in zip(gap.path, steps, strict=False)
    )


# --- which edit a gap comes from


def attribute_to_edit(gap: Incompatibility, edits: Iterable[Edit], flow: Exposure) -> Edit | None:
    """Return the edit that a gap comes from: at the same place, of a kind that can refuse so; None where none is."""
    places = (
        (gap.subschema_place, gap.superschema_place)
        if flow.old_sends
        else (gap.superschema_place, gap.subschema_place)
    )
    likely = [
        edit
        for edit in edits
        if any(fact.rule not in ANNOTATION_RULES for fact in edit.differences)
    ]
    if gap.property_name:
        found = [
            e
            for e in likely
            if gap.property_name in (e.property_name, e.renamed_to) and _is_edit_at(e, places)
        ]
        found = found or [e for e in likely if e.path == gap.path]
    else:
        found = [e for e in likely if not e.property_name and _is_edit_at(e, places, both=True)]
        found = found or [e for e in likely if not e.property_name and _is_edit_at(e, places)]
        found = list(_filter_by_rule(found, gap.rule)) or found
    exact = [e for e in found if e.path == gap.path]
    return next(iter(exact or found), None) or _find_enclosing_edit(gap, likely)


def _filter_by_rule(edits: list[Edit], rule: str) -> Iterator[Edit]:
    kinds = RULES_BY_KEYWORD.get(rule, ())
    return (edit for edit in edits if any(fact.rule in kinds for fact in edit.differences))


def _is_edit_at(edit: Edit, places: tuple[Any, Any], *, both: bool = False) -> bool:
    at = (places[0] in edit.old_part_places, places[1] in edit.new_part_places)
    return all(at) if both else any(at)


def _find_enclosing_edit(gap: Incompatibility, edits: list[Edit]) -> Edit | None:
    """Return the nearest edit around a gap that may show inside: other alternatives or conditions, another member."""
    found = [
        edit
        for edit in edits
        if gap.path[: len(edit.path)] == edit.path
        and any(fact.rule in _ENCLOSING_RULES for fact in edit.differences)
    ]
    return max(found, key=lambda edit: len(edit.path), default=None)
