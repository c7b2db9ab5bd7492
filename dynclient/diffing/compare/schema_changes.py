"""What changed between two schemas, and whom it breaks.

Edits say what changed. The comparison of what both schemas allow says whether it breaks anybody.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from dynclient.containment import Incompatibility
from dynclient.diffing.change import Level
from dynclient.diffing.compare.limited_comparison import MAX_PART_STEPS, build_limit_reached
from dynclient.diffing.decide.compatibility import (
    CompatibilityChecker,
    SchemaPair,
    Verdict,
    WitnessBuilder,
)
from dynclient.diffing.decide.document_pair import DocumentPair
from dynclient.diffing.decide.explanations import (
    LOSS_RULES,
    can_exceed_int64,
    explain_edit,
    find_accepted_row,
    find_refused_row,
    find_undecided_row,
    format_path,
)
from dynclient.diffing.decide.remaining_members import Remaining, find_remaining
from dynclient.diffing.detect.differences import (
    ANNOTATION_RULES,
    RULES_BY_KEYWORD,
    Difference,
)
from dynclient.diffing.detect.edits import Edit
from dynclient.diffing.exposure import Exposure, Reader
from dynclient.diffing.findings import Finding, PlacePair
from dynclient.diffing.usage_filter import Usage
from dynclient.schema.dialect import Schema, get_place
from dynclient.schema.engines.step_limit import StepLimitExceeded, limit_steps

#: How a violation names the whole value of a part.
_WHOLE = "(whole):"

#: The first integer that does not fit 64 bits.
_BEYOND_INT64 = 2**63


@dataclass(frozen=True)
class ComparedPart:
    """A place of an operation whose schema is compared: its body, a parameter, a result.

    Attributes:
        exposure: which values it has, and who sends them.
        operation_key: the key of the operation.
        where: the place, as people read it.
        build_witness: makes a whole witness of a value that the part may have.
        call_path: where in a call document the part is; () in a result.
        separator: what stands between `where` and a path in the value.

    """

    exposure: Exposure
    operation_key: str
    where: str
    build_witness: WitnessBuilder = lambda value: value
    call_path: tuple[str, ...] = ()
    separator: str = "."

    @property
    def is_visible_in_code(self) -> bool:
        """Whether code shows how it uses the part; it does not show that of errors and headers."""
        return bool(self.call_path) or self.where.startswith("2")

    def describe_place(self, path: Sequence[str]) -> str:
        """Return a place inside it, as people read it."""
        inner = format_path(path)
        if not inner:
            return self.where
        separator = "" if inner.startswith("[") else self.separator
        return f"{self.where}{separator}{inner}"


class SchemaComparer:
    """Compares pairs of schemas of two revisions.

    Args:
        documents: both revisions.
        usage: what code uses of the API; None where all counts.

    """

    def __init__(self, documents: DocumentPair, usage: Usage | None = None) -> None:
        self._documents = documents
        self._usage = usage
        self._checker = CompatibilityChecker(documents)
        self._is_collecting = False

    @contextmanager
    def collect_candidates(self) -> Iterator[None]:
        """Collect what speaks against the parts compared meanwhile; prove it at the end.

        Meanwhile `compare` yields nothing.
        """
        self._is_collecting = True
        try:
            yield
        finally:
            self._is_collecting = False
        self._checker.prove_candidates()

    def compare(
        self,
        part: ComparedPart,
        old: Schema | bool,
        new: Schema | bool,
        wire: tuple[Incompatibility, ...] | None = None,
    ) -> Iterator[Finding]:
        """Yield what is different between the schemas of a part, each with its verdict.

        Args:
            part: the place.
            old: its schema in the old document.
            new: its schema in the new one.
            wire: the incompatibilities for deployed programs, where they are not those of the
                values themselves.

        """
        try:
            with limit_steps(MAX_PART_STEPS):
                findings = list(self._compare(part, old, new, wire))
        except StepLimitExceeded:
            findings = [
                build_limit_reached(
                    part.operation_key, part.where, (get_place(old), get_place(new))
                )
            ]
        if not self._is_collecting:
            yield from findings

    def _compare(
        self,
        part: ComparedPart,
        old: Schema | bool,
        new: Schema | bool,
        wire: tuple[Incompatibility, ...] | None,
    ) -> Iterator[Finding]:
        edits = self._documents.get_edit_finder(part.exposure.direction).find_edits(old, new)
        pair = SchemaPair(part.exposure, old, new, edits, part.build_witness, part.operation_key)
        if self._is_collecting:
            if wire is None:
                self._checker.collect_candidates(pair)
            return
        verdicts = self._checker.check(pair, wire)
        lines = self._find_used_lines(part, old, new)
        for edit in edits:
            by_reader = verdicts.by_edit.get(edit.key, {})
            remaining = self._find_remaining(part, edit, new)
            finding = self._build_edit_finding(part, edit, by_reader, remaining)
            if lines is not None:
                finding = replace(finding, used=tuple(lines.get(edit.key, ())))
            yield finding
        for key, by_reader in verdicts.unattributed.items():
            yield self._build_unattributed_finding(part, key, by_reader)

    def _find_remaining(self, part: ComparedPart, edit: Edit, new: Any) -> Remaining:
        """Return in what way a property that was removed may still come."""
        if edit.differences[0].rule not in LOSS_RULES:
            return "gone"
        definitions = self._documents.get_definitions(part.exposure.direction, old=False)
        return find_remaining(new, definitions, edit.path)

    def _find_used_lines(
        self, part: ComparedPart, old: Any, new: Any
    ) -> dict[Any, list[str]] | None:
        """Return the lines of code that meet each edit; None where code does not count or show."""
        if self._usage is None or not part.is_visible_in_code:
            return None
        lines: dict[Any, list[str]] = {}
        finder = self._documents.get_edit_finder(part.exposure.direction)
        is_call = part.exposure.old_sends
        for line, path in self._usage.find_paths(
            part.operation_key, part.call_path, is_call=is_call
        ):
            for key in finder.find_edits_along(old, new, path):
                lines.setdefault(key, []).append(line)
        return lines

    # --- findings

    def _build_edit_finding(
        self,
        part: ComparedPart,
        edit: Edit,
        verdicts: Mapping[Reader, Verdict],
        remaining: Remaining,
    ) -> Finding:
        difference = _choose_main_difference(edit, _choose_shown_verdict(verdicts))
        key: Hashable = ("schema", *edit.key)
        if difference.rule == "integer-size":
            # A size that appears in forty places is one remark on the whole document.
            key = ("integer-size", difference.new)
        finding = self._build_finding(
            part,
            key,
            difference,
            verdicts,
            path=edit.path,
            places=(edit.old_place, edit.new_place),
            others=[other for other in edit.differences if other is not difference],
            remaining=remaining,
        )
        is_open = edit.is_open_enum and difference.rule == "values-changed"
        if not is_open or not self._documents.options.open_enums:
            return finding
        return replace(
            finding, wire=_ignore_refusal(finding.wire), code=_ignore_refusal(finding.code)
        )

    def _build_unattributed_finding(
        self, part: ComparedPart, key: tuple[Any, ...], verdicts: Mapping[Reader, Verdict]
    ) -> Finding:
        """Return the finding of an incompatibility that no single edit explains."""
        shown = _choose_shown_verdict(verdicts)
        assert shown is not None
        found = shown.incompatibility
        sent, read = found.subschema_assertion, found.superschema_assertion
        sent_place, read_place = found.subschema_place, found.superschema_place
        if part.exposure.old_sends:
            difference = Difference("schema-changed", sent, read)
            places = sent_place, read_place
        else:
            difference = Difference("schema-changed", read, sent)
            places = read_place, sent_place
        return self._build_finding(
            part, ("stray", *key), difference, verdicts, path=found.path, places=places
        )

    def _build_finding(
        self,
        part: ComparedPart,
        key: Hashable,
        difference: Difference,
        verdicts: Mapping[Reader, Verdict],
        *,
        path: Sequence[str],
        places: PlacePair,
        others: Sequence[Difference] = (),
        remaining: Remaining = "gone",
    ) -> Finding:
        wire, code = _choose_levels(part.exposure, difference, verdicts, remaining)
        finding = Finding(
            key=key,
            rule=difference.rule,
            wire=wire,
            code=code,
            operations=(part.operation_key,),
            side=part.exposure.side,
            where=part.describe_place(path),
            documented=(difference.old, difference.new),
            places=places,
            because=explain_edit(difference, part.exposure, verdicts, others, remaining),
        )
        shown = _choose_shown_verdict(verdicts)
        if difference.fact_situation:
            # It breaks deployed programs, so what only callers by name refuse does not show it.
            shown = verdicts.get("wire")
        return _add_proof(finding, part, difference, shown)


def _add_proof(
    finding: Finding, part: ComparedPart, difference: Difference, shown: Verdict | None
) -> Finding:
    """Return a finding with what its verdict rests on."""
    is_shown = shown is not None and shown.is_breaking
    if difference.fact_situation and not is_shown:
        return replace(finding, proof="fact")
    if shown is None:
        if can_exceed_int64(difference, part.exposure):
            return replace(finding, proof="fact", witness=_BEYOND_INT64)
        return replace(finding, proof="rule")
    if not shown.is_breaking:
        return replace(finding, proof="unknown")
    if shown.is_too_long:
        return replace(finding, proof="rule", refusal=shown.refusal)
    return replace(
        finding,
        proof="witness",
        witness=shown.witness,
        refusal=shown.refusal.replace(_WHOLE, f"{part.where}:", 1),
        has_own_witness=shown.has_own_witness,
    )


# --- levels


def _choose_levels(
    exposure: Exposure,
    difference: Difference,
    verdicts: Mapping[Reader, Verdict],
    remaining: Remaining,
) -> tuple[Level, Level]:
    """Return how much a difference matters to deployed programs and to callers by name.

    What the new document refuses as a consumer it refuses as a producer, too. So where it is
    undecided for callers by name, the verdict for deployed programs holds for them.
    """
    wire, code = verdicts.get("wire"), verdicts.get("code")
    is_code_undecided = code is not None and not code.is_breaking
    if is_code_undecided and wire is not None and wire.is_breaking:
        code = wire
    wire_level = _choose_level(exposure, difference, wire, remaining)
    return wire_level, _choose_level(exposure, difference, code, remaining)


def _choose_level(
    exposure: Exposure, difference: Difference, verdict: Verdict | None, remaining: Remaining
) -> Level:
    if verdict is None or difference.fact_situation:
        return find_accepted_row(difference, exposure, remaining).wire
    if not verdict.is_breaking:
        return find_undecided_row().wire
    return find_refused_row(difference, exposure, remaining).wire


def _ignore_refusal(level: Level) -> Level:
    return "info" if level == "breaking" else level


# --- which difference and which verdict are shown


def _choose_main_difference(edit: Edit, shown: Verdict | None) -> Difference:
    """Return the difference that names an edit.

    It is one that changes a meaning, else one that refuses, else the first that is no annotation,
    else the first.
    """
    for difference in edit.differences:
        if difference.fact_situation:
            return difference
    rules = RULES_BY_KEYWORD.get(shown.incompatibility.rule, ()) if shown else ()
    for rule in rules:
        for difference in edit.differences:
            if difference.rule == rule:
                return difference
    for difference in edit.differences:
        if difference.rule not in ANNOTATION_RULES:
            return difference
    return edit.differences[0]


def _choose_shown_verdict(verdicts: Mapping[Reader, Verdict]) -> Verdict | None:
    """Return the verdict that shows most: one with a witness, deployed programs' first."""
    candidates = [verdicts[reader] for reader in ("wire", "code") if reader in verdicts]
    if not candidates:
        return None
    return min(
        candidates, key=lambda verdict: (not verdict.is_breaking, not verdict.has_own_witness)
    )
