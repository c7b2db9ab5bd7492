"""An edit: a schema node that says something else in the two documents, without any verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dynclient.containment import ANY_PROPERTY
from dynclient.diffing.detect.differences import Difference
from dynclient.violations import Place

#: Property names, ANY_ITEM and ANY_PROPERTY that lead to a place inside a value.
ValuePath = tuple[str, ...]

#: Several schemas that hold at once.
Conjuncts = tuple[Any, ...]

#: Edits that concern everybody who gives the object in which they stand.
_RULES_OF_OWNER = ("property-added", "property-required")


@dataclass(frozen=True, eq=False)
class Edit:
    """A schema node that says something else in the two documents.

    Attributes:
        path: where in the value, from where the comparison began.
        differences: what it says otherwise: the first names the edit.
        property_name: the property, where the list of an object's properties was edited.
        old_part_places: where the parts of the old node stand (of the object, where
            `property_name` is given).
        new_part_places: where the parts of the new node stand.
        old_place: the place to show of the old document.
        new_place: the place to show of the new document.
        renamed_to: the new name, where a property was renamed.
        is_open_enum: whether one of the documents calls the values open.

    """

    path: ValuePath
    differences: tuple[Difference, ...]
    property_name: str = ""
    old_part_places: tuple[Place, ...] = ()
    new_part_places: tuple[Place, ...] = ()
    old_place: Place | None = None
    new_place: Place | None = None
    renamed_to: str = ""
    is_open_enum: bool = False

    @property
    def affected_path(self) -> ValuePath:
        """The path of the value that it concerns: for a newly required property, its object."""
        if self.property_name and self.differences[0].rule in _RULES_OF_OWNER:
            return self.path[:-1]
        return self.path

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells the edit from others, wherever it was met."""
        rule = self.differences[0].rule if self.property_name else ""
        return self.old_place, self.new_place, self.property_name, rule

    def move_below(self, path: ValuePath) -> Edit:
        """Return the edit with its path counted from further up."""
        return replace(self, path=(*path, *self.path)) if path else self


def is_overlapping(one: ValuePath, other: ValuePath) -> bool:
    """Tell whether two paths agree as far as the shorter one goes."""
    return all(
        step == other_step or ANY_PROPERTY in (step, other_step)
        for step, other_step in zip(one, other, strict=False)
    )
