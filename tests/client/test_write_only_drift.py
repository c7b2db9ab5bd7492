"""A write-only value in a response is drift: the document says that it does not come."""

import warnings

import httpx
import pytest
from support.documents import Server, answer, document, operation

import dynclient
from dynclient.errors import ResponseDrift

SECRET = {"type": "string", "writeOnly": True}
USER = {"type": "object", "properties": {"name": {"type": "string"}, "password": SECRET}}
HIDDEN = {"type": "object", "properties": {"password": {"allOf": [SECRET]}}}
REF = {"$ref": "#/components/schemas/User"}
CASES = {
    "the body": (USER, {"name": "a", "password": "p"}, "body.password"),
    "a reference": (REF, {"password": "p"}, "body.password"),
    "behind allOf": ({"allOf": [REF, {"properties": {"b": {}}}]}, {"password": "p"}, "body.password"),
    "a member behind allOf": (HIDDEN, {"password": "p"}, "body.password"),
    "required": ({**USER, "required": ["password"]}, {"password": "p"}, "body.password"),
    "items": ({"type": "array", "items": REF}, [{"name": "a"}, {"password": "p"}], "body[1].password"),
    "an alternative": ({"oneOf": [REF, {"type": "null"}]}, {"password": "p"}, "body.password"),
}  # fmt: skip


def call(schema, value, version, **options):
    text = document(
        {"/things": {"post": operation(responses=answer(schema))}},
        version=version,
        components={"schemas": {"User": USER}},
    )
    server = Server(httpx.Response(200, json=value))
    return dynclient.Client(text, transport=server, **options).run


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("case", CASES)
def test_a_write_only_value_in_a_response_warns_and_passes(case, version):
    schema, value, where = CASES[case]
    if version == "3.0.3" and case == "an alternative":
        schema = {"oneOf": [REF], "nullable": True}
    with pytest.warns(ResponseDrift, match="is write-only"):
        result = call(schema, value, version).send()
    assert result.data == value
    assert [(str(v.where), v.kind) for v in result.violations] == [(where, "writeOnly")]


@pytest.mark.parametrize(
    ("value", "options"), [({"name": "a"}, {}), ({"password": "p"}, {"validate_responses": "off"})]
)
def test_nothing_is_reported_without_such_a_value_or_with_validation_off(value, options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert call(USER, value, "3.1.0", **options).send().violations == ()


def test_an_unknown_field_beside_it_is_no_drift():
    with pytest.warns(ResponseDrift):
        result = call(USER, {"password": "p", "new": 1}, "3.1.0").send()
    assert len(result.violations) == 1
