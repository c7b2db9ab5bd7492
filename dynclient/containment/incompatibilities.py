"""An incompatibility: a place where a value of one schema does not, or may not, fit another."""

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

#: Steps of a path: any item of an array, any property that is not declared by name.
ANY_ITEM = "[]"
ANY_PROPERTY = "{}"


class _NoWitness:
    def __repr__(self) -> str:
        return "NO_WITNESS"


#: Stands for a witness that does not exist; None is a value of JSON.
NO_WITNESS: Final = _NoWitness()

#: A step from a value to the one around it: its name in the path, "" for the value itself; and a
#: function that builds the outer value from the inner one.
PathStep = tuple[str, Callable[[Any], Any]]

#: Makes a candidate for a witness, called only where one is wanted.
WitnessFactory = Callable[[], Any]


@dataclass(frozen=True)
class Incompatibility:
    """One cause for which a schema does not contain another.

    Attributes:
        verdict: `refuted`, with a witness that both engines confirmed, or `unknown`.
        rule: the keyword that fails.
        path: the place in the value: property names, ANY_ITEM, ANY_PROPERTY.
        subschema_assertion: the value of the keyword in the subschema, as plain JSON data; None
            where it has none.
        superschema_assertion: the same of the superschema.
        subschema_place: where the keyword stands, else the schema that lacks it; None where that
            is not known.
        superschema_place: the same of the superschema.
        property_name: the property that an object requires or refuses, in which case the places
            are those of the object; "" elsewhere.
        reason: for `unknown`, why nothing could be shown.
        witness: a value that the subschema accepts and the superschema refuses, else NO_WITNESS.

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
    """An incompatibility before its witness is checked.

    Attributes:
        incompatibility: what is suspected.
        make_candidate: makes a candidate for a witness; None where no rule proposes one.
        failure_condition: a schema for the values that show it; None where no schema can say it.
        has_places: whether the places are known. Else the comparison around it gives its own.
        pair: the pair of inner schemas that it links to; None where it is a cause of its own.
        path_steps: the steps from that pair to here, from the inside outwards.

    """

    incompatibility: Incompatibility
    make_candidate: WitnessFactory | None = None
    failure_condition: DerivedCondition | None = None
    has_places: bool = False
    pair: Any = None
    path_steps: tuple[PathStep, ...] = ()

    def lift(self, step: str, wrap: Callable[[Any], Any]) -> SuspectedIncompatibility:
        """Return the same cause as a cause about the value around.

        Args:
            step: the step of the path, "" where it is the same value.
            wrap: builds the value around from the value.

        """
        if self.pair is not None:
            return replace(self, path_steps=(*self.path_steps, (step, wrap)))

        make_inner = self.make_candidate
        make_outer = None if make_inner is None else lambda: wrap(make_inner())
        if not step:
            return replace(self, make_candidate=make_outer)

        condition = self.failure_condition
        inner = self.incompatibility
        return replace(
            self,
            incompatibility=replace(inner, path=(step, *inner.path)),
            make_candidate=make_outer,
            failure_condition=None if condition is None else _lift_condition(step, condition),
        )

    def locate(
        self,
        subschema_place: Place | None,
        superschema_place: Place | None,
        failure_condition: DerivedCondition | None,
    ) -> SuspectedIncompatibility:
        """Return the same cause with places and a condition, unless it has its places."""
        if self.has_places:
            return self
        located = replace(
            self.incompatibility,
            subschema_place=subschema_place,
            superschema_place=superschema_place,
        )
        return replace(
            self,
            incompatibility=located,
            failure_condition=failure_condition,
            has_places=True,
        )


def build_link(pair: Any) -> SuspectedIncompatibility:
    """Return a cause that stands for all causes of a pair of schemas."""
    return SuspectedIncompatibility(Incompatibility("unknown", ""), has_places=True, pair=pair)


def suspect(
    rule: str,
    subschema_assertion: Any,
    superschema_assertion: Any,
    make_candidate: WitnessFactory | None = None,
    reason: str = "no proof and no counter-example was found",
    property_name: str = "",
) -> SuspectedIncompatibility:
    """Return a suspected cause about the value itself. The classes explain the arguments."""
    incompatibility = Incompatibility(
        verdict="unknown",
        rule=rule,
        subschema_assertion=copy_json(subschema_assertion),
        superschema_assertion=copy_json(superschema_assertion),
        property_name=property_name,
        reason=reason,
    )
    return SuspectedIncompatibility(incompatibility, make_candidate)


def _lift_condition(step: str, condition: DerivedCondition) -> DerivedCondition:
    if step == ANY_ITEM:
        return build_item_condition(condition)
    if step == ANY_PROPERTY:
        return build_any_property_condition(condition)
    return build_property_condition(step, condition)
