"""Rules for arrays: items by position, their number, whether they repeat, `contains`.

`sub` is a disjunct of the subschema, `sup` one of the superschema.
"""

from __future__ import annotations

import json
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
from dynclient.schema.engines.long_values import MAX_VALUE_SIZE, LongArray

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: The keywords that bound how many items fit `contains`.
_CONTAINS_BOUNDS = ("minContains", "maxContains")

#: A witness has at most so many items; a longer one is described by its length.
MAX_ITEMS = 10_000


def compare_arrays(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each keyword of the superschema that some array of the subschema may not fit."""
    least = max(sub.collect_values("minItems"), default=0)
    most = _compute_max_items(sub)
    if most is not None and least > most:
        return
    make_array = partial(build_array, checker, sub)
    for minimum in sup.collect_values("minItems"):
        if least < minimum:
            yield suspect("minItems", least, minimum, partial(make_array, least))
    for maximum in sup.collect_values("maxItems"):
        if most is None or most > maximum:
            count = max(maximum + 1, least)
            yield suspect("maxItems", most, maximum, partial(make_array, count))
    can_repeat = True not in sub.collect_values("uniqueItems") and (most is None or most > 1)
    if True in sup.collect_values("uniqueItems") and can_repeat:
        yield suspect("uniqueItems", False, True, partial(make_array, max(2, least)))
    yield from _compare_items(checker, sub, sup, most)
    yield from _compare_contains(checker, sub, sup)


def _compute_max_items(sub: Disjunct) -> int | None:
    """Return the greatest number of items, None for no limit: the first refused item ends it."""
    limits = sub.collect_values("maxItems")
    for index in range(sub.prefix_length + 1):
        if any(schema is False for schema in sub.find_item_schemas(index)):
            limits.append(index)
            break
    return min(limits, default=None)


def _compare_items(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct, most: int | None
) -> Iterator[SuspectedIncompatibility]:
    """Compare the items with schemas of their own one by one, then all others at once."""
    for index in range(max(sub.prefix_length, sup.prefix_length) + 1):
        if most is not None and index >= most:
            return
        item_schemas = sub.find_item_schemas(index)
        for suspected in checker.compare(item_schemas, sup.find_item_schemas(index)):
            yield suspected.lift(ANY_ITEM, partial(_build_with_item, checker, sub, index))


def _compare_contains(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect `contains` and its bounds, unless a part of the subschema bounds an equal schema."""
    own = [keywords for part in sub.parts if (keywords := _select_contains(part))]
    make_example = partial(checker.examples.generate, sub, "array")
    for part in sup.parts:
        other = _select_contains(part)
        if not other:
            continue
        equal = [
            keywords
            for keywords in own
            if checker.equality.is_equal(keywords["contains"], other["contains"])
        ]
        weaker = [_find_weaker_bounds(keywords, other) for keywords in equal] or [["contains"]]
        for rule in min(weaker, key=len):
            own_value = equal[0].get(rule) if equal else None
            yield suspect(rule, own_value, other[rule], make_example)


def _find_weaker_bounds(own: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the bounds of the superschema that are narrower than those of the subschema."""
    weaker = []
    if own.get("minContains", 1) < other.get("minContains", 1):
        weaker.append("minContains" if "minContains" in other else "contains")
    if "maxContains" in other:
        most = own.get("maxContains")
        if most is None or most > other["maxContains"]:
            weaker.append("maxContains")
    return weaker


def _select_contains(part: dict[str, Any]) -> dict[str, Any]:
    """Return `contains` with its bounds; {} without `contains`, where the bounds mean nothing."""
    if "contains" not in part:
        return {}
    return {k: part[k] for k in ("contains", *_CONTAINS_BOUNDS) if k in part}


def _build_with_item(checker: ContainmentChecker, sub: Disjunct, index: int, item: Any) -> Any:
    """Return the shortest array with an item at an index."""
    least = max(sub.collect_values("minItems"), default=0)
    items = build_array(checker, sub, max(least, index + 1))
    if items is NO_WITNESS or item is NO_WITNESS:
        return NO_WITNESS
    items[index] = item
    return items


def build_array(checker: ContainmentChecker, sub: Disjunct, count: int) -> Any:
    """Return an array with so many items, NO_WITNESS where none can be built.

    Where it would be too long, it is a stand-in that states the number of items.
    """
    items: list[Any] = []
    for index in range(min(count, MAX_ITEMS)):
        # All items after the first without a schema of its own are alike.
        if index > sub.prefix_length and items:
            items.append(items[-1])
        else:
            items.append(checker.examples.generate_common(sub.find_item_schemas(index)))
    if any(item is NO_WITNESS for item in items):
        return NO_WITNESS
    if count <= MAX_ITEMS and _is_small(items, sub.prefix_length):
        return items
    if sub.collect_values("contains") or True in sub.collect_values("uniqueItems"):
        # The stand-in does not show how many items fit, nor that they differ.
        return NO_WITNESS
    return LongArray(items[: sub.prefix_length + 2], count)


def _is_small(items: list[Any], prefix_length: int) -> bool:
    """Tell whether an array is small enough to be shown; all items after the first are alike."""
    distinct = items[: prefix_length + 2]
    size = len(json.dumps(distinct, default=str))
    if len(items) > len(distinct):
        size += len(json.dumps(items[-1], default=str)) * (len(items) - len(distinct))
    return size <= MAX_VALUE_SIZE
