"""What a schema that must fit says of a value: facts, and what holds in one of several ways."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from dynclient.schema.dialect import Schema, name_of
from dynclient.schema.readings import in_place
from dynclient.schema.subsumption.answers import Undecidable
from dynclient.schema.subsumption.branches import KINDS
from dynclient.schema.subsumption.equality import assertions
from dynclient.schema.subsumption.listing import as_one_list
from dynclient.schema.subsumption.numbers import Numbers
from dynclient.schema.subsumption.sides import is_format_bound
from dynclient.schema.subsumption.solving.cells import Cell, Exists, Few, Limit, Names, Part, Some
from dynclient.schema.subsumption.solving.terms import Derived, Term
from dynclient.schema.subsumption.strings import Strings

#: What is said of a number or text by itself.
NUMERIC = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
TEXTUAL = ("minLength", "maxLength", "pattern")

OBJECT, ARRAY = frozenset({"object"}), frozenset({"array"})

_INSIDE = ("properties", "patternProperties", "additionalProperties", "prefixItems", "items")


class Fragment(Schema):
    """One keyword of a schema that holds in one of several ways."""


def others(*kinds: str) -> frozenset[str]:
    """Return all kinds but some."""
    return frozenset(KINDS) - frozenset(kinds)


def holding(term: Term, fragments: dict[int, list[Any]]) -> list[Cell]:
    """Return the ways in which a value can fit the schema of a term.

    Args:
        term: a wanted one.
        fragments: keeps those that are made, so that the same term is the same again.

    """
    schema = term.schema
    if schema is False:
        return []
    if not isinstance(schema, dict):
        return [Cell()]
    if isinstance(schema, Derived):
        return _derived(term, schema)
    if isinstance(schema, Fragment):
        return list(_ways(term, schema))
    made = _plain(term, schema)
    pending = [term.part(fragment) for fragment in _fragments(term, schema, fragments)]
    if "$ref" in schema:
        pending.append(term.part(term.side.defs[name_of(schema["$ref"])]))
    pending += [term.part(part) for part in schema.get("allOf", ())]
    if "not" in schema:
        pending.append(term.condition(schema["not"], wanted=False))
    return [made & Cell(pending=tuple(pending))]


def _derived(term: Term, said: Derived) -> list[Cell]:
    inner = Term(term.side, said.get("that"), mode=term.mode)
    if "unless" in said:
        return [Cell(pending=(Term(term.side, said["unless"], wanted=False, mode=term.mode),))]
    if "member" in said:
        name = said["member"]
        return [Cell(kinds=OBJECT, required=frozenset({name}), members=((name, inner),))]
    if "item" in said:
        return [Cell(kinds=ARRAY, some=(Some(0, inner),))]
    return [Cell(kinds=OBJECT, exists=(Exists(Names(), (inner,)),))]


def _fragments(term: Term, schema: dict[str, Any], kept: dict[int, list[Any]]) -> list[Any]:
    """Return what a schema says that holds in one of several ways."""
    if id(schema) not in kept:
        unions = [k for k in ("anyOf", "oneOf") if k in schema]
        found: list[Any] = [
            as_one_list(schema, k, term.side.target) or Fragment({k: schema[k]}) for k in unions
        ]
        if "if" in schema and ("then" in schema or "else" in schema):
            found.append(Fragment({k: schema[k] for k in ("if", "then", "else") if k in schema}))
        for keyword in ("dependentRequired", "dependentSchemas"):
            found += [
                Fragment({keyword: {name: said}}) for name, said in schema.get(keyword, {}).items()
            ]
        kept[id(schema)] = [schema, *found]
    return kept[id(schema)][1:]


def _ways(term: Term, schema: Fragment) -> Iterator[Cell]:
    """Yield the ways in which one keyword holds."""
    if "anyOf" in schema:
        yield from (Cell(pending=(term.part(part),)) for part in schema["anyOf"])
    elif "oneOf" in schema:
        for part in schema["oneOf"]:
            rest = [other for other in schema["oneOf"] if other is not part]
            barred = (term.condition(other, wanted=False) for other in rest)
            yield Cell(pending=(term.part(part), *barred), barred=tuple(rest))
    elif "if" in schema:
        yield Cell(
            pending=(term.condition(schema["if"], wanted=True), term.part(schema.get("then", True)))
        )
        refused = term.condition(schema["if"], wanted=False)
        yield Cell(pending=(refused, term.part(schema.get("else", True))), barred=(schema["if"],))
    else:
        yield from _dependent(term, schema)


def _dependent(term: Term, schema: Fragment) -> Iterator[Cell]:
    (by_name,) = schema.values()
    ((name, said),) = by_name.items()
    yield Cell(kinds=others("object"))
    yield Cell(kinds=OBJECT, members=((name, Term(term.side, False)),))
    if "dependentRequired" in schema:
        yield Cell(kinds=OBJECT, required=frozenset({name, *said}))
    else:
        yield Cell(kinds=OBJECT, required=frozenset({name}), pending=(term.part(said),))


def _plain(term: Term, schema: dict[str, Any]) -> Cell:
    """Return the facts that a schema says without any choice."""
    made = Cell(
        kinds=kinds_of(schema),
        numbers=_numbers(schema),
        strings=_strings(schema),
        values=_listed(schema),
        formats=(schema["format"],) if "format" in schema else (),
        parts=_inside(term, schema),
    )
    if made.kinds & OBJECT:
        made &= _object(term, schema)
    if made.kinds & ARRAY:
        made &= _array(term, schema)
    return made


def _object(term: Term, schema: dict[str, Any]) -> Cell:
    return Cell(
        required=frozenset(schema.get("required", ())),
        counts=(_least(schema, "minProperties"), schema.get("maxProperties")),
        names=(term.condition(schema["propertyNames"], wanted=True),)
        if "propertyNames" in schema
        else (),
        limits=_limits(term, schema),
    )


def _array(term: Term, schema: dict[str, Any]) -> Cell:
    return Cell(
        parts=_unevaluated(term, schema),
        lengths=(_least(schema, "minItems"), schema.get("maxItems")),
        unique=schema.get("uniqueItems") is True,
        some=_some(term, schema),
        few=_few(term, schema),
    )


def kinds_of(schema: dict[str, Any]) -> frozenset[str]:
    """Return the kinds of value that the type of a schema names."""
    types = schema.get("type", list(KINDS))
    return frozenset(
        "number" if t == "integer" else t for t in (types if isinstance(types, list) else [types])
    )


def is_whole(schema: dict[str, Any]) -> bool:
    """Tell whether the type of a schema leaves only integers of all numbers."""
    types = schema.get("type", ())
    listed = types if isinstance(types, list) else [types]
    return "integer" in listed and "number" not in listed


def _numbers(schema: dict[str, Any]) -> Numbers:
    said = {k: schema[k] for k in NUMERIC if k in schema and not is_format_bound(schema, k)}
    try:
        return Numbers.described(said, whole=is_whole(schema))
    except Undecidable:
        return Numbers(whole=is_whole(schema))


def _strings(schema: dict[str, Any]) -> Strings:
    try:
        return Strings.described({k: schema[k] for k in TEXTUAL if k in schema})
    except Undecidable:
        return Strings()


def _listed(schema: dict[str, Any]) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema["enum"]) if "enum" in schema else None


def _least(schema: dict[str, Any], keyword: str) -> int:
    least: float = schema.get(keyword, 0)
    return math.ceil(least)


def _inside(term: Term, schema: dict[str, Any]) -> tuple[Part, ...]:
    said = {k: schema[k] for k in _INSIDE if k in schema}
    return (Part(term, said, term.inner),) if said else ()


def _some(term: Term, schema: dict[str, Any]) -> tuple[Some, ...]:
    least = _least({"minContains": 1, **schema}, "minContains")
    if "contains" not in schema or least == 0:
        return ()
    return (Some(0, term.condition(schema["contains"], wanted=True), least),)


def _few(term: Term, schema: dict[str, Any]) -> tuple[Few, ...]:
    if "contains" not in schema or "maxContains" not in schema:
        return ()
    return (
        Few(term.condition(schema["contains"], wanted=True), math.floor(schema["maxContains"])),
    )


def _unevaluated(term: Term, schema: dict[str, Any]) -> tuple[Part, ...]:
    """Return what `unevaluatedItems` says of the items that no schema, of those that may apply, speaks of."""
    parts = list(in_place(schema, term.side.defs))
    speaks = any(
        "items" in p or "contains" in p or ("unevaluatedItems" in p and p is not schema)
        for p in parts
    )
    if "unevaluatedItems" not in schema or speaks or any("if" in part for part in parts):
        return ()
    first = [True] * max((len(part.get("prefixItems", ())) for part in parts), default=0)
    return (Part(term, {"prefixItems": first, "items": schema["unevaluatedItems"]}, term.inner),)


def _limits(term: Term, schema: dict[str, Any]) -> tuple[Limit, ...]:
    if "unevaluatedProperties" not in schema:
        return ()
    return (
        Limit(
            term,
            (schema,),
            Term(term.side, schema["unevaluatedProperties"], mode=term.inner),
            schema,
        ),
    )


def is_anything(schema: Any) -> bool:
    """Tell whether a schema says in so many words that everything fits it."""
    return schema is True or (
        isinstance(schema, dict) and not isinstance(schema, Derived) and not assertions(schema)
    )
