"""One side of a comparison: a schema in a reading, taken apart into alternatives of plain parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from dynclient.schema import patterns
from dynclient.schema.dialect import Direction, Schema, name_of
from dynclient.schema.readings import Defs, closable, in_place
from dynclient.schema.subsumption.equality import assertions
from dynclient.violations import Place

KINDS = ("null", "boolean", "number", "string", "array", "object")

#: More alternatives than this are not told apart.
MAX_BRANCHES = 256

_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")


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

    """

    parts: tuple[dict[str, Any], ...] = ()
    barred: tuple[Any, ...] = ()
    closed: bool = False
    refused: str = ""

    def __and__(self, other: Branch) -> Branch:
        return Branch(self.parts + other.parts, self.barred + other.barred)

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
        said = [part for part in self.parts if keyword in part]
        exact = [part for part in said if part[keyword] == value or (name and name in _names(part[keyword]))]
        typed = [part for part in self.parts if "type" in part]
        places = (place_of(part) for part in (*exact, *said, *typed, *self.parts))
        return next((place for place in places if place is not None), None)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of value that it can hold."""
        found = frozenset(KINDS)
        for given in self.said("type"):
            types = given if isinstance(given, list) else [given]
            found &= {"number" if t == "integer" else t for t in types}
        return found

    @property
    def whole(self) -> bool:
        """Whether its numbers are integers."""
        types = [t if isinstance(t, list) else [t] for t in self.said("type")]
        return any("integer" in t and "number" not in t for t in types)

    @property
    def values(self) -> list[Any] | None:
        """The values that `enum` or `const` lists, of the part that lists fewest; None where they are not listed."""
        lists = [*self.said("enum"), *([value] for value in self.said("const"))]
        return min(lists, key=len) if lists else None

    @property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        return frozenset(name for names in self.said("required") for name in names)

    @property
    def names(self) -> list[str]:
        """The properties that are declared by name, in order."""
        return list(dict.fromkeys(name for properties in self.said("properties") for name in properties))

    @property
    def patterns(self) -> list[tuple[str, Any]]:
        """The patterns of property names, with their schemas."""
        return [pair for found in self.said("patternProperties") for pair in found.items()]

    def member(self, name: str) -> tuple[Any, ...]:
        """Return the schemas of a property: `(False,)` where it cannot be there."""
        found: list[Any] = []
        is_declared = False
        for part in self.parts:
            own = [part["properties"][name]] if name in part.get("properties", ()) else []
            own += [s for p, s in part.get("patternProperties", {}).items() if patterns.compile(p).search(name)]
            if not own and "additionalProperties" in part:
                own = [part["additionalProperties"]]
            is_declared = is_declared or bool(own)
            found += own
        if self.closed and not is_declared and name not in self.required:
            return (False,)
        return tuple(found)

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


@dataclass(frozen=True, eq=False)
class Side:
    """A document's schemas in a reading.

    Attributes:
        defs: what `$ref`s name.
        reading: the producer's (closed) or the consumer's (open).
        direction: which way the values travel.

    """

    defs: Defs
    reading: Literal["producer", "consumer"]
    direction: Direction

    def target(self, schema: Any) -> Any:
        """Return the definition that a schema names, where it says nothing else; else the schema itself."""
        while isinstance(schema, dict) and "$ref" in schema and not assertions(schema).keys() - {"$ref"}:
            schema = self.defs[name_of(schema["$ref"])]
        return schema

    def branches(self, schemas: tuple[Any, ...]) -> list[Branch]:
        """Return the alternatives that schemas, holding all at once, come to.

        Raises:
            TooWide: there are too many.

        """
        found = [Branch()]
        for schema in schemas:
            found = _product(found, self._alternatives(schema))
        return [self._read(branch, schemas) for branch in found]

    def _read(self, branch: Branch, schemas: tuple[Any, ...]) -> Branch:
        if self.reading == "consumer":
            return branch
        is_free = any("additionalProperties" in p or "unevaluatedProperties" in p for p in branch.parts)
        declares = any(p.get("properties") or p.get("patternProperties") for p in branch.parts)
        closed = declares and not is_free and closable(Schema({"allOf": list(schemas)}), self.defs)
        return replace(branch, closed=closed, refused="readOnly" if self.direction == "request" else "writeOnly")

    def is_refused(self, branch: Branch, name: str) -> bool:
        """Tell whether a property may not be sent: it cannot be there, or travels only the other way."""
        schemas = branch.member(name)
        if any(is_never(schema) for schema in schemas):
            return True
        parts = (part for s in schemas for part in in_place(s, self.defs, alternatives=False))
        return bool(branch.refused) and any(part.get(branch.refused) is True for part in parts)

    def _alternatives(self, schema: Any) -> list[Branch]:
        if is_never(schema):
            return []
        if not isinstance(schema, dict):
            return [Branch()]
        plain = Schema({key: value for key, value in schema.items() if key not in _COMPOSED}, place_of(schema))
        found = [Branch((plain,))]
        if "$ref" in schema:
            found = _product(found, self._alternatives(self.defs[name_of(schema["$ref"])]))
        for part in schema.get("allOf", ()):
            found = _product(found, self._alternatives(part))
        for union in self._unions(schema):
            found = _product(found, union)
        return found

    def _unions(self, schema: dict[str, Any]) -> Iterator[list[Branch]]:
        if "anyOf" in schema:
            yield [branch for s in schema["anyOf"] for branch in self._alternatives(s)]
        if "oneOf" in schema:
            yield [
                branch & Branch(barred=tuple(other for j, other in enumerate(schema["oneOf"]) if j != i))
                for i, s in enumerate(schema["oneOf"])
                for branch in self._alternatives(s)
            ]
        if "if" in schema and ("then" in schema or "else" in schema):
            then = _product(self._alternatives(schema["if"]), self._alternatives(schema.get("then", True)))
            otherwise = [b & Branch(barred=(schema["if"],)) for b in self._alternatives(schema.get("else", True))]
            yield [*then, *otherwise]


def place_of(schema: Any) -> Place | None:
    """Return where a schema stands, None where nobody knows."""
    return getattr(schema, "place", None)


def is_never(schema: Any) -> bool:
    """Tell whether a schema says in so many words that nothing fits it."""
    return schema is False or (isinstance(schema, dict) and schema.get("not") in ({}, True))


def _names(said: Any) -> Any:
    return said if isinstance(said, list | dict) else ()


def _product(one: list[Branch], other: list[Branch]) -> list[Branch]:
    if len(one) * len(other) > MAX_BRANCHES:
        raise TooWide
    return [a & b for a in one for b in other]
