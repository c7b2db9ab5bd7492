"""Where a document asks for the base of a hierarchy, every schema that builds on it may stand."""

from __future__ import annotations

import httpx
import pytest
from support.documents import Server, answer, content, single

import dynclient

BOTH = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
TEXT = {"type": "string"}
PET = {"$ref": "#/components/schemas/Pet"}


def build_components(**fields: object) -> dict:
    rule = {"propertyName": "petType", **fields}
    pet = {
        "type": "object",
        "required": ["petType"],
        "properties": {"petType": TEXT, "name": TEXT},
        "discriminator": rule,
    }
    dog = {"$ref": "#/components/schemas/Dog"}
    return {
        "Pet": pet,
        "Cat": {"allOf": [PET, {"type": "object", "properties": {"meow": {"type": "boolean"}}}]},
        "Dog": {"allOf": [PET, {"type": "object", "properties": {"bark": TEXT}}]},
        "Poodle": {"allOf": [dog, {"type": "object", "properties": {"curls": TEXT}}]},
    }


def build(schema: object, version: str, components: object) -> dict:
    return single(
        body=content(schema),
        responses=answer(schema),
        version=version,
        components={"schemas": components},
    )


def explain(document: dict, body: object) -> list[str]:
    operation = dynclient.Client(document, transport=Server()).run
    return [str(violation) for violation in operation.validate(body=body)]


@BOTH
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"petType": "Cat", "meow": True}, []),
        ({"petType": "Poodle", "bark": "w", "curls": "c"}, []),
        ({"petType": "Pet", "name": "n"}, []),
        (
            {"petType": "Cat", "bark": "w"},
            ["body.bark: is declared by an alternative that does not apply here"],
        ),
        ({"petType": "Cat", "meo": True}, ["body.meo: did you mean meow?"]),
        ({"petType": "Cat", "meow": 1}, ["body.meow: got 1, want boolean"]),
        (
            {"petType": "Catt", "meow": True},
            [
                (
                    "body.petType: got 'Catt', want 'Cat' or 'Dog' or 'Poodle' or 'Pet';"
                    " did you mean 'Cat'?"
                )
            ],
        ),
        ({"meow": True}, ["body.petType: string, required"]),
    ],
)
def test_a_schema_that_builds_on_the_base_may_be_sent(version, body, expected):
    assert explain(build(PET, version, build_components()), body) == expected


@BOTH
def test_a_mapping_names_what_builds_on_the_base(version):
    mapping = {"cat": "#/components/schemas/Cat", "dog": "Dog"}
    document = build(PET, version, build_components(mapping=mapping))

    assert explain(document, {"petType": "cat", "meow": True}) == []
    assert explain(document, {"petType": "Poodle", "curls": "c"}) == []
    assert explain(document, {"petType": "Pet"}) == [
        "body.petType: got 'Pet', want 'cat' or 'dog' or 'Poodle'"
    ]


@BOTH
@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda pet: {"type": "array", "items": pet}, id="items"),
        pytest.param(lambda pet: {"properties": {"pet": pet}}, id="property"),
        pytest.param(lambda pet: {"properties": {"pet": {"allOf": [pet]}}}, id="allOf"),
        pytest.param(lambda pet: {"additionalProperties": pet}, id="map"),
        pytest.param(lambda pet: {"oneOf": [pet, TEXT]}, id="oneOf"),
    ],
)
def test_the_base_is_open_to_all_wherever_a_document_asks_for_it(wrap, version):
    schema = wrap(PET)
    document = build(schema, version, build_components())
    good = {"petType": "Cat", "meow": True}
    bad = {"petType": "Cat", "bark": "w"}

    def place(pet: object) -> object:
        if "items" in schema:
            return [pet]
        return pet if "oneOf" in schema else {"pet": pet}

    assert explain(document, place(good)) == []
    assert "bark" in str(explain(document, place(bad)))


@BOTH
def test_a_middle_schema_is_a_base_of_its_own(version):
    document = build({"$ref": "#/components/schemas/Dog"}, version, build_components())

    assert explain(document, {"petType": "Poodle", "curls": "c"}) == []
    assert explain(document, {"petType": "Cat"}) == [
        "body.petType: got 'Cat', want 'Poodle' or 'Dog'"
    ]


@BOTH
def test_a_schema_that_is_asked_for_itself_is_only_that(version):
    document = build({"$ref": "#/components/schemas/Cat"}, version, build_components())

    assert explain(document, {"petType": "Cat", "meow": True}) == []
    assert explain(document, {"petType": "Cat", "bark": "w"}) == [
        "body.bark: is not declared; declared: petType, name, meow"
    ]


@BOTH
def test_a_base_that_lists_what_extends_it_is_no_circle(version):
    components = build_components()
    names = ("Cat", "Dog")
    alternatives = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    components["Pet"] = {**components["Pet"], "oneOf": alternatives}
    document = build(PET, version, components)

    assert "circular-schema" not in {problem.code for problem in dynclient.load(document).problems}
    assert explain(document, {"petType": "Cat", "meow": True, "name": "n"}) == []
    assert "want 'Cat' or 'Poodle' or 'Dog'" in str(explain(document, {"petType": "Cow"}))


@BOTH
def test_a_nullable_wrapper_is_no_schema_of_the_hierarchy(version):
    maybe = {"allOf": [PET], "nullable": True}
    components = {**build_components(), "MaybePet": maybe}
    document = build({"$ref": "#/components/schemas/MaybePet"}, version, components)

    assert explain(document, None) == []
    assert explain(document, {"petType": "Cat", "meow": True}) == []
    assert "MaybePet" not in str(explain(document, {"petType": "Cow"}))


def test_a_second_discriminator_below_decides_below():
    components = build_components()
    breed = {
        "type": "object",
        "required": ["breed"],
        "properties": {"breed": TEXT},
        "discriminator": {"propertyName": "breed"},
    }
    components["Dog"] = {"allOf": [PET, breed]}
    document = build(PET, "3.0.3", components)

    assert explain(document, {"petType": "Dog", "breed": "Poodle", "curls": "c"}) == []
    assert explain(document, {"petType": "Dog", "breed": "Podle"}) == [
        "body.breed: got 'Podle', want 'Poodle' or 'Dog'; did you mean 'Poodle'?"
    ]


def test_a_base_extended_beside_its_reference_counts_in_3_1():
    components = build_components()
    components["Cat"] = {**PET, "properties": {"meow": {"type": "boolean"}}}

    assert explain(build(PET, "3.1.0", components), {"petType": "Cat", "meow": True}) == []


@BOTH
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"petType": "Cat", "meow": 1}, ["body.meow: got 1, want boolean"]),
        ({"petType": "Cat", "new": 1}, []),
        ({"petType": "Lizard", "scales": 3}, []),
    ],
)
def test_a_response_is_read_by_its_tag_and_as_the_base_where_nobody_knows_it(
    version, data, expected
):
    document = build(PET, version, build_components())
    client = dynclient.Client(document, transport=Server(httpx.Response(200, json=data)))
    try:
        client.run(petType="Cat")
        found = []
    except dynclient.errors.InvalidResponse as error:
        found = [str(violation) for violation in error.violations]

    assert found == expected


@BOTH
def test_the_properties_of_all_that_builds_on_the_base_are_arguments(version):
    operation = dynclient.Client(build(PET, version, build_components())).run

    assert str(operation.__signature__) == "(*, pet_type=…, name=…, meow=…, bark=…, curls=…)"


@BOTH
def test_samples_and_the_sandbox_agree_with_the_hierarchy(version):
    document = build(PET, version, build_components())
    sandbox = dynclient.Sandbox(document, second_opinion=True)
    operation = dynclient.Client(document, transport=sandbox).run

    tags = {operation.send(operation.example(seed)).data["petType"] for seed in range(8)}

    assert tags <= {"Cat", "Dog", "Poodle", "Pet"}
    assert len(tags) > 1
    assert not sandbox.disagreements


def test_schemas_in_other_files_build_on_a_base(tmp_path):
    (tmp_path / "pet.yaml").write_text(
        "type: object\n"
        "required: [kind]\n"
        "properties: {kind: {type: string}}\n"
        "discriminator: {propertyName: kind, mapping: {cat: ./cat.yaml}}\n"
    )
    (tmp_path / "cat.yaml").write_text(
        "allOf:\n- $ref: ./pet.yaml\n- {type: object, properties: {meow: {type: boolean}}}\n"
    )
    (tmp_path / "shop.yaml").write_text(
        "openapi: 3.0.3\n"
        "info: {title: Shop, version: '1'}\n"
        "servers: [{url: https://shop.example}]\n"
        "paths:\n  /pets:\n    post:\n      operationId: run\n      requestBody:\n"
        "        required: true\n        content:\n          application/json:\n"
        "            schema: {$ref: ./pet.yaml}\n      responses: {'200': {description: ok}}\n"
    )
    operation = dynclient.Client(tmp_path / "shop.yaml", transport=Server()).run

    assert operation.validate(body={"kind": "cat", "meow": True}) == []
    assert "want 'cat'" in str(operation.validate(body={"kind": "cow"})[0])
