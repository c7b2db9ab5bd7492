"""Findings become changes: one cause is one change, with every operation that it touches."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
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
        self._by_cause: dict[Hashable, list[Finding]] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        for finding in findings:
            self._by_cause.setdefault(finding.key, []).append(finding)

    def build_changes(self, view: View) -> tuple[Change, ...]:
        """Return the changes that matter under a view, the worst first, else in their order."""
        merged = map(_merge_findings, self._by_cause.values())
        changes = [_build_change(finding).seen(view) for finding in merged]
        relevant = [change for change in changes if change.level != "none"]
        return tuple(sorted(relevant, key=lambda change: LEVELS.index(change.level)))


def _merge_findings(findings: list[Finding]) -> Finding:
    """Return one finding of a cause that was found several times.

    It is the one that says most, with all operations and the worst level of each reader.
    """
    if len(findings) == 1:
        return findings[0]
    in_order = _put_best_first(findings)
    operations = _join_distinct(finding.operations for finding in in_order)
    sides = _merge_sides(in_order)
    side_names = sorted(side for side, *_ in sides)
    return replace(
        in_order[0],
        wire=find_worst_level([finding.wire for finding in findings]),
        code=find_worst_level([finding.code for finding in findings]),
        operations=operations,
        sides=sides if len(sides) > 1 else (),
        side=" and ".join(side_names),
        used=_merge_lines(in_order),
        places=_merge_places(in_order),
    )


def _put_best_first(findings: list[Finding]) -> list[Finding]:
    """Return findings in their order, but one that says more than all before it comes first."""
    in_order = findings[:1]
    best = findings[0].sort_key
    for finding in findings[1:]:
        if finding.sort_key < best:
            best = finding.sort_key
            in_order.insert(0, finding)
        else:
            in_order.append(finding)
    return in_order


def _merge_places(findings: list[Finding]) -> PlacePair:
    old_places, new_places = zip(*(finding.places for finding in findings), strict=True)
    return next(filter(None, old_places), None), next(filter(None, new_places), None)


def _merge_lines(findings: list[Finding]) -> tuple[str, ...] | None:
    lines = [finding.used for finding in findings if finding.used is not None]
    return _join_distinct(lines) if len(lines) == len(findings) else None


def _join_distinct(texts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(texts)))


def _merge_sides(findings: list[Finding]) -> tuple[SideSummary, ...]:
    """Return the summary of each side, with its worst levels and the first sentence."""
    by_side: dict[str, SideSummary] = {}
    for finding in findings:
        for side, wire, code, because in finding.side_summaries:
            known = by_side.get(side, (side, wire, code, because))
            if side:  # a finding about neither call nor result has no side
                worst_wire = find_worst_level([known[1], wire])
                worst_code = find_worst_level([known[2], code])
                by_side[side] = side, worst_wire, worst_code, known[3]
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
