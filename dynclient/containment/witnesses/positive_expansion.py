"""What a schema that must fit says of a value: facts, and what holds in one of several ways."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from dynclient.containment.disjuncts import JSON_TYPES
from dynclient.containment.enumerations import merge_enumerations
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.schema_equality import select_assertions
from dynclient.containment.schema_view import is_format_bound
from dynclient.containment.string_sets import StringSet
from dynclient.containment.unknown import Undecidable
from dynclient.containment.witnesses.constraint_set import (
    AtLeast,
    AtMost,
    ChildApplicators,
    ConstraintSet,
    ExistingProperty,
    PropertyNameSet,
    UnevaluatedRule,
)
from dynclient.containment.witnesses.signed_schemas import DerivedCondition, SignedSchema
from dynclient.schema.dialect import Schema, get_definition_name
from dynclient.schema.readings import walk_in_place

#: What is said of a number or text by itself.
NUMBER_KEYWORDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
STRING_KEYWORDS = ("minLength", "maxLength", "pattern")

OBJECT_TYPE, ARRAY_TYPE = frozenset({"object"}), frozenset({"array"})

_CHILD_APPLICATORS = (
    "properties",
    "patternProperties",
    "additionalProperties",
    "prefixItems",
    "items",
)


class DisjunctiveKeyword(Schema):
    """One keyword of a schema that holds in one of several ways."""


def complement_types(*kinds: str) -> frozenset[str]:
    """Return all kinds but some."""
    return frozenset(JSON_TYPES) - frozenset(kinds)


def expand(term: SignedSchema, fragments: dict[int, list[Any]]) -> list[ConstraintSet]:
    """Return the ways in which a value can fit the schema of a term.

    Args:
        term: a wanted one.
        fragments: keeps those that are made, so that the same term is the same again.

    """
    schema = term.schema
    if schema is False:
        return []
    if not isinstance(schema, dict):
        return [ConstraintSet()]
    if isinstance(schema, DerivedCondition):
        return _expand_derived(term, schema)
    if isinstance(schema, DisjunctiveKeyword):
        return list(_expand_disjunctive_keyword(term, schema))
    made = _build_constraints(term, schema)
    pending = [
        term.sign_part(fragment)
        for fragment in _split_disjunctive_keywords(term, schema, fragments)
    ]
    if "$ref" in schema:
        pending.append(term.sign_part(term.view.defs[get_definition_name(schema["$ref"])]))
    pending += [term.sign_part(part) for part in schema.get("allOf", ())]
    if "not" in schema:
        pending.append(term.sign_condition(schema["not"], wanted=False))
    return [made & ConstraintSet(unexpanded=tuple(pending))]


def _expand_derived(term: SignedSchema, said: DerivedCondition) -> list[ConstraintSet]:
    inner = SignedSchema(term.view, said.get("that"), closing_mode=term.closing_mode)
    if "unless" in said:
        return [
            ConstraintSet(
                unexpanded=(
                    SignedSchema(
                        term.view, said["unless"], is_positive=False, closing_mode=term.closing_mode
                    ),
                )
            )
        ]
    if "member" in said:
        name = said["member"]
        return [
            ConstraintSet(
                types=OBJECT_TYPE, required=frozenset({name}), properties=((name, inner),)
            )
        ]
    if "item" in said:
        return [ConstraintSet(types=ARRAY_TYPE, contains_at_least=(AtLeast(0, inner),))]
    return [
        ConstraintSet(
            types=OBJECT_TYPE, existing_properties=(ExistingProperty(PropertyNameSet(), (inner,)),)
        )
    ]


def _split_disjunctive_keywords(
    term: SignedSchema, schema: dict[str, Any], kept: dict[int, list[Any]]
) -> list[Any]:
    """Return what a schema says that holds in one of several ways."""
    if id(schema) not in kept:
        unions = [k for k in ("anyOf", "oneOf") if k in schema]
        found: list[Any] = [
            merge_enumerations(schema, k, term.view.resolve) or DisjunctiveKeyword({k: schema[k]})
            for k in unions
        ]
        if "if" in schema and ("then" in schema or "else" in schema):
            found.append(
                DisjunctiveKeyword({k: schema[k] for k in ("if", "then", "else") if k in schema})
            )
        for keyword in ("dependentRequired", "dependentSchemas"):
            found += [
                DisjunctiveKeyword({keyword: {name: said}})
                for name, said in schema.get(keyword, {}).items()
            ]
        kept[id(schema)] = [schema, *found]
    return kept[id(schema)][1:]


def _expand_disjunctive_keyword(
    term: SignedSchema, schema: DisjunctiveKeyword
) -> Iterator[ConstraintSet]:
    """Yield the ways in which one keyword holds."""
    if "anyOf" in schema:
        yield from (ConstraintSet(unexpanded=(term.sign_part(part),)) for part in schema["anyOf"])
    elif "oneOf" in schema:
        for part in schema["oneOf"]:
            rest = [other for other in schema["oneOf"] if other is not part]
            barred = (term.sign_condition(other, wanted=False) for other in rest)
            yield ConstraintSet(unexpanded=(term.sign_part(part), *barred), negated=tuple(rest))
    elif "if" in schema:
        yield ConstraintSet(
            unexpanded=(
                term.sign_condition(schema["if"], wanted=True),
                term.sign_part(schema.get("then", True)),
            )
        )
        refused = term.sign_condition(schema["if"], wanted=False)
        yield ConstraintSet(
            unexpanded=(refused, term.sign_part(schema.get("else", True))), negated=(schema["if"],)
        )
    else:
        yield from _expand_dependent(term, schema)


def _expand_dependent(term: SignedSchema, schema: DisjunctiveKeyword) -> Iterator[ConstraintSet]:
    (by_name,) = schema.values()
    ((name, said),) = by_name.items()
    yield ConstraintSet(types=complement_types("object"))
    yield ConstraintSet(types=OBJECT_TYPE, properties=((name, SignedSchema(term.view, False)),))
    if "dependentRequired" in schema:
        yield ConstraintSet(types=OBJECT_TYPE, required=frozenset({name, *said}))
    else:
        yield ConstraintSet(
            types=OBJECT_TYPE, required=frozenset({name}), unexpanded=(term.sign_part(said),)
        )


def _build_constraints(term: SignedSchema, schema: dict[str, Any]) -> ConstraintSet:
    """Return the facts that a schema says without any choice."""
    made = ConstraintSet(
        types=get_types(schema),
        numbers=_build_number_set(schema),
        strings=_build_string_set(schema),
        enumeration=_get_enumeration(schema),
        formats=(schema["format"],) if "format" in schema else (),
        applicators=_collect_applicators(term, schema),
    )
    if made.types & OBJECT_TYPE:
        made &= _build_object_constraints(term, schema)
    if made.types & ARRAY_TYPE:
        made &= _build_array_constraints(term, schema)
    return made


def _build_object_constraints(term: SignedSchema, schema: dict[str, Any]) -> ConstraintSet:
    return ConstraintSet(
        required=frozenset(schema.get("required", ())),
        property_count=(_get_minimum(schema, "minProperties"), schema.get("maxProperties")),
        property_names=(term.sign_condition(schema["propertyNames"], wanted=True),)
        if "propertyNames" in schema
        else (),
        unevaluated=_build_unevaluated_rules(term, schema),
    )


def _build_array_constraints(term: SignedSchema, schema: dict[str, Any]) -> ConstraintSet:
    return ConstraintSet(
        applicators=_build_unevaluated_items(term, schema),
        item_count=(_get_minimum(schema, "minItems"), schema.get("maxItems")),
        has_unique_items=schema.get("uniqueItems") is True,
        contains_at_least=_build_contains_at_least(term, schema),
        contains_at_most=_build_contains_at_most(term, schema),
    )


def get_types(schema: dict[str, Any]) -> frozenset[str]:
    """Return the kinds of value that the type of a schema names."""
    types = schema.get("type", list(JSON_TYPES))
    return frozenset(
        "number" if t == "integer" else t for t in (types if isinstance(types, list) else [types])
    )


def is_integer_only(schema: dict[str, Any]) -> bool:
    """Tell whether the type of a schema leaves only integers of all numbers."""
    types = schema.get("type", ())
    listed = types if isinstance(types, list) else [types]
    return "integer" in listed and "number" not in listed


def _build_number_set(schema: dict[str, Any]) -> NumberSet:
    said = {k: schema[k] for k in NUMBER_KEYWORDS if k in schema and not is_format_bound(schema, k)}
    try:
        return NumberSet.from_schema(said, whole=is_integer_only(schema))
    except Undecidable:
        return NumberSet(is_integer=is_integer_only(schema))


def _build_string_set(schema: dict[str, Any]) -> StringSet:
    try:
        return StringSet.from_schema({k: schema[k] for k in STRING_KEYWORDS if k in schema})
    except Undecidable:
        return StringSet()


def _get_enumeration(schema: dict[str, Any]) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema["enum"]) if "enum" in schema else None


def _get_minimum(schema: dict[str, Any], keyword: str) -> int:
    least: float = schema.get(keyword, 0)
    return math.ceil(least)


def _collect_applicators(
    term: SignedSchema, schema: dict[str, Any]
) -> tuple[ChildApplicators, ...]:
    said = {k: schema[k] for k in _CHILD_APPLICATORS if k in schema}
    return (ChildApplicators(term, said, term.inner_closing_mode),) if said else ()


def _build_contains_at_least(term: SignedSchema, schema: dict[str, Any]) -> tuple[AtLeast, ...]:
    least = _get_minimum({"minContains": 1, **schema}, "minContains")
    if "contains" not in schema or least == 0:
        return ()
    return (AtLeast(0, term.sign_condition(schema["contains"], wanted=True), least),)


def _build_contains_at_most(term: SignedSchema, schema: dict[str, Any]) -> tuple[AtMost, ...]:
    if "contains" not in schema or "maxContains" not in schema:
        return ()
    return (
        AtMost(
            term.sign_condition(schema["contains"], wanted=True), math.floor(schema["maxContains"])
        ),
    )


def _build_unevaluated_items(
    term: SignedSchema, schema: dict[str, Any]
) -> tuple[ChildApplicators, ...]:
    """Return what `unevaluatedItems` says of the items that no schema, of those that may apply, speaks of."""
    parts = list(walk_in_place(schema, term.view.defs))
    speaks = any(
        "items" in p or "contains" in p or ("unevaluatedItems" in p and p is not schema)
        for p in parts
    )
    if "unevaluatedItems" not in schema or speaks or any("if" in part for part in parts):
        return ()
    first = [True] * max((len(part.get("prefixItems", ())) for part in parts), default=0)
    return (
        ChildApplicators(
            term,
            {"prefixItems": first, "items": schema["unevaluatedItems"]},
            term.inner_closing_mode,
        ),
    )


def _build_unevaluated_rules(
    term: SignedSchema, schema: dict[str, Any]
) -> tuple[UnevaluatedRule, ...]:
    if "unevaluatedProperties" not in schema:
        return ()
    return (
        UnevaluatedRule(
            term,
            (schema,),
            SignedSchema(
                term.view, schema["unevaluatedProperties"], closing_mode=term.inner_closing_mode
            ),
            schema,
        ),
    )


def is_true_schema(schema: Any) -> bool:
    """Tell whether a schema says in so many words that everything fits it."""
    return schema is True or (
        isinstance(schema, dict)
        and not isinstance(schema, DerivedCondition)
        and not select_assertions(schema)
    )
