"""What it takes for a schema not to fit a value: one of its keywords fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from dynclient.schema.dialect import name_of
from dynclient.schema.readings import closable, in_place
from dynclient.schema.subsumption.answers import Undecidable
from dynclient.schema.subsumption.declared import let_in
from dynclient.schema.subsumption.listing import as_one_list
from dynclient.schema.subsumption.numbers import Numbers
from dynclient.schema.subsumption.sides import is_format_bound
from dynclient.schema.subsumption.solving.cells import Cell, Exists, Few, Names, Some
from dynclient.schema.subsumption.solving.holding import (
    ARRAY,
    NUMERIC,
    OBJECT,
    TEXTUAL,
    is_anything,
    is_whole,
    kinds_of,
    others,
)
from dynclient.schema.subsumption.solving.terms import Derived, Term
from dynclient.schema.subsumption.strings import Strings

_NUMBER, _STRING = frozenset({"number"}), frozenset({"string"})


def refusing(term: Term) -> list[Cell]:
    """Return the ways in which a value can fail the schema of a term.

    Args:
        term: one that is not wanted.

    """
    schema = term.schema
    if schema is False:
        return [Cell()]
    if not isinstance(schema, dict):
        return []
    if isinstance(schema, Derived):
        raise TypeError("a derived condition is never refused")
    found = [
        *_value(schema),
        *_object(term, schema),
        *_array(term, schema),
        *_composed(term, schema),
    ]
    if not term.is_open and term.mode == "location" and closable(schema, term.side.defs):
        found.append(_undeclared(term, schema, Term(term.side, False, wanted=False)))
    return found


# --- the value itself


def _value(schema: dict[str, Any]) -> Iterator[Cell]:
    if "type" in schema:
        left = others(*kinds_of(schema))
        if left:
            yield Cell(kinds=left)
        if is_whole(schema):
            yield Cell(kinds=_NUMBER, numbers=Numbers(not_multiples=frozenset({_ONE})))
    for keyword in NUMERIC:
        if keyword in schema and not is_format_bound(schema, keyword):
            yield _number(keyword, schema[keyword])
    for keyword in TEXTUAL:
        if keyword in schema:
            yield from _text(keyword, schema[keyword])
    if "enum" in schema:
        yield Cell(without=tuple(schema["enum"]))
    if "const" in schema:
        yield Cell(without=(schema["const"],))


_ONE = next(iter(Numbers.described({"multipleOf": 1}).multiples))


def _number(keyword: str, said: Any) -> Cell:
    """Return what fails a keyword of numbers; where it cannot be reckoned with, any number may."""
    try:
        held = Numbers.described({keyword: said})
    except Undecidable as error:
        return Cell(kinds=_NUMBER, doubts=(error.why,))
    if keyword == "multipleOf":
        return Cell(kinds=_NUMBER, numbers=Numbers(not_multiples=held.multiples))
    if held.low is not None:
        return Cell(
            kinds=_NUMBER,
            numbers=Numbers().bounded(held.low, is_low=False, is_open=not held.low_open),
        )
    assert held.high is not None
    return Cell(
        kinds=_NUMBER, numbers=Numbers().bounded(held.high, is_low=True, is_open=not held.high_open)
    )


def _text(keyword: str, said: Any) -> Iterator[Cell]:
    if keyword == "pattern":
        yield Cell(kinds=_STRING, strings=Strings(unlike=frozenset({said})))
    elif keyword == "maxLength":
        yield Cell(kinds=_STRING, strings=Strings(least=math.floor(said) + 1))
    elif said > 0:
        yield Cell(kinds=_STRING, strings=Strings(most=math.ceil(said) - 1))


# --- objects


def _object(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    never = Term(term.side, False)
    for name in schema.get("required", ()):
        yield Cell(kinds=OBJECT, members=((name, never),))
    for name, inner in schema.get("properties", {}).items():
        if not is_anything(inner) or _is_marked(term, inner):
            yield Cell(
                kinds=OBJECT, required=frozenset({name}), members=((name, _refused(term, inner)),)
            )
    for pattern, inner in schema.get("patternProperties", {}).items():
        yield Cell(kinds=OBJECT, exists=(Exists(Names(like=(pattern,)), (_refused(term, inner),)),))
    if not is_anything(schema.get("additionalProperties", True)):
        declared = frozenset(schema.get("properties", ()))
        names = Names(unlike=tuple(schema.get("patternProperties", ())), but=declared)
        found = Term(term.side, schema["additionalProperties"], wanted=False, mode=term.inner)
        yield Cell(kinds=OBJECT, exists=(Exists(names, (found,)),))
    yield from _names_and_counts(term, schema)
    for name, asked in schema.get("dependentRequired", {}).items():
        yield from (
            Cell(kinds=OBJECT, required=frozenset({name}), members=((n, never),))
            for n in asked
            if n != name
        )
    for name, inner in schema.get("dependentSchemas", {}).items():
        yield Cell(kinds=OBJECT, required=frozenset({name}), pending=(term.part(inner),))
    if "unevaluatedProperties" in schema and not is_anything(schema["unevaluatedProperties"]):
        found = Term(term.side, schema["unevaluatedProperties"], wanted=False, mode=term.inner)
        if not _evaluates_all(term, schema):
            yield _undeclared(term, schema, found)


def _names_and_counts(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    if "propertyNames" in schema:
        names = Names(terms=(term.condition(schema["propertyNames"], wanted=False),))
        yield Cell(kinds=OBJECT, exists=(Exists(names),))
    if schema.get("minProperties", 0) > 0:
        yield Cell(kinds=OBJECT, counts=(0, math.ceil(schema["minProperties"]) - 1))
    if "maxProperties" in schema:
        yield Cell(kinds=OBJECT, counts=(math.floor(schema["maxProperties"]) + 1, None))


def _is_marked(term: Term, schema: Any) -> bool:
    return not term.is_open and term.side.is_marked(schema)


def _refused(term: Term, inner: Any) -> Term:
    """Return what a property must fit to be refused; one that does not travel is refused whatever it is."""
    return Term(
        term.side, False if _is_marked(term, inner) else inner, wanted=False, mode=term.inner
    )


def _evaluates_all(term: Term, schema: dict[str, Any]) -> bool:
    parts = in_place(schema, term.side.defs, alternatives=False)
    return any("additionalProperties" in part for part in parts)


def _undeclared(term: Term, schema: dict[str, Any], found: Term) -> Cell:
    """Return what holds where a property is there that no part which always applies declares."""
    parts = list(in_place(schema, term.side.defs, alternatives=False))
    declared = {name for part in parts for name in part.get("properties", ())}
    if not term.is_open:
        declared |= let_in(schema, term.side.defs)
    unlike = tuple(pattern for part in parts for pattern in part.get("patternProperties", ()))
    return Cell(
        kinds=OBJECT, exists=(Exists(Names(unlike=unlike, but=frozenset(declared)), (found,)),)
    )


# --- arrays


def _array(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    first = schema.get("prefixItems", [])
    for index, inner in enumerate(first):
        if not is_anything(inner):
            found = Term(term.side, inner, wanted=False, mode=term.inner)
            yield Cell(kinds=ARRAY, lengths=(index + 1, None), items=((index, found),))
    if not is_anything(schema.get("items", True)):
        found = Term(term.side, schema["items"], wanted=False, mode=term.inner)
        yield Cell(kinds=ARRAY, some=(Some(len(first), found),))
    if schema.get("minItems", 0) > 0:
        yield Cell(kinds=ARRAY, lengths=(0, math.ceil(schema["minItems"]) - 1))
    if "maxItems" in schema:
        yield Cell(kinds=ARRAY, lengths=(math.floor(schema["maxItems"]) + 1, None))
    if schema.get("uniqueItems") is True:
        yield Cell(kinds=ARRAY, repeats=True)
    yield from _contains(term, schema)
    yield from _unevaluated(term, schema)


def _contains(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    if "contains" not in schema:
        return
    found = term.condition(schema["contains"], wanted=True)
    least = math.ceil(schema.get("minContains", 1))
    if least > 0:
        yield Cell(kinds=ARRAY, few=(Few(found, least - 1),))
    if "maxContains" in schema:
        yield Cell(kinds=ARRAY, some=(Some(0, found, math.floor(schema["maxContains"]) + 1),))


def _unevaluated(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    if "unevaluatedItems" not in schema or is_anything(schema["unevaluatedItems"]):
        return
    parts = list(in_place(schema, term.side.defs, alternatives=False))
    if not any("items" in part for part in parts):
        start = max((len(part.get("prefixItems", ())) for part in parts), default=0)
        found = Term(term.side, schema["unevaluatedItems"], wanted=False, mode=term.inner)
        yield Cell(kinds=ARRAY, some=(Some(start, found),))


# --- composition


def _composed(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    if "$ref" in schema:
        yield Cell(pending=(term.part(term.side.defs[name_of(schema["$ref"])]),))
    yield from (Cell(pending=(term.part(part),)) for part in schema.get("allOf", ()))
    if "not" in schema:
        yield Cell(pending=(term.condition(schema["not"], wanted=True),))
    yield from _unions(term, schema)
    if "if" in schema:
        condition = schema["if"]
        for keyword, wanted in (("then", True), ("else", False)):
            if keyword in schema:
                yield Cell(
                    pending=(term.condition(condition, wanted=wanted), term.part(schema[keyword]))
                )


def _unions(term: Term, schema: dict[str, Any]) -> Iterator[Cell]:
    for keyword in ("anyOf", "oneOf"):
        listed = as_one_list(schema, keyword, term.side.target) if keyword in schema else None
        if listed is not None:
            yield Cell(without=tuple(listed["enum"]))
        elif keyword == "anyOf" and keyword in schema:
            yield Cell(pending=tuple(term.part(part) for part in schema["anyOf"]))
        elif keyword in schema:
            yield from _one_of(term, schema["oneOf"])


def _one_of(term: Term, listed: list[Any]) -> Iterator[Cell]:
    """Yield how no member fits, or two do, or the only one fails where it is closed inside."""
    yield Cell(pending=tuple(term.condition(part, wanted=False) for part in listed))
    for one, other in combinations(listed, 2):
        yield Cell(pending=(term.condition(one, wanted=True), term.condition(other, wanted=True)))
    if not term.is_open:
        yield from (
            Cell(pending=(term.condition(part, wanted=True), term.part(part))) for part in listed
        )
