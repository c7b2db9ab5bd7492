"""Arrays: their items by position, how many there are, and whether they repeat."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.schema.subsumption.branches import Branch
from dynclient.schema.subsumption.gaps import ABSENT, ITEMS, Suspicion, suspicion

if TYPE_CHECKING:
    from dynclient.schema.subsumption.inclusion import Inclusion

#: How many items `contains` asks for.
_COUNTED = ("minContains", "maxContains")

#: A witness has at most so many items.
MAX_ITEMS = 10_000


def facets(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    """Suspect each keyword of the other side that not all arrays of an alternative fit."""
    least, most = max(branch.said("minItems"), default=0), _most(branch)
    if most is not None and least > most:
        return
    for wanted in other.said("minItems"):
        if least < wanted:
            yield suspicion("minItems", least, wanted, partial(filled, inclusion, branch, least))
    for wanted in other.said("maxItems"):
        if most is None or most > wanted:
            yield suspicion(
                "maxItems", most, wanted, partial(filled, inclusion, branch, max(wanted + 1, least))
            )
    if (
        True in other.said("uniqueItems")
        and True not in branch.said("uniqueItems")
        and (most is None or most > 1)
    ):
        yield suspicion(
            "uniqueItems", False, True, partial(filled, inclusion, branch, max(2, least))
        )
    yield from _items(inclusion, branch, other, most)
    yield from _contained(inclusion, branch, other)


def _most(branch: Branch) -> int | None:
    """Return how many items there are at most: no more than the first that cannot be."""
    found = list(branch.said("maxItems"))
    found += [
        i for i in range(branch.listed + 1) if any(schema is False for schema in branch.item(i))
    ][:1]
    return min(found, default=None)


def _items(
    inclusion: Inclusion, branch: Branch, other: Branch, most: int | None
) -> Iterator[Suspicion]:
    """Compare the items that have schemas of their own one by one, then all the others at once."""
    for index in range(max(branch.listed, other.listed) + 1):
        if most is not None and index >= most:
            return
        for one in inclusion.compare(branch.item(index), other.item(index)):
            yield one.inside(ITEMS, partial(_around, inclusion, branch, index))


def _contained(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    """Suspect what is asked of some of the items, unless one part of the narrow side asks as much of the same."""
    mine = [said for part in branch.parts if (said := _counted(part))]
    for wanted in (said for part in other.parts if (said := _counted(part))):
        near = [
            said for said in mine if inclusion.equality.holds(said["contains"], wanted["contains"])
        ]
        failing = [_fewer(said, wanted) for said in near] or [["contains"]]
        for rule in min(failing, key=len):
            asked = near[0].get(rule) if near else None
            yield suspicion(rule, asked, wanted[rule], partial(inclusion.example, branch, "array"))


def _fewer(mine: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
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


def _counted(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a part asks of some of the items; `contains` counts nothing without it."""
    return {k: part[k] for k in ("contains", *_COUNTED) if k in part and "contains" in part}


def _around(inclusion: Inclusion, branch: Branch, index: int, item: Any) -> Any:
    """Return the shortest array with an item at an index."""
    least = max(branch.said("minItems"), default=0)
    found = filled(inclusion, branch, max(least, index + 1))
    if found is ABSENT or item is ABSENT:
        return ABSENT
    found[index] = item
    return found


def filled(inclusion: Inclusion, branch: Branch, count: int) -> Any:
    """Return an array of so many items, ABSENT where none can be made."""
    if count > MAX_ITEMS:
        return ABSENT
    found: list[Any] = []
    for index in range(count):
        schemas = branch.item(index)
        same = index > branch.listed and found
        found.append(found[-1] if same else inclusion.example_of(schemas))
    return ABSENT if any(item is ABSENT for item in found) else found
