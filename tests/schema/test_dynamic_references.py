"""`$dynamicRef`: what an anchor means hangs on the way that leads there, wherever schemas are read."""

from __future__ import annotations

import tracemalloc

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import answer, content, parameter, single

import dynclient
from dynclient import strategies
from dynclient.errors import DynclientError, InvalidCall, InvalidResponse

#: The generic data structure of the standard. Source: OAS 3.1.1 Schema Object, Generic (Template)
#: Data Structures.
GENERIC = {
    "List": {
        "$id": "generic_list",
        "type": "array",
        "items": {"$dynamicRef": "#item"},
        "$defs": {"any": {"$dynamicAnchor": "item"}},
    },
    "Numbers": {
        "$id": "numbers",
        "$ref": "generic_list",
        "$defs": {"number": {"$dynamicAnchor": "item", "type": "number"}},
    },
    "Texts": {
        "$id": "texts",
        "$ref": "generic_list",
        "$defs": {"text": {"$dynamicAnchor": "item", "type": "string"}},
    },
    "Tagged": {
        "$id": "tagged",
        "type": "object",
        "required": ["kind", "data"],
        "properties": {"kind": {"enum": ["number", "text"]}},
        "oneOf": [
            {"properties": {"kind": {"const": "number"}, "data": {"$ref": "numbers"}}},
            {"properties": {"kind": {"const": "text"}, "data": {"$ref": "texts"}}},
        ],
    },
}

#: A tree, and one that a schema with more properties extends. Source: JSON Schema 2020-12 Core §7.1.
TREES = {
    "Tree": {
        "$id": "tree",
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {
            "data": True,
            "children": {"type": "array", "items": {"$dynamicRef": "#node"}},
        },
    },
    "StrictTree": {
        "$id": "strict-tree",
        "$dynamicAnchor": "node",
        "$ref": "tree",
        "unevaluatedProperties": False,
    },
}

#: A reference that first leads to a plain anchor is a plain reference. Source: JSON Schema 2020-12
#: Core §8.2.3.2.
PLAIN = {
    "List": {**GENERIC["List"], "$defs": {"any": {"$anchor": "item"}}},
    "Numbers": GENERIC["Numbers"],
}


def build_document(name, components=GENERIC, version="3.1.0"):
    schema = {"$ref": f"#/components/schemas/{name}"}
    return single(
        body=content(schema),
        responses=answer(schema),
        version=version,
        components={"schemas": components},
    )


def respond(value):
    return httpx.MockTransport(lambda _: httpx.Response(200, json=value))


CASES = [
    ("List", GENERIC, [1, "a"], True),
    ("Numbers", GENERIC, [1, 2.5], True),
    ("Numbers", GENERIC, [1, "a"], False),
    ("Texts", GENERIC, ["a"], True),
    ("Texts", GENERIC, [1], False),
    ("Numbers", PLAIN, [1, "a"], True),
    ("Tagged", GENERIC, {"kind": "number", "data": [1]}, True),
    ("Tagged", GENERIC, {"kind": "number", "data": ["a"]}, False),
    ("Tagged", GENERIC, {"kind": "text", "data": ["a"]}, True),
    ("Tagged", GENERIC, {"kind": "text", "data": [1]}, False),
    ("Tree", TREES, {"children": [{"daat": 1}]}, True),
    ("StrictTree", TREES, {"children": [{"data": 1}]}, True),
    ("StrictTree", TREES, {"children": [{"daat": 1}]}, False),
    ("StrictTree", TREES, {"children": [{"children": [{"daat": 1}]}]}, False),
]


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
@pytest.mark.parametrize(("name", "components", "value", "fits"), CASES)
def test_a_result_is_judged_by_its_dynamic_scope(name, components, value, fits, version):
    document = build_document(name, components, version)
    client = dynclient.Client(document, transport=respond(value), validate_requests=False)
    if fits:
        assert client.run(body=None) == value
    else:
        with pytest.raises(InvalidResponse):
            client.run(body=None)


@pytest.mark.parametrize(
    ("name", "value", "fits"), [c[:1] + c[2:] for c in CASES if c[1] is GENERIC]
)
def test_a_call_is_judged_by_its_dynamic_scope(name, value, fits):
    operation = dynclient.Client(build_document(name)).run
    assert (operation.validate(body=value) == []) is fits


def test_the_explanation_names_the_place_and_the_type():
    operation = dynclient.Client(build_document("Tagged")).run
    with pytest.raises(InvalidCall) as raised:
        operation(body={"kind": "number", "data": [1, "a"]})
    [violation] = raised.value.violations
    assert str(violation) == "body.data[1]: got 'a', want number"


@pytest.mark.parametrize("name", GENERIC)
def test_examples_and_the_sandbox_fit_the_scope(name):
    document = dynclient.load(build_document(name))
    with dynclient.Client(document, transport=dynclient.Sandbox(document)) as client:
        call = client.run.example()
        client.run(call)


@pytest.mark.parametrize(("name", "kind"), [("Numbers", (int, float)), ("Texts", str)])
def test_strategies_draw_what_fits_the_scope(name, kind):
    client = dynclient.Client(build_document(name))

    @settings(max_examples=20, deadline=None, database=None)
    @given(strategies.calls(client.run))
    def draw(call):
        assert all(isinstance(item, kind) for item in call["body"])
        assert client.run.validate(call) == []

    draw()


def change_items(schema):
    numbers = {**GENERIC["Numbers"], "$defs": {"number": {"$dynamicAnchor": "item", **schema}}}
    return {**GENERIC, "Numbers": numbers}


def test_a_diff_sees_what_a_dynamic_anchor_means():
    old = build_document("Numbers")
    wider = build_document("Numbers", change_items({"type": ["number", "null"]}))
    changes = dynclient.diff(old, wider).changes
    assert changes
    assert not dynclient.diff(old, build_document("Numbers")).changes


def test_the_two_ends_of_a_diff_may_write_a_generic_schema_apart():
    """A schema written out means what the generic one means."""
    plain = {"Numbers": {"type": "array", "items": {"type": "number"}}}
    found = dynclient.diff(build_document("Numbers"), build_document("Numbers", plain))
    assert not found.breaking


def test_generic_schemas_without_an_id_are_templates_too():
    """Many documents give no `$id`: each component is then a scope of its own."""
    components = {
        "Page": {
            "type": "object",
            "properties": {"items": {"type": "array", "items": {"$dynamicRef": "#item"}}},
            "$defs": {"item": {"$dynamicAnchor": "item", "not": {}}},
        },
        "Pets": {
            "$ref": "#/components/schemas/Page",
            "$defs": {"item": {"$dynamicAnchor": "item", "type": "string"}},
        },
    }
    operation = dynclient.Client(build_document("Pets", components)).run
    assert operation.validate(body={"items": ["a"]}) == []
    assert operation.validate(body={"items": [1]})
    template = dynclient.Client(build_document("Page", components)).run
    assert template.validate(body={"items": []}) == []
    assert template.validate(body={"items": ["a"]})


def test_schemas_that_need_no_anchor_are_translated_once():
    components = {
        **GENERIC,
        "Common": {"type": "object", "properties": {"a": {"type": "string"}}},
        "Commons": {
            "$id": "commons",
            "$ref": "generic_list",
            "$defs": {"common": {"$dynamicAnchor": "item", "$ref": "/common"}},
        },
    }
    components["Common"] = {"$id": "/common", **components["Common"]}
    document = build_document("Commons", components)
    [schema] = dynclient.Client(document).run.result_schemas.values()
    names = [name for name in str(schema).split("'") if name.startswith("#/$defs/Common")]
    assert "#/$defs/Common_2" not in names


def test_a_parameter_is_judged_by_its_dynamic_scope():
    numbers = parameter("n", schema={"$ref": "#/components/schemas/Numbers"})
    client = dynclient.Client(single(numbers, components={"schemas": GENERIC}))
    assert client.run.validate(n=[1]) == []
    assert client.run.validate(n=["a"])


def test_a_dynamic_reference_beside_a_plain_one_counts_too():
    components = {
        "Both": {
            "$id": "both",
            "$ref": "#/$defs/short",
            "$dynamicRef": "#text",
            "$defs": {"short": {"maxLength": 1}, "t": {"$dynamicAnchor": "text", "type": "string"}},
        }
    }
    operation = dynclient.Client(build_document("Both", components)).run
    fitting = [value for value in ("a", "ab", 1) if operation.validate(body=value) == []]
    assert fitting == ["a"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$id": "a", "$ref": "a"},
        {"$id": "a", "$dynamicAnchor": "x", "$dynamicRef": "#x"},
        {"$id": "", "$dynamicRef": "#nowhere"},
        {"$id": "a", "$ref": "b", "$defs": {"b": {"$id": "b", "$ref": "a"}}},
        {"$id": "http://[", "$ref": "x"},
        {"$id": "#", "$ref": "#nowhere"},
        {"$id": 5, "$anchor": [], "$dynamicAnchor": None, "$dynamicRef": 7},
    ],
)
def test_what_describes_nothing_is_a_problem_and_hurts_nothing_else(schema):
    document = single(
        responses=answer({"$ref": "#/components/schemas/Hostile"}),
        components={"schemas": {"Hostile": schema}},
    )
    client = dynclient.Client(document, transport=respond([1]))
    assert client.run() == [1]
    assert [problem for problem in client.document.problems if problem.severity == "error"]


def test_many_scopes_end_in_a_problem():
    """Each of 40 anchors means one of two schemas: 2⁴⁰ scopes are not translated."""
    components = {}
    for index in range(40):
        following = {"$ref": f"#/components/schemas/S{index + 1}"}
        other = {"$id": f"o{index}", "$defs": {"x": {"$dynamicAnchor": f"a{index}"}}, **following}
        components[f"S{index}"] = {"anyOf": [following, other]}
    used = [{"$dynamicRef": f"last#a{index}"} for index in range(40)]
    anchors = {f"x{index}": {"$dynamicAnchor": f"a{index}"} for index in range(40)}
    components["S40"] = {"$id": "last", "anyOf": used, "$defs": anchors}
    document = single(
        responses=answer({"$ref": "#/components/schemas/S0"}), components={"schemas": components}
    )
    client = dynclient.Client(document, transport=respond(1))
    assert client.run() == 1
    assert "dynamic-scope" in {problem.code for problem in client.document.problems}


def test_many_anchors_take_little_memory():
    """Each of 3,000 schemas needs the anchors of all that follow."""
    anchors = {
        f"a{index}": {"$dynamicAnchor": f"a{index}", "$dynamicRef": f"#a{index + 1}"}
        for index in range(3000)
    }
    schema = {"$dynamicRef": "#a0", "$defs": anchors}
    document = single(
        responses=answer({"$ref": "#/components/schemas/S"}), components={"schemas": {"S": schema}}
    )
    tracemalloc.start()
    client = dynclient.Client(document, transport=respond(1))
    assert client.run() == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000


@pytest.mark.parametrize("is_component", [False, True])
def test_a_schema_that_is_nested_too_deeply_is_an_error_each_time(is_component):
    deep = {"type": "string"}
    for _ in range(230):
        deep = {"properties": {"p": deep, "q": {"type": "string"}}}
    schemas = {"Deep": deep} if is_component else {}
    schema = {"$ref": "#/components/schemas/Deep"} if is_component else deep
    document = single(body=content(schema), responses=answer({}), components={"schemas": schemas})
    document["paths"]["/other"] = {"get": {"operationId": "other", "responses": answer({})}}
    client = dynclient.Client(document, transport=respond(1))
    for _ in range(2):
        try:
            client.run(body={"p": {"p": {"q": 5}}})
        except DynclientError:
            continue
        pytest.fail("the value is not checked")
    assert client.other() == 1


@given(st.text(alphabet="#/a:$%[]?~.\\ é\x00", max_size=12), st.text(alphabet="#/a%b~", max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_identifier_stops_a_document(identifier, anchor):
    schema = {
        "$id": identifier,
        "$anchor": anchor,
        "properties": {"a": {"$ref": identifier}, "b": {"$dynamicRef": "#" + anchor}},
        "$defs": {"d": {"$dynamicAnchor": anchor}},
    }
    document = single(
        responses=answer({"$ref": "#/components/schemas/S"}), components={"schemas": {"S": schema}}
    )
    client = dynclient.Client(document, transport=respond(1))
    assert client.run() == 1
    assert isinstance(client.document.problems, list | tuple)
