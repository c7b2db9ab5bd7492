"""Findings become changes: one cause is one change, with every operation that it touches."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dynclient.diffing.change import (
    LEVELS,
    READERS,
    Change,
    ChangeLocation,
    Level,
    Proof,
    View,
    find_worst_level,
)
from dynclient.diffing.verdict_table import VERDICTS
from dynclient.document.references import Node
from dynclient.violations import Place

_PROOF_ORDER: tuple[Proof, ...] = ("witness", "fact", "unknown", "rule")


#: A side, its level for deployed programs, its level for callers by name, and its sentence.
SideSummary = tuple[str, Level, Level, str]


@dataclass(frozen=True)
class Finding:
    """One cause, as it was found on one operation.

    Attributes:
        key: two findings with the same key have the same cause.
        rule: the kind of change, from `rules.RULES`.
        wire: how much it matters to deployed programs.
        code: how much it matters to callers by name.
        operations: the keys of the operations that have the cause; the witness is of the first.
        documented: what the old document says, and what the new one says.
        places: where in the old document, and where in the new one.
        has_own_witness: the witness is of the first operation, not of another with the same cause.
        used: the lines of code that it touches; None for all lines that use the operations.
        sides: the levels and the sentence of each side, if the cause was found on several.

    The other attributes are those of `Change`.

    """

    key: Hashable
    rule: str
    wire: Level
    code: Level
    operations: tuple[str, ...] = ()
    side: str = ""
    where: str = ""
    documented: tuple[Any, Any] = (None, None)
    places: tuple[Place | None, Place | None] = (None, None)
    because: str = ""
    proof: Proof = "fact"
    witness: Any = field(default=None, compare=False)
    refusal: str = ""
    policy: bool = False
    has_own_witness: bool = True
    used: tuple[str, ...] | None = None
    sides: tuple[SideSummary, ...] = ()

    def add_witness(self, witness: Any, refusal: str) -> Finding:
        """Return it with a payload that shows it; itself where there is no payload (None)."""
        if witness is None:
            return self
        return replace(self, proof="witness", witness=witness, refusal=refusal)

    @property
    def side_summaries(self) -> tuple[SideSummary, ...]:
        """The side, both levels and the sentence of each side."""
        return self.sides or ((self.side, self.wire, self.code, self.because),)

    @property
    def sort_key(self) -> tuple[int, int, bool]:
        """Sorts the finding that says most of a cause first."""
        return (
            LEVELS.index(find_worst_level([self.wire, self.code])),
            _PROOF_ORDER.index(self.proof),
            not self.has_own_witness,
        )


class HasNode(Protocol):
    """A part of a document: an operation, a parameter, a media type."""

    @property
    def node(self) -> Node:
        """Where it is in the document."""


#: Where something stands in the old document and in the new one; None where it is not there.
PlacePair = tuple[Place | None, Place | None]

#: The same thing in the old document and in the new one; None where it is not there.
NodePair = tuple[HasNode | None, HasNode | None]


def find_places(old: HasNode | None, new: HasNode | None) -> PlacePair:
    """Return where something stands in both documents."""
    old_place = old.node.place if old else None
    new_place = new.node.place if new else None
    return old_place, new_place


@dataclass(frozen=True)
class FindingContext:
    """What several findings are about: it builds all of them.

    Attributes:
        operation: the key of the operation; "" for the whole document.
        side: the side of a call, "" for neither.

    """

    operation: str
    side: str = ""

    def build_finding(
        self,
        rule: str,
        situation: str,
        where: str,
        nodes: NodePair = (None, None),
        documented: tuple[Any, Any] = (None, None),
        *,
        key: Hashable = None,
        places: PlacePair | None = None,
        **details: object,
    ) -> Finding:
        """Return a finding with the levels and the sentence that the table of verdicts has.

        Args:
            rule: the kind of change, from `rules.RULES`.
            situation: which of the rule's rows in `VERDICTS` holds.
            where: the place, as people read it.
            nodes: what it is in the old document and in the new one.
            documented: what the old document says there, and what the new one says.
            key: what makes it the same cause when it is met again; by default rule and places.
            places: where it stands in both documents; by default where `nodes` stand.
            details: what the sentence of the row names.

        """
        row = VERDICTS[rule, situation]
        if places is None:
            places = find_places(*nodes)
        return Finding(
            key=(rule, *places) if key is None else key,
            rule=rule,
            wire=row.wire,
            code=row.code,
            operations=(self.operation,) if self.operation else (),
            side=self.side,
            where=where,
            documented=documented,
            places=places,
            because=row.because.format(**details),
        )


class Findings:
    """Collects findings in their order, and merges those of one cause."""

    def __init__(self) -> None:
        self._by_cause: dict[Hashable, Finding] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        for finding in findings:
            known = self._by_cause.get(finding.key)
            if known is not None:
                finding = _merge_findings(known, finding)  # noqa: PLW2901 (the merged one)
            self._by_cause[finding.key] = finding

    def build_changes(self, view: View) -> tuple[Change, ...]:
        """Return the changes that matter under a view, the worst first, else in their order."""
        changes = [_build_change(finding).seen(view) for finding in self._by_cause.values()]
        relevant = [change for change in changes if change.level != "none"]
        return tuple(sorted(relevant, key=lambda change: LEVELS.index(change.level)))


def _merge_findings(one: Finding, other: Finding) -> Finding:
    """Return one finding of a cause that was found twice.

    It is the one that says more, with all operations and the worst level of each reader.
    """
    first, second = (one, other) if one.sort_key <= other.sort_key else (other, one)
    sides = _merge_sides(first, second)
    return replace(
        first,
        wire=find_worst_level([one.wire, other.wire]),
        code=find_worst_level([one.code, other.code]),
        operations=tuple(dict.fromkeys((*first.operations, *second.operations))),
        sides=sides if len(sides) > 1 else (),
        side=" and ".join(sorted(side for side, *_ in sides)),
        used=_merge_lines(first.used, second.used),
        places=_merge_places(first.places, second.places),
    )


def _merge_places(first: PlacePair, second: PlacePair) -> PlacePair:
    return first[0] or second[0], first[1] or second[1]


def _merge_lines(
    first: tuple[str, ...] | None, second: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if first is None or second is None:
        return None
    return tuple(dict.fromkeys((*first, *second)))


def _merge_sides(first: Finding, second: Finding) -> tuple[SideSummary, ...]:
    """Return the summary of each side; a side that both findings have gets the worse levels."""
    by_side: dict[str, SideSummary] = {}
    for summary in (*first.side_summaries, *second.side_summaries):
        side, wire, code, because = summary
        if side in by_side:
            _, known_wire, known_code, because = by_side[side]
            wire = find_worst_level([known_wire, wire])
            code = find_worst_level([known_code, code])
        if side:  # a finding about neither call nor result has no side
            by_side[side] = side, wire, code, because
    return tuple(by_side.values())


def _build_change(finding: Finding) -> Change:
    old_place, new_place = finding.places
    old_source = ChangeLocation.from_place(old_place)
    new_source = ChangeLocation.from_place(new_place)
    old, new = finding.documented
    return Change(
        rule=finding.rule,
        level="none",
        views=_build_views(finding.wire, finding.code),
        side=finding.side,
        sides=_build_side_views(finding),
        operation=next(iter(finding.operations), ""),
        operations=finding.operations,
        where=finding.where,
        old=old,
        new=new,
        proof=finding.proof,
        witness=finding.witness,
        refusal=finding.refusal,
        because=_explain_finding(finding),
        source=new_source or old_source,
        old_source=old_source,
        used=finding.used or (),
        policy=finding.policy,
    )


def _build_views(wire: Level, code: Level) -> dict[str, Level]:
    return dict(zip(READERS, (wire, code), strict=True))


def _build_side_views(finding: Finding) -> dict[str, dict[str, Level]]:
    """Return the levels of each side; {} where there is one side only."""
    if len(finding.sides) < 2:  # noqa: PLR2004 (one side)
        return {}
    return {side: _build_views(wire, code) for side, wire, code, _ in finding.sides}


def _explain_finding(finding: Finding) -> str:
    """Return what follows, for each side if the sides differ."""
    sentences = {because for *_, because in finding.sides}
    if len(sentences) < 2:  # noqa: PLR2004 (all sides have the same)
        return finding.because
    return "; ".join(f"{side}s: {because}" for side, _, _, because in finding.sides)
