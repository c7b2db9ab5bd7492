"""What it takes for a schema not to fit a value: one of its keywords fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from dynclient.containment.enumerations import merge_enumerations
from dynclient.containment.evaluated_properties import find_undeclared_required
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.schema_view import is_format_bound
from dynclient.containment.string_sets import StringSet
from dynclient.containment.unknown import Undecidable
from dynclient.containment.witnesses.constraint_set import (
    AtLeast,
    AtMost,
    ConstraintSet,
    ExistingProperty,
    PropertyNameSet,
)
from dynclient.containment.witnesses.positive_expansion import (
    ARRAY_TYPE,
    NUMBER_KEYWORDS,
    OBJECT_TYPE,
    STRING_KEYWORDS,
    complement_types,
    get_types,
    is_integer_only,
    is_true_schema,
)
from dynclient.containment.witnesses.signed_schemas import DerivedCondition, SignedSchema
from dynclient.schema.dialect import get_definition_name
from dynclient.schema.readings import is_closable, walk_in_place

_NUMBER_TYPE, _STRING_TYPE = frozenset({"number"}), frozenset({"string"})


def expand_negated(term: SignedSchema) -> list[ConstraintSet]:
    """Return the ways in which a value can fail the schema of a term.

    Args:
        term: one that is not wanted.

    """
    schema = term.schema
    if schema is False:
        return [ConstraintSet()]
    if not isinstance(schema, dict):
        return []
    if isinstance(schema, DerivedCondition):
        raise TypeError("a derived condition is never refused")
    found = [
        *_negate_value_keywords(schema),
        *_negate_object_keywords(term, schema),
        *_negate_array_keywords(term, schema),
        *_negate_applicators(term, schema),
    ]
    if not term.is_open and term.closing_mode == "location" and is_closable(schema, term.view.defs):
        found.append(
            _require_undeclared_property(
                term, schema, SignedSchema(term.view, False, is_positive=False)
            )
        )
    return found


# --- the value itself


def _negate_value_keywords(schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    if "type" in schema:
        left = complement_types(*get_types(schema))
        if left:
            yield ConstraintSet(types=left)
        if is_integer_only(schema):
            yield ConstraintSet(
                types=_NUMBER_TYPE, numbers=NumberSet(excluded_divisors=frozenset({_DIVISOR_ONE}))
            )
    for keyword in NUMBER_KEYWORDS:
        if keyword in schema and not is_format_bound(schema, keyword):
            yield _negate_number_keyword(keyword, schema[keyword])
    for keyword in STRING_KEYWORDS:
        if keyword in schema:
            yield from _negate_string_keyword(keyword, schema[keyword])
    if "enum" in schema:
        yield ConstraintSet(excluded_values=tuple(schema["enum"]))
    if "const" in schema:
        yield ConstraintSet(excluded_values=(schema["const"],))


_DIVISOR_ONE = next(iter(NumberSet.from_schema({"multipleOf": 1}).divisors))


def _negate_number_keyword(keyword: str, said: Any) -> ConstraintSet:
    """Return what fails a keyword of numbers; where it cannot be reckoned with, any number may."""
    try:
        held = NumberSet.from_schema({keyword: said})
    except Undecidable as error:
        return ConstraintSet(types=_NUMBER_TYPE, unexpressed=(error.reason,))
    if keyword == "multipleOf":
        return ConstraintSet(types=_NUMBER_TYPE, numbers=NumberSet(excluded_divisors=held.divisors))
    if held.minimum is not None:
        return ConstraintSet(
            types=_NUMBER_TYPE,
            numbers=NumberSet().restrict(
                held.minimum, is_low=False, is_open=not held.is_minimum_exclusive
            ),
        )
    assert held.maximum is not None
    return ConstraintSet(
        types=_NUMBER_TYPE,
        numbers=NumberSet().restrict(
            held.maximum, is_low=True, is_open=not held.is_maximum_exclusive
        ),
    )


def _negate_string_keyword(keyword: str, said: Any) -> Iterator[ConstraintSet]:
    if keyword == "pattern":
        yield ConstraintSet(
            types=_STRING_TYPE, strings=StringSet(excluded_patterns=frozenset({said}))
        )
    elif keyword == "maxLength":
        yield ConstraintSet(types=_STRING_TYPE, strings=StringSet(min_length=math.floor(said) + 1))
    elif said > 0:
        yield ConstraintSet(types=_STRING_TYPE, strings=StringSet(max_length=math.ceil(said) - 1))


# --- objects


def _negate_object_keywords(term: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    never = SignedSchema(term.view, False)
    for name in schema.get("required", ()):
        yield ConstraintSet(types=OBJECT_TYPE, properties=((name, never),))
    for name, inner in schema.get("properties", {}).items():
        if not is_true_schema(inner) or _is_excluded_by_direction(term, inner):
            yield ConstraintSet(
                types=OBJECT_TYPE,
                required=frozenset({name}),
                properties=((name, _negate_property_schema(term, inner)),),
            )
    for pattern, inner in schema.get("patternProperties", {}).items():
        yield ConstraintSet(
            types=OBJECT_TYPE,
            existing_properties=(
                ExistingProperty(
                    PropertyNameSet(patterns=(pattern,)), (_negate_property_schema(term, inner),)
                ),
            ),
        )
    if not is_true_schema(schema.get("additionalProperties", True)):
        declared = frozenset(schema.get("properties", ()))
        names = PropertyNameSet(
            excluded_patterns=tuple(schema.get("patternProperties", ())), excluded_names=declared
        )
        found = SignedSchema(
            term.view,
            schema["additionalProperties"],
            is_positive=False,
            closing_mode=term.inner_closing_mode,
        )
        yield ConstraintSet(
            types=OBJECT_TYPE, existing_properties=(ExistingProperty(names, (found,)),)
        )
    yield from _negate_names_and_counts(term, schema)
    for name, asked in schema.get("dependentRequired", {}).items():
        yield from (
            ConstraintSet(types=OBJECT_TYPE, required=frozenset({name}), properties=((n, never),))
            for n in asked
            if n != name
        )
    for name, inner in schema.get("dependentSchemas", {}).items():
        yield ConstraintSet(
            types=OBJECT_TYPE, required=frozenset({name}), unexpanded=(term.sign_part(inner),)
        )
    if "unevaluatedProperties" in schema and not is_true_schema(schema["unevaluatedProperties"]):
        found = SignedSchema(
            term.view,
            schema["unevaluatedProperties"],
            is_positive=False,
            closing_mode=term.inner_closing_mode,
        )
        if not _evaluates_all_properties(term, schema):
            yield _require_undeclared_property(term, schema, found)


def _negate_names_and_counts(term: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    if "propertyNames" in schema:
        names = PropertyNameSet(
            signed_schemas=(term.sign_condition(schema["propertyNames"], wanted=False),)
        )
        yield ConstraintSet(types=OBJECT_TYPE, existing_properties=(ExistingProperty(names),))
    if schema.get("minProperties", 0) > 0:
        yield ConstraintSet(
            types=OBJECT_TYPE, property_count=(0, math.ceil(schema["minProperties"]) - 1)
        )
    if "maxProperties" in schema:
        yield ConstraintSet(
            types=OBJECT_TYPE, property_count=(math.floor(schema["maxProperties"]) + 1, None)
        )


def _is_excluded_by_direction(term: SignedSchema, schema: Any) -> bool:
    return not term.is_open and term.view.is_excluded_by_direction(schema)


def _negate_property_schema(term: SignedSchema, inner: Any) -> SignedSchema:
    """Return what a property must fit to be refused; one that does not travel is refused whatever it is."""
    return SignedSchema(
        term.view,
        False if _is_excluded_by_direction(term, inner) else inner,
        is_positive=False,
        closing_mode=term.inner_closing_mode,
    )


def _evaluates_all_properties(term: SignedSchema, schema: dict[str, Any]) -> bool:
    parts = walk_in_place(schema, term.view.defs, alternatives=False)
    return any("additionalProperties" in part for part in parts)


def _require_undeclared_property(
    term: SignedSchema, schema: dict[str, Any], found: SignedSchema
) -> ConstraintSet:
    """Return what holds where a property is there that no part which always applies declares."""
    parts = list(walk_in_place(schema, term.view.defs, alternatives=False))
    declared = {name for part in parts for name in part.get("properties", ())}
    if not term.is_open:
        declared |= find_undeclared_required(schema, term.view.defs)
    unlike = tuple(pattern for part in parts for pattern in part.get("patternProperties", ()))
    return ConstraintSet(
        types=OBJECT_TYPE,
        existing_properties=(
            ExistingProperty(
                PropertyNameSet(excluded_patterns=unlike, excluded_names=frozenset(declared)),
                (found,),
            ),
        ),
    )


# --- arrays


def _negate_array_keywords(term: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    first = schema.get("prefixItems", [])
    for index, inner in enumerate(first):
        if not is_true_schema(inner):
            found = SignedSchema(
                term.view, inner, is_positive=False, closing_mode=term.inner_closing_mode
            )
            yield ConstraintSet(
                types=ARRAY_TYPE, item_count=(index + 1, None), items=((index, found),)
            )
    if not is_true_schema(schema.get("items", True)):
        found = SignedSchema(
            term.view, schema["items"], is_positive=False, closing_mode=term.inner_closing_mode
        )
        yield ConstraintSet(types=ARRAY_TYPE, contains_at_least=(AtLeast(len(first), found),))
    if schema.get("minItems", 0) > 0:
        yield ConstraintSet(types=ARRAY_TYPE, item_count=(0, math.ceil(schema["minItems"]) - 1))
    if "maxItems" in schema:
        yield ConstraintSet(types=ARRAY_TYPE, item_count=(math.floor(schema["maxItems"]) + 1, None))
    if schema.get("uniqueItems") is True:
        yield ConstraintSet(types=ARRAY_TYPE, has_equal_items=True)
    yield from _negate_contains(term, schema)
    yield from _negate_unevaluated_items(term, schema)


def _negate_contains(term: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    if "contains" not in schema:
        return
    found = term.sign_condition(schema["contains"], wanted=True)
    least = math.ceil(schema.get("minContains", 1))
    if least > 0:
        yield ConstraintSet(types=ARRAY_TYPE, contains_at_most=(AtMost(found, least - 1),))
    if "maxContains" in schema:
        yield ConstraintSet(
            types=ARRAY_TYPE,
            contains_at_least=(AtLeast(0, found, math.floor(schema["maxContains"]) + 1),),
        )


def _negate_unevaluated_items(
    term: SignedSchema, schema: dict[str, Any]
) -> Iterator[ConstraintSet]:
    if "unevaluatedItems" not in schema or is_true_schema(schema["unevaluatedItems"]):
        return
    parts = list(walk_in_place(schema, term.view.defs, alternatives=False))
    if not any("items" in part for part in parts):
        start = max((len(part.get("prefixItems", ())) for part in parts), default=0)
        found = SignedSchema(
            term.view,
            schema["unevaluatedItems"],
            is_positive=False,
            closing_mode=term.inner_closing_mode,
        )
        yield ConstraintSet(types=ARRAY_TYPE, contains_at_least=(AtLeast(start, found),))


# --- composition


def _negate_applicators(term: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    if "$ref" in schema:
        yield ConstraintSet(
            unexpanded=(term.sign_part(term.view.defs[get_definition_name(schema["$ref"])]),)
        )
    yield from (
        ConstraintSet(unexpanded=(term.sign_part(part),)) for part in schema.get("allOf", ())
    )
    if "not" in schema:
        yield ConstraintSet(unexpanded=(term.sign_condition(schema["not"], wanted=True),))
    yield from _negate_unions(term, schema)
    if "if" in schema:
        condition = schema["if"]
        for keyword, wanted in (("then", True), ("else", False)):
            if keyword in schema:
                yield ConstraintSet(
                    unexpanded=(
                        term.sign_condition(condition, wanted=wanted),
                        term.sign_part(schema[keyword]),
                    )
                )


def _negate_unions(term: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    for keyword in ("anyOf", "oneOf"):
        listed = (
            merge_enumerations(schema, keyword, term.view.resolve) if keyword in schema else None
        )
        if listed is not None:
            yield ConstraintSet(excluded_values=tuple(listed["enum"]))
        elif keyword == "anyOf" and keyword in schema:
            yield ConstraintSet(unexpanded=tuple(term.sign_part(part) for part in schema["anyOf"]))
        elif keyword in schema:
            yield from _negate_one_of(term, schema["oneOf"])


def _negate_one_of(term: SignedSchema, listed: list[Any]) -> Iterator[ConstraintSet]:
    """Yield how no member fits, or two do, or the only one fails where it is closed inside."""
    yield ConstraintSet(
        unexpanded=tuple(term.sign_condition(part, wanted=False) for part in listed)
    )
    for one, other in combinations(listed, 2):
        yield ConstraintSet(
            unexpanded=(
                term.sign_condition(one, wanted=True),
                term.sign_condition(other, wanted=True),
            )
        )
    if not term.is_open:
        yield from (
            ConstraintSet(unexpanded=(term.sign_condition(part, wanted=True), term.sign_part(part)))
            for part in listed
        )
