"""Kinds of change in a schema, planted as a property that both revisions add to a real object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from support.revisions import Steps, Tree, is_31, objects, put

from catalogue.case import Case, Expected, Kind, Levels

PLANTED = "dynPlanted"

#: Where many operations meet an object, one of them is as good as all.
MOST = 8


@dataclass(frozen=True)
class Row:
    """A change of a schema.

    Attributes:
        name: what changes.
        rule: its kind.
        old: the schema before.
        new: the schema after.
        call: the verdict where it is sent in a call.
        result: the verdict where it comes in a result.
        at: the place that changes, from the schema.
        only: the version of OpenAPI that can say it, "" for any.
        is_shown: a payload shows it, though it breaks nobody, where it comes in a result.

    """

    name: str
    rule: str
    old: Any
    new: Any
    call: Levels
    result: Levels
    at: Steps = ()
    only: str = ""
    is_shown: bool = False

    def expected(self, base: Steps, sides: Iterable[str]) -> Expected:
        """Return what must be told of it at a place that is met on some sides."""
        levels = {side: self.call if side == "call" else self.result for side in sides}
        told = {level for each in levels.values() for level in each}
        # A payload shows a break, 64 bits are a fact, and a rule proves that nothing breaks.
        is_size = self.rule == "integer-size" and "warning" in told
        proof = "witness" if "breaking" in told else "fact" if is_size else "rule"
        return Expected(self.rule, (*base, *self.at), levels, "" if self.is_shown else proof)

    def fits(self, whole: Tree) -> bool:
        """Tell whether a document can say it."""
        return not self.only or (self.only == "3.1") == is_31(whole)


def kinds(rows: Iterable[Row]) -> Iterator[Kind]:
    """Yield the kinds of some rows: each in objects that callers send, and in objects that only results hold."""
    for row in rows:
        for side in ("call", "result"):
            yield Kind(f"{row.name} ({side})", _Places(row, side), _Planting(row))


@dataclass(frozen=True)
class _Places:
    row: Row
    side: str

    def __call__(self, whole: Tree) -> Sequence[Steps]:
        if not self.row.fits(whole):
            return []
        uses = objects(whole).items()
        return [
            at for at, use in uses if min(use.sides) == self.side and len(use.operations) <= MOST
        ]


@dataclass(frozen=True)
class _Planting:
    row: Row

    def __call__(self, whole: Tree, place: Steps) -> Case:
        steps = (*place, "properties", PLANTED)
        made = [put(whole, steps, schema) for schema in (self.row.old, self.row.new)]
        return Case(made[0], made[1], (self.row.expected(steps, objects(whole)[place].sides),))


def reversed_row(row: Row, name: str, call: Levels, result: Levels) -> Row:
    """Return the change that takes a row back."""
    return replace(row, name=name, old=row.new, new=row.old, call=call, result=result)
