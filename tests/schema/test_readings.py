from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import content, single
from support.schemas import object_schemas, objects

from dynclient.client.compiled_document import CompiledDocument
from dynclient.client.load import load
from dynclient.schema.dialect import bundle_schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.readings import close_schema


def both(schema, defs=None) -> tuple[Checker, Checker]:
    """Return the checkers of the closed and of the open reading."""
    defs = defs or {}
    return Checker(close_schema(schema, defs, "request")), Checker(bundle_schema(schema, defs))


@given(object_schemas(), objects())
def test_what_the_closed_reading_accepts_the_open_one_accepts(schema, value):
    strict, lenient = both(schema)
    if strict.accepts(value):
        assert lenient.accepts(value)


#: Without conditions it is plain which properties are declared: those that any part of the schema names.
FLAT = object_schemas().filter(
    lambda schema: (
        not {"not", "if", "anyOf", "oneOf", "dependentSchemas", "then", "else"} & _keywords(schema)
    )
)


def _keywords(schema) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_keywords, schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema).union(*map(_keywords, schema.values()))


@given(FLAT, objects())
def test_closing_refuses_nothing_but_undeclared_properties(schema, value):
    strict, lenient = both(schema)
    if lenient.accepts(value) and not strict.accepts(value):
        assert {v.kind for v in strict.find_violations(value)} == {"unknown"}


@given(st.lists(object_schemas(), min_size=2, max_size=3), objects())
def test_closing_never_changes_which_branch_of_one_of_is_chosen(branches, value):
    """Whoever is accepted closed is accepted by exactly one open branch; nobody slips into another branch."""
    strict, _ = both({"oneOf": branches})
    if strict.accepts(value):
        assert (
            sum(Checker(branch).accepts(value) for branch in branches if isinstance(branch, dict))
            == 1
        )


CAT = {"type": "object", "required": ["lives"], "properties": {"lives": {"type": "integer"}}}
DOG = {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "value", "accepted"),
    [
        pytest.param(CAT, {"lives": 9, "tail": 1}, False, id="undeclared"),
        pytest.param(CAT, {"lives": 9}, True, id="declared"),
        pytest.param({"type": "object"}, {"any": 1}, True, id="free form"),
        pytest.param(
            {**CAT, "additionalProperties": True}, {"lives": 9, "x": 1}, True, id="said to be open"
        ),
        pytest.param(
            {**CAT, "additionalProperties": {"type": "string"}},
            {"lives": 9, "x": 1},
            False,
            id="typed rest",
        ),
        pytest.param({"allOf": [CAT, DOG]}, {"lives": 9, "bark": "a"}, True, id="allOf joins"),
        pytest.param(
            {"allOf": [CAT, DOG]}, {"lives": 9, "bark": "a", "x": 1}, False, id="allOf closes once"
        ),
        pytest.param(
            {"allOf": [CAT], "properties": {"x": {}}},
            {"lives": 9, "x": 1},
            True,
            id="allOf and own",
        ),
        pytest.param(
            {"oneOf": [CAT, DOG]}, {"lives": 9, "x": 1}, False, id="oneOf closes after the choice"
        ),
        pytest.param({"oneOf": [CAT, DOG]}, {"lives": 9, "bark": "a"}, False, id="oneOf fits both"),
        pytest.param({"oneOf": [CAT, DOG]}, {"lives": 9}, True, id="oneOf chosen"),
        pytest.param({"oneOf": [CAT, {"type": "object"}]}, {"x": 1}, True, id="free-form branch"),
        pytest.param({"anyOf": [CAT, DOG]}, {"lives": 9, "bark": "a"}, True, id="anyOf joins"),
        pytest.param({"anyOf": [CAT, DOG]}, {"lives": 9, "x": 1}, False, id="anyOf closes"),
        pytest.param(
            {"properties": {"pet": CAT}},
            {"pet": {"lives": 9, "x": 1}},
            False,
            id="inside a property",
        ),
        pytest.param({"items": CAT}, [{"lives": 9, "x": 1}], False, id="inside an array"),
        pytest.param(
            {"additionalProperties": CAT}, {"tom": {"lives": 9, "x": 1}}, False, id="inside a map"
        ),
        pytest.param(
            {"patternProperties": {"^x-": {}}, "properties": {"a": {}}},
            {"a": 1, "x-b": 2},
            True,
            id="patterns",
        ),
        pytest.param(
            {"patternProperties": {"^x-": {}}, "properties": {"a": {}}},
            {"b": 1},
            False,
            id="beside patterns",
        ),
        pytest.param(
            {"not": {"required": ["x"]}, "properties": {"a": {}}},
            {"a": 1},
            True,
            id="not stays open",
        ),
        pytest.param(
            {"type": "object", "properties": {}},
            {"x": 1},
            True,
            id="empty properties declare nothing",
        ),
    ],
)
def test_whoever_sends_sends_only_what_is_declared(schema, value, accepted):
    assert both(schema)[0].accepts(value) is accepted


def test_a_recursive_schema_is_closed_all_the_way_down():
    defs = {
        "Node": {
            "type": "object",
            "properties": {"next": {"$ref": "#/$defs/Node"}, "n": {"type": "integer"}},
        }
    }
    strict, lenient = both({"$ref": "#/$defs/Node"}, defs)
    bad = {"next": {"next": {"m": 1}}}
    assert (strict.accepts(bad), lenient.accepts(bad)) == (False, True)
    assert strict.accepts({"next": {"next": {"n": 1}}})


def test_a_definition_that_a_condition_asks_for_stays_open_there():
    defs = {"Cat": CAT}
    strict, _ = both({"not": {"$ref": "#/$defs/Cat"}, "properties": {"a": {}}}, defs)
    assert not strict.accepts({"lives": 9, "a": 1})


def _plan(schema, version="3.1.0"):
    compiled = CompiledDocument.of(load(single(body=content(schema), version=version)))
    return compiled.plans.get_plan(compiled.document.operations["run"])


def test_read_only_is_refused_in_a_request_and_never_required_there():
    checker = _plan(
        {
            "type": "object",
            "required": ["id", "name"],
            "properties": {"id": {"readOnly": True}, "name": {}},
        }
    ).get_checker(None, "producer")
    assert checker.accepts({"body": {"name": "x"}})
    (violation,) = checker.find_violations({"body": {"id": 1, "name": "x"}})
    assert (violation.kind, violation.where) == ("readOnly", "body.id")


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"required": ["id"]}, {"properties": {"id": {"readOnly": True}, "n": {}}}]},
        {"properties": {"id": {"readOnly": True}, "n": {}}, "allOf": [{"required": ["id"]}]},
        {
            "required": ["id"],
            "allOf": [{"allOf": [{"properties": {"id": {"readOnly": True}, "n": {}}}]}],
        },
        {
            "required": ["id"],
            "properties": {"id": {"allOf": [{"type": "string"}], "readOnly": True}, "n": {}},
        },
    ],
)
def test_read_only_is_found_wherever_the_property_is_declared(schema):
    checker = _plan(schema).get_checker(None, "producer")
    assert checker.accepts({"body": {"n": 1}})
    assert not checker.accepts({"body": {"n": 1, "id": "x"}})


def test_closing_ends_where_a_branch_refers_to_itself_through_its_items():
    defs = {"V": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/V"}}]}}
    made = close_schema({"$ref": "#/$defs/V"}, defs, "request")

    assert Checker(made).accepts(["a", ["b", ["c"]]])
    assert not Checker(made).accepts(["a", [5]])


def test_recursive_schemas_that_meet_close_together():
    """Two schemas describe one child, and each refers to itself: their conjunction does too."""
    defs = {
        "A": {"properties": {"next": {"$ref": "#/$defs/A"}, "a": {"type": "integer"}}},
        "B": {"properties": {"next": {"$ref": "#/$defs/B"}, "b": {"type": "integer"}}},
    }
    strict, _ = both({"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]}, defs)
    assert strict.accepts({"next": {"next": {"a": 1, "b": 2}}})
    assert not strict.accepts({"next": {"next": {"a": 1, "c": 2}}})
    assert not strict.accepts({"next": {"next": {"a": 1, "b": "2"}}})
