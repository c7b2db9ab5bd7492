"""What a violation carries as data beside its text."""

from __future__ import annotations

import pickle

import httpx
import pytest
from support.documents import Server, answer, content, single

import dynclient
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker


@pytest.mark.parametrize(
    ("schema", "value", "kind", "expected", "got"),
    [
        ({"type": "integer"}, "a", "type", "integer", "a"),
        ({"type": ["integer", "null"]}, "a", "type", ["integer", "null"], "a"),
        ({"minimum": 1}, 0, "minimum", 1, 0),
        ({"enum": ["a", "b"]}, "c", "enum", ["a", "b"], "c"),
        ({"const": "a"}, "c", "const", "a", "c"),
        ({"maxLength": 1}, "ab", "maxLength", 1, "ab"),
        ({"pattern": "^a$"}, "b", "pattern", "^a$", "b"),
        ({"required": ["a"], "properties": {"a": {"type": "string"}}}, {}, "missing", {"type": "string"}, None),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, "unknown", ["a"], 1),
        ({"allOf": [{"items": {"type": "integer"}}]}, ["x"], "type", "integer", "x"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "x", "anyOf", ["integer", "null"], "x"),
    ],
)  # fmt: skip
def test_a_violation_carries_what_was_expected_and_got_as_data(schema, value, kind, expected, got):
    (violation,) = Checker(Schema(schema)).find_violations(value, ("body",))
    assert (violation.kind, violation.expected, violation.got) == (kind, expected, got)
    copied = pickle.loads(pickle.dumps(violation))
    assert (copied.expected, copied.got) == (expected, got)
    assert repr(violation).count("expected") == 0


def test_a_violation_names_the_pointer_of_its_schema():
    price = {"type": "object", "properties": {"price": {"type": "number", "minimum": 1}}}
    made = single(requestBody=content(price))
    client = dynclient.Client(made)
    (violation,) = client.run.validate(price=0)
    pointer = "/paths/~1things/post/requestBody/content/application~1json/schema/properties/price"
    assert violation.schema_pointer == pointer
    (unplaced,) = client.run.validate(price=float("nan"))
    assert unplaced.schema_pointer is None


def test_an_error_with_the_data_of_its_violations_survives_pickling():
    body = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    client = dynclient.Client(single(requestBody=content(body)))
    with pytest.raises(dynclient.errors.InvalidCall) as caught:
        client.run.request(body={})
    (violation,) = pickle.loads(pickle.dumps(caught.value)).violations
    assert (violation.expected, violation.got) == ({"type": "string"}, None)


def test_a_violation_of_a_result_carries_data_too():
    made = single(method="get", responses=answer({"type": "integer"}))
    reply = httpx.Response(201, json=1)
    client = dynclient.Client(made, transport=Server(reply), validate_responses="warn")
    with pytest.warns(dynclient.errors.ResponseDrift):
        (violation,) = client.run.send().violations
    assert (violation.expected, violation.got) == (["200"], 201)
