"""How much work the fast engine does for one value, estimated before anything is compiled.

The engine checks a value by each schema as often as schemas lead to it, and cannot be interrupted.
Where two schemas of one object both lead to the same definition, and so on along a chain, the work
doubles with each step. A reference back to a definition that is being read is checked once per
value: the engine remembers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dynclient.schema.dialect import SUBSCHEMA_KEYWORDS, get_definition_name

_IN_PLACE_KEYWORDS = ("not", "if", "then", "else")
_UNION_KEYWORDS = ("allOf", "anyOf", "oneOf")
_PART_KEYWORDS = frozenset((*_IN_PLACE_KEYWORDS, *_UNION_KEYWORDS, "dependentSchemas"))
_MEMBER_KEYWORDS = (
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "unevaluatedItems",
    "contains",
    "propertyNames",
)
_UNNAMED_MEMBER_KEYWORDS = frozenset((*_MEMBER_KEYWORDS, "patternProperties", "prefixItems"))
#: A schema without any of these is one schema to check.
_CONTRIBUTORS = SUBSCHEMA_KEYWORDS | {"$ref"}

#: Deeper values are not asked about.
MAX_DEPTH = 64

#: The name under which the schemas of members without a name of their own are counted.
_ANY_MEMBER = ""


class CheckCost:
    """The work that one schema causes.

    Args:
        here: for the value itself.
        members: for a member of the value, by its name.

    """

    def __init__(self, here: int, members: dict[str, int]) -> None:
        self.here = here
        self.members = members

    @property
    def total(self) -> int:
        """For a value in which one path goes down as deep as the schemas do."""
        return self.here + max(self.members.values(), default=0)

    def add(self, other: CheckCost) -> None:
        """Add the work of a schema that applies to the same value."""
        self.here += other.here
        for name, cost in other.members.items():
            self.members[name] = self.members.get(name, 0) + cost


class CostTerms:
    """What a schema adds to the work, of which only the work of definitions is unknown yet.

    Attributes:
        here: the schemas that apply to the value itself, references apart.
        references: the definitions that apply to the value itself, each as often as it does.
        members: the known work for a member of the value, by its name.
        nested: what else applies to a member, by its name.

    """

    def __init__(self) -> None:
        self.here = 0
        self.references: list[str] = []
        self.members: dict[str, int] = {}
        self.nested: list[tuple[str, CostTerms]] = []

    @property
    def is_known(self) -> bool:
        """Whether no definition has a part in the work."""
        return not self.references and not self.nested

    def list_names(self) -> Iterator[str]:
        """Yield the definitions that have a part in the work, at any depth."""
        yield from self.references
        for _name, terms in self.nested:
            yield from terms.list_names()

    def sum(self, here: Costs, below: Costs) -> CheckCost:
        """Return the work.

        Args:
            here: the work of definitions that apply to the same value. One that is missing is
                being measured: it refers to itself.
            below: the work of definitions that apply to members.

        """
        cost = CheckCost(self.here, self.members.copy())
        for reference in self.references:
            cost.add(here.get(reference, _UNKNOWN_COST))
        members = cost.members
        for name, terms in self.nested:
            members[name] = members.get(name, 0) + terms.sum_total(below)
        return cost

    def sum_total(self, costs: Costs) -> int:
        """Return the work for a value in which one path goes down."""
        if self.nested or self.members or len(self.references) != 1:
            return self.sum(costs, costs).total
        return self.here + costs.get(self.references[0], _UNKNOWN_COST).total


#: The work of definitions, by name.
Costs = dict[str, CheckCost]

#: Returns the definitions that are needed to know some work.
ListNames = Callable[[CostTerms], Iterator[str]]

#: A definition that is being measured.
_UNKNOWN_COST = CheckCost(1, {})


class CheckCostEstimator:
    """Estimates schemas that share definitions. What is found out about a definition is kept.

    Args:
        defs: the definitions that references name.
        shared: the estimator of further definitions, which refer to none of these.

    Attributes:
        rounds: how often each definition was looked at.

    """

    def __init__(self, defs: dict[str, Any], shared: CheckCostEstimator | None = None) -> None:
        self.rounds = 0
        self._defs = defs
        self._shared = shared
        self._terms: dict[str, CostTerms] = {}
        self._costs: Costs = {}
        #: For values of each depth, beginning with scalars.
        self._costs_by_depth: list[Costs] = []

    def estimate(self, schema: Any) -> int:
        """Return how many schemas are checked for one path through a value, at most."""
        self.rounds += 1
        terms = _read_terms(schema)
        costs = self.measure(self._list_reached(terms))
        return terms.sum(costs, costs).total

    def find_depth(self, schema: Any, limit: int) -> int | None:
        """Return how deep a value may be so that checking it stays below a limit.

        Returns:
            None where every value does; 0 where not even an object of scalars does.

        """
        if self.estimate(schema) <= limit:
            return None
        terms = _read_terms(schema)
        names = self._list_reached(terms)
        below: Costs = {}
        for depth in range(MAX_DEPTH):
            self.rounds += 1
            here = self.measure_depth(names, depth)
            if terms.sum(here, below).total > limit:
                return max(depth - 1, 0)
            below = here
        return MAX_DEPTH

    def measure(self, names: list[str]) -> Costs:
        """Return the work of definitions, for values of any depth.

        Args:
            names: definitions, together with all that they reach.

        """
        costs = self._costs
        if self._shared is not None:
            others = [name for name in names if name not in self._defs]
            costs = self._shared.measure(others)
            if len(others) < len(names):
                costs = dict(costs)
        self._measure_missing(names, costs, costs, CostTerms.list_names)
        return costs

    def measure_depth(self, names: list[str], depth: int) -> Costs:
        """Return the work of definitions, for values up to a depth; lesser depths come first."""
        if self._shared is not None:
            others = [name for name in names if name not in self._defs]
            here = self._shared.measure_depth(others, depth)
            self._costs_by_depth.append(dict(here) if len(others) < len(names) else here)
        elif len(self._costs_by_depth) <= depth:
            self._costs_by_depth.append({})
        here = self._costs_by_depth[depth]
        below = self._costs_by_depth[depth - 1] if depth else {}
        self._measure_missing(names, here, below, lambda terms: iter(terms.references))
        return here

    def _measure_missing(
        self, names: list[str], here: Costs, below: Costs, list_names: ListNames
    ) -> None:
        """Add the work of the definitions that are missing in `here`."""
        missing = [name for name in names if name not in here]
        for name in self._sort_definitions(missing, list_names):
            if name not in here:
                here[name] = self.get_terms(name).sum(here, below)

    def get_terms(self, name: str) -> CostTerms:
        """Return what a definition adds to the work."""
        if self._shared is not None and name not in self._defs:
            return self._shared.get_terms(name)
        if name not in self._terms:
            self._terms[name] = _read_terms(self._defs[name])
        return self._terms[name]

    def _sort_definitions(self, starts: list[str], list_names: ListNames) -> Iterator[str]:
        """Yield definitions and what they need, each after those that it needs."""
        visited: set[str] = set()
        for start in starts:
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
                    pending.append(list_names(self.get_terms(name)))

    def _list_reached(self, terms: CostTerms) -> list[str]:
        """Return all definitions that are reached."""
        reached: dict[str, None] = {}
        pending = [terms]
        while pending:
            for name in pending.pop().list_names():
                if name not in reached:
                    reached[name] = None
                    pending.append(self.get_terms(name))
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


def _read_terms(schema: Any) -> CostTerms:
    """Return what a schema adds to the work."""
    terms = CostTerms()
    pending = [schema]
    while pending:
        part = pending.pop()
        terms.here += 1
        if not isinstance(part, dict):
            continue
        if not _PART_KEYWORDS.isdisjoint(part):
            pending += _list_parts(part)
        if "$ref" in part:
            terms.references.append(get_definition_name(part["$ref"]))
        if "properties" in part:
            _add_members(terms, part["properties"].items())
        if not _UNNAMED_MEMBER_KEYWORDS.isdisjoint(part):
            _add_members(terms, [(_ANY_MEMBER, member) for member in _list_unnamed_members(part)])
    return terms


def _add_members(terms: CostTerms, members: Iterable[tuple[str, Any]]) -> None:
    """Add the schemas of members, each with the name under which it is counted."""
    for name, member in members:
        if isinstance(member, dict) and not _CONTRIBUTORS.isdisjoint(member):
            _add_member(terms, name, _read_terms(member))
        else:
            terms.members[name] = terms.members.get(name, 0) + 1


def _add_member(terms: CostTerms, name: str, member: CostTerms) -> None:
    if member.is_known:
        total = member.here + max(member.members.values(), default=0)
        terms.members[name] = terms.members.get(name, 0) + total
    else:
        terms.nested.append((name, member))


def _list_parts(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield the schemas that apply to the same value, but for a reference."""
    for keyword in _IN_PLACE_KEYWORDS:
        if keyword in schema:
            yield schema[keyword]
    for keyword in _UNION_KEYWORDS:
        yield from schema.get(keyword, ())
    yield from schema.get("dependentSchemas", {}).values()


def _list_unnamed_members(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield the schemas of members that have no name of their own."""
    for keyword in _MEMBER_KEYWORDS:
        if keyword in schema:
            yield schema[keyword]
    yield from schema.get("patternProperties", {}).values()
    yield from schema.get("prefixItems", ())
