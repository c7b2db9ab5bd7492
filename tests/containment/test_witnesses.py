"""Witnesses of positive and negated schemas: each keyword with both signs."""

import pytest

from dynclient.containment import SchemaView
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.unknown import Unknown
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator
from dynclient.containment.witnesses.search_results import UNSATISFIABLE, Witness
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.schema.dialect import Schema

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
OBJECT, ARRAY = {"type": "object"}, {"type": "array"}


def schema(value):
    if isinstance(value, dict):
        return Schema({key: schema(inner) for key, inner in value.items()})
    return [schema(inner) for inner in value] if isinstance(value, list) else value


def search_witness(positive, negated=(), reading="consumer"):
    """A value that fits all positive schemas, and none of the negated ones of another document."""
    sent, taken = SchemaView({}, reading, "request"), SchemaView({}, "consumer", "request")
    validators = ValidatorCache()
    signed_schemas = [SignedSchema(sent, schema(one)) for one in positive] + [
        SignedSchema(taken, schema(one), is_positive=False) for one in negated
    ]
    answer = WitnessGenerator(SchemaEquality({}, {}), validators).generate(tuple(signed_schemas))
    if isinstance(answer, Witness):
        assert all(validators.satisfies(signed, answer.value) for signed in signed_schemas)
    return answer


ROOM = [
    ([TEXT], [{"maxLength": 2}]),
    ([TEXT], [{"minLength": 2}]),
    ([TEXT], [{"pattern": "^a"}]),
    ([NUMBER], [INTEGER]),
    ([INTEGER], [{"minimum": 3}]),
    ([INTEGER], [{"maximum": 3}]),
    ([INTEGER], [{"exclusiveMinimum": 3}]),
    ([INTEGER], [{"multipleOf": 2}]),
    ([{"enum": ["a", "b"]}], [{"enum": ["a"]}]),
    ([TEXT], [{"const": "a"}]),
    ([{}], [TEXT]),
    ([OBJECT], [{"required": ["a"]}]),
    ([OBJECT], [{"properties": {"a": TEXT}}]),
    ([OBJECT], [{"additionalProperties": INTEGER}]),
    ([OBJECT], [{"patternProperties": {"^x": TEXT}}]),
    ([OBJECT], [{"propertyNames": {"maxLength": 3}}]),
    ([OBJECT], [{"minProperties": 2}]),
    ([OBJECT], [{"maxProperties": 2}]),
    ([OBJECT], [{"dependentRequired": {"a": ["b"]}}]),
    ([OBJECT], [{"dependentSchemas": {"a": {"required": ["b"]}}}]),
    ([OBJECT], [{"properties": {"a": {}}, "unevaluatedProperties": False}]),
    ([ARRAY], [{"items": INTEGER}]),
    ([ARRAY], [{"prefixItems": [{}, INTEGER]}]),
    ([ARRAY], [{"minItems": 1}]),
    ([ARRAY], [{"maxItems": 1}]),
    ([ARRAY], [{"uniqueItems": True}]),
    ([{**ARRAY, "minItems": 1}], [{"contains": TEXT}]),
    ([ARRAY], [{"contains": TEXT, "minContains": 0, "maxContains": 1}]),
    ([ARRAY], [{"prefixItems": [{}], "unevaluatedItems": False}]),
    ([{**ARRAY, "items": {}, "uniqueItems": True, "minItems": 3}], []),
    ([INTEGER], [{"oneOf": [INTEGER, NUMBER]}]),
    ([NUMBER], [{"oneOf": [INTEGER, TEXT]}]),
    ([{}], [{"anyOf": [INTEGER, TEXT]}]),
    ([{}], [{"allOf": [{}, TEXT]}]),
    ([{}], [{"not": TEXT}]),
    ([{}], [{"if": TEXT, "then": {"maxLength": 1}}]),
    ([{}], [{"if": TEXT, "else": INTEGER}]),
    ([{"oneOf": [TEXT, {"maxLength": 1}]}, TEXT], []),
    ([{**ARRAY, "contains": INTEGER, "maxContains": 1, "minItems": 3}], []),
    (
        [
            {
                **OBJECT,
                "additionalProperties": False,
                "patternProperties": {"^x[0-9]$": TEXT},
                "minProperties": 2,
            }
        ],
        [],
    ),
    ([{**OBJECT, "propertyNames": {"pattern": "^x", "maxLength": 2}, "minProperties": 3}], []),
    ([OBJECT], [{"enum": [{}]}, {"required": ["other"]}]),
]


@pytest.mark.parametrize(("positive", "negated"), ROOM)
def test_a_value_is_found_where_there_is_room(positive, negated):
    assert isinstance(search_witness(positive, negated), Witness)


NONE = [
    ([TEXT, INTEGER], []),
    ([{"minimum": 3}, {"maximum": 2}, NUMBER], []),
    ([TEXT], [{}]),
    ([TEXT], [{"type": ["string", "null"]}]),
    ([{"enum": [1, "a"]}], [INTEGER, TEXT]),
    (
        [{**OBJECT, "required": ["a"], "maxProperties": 1}],
        [{"properties": {"a": True}, "additionalProperties": False}],
    ),
    ([{**OBJECT, "required": ["a"], "properties": {"a": False}}], []),
    ([{**OBJECT, "required": ["ab"], "propertyNames": {"maxLength": 1}}], []),
    (
        [
            {
                **OBJECT,
                "required": ["xa"],
                "patternProperties": {"^x": INTEGER},
                "properties": {"xa": TEXT},
            }
        ],
        [],
    ),
    ([{**OBJECT, "additionalProperties": False, "properties": {"a": {}}, "minProperties": 2}], []),
    ([{**OBJECT, "patternProperties": {"^x": TEXT}}], [{"patternProperties": {"^xy": TEXT}}]),
    (
        [
            {
                **OBJECT,
                "dependentRequired": {"a": ["b"]},
                "required": ["a"],
                "properties": {"b": False},
            }
        ],
        [],
    ),
    ([{**OBJECT, "maxProperties": 0}], [{"propertyNames": {"maxLength": 1}}]),
    ([{**ARRAY, "items": TEXT, "contains": INTEGER}], []),
    ([{**ARRAY, "items": False, "minItems": 1}], []),
    (
        [
            {**ARRAY, "contains": TEXT, "maxContains": 1},
            {"contains": {"maxLength": 9, **TEXT}, "minContains": 2},
        ],
        [],
    ),
    ([{**ARRAY, "contains": TEXT, "minContains": 3, "maxItems": 2}], []),
    ([{**ARRAY, "prefixItems": [TEXT], "items": INTEGER, "maxItems": 2}], [{"uniqueItems": True}]),
    ([{**ARRAY, "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3}], []),
    ([{"oneOf": [INTEGER, NUMBER]}, INTEGER], []),
    ([{"oneOf": [TEXT, INTEGER]}], [{"anyOf": [INTEGER, TEXT]}]),
    ([{"if": TEXT, "then": False}, TEXT], []),
    ([{"not": {"not": TEXT}}], [TEXT]),
    ([{"unevaluatedProperties": False, **OBJECT, "required": ["a"]}], []),
]


@pytest.mark.parametrize(("positive", "negated"), NONE)
def test_where_there_is_no_room_that_is_proved(positive, negated):
    assert search_witness(positive, negated) is UNSATISFIABLE


def test_what_is_wanted_and_refused_at_once_is_nothing_however_little_is_understood_of_it():
    odd = {
        **ARRAY,
        "contains": {"minLength": 1},
        "prefixItems": [{}, {}],
        "unevaluatedItems": False,
    }

    assert search_witness([odd], [odd]) is UNSATISFIABLE


def test_what_is_too_much_to_look_into_is_unknown():
    names = {f"^{letter}|z$": TEXT for letter in "abcdefgh"}

    assert isinstance(search_witness([{**ARRAY, "minItems": 10_000}]), Unknown)
    assert isinstance(search_witness([{**OBJECT, "minProperties": 10_000}]), Unknown)
    assert isinstance(
        search_witness([{**OBJECT, "patternProperties": names, "minProperties": 1}]), Unknown
    )


def test_a_side_that_closes_has_no_room_for_what_it_does_not_declare():
    declared = {**OBJECT, "properties": {"a": TEXT}}

    assert (
        search_witness([declared], [{"properties": {"b": False}}], reading="producer")
        is UNSATISFIABLE
    )
    both = {"allOf": [declared, {"properties": {"b": {}}}]}
    assert isinstance(
        search_witness([both], [{"properties": {"b": False}}], reading="producer"), Witness
    )
