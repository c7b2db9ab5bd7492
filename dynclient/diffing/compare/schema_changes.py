"""What changed between two schemas, and whom it breaks: edits say what, the comparison of meanings says whether."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from dynclient.containment import Incompatibility
from dynclient.diffing.change import Level
from dynclient.diffing.decide import explanations
from dynclient.diffing.decide.compatibility import (
    CompatibilityChecker,
    SchemaPair,
    Verdict,
    WitnessBuilder,
)
from dynclient.diffing.decide.document_pair import DocumentPair, Exposure, Reader
from dynclient.diffing.detect.edits import Edit
from dynclient.diffing.detect.keyword_differences import (
    ANNOTATION_RULES,
    RULES_BY_KEYWORD,
    Difference,
)
from dynclient.diffing.findings import Finding
from dynclient.diffing.usage_filter import Usage
from dynclient.schema.dialect import Schema


@dataclass(frozen=True)
class ComparedPart:
    """A place of an operation whose schema is compared: its body, a parameter, a result.

    Attributes:
        flow: who sends.
        operation: the key of the operation.
        where: the place, as people read it.
        wrap: makes a whole witness of a value that the part may have.
        root: where in a call document the part is; () in a result.
        separator: what stands between `where` and a path in the value.

    """

    exposure: Exposure
    operation_key: str
    where: str
    build_witness: WitnessBuilder = lambda value: value
    separator: str = "."
    call_path: tuple[str, ...] = ()

    @property
    def is_visible_in_code(self) -> bool:
        """Whether code shows what it does there: what it makes of errors and headers does not show."""
        return bool(self.call_path) or self.where.startswith("2")

    def describe_place(self, path: tuple[str, ...]) -> str:
        """Return a place inside it."""
        inner = explanations.format_path(path)
        return (
            f"{self.where}{'' if inner.startswith('[') else self.separator}{inner}"
            if inner
            else self.where
        )


class SchemaComparer:
    """Compares pairs of schemas of two revisions.

    Args:
        revisions: the documents.
        usage: what code uses of the API; None where that is not asked.

    """

    def __init__(self, revisions: DocumentPair, usage: Usage | None = None) -> None:
        self._documents = revisions
        self._usage = usage
        self._checker = CompatibilityChecker(revisions)
        self._is_collecting = False

    @contextmanager
    def collect_candidates(self) -> Iterator[None]:
        """Only note what speaks against the parts that are looked at meanwhile, and show it at the end."""
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
            wire: the gaps for deployed programs, where they are not those of the values themselves.

        """
        edits = self._documents.get_edit_finder(part.exposure.direction).find_edits(old, new)
        question = SchemaPair(
            part.exposure, old, new, edits, part.build_witness, part.operation_key
        )
        if self._is_collecting and wire is None:
            self._checker.collect_candidates(question)
        if self._is_collecting:
            return
        verdicts = self._checker.check(question, wire)
        lines = self._find_used_lines(part, old, new)
        for edit in edits:
            made = self._build_edit_finding(part, edit, verdicts.by_edit.get(edit.key, {}))
            yield made if lines is None else replace(made, used=tuple(lines.get(edit.key, ())))
        for key, by_reader in verdicts.unattributed.items():
            yield self._build_unattributed_finding(part, key, by_reader)

    def _find_used_lines(
        self, part: ComparedPart, old: Any, new: Any
    ) -> dict[Any, list[str]] | None:
        """Return the lines of code that meet each edit; None where nobody asks, or code cannot be seen to."""
        if self._usage is None or not part.is_visible_in_code:
            return None
        found: dict[Any, list[str]] = {}
        edits = self._documents.get_edit_finder(part.exposure.direction)
        for line, path in self._usage.find_paths(
            part.operation_key, part.call_path, is_call=part.exposure.old_sends
        ):
            for key in edits.find_edits_along(old, new, path):
                found.setdefault(key, []).append(line)
        return found

    def _build_edit_finding(
        self, part: ComparedPart, edit: Edit, verdicts: Mapping[Reader, Verdict]
    ) -> Finding:
        shown = _choose_shown_verdict(verdicts)
        fact = _choose_main_difference(edit, shown.incompatibility if shown else None)
        # A size that appears in forty places is one remark on the whole document.
        key: Any = (
            ("integer-size", fact.new) if fact.rule == "integer-size" else ("schema", *edit.key)
        )
        made = self._build_finding(part, key, fact, verdicts, edit)
        because = explanations.explain_edit(
            fact, part.exposure, verdicts, _list_other_differences(edit, fact)
        )
        return replace(
            made,
            where=part.describe_place(edit.path),
            places=(edit.old_place, edit.new_place),
            because=because,
        )

    def _build_unattributed_finding(
        self, part: ComparedPart, key: Any, verdicts: Mapping[Reader, Verdict]
    ) -> Finding:
        """Return the finding of a gap that no single edit explains."""
        shown = _choose_shown_verdict(verdicts)
        assert shown is not None
        gap = shown.incompatibility
        said, places = (
            (gap.subschema_assertion, gap.superschema_assertion),
            (gap.subschema_place, gap.superschema_place),
        )
        if not part.exposure.old_sends:
            said, places = said[::-1], places[::-1]
        fact = Difference("schema-changed", *said)
        made = self._build_finding(part, ("stray", *key), fact, verdicts, None)
        because = explanations.explain_edit(fact, part.exposure, verdicts, ())
        return replace(made, where=part.describe_place(gap.path), places=places, because=because)

    def _build_finding(
        self,
        part: ComparedPart,
        key: Any,
        fact: Difference,
        verdicts: Mapping[Reader, Verdict],
        edit: Edit | None,
    ) -> Finding:
        """Return a finding with its levels and its proof; a witness is told with the first operation that shows it."""
        shown = _choose_shown_verdict(verdicts)
        levels = self._choose_levels(part.exposure, fact, verdicts, edit)
        made = Finding(
            key,
            fact.rule,
            *levels,
            (part.operation_key,),
            part.exposure.side,
            documented=(fact.old, fact.new),
        )
        if shown is None and explanations.can_exceed_int64(fact, part.exposure):
            return replace(made, proof="fact", witness=2**63)
        if shown is None:
            return replace(made, proof="rule")
        if not shown.is_breaking:
            return replace(made, proof="unknown")
        return replace(
            made,
            proof="witness",
            witness=shown.witness,
            refusal=shown.refusal,
            has_own_witness=shown.has_own_witness,
        )

    def _choose_levels(
        self,
        flow: Exposure,
        fact: Difference,
        verdicts: Mapping[Reader, Verdict],
        edit: Edit | None,
    ) -> tuple[Level, Level]:
        """Return how much it matters to each reader; where code's own verdict is open, deployed programs' holds for it.

        What the new document refuses as a consumer it refuses as a producer, too.
        """
        wire, code = verdicts.get("wire"), verdicts.get("code")
        if wire is not None and wire.is_breaking and code is not None and not code.is_breaking:
            code = wire
        return self._choose_level(flow, fact, wire, edit), self._choose_level(
            flow, fact, code, edit
        )

    def _choose_level(
        self, flow: Exposure, fact: Difference, verdict: Verdict | None, edit: Edit | None
    ) -> Level:
        if verdict is None:
            return choose_harmless_level(fact, flow)
        if not verdict.is_breaking:
            return "warning"
        is_open = edit is not None and edit.is_open_enum and fact.rule == "values-changed"
        return "info" if is_open and self._documents.options.open_enums else "breaking"


def _choose_main_difference(edit: Edit, gap: Incompatibility | None) -> Difference:
    """Return the fact that names an edit: the one that refuses, else the first that is no note, else the first."""
    kinds = RULES_BY_KEYWORD.get(gap.rule, ()) if gap else ()
    by_kind = (fact for kind in kinds for fact in edit.differences if fact.rule == kind)
    plain = (fact for fact in edit.differences if fact.rule not in ANNOTATION_RULES)
    return next(by_kind, None) or next(plain, None) or edit.differences[0]


def _list_other_differences(edit: Edit, fact: Difference) -> tuple[Difference, ...]:
    return tuple(other for other in edit.differences if other is not fact)


def _choose_shown_verdict(verdicts: Mapping[Reader, Verdict]) -> Verdict | None:
    """Return the verdict that shows most: one with a witness, deployed programs' before callers'."""
    found = [verdicts[reader] for reader in ("wire", "code") if reader in verdicts]
    return min(
        found,
        key=lambda verdict: (not verdict.is_breaking, not verdict.has_own_witness),
        default=None,
    )


def choose_harmless_level(fact: Difference, flow: Exposure) -> Level:
    """Return how much a change matters that is proved to break nobody."""
    return (
        "warning"
        if explanations.can_exceed_int64(fact, flow) or explanations.explain_surprise(fact, flow)
        else "info"
    )
