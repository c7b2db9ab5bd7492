"""Findings become changes: one cause is told once, with every operation that it touches."""

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


#: A side, how much it matters to deployed programs and to callers by name, and what is said of it.
SideSummary = tuple[str, Level, Level, str]


@dataclass(frozen=True)
class Finding:
    """One cause, as it was met on one operation.

    Attributes:
        key: what makes it the same cause when it is met again.
        rule: of `rules.RULES`.
        wire: how much it matters to deployed programs.
        code: how much it matters to callers by name.
        operations: the operations it was met on, by their keys; the first is the one that the witness is of.
        said: what the old document says, and what the new one says.
        places: where, in the old and in the new one.

        is_shown: the witness is one of the first operation; else it was shown on another one.
        used: the lines of code that it touches; None where that is all that use the operation.
        sides: where it was met on several sides, what is to be told of each.

    The rest is as in `Change`.

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
        """Side, both readers' levels, and what is said of that side."""
        return self.sides or ((self.side, self.wire, self.code, self.because),)

    @property
    def sort_key(self) -> tuple[int, int, bool]:
        """What sorts the finding that says most of a cause first."""
        return (
            LEVELS.index(find_worst_level([self.wire, self.code])),
            _PROOF_ORDER.index(self.proof),
            not self.has_own_witness,
        )


class HasNode(Protocol):
    """What stands in a document: an operation, a parameter, a media type."""

    @property
    def node(self) -> Node:
        """Where."""


#: Where something stands in the old document and in the new one; None where it is not there.
PlacePair = tuple[Place | None, Place | None]

#: The same thing in the old document and in the new one; None where it is not there.
NodePair = tuple[HasNode | None, HasNode | None]


def find_places(old: HasNode | None, new: HasNode | None) -> PlacePair:
    """Return where something stands in both documents."""
    return old.node.place if old else None, new.node.place if new else None


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
    """Gathers findings in the order they come and joins those of one cause."""

    def __init__(self) -> None:
        self._by_cause: dict[Hashable, Finding] = {}

    def add(self, found: Iterable[Finding]) -> None:
        """Take findings in."""
        for one in found:
            kept = self._by_cause.get(one.key)
            self._by_cause[one.key] = one if kept is None else _merge_findings(kept, one)

    def build_changes(self, view: View) -> tuple[Change, ...]:
        """Return the changes under a view, the worst first, else in the order found."""
        made = [_build_change(one).seen(view) for one in self._by_cause.values()]
        return tuple(
            sorted(
                (c for c in made if c.level != "none"),
                key=lambda change: LEVELS.index(change.level),
            )
        )


def _merge_findings(one: Finding, other: Finding) -> Finding:
    """Return a cause that was met twice: told by what says more, of all operations, each reader's worst."""
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
        places=(first.places[0] or second.places[0], first.places[1] or second.places[1]),
    )


def _merge_lines(
    one: tuple[str, ...] | None, other: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    return None if one is None or other is None else tuple(dict.fromkeys((*one, *other)))


def _merge_sides(first: Finding, second: Finding) -> tuple[SideSummary, ...]:
    """Return what is told of each side, of one that was met twice the worst; what is about neither is not a side."""
    found: dict[str, SideSummary] = {}
    for told in (*first.side_summaries, *second.side_summaries):
        side, wire, code, because = found.setdefault(told[0], told)
        found[side] = (
            side,
            find_worst_level([wire, told[1]]),
            find_worst_level([code, told[2]]),
            because,
        )
    return tuple(told for side, told in found.items() if side)


def _build_change(one: Finding) -> Change:
    old, new = map(ChangeLocation.from_place, one.places)
    return Change(
        rule=one.rule,
        level="none",
        views=dict(zip(READERS, (one.wire, one.code), strict=True)),
        side=one.side,
        sides={
            side: dict(zip(READERS, (wire, code), strict=True))
            for side, wire, code, _ in one.sides
            if len(one.sides) > 1
        },
        operation=next(iter(one.operations), ""),
        operations=one.operations,
        where=one.where,
        old=one.documented[0],
        new=one.documented[1],
        proof=one.proof,
        witness=one.witness,
        refusal=one.refusal,
        because=_explain_finding(one),
        source=new or old,
        old_source=old,
        used=one.used or (),
        policy=one.policy,
    )


def _explain_finding(one: Finding) -> str:
    """Return what follows, told of each side where the sides differ."""
    said = {because for *_, because in one.sides}
    if len(said) < 2:  # noqa: PLR2004 (one thing is said of all)
        return one.because
    return "; ".join(f"{side}s: {because}" for side, _, _, because in one.sides)
