from __future__ import annotations

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import OK, Server, answer, content, document, operation, single

import dynclient
from dynclient.client.compiled_document import CompiledDocument
from dynclient.errors import DynclientError
from dynclient.schema.engines.engine import Checker

BOTH = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])


def checker(schema, version="3.1.0", direction="response", **components):
    """Return the checker of a schema as a response, or as a request, reads it (open)."""
    made = single(
        body=content(schema),
        responses=answer(schema),
        version=version,
        components={"schemas": components},
    )
    compiled = CompiledDocument.of(dynclient.load(made))
    op = compiled.document.operations["run"]
    if direction == "request":
        return Checker(
            compiled.schemas.build_call_schema(
                op, compiled.plans.get_plan(op).find_media_type(None), "consumer"
            )["properties"]["body"]
        )
    entry = op.responses["200"].content["application/json"]
    return Checker(compiled.schemas.build_result_schema(entry, "consumer"))


def problems(schema, version="3.1.0", **components) -> list[str]:
    made = single(
        body=content({"type": "object", "properties": {"p": schema}}),
        version=version,
        components={"schemas": components},
    )
    return [problem.code for problem in dynclient.load(made).problems]


# --- OpenAPI 3.0


@pytest.mark.parametrize(
    ("schema", "null"),
    [
        ({"type": "string"}, False),
        ({"type": "string", "nullable": True}, True),
        ({"type": "string", "nullable": True, "enum": ["a"]}, True),
        ({"nullable": True, "allOf": [{"type": "string"}]}, True),
        ({"nullable": True, "oneOf": [{"type": "string"}]}, True),
        ({"nullable": False, "type": "string"}, False),
        ({"nullable": True}, True),
        ({"type": "array", "items": {"type": "string"}, "nullable": True}, True),
    ],
)
def test_nullable_lets_null_in(schema, null):
    assert checker(schema, "3.0.3").accepts(None) is null


def test_nullable_beside_a_reference_lets_null_in():
    assert checker(
        {"$ref": "#/components/schemas/A", "nullable": True}, "3.0.3", A={"type": "string"}
    ).accepts(None)


def test_nullable_keeps_the_rest_of_the_schema():
    found = checker({"type": "string", "nullable": True, "enum": ["a"], "maxLength": 1}, "3.0.3")
    assert (found.accepts("a"), found.accepts("b"), found.accepts(1)) == (True, False, False)


@pytest.mark.parametrize(
    ("bound", "edge"), [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")]
)
def test_a_boolean_exclusive_bound_excludes_the_bound(bound, edge):
    assert checker({"type": "number", bound: 5}, "3.0.3").accepts(5)
    assert checker({"type": "number", bound: 5, edge: False}, "3.0.3").accepts(5)
    assert not checker({"type": "number", bound: 5, edge: True}, "3.0.3").accepts(5)


def test_siblings_of_a_reference_count_from_3_1_on():
    schema = {"$ref": "#/components/schemas/A", "maxLength": 1}
    assert checker(schema, "3.0.3", A={"type": "string"}).accepts("long")
    assert not checker(schema, "3.1.0", A={"type": "string"}).accepts("long")


@BOTH
@pytest.mark.parametrize(
    ("name", "low", "high"), [("int32", -(2**31), 2**31 - 1), ("int64", -(2**63), 2**63 - 1)]
)
def test_an_integer_format_is_a_bound(version, name, low, high):
    found = checker({"type": "integer", "format": name}, version)
    assert [found.accepts(v) for v in (low, high, low - 1, high + 1)] == [True, True, False, False]


def test_an_integer_format_does_not_widen_a_bound():
    found = checker({"type": "integer", "format": "int32", "minimum": 0, "maximum": 10})
    assert [found.accepts(v) for v in (0, 10, -1, 11)] == [True, True, False, False]


# --- directions


@BOTH
def test_read_only_is_not_required_in_a_request_and_write_only_not_in_a_response(version):
    schema = {"type": "object", "required": ["id", "password"], "properties": {
        "id": {"type": "string", "readOnly": True}, "password": {"type": "string", "writeOnly": True}}}  # fmt: skip
    assert checker(schema, version, "request").accepts({"password": "x"})
    assert not checker(schema, version, "request").accepts({"id": "x"})
    assert checker(schema, version, "response").accepts({"id": "x"})
    assert not checker(schema, version, "response").accepts({"password": "x"})


# --- JSON Schema 2020-12


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": ["string", "null"]}, None, 1),
        ({"const": {"a": 1}}, {"a": 1.0}, {"a": 2}),
        ({"exclusiveMinimum": 5}, 6, 5),
        ({"prefixItems": [{"type": "string"}], "items": False}, ["a"], ["a", 1]),
        ({"items": [{"type": "string"}], "additionalItems": False}, ["a"], ["a", 1]),
        ({"contains": {"const": 1}, "minContains": 2}, [1, 1], [1]),
        ({"propertyNames": {"pattern": "^a"}}, {"ab": 1}, {"b": 1}),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1, "b": 1}, {"a": 1}),
        ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"b": 1}, {"a": 1}),
        ({"if": {"const": 1}, "then": False}, 2, 1),
        ({"patternProperties": {"^x": {"type": "integer"}}}, {"x": 1, "y": ""}, {"x": ""}),
        ({"additionalProperties": {"type": "integer"}}, {"x": 1}, {"x": ""}),
        (
            {"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}}}]},
            {"a": 1},
            {"b": 1},
        ),
        ({"not": {"type": "string"}}, 1, ""),
    ],
)
def test_a_keyword_carries_over(schema, good, bad):
    found = checker(schema)
    assert (found.accepts(good), found.accepts(bad)) == (True, False)


def test_a_boolean_is_a_schema():
    assert checker(True).accepts(1)
    assert not checker({"properties": {"a": False}}).accepts({"a": 1})


def test_a_recursive_schema_is_translated_once():
    found = checker(
        {"$ref": "#/components/schemas/A"},
        A={"properties": {"a": {"$ref": "#/components/schemas/A"}, "n": {"type": "integer"}}},
    )
    assert found.accepts({"a": {"a": {"n": 1}}})
    assert not found.accepts({"a": {"a": {"n": "x"}}})


# --- broken schemas

NUMBER = ["x", [], {}, None, True]
COUNT = [*NUMBER, -1, 1.5]
SCHEMA = [5, "x", None, [], [5]]
SCHEMAS = [5, "x", {}, {"a": {}}, True, None, []]
BY_NAME = [5, "x", [], True, None, [{}]]
FLAG = ["yes", 5, [], {}]
EDGE = [value for value in NUMBER if value is not True]
NOTE = [5, [], {}]
WRONG: dict[str, list[object]] = {
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), COUNT),
    **dict.fromkeys(("minContains", "maxContains"), COUNT),
    **dict.fromkeys(("minimum", "maximum"), NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), EDGE),
    "multipleOf": [*NUMBER, 0, -1],
    **dict.fromkeys(("not", "additionalProperties", "propertyNames", "contains", "if", "then", "else"), SCHEMA),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), SCHEMA),
    "items": [5, "x", None],
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), SCHEMAS),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), BY_NAME),
    "dependentRequired": [5, "x", [], {"a": 5}, {"a": [5]}],
    "required": [5, "x", {}, [5]],
    "enum": [5, "x", {}, [], None],
    "pattern": [5, [], {}, None, "(", "[", "a**"],
    "type": [5, "x", {}, [], [5], ["x"], None],
    "format": [5, [], {}, ["x"]],
    "$ref": [5, [], {}, "#/nope", "nope.yaml#/x", "#/components/schemas/Nope"],
    **dict.fromkeys(("readOnly", "writeOnly", "deprecated", "uniqueItems"), FLAG),
    "discriminator": [5, "x", []],
    **dict.fromkeys(("title", "description"), NOTE),
}  # fmt: skip


@pytest.mark.parametrize(
    ("keyword", "value"), [(k, v) for k, values in WRONG.items() for v in values]
)
def test_a_keyword_with_a_value_that_it_cannot_have_is_a_problem(keyword, value):
    assert problems({keyword: value})


@BOTH
@pytest.mark.parametrize(
    ("keyword", "value"), [(k, v) for k, values in WRONG.items() for v in values]
)
def test_a_wrong_keyword_hurts_nobody_who_calls(keyword, value, version):
    wrong = {keyword: value}
    schema = {"type": "object", "properties": {"p": wrong, "n": {"type": "integer"}}}
    made = single(body=content(schema), responses=answer(schema), version=version)
    client = dynclient.Client(made, transport=Server(), validate_responses="off")
    for example in (1, "s", [1], {"a": 1}, None):
        assert [
            v for v in client.run.validate(body={"n": "x", "p": example}) if v.where == "body.n"
        ]
    client.run(body={"n": 1})
    repr(client.run), client.run.__doc__, client.run.__signature__, client.run.result_schemas


@pytest.mark.parametrize("schema", [{"title": 5, "type": "integer"}, {"type": "integer", "example": datetime.date(2024, 1, 1)},
                                    {"type": "integer", "deprecated": "yes"}, {"minimum": "x", "type": "integer"}])  # fmt: skip
def test_a_wrong_note_does_not_cost_the_fast_engine(schema):
    assert checker(schema).accepts_by_fast_engine(1)


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf", "1e999"])
@pytest.mark.parametrize(
    "keyword", ["minimum", "exclusiveMaximum", "multipleOf", "maxLength", "const", "default"]
)
def test_a_number_that_is_none_stands_in_a_file_without_hurting_it(tmp_path, keyword, text):
    path = tmp_path / "api.yaml"
    path.write_text(f"""openapi: 3.1.0
info: {{title: t, version: '1'}}
servers: [{{url: 'https://x.test'}}]
paths:
  /x:
    get:
      operationId: run
      parameters: [{{name: n, in: query, schema: {{type: integer, {keyword}: {text}}}}}]
      responses: {{'200': {{description: fine}}}}
""")
    client = dynclient.Client(path, transport=Server())
    assert client.document.problems
    assert client.run.validate(n="x")
    repr(client.run), client.run.__doc__


CIRCLES = {
    "itself": {"$ref": "#/components/schemas/A"},
    "allOf": {"allOf": [{"$ref": "#/components/schemas/A"}]},
    "anyOf": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "string"}]},
    "oneOf": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "string"}]},
    "not": {"not": {"$ref": "#/components/schemas/A"}},
    "if": {"if": {"$ref": "#/components/schemas/A"}, "then": {"type": "string"}},
    "over another": {"allOf": [{"$ref": "#/components/schemas/B"}]},
}


@pytest.mark.parametrize("circle", CIRCLES)
def test_a_schema_that_is_itself_is_a_problem_and_no_crash(circle):
    schemas = {"A": CIRCLES[circle], "B": {"allOf": [{"$ref": "#/components/schemas/A"}]}}
    reference = {"$ref": "#/components/schemas/A"}
    made = single(
        body=content(reference), responses=answer(reference), components={"schemas": schemas}
    )
    client = dynclient.Client(made, transport=Server(), validate_responses="off")
    assert client.document.problems
    for value in (1, "x", {"a": [1]}):
        assert isinstance(client.run.validate(body=value), list)
    repr(client.run), client.run.__doc__
    with contextlib.suppress(DynclientError):
        client.run.example()


_odd = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["", "x", "string", "object", "#/components/schemas/A", "^("]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WRONG, "nullable", "$dynamicRef", "x-y"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(_odd, _odd, st.sampled_from(["3.0.3", "3.1.0"]))
def test_no_tree_in_the_place_of_a_schema_stops_the_document(schema, component, version):
    made = document(
        {"/things": {"post": operation(body=content(schema), responses=answer(schema))},
         "/fine": {"get": {"operationId": "fine", "responses": OK}}},
        version=version, components={"schemas": {"A": component}},
    )  # fmt: skip
    client = dynclient.Client(made, transport=Server(), validate_responses="off")
    assert isinstance(client.document.problems, tuple)
    assert isinstance(client.run.validate(body={"a": 1}), list)
    repr(client.run), client.run.__doc__, client.run.call_schema, client.run.result_schemas
    assert client.fine() is None
