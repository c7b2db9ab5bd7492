"""A gap: one place where a value of one schema does not fit the other, or where nobody can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from dynclient.containment.witnesses.signed_schemas import (
    DerivedCondition,
    build_any_property_condition,
    build_item_condition,
    build_property_condition,
)
from dynclient.generate.merged_schema import copy_json
from dynclient.violations import Place

#: In a path: any item of an array, any property that is not declared by name.
ANY_ITEM = "[]"
ANY_PROPERTY = "{}"


class _NoWitness:
    def __repr__(self) -> str:
        return "ABSENT"


#: No witness.
NO_WITNESS: Final = _NoWitness()

#: A step from a value to the one around it: its name, and what makes the value around of the value; "" stays there.
PathStep = tuple[str, Callable[[Any], Any]]

#: What makes a witness, asked for only when somebody wants it.
WitnessFactory = Callable[[], Any]


@dataclass(frozen=True)
class Incompatibility:
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
    subschema_assertion: Any = None
    superschema_assertion: Any = None
    subschema_place: Place | None = None
    superschema_place: Place | None = None
    property_name: str = ""
    reason: str = ""
    witness: Any = NO_WITNESS


@dataclass(frozen=True)
class SuspectedIncompatibility:
    """A gap before its witness was checked.

    Attributes:
        gap: what is suspected.
        make: makes a candidate, where there is an idea of one.
        condition: what a value is like that shows it, where it can be said.
        is_placed: whether the places are known, or asked of whoever looks at the schemas around.
        pair: the pair of schemas inside that it stands for, None where it is a cause of its own.
        steps: how that pair is seen from here, from the inside outwards.

    """

    incompatibility: Incompatibility
    make_candidate: WitnessFactory | None = None
    failure_condition: DerivedCondition | None = None
    has_places: bool = False
    pair: Any = None
    path_steps: tuple[PathStep, ...] = ()

    def lift(self, step: str, wrap: Callable[[Any], Any]) -> SuspectedIncompatibility:
        """Return it as seen from the value around."""
        if self.pair is not None:
            return replace(self, path_steps=(*self.path_steps, (step, wrap)))
        inner = self.make_candidate
        make = None if inner is None else lambda: wrap(inner())
        if not step:
            return replace(self, make_candidate=make)
        condition = (
            None
            if self.failure_condition is None
            else _lift_condition(step, self.failure_condition)
        )
        return replace(
            self,
            incompatibility=replace(self.incompatibility, path=(step, *self.incompatibility.path)),
            make_candidate=make,
            failure_condition=condition,
        )

    def locate(
        self, narrow: Place | None, wide: Place | None, condition: DerivedCondition | None
    ) -> SuspectedIncompatibility:
        """Return it with its places and its condition, unless they are known already."""
        if self.has_places:
            return self
        gap = replace(self.incompatibility, subschema_place=narrow, superschema_place=wide)
        return replace(self, incompatibility=gap, failure_condition=condition, has_places=True)


def build_link(pair: Any) -> SuspectedIncompatibility:
    """Return a suspicion that stands for all that speaks against a pair of schemas."""
    return SuspectedIncompatibility(Incompatibility("unknown", ""), has_places=True, pair=pair)


def _lift_condition(step: str, condition: DerivedCondition) -> DerivedCondition:
    if step == ANY_ITEM:
        return build_item_condition(condition)
    return (
        build_any_property_condition(condition)
        if step == ANY_PROPERTY
        else build_property_condition(step, condition)
    )


def suspect(
    rule: str,
    narrow: Any,
    wide: Any,
    make: WitnessFactory | None = None,
    because: str = "",
    name: str = "",
) -> SuspectedIncompatibility:
    """Return a suspicion about the value itself."""
    why = because or "no proof and no counter-example was found"
    return SuspectedIncompatibility(
        Incompatibility(
            "unknown", rule, (), copy_json(narrow), copy_json(wide), property_name=name, reason=why
        ),
        make,
    )
