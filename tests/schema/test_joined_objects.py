"""Parts of an `allOf` that only describe properties become one object, which accepts the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dynclient.schema.dialect import Schema
from dynclient.schema.engines import joined_objects
from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.joined_objects import join_objects

NAMES = ("A", "B", "C")

#: 1 and True are equal in Python, and no JSON value is both.
members = st.sampled_from(
    [True, False, {"type": "string"}, {"type": "integer", "title": "t"}, {"const": 1}, {"const": True}, {"enum": [1]}]
)  # fmt: skip
references = st.builds(lambda name: {"$ref": f"#/$defs/{name}"}, st.sampled_from(NAMES))
own_keywords = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["object", ["object", "null"]]),
        "properties": st.dictionaries(st.sampled_from("pq"), members),
        "required": st.lists(st.sampled_from("pqr"), max_size=2, unique=True),
        "additionalProperties": st.sampled_from([True, True, False, {"type": "string"}]),
        "patternProperties": st.just({"^r": {"type": "integer"}}),
        "minProperties": st.just(1),
        "description": st.just("d"),
        "discriminator": st.just({"propertyName": "p"}),
    },
)


def build_objects(parts):
    lists = st.lists(parts, min_size=1, max_size=3)
    return st.builds(lambda own, found: {**own, "allOf": found}, own_keywords, lists)


schemas = st.recursive(own_keywords | references, build_objects, max_leaves=8)
closing = st.sampled_from([{}, {"unevaluatedProperties": False}])
definitions = st.fixed_dictionaries(dict.fromkeys(NAMES, schemas))
values = st.one_of(
    st.dictionaries(st.sampled_from("pqrs"), st.sampled_from([1, True, "text"]), max_size=4),
    st.sampled_from([None, 1, []]),
)


def remove_loops(defs):
    """Leave each definition only references to those after it: no value fits an endless one."""

    def clean(schema, allowed):
        if "$ref" in schema and schema["$ref"][-1] not in allowed:
            return {"type": "object"}
        return {**schema, **({"allOf": [clean(part, allowed) for part in schema["allOf"]]} if "allOf" in schema else {})}  # fmt: skip

    return {name: clean(defs[name], NAMES[place + 1 :]) for place, name in enumerate(NAMES)}


@given(schemas, closing, definitions, st.lists(values, min_size=1, max_size=4))
@example(
    {"allOf": [{"properties": {"p": {"const": 1}}}, {"properties": {"p": {"const": True}}}]},
    {},
    {},
    [{"p": 1}, {"p": True}, {}],
)
@example(
    {"allOf": [{"properties": {"p": True}}, {"additionalProperties": False}]}, {}, {}, [{"p": 1}]
)
@example(
    {"$ref": "#/$defs/A"},
    {"unevaluatedProperties": False},
    {"A": {"allOf": [{"properties": {"p": True}}, {"additionalProperties": True}]}},
    [{"q": 1}],
)
def test_what_is_joined_accepts_what_the_parts_accept(schema, closed, defs, found):
    defs = remove_loops({name: defs.get(name, {}) for name in NAMES})
    checker = Checker(Schema({**schema, **closed, "$defs": defs}))
    for value in found:
        expected = checker.accepts_by_reference(value)
        assert checker.accepts_by_fast_engine(value) is expected, value


def test_objects_that_only_have_properties_become_one():
    defs = {
        "Entity": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        "Named": {"title": "n", "allOf": [{"$ref": "#/$defs/Entity"}, {"properties": {"name": {}}}]},
    }  # fmt: skip
    other = {"type": "object", "minProperties": 2}
    own = {"properties": {"id": {"type": "integer", "description": "d"}, "own": True}}
    joined = join_objects({**own, "allOf": [{"$ref": "#/$defs/Named"}, other]}, defs)
    assert joined == {
        "type": "object",
        "properties": {"id": {"type": "integer", "description": "d"}, "own": True, "name": {}},
        "required": ["id"],
        "allOf": [other],
    }


@pytest.mark.parametrize(
    "part",
    [
        {"anyOf": [{}, {}]},
        {"type": ["object", "null"]},
        {"additionalProperties": False},
        {"patternProperties": {"x": {}}},
        {"allOf": [{"minProperties": 1}]},
        {"$ref": "#/$defs/Self"},
        {"properties": {str(i): {"items": {}} for i in range(joined_objects.MAX_COPIED_NODES)}},
        {"allOf": [{}] * joined_objects.MAX_PARTS},
    ],
)
def test_a_part_that_says_more_or_is_large_stays_as_it_is(part):
    schema = {"properties": {"p": True}, "allOf": [part]}
    defs = {"Self": {"allOf": [{"$ref": "#/$defs/Self"}]}}
    assert join_objects(schema, defs) is schema
