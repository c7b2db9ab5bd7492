"""Whether an edit breaks a reader: which edit each incompatibility comes from, and a witness of it.

A witness is whole: the call or the result in which the refused value stands. An edit that many
operations share is shown on one of them; what was refuted there need not be refuted again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dynclient.containment import (
    ANY_ITEM,
    ANY_PROPERTY,
    NO_WITNESS,
    ContainmentChecker,
    Incompatibility,
    SuspectedIncompatibility,
)
from dynclient.diffing.change import READERS
from dynclient.diffing.decide.attribution import (
    CauseKey,
    attribute_to_edit,
    find_nearest_edit,
    is_assertion_edit,
)
from dynclient.diffing.decide.document_pair import DocumentPair
from dynclient.diffing.decide.witness_isolation import WitnessIsolator
from dynclient.diffing.detect.edits import Edit
from dynclient.diffing.exposure import Exposure, Reader
from dynclient.schema.dialect import bundle_schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.long_values import is_long_value
from dynclient.schema.engines.step_limit import StepLimitExceeded, limit_steps
from dynclient.schema.readings import close_schema
from dynclient.violations import Violation

#: Makes a whole witness of a value that a part may have; NO_WITNESS where there is none.
WitnessBuilder = Callable[[Any], Any]

#: A cause that breaks a reader of the values of an exposure.
ReaderCause = tuple[Exposure, Reader, CauseKey]

#: What speaks against a part, and the schemas of the part.
WitnessCandidate = tuple[SuspectedIncompatibility, "SchemaPair"]

#: Keyword → the kind of the violation, where that has another name.
_VIOLATION_KINDS = {
    "required": "missing",
    "additionalProperties": "unknown",
    "unevaluatedProperties": "unknown",
}

#: On how many parts a witness of a cause is sought first: those where it lies least deep.
MAX_CANDIDATES = 2

#: How many steps the search for the witness of one cause may take on one part.
MAX_CAUSE_STEPS = 500_000

#: How many, where an edit of the same part is shown to break the reader, and explains the cause.
MAX_EXPLAINED_STEPS = 50_000

#: Why nothing can be shown by a schema without values.
_NO_VALUE = "no value fits the schema of who sends, with the properties that it declares"

#: On how many operations a witness of a cause that stays undecided is sought.
MAX_UNDECIDED_ATTEMPTS = 4


@dataclass(frozen=True)
class Verdict:
    """What is known of a cause and a reader.

    Attributes:
        incompatibility: what the reader refuses, as it appears on this operation.
        is_breaking: a whole witness was found, here or on another operation; else it is unknown.
        witness: the whole witness, where it was found here.
        refusal: what the refusing document says of it.
        has_own_witness: whether the witness is one of this operation.
        is_too_long: whether every witness is too long to be shown; `refusal` tells its length.

    """

    incompatibility: Incompatibility
    is_breaking: bool = False
    witness: Any = None
    refusal: str = ""
    has_own_witness: bool = False
    is_too_long: bool = False


@dataclass(frozen=True)
class ProvenCause:
    """A cause of which a whole witness was found.

    Attributes:
        operation_key: the operation that it was found on.
        old_schema: the schema of the part, in the old document.
        witness: the whole witness.
        refusal: what the refusing document says of it.
        is_too_long: whether the witness is only a stand-in of a value too long to be built.

    """

    operation_key: str
    old_schema: Any
    witness: Any
    refusal: str
    is_too_long: bool = False

    def to_verdict(self, pair: SchemaPair, incompatibility: Incompatibility) -> Verdict:
        """Return the verdict on a part: with the witness, where it was found on that part."""
        if self.is_too_long:
            return Verdict(incompatibility, True, refusal=self.refusal, is_too_long=True)
        if (self.operation_key, self.old_schema) != (pair.operation_key, pair.old):
            return Verdict(incompatibility, is_breaking=True)
        return Verdict(incompatibility, True, self.witness, self.refusal, has_own_witness=True)


@dataclass
class SchemaVerdicts:
    """The verdicts on two schemas, each by reader.

    Attributes:
        by_edit: those of edits, by the key of the edit.
        unattributed: those that no single edit explains.

    """

    by_edit: dict[CauseKey, dict[Reader, Verdict]] = field(default_factory=dict)
    unattributed: dict[CauseKey, dict[Reader, Verdict]] = field(default_factory=dict)

    def add(self, edit: Edit | None, key: CauseKey, reader: Reader, verdict: Verdict) -> None:
        """Keep a verdict, unless the same cause has one that is as bad or worse."""
        verdicts = self.unattributed if edit is None else self.by_edit
        by_reader = verdicts.setdefault(key, {})
        if reader not in by_reader or (verdict.is_breaking and not by_reader[reader].is_breaking):
            by_reader[reader] = verdict

    def attach_undecided(self, edits: list[Edit]) -> None:
        """Let each undecided cause that no single edit explains count for the nearest edit."""
        for key, by_reader in list(self.unattributed.items()):
            for reader, verdict in list(by_reader.items()):
                if verdict.is_breaking:
                    continue
                edit = find_nearest_edit(verdict.incompatibility, edits, self.by_edit)
                if edit is not None:
                    del by_reader[reader]
                    self.add(edit, edit.key, reader, verdict)
            if not by_reader:
                del self.unattributed[key]

    def has_breaking_edit(self, reader: Reader) -> bool:
        """Tell whether an edit breaks a reader."""
        return any(
            reader in by_reader and by_reader[reader].is_breaking
            for by_reader in self.by_edit.values()
        )

    def copy_to_code(self) -> None:
        """Let the verdicts for deployed programs hold for callers by name too."""
        for by_reader in (*self.by_edit.values(), *self.unattributed.values()):
            by_reader["code"] = by_reader["wire"]


@dataclass(frozen=True)
class SchemaPair:
    """The schemas of a part in both documents.

    Attributes:
        exposure: which values they describe, and who sends them.
        old: the schema in the old document.
        new: the schema in the new one.
        edits: what was edited between them.
        build_witness: makes a whole witness of a value of the part.
        operation_key: the operation that has the part.

    """

    exposure: Exposure
    old: Any
    new: Any
    edits: list[Edit]
    build_witness: WitnessBuilder
    operation_key: str = ""

    def find_cause(self, incompatibility: Incompatibility) -> tuple[Edit | None, CauseKey]:
        """Return the edit that it comes from, if there is one, and the key of the cause."""
        edit = attribute_to_edit(incompatibility, self.assertion_edits, self.exposure)
        if edit is not None:
            return edit, edit.key
        return None, (
            incompatibility.rule,
            incompatibility.property_name,
            incompatibility.subschema_place,
            incompatibility.superschema_place,
        )

    @property
    def has_edited_alternatives(self) -> bool:
        """Whether alternatives were edited."""
        return any(
            difference.rule == "alternatives-changed"
            for edit in self.edits
            for difference in edit.differences
        )

    @cached_property
    def assertion_edits(self) -> list[Edit]:
        """The edits of more than annotations."""
        return list(filter(is_assertion_edit, self.edits))


class CompatibilityChecker:
    """Decides which edits between two schemas break which reader.

    Args:
        documents: both revisions.

    """

    def __init__(self, documents: DocumentPair) -> None:
        self._documents = documents
        self._proven_causes: dict[ReaderCause, ProvenCause] = {}
        self._candidates: dict[ReaderCause, list[WitnessCandidate]] = {}
        self._undecided_counts: Counter[ReaderCause] = Counter()
        #: Causes that stayed undecided beside an edit that explains them.
        self._explained = set[ReaderCause]()
        # By identity of the schema, which is kept beside its checker so that it lives as long.
        self._checkers: dict[tuple[int, Exposure, Reader], tuple[Any, Checker]] = {}

    def check(
        self, pair: SchemaPair, wire: tuple[Incompatibility, ...] | None = None
    ) -> SchemaVerdicts:
        """Return the verdicts on the old and the new schema of a part.

        Args:
            pair: both schemas.
            wire: the incompatibilities for deployed programs, where they are not those of the
                values themselves.

        """
        verdicts = SchemaVerdicts()
        if wire is None:
            self._check_for_reader(verdicts, pair, "wire")
        for incompatibility in wire or ():
            self._record_incompatibility(verdicts, pair, "wire", incompatibility)
        if pair.exposure.old_sends:
            self._check_for_reader(verdicts, pair, "code")
        has_none = not verdicts.by_edit and not verdicts.unattributed
        if has_none and pair.assertion_edits:
            self._check_without_values(verdicts, pair)
        verdicts.attach_undecided(pair.assertion_edits)
        if not pair.exposure.old_sends:
            verdicts.copy_to_code()
        return verdicts

    # --- on which part a witness is sought

    def collect_candidates(self, pair: SchemaPair) -> None:
        """Note what speaks against a part, so that a small witness is found on the best part."""
        sent, read = self._select_sender_and_reader(pair)
        readers = READERS if pair.exposure.old_sends else READERS[:1]
        for reader in readers:
            containment = self._documents.get_containment(pair.exposure, reader)
            for suspected in containment.find_suspected(sent, read):
                edit, key = pair.find_cause(suspected.incompatibility)
                if edit is None:
                    continue  # it comes from some edit, whose witness is sought first
                candidates = self._candidates.setdefault((pair.exposure, reader, key), [])
                candidates.append((suspected, pair))
                candidates.sort(key=_measure_depth)
                del candidates[MAX_CANDIDATES:]

    def prove_candidates(self) -> None:
        """Seek a witness of each cause that was noted, on the parts where it lies least deep."""
        for cause, candidates in self._candidates.items():
            _, reader, _ = cause
            for suspected, pair in candidates:
                containment = self._documents.get_containment(pair.exposure, reader)
                sent, read = self._select_sender_and_reader(pair)
                incompatibility = _settle(containment, suspected, sent, read)
                if incompatibility is not None:
                    self._record_incompatibility(SchemaVerdicts(), pair, reader, incompatibility)
                if cause in self._proven_causes:
                    break
                if incompatibility is not None:
                    # Where a cause lies deeper, no more can be found out about it.
                    self._undecided_counts[cause] += MAX_UNDECIDED_ATTEMPTS
        self._candidates.clear()

    # --- verdicts

    def _check_for_reader(self, verdicts: SchemaVerdicts, pair: SchemaPair, reader: Reader) -> None:
        sent, read = self._select_sender_and_reader(pair)
        containment = self._documents.get_containment(pair.exposure, reader)
        all_suspected = sorted(
            containment.find_suspected(sent, read),
            key=lambda suspected: pair.find_cause(suspected.incompatibility)[0] is None,
        )
        is_any_recorded = False
        for suspected in all_suspected:
            if self._record_known(verdicts, pair, reader, suspected.incompatibility):
                is_any_recorded = True
                continue
            incompatibility = self._settle_cause(verdicts, pair, reader, suspected)
            if incompatibility is not None:
                self._record_incompatibility(verdicts, pair, reader, incompatibility)
                is_any_recorded = True
        if all_suspected and not is_any_recorded:
            incompatibility = containment.settle_whole(all_suspected[0], sent, read)
            if incompatibility is not None:
                self._record_incompatibility(verdicts, pair, reader, incompatibility)

    def _settle_cause(
        self,
        verdicts: SchemaVerdicts,
        pair: SchemaPair,
        reader: Reader,
        suspected: SuspectedIncompatibility,
    ) -> Incompatibility | None:
        """Decide a cause. One that a breaking edit explains gets fewer steps, and one attempt."""
        sent, read = self._select_sender_and_reader(pair)
        containment = self._documents.get_containment(pair.exposure, reader)
        edit, key = pair.find_cause(suspected.incompatibility)
        if edit is not None or not verdicts.has_breaking_edit(reader):
            return _settle(containment, suspected, sent, read)
        cause = (pair.exposure, reader, key)
        if cause in self._explained:
            return suspected.incompatibility
        incompatibility = _settle(containment, suspected, sent, read, MAX_EXPLAINED_STEPS)
        if incompatibility is not None and incompatibility.verdict == "unknown":
            self._explained.add(cause)
        return incompatibility

    def _record_known(
        self,
        verdicts: SchemaVerdicts,
        pair: SchemaPair,
        reader: Reader,
        incompatibility: Incompatibility,
    ) -> bool:
        """Add the verdict on a cause that was proven or tried often enough; tell whether it was."""
        edit, key = pair.find_cause(incompatibility)
        cause = (pair.exposure, reader, key)
        if cause in self._proven_causes:
            verdict = self._proven_causes[cause].to_verdict(pair, incompatibility)
        elif self._undecided_counts[cause] >= MAX_UNDECIDED_ATTEMPTS:
            verdict = Verdict(incompatibility)
        else:
            return False
        verdicts.add(edit, key, reader, verdict)
        return True

    def _record_incompatibility(
        self,
        verdicts: SchemaVerdicts,
        pair: SchemaPair,
        reader: Reader,
        incompatibility: Incompatibility,
    ) -> None:
        """Add the verdict on an incompatibility: it is breaking only with a whole witness."""
        edit, key = pair.find_cause(incompatibility)
        cause = (pair.exposure, reader, key)
        witness = NO_WITNESS
        is_too_long = is_long_value(incompatibility.witness)
        if is_too_long:
            witness = incompatibility.witness
        elif incompatibility.verdict == "refuted":
            isolated = self._isolate_witness(pair, reader, incompatibility)
            witness = pair.build_witness(isolated.witness)
            if witness is NO_WITNESS:
                witness = pair.build_witness(incompatibility.witness)
            else:
                incompatibility = isolated
        if witness is NO_WITNESS:
            self._undecided_counts[cause] += 1
            verdicts.add(edit, key, reader, Verdict(incompatibility))
            return
        if edit is None and self._is_explained_by_edits(verdicts, pair, reader, incompatibility):
            return
        refusal = self._explain_refusal(pair, reader, incompatibility)
        proven = ProvenCause(pair.operation_key, pair.old, witness, refusal, is_too_long)
        self._proven_causes[cause] = proven
        verdicts.add(edit, key, reader, proven.to_verdict(pair, incompatibility))

    def _isolate_witness(
        self, pair: SchemaPair, reader: Reader, incompatibility: Incompatibility
    ) -> Incompatibility:
        """Return an incompatibility whose witness shows nothing else, as far as that can be."""
        if len(pair.edits) < 2:  # noqa: PLR2004 (there is nothing else)
            return incompatibility
        exposure = pair.exposure
        sent, _ = self._select_sender_and_reader(pair)
        containment = self._documents.get_containment(exposure, reader)
        sender = containment.validators.get_checker(containment.subschema_view, sent)
        find_violations = self._get_reader_checker(pair, reader).find_violations
        isolator = WitnessIsolator(
            sent,
            self._documents.get_definitions(exposure.direction, old=exposure.old_sends),
            sender.accepts,
            find_violations,
        )
        witness = incompatibility.witness
        shown = _find_shown(find_violations(witness), incompatibility)
        if shown is None:
            return incompatibility
        isolated = isolator.isolate(
            witness, lambda other: (other.kind, other.path) == (shown.kind, shown.path)
        )
        return replace(incompatibility, witness=isolated)

    def _is_explained_by_edits(
        self,
        verdicts: SchemaVerdicts,
        pair: SchemaPair,
        reader: Reader,
        incompatibility: Incompatibility,
    ) -> bool:
        """Tell whether the witness is refused only because of edits that have their verdicts."""
        if not verdicts.has_breaking_edit(reader):
            return False
        checker = self._get_reader_checker(pair, reader)
        kinds = {violation.kind for violation in checker.find_violations(incompatibility.witness)}
        return incompatibility.rule not in kinds

    def _check_without_values(self, verdicts: SchemaVerdicts, pair: SchemaPair) -> None:
        """Check a schema by which, once closed, no value can be sent.

        So it is with alternatives that overlap everywhere: a closed value fits several of them, or
        none. That no value is refused then proves nothing to those who send some all the same.
        """
        sent, read = self._select_sender_and_reader(pair)
        closed = self._documents.get_containment(pair.exposure, "wire")
        if closed.examples.generate_common((sent,)) is not NO_WITNESS:
            return
        if pair.has_edited_alternatives:
            self._check_as_written(verdicts, pair)
        if verdicts.by_edit or verdicts.unattributed:
            return
        for suspected in closed.find_suspected(sent, read):
            incompatibility = replace(suspected.incompatibility, reason=_NO_VALUE)
            edit, key = pair.find_cause(incompatibility)
            for reader in READERS:
                verdicts.add(edit, key, reader, Verdict(incompatibility))

    def _check_as_written(self, verdicts: SchemaVerdicts, pair: SchemaPair) -> None:
        """Check what is sent as it is written: it has only properties that some schema declares."""
        sent, read = self._select_sender_and_reader(pair)
        containment, sent_as_written = self._documents.get_containment_as_written(
            pair.exposure, sent
        )
        for incompatibility in containment.find_incompatibilities(sent_as_written, read):
            if incompatibility.verdict == "refuted":
                for reader in READERS:
                    self._record_incompatibility(verdicts, pair, reader, incompatibility)

    def _select_sender_and_reader(self, pair: SchemaPair) -> tuple[Any, Any]:
        """Return the schema of the sender and that of the reader."""
        sent, read = pair.old, pair.new
        if not pair.exposure.old_sends:
            sent, read = read, sent
        return sent, self._documents.get_reader_schema(pair.exposure, read)

    def _explain_refusal(
        self, pair: SchemaPair, reader: Reader, incompatibility: Incompatibility
    ) -> str:
        """Return the reader's violation of the witness, preferably at the same place."""
        checker = self._get_reader_checker(pair, reader)
        violations = checker.find_violations(incompatibility.witness)
        shown = _find_shown(violations, incompatibility) or next(iter(violations), None)
        return "" if shown is None else str(shown)

    def _get_reader_checker(self, pair: SchemaPair, reader: Reader) -> Checker:
        exposure = pair.exposure
        _, read = self._select_sender_and_reader(pair)
        key = (id(read), exposure, reader)
        if key not in self._checkers:
            definitions = self._documents.get_reader_definitions(exposure)
            schema = bundle_schema(read, definitions)
            if reader == "code" and exposure.old_sends:
                schema = close_schema(read, definitions, exposure.direction)
            self._checkers[key] = read, Checker(schema)
        return self._checkers[key][1]


def _settle(
    containment: ContainmentChecker,
    suspected: SuspectedIncompatibility,
    sent: Any,
    read: Any,
    max_steps: int = MAX_CAUSE_STEPS,
) -> Incompatibility | None:
    """Decide a cause within its own limit of steps: others shall not go without."""
    try:
        with limit_steps(max_steps):
            return containment.settle(suspected, sent, read)
    except StepLimitExceeded:
        reason = f"the search for a payload takes more than {max_steps:,} steps"
        return replace(suspected.incompatibility, reason=reason)


def to_witness(call: Any) -> Any:
    """Return a call as a witness, NO_WITNESS where there is none (None)."""
    return NO_WITNESS if call is None else call


def _measure_depth(candidate: WitnessCandidate) -> int:
    suspected, _ = candidate
    return len(suspected.incompatibility.path)


def _find_shown(violations: list[Violation], incompatibility: Incompatibility) -> Violation | None:
    """Return the violation that an incompatibility is about: preferably the keyword itself."""
    at_place = [each for each in violations if _is_at_place_of(each, incompatibility)]
    rule = incompatibility.rule
    kinds = (rule, _VIOLATION_KINDS.get(rule, rule))
    of_kind = [each for each in at_place if each.kind in kinds]
    return next(iter(of_kind or at_place), None)


def _is_at_place_of(violation: Violation, incompatibility: Incompatibility) -> bool:
    """Tell whether a violation stands where an incompatibility does, or inside."""
    steps = [ANY_ITEM if isinstance(step, int) else step for step in violation.path]
    path = incompatibility.path
    if len(steps) < len(path):
        return False
    return all(step in (other, ANY_PROPERTY) for step, other in zip(path, steps, strict=False))
