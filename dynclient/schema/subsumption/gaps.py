"""A gap: one place where a value of one schema does not fit the other, or where nobody can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from dynclient.schema.samples.shapes import copied
from dynclient.schema.subsumption.solving.terms import Derived, item_that, key_that, member_that
from dynclient.violations import Place

#: In a path: any item of an array, any property that is not declared by name.
ITEMS = "[]"
KEYS = "{}"


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


#: No witness.
ABSENT: Final = _Absent()

#: A step from a value to the one around it: its name, and what makes the value around of the value; "" stays there.
Step = tuple[str, Callable[[Any], Any]]

#: What makes a witness, asked for only when somebody wants it.
Make = Callable[[], Any]


@dataclass(frozen=True)
class Gap:
    """One cause for which a schema is not included in another.

    Attributes:
        verdict: `refuted`, with a witness that was checked, or `unknown`.
        rule: the keyword that fails.
        path: where in the value: property names, ITEMS, KEYS.
        narrow: what the one whose values are sent says, as plain JSON data; None where it says nothing.
        wide: what the one that must take them says.
        narrow_place: where it says so, or where the schema stands that says nothing; None where nobody knows.
        wide_place: the same of the one that must take them.
        name: the property that an object asks for or refuses, the places being those of the object; "" elsewhere.
        because: for `unknown`: why it could not be shown.
        witness: a value that the one accepts and the other refuses; ABSENT where there is none.

    """

    verdict: Literal["refuted", "unknown"]
    rule: str
    path: tuple[str, ...] = ()
    narrow: Any = None
    wide: Any = None
    narrow_place: Place | None = None
    wide_place: Place | None = None
    name: str = ""
    because: str = ""
    witness: Any = ABSENT


@dataclass(frozen=True)
class Suspicion:
    """A gap before its witness was checked.

    Attributes:
        gap: what is suspected.
        make: makes a candidate, where there is an idea of one.
        condition: what a value is like that shows it, where it can be said.
        is_placed: whether the places are known, or asked of whoever looks at the schemas around.
        pair: the pair of schemas inside that it stands for, None where it is a cause of its own.
        steps: how that pair is seen from here, from the inside outwards.

    """

    gap: Gap
    make: Make | None = None
    condition: Derived | None = None
    is_placed: bool = False
    pair: Any = None
    steps: tuple[Step, ...] = ()

    def inside(self, step: str, wrap: Callable[[Any], Any]) -> Suspicion:
        """Return it as seen from the value around."""
        if self.pair is not None:
            return replace(self, steps=(*self.steps, (step, wrap)))
        inner = self.make
        make = None if inner is None else lambda: wrap(inner())
        if not step:
            return replace(self, make=make)
        condition = None if self.condition is None else _around(step, self.condition)
        return replace(
            self, gap=replace(self.gap, path=(step, *self.gap.path)), make=make, condition=condition
        )

    def placed(
        self, narrow: Place | None, wide: Place | None, condition: Derived | None
    ) -> Suspicion:
        """Return it with its places and its condition, unless they are known already."""
        if self.is_placed:
            return self
        gap = replace(self.gap, narrow_place=narrow, wide_place=wide)
        return replace(self, gap=gap, condition=condition, is_placed=True)


def link(pair: Any) -> Suspicion:
    """Return a suspicion that stands for all that speaks against a pair of schemas."""
    return Suspicion(Gap("unknown", ""), is_placed=True, pair=pair)


def _around(step: str, condition: Derived) -> Derived:
    if step == ITEMS:
        return item_that(condition)
    return key_that(condition) if step == KEYS else member_that(step, condition)


def suspicion(
    rule: str, narrow: Any, wide: Any, make: Make | None = None, because: str = "", name: str = ""
) -> Suspicion:
    """Return a suspicion about the value itself."""
    why = because or "no proof and no counter-example was found"
    return Suspicion(
        Gap("unknown", rule, (), copied(narrow), copied(wide), name=name, because=why), make
    )
