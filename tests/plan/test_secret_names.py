"""Which names a document marks as secret: `format: password` wherever it stands, and api keys."""

from __future__ import annotations

import re

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
    "members of any name": ({"additionalProperties": PASSWORD}, {"*"}),
    "members of a pattern": ({"items": {"patternProperties": {"^x": PASSWORD}}}, {"*"}),
    "members of a property": ({"properties": {"all": {"additionalProperties": PASSWORD}}}, {"all"}),
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


#: Path template, URL → the URL without the secrets of its path; `pin` is declared as one.
SECRET_PATHS = {
    "a variable": ("/reset/{pin}", "https://a.test/v1/reset/HUSH?x=1", "https://a.test/v1/reset/…?x=1"),
    "by its name": ("/reset/{resetToken}/done", "/reset/HUSH/done", "/reset/…/done"),
    "beside a slash at the end": ("/reset/{pin}", "/reset/HUSH/", "/reset/…/"),
    "before a slash of the template": ("/reset/{pin}/", "/reset/HUSH/", "/reset/…/"),
    "with literals around it": ("/r/v-{pin}.json", "/r/v-HUSH.json", "/r/v-….json"),
    "beside another variable": ("/r/{id}.{pin}", "/r/1.HU.SH", "/r/…"),
    "encoded": ("/ré/{pin}", "/r%C3%A9/HU%2FSH", "/r%C3%A9/…"),
    "two": ("/{pin}/x/{password}", "/HUSH/x/HUSH", "/…/x/…"),
    "a relative link": ("/reset/{pin}", "HUSH", "…"),
    "nothing secret": ("/things/{id}", "/things/1", "/things/1"),
    "user information": ("/reset/{pin}", "https://u:HUSH@a.test/reset/HUSH", "https://…@a.test/reset/…"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "url", "shown"), SECRET_PATHS.values(), ids=SECRET_PATHS.keys()
)
def test_a_secret_of_a_path_is_masked_wherever_its_template_has_it(template, url, shown):
    variables = re.findall(r"\{(.*?)\}", template)
    parameters = [
        parameter(name, "path", PASSWORD if name == "pin" else {}, required=True)
        for name in variables
    ]
    [declared] = dynclient.load(single(*parameters, path=template)).operations.values()
    assert collect_secret_names(declared).mask_url(url) == shown
