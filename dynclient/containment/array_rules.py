"""Arrays: their items by position, how many there are, and whether they repeat."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.containment.disjuncts import Disjunct
from dynclient.containment.incompatibilities import (
    ANY_ITEM,
    NO_WITNESS,
    SuspectedIncompatibility,
    suspect,
)

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: How many items `contains` asks for.
_CONTAINS_BOUNDS = ("minContains", "maxContains")

#: A witness has at most so many items.
MAX_ITEMS = 10_000


def compare_arrays(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each keyword of the other side that not all arrays of an alternative fit."""
    least, most = max(branch.collect_values("minItems"), default=0), _compute_max_items(branch)
    if most is not None and least > most:
        return
    for wanted in other.collect_values("minItems"):
        if least < wanted:
            yield suspect("minItems", least, wanted, partial(build_array, inclusion, branch, least))
    for wanted in other.collect_values("maxItems"):
        if most is None or most > wanted:
            yield suspect(
                "maxItems",
                most,
                wanted,
                partial(build_array, inclusion, branch, max(wanted + 1, least)),
            )
    if (
        True in other.collect_values("uniqueItems")
        and True not in branch.collect_values("uniqueItems")
        and (most is None or most > 1)
    ):
        yield suspect(
            "uniqueItems", False, True, partial(build_array, inclusion, branch, max(2, least))
        )
    yield from _compare_items(inclusion, branch, other, most)
    yield from _compare_contains(inclusion, branch, other)


def _compute_max_items(branch: Disjunct) -> int | None:
    """Return how many items there are at most: no more than the first that cannot be."""
    found = list(branch.collect_values("maxItems"))
    found += [
        i
        for i in range(branch.prefix_length + 1)
        if any(schema is False for schema in branch.find_item_schemas(i))
    ][:1]
    return min(found, default=None)


def _compare_items(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct, most: int | None
) -> Iterator[SuspectedIncompatibility]:
    """Compare the items that have schemas of their own one by one, then all the others at once."""
    for index in range(max(branch.prefix_length, other.prefix_length) + 1):
        if most is not None and index >= most:
            return
        for one in inclusion.compare(
            branch.find_item_schemas(index), other.find_item_schemas(index)
        ):
            yield one.lift(ANY_ITEM, partial(_build_with_item, inclusion, branch, index))


def _compare_contains(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect what is asked of some of the items, unless one part of the narrow side asks as much of the same."""
    mine = [said for part in branch.parts if (said := _select_contains(part))]
    for wanted in (said for part in other.parts if (said := _select_contains(part))):
        near = [
            said
            for said in mine
            if inclusion.equality.is_equal(said["contains"], wanted["contains"])
        ]
        failing = [_find_weaker_bounds(said, wanted) for said in near] or [["contains"]]
        for rule in min(failing, key=len):
            asked = near[0].get(rule) if near else None
            yield suspect(
                rule, asked, wanted[rule], partial(inclusion.generate_example, branch, "array")
            )


def _find_weaker_bounds(mine: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return what fails of what is asked of some items, where another part asks something of the same items."""
    found = []
    if mine.get("minContains", 1) < wanted.get("minContains", 1):
        found.append("minContains" if "minContains" in wanted else "contains")
    if (
        "maxContains" in wanted
        and not mine.get("maxContains", wanted["maxContains"] + 1) <= wanted["maxContains"]
    ):
        found.append("maxContains")
    return found


def _select_contains(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a part asks of some of the items; `contains` counts nothing without it."""
    return {k: part[k] for k in ("contains", *_CONTAINS_BOUNDS) if k in part and "contains" in part}


def _build_with_item(inclusion: ContainmentChecker, branch: Disjunct, index: int, item: Any) -> Any:
    """Return the shortest array with an item at an index."""
    least = max(branch.collect_values("minItems"), default=0)
    found = build_array(inclusion, branch, max(least, index + 1))
    if found is NO_WITNESS or item is NO_WITNESS:
        return NO_WITNESS
    found[index] = item
    return found


def build_array(inclusion: ContainmentChecker, branch: Disjunct, count: int) -> Any:
    """Return an array of so many items, ABSENT where none can be made."""
    if count > MAX_ITEMS:
        return NO_WITNESS
    found: list[Any] = []
    for index in range(count):
        schemas = branch.find_item_schemas(index)
        same = index > branch.prefix_length and found
        found.append(found[-1] if same else inclusion.generate_common_example(schemas))
    return NO_WITNESS if any(item is NO_WITNESS for item in found) else found
