"""One side of a comparison: a schema in a reading, taken apart into alternatives of plain parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.schema.dialect import Direction, Schema, name_of
from dynclient.schema.formats import BOUNDS
from dynclient.schema.readings import Defs, closable, declares, in_place
from dynclient.schema.samples.shapes import identity
from dynclient.schema.subsumption.branches import KINDS, Branch, TooWide, place_of, product
from dynclient.schema.subsumption.declared import is_shared, let_in, spoken
from dynclient.schema.subsumption.equality import assertions
from dynclient.schema.subsumption.listing import as_one_list

_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")


#: Several schemas that hold at once.
Schemas = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What values there can be: of some kinds, and, where they are listed, of some identities."""

    kinds: frozenset[str]
    values: frozenset[Any] | None

    def is_apart(self, other: Held) -> bool:
        """Tell whether no value is among both."""
        if self.values is not None and other.values is not None and not self.values & other.values:
            return True
        return not self.kinds & other.kinds


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
    _loose: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    _marked_schemas: dict[int, tuple[Any, bool]] = field(
        default_factory=dict, init=False, repr=False
    )
    _branches: dict[Any, tuple[Schemas, list[Branch]]] = field(
        default_factory=dict, init=False, repr=False
    )
    _held: dict[Any, tuple[Schemas, Held]] = field(default_factory=dict, init=False, repr=False)

    def target(self, schema: Any) -> Any:
        """Return the definition that a schema names, where it says nothing else; else the schema itself."""
        while (
            isinstance(schema, dict)
            and "$ref" in schema
            and not assertions(schema).keys() - {"$ref"}
        ):
            schema = self.defs[name_of(schema["$ref"])]
        return schema

    def branches(self, schemas: tuple[Any, ...]) -> list[Branch]:
        """Return the alternatives that schemas, holding all at once, come to: together they hold no less.

        Raises:
            TooWide: there are too many, or they close in ways that alternatives cannot say.

        """
        return self._kept("sent", schemas, self._sent)

    def taken(self, schemas: tuple[Any, ...]) -> list[Branch]:
        """Return the same for the side that takes: together they hold no more.

        Raises:
            TooWide: as for `branches`.

        """
        return self._kept("taken", schemas, self._closed)

    def held(self, schemas: Schemas) -> Held:
        """Return what values schemas, holding all at once, can have: no fewer, as what closes has no part in it."""
        key = tuple(map(id, schemas))
        if key not in self._held:
            self._held[key] = schemas, self._all_held(schemas)
        return self._held[key][1]

    def _all_held(self, schemas: Schemas) -> Held:
        try:
            found = self.opened.open_branches(schemas)
        except TooWide:
            return Held(frozenset(KINDS), None)
        kinds = frozenset[str]().union(*(branch.kinds for branch in found))
        lists = [branch.values for branch in found]
        if None in lists:
            return Held(kinds, None)
        return Held(kinds, frozenset(identity(value) for values in lists for value in values or ()))

    def _kept(
        self, how: str, schemas: Schemas, close: Callable[[Branch, Schemas], Branch]
    ) -> list[Branch]:
        """Return the alternatives of schemas, the same ones when they are asked for again."""
        key = (how, *map(id, schemas))
        if key not in self._branches:
            found = self.open_branches(schemas)
            read = (
                [close(branch, schemas) for branch in found]
                if self.reading == "producer"
                else found
            )
            self._branches[key] = schemas, read
        return self._branches[key][1]

    @cached_property
    def opened(self) -> Side:
        """The same schemas as they stand, as conditions are read."""
        return self if self.reading == "consumer" else Side(self.defs, "consumer", self.direction)

    def open_branches(self, schemas: Schemas) -> list[Branch]:
        """Return the alternatives of schemas, none of them closed."""
        # Several schemas of one value may close by all that is said together, which frees none of them.
        is_single = len(schemas) == 1 and not is_shared(schemas[0], self.defs)
        alone = self._is_alone(schemas[0]) if is_single else None
        found = [Branch()]
        for schema in schemas:
            found = product(found, self._alternatives(schema, alone=alone))
        return found

    def _is_alone(self, schema: Any) -> bool:
        """Tell whether nothing that always speaks of a value declares a property."""
        return not declares(schema, self.defs, alternatives=False)

    def _marked(self, branch: Branch, *, closed: bool) -> Branch:
        return replace(
            branch,
            closed=closed,
            refused="readOnly" if self.direction == "request" else "writeOnly",
        )

    def _sent(self, branch: Branch, schemas: tuple[Any, ...]) -> Branch:
        """Close an alternative to what no schema that may fit beside it declares."""
        declares = any(p.get("properties") or p.get("patternProperties") for p in branch.parts)
        if not declares or not closable(Schema({"allOf": list(schemas)}), self.defs):
            return self._marked(branch, closed=False)
        found = spoken(schemas, (*branch.barred, *self._apart(branch, schemas)), self.defs)
        if found is None:
            return self._marked(branch, closed=False)
        lent = self._beside(branch, *found)
        return replace(self._marked(branch & Branch(lent), closed=True), lent=lent)

    def _apart(self, branch: Branch, schemas: Schemas) -> list[Any]:
        """Return the alternatives of schemas that fit no object beside an alternative."""
        found = []
        for part in (part for schema in schemas for part in in_place(schema, self.defs)):
            found += [
                s
                for s in (*part.get("anyOf", ()), *part.get("oneOf", ()))
                if self._is_apart(branch, s)
            ]
        return found

    def _is_apart(self, branch: Branch, schema: Any) -> bool:
        try:
            others = self.opened.branches((schema,))
        except TooWide:
            return False
        return all(
            "object" not in other.kinds or are_apart(self, branch, self, other) for other in others
        )

    def _beside(
        self, branch: Branch, named: dict[str, list[Any]], like: list[tuple[str, Any]]
    ) -> tuple[dict[str, Any], ...]:
        """Return a part that lets in what only alternatives beside this one declare."""
        more = {name: inner for name, inner in named.items() if name not in branch.names}
        known = {pattern for pattern, _ in branch.patterns}
        unlike = {pattern: [inner] for pattern, inner in like if pattern not in known}
        if not more and not unlike:
            return ()
        key = (*((name, *map(id, inner)) for name, inner in more.items()), *unlike)
        if key not in self._loose:
            said = {"properties": _either(more), "patternProperties": _either(unlike)}
            self._loose[key] = Schema({k: v for k, v in said.items() if v}), (named, like)
        return (self._loose[key][0],)

    def _closed(self, branch: Branch, schemas: tuple[Any, ...]) -> Branch:
        """Close an alternative to what it does not declare itself."""
        names = [name for part in branch.parts for name in part.get("properties", ())]
        shared = {name for name in names if names.count(name) > 1}
        if any(closable(schema, self.defs) for name in shared for schema in branch.member(name)):
            raise TooWide  # the reading closes each alone or all together, depending on where they stand
        whole = Schema({"allOf": list(schemas)})
        # What is asked for and not declared here may be declared elsewhere, and is let in only then.
        shut = branch.required - set(branch.names) - let_in(whole, self.defs)
        is_free = branch.freed or any(
            "additionalProperties" in p or "unevaluatedProperties" in p for p in branch.parts
        )
        return replace(
            self._marked(branch, closed=not is_free and closable(whole, self.defs)), shut=shut
        )

    def is_refused(self, branch: Branch, name: str) -> bool:
        """Tell whether a property may not be sent: it cannot be there, or travels only the other way."""
        schemas = branch.member(name)
        if any(is_never(schema) for schema in schemas):
            return True
        return bool(branch.refused) and any(map(self.is_marked, schemas))

    def is_marked(self, schema: Any) -> bool:
        """Tell whether a schema says that its values travel only the other way."""
        if id(schema) not in self._marked_schemas:
            mark = "readOnly" if self.direction == "request" else "writeOnly"
            is_marked = any(
                part.get(mark) is True for part in in_place(schema, self.defs, alternatives=False)
            )
            self._marked_schemas[id(schema)] = schema, is_marked
        return self._marked_schemas[id(schema)][1]

    def _alternatives(self, schema: Any, *, alone: bool | None = None) -> list[Branch]:
        """Return what a schema comes to.

        Args:
            schema: the schema.
            alone: nothing that always speaks of the value declares a property, so that closing frees what declares
                none; None where closing leaves everything inside as it is.

        """
        if is_never(schema):
            return []
        if not isinstance(schema, dict):
            return [Branch()]
        plain = Schema(
            {key: value for key, value in schema.items() if key not in _COMPOSED}, place_of(schema)
        )
        found = [Branch((plain,))]
        if "$ref" in schema:
            target = self.defs[name_of(schema["$ref"])]
            inner = None if alone is None else self._is_alone(target)
            found = product(found, self._alternatives(target, alone=inner))
        for part in schema.get("allOf", ()):
            found = product(found, self._alternatives(part, alone=alone))
        for union in self._unions(schema, alone=alone):
            found = product(found, union)
        return found

    def _look_into(self, condition: Any) -> None:
        """Refuse a condition inside which a reading would close what it leaves open.

        Raises:
            TooWide: it is one.

        """
        if self.reading == "producer":
            parts = list(in_place(condition, self.defs))
            inner = [
                s
                for part in parts
                for k in ("properties", "patternProperties")
                for s in part.get(k, {}).values()
            ]
            inner += [
                part[k] for part in parts for k in ("items", "additionalProperties") if k in part
            ]
            inner += [s for part in parts for s in part.get("prefixItems", ())]
            if any(isinstance(s, dict) and not _is_flat(s) for s in inner):
                raise TooWide

    def _unions(self, schema: dict[str, Any], *, alone: bool | None) -> Iterator[list[Branch]]:
        for keyword in ("anyOf", "oneOf"):
            listed = as_one_list(schema, keyword, self.target) if keyword in schema else None
            if listed is not None:
                yield [Branch((listed,))]
            elif keyword in schema:
                yield self._union(schema[keyword], is_one=keyword == "oneOf", alone=alone)
        if "if" in schema and ("then" in schema or "else" in schema):
            self._look_into(schema["if"])
            inner = None if alone is None else False
            held, missed = (
                self._alternatives(schema.get(keyword, True), alone=inner)
                for keyword in ("then", "else")
            )
            then = product(self._alternatives(schema["if"]), held)
            otherwise = [branch & Branch(barred=(schema["if"],)) for branch in missed]
            yield [*then, *otherwise]

    def _union(self, members: list[Any], *, is_one: bool, alone: bool | None) -> list[Branch]:
        """Return the alternatives of `anyOf`, or of `oneOf`, where the other members must not fit."""
        found = []
        for i, member in enumerate(members):
            barred = tuple(other for j, other in enumerate(members) if j != i) if is_one else ()
            added = Branch(barred=barred, freed=bool(alone) and self._is_freed(member))
            # A member of `oneOf` is left as it is inside, so that closing does not change which one fits.
            inner = None if is_one or alone is None else alone and self._is_alone(member)
            found += [branch & added for branch in self._alternatives(member, alone=inner)]
        return found

    def _is_freed(self, member: Any) -> bool:
        return (
            isinstance(member, dict)
            and not declares(member, self.defs)
            and "unevaluatedProperties" not in member
        )


def are_apart(one: Side, branch: Branch, other_side: Side, other: Branch) -> bool:
    """Tell whether a property that one of two alternatives for objects requires has no value that fits both."""
    names = branch.required | other.required
    return any(
        one.held(branch.member(name)).is_apart(other_side.held(other.member(name)))
        for name in names
    )


def _either(schemas: dict[str, list[Any]]) -> dict[str, Any]:
    return {name: s[0] if len(s) == 1 else Schema({"anyOf": s}) for name, s in schemas.items()}


def is_format_bound(part: dict[str, Any], keyword: str) -> bool:
    """Tell whether a bound only says that an integer fits 64 bits, which is an annotation to a comparison."""
    return (
        part.get("format") == "int64"
        and keyword in ("minimum", "maximum")
        and part[keyword] in BOUNDS["int64"]
    )


def is_never(schema: Any) -> bool:
    """Tell whether a schema says in so many words that nothing fits it."""
    return schema is False or (isinstance(schema, dict) and schema.get("not") in ({}, True))


#: What may close inside, or be refused.
_CLOSABLE = (*_COMPOSED, "additionalProperties", "items", "patternProperties", "prefixItems", "properties", "readOnly",
             "writeOnly")  # fmt: skip


def _is_flat(schema: dict[str, Any]) -> bool:
    """Tell whether nothing inside a schema could close."""
    return not any(keyword in schema for keyword in _CLOSABLE)
