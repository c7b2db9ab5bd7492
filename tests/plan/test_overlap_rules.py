"""`check` shows a value that fits two alternatives of a `oneOf`."""

from __future__ import annotations

import pytest
from support.documents import content, single

import dynclient

TEXT = {"type": "string"}
NAMED = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
SIZED = {"type": "object", "properties": {"size": {"type": "integer"}}}


def find_overlaps(schema: object, version: str = "3.1.0", **components: object) -> list[str]:
    document = single(body=content(schema), version=version, components={"schemas": components})
    problems = dynclient.load(document).problems
    return [problem.message for problem in problems if problem.code == "overlapping-one-of"]


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_value_that_fits_two_alternatives_is_shown(version):
    references = [{"$ref": f"#/components/schemas/{name}"} for name in ("Named", "Sized")]
    message = '{"name": "a"} fits two alternatives of `oneOf`, Named and Sized'

    assert find_overlaps({"oneOf": references}, version, Named=NAMED, Sized=SIZED) == [message]
    assert find_overlaps({"items": {"oneOf": references}}, version, Named=NAMED, Sized=SIZED) == [
        message
    ]


def test_what_is_around_the_alternatives_counts():
    needs = [{"required": ["b"]}, {"required": ["c"]}]

    assert find_overlaps({"type": "object", "maxProperties": 1, "oneOf": needs}) == []
    assert len(find_overlaps({"type": "object", "oneOf": needs})) == 1


@pytest.mark.parametrize(
    "alternatives",
    [
        [TEXT, {"type": "integer"}],
        [TEXT, {"type": "null"}],
        [
            {"required": ["k"], "properties": {"k": {"const": "a"}}, "type": "object"},
            {"required": ["k"], "properties": {"k": {"const": "b"}}, "type": "object"},
        ],
    ],
)
def test_alternatives_that_no_value_shares_are_not_reported(alternatives):
    assert find_overlaps({"oneOf": alternatives}) == []


@pytest.mark.parametrize("named", [NAMED, {**NAMED, "required": []}])
def test_a_discriminator_tells_alternatives_apart(named):
    """That nothing requires its property is a problem of its own."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in ("Named", "Sized")]
    schema = {"oneOf": references, "discriminator": {"propertyName": "name"}}

    assert find_overlaps(schema, Named=named, Sized=SIZED) == []
