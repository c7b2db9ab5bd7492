"""Parts of `allOf` that refuse what the whole requires: the whole is read as closed instead.

By JSON Schema no object fits such a schema. One real document in a hundred has one.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from support.documents import answer, content, document, operation
from support.sandboxes import unexplained

import dynclient
from dynclient import strategies
from dynclient.errors import InvalidCall
from dynclient.schema.engines.engine import Checker

VERSIONS = ("2.0", "3.0.3", "3.1.0", "3.2.0")
TEXT = {"type": "string"}
CLOSED = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": TEXT},
    "additionalProperties": False,
}
OPEN = {"type": "object", "required": ["b"], "properties": {"b": TEXT, "c": TEXT}}


def name_component(name, version="3.1.0"):
    section = "definitions" if version == "2.0" else "components/schemas"
    return {"$ref": f"#/{section}/{name}"}


def build_document(schema, version="3.1.0", **components):
    """Return a document whose one operation sends and returns values of a schema."""
    components["Whole"] = schema
    schema = name_component("Whole", version)
    if version != "2.0":
        return document(
            {"/things": {"post": operation(body=content(schema), responses=answer(schema))}},
            version=version,
            components={"schemas": components},
        )
    run = {
        "operationId": "run",
        "parameters": [{"in": "body", "name": "body", "required": True, "schema": schema}],
        "responses": {"200": {"description": "ok", "schema": schema}},
    }
    return {
        "swagger": "2.0",
        "info": {"title": "Shop", "version": "1"},
        "host": "shop.test",
        "paths": {"/things": {"post": run}},
        "definitions": components,
    }


def list_schemas(version):
    closed, opened = name_component("Closed", version), name_component("Open", version)
    whole = {"type": "object", "additionalProperties": False}
    return {
        "a closed part": {"allOf": [closed, opened]},
        "closed beside its parts": {**whole, "allOf": [opened], "required": ["a"], "properties": {"a": TEXT}},
        "every part closed": {"allOf": [closed, {**OPEN, "additionalProperties": False}]},
        "parts of parts": {**whole, "allOf": [{"allOf": [closed]}, {"allOf": [{"allOf": [opened]}]}]},
        "required apart": {"allOf": [closed, {"properties": {"b": TEXT, "c": TEXT}}, {"required": ["b"]}]},
    }  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", list_schemas("3.1.0"))
def test_the_whole_is_closed_and_not_its_parts(kind, version):
    made = build_document(list_schemas(version)[kind], version, Closed=CLOSED, Open=OPEN)
    loaded = dynclient.load(made)
    sandbox = dynclient.Sandbox(loaded, second_opinion=version != "2.0")
    client = dynclient.Client(loaded, transport=sandbox)
    run = client["run"]
    assert run.validate(body={"a": "x", "b": "y"}) == []
    assert run.validate(body={"a": "x", "b": "y", "c": "z"}) == []
    kinds = [
        (violation.kind, violation.path) for violation in run.validate(body={"a": "x", "d": 1})
    ]
    assert sorted(kinds) == [("missing", ("body", "b")), ("unknown", ("body", "d"))]
    (result_schema,) = run.result_schemas.values()
    result = Checker(result_schema)
    assert result.accepts({"a": "x", "b": "y"})
    assert not result.accepts({"a": "x", "b": "y", "d": 1})
    assert set(run(run.example())) >= {"a", "b"}
    assert unexplained(sandbox) == []
    found = [problem for problem in loaded.problems if problem.code == "unsatisfiable-schema"]
    assert [problem.severity for problem in found] == ["error"]


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
def test_a_part_with_unevaluated_properties_false_is_closed_too(version):
    closed = {**CLOSED, "unevaluatedProperties": False}
    del closed["additionalProperties"]
    run = dynclient.Client(build_document({"allOf": [closed, OPEN]}, version))["run"]
    assert run.validate(body={"a": "x", "b": "y"}) == []
    assert [violation.path for violation in run.validate(body={"a": "x", "b": "y", "d": 1})] == [
        ("body", "d")
    ]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        # some object fits: JSON Schema decides
        ({"allOf": [CLOSED, {"properties": {"b": TEXT}}]}, {"a": "x", "b": "y"}),
        ({"allOf": [{**CLOSED, "patternProperties": {"^b": TEXT}}, OPEN]}, {"a": "x", "b": "y", "c": "z"}),
        ({"allOf": [{"unevaluatedProperties": False}, {"properties": {"b": TEXT}}]}, {"b": "y"}),
        ({"unevaluatedProperties": False, "allOf": [OPEN]}, {"b": "y", "d": 1}),
        ({**OPEN, "additionalProperties": False}, {"b": "y", "d": 1}),
    ],
)  # fmt: skip
def test_a_schema_that_some_object_fits_keeps_its_meaning(schema, value):
    loaded = dynclient.load(build_document(schema))
    assert dynclient.Client(loaded)["run"].validate(body=value) != []
    assert [problem for problem in loaded.problems if problem.severity == "error"] == []


def test_a_component_that_is_opened_inside_a_whole_stays_closed_by_itself():
    whole = {"allOf": [name_component("Closed"), OPEN]}
    paths = {
        "/a": {"post": operation(body=content(whole), operationId="whole")},
        "/b": {"post": operation(body=content(name_component("Closed")), operationId="alone")},
    }
    client = dynclient.Client(document(paths, components={"schemas": {"Closed": CLOSED}}))
    assert client["whole"].validate(body={"a": "x", "b": "y"}) == []
    assert [each.kind for each in client["alone"].validate(body={"a": "x", "b": "y"})] == [
        "unknown"
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_required_name_that_nothing_declares_may_be_given_where_the_schema_is_closed(version):
    schema = {**CLOSED, "required": ["a", "undeclared"]}
    run = dynclient.Client(build_document(schema, version))["run"]
    assert run.validate(body={"a": "x", "undeclared": [1]}) == []
    kinds = [violation.kind for violation in run.validate(body={"a": "x", "other": 1})]
    assert sorted(kinds) == ["missing", "unknown"]


def test_one_way_properties_are_refused_in_their_direction():
    marked = {**OPEN, "properties": {"b": {**TEXT, "readOnly": True}, "c": TEXT}}
    loaded = dynclient.load(build_document({"allOf": [CLOSED, marked]}))
    run = dynclient.Client(loaded, transport=dynclient.Sandbox(loaded))["run"]
    assert run.validate(body={"a": "x", "c": "y"}) == []
    with pytest.raises(InvalidCall):
        run(body={"a": "x", "b": "y"})
    assert "b" in run(body={"a": "x"})


def test_strategies_draw_values_of_the_whole():
    run = dynclient.Client(build_document({"allOf": [CLOSED, OPEN]}))["run"]

    @settings(max_examples=5, database=None, suppress_health_check=list(HealthCheck))
    @given(strategies.calls(run))
    def draw(call):
        assert set(call["body"]) >= {"a", "b"}
        assert run.validate(call) == []

    draw()


def test_a_diff_compares_what_is_read():
    old = build_document({"allOf": [CLOSED, OPEN]})
    new = build_document({"allOf": [CLOSED, {**OPEN, "required": ["b", "c"]}]})
    assert not dynclient.diff(old, old).changes
    (change,) = [each for each in dynclient.diff(old, new).changes if each.level == "breaking"]
    assert "c" in change.pointer or "c" in change.message


def test_only_the_innermost_part_is_reported_with_the_names_and_the_place():
    inner = {"allOf": [name_component("Closed"), OPEN]}
    outer = {"allOf": [name_component("Inner")], "description": "x"}
    loaded = dynclient.load(build_document(outer, Closed=CLOSED, Inner=inner))
    (problem,) = [each for each in loaded.problems if each.code == "unsatisfiable-schema"]
    assert problem.pointer == "/components/schemas/Inner"
    assert problem.message == (
        "no object fits this schema: it requires `b`, which #/components/schemas/Closed refuses "
        "with its other properties; the whole is read as closed"
    )
    assert "`unevaluatedProperties: false` beside `allOf`" in problem.hint
