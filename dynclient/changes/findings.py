"""Findings become changes: one cause is told once, with every operation that it touches."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dynclient.changes.change import LEVELS, READERS, Change, Level, Proof, Source, View, worst
from dynclient.document.references import Node
from dynclient.violations import Place

_PROOFS: tuple[Proof, ...] = ("witness", "fact", "unknown", "rule")


#: A side, how much it matters to deployed programs and to callers by name, and what is said of it.
Told = tuple[str, Level, Level, str]


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
    said: tuple[Any, Any] = (None, None)
    places: tuple[Place | None, Place | None] = (None, None)
    because: str = ""
    proof: Proof = "fact"
    witness: Any = field(default=None, compare=False)
    refusal: str = ""
    policy: bool = False
    is_shown: bool = True
    used: tuple[str, ...] | None = None
    sides: tuple[Told, ...] = ()

    @property
    def told(self) -> tuple[Told, ...]:
        """Side, both readers' levels, and what is said of that side."""
        return self.sides or ((self.side, self.wire, self.code, self.because),)

    @property
    def weight(self) -> tuple[int, int, bool]:
        """What sorts the finding that says most of a cause first."""
        return (
            LEVELS.index(worst([self.wire, self.code])),
            _PROOFS.index(self.proof),
            not self.is_shown,
        )


class Noded(Protocol):
    """What stands in a document: an operation, a parameter, a media type."""

    @property
    def node(self) -> Node:
        """Where."""


#: The same thing in the old document and in the new one; None where it is not there.
Nodes = tuple[Noded | None, Noded | None]


def places(old: Noded | None, new: Noded | None) -> tuple[Place | None, Place | None]:
    """Return where something stands in both documents."""
    return old.node.place if old else None, new.node.place if new else None


@dataclass(frozen=True)
class About:
    """What several findings are about.

    Attributes:
        operation: the key of the operation.
        side: the side of a call, "" for neither.

    """

    operation: str
    side: str = ""

    def told(
        self, rule: str, levels: Level | tuple[Level, Level], where: str, nodes: Nodes, said: tuple[Any, Any],
        because: str,
    ) -> Finding:  # fmt: skip
        """Return a finding on something that stands in the documents: what many operations share is one cause.

        Args:
            rule: of `rules.RULES`.
            levels: how much it matters to deployed programs and to callers by name; one, where that is the same.
            where: the place, as people read it.
            nodes: what it is in the old and in the new document.
            said: what they say.
            because: what follows.

        """
        at = places(*nodes)
        wire, code = (levels, levels) if isinstance(levels, str) else levels
        return Finding(
            (rule, *at), rule, wire, code, (self.operation,), self.side, where, said, at, because
        )


class Findings:
    """Gathers findings in the order they come and joins those of one cause."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Finding] = {}

    def add(self, found: Iterable[Finding]) -> None:
        """Take findings in."""
        for one in found:
            kept = self._found.get(one.key)
            self._found[one.key] = one if kept is None else _joined(kept, one)

    def changes(self, view: View) -> tuple[Change, ...]:
        """Return the changes under a view, the worst first, else in the order found."""
        made = [_change(one).seen(view) for one in self._found.values()]
        return tuple(
            sorted(
                (c for c in made if c.level != "none"),
                key=lambda change: LEVELS.index(change.level),
            )
        )


def _joined(one: Finding, other: Finding) -> Finding:
    """Return a cause that was met twice: told by what says more, of all operations, each reader's worst."""
    first, second = (one, other) if one.weight <= other.weight else (other, one)
    sides = _sides(first, second)
    return replace(
        first,
        wire=worst([one.wire, other.wire]),
        code=worst([one.code, other.code]),
        operations=tuple(dict.fromkeys((*first.operations, *second.operations))),
        sides=sides if len(sides) > 1 else (),
        side=" and ".join(sorted(side for side, *_ in sides)),
        used=_lines(first.used, second.used),
        places=(first.places[0] or second.places[0], first.places[1] or second.places[1]),
    )


def _lines(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if one is None or other is None else tuple(dict.fromkeys((*one, *other)))


def _sides(first: Finding, second: Finding) -> tuple[Told, ...]:
    """Return what is told of each side, of one that was met twice the worst; what is about neither is not a side."""
    found: dict[str, Told] = {}
    for told in (*first.told, *second.told):
        side, wire, code, because = found.setdefault(told[0], told)
        found[side] = (side, worst([wire, told[1]]), worst([code, told[2]]), because)
    return tuple(told for side, told in found.items() if side)


def _change(one: Finding) -> Change:
    old, new = map(Source.at, one.places)
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
        old=one.said[0],
        new=one.said[1],
        proof=one.proof,
        witness=one.witness,
        refusal=one.refusal,
        because=_because(one),
        source=new or old,
        old_source=old,
        used=one.used or (),
        policy=one.policy,
    )


def _because(one: Finding) -> str:
    """Return what follows, told of each side where the sides differ."""
    said = {because for *_, because in one.sides}
    if len(said) < 2:  # noqa: PLR2004 (one thing is said of all)
        return one.because
    return "; ".join(f"{side}s: {because}" for side, _, _, because in one.sides)
