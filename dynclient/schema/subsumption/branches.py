"""One alternative of a schema: plain parts that all hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from dynclient.schema import patterns
from dynclient.schema.dialect import Schema
from dynclient.schema.samples.shapes import identity
from dynclient.violations import Place

KINDS = ("null", "boolean", "number", "string", "array", "object")

#: More alternatives than this are not told apart.
MAX_BRANCHES = 256

_DECLARING = ("properties", "patternProperties")


class TooWide(Exception):
    """A schema comes to more than MAX_BRANCHES alternatives."""


@dataclass(frozen=True)
class Branch:
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
    barred: tuple[Any, ...] = ()
    closed: bool = False
    refused: str = ""
    lent: tuple[dict[str, Any], ...] = ()
    lets: frozenset[tuple[str, str]] = frozenset()
    freed: bool = False
    shut: frozenset[str] = frozenset()

    def __and__(self, other: Branch) -> Branch:
        return Branch(
            self.parts + other.parts, self.barred + other.barred, freed=self.freed or other.freed
        )

    def said(self, keyword: str) -> list[Any]:
        """Return what the parts say by a keyword."""
        return [part[keyword] for part in self.parts if keyword in part]

    def place(self, keyword: str, value: Any = None, name: str = "") -> Place | None:
        """Return the place of the part that says a keyword, else of one that says a type, else of any.

        Args:
            keyword: the keyword.
            value: what the part is known to say by it.
            name: a name that is in what it says.

        """
        typed = [part for part in self.parts if "type" in part]
        places = (
            place_of(part) for part in (*self.saying(keyword, value, name), *typed, *self.parts)
        )
        return next((place for place in places if place is not None), None)

    def saying(self, keyword: str, value: Any = None, name: str = "") -> list[dict[str, Any]]:
        """Return the parts that say a keyword, first those that are known to say a value or a name by it."""
        said = [part for part in self.parts if keyword in part]
        exact = [
            part
            for part in said
            if part[keyword] == value or (name and name in _names(part[keyword]))
        ]
        return [*exact, *said]

    @cached_property
    def own(self) -> list[dict[str, Any]]:
        """The parts that it is made of, without what is lent to it."""
        return [part for part in self.parts if not any(part is lent for lent in self.lent)]

    @cached_property
    def spoken(self) -> frozenset[tuple[str, str]]:
        """What it declares itself: the keyword, and the name or the pattern."""
        return frozenset(
            (k, name) for part in self.own for k in _DECLARING for name in part.get(k, ())
        )

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of value that it can hold."""
        found = frozenset(KINDS)
        for given in self.said("type"):
            types = given if isinstance(given, list) else [given]
            found &= {"number" if t == "integer" else t for t in types}
        return found

    @cached_property
    def whole(self) -> bool:
        """Whether its numbers are integers."""
        types = [t if isinstance(t, list) else [t] for t in self.said("type")]
        return any("integer" in t and "number" not in t for t in types)

    @cached_property
    def values(self) -> list[Any] | None:
        """The values that every `enum` and `const` lists; None where they are not listed."""
        lists = [*self.said("enum"), *([value] for value in self.said("const"))]
        if not lists:
            return None
        first, *rest = sorted(lists, key=len)
        known = [set(map(identity, listed)) for listed in rest]
        return [value for value in first if all(identity(value) in others for others in known)]

    @property
    def is_void(self) -> bool:
        """Whether its parts plainly leave no value."""
        return not self.kinds or self.values == []

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        return frozenset(name for names in self.said("required") for name in names)

    @cached_property
    def names(self) -> list[str]:
        """The properties that are declared by name, in order."""
        return list(
            dict.fromkeys(name for properties in self.said("properties") for name in properties)
        )

    @cached_property
    def patterns(self) -> list[tuple[str, Any]]:
        """The patterns of property names, with their schemas."""
        return [pair for found in self.said("patternProperties") for pair in found.items()]

    def member(self, name: str) -> tuple[Any, ...]:
        """Return the schemas of a property: `(False,)` where it cannot be there."""
        found = self._members.get(name)
        if found is None:
            found = self._members[name] = self._member(name)
        return found

    @cached_property
    def _members(self) -> dict[str, tuple[Any, ...]]:
        return {}

    def _member(self, name: str) -> tuple[Any, ...]:
        found: list[Any] = []
        is_declared = False
        for part in self.own:
            own = _spoken_of(part, name)
            if not own and "additionalProperties" in part:
                own = [part["additionalProperties"]]
            is_declared = is_declared or bool(own)
            found += own
        if is_declared:
            return tuple(found)
        # One of those who lend it declares it, whichever that is.
        lent = [schema for part in self.lent for schema in _spoken_of(part, name)]
        if lent:
            return (lent[0] if len(lent) == 1 else Schema({"anyOf": lent}),)
        is_let_in = name in self.required - self.shut or ("properties", name) in self.lets
        return (False,) if self.closed and not is_let_in else ()

    @property
    def rest(self) -> tuple[Any, ...]:
        """The schemas of a property that nobody names; `(False,)` where there can be none."""
        found = tuple(self.said("additionalProperties"))
        return found or ((False,) if self.closed else ())

    def item(self, index: int) -> tuple[Any, ...]:
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
    def listed(self) -> int:
        """How many items have schemas of their own."""
        return max((len(first) for first in self.said("prefixItems")), default=0)


def product(one: list[Branch], other: list[Branch]) -> list[Branch]:
    """Return what holds where one of each holds; most combinations of tagged alternatives are void."""
    if len(one) * len(other) > MAX_BRANCHES**2:
        raise TooWide
    possible = (both for a in one for b in other if not (both := a & b).is_void)
    found = list(islice(possible, MAX_BRANCHES + 1))
    if len(found) > MAX_BRANCHES:
        raise TooWide
    return found


def place_of(schema: Any) -> Place | None:
    """Return where a schema stands, None where nobody knows."""
    return getattr(schema, "place", None)


def _spoken_of(part: dict[str, Any], name: str) -> list[Any]:
    """Return what a part says of a property by its name and by its patterns."""
    own = [part["properties"][name]] if name in part.get("properties", ()) else []
    return own + [
        s for p, s in part.get("patternProperties", {}).items() if patterns.compile(p).search(name)
    ]


def _names(said: Any) -> Any:
    return said if isinstance(said, list | dict) else ()
