"""`one_of="any"` reads `oneOf` as `anyOf`."""

from __future__ import annotations

import httpx
import pytest
from support.documents import Server, answer, content, single

import dynclient
from dynclient.errors import InvalidResponse, UsageError

BOTH = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
PROPERTIES = {"name": {"type": "string"}, "size": {"type": "integer"}}
NAMED = {"type": "object", "required": ["name"], "properties": PROPERTIES}
SIZED = {"type": "object", "required": ["size"], "properties": PROPERTIES}
BOTH_FIT = {"name": "n", "size": 1}
OVERLAP = {"oneOf": [NAMED, SIZED]}


def build(schema: object, version: str = "3.1.0") -> dict:
    return single(body=content(schema), responses=answer(schema), version=version)


@BOTH
@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda schema: (schema, lambda value: value), id="body"),
        pytest.param(
            lambda schema: ({"type": "array", "items": schema}, lambda value: [value]), id="items"
        ),
        pytest.param(
            lambda schema: ({"properties": {"p": schema}}, lambda value: {"p": value}),
            id="property",
        ),
        pytest.param(lambda schema: ({"allOf": [schema]}, lambda value: value), id="allOf"),
    ],
)
def test_a_value_may_fit_any_number_of_alternatives(wrap, version):
    schema, wrap_value = wrap(OVERLAP)
    reply = httpx.Response(200, json=wrap_value(BOTH_FIT))
    client = dynclient.Client(build(schema, version), transport=Server(reply))
    lenient = client.with_options(one_of="any")

    (violation,) = client.run.validate(body=wrap_value(BOTH_FIT))
    assert "number 1 and number 2" in violation.message
    assert "one_of='any'" in violation.message
    with pytest.raises(InvalidResponse):
        client.run(body=wrap_value({"size": 1}))
    assert lenient.run(body=wrap_value(BOTH_FIT)) == wrap_value(BOTH_FIT)
    assert lenient.run.validate(body=wrap_value({"nme": "n"})) != []
    assert lenient.run.validate(body=wrap_value({"size": "x"})) != []
    assert lenient.run.validate(body=lenient.run.example()["body"]) == []


def test_what_stands_beside_one_of_still_counts():
    schema = {**OVERLAP, "anyOf": [{"required": ["name"]}, {"required": ["size"]}]}
    operation = dynclient.Client(build(schema), one_of="any").run

    assert operation.validate(body=BOTH_FIT) == []
    assert operation.validate(body={}) != []


def test_any_other_value_of_the_option_is_refused():
    with pytest.raises(UsageError, match=r"one_of cannot be 'all'\n.*give 'exactly' or 'any'"):
        dynclient.Client(build(OVERLAP), one_of="all")


def test_views_with_the_option_share_what_is_compiled():
    client = dynclient.Client(build(OVERLAP))
    one, other = client.with_options(one_of="any"), client.with_options(one_of="any", timeout=3)

    assert one.run._plan is other.run._plan
    assert one.run._plan is not client.run._plan
