"""Which names a document marks as secret: `format: password` wherever it stands, and api keys."""

from __future__ import annotations

import pytest
from support.documents import content, parameter, single

import dynclient
from dynclient.plan.secret_names import collect_secret_names

PASSWORD = {"type": "string", "format": "password"}
COMPONENTS = {
    "schemas": {
        "Pin": PASSWORD,
        "User": {"properties": {"pin": {"$ref": "#/components/schemas/Pin"}, "name": {}}},
        "Tree": {
            "properties": {
                "code": PASSWORD,
                "kids": {"items": {"$ref": "#/components/schemas/Tree"}},
            }
        },
    },
    "securitySchemes": {
        "h": {"type": "apiKey", "in": "header", "name": "X-Mine"},
        "q": {"type": "apiKey", "in": "query", "name": "mine"},
        "c": {"type": "apiKey", "in": "cookie", "name": "crumb"},
        "b": {"type": "http", "scheme": "basic"},
    },
}


def collect(*parameters, body=None):
    made = single(*parameters, body=body, components=COMPONENTS)
    [operation] = dynclient.load(made).operations.values()
    return collect_secret_names(operation)


#: The schema of a body → the names of its secret properties.
BODIES = {
    "plain": ({"properties": {"pin": PASSWORD, "name": {}}}, {"pin"}),
    "reference": ({"$ref": "#/components/schemas/User"}, {"pin"}),
    "allOf": ({"allOf": [{"$ref": "#/components/schemas/User"}, {}]}, {"pin"}),
    "oneOf of a property": ({"properties": {"pin": {"oneOf": [PASSWORD, {}]}}}, {"pin"}),
    "items": ({"items": {"properties": {"pin": PASSWORD}}}, {"pin"}),
    "an array of secrets": ({"properties": {"pins": {"items": PASSWORD}}}, {"pins"}),
    "recursive": ({"$ref": "#/components/schemas/Tree"}, {"code"}),
    "nowhere": ({"$ref": "#/components/schemas/Nothing"}, set()),
    "the whole": (PASSWORD, {""}),
    "an item of the whole": ({"items": PASSWORD}, {""}),
}


@pytest.mark.parametrize(("schema", "names"), BODIES.values(), ids=BODIES.keys())
def test_passwords_of_a_body_are_found_wherever_they_stand(schema, names):
    assert collect(body=content(schema)).properties == names


def test_passwords_among_the_parameters_are_found_by_location():
    reference = {"allOf": [{"$ref": "#/components/schemas/Pin"}]}
    names = collect(
        parameter("p", "query", PASSWORD),
        parameter("filter", "query", {"properties": {"pin": PASSWORD}}, style="deepObject"),
        parameter("X-Pin", "header", reference),
        parameter("crumbs", "cookie", reference),
        parameter("plain", "query", {"type": "string"}),
    )
    assert names.query == {"p", "pin", "filter[pin]", "mine"}
    assert names.headers == {"x-pin", "x-mine"}
    assert names.cookies == {"crumbs", "crumb"}


def test_all_api_keys_of_a_document_are_secret_names():
    names = collect()
    assert (names.headers, names.query, names.cookies) == ({"x-mine"}, {"mine"}, {"crumb"})
