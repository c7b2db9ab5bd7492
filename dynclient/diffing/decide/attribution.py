"""Which edit an incompatibility comes from."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from dynclient.containment import Incompatibility
from dynclient.diffing.detect.differences import ANNOTATION_RULES, RULES_BY_KEYWORD
from dynclient.diffing.detect.edits import Edit
from dynclient.diffing.exposure import Exposure
from dynclient.diffing.findings import PlacePair

#: What names a cause: the key of an edit, or the incompatibility that no single edit explains.
CauseKey = tuple[Any, ...]

#: Edits inside which an incompatibility can show that they cause.
_ENCLOSING_RULES = frozenset(
    {
        "alternatives-changed",
        "discriminator-changed",
        "condition-changed",
        "additional-changed",
        "type-changed",
        "items-changed",
        "property-added",
        "property-removed",
        "property-renamed",
    }
)


def attribute_to_edit(
    incompatibility: Incompatibility, edits: Sequence[Edit], exposure: Exposure
) -> Edit | None:
    """Return the edit that an incompatibility comes from, None where no single edit explains it.

    It is an edit at the same place, of a kind that can refuse values so; else the nearest edit
    around it.

    Args:
        incompatibility: the incompatibility.
        edits: what was edited, apart from annotations.
        exposure: who sends the values.

    """
    places = (incompatibility.subschema_place, incompatibility.superschema_place)
    if not exposure.old_sends:
        places = places[1], places[0]
    if incompatibility.property_name:
        candidates = _find_property_edits(incompatibility, edits, places)
    else:
        candidates = _find_value_edits(incompatibility, edits, places)
    for edit in candidates:
        if edit.path == incompatibility.path:
            return edit
    for edit in candidates:
        if all(_find_sides_at(edit, places)):
            return edit
    # A component that both places share may stand on one side of this edit, and of that around it.
    enclosing = _find_enclosing_edit(incompatibility, edits)
    return enclosing or next(iter(candidates), None)


def find_nearest_edit(
    incompatibility: Incompatibility, edits: Sequence[Edit], preferred: Container[CauseKey]
) -> Edit | None:
    """Return the edit whose path has most steps in common with that of an incompatibility.

    Where nothing was edited, nothing would be incompatible. So what no edit explains comes from
    one all the same, such as from another alternative.

    Args:
        incompatibility: the incompatibility.
        edits: what was edited, apart from annotations.
        preferred: the keys of the edits to prefer where several are as near.

    """
    return max(
        edits,
        key=lambda edit: (
            _count_common_steps(edit.path, incompatibility.path),
            edit.key in preferred,
        ),
        default=None,
    )


def _count_common_steps(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for step, other_step in zip(one, other, strict=False):
        if step != other_step:
            break
        count += 1
    return count


def is_assertion_edit(edit: Edit) -> bool:
    """Tell whether an edit is more than a change of annotations."""
    return any(difference.rule not in ANNOTATION_RULES for difference in edit.differences)


def _find_property_edits(
    incompatibility: Incompatibility, edits: Sequence[Edit], places: PlacePair
) -> list[Edit]:
    """Return the edits of the property that an object asks for or refuses."""
    name = incompatibility.property_name
    named = [edit for edit in edits if name in (edit.property_name, edit.renamed_to)]
    at_place = [edit for edit in named if any(_find_sides_at(edit, places))]
    return at_place or [edit for edit in edits if edit.path == incompatibility.path]


def _find_value_edits(
    incompatibility: Incompatibility, edits: Sequence[Edit], places: PlacePair
) -> list[Edit]:
    """Return the edits of the value itself, preferably of a kind that can refuse so."""
    candidates = _select_edits_at(edits, places)
    rules = RULES_BY_KEYWORD.get(incompatibility.rule, ())
    of_kind = [
        edit
        for edit in candidates
        if any(difference.rule in rules for difference in edit.differences)
    ]
    return of_kind or candidates


def _select_edits_at(edits: Sequence[Edit], places: PlacePair) -> list[Edit]:
    """Return the edits at both of two places, else at one of them."""
    unnamed = [edit for edit in edits if not edit.property_name]
    at_both = [edit for edit in unnamed if all(_find_sides_at(edit, places))]
    if at_both:
        return at_both
    at_one = [edit for edit in unnamed if any(_find_sides_at(edit, places))]
    if at_one:
        return at_one
    # A property that only one of the documents declares has its place there.
    return [edit for edit in edits if edit.property_name and _is_shown_at(edit, places)]


def _find_sides_at(edit: Edit, places: PlacePair) -> tuple[bool, bool]:
    """Return whether the edited node stands at the place, in the old and in the new document."""
    old_place, new_place = places
    return old_place in edit.old_part_places, new_place in edit.new_part_places


def _is_shown_at(edit: Edit, places: PlacePair) -> bool:
    """Tell whether the place of an edit, in one of the documents at least, is one of two places."""
    old_place, new_place = places
    is_old = old_place is not None and edit.old_place == old_place
    return is_old or (new_place is not None and edit.new_place == new_place)


def _find_enclosing_edit(incompatibility: Incompatibility, edits: Sequence[Edit]) -> Edit | None:
    """Return the nearest edit around it that can show inside, such as other alternatives."""
    nearest: Edit | None = None
    for edit in edits:
        is_around = incompatibility.path[: len(edit.path)] == edit.path
        is_nearer = nearest is None or len(edit.path) > len(nearest.path)
        if is_around and is_nearer and _can_show_inside(edit):
            nearest = edit
    return nearest


def _can_show_inside(edit: Edit) -> bool:
    return any(difference.rule in _ENCLOSING_RULES for difference in edit.differences)
