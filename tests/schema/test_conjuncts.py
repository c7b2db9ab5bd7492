"""What is required and travels only the other way binds that other way only."""

from __future__ import annotations

import httpx
import pytest
from support.documents import Server, answer, content, single

import dynclient

TEXT = {"type": "string"}
BOTH_VERSIONS = ("3.0.3", "3.1.0")


def declare(annotation: str, name: str, schemas: object = None) -> tuple[dict, dict]:
    """Return a schema that requires `id`, which travels only one way, and the components."""
    one_way = {"type": "string", annotation: True}
    components = {
        "OneWay": one_way,
        "Text": TEXT,
        "Open": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": TEXT, "name": TEXT, "code": TEXT},
        },
        "Marked": {
            "type": "object",
            "required": ["id", "name"],
            "properties": {"id": one_way, "name": TEXT},
        },
    }
    marked, opened = ({"$ref": f"#/components/schemas/{key}"} for key in ("Marked", "Open"))
    own = {"type": "object", "properties": {"id": one_way, "name": TEXT, "code": TEXT}}
    shapes = {
        "own": {**own, "required": ["id"]},
        "behind allOf": {"allOf": [marked]},
        "required apart": {"allOf": [marked, {"required": ["id", "name"]}]},
        "marked beside a base that requires": {"allOf": [opened, own]},
        "marked around a base that requires": {**own, "allOf": [opened]},
        "a base of a base requires": {"allOf": [{"allOf": [opened]}, own]},
        "marked behind a reference": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"allOf": [{"$ref": "#/components/schemas/OneWay"}]},
                "name": TEXT,
            },
        },
        "one of two": {**own, "oneOf": [{"required": ["id", "name"]}, {"required": ["code"]}]},
        "one of which only it is required": {
            **own,
            "oneOf": [{"required": ["id"]}, {"required": ["name"]}],
        },
        "any of two": {**own, "anyOf": [opened, {"required": ["code"]}]},
        "beside a reference": {**marked, "required": ["id"]},
        "marked beside a reference": {**opened, "properties": {"id": {annotation: True}}},
        "a property with a mark beside its reference": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"$ref": "#/components/schemas/Text", annotation: True},
                "name": TEXT,
            },
        },
        "then": {**own, "if": {"required": ["name"]}, "then": {"required": ["id"]}},
        "dependent": {**own, "dependentRequired": {"name": ["id"]}},
    }
    return shapes[name], components


EVERY_VERSION = (
    "own",
    "behind allOf",
    "required apart",
    "marked beside a base that requires",
    "marked around a base that requires",
    "a base of a base requires",
    "marked behind a reference",
    "one of two",
    "one of which only it is required",
    "any of two",
)
ONLY_3_1 = (
    "beside a reference",
    "marked beside a reference",
    "a property with a mark beside its reference",
    "then",
    "dependent",
)
CASES = [
    *((name, version) for name in EVERY_VERSION for version in BOTH_VERSIONS),
    *((name, "3.1.0") for name in ONLY_3_1),
]
PLACES = {
    "body": (lambda schema: schema, lambda value: value),
    "items": (lambda schema: {"type": "array", "items": schema}, lambda value: [value]),
    "property": (lambda schema: {"properties": {"in": schema}}, lambda value: {"in": value}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("name", "version"), CASES)
def test_a_read_only_property_is_required_of_responses_only(name, version, place):
    wrap_schema, wrap = PLACES[place]
    schema, components = declare("readOnly", name)
    schema = wrap_schema(schema)
    document = single(
        body=content(schema),
        responses=answer(schema),
        version=version,
        components={"schemas": components},
    )
    operation = dynclient.Client(document, transport=dynclient.Sandbox(document)).run

    assert operation.validate(body=wrap({"name": "n"})) == []
    kinds = [
        violation.kind for violation in operation.validate(body=wrap({"name": "n", "id": "1"}))
    ]
    assert "readOnly" in kinds
    assert "missing" not in kinds
    operation(operation.example())


@pytest.mark.parametrize(("name", "version"), CASES)
def test_a_write_only_property_is_required_of_requests_only(name, version):
    schema, components = declare("writeOnly", name)
    document = single(
        body=content(schema),
        responses=answer(schema),
        version=version,
        components={"schemas": components},
    )
    reply = Server(httpx.Response(200, json={"name": "n"}))
    operation = dynclient.Client(document, transport=reply).run

    body = {"id": "1"} if "only it" in name else {"name": "n", "id": "1"}

    assert operation(body=body) == {"name": "n"}


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_messages_offer_no_read_only_names(version):
    schema, components = declare("readOnly", "behind allOf")
    document = single(body=content(schema), version=version, components={"schemas": components})
    operation = dynclient.Client(document, transport=Server()).run

    assert str(operation.__signature__) == "(*, name)"
    assert [str(violation) for violation in operation.validate(name="n", idd="1")] == [
        "idd: is not declared; arguments are name, body"
    ]
    assert [str(violation) for violation in operation.validate(body={"name": "n", "idd": "1"})] == [
        "body.idd: is not declared; declared: name"
    ]
    assert [str(violation) for violation in operation.validate(name="n", id="1")] == [
        "body.id: is read-only: it must not be sent"
    ]


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_base_that_others_use_alone_still_requires_what_it_requires(version):
    schema, components = declare("readOnly", "marked beside a base that requires")
    both = {"properties": {"a": schema, "b": {"$ref": "#/components/schemas/Open"}}}
    document = single(body=content(both), version=version, components={"schemas": components})
    operation = dynclient.Client(document, transport=Server()).run

    assert [str(violation) for violation in operation.validate(body={"a": {}, "b": {}})] == [
        "body.b.id: string, required"
    ]
