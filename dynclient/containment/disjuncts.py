"""One alternative of a schema: plain parts that all hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from dynclient import regex
from dynclient.generate.merged_schema import compute_identity
from dynclient.schema.dialect import Schema
from dynclient.violations import Place

JSON_TYPES = ("null", "boolean", "number", "string", "array", "object")

#: More alternatives than this are not told apart.
MAX_DISJUNCTS = 256

_DECLARING_KEYWORDS = ("properties", "patternProperties")


class ExpansionFailed(Exception):
    """A schema comes to more than MAX_BRANCHES alternatives."""


@dataclass(frozen=True)
class Disjunct:
    """One alternative: all of `parts` hold, none of `barred` does.

    Attributes:
        parts: plain schemas: no references, no composition.
        barred: schemas that must not fit, as the other members of a `oneOf`.
        closed: what no part declares is refused.
        refused: the mark of properties that do not travel this way; "" where nobody asks.
        lent: the part that lets in what only alternatives beside this one declare.
        lets: what may be there though this one does not declare it, as `spoken` tells it: another one does.
        freed: closing leaves it the free-form object that it is.
        shut: names that it asks for and yet nothing lets in.

    """

    parts: tuple[dict[str, Any], ...] = ()
    negated: tuple[Any, ...] = ()
    is_closed: bool = False
    refused_annotation: str = ""
    unevaluated_part: tuple[dict[str, Any], ...] = ()
    evaluated_elsewhere: frozenset[tuple[str, str]] = frozenset()
    stays_open: bool = False
    forbidden: frozenset[str] = frozenset()

    def __and__(self, other: Disjunct) -> Disjunct:
        return Disjunct(
            self.parts + other.parts,
            self.negated + other.negated,
            stays_open=self.stays_open or other.stays_open,
        )

    def collect_values(self, keyword: str) -> list[Any]:
        """Return what the parts say by a keyword."""
        return [part[keyword] for part in self.parts if keyword in part]

    def find_place(self, keyword: str, value: Any = None, name: str = "") -> Place | None:
        """Return the place of the part that says a keyword, else of one that says a type, else of any.

        Args:
            keyword: the keyword.
            value: what the part is known to say by it.
            name: a name that is in what it says.

        """
        typed = [part for part in self.parts if "type" in part]
        places = (
            get_place(part)
            for part in (*self.find_parts(keyword, value, name), *typed, *self.parts)
        )
        return next((place for place in places if place is not None), None)

    def find_parts(self, keyword: str, value: Any = None, name: str = "") -> list[dict[str, Any]]:
        """Return the parts that say a keyword, first those that are known to say a value or a name by it."""
        said = [part for part in self.parts if keyword in part]
        exact = [
            part
            for part in said
            if part[keyword] == value or (name and name in _list_names(part[keyword]))
        ]
        return [*exact, *said]

    @cached_property
    def own_parts(self) -> list[dict[str, Any]]:
        """The parts that it is made of, without what is lent to it."""
        return [
            part for part in self.parts if not any(part is lent for lent in self.unevaluated_part)
        ]

    @cached_property
    def declarations(self) -> frozenset[tuple[str, str]]:
        """What it declares itself: the keyword, and the name or the pattern."""
        return frozenset(
            (k, name)
            for part in self.own_parts
            for k in _DECLARING_KEYWORDS
            for name in part.get(k, ())
        )

    @cached_property
    def types(self) -> frozenset[str]:
        """The kinds of value that it can hold."""
        found = frozenset(JSON_TYPES)
        for given in self.collect_values("type"):
            types = given if isinstance(given, list) else [given]
            found &= {"number" if t == "integer" else t for t in types}
        return found

    @cached_property
    def is_integer(self) -> bool:
        """Whether its numbers are integers."""
        types = [t if isinstance(t, list) else [t] for t in self.collect_values("type")]
        return any("integer" in t and "number" not in t for t in types)

    @cached_property
    def enumeration(self) -> list[Any] | None:
        """The values that every `enum` and `const` lists; None where they are not listed."""
        lists = [*self.collect_values("enum"), *([value] for value in self.collect_values("const"))]
        if not lists:
            return None
        first, *rest = sorted(lists, key=len)
        known = [set(map(compute_identity, listed)) for listed in rest]
        return [
            value for value in first if all(compute_identity(value) in others for others in known)
        ]

    @property
    def is_trivially_empty(self) -> bool:
        """Whether its parts plainly leave no value."""
        return not self.types or self.enumeration == []

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        return frozenset(name for names in self.collect_values("required") for name in names)

    @cached_property
    def property_names(self) -> list[str]:
        """The properties that are declared by name, in order."""
        return list(
            dict.fromkeys(
                name for properties in self.collect_values("properties") for name in properties
            )
        )

    @cached_property
    def pattern_properties(self) -> list[tuple[str, Any]]:
        """The patterns of property names, with their schemas."""
        return [
            pair for found in self.collect_values("patternProperties") for pair in found.items()
        ]

    def find_property_schemas(self, name: str) -> tuple[Any, ...]:
        """Return the schemas of a property: `(False,)` where it cannot be there."""
        found = self._property_schemas.get(name)
        if found is None:
            found = self._property_schemas[name] = self._collect_property_schemas(name)
        return found

    @cached_property
    def _property_schemas(self) -> dict[str, tuple[Any, ...]]:
        return {}

    def _collect_property_schemas(self, name: str) -> tuple[Any, ...]:
        found: list[Any] = []
        is_declared = False
        for part in self.own_parts:
            own = _find_declared_schemas(part, name)
            if not own and "additionalProperties" in part:
                own = [part["additionalProperties"]]
            is_declared = is_declared or bool(own)
            found += own
        if is_declared:
            return tuple(found)
        # One of those who lend it declares it, whichever that is.
        lent = [
            schema
            for part in self.unevaluated_part
            for schema in _find_declared_schemas(part, name)
        ]
        if lent:
            return (lent[0] if len(lent) == 1 else Schema({"anyOf": lent}),)
        is_let_in = (
            name in self.required - self.forbidden
            or ("properties", name) in self.evaluated_elsewhere
        )
        return (False,) if self.is_closed and not is_let_in else ()

    @property
    def additional_schemas(self) -> tuple[Any, ...]:
        """The schemas of a property that nobody names; `(False,)` where there can be none."""
        found = tuple(self.collect_values("additionalProperties"))
        return found or ((False,) if self.is_closed else ())

    def find_item_schemas(self, index: int) -> tuple[Any, ...]:
        """Return the schemas of the item at an index."""
        found: list[Any] = []
        for part in self.parts:
            first = part.get("prefixItems", [])
            if index < len(first):
                found.append(first[index])
            elif "items" in part:
                found.append(part["items"])
        return tuple(found)

    @property
    def prefix_length(self) -> int:
        """How many items have schemas of their own."""
        return max((len(first) for first in self.collect_values("prefixItems")), default=0)


def conjoin(one: list[Disjunct], other: list[Disjunct]) -> list[Disjunct]:
    """Return what holds where one of each holds; most combinations of tagged alternatives are void."""
    if len(one) * len(other) > MAX_DISJUNCTS**2:
        raise ExpansionFailed
    possible = (both for a in one for b in other if not (both := a & b).is_trivially_empty)
    found = list(islice(possible, MAX_DISJUNCTS + 1))
    if len(found) > MAX_DISJUNCTS:
        raise ExpansionFailed
    return found


def get_place(schema: Any) -> Place | None:
    """Return where a schema stands, None where nobody knows."""
    return getattr(schema, "place", None)


def _find_declared_schemas(part: dict[str, Any], name: str) -> list[Any]:
    """Return what a part says of a property by its name and by its patterns."""
    own = [part["properties"][name]] if name in part.get("properties", ()) else []
    return own + [
        s for p, s in part.get("patternProperties", {}).items() if regex.compile(p).search(name)
    ]


def _list_names(said: Any) -> Any:
    return said if isinstance(said, list | dict) else ()
