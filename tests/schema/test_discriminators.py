"""A tag that is present decides which alternative a value must fit."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import Server, answer, content, parameter, single

import dynclient
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.translation.discriminators import DiscriminatorTranslator, SchemaOrigin

BOTH = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
TEXT = {"type": "string"}
WITH_PASSWORD = {
    "type": "object",
    "required": ["method", "password"],
    "properties": {"method": TEXT, "password": TEXT, "token": TEXT},
}
WITH_CODE = {
    "type": "object",
    "required": ["method"],
    "properties": {"method": TEXT, "code": TEXT, "token": TEXT},
}
COMPONENTS = {"schemas": {"WithPassword": WITH_PASSWORD, "WithCode": WITH_CODE}}
REFERENCES = [
    {"$ref": "#/components/schemas/WithPassword"},
    {"$ref": "#/components/schemas/WithCode"},
]
MAPPING = {"password": "#/components/schemas/WithPassword", "code": "WithCode"}


def union(keyword: str = "oneOf", mapping: object = MAPPING, **fields: object) -> dict[str, object]:
    rule = {"propertyName": "method", **({"mapping": mapping} if mapping else {})}
    return {keyword: REFERENCES, "discriminator": rule, **fields}


def build(schema: object, version: str = "3.0.3", components: object = COMPONENTS) -> dict:
    return single(
        body=content(schema), responses=answer(schema), version=version, components=components
    )


def explain(document: dict, body: object) -> list[str]:
    operation = dynclient.Client(document, transport=Server()).run
    return [str(violation) for violation in operation.validate(body=body)]


@BOTH
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"method": "password", "password": "x"}, []),
        ({"method": "code", "code": "1"}, []),
        ({"method": "code"}, []),
        (
            {"method": "kode", "code": "1"},
            ["body.method: got 'kode', want 'password' or 'code'; did you mean 'code'?"],
        ),
        (
            {"method": "zzz", "code": "1"},
            ["body.method: got 'zzz', want 'password' or 'code'"],
        ),
        ({"method": "password", "token": "x"}, ["body.password: string, required"]),
        (
            {"method": "code", "password": "x"},
            ["body.password: is declared by an alternative that does not apply here"],
        ),
    ],
)
def test_a_tag_that_is_present_decides(keyword, version, body, expected):
    assert explain(build(union(keyword), version), body) == expected


@BOTH
def test_without_a_mapping_the_names_of_the_schemas_are_the_tags(version):
    document = build(union(mapping=None), version)

    assert explain(document, {"method": "WithCode"}) == []
    assert explain(document, {"method": "withCode"}) == [
        "body.method: got 'withCode', want 'WithPassword' or 'WithCode'; did you mean 'WithCode'?"
    ]


@BOTH
@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda schema: {"allOf": [schema]}, id="allOf"),
        pytest.param(lambda schema: {"type": "array", "items": schema}, id="items"),
        pytest.param(lambda schema: {"properties": {"flow": schema}}, id="property"),
        pytest.param(lambda schema: {"additionalProperties": schema}, id="map"),
    ],
)
def test_a_tag_decides_in_every_place_of_a_body(wrap, version):
    document = build(wrap(union()), version)
    example = dynclient.Client(document, transport=Server()).run.example(1)["body"]
    text = str(explain(document, _replace_tags(example)))

    assert explain(document, example) == []
    assert "method" not in str(example) or "want 'password' or 'code'" in text


def _replace_tags(value: object) -> object:
    if isinstance(value, list):
        return [_replace_tags(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "other" if name == "method" else _replace_tags(item) for name, item in value.items()
    }


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_a_tag_decides_in_a_parameter(location):
    document = single(
        parameter("flow", location, union(), explode=False), components=COMPONENTS, method="get"
    )
    operation = dynclient.Client(document, transport=Server()).run

    assert operation.validate(flow={"method": "code", "code": "1"}) == []
    (violation,) = operation.validate(flow={"method": "kode"})
    assert str(violation) == (
        f"{location}.flow.method: got 'kode', want 'password' or 'code'; did you mean 'code'?"
    )


@BOTH
def test_a_response_is_read_by_its_tag(version):
    document = build(union(), version)
    replies = [{"method": "code", "password": "x"}, {"method": "kode"}]
    refused = []
    for reply in replies:
        client = dynclient.Client(document, transport=Server(httpx.Response(200, json=reply)))
        try:
            client.run(body={"method": "code"})
        except dynclient.errors.InvalidResponse as error:
            refused += [str(violation) for violation in error.violations]

    assert refused == ["body.method: got 'kode', want 'password' or 'code'; did you mean 'code'?"]


def test_an_alternative_keeps_the_tags_that_it_lists_itself():
    cat = {"required": ["kind"], "properties": {"kind": {"enum": ["cat", "kitten"]}}}
    dog = {"required": ["kind"], "properties": {"kind": {"const": "dog"}}}
    components = {"schemas": {"Cat": cat, "Dog": dog}}
    alternatives = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
    pets = {"oneOf": alternatives, "discriminator": {"propertyName": "kind"}}
    document = build(pets, "3.1.0", components)

    assert [explain(document, {"kind": kind}) for kind in ("cat", "kitten", "dog")] == [[], [], []]
    assert explain(document, {"kind": "Cat"}) == [
        "body.kind: got 'Cat', want 'cat' or 'kitten' or 'dog'; did you mean 'cat'?"
    ]


@BOTH
def test_a_list_of_all_tags_that_alternatives_share_does_not_make_them_equal(version):
    shared = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "enum": ["document", "faces"]}, "id": TEXT},
    }
    components = {
        "schemas": {
            "Shared": shared,
            "Document": {"allOf": [{"$ref": "#/components/schemas/Shared"}]},
            "Faces": {"allOf": [{"$ref": "#/components/schemas/Shared"}]},
        }
    }
    mapping = {name.lower(): f"#/components/schemas/{name}" for name in ("Document", "Faces")}
    report = {
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "discriminator": {"propertyName": "name", "mapping": mapping},
    }
    document = build(report, version, components)

    assert explain(document, {"name": "faces", "id": "1"}) == []
    assert "want 'document' or 'faces'" in str(explain(document, {"name": "other"}))


@BOTH
def test_without_a_tag_the_plain_alternatives_decide(version):
    optional = {"type": "object", "properties": {"method": TEXT, "code": TEXT, "token": TEXT}}
    components = {"schemas": {**COMPONENTS["schemas"], "WithCode": optional}}

    assert explain(build(union(), version, components), {"code": "1"}) == []
    components = {"schemas": {"WithPassword": optional, "WithCode": optional}}
    assert explain(build(union("anyOf"), version, components), {"code": "1"}) == []
    assert explain(build(union(), version, components), {"code": "1"}) == [
        (
            "body: got an object of 1 property, which fits several alternatives, WithPassword and "
            "WithCode, where one is allowed; give method to choose"
        )
    ]


@BOTH
def test_a_union_in_a_union_passes_its_tags_on(version):
    inner = {
        "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
        "discriminator": {"propertyName": "kind"},
    }
    outer = {
        "oneOf": [{"$ref": "#/components/schemas/Inner"}, {"$ref": "#/components/schemas/C"}],
        "discriminator": {"propertyName": "kind"},
    }
    leaf = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT, "n": TEXT}}
    document = build(outer, version, {"schemas": {"Inner": inner, "A": leaf, "B": leaf, "C": leaf}})

    assert [explain(document, {"kind": kind}) for kind in "ABC"] == [[], [], []]
    assert explain(document, {"kind": "D"}) == ["body.kind: got 'D', want 'A' or 'B' or 'C'"]


def test_a_recursive_union_knows_the_tags_that_its_alternatives_list():
    branch = {
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": ["branch"]},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    }
    leaf = {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["leaf"]}}}
    tree = {
        "oneOf": [{"$ref": "#/components/schemas/Branch"}, {"$ref": "#/components/schemas/Leaf"}],
        "discriminator": {"propertyName": "kind"},
    }
    components = {"schemas": {"Tree": tree, "Branch": branch, "Leaf": leaf}}
    document = build({"$ref": "#/components/schemas/Branch"}, "3.1.0", components)
    body = {"kind": "branch", "children": [{"kind": "leaf"}, {"kind": "branch"}]}

    assert explain(document, body) == []


def test_tags_are_given_in_the_type_of_the_property():
    one = {"type": "object", "required": ["v"], "properties": {"v": {"type": "integer"}}}
    components = {"schemas": {"One": one, "Two": one}}
    versions = {
        "oneOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}],
        "discriminator": {"propertyName": "v", "mapping": {"1": "One", "2": "Two"}},
    }
    document = build(versions, "3.1.0", components)

    assert explain(document, {"v": 2}) == []
    assert explain(document, {"v": 3}) == ["body.v: got 3, want 1 or 2"]


def test_names_that_the_property_cannot_have_are_no_tags():
    cat = {"type": "object", "properties": {"lives": {"type": "integer"}}, "required": ["lives"]}
    dog = {"type": "object", "properties": {"bark": TEXT}, "required": ["bark"]}
    pet = {
        "type": "object",
        "properties": {"kind": {"enum": ["c", "d"]}},
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    }
    document = build(pet, "3.1.0", {"schemas": {"Cat": cat, "Dog": dog}})

    assert explain(document, {"kind": "c", "lives": 9}) == []


def test_a_free_form_alternative_stays_free_form():
    components = {"schemas": {"WithPassword": WITH_PASSWORD, "WithCode": {"type": "object"}}}

    assert explain(build(union(), components=components), {"method": "code", "x": 1}) == []


@BOTH
def test_null_beside_a_discriminated_union_is_still_null(version):
    schema = union(nullable=True) if version == "3.0.3" else union()
    if version == "3.1.0":
        schema["oneOf"] = [*REFERENCES, {"type": "null"}]

    assert explain(build(schema, version), None) == []
    assert "want 'password' or 'code'" in str(explain(build(schema, version), {"method": "x"}))


@BOTH
@pytest.mark.parametrize("seed", range(6))
def test_samples_and_the_sandbox_agree_with_the_tag(version, seed):
    document = build(union(), version)
    sandbox = dynclient.Sandbox(document, seed=seed, second_opinion=True)
    operation = dynclient.Client(document, transport=sandbox).run

    result = operation.send(operation.example(seed))

    assert result.data["method"] in MAPPING
    assert all(disagreement.reason for disagreement in sandbox.disagreements)


@BOTH
def test_what_openapi_core_wants_beyond_the_standard_has_a_reason(version):
    optional = {"type": "object", "properties": {"code": TEXT}}
    components = {"schemas": {"WithPassword": WITH_PASSWORD, "WithCode": optional}}
    schema = union(nullable=True) if version == "3.0.3" else union()
    if version == "3.1.0":
        schema["oneOf"] = [*REFERENCES, {"type": "null"}]
    sandbox = dynclient.Sandbox(build(schema, version, components), second_opinion=True)
    client = dynclient.Client(sandbox.document, transport=sandbox)
    for body in ({"code": "1"}, None, {"method": "code"}):
        client.run(body=body)

    assert all(disagreement.reason for disagreement in sandbox.disagreements)


@pytest.mark.parametrize("rule", [{}, {"propertyName": ""}, {"propertyName": 1}, {"mapping": {}}])
def test_a_discriminator_without_a_property_is_a_problem_and_changes_nothing(rule):
    schema = {"oneOf": REFERENCES, "discriminator": rule}
    document = build(schema)

    assert "missing-field" in {problem.code for problem in dynclient.load(document).problems}
    assert explain(document, {"method": "x", "code": "1"}) == []


_NAMES = st.text(max_size=6)


@given(
    tag=_NAMES,
    mapping=st.dictionaries(_NAMES, st.sampled_from(["#/$defs/A", "#/$defs/B"]), max_size=4),
    listed=st.none() | st.lists(st.none() | st.integers() | _NAMES, min_size=1, max_size=3),
    value=st.dictionaries(_NAMES, st.none() | st.integers() | _NAMES, max_size=3),
)
def test_hostile_tags_never_accept_more_than_the_plain_alternatives(tag, mapping, listed, value):
    kind = {"enum": listed} if listed else {}
    defs = {"A": Schema({"properties": {tag: kind}}), "B": Schema({"required": ["b"]})}
    plain = Schema({"anyOf": [Schema({"$ref": "#/$defs/A"}), Schema({"$ref": "#/$defs/B"})]})
    restricted = Schema({**plain, "discriminator": {"propertyName": tag, "mapping": mapping}})
    translator = DiscriminatorTranslator(defs)
    translator.origins = {name: SchemaOrigin(("", name), name) for name in defs}
    translator.add_union(restricted)
    translator.restrict_alternatives()

    if Checker({**restricted, "$defs": defs}).accepts(value):
        assert Checker({**plain, "$defs": defs}).accepts(value)
