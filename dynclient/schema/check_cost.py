"""How much work the fast engine does for one value, estimated before anything is compiled.

The engine checks a value by each schema as often as schemas lead to it, and cannot be interrupted.
Where two schemas of one object both lead to the same definition, and so on along a chain, the work
doubles with each step. A reference back to a definition that is being read is checked once per
value: the engine remembers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dynclient.schema.dialect import find_referenced_names, get_definition_name

_IN_PLACE_KEYWORDS = ("not", "if", "then", "else")
_MEMBER_KEYWORDS = (
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "unevaluatedItems",
    "contains",
    "propertyNames",
)
#: Deeper values are not asked about.
MAX_DEPTH = 64

#: The name under which the schemas of members without a name of their own are counted.
_ANY_MEMBER = ""


@dataclass
class CheckCost:
    """The work that one schema causes.

    Attributes:
        here: for the value itself.
        members: for a member of the value, by its name.

    """

    here: int = 1
    members: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """For a value in which one path goes down as deep as the schemas do."""
        return self.here + max(self.members.values(), default=0)

    def add(self, other: CheckCost) -> None:
        """Add the work of a schema that applies to the same value."""
        self.here += other.here
        for name, cost in other.members.items():
            self.members[name] = self.members.get(name, 0) + cost


class CheckCostEstimator:
    """Estimates schemas that share definitions.

    Args:
        defs: the definitions that references name.

    Attributes:
        rounds: how often each definition was looked at.

    """

    def __init__(self, defs: dict[str, Any]) -> None:
        self.rounds = 0
        self._defs = defs

    def estimate(self, schema: Any) -> int:
        """Return how many schemas are checked for one path through a value, at most."""
        self.rounds += 1
        costs: dict[str, CheckCost] = {}
        for name in self._sort_definitions(schema, find_referenced_names):
            costs[name] = _measure(self._defs[name], costs, costs)
        return _measure(schema, costs, costs).total

    def find_depth(self, schema: Any, limit: int) -> int | None:
        """Return how deep a value may be so that checking it stays below a limit.

        Returns:
            None where every value does; 0 where not even an object of scalars does.

        """
        if self.estimate(schema) <= limit:
            return None
        below: dict[str, CheckCost] = {}
        names = list(self._sort_definitions(schema, _find_names_in_place))
        for depth in range(MAX_DEPTH):
            self.rounds += 1
            here: dict[str, CheckCost] = {}
            for name in names:
                here[name] = _measure(self._defs[name], here, below)
            if _measure(schema, here, below).total > limit:
                return max(depth - 1, 0)
            below = here
        return MAX_DEPTH

    def _sort_definitions(
        self, schema: Any, find_names: Callable[[Any], Iterable[str]]
    ) -> Iterator[str]:
        """Yield all definitions that are reached, each after those that it needs.

        Args:
            schema: where to begin.
            find_names: returns the definitions that a schema needs.

        """
        visited: set[str] = set()
        for start in self._list_reached(schema):
            pending = [iter([start])]
            path: list[str] = []
            while pending:
                name = next(pending[-1], None)
                if name is None:
                    pending.pop()
                    if path:
                        yield path.pop()
                elif name not in visited:
                    visited.add(name)
                    path.append(name)
                    pending.append(iter(find_names(self._defs[name])))

    def _list_reached(self, schema: Any) -> list[str]:
        reached: dict[str, None] = {}
        pending = [schema]
        while pending:
            for name in find_referenced_names(pending.pop()):
                if name not in reached:
                    reached[name] = None
                    pending.append(self._defs[name])
        return list(reached)


class InPlaceCounter:
    """Counts the schemas that apply to one value, each as often as there are ways to it.

    Args:
        defs: the definitions that references name.

    """

    def __init__(self, defs: dict[str, Any]) -> None:
        self._defs = defs
        self._counts: dict[str, int] = {}

    def count(self, schema: Any) -> int:
        """Return how many schemas apply where a schema does."""
        if not isinstance(schema, dict):
            return 1
        total = 1 + sum(map(self.count, _list_parts(schema)))
        if "$ref" in schema:
            total += self._count_definition(get_definition_name(schema["$ref"]))
        return total

    def _count_definition(self, name: str) -> int:
        if name not in self._counts:
            self._counts[name] = 0  # it may refer to itself
            self._counts[name] = self.count(self._defs[name])
        return self._counts[name]


def _measure(schema: Any, here: dict[str, CheckCost], below: dict[str, CheckCost]) -> CheckCost:
    """Return the work that a schema causes.

    Args:
        schema: the schema.
        here: the work of definitions that apply to the same value. One that is missing is being
            measured: it refers to itself.
        below: the work of definitions that apply to members.

    """
    cost = CheckCost()
    if not isinstance(schema, dict):
        return cost
    for part in _list_parts(schema):
        cost.add(_measure(part, here, below))
    if "$ref" in schema:
        cost.add(here.get(get_definition_name(schema["$ref"]), CheckCost()))
    for name, member in _list_members(schema):
        cost.members[name] = cost.members.get(name, 0) + _measure(member, below, below).total
    return cost


def _find_names_in_place(schema: Any) -> Iterator[str]:
    """Yield the definitions that apply to the same value as a schema."""
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if "$ref" in part:
                yield get_definition_name(part["$ref"])
            pending += _list_parts(part)


def _list_parts(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield the schemas that apply to the same value, but for a reference."""
    for keyword in _IN_PLACE_KEYWORDS:
        if keyword in schema:
            yield schema[keyword]
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(keyword, ())
    yield from schema.get("dependentSchemas", {}).values()


def _list_members(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the schemas of members, each with the name under which it is counted."""
    yield from schema.get("properties", {}).items()
    for keyword in _MEMBER_KEYWORDS:
        if keyword in schema:
            yield _ANY_MEMBER, schema[keyword]
    for member in schema.get("patternProperties", {}).values():
        yield _ANY_MEMBER, member
    for member in schema.get("prefixItems", ()):
        yield _ANY_MEMBER, member
