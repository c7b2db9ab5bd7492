"""Whether two schemas of different documents are the same but for annotations and the names of definitions."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import MANY, NAMED, ONE, Schema, name_of
from dynclient.schema.readings import Defs

#: What refuses no value.
NOTES = ("contentEncoding", "contentMediaType", "default", "deprecated", "description", "discriminator", "examples",
         "format", "title")  # fmt: skip
#: What is only words.
WORDS = ("description", "examples", "title")
_FLAGS = ("deprecated", "readOnly", "uniqueItems", "writeOnly")
_COUNTS = ("minItems", "minLength", "minProperties")
_UNORDERED = ("enum", "required", "type")


Pair = tuple[str, str]

#: How deep schemas are looked into to put them in order.
_DEPTH = 3


class Equality:
    """Compares the schemas of two documents.

    Definitions are compared where they stand, once; two are the same unless a difference can be reached from them, so
    that circles come to an end.

    Args:
        one: the definitions of the one document.
        other: those of the other.
        ignored: annotations that do not count; other extensions (`x-…`) never do.

    """

    def __init__(self, one: Defs, other: Defs, ignored: tuple[str, ...] = NOTES) -> None:
        self._one = one
        self._other = other
        self._ignored = ignored
        self._mine, self._theirs = _Looks(one, ignored), _Looks(other, ignored)
        self._known: dict[Pair, bool] = {}
        #: Keys are identities: what was compared must not be collected meanwhile.
        self._compared: dict[tuple[int, int], tuple[Any, Any, bool]] = {}

    def holds(self, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same; what is no schema of a document is not kept."""
        if not isinstance(one, Schema) or not isinstance(other, Schema):
            return self._holds(one, other)
        key = id(one), id(other)
        if key not in self._compared:
            self._compared[key] = one, other, self._holds(one, other)
        return self._compared[key][2]

    def _holds(self, one: Any, other: Any) -> bool:
        met = set[Pair]()
        return self._schemas(one, other, met) and all(self._settled(pair) for pair in met)

    def look(self, schema: Any, *, mine: bool) -> str:
        """Return a text that is the same for schemas that are the same, and mostly another one for others."""
        return (self._mine if mine else self._theirs).look(schema)

    def either(self, defs: Defs, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same, `defs` being the definitions of the first."""
        return self.holds(one, other) if defs is self._one else self.holds(other, one)

    def _schemas(self, one: Any, other: Any, met: set[Pair]) -> bool:
        """Tell whether two schemas are the same if the definitions are that they name in the same places."""
        one, other = self._mine.peeled(one), self._theirs.peeled(other)
        if isinstance(one, str) and isinstance(other, str):
            met.add((one, other))
            return True
        one = self._one[one] if isinstance(one, str) else one
        other = self._other[other] if isinstance(other, str) else other
        if not isinstance(one, dict) or not isinstance(other, dict):
            return _truth(one) is _truth(other) is not None
        mine, others = assertions(one, self._ignored), assertions(other, self._ignored)
        return mine.keys() == others.keys() and all(
            self._keyword(k, mine[k], others[k], met) for k in mine
        )

    def _keyword(self, keyword: str, one: Any, other: Any, met: set[Pair]) -> bool:
        if keyword == "$ref":
            met.add((name_of(one), name_of(other)))
            return True
        if keyword in ONE:
            return self._schemas(one, other, met)
        if keyword in MANY:
            if keyword != "prefixItems":
                one, other = self._mine.in_order(one), self._theirs.in_order(other)
            return len(one) == len(other) and all(
                self._schemas(a, b, met) for a, b in zip(one, other, strict=True)
            )
        if keyword in NAMED:
            return one.keys() == other.keys() and all(
                self._schemas(one[k], other[k], met) for k in one
            )
        if keyword in _UNORDERED and isinstance(one, list) and isinstance(other, list):
            return sorted(map(typed, one)) == sorted(map(typed, other))
        return typed(one) == typed(other)

    def _settled(self, pair: Pair) -> bool:
        if pair not in self._known:
            self._explore(pair)
        return self._known[pair]

    def _explore(self, start: Pair) -> None:
        """Look at every pair of definitions that can be reached, then carry differences back to where they show."""
        asked: dict[Pair, list[Pair]] = {}
        todo, seen, differing = [start], {start}, list[Pair]()
        while todo:
            pair = todo.pop()
            met = set[Pair]()
            if not self._schemas(self._one[pair[0]], self._other[pair[1]], met):
                differing.append(pair)
            for inner in met:
                asked.setdefault(inner, []).append(pair)
                if self._known.get(inner) is False:
                    differing.append(pair)
                elif inner not in self._known and inner not in seen:
                    seen.add(inner)
                    todo.append(inner)
        self._known.update(dict.fromkeys(seen, True))
        while differing:
            pair = differing.pop()
            if self._known[pair]:
                self._known[pair] = False
                differing += asked.get(pair, ())


class _Looks:
    """How the schemas of a document look, however they are written: references and `allOf` of one seen through."""

    def __init__(self, defs: Defs, ignored: tuple[str, ...]) -> None:
        self._defs = defs
        self._ignored = ignored
        self._orders: dict[int, tuple[list[Any], list[Any]]] = {}
        self._texts: dict[int, tuple[Any, str]] = {}

    def look(self, schema: Any) -> str:
        """Return how a schema of the document looks."""
        if id(schema) not in self._texts:
            self._texts[id(schema)] = schema, self._look(schema, _DEPTH)
        return self._texts[id(schema)][1]

    def peeled(self, schema: Any) -> Any:
        """Return a schema without an `allOf` of one around it; the name of a definition, where it is nothing else."""
        while isinstance(schema, dict):
            said = assertions(schema, self._ignored)
            if (
                said.keys() == {"allOf"}
                and len(said["allOf"]) == 1
                and not schema.keys() - said.keys()
            ):
                schema = said["allOf"][0]
            elif said.keys() == {"$ref"}:
                return name_of(said["$ref"])
            else:
                break
        return schema

    def in_order(self, schemas: list[Any]) -> list[Any]:
        """Return schemas whose order means nothing in an order that does not depend on how they are written."""
        if len(schemas) < 2:  # noqa: PLR2004 (one has no order)
            return schemas
        if id(schemas) not in self._orders:
            self._orders[id(schemas)] = (
                schemas,
                sorted(schemas, key=lambda schema: self._look(schema, _DEPTH)),
            )
        return self._orders[id(schemas)][1]

    def _look(self, schema: Any, depth: int) -> str:
        """Return a text that is the same for the same schemas, and mostly another one for others."""
        schema = self.peeled(schema)
        if isinstance(schema, str):
            schema = self._defs[schema]
        if not isinstance(schema, dict):
            return repr(schema)
        said = assertions(schema, self._ignored)
        if not depth:
            return repr(sorted(said))
        return (
            "{" + ",".join(f"{k}:{self._part(k, said[k], depth - 1)}" for k in sorted(said)) + "}"
        )

    def _part(self, keyword: str, value: Any, depth: int) -> str:
        if keyword in ONE:
            return self._look(value, depth)
        if keyword in MANY:
            return str(sorted(self._look(schema, depth) for schema in value))
        if keyword in NAMED:
            return str([(name, self._look(value[name], depth)) for name in sorted(value)])
        if keyword == "$ref":
            return self._look(self._defs[name_of(value)], depth)
        is_set = keyword in _UNORDERED and isinstance(value, list)
        return str(sorted(map(typed, value))) if is_set else typed(value)


def assertions(schema: dict[str, Any], ignored: tuple[str, ...] = NOTES) -> dict[str, Any]:
    """Return a schema without its annotations, and without what asks for nothing."""
    return {
        k: v
        for k, v in schema.items()
        if k not in ignored and not k.startswith("x-") and not _is_idle(k, v)
    }


def _is_idle(keyword: str, value: Any) -> bool:
    return (value is False and keyword in _FLAGS) or (value == 0 and keyword in _COUNTS)


def _truth(schema: Any) -> bool | None:
    if isinstance(schema, bool):
        return schema
    return True if isinstance(schema, dict) and not assertions(schema) else None


def typed(value: Any) -> str:
    """Return a text that is the same for values that JSON Schema holds equal."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value)
    if isinstance(value, float) and value.is_integer():
        return repr(int(value))
    if isinstance(value, list):
        return "[" + ",".join(map(typed, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{typed(value[k])}" for k in sorted(value)) + "}"
    return repr(value)
