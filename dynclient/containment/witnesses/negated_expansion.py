"""The expansion of a negated signed schema into constraint sets, the mirror of the positive one.

A value does not fit a schema where one of its keywords fails. So each keyword becomes one or more
constraint sets, under which this keyword fails.
"""

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
from dynclient.containment.witnesses.known_members import KnownMembers
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

_DIVISOR_ONE = NumberSet.from_schema({"multipleOf": 1}).divisors


def expand_negated(
    signed: SignedSchema, known_members: KnownMembers | None = None
) -> list[ConstraintSet]:
    """Return the constraint sets under which a value does not fit a schema.

    Args:
        signed: a negated signed schema.
        known_members: what is known of the members of its `oneOf`; None for nothing.

    """
    schema = signed.schema
    if schema is False:
        return [ConstraintSet()]
    if not isinstance(schema, dict):
        return []
    if isinstance(schema, DerivedCondition):
        raise TypeError("a derived condition is never refused")
    constraint_sets = [
        *_negate_value_keywords(schema),
        *_negate_object_keywords(signed, schema),
        *_negate_array_keywords(signed, schema),
        *_negate_applicators(signed, schema, known_members),
    ]
    is_location = signed.closing_mode == "location" and not signed.is_open
    if is_location and is_closable(schema, signed.view.defs):
        applied = [schema, *(known_members.deciding if known_members else ())]
        if not any(_evaluates_all_properties(signed, one) for one in applied):
            refused = SignedSchema(signed.view, False, is_positive=False)
            constraint_sets.append(_require_undeclared_property(signed, applied, refused))
    return constraint_sets


# --- the value itself


def _negate_value_keywords(schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    if "type" in schema:
        yield from _negate_type(schema)
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


def _negate_type(schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    other_types = complement_types(*get_types(schema))
    if other_types:
        yield ConstraintSet(types=other_types)
    if is_integer_only(schema):
        fractions = NumberSet(excluded_divisors=_DIVISOR_ONE)
        yield ConstraintSet(types=_NUMBER_TYPE, numbers=fractions)


def _negate_number_keyword(keyword: str, value: Any) -> ConstraintSet:
    """Return the numbers for which a keyword fails; where it has no exact value, all numbers."""
    try:
        allowed = NumberSet.from_schema({keyword: value})
    except Undecidable as error:
        return ConstraintSet(types=_NUMBER_TYPE, unexpressed=(error.reason,))
    if allowed.minimum is not None:
        is_exclusive = not allowed.is_minimum_exclusive
        refused = NumberSet(maximum=allowed.minimum, is_maximum_exclusive=is_exclusive)
    elif allowed.maximum is not None:
        is_exclusive = not allowed.is_maximum_exclusive
        refused = NumberSet(minimum=allowed.maximum, is_minimum_exclusive=is_exclusive)
    else:
        refused = NumberSet(excluded_divisors=allowed.divisors)
    return ConstraintSet(types=_NUMBER_TYPE, numbers=refused)


def _negate_string_keyword(keyword: str, value: Any) -> Iterator[ConstraintSet]:
    if keyword == "pattern":
        refused = StringSet(excluded_patterns=frozenset({value}))
    elif keyword == "maxLength":
        refused = StringSet(min_length=math.floor(value) + 1)
    elif value > 0:
        refused = StringSet(max_length=math.ceil(value) - 1)
    else:
        return
    yield ConstraintSet(types=_STRING_TYPE, strings=refused)


# --- objects


def _negate_object_keywords(
    signed: SignedSchema, schema: dict[str, Any]
) -> Iterator[ConstraintSet]:
    for name in schema.get("required", ()):
        yield _forbid_property(signed, name)
    yield from _negate_properties(signed, schema)
    yield from _negate_names_and_counts(signed, schema)
    yield from _negate_dependencies(signed, schema)
    unevaluated = schema.get("unevaluatedProperties", True)
    if not is_true_schema(unevaluated) and not _evaluates_all_properties(signed, schema):
        yield _require_undeclared_property(signed, [schema], signed.sign_inner(unevaluated))


def _forbid_property(signed: SignedSchema, name: str) -> ConstraintSet:
    never = SignedSchema(signed.view, False)
    return ConstraintSet(types=OBJECT_TYPE, properties=((name, never),))


def _negate_properties(signed: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    """Yield how a property can fail `properties`, `patternProperties`, `additionalProperties`."""
    for name, inner in schema.get("properties", {}).items():
        if not is_true_schema(inner) or _is_excluded_by_direction(signed, inner):
            refused = _negate_property_schema(signed, inner)
            yield ConstraintSet(
                types=OBJECT_TYPE, required=frozenset({name}), properties=((name, refused),)
            )
    for pattern, inner in schema.get("patternProperties", {}).items():
        refused = _negate_property_schema(signed, inner)
        yield _require_property(PropertyNameSet(patterns=(pattern,)), refused)
    additional = schema.get("additionalProperties", True)
    if not is_true_schema(additional):
        names = PropertyNameSet(
            excluded_patterns=tuple(schema.get("patternProperties", ())),
            excluded_names=frozenset(schema.get("properties", ())),
        )
        yield _require_property(names, signed.sign_inner(additional))


def _require_property(names: PropertyNameSet, *signed_schemas: SignedSchema) -> ConstraintSet:
    some_property = ExistingProperty(names, signed_schemas)
    return ConstraintSet(types=OBJECT_TYPE, existing_properties=(some_property,))


def _negate_names_and_counts(
    signed: SignedSchema, schema: dict[str, Any]
) -> Iterator[ConstraintSet]:
    if "propertyNames" in schema:
        refused_name = signed.sign_condition(schema["propertyNames"], is_positive=False)
        yield _require_property(PropertyNameSet(signed_schemas=(refused_name,)))
    if schema.get("minProperties", 0) > 0:
        maximum = math.ceil(schema["minProperties"]) - 1
        yield ConstraintSet(types=OBJECT_TYPE, property_count=(0, maximum))
    if "maxProperties" in schema:
        minimum = math.floor(schema["maxProperties"]) + 1
        yield ConstraintSet(types=OBJECT_TYPE, property_count=(minimum, None))


def _negate_dependencies(signed: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    for name, required in schema.get("dependentRequired", {}).items():
        existing = ConstraintSet(types=OBJECT_TYPE, required=frozenset({name}))
        for other in required:
            if other != name:
                yield existing & _forbid_property(signed, other)
    for name, inner in schema.get("dependentSchemas", {}).items():
        yield ConstraintSet(
            types=OBJECT_TYPE, required=frozenset({name}), unexpanded=(signed.sign_part(inner),)
        )


def _is_excluded_by_direction(signed: SignedSchema, schema: Any) -> bool:
    return not signed.is_open and signed.view.is_excluded_by_direction(schema)


def _negate_property_schema(signed: SignedSchema, inner: Any) -> SignedSchema:
    """Return what the value of a refused property fits: anything, if it travels the other way."""
    return signed.sign_inner(False if _is_excluded_by_direction(signed, inner) else inner)


def _evaluates_all_properties(signed: SignedSchema, schema: Any) -> bool:
    parts = walk_in_place(schema, signed.view.defs, alternatives=False)
    return any("additionalProperties" in part for part in parts)


def _require_undeclared_property(
    signed: SignedSchema, schemas: list[Any], refused: SignedSchema
) -> ConstraintSet:
    """Return that a property exists which none of the schemas that always apply declares."""
    names = set[str]()
    patterns: list[str] = []
    for schema in schemas:
        for part in walk_in_place(schema, signed.view.defs, alternatives=False):
            names.update(part.get("properties", ()))
            patterns += part.get("patternProperties", ())
    if not signed.is_open:
        names |= find_undeclared_required(schemas[0], signed.view.defs)
    undeclared = PropertyNameSet(excluded_patterns=tuple(patterns), excluded_names=frozenset(names))
    return _require_property(undeclared, refused)


# --- arrays


def _negate_array_keywords(signed: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    prefix = schema.get("prefixItems", [])
    for index, inner in enumerate(prefix):
        if not is_true_schema(inner):
            refused = signed.sign_inner(inner)
            yield ConstraintSet(
                types=ARRAY_TYPE, item_count=(index + 1, None), items=((index, refused),)
            )
    items = schema.get("items", True)
    if not is_true_schema(items):
        yield _require_items(AtLeast(len(prefix), signed.sign_inner(items)))
    if schema.get("minItems", 0) > 0:
        yield ConstraintSet(types=ARRAY_TYPE, item_count=(0, math.ceil(schema["minItems"]) - 1))
    if "maxItems" in schema:
        minimum = math.floor(schema["maxItems"]) + 1
        yield ConstraintSet(types=ARRAY_TYPE, item_count=(minimum, None))
    if schema.get("uniqueItems") is True:
        yield ConstraintSet(types=ARRAY_TYPE, has_equal_items=True)
    yield from _negate_contains(signed, schema)
    yield from _negate_unevaluated_items(signed, schema)


def _require_items(at_least: AtLeast) -> ConstraintSet:
    return ConstraintSet(types=ARRAY_TYPE, contains_at_least=(at_least,))


def _negate_contains(signed: SignedSchema, schema: dict[str, Any]) -> Iterator[ConstraintSet]:
    if "contains" not in schema:
        return
    contained = signed.sign_condition(schema["contains"], is_positive=True)
    minimum = math.ceil(schema.get("minContains", 1))
    if minimum > 0:
        at_most = AtMost(contained, minimum - 1)
        yield ConstraintSet(types=ARRAY_TYPE, contains_at_most=(at_most,))
    if "maxContains" in schema:
        yield _require_items(AtLeast(0, contained, math.floor(schema["maxContains"]) + 1))


def _negate_unevaluated_items(
    signed: SignedSchema, schema: dict[str, Any]
) -> Iterator[ConstraintSet]:
    unevaluated = schema.get("unevaluatedItems", True)
    if is_true_schema(unevaluated):
        return
    start = 0
    for part in walk_in_place(schema, signed.view.defs, alternatives=False):
        if "items" in part:
            return
        start = max(start, len(part.get("prefixItems", ())))
    yield _require_items(AtLeast(start, signed.sign_inner(unevaluated)))


# --- applicators in place


def _negate_applicators(
    signed: SignedSchema, schema: dict[str, Any], known_members: KnownMembers | None
) -> Iterator[ConstraintSet]:
    if "$ref" in schema:
        target = signed.view.defs[get_definition_name(schema["$ref"])]
        yield ConstraintSet(unexpanded=(signed.sign_part(target),))
    for member in schema.get("allOf", ()):
        yield ConstraintSet(unexpanded=(signed.sign_part(member),))
    if "not" in schema:
        yield ConstraintSet(unexpanded=(signed.sign_condition(schema["not"], is_positive=True),))
    yield from _negate_unions(signed, schema, known_members)
    if "if" in schema:
        for keyword, is_positive in (("then", True), ("else", False)):
            if keyword in schema:
                condition = signed.sign_condition(schema["if"], is_positive=is_positive)
                yield ConstraintSet(unexpanded=(condition, signed.sign_part(schema[keyword])))


def _negate_unions(
    signed: SignedSchema, schema: dict[str, Any], known_members: KnownMembers | None
) -> Iterator[ConstraintSet]:
    for keyword in ("anyOf", "oneOf"):
        if keyword not in schema:
            continue
        enumeration = merge_enumerations(schema, keyword, signed.view.resolve)
        if enumeration is not None:
            yield ConstraintSet(excluded_values=tuple(enumeration["enum"]))
        elif keyword == "anyOf":
            yield ConstraintSet(unexpanded=tuple(map(signed.sign_part, schema["anyOf"])))
        else:
            yield from _negate_one_of(signed, known_members or KnownMembers((), schema["oneOf"]))


def _negate_one_of(signed: SignedSchema, members: KnownMembers) -> Iterator[ConstraintSet]:
    """Yield that no member fits, that two do, or that closing refuses the only one that fits."""
    if len(members.fitting) > 1:
        yield ConstraintSet()
        return
    conditions = [signed.sign_condition(one, is_positive=True) for one in members.possible]
    if members.fitting:
        for condition in conditions:
            yield ConstraintSet(unexpanded=(condition,))
    else:
        none = [signed.sign_condition(one, is_positive=False) for one in members.possible]
        yield ConstraintSet(unexpanded=tuple(none))
        for pair in combinations(conditions, 2):
            yield ConstraintSet(unexpanded=pair)
    if signed.is_open:
        return
    for member in filter(signed.view.can_close_inside, members.fitting or members.possible):
        condition = signed.sign_condition(member, is_positive=True)
        yield ConstraintSet(unexpanded=(condition, signed.sign_part(member)))
