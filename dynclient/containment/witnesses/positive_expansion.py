"""The expansion of a positive signed schema into constraint sets, one for each disjunct.

Keywords that always hold become constraints. References, `allOf` and `not` become conjuncts that
are expanded next. A keyword with alternatives becomes a `DisjunctiveKeyword`, which is expanded
only where its choice matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeAlias

from dynclient.containment.disjuncts import JSON_TYPES
from dynclient.containment.enumerations import merge_enumerations
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.schema_equality import select_assertions
from dynclient.containment.schema_view import is_format_bound
from dynclient.containment.string_sets import StringSet
from dynclient.containment.unknown import Undecidable
from dynclient.containment.witnesses.constraint_set import (
    ANY_NUMBER,
    ANY_STRING,
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

#: The keywords that bound a number or a string.
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
    """A schema of one keyword that holds in one of several ways."""


#: The disjunctive keywords of a schema; the same objects each time, for the caches.
DisjunctiveKeywordCache: TypeAlias = IdentityCache[list[Schema]]


def complement_types(*types: str) -> frozenset[str]:
    """Return all JSON types but some."""
    return frozenset(JSON_TYPES).difference(types)


def expand(signed: SignedSchema, cache: DisjunctiveKeywordCache) -> list[ConstraintSet]:
    """Return the constraint sets under which a value fits a schema: it fits under one of them.

    Args:
        signed: a positive signed schema.
        cache: keeps the disjunctive keywords of each schema.

    """
    schema = signed.schema
    if schema is False:
        return []
    if not isinstance(schema, dict):
        return [ConstraintSet()]
    if isinstance(schema, DerivedCondition):
        return [_expand_derived(signed, schema)]
    if isinstance(schema, DisjunctiveKeyword):
        return list(_expand_disjunctive_keyword(signed, schema))

    choices = cache.get_or_compute(
        (schema,), lambda: list(_split_disjunctive_keywords(signed, schema))
    )
    conjuncts = [signed.sign_part(choice) for choice in choices]
    if "$ref" in schema:
        target = signed.view.defs[get_definition_name(schema["$ref"])]
        conjuncts.append(signed.sign_part(target))
    conjuncts += [signed.sign_part(member) for member in schema.get("allOf", ())]
    if "not" in schema:
        conjuncts.append(signed.sign_condition(schema["not"], is_positive=False))
    return [_build_constraints(signed, schema) & ConstraintSet(unexpanded=tuple(conjuncts))]


def _expand_derived(signed: SignedSchema, condition: DerivedCondition) -> ConstraintSet:
    view, closing_mode = signed.view, signed.closing_mode
    if "unless" in condition:
        negated = SignedSchema(view, condition["unless"], False, closing_mode)
        return ConstraintSet(unexpanded=(negated,))
    inner = SignedSchema(view, condition["that"], closing_mode=closing_mode)
    if "member" in condition:
        name = condition["member"]
        return ConstraintSet(
            types=OBJECT_TYPE, required=frozenset({name}), properties=((name, inner),)
        )
    if "item" in condition:
        return ConstraintSet(types=ARRAY_TYPE, contains_at_least=(AtLeast(0, inner),))
    some_property = ExistingProperty(PropertyNameSet(), (inner,))
    return ConstraintSet(types=OBJECT_TYPE, existing_properties=(some_property,))


# --- disjunctive keywords


def _split_disjunctive_keywords(signed: SignedSchema, schema: dict[str, Any]) -> Iterator[Schema]:
    """Yield the keywords with alternatives as schemas of their own."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            enumeration = merge_enumerations(schema, keyword, signed.view.resolve)
            yield enumeration or DisjunctiveKeyword({keyword: schema[keyword]})
    if "if" in schema and ("then" in schema or "else" in schema):
        keywords = ("if", "then", "else")
        yield DisjunctiveKeyword({k: schema[k] for k in keywords if k in schema})
    for keyword in ("dependentRequired", "dependentSchemas"):
        for name, dependency in schema.get(keyword, {}).items():
            yield DisjunctiveKeyword({keyword: {name: dependency}})


def _expand_disjunctive_keyword(
    signed: SignedSchema, schema: DisjunctiveKeyword
) -> Iterator[ConstraintSet]:
    """Yield one constraint set for each alternative of a keyword."""
    if "anyOf" in schema:
        for member in schema["anyOf"]:
            yield ConstraintSet(
                types=_find_types(signed, member), unexpanded=(signed.sign_part(member),)
            )
    elif "oneOf" in schema:
        yield from _expand_one_of(signed, schema["oneOf"])
    elif "if" in schema:
        condition = schema["if"]
        positive = signed.sign_condition(condition, is_positive=True)
        then_part = signed.sign_part(schema.get("then", True))
        yield ConstraintSet(unexpanded=(positive, then_part))
        negative = signed.sign_condition(condition, is_positive=False)
        else_part = signed.sign_part(schema.get("else", True))
        yield ConstraintSet(unexpanded=(negative, else_part), negated=(condition,))
    else:
        yield from _expand_dependent(signed, schema)


def _expand_one_of(signed: SignedSchema, members: list[Any]) -> Iterator[ConstraintSet]:
    for member in members:
        others = [other for other in members if other is not member]
        negations = [signed.sign_condition(other, is_positive=False) for other in others]
        yield ConstraintSet(
            types=_find_types(signed, member),
            unexpanded=(signed.sign_part(member), *negations),
            negated=tuple(others),
        )


def _find_types(signed: SignedSchema, member: Any) -> frozenset[str]:
    """Return the types that an alternative names itself: so the others are passed over at once."""
    target = signed.view.resolve(member)
    return get_types(target) if isinstance(target, dict) else frozenset(JSON_TYPES)


def _expand_dependent(signed: SignedSchema, schema: DisjunctiveKeyword) -> Iterator[ConstraintSet]:
    ((keyword, dependencies),) = schema.items()
    ((name, dependency),) = dependencies.items()
    never = SignedSchema(signed.view, False)
    yield ConstraintSet(types=complement_types("object"))
    yield ConstraintSet(types=OBJECT_TYPE, properties=((name, never),))
    if keyword == "dependentRequired":
        yield ConstraintSet(types=OBJECT_TYPE, required=frozenset({name, *dependency}))
    else:
        yield ConstraintSet(
            types=OBJECT_TYPE,
            required=frozenset({name}),
            unexpanded=(signed.sign_part(dependency),),
        )


# --- keywords that always hold


def _build_constraints(signed: SignedSchema, schema: dict[str, Any]) -> ConstraintSet:
    """Return the constraints of the keywords without alternatives."""
    constraints = ConstraintSet(
        types=get_types(schema),
        numbers=_build_number_set(schema),
        strings=_build_string_set(schema),
        enumeration=_get_enumeration(schema),
        formats=(schema["format"],) if "format" in schema else (),
        applicators=_collect_applicators(signed, schema),
    )
    if constraints.types & OBJECT_TYPE:
        constraints &= _build_object_constraints(signed, schema)
    if constraints.types & ARRAY_TYPE:
        constraints &= _build_array_constraints(signed, schema)
    return constraints


def _build_object_constraints(signed: SignedSchema, schema: dict[str, Any]) -> ConstraintSet:
    property_names: tuple[SignedSchema, ...] = ()
    if "propertyNames" in schema:
        property_names = (signed.sign_condition(schema["propertyNames"], is_positive=True),)
    return ConstraintSet(
        required=frozenset(schema.get("required", ())),
        property_count=(_get_minimum(schema, "minProperties"), schema.get("maxProperties")),
        property_names=property_names,
        unevaluated=_build_unevaluated_rules(signed, schema),
    )


def _build_array_constraints(signed: SignedSchema, schema: dict[str, Any]) -> ConstraintSet:
    at_least: tuple[AtLeast, ...] = ()
    at_most: tuple[AtMost, ...] = ()
    if "contains" in schema:
        contained = signed.sign_condition(schema["contains"], is_positive=True)
        minimum = _get_minimum({"minContains": 1, **schema}, "minContains")
        if minimum != 0:
            at_least = (AtLeast(0, contained, minimum),)
        if "maxContains" in schema:
            at_most = (AtMost(contained, math.floor(schema["maxContains"])),)
    return ConstraintSet(
        applicators=_build_unevaluated_items(signed, schema),
        item_count=(_get_minimum(schema, "minItems"), schema.get("maxItems")),
        has_unique_items=schema.get("uniqueItems") is True,
        contains_at_least=at_least,
        contains_at_most=at_most,
    )


def get_types(schema: dict[str, Any]) -> frozenset[str]:
    """Return the JSON types that the `type` of a schema allows; an integer is a number here."""
    types = schema.get("type", list(JSON_TYPES))
    if not isinstance(types, list):
        types = [types]
    return frozenset("number" if name == "integer" else name for name in types)


def is_integer_only(schema: dict[str, Any]) -> bool:
    """Tell whether the `type` of a schema allows integers and no other numbers."""
    types = schema.get("type", ())
    if not isinstance(types, list):
        types = [types]
    return "integer" in types and "number" not in types


def _build_number_set(schema: dict[str, Any]) -> NumberSet:
    is_integer = is_integer_only(schema)
    keywords = {
        k: schema[k] for k in NUMBER_KEYWORDS if k in schema and not is_format_bound(schema, k)
    }
    if not keywords and not is_integer:
        return ANY_NUMBER
    try:
        return NumberSet.from_schema(keywords, is_integer=is_integer)
    except Undecidable:
        return NumberSet(is_integer=is_integer)


def _build_string_set(schema: dict[str, Any]) -> StringSet:
    keywords = {k: schema[k] for k in STRING_KEYWORDS if k in schema}
    if not keywords:
        return ANY_STRING
    try:
        return StringSet.from_schema(keywords)
    except Undecidable:
        return ANY_STRING


def _get_enumeration(schema: dict[str, Any]) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema["enum"]) if "enum" in schema else None


def _get_minimum(schema: dict[str, Any], keyword: str) -> int:
    minimum: float = schema.get(keyword, 0)
    return math.ceil(minimum)


def _collect_applicators(
    signed: SignedSchema, schema: dict[str, Any]
) -> tuple[ChildApplicators, ...]:
    keywords = {k: schema[k] for k in _CHILD_APPLICATORS if k in schema}
    if not keywords:
        return ()
    return (ChildApplicators(signed, keywords, signed.inner_closing_mode),)


def _build_unevaluated_items(
    signed: SignedSchema, schema: dict[str, Any]
) -> tuple[ChildApplicators, ...]:
    """Return `unevaluatedItems` as `items`, after the items that some schema may evaluate.

    Where a schema may evaluate any item, or none under an `if`, the keyword is left out.
    """
    if "unevaluatedItems" not in schema:
        return ()
    prefix_length = 0
    for part in walk_in_place(schema, signed.view.defs):
        has_other = "unevaluatedItems" in part and part is not schema
        if has_other or "items" in part or "contains" in part or "if" in part:
            return ()
        prefix_length = max(prefix_length, len(part.get("prefixItems", ())))
    keywords = {"prefixItems": [True] * prefix_length, "items": schema["unevaluatedItems"]}
    return (ChildApplicators(signed, keywords, signed.inner_closing_mode),)


def _build_unevaluated_rules(
    signed: SignedSchema, schema: dict[str, Any]
) -> tuple[UnevaluatedRule, ...]:
    if "unevaluatedProperties" not in schema:
        return ()
    unevaluated = signed.sign_inner(schema["unevaluatedProperties"])
    return (UnevaluatedRule(signed, (schema,), unevaluated, declaring_schema=schema),)


def is_true_schema(schema: Any) -> bool:
    """Tell whether a schema is `true`, or asserts nothing."""
    if schema is True:
        return True
    if not isinstance(schema, dict) or isinstance(schema, DerivedCondition):
        return False
    return not select_assertions(schema)
