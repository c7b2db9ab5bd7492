"""Unions of objects that no tag tells apart, closed and open, and lists that are written as unions."""

import copy
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.containment import ContainmentChecker, SchemaView
from dynclient.schema.dialect import Schema, bundle_schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.readings import close_schema

TEXT, INTEGER = {"type": "string"}, {"type": "integer"}


def schema(value):
    if isinstance(value, dict):
        return Schema({key: schema(inner) for key, inner in value.items()})
    return [schema(inner) for inner in value] if isinstance(value, list) else value


def gaps(subschema, superschema, reading="producer", taking="producer", defs=None):
    sides = [
        SchemaView({k: schema(v) for k, v in (defs or {}).items()}, said, "request")
        for said in (reading, taking)
    ]
    return ContainmentChecker(*sides).find_incompatibilities(schema(subschema), schema(superschema))


def thing(properties, *required, **more):
    return {"type": "object", "properties": properties, "required": list(required), **more}


def constants(*values):
    return {"oneOf": [{"const": value, "title": str(value)} for value in values]}


PET, HOME = thing({"name": TEXT}), thing({"name": TEXT, "street": TEXT})
KINDS = constants(*range(1, 60))

FITS = [
    # What another alternative declares may be sent beside one, and is taken as that other one takes it.
    ({"anyOf": [PET, HOME, thing({"rooms": INTEGER})]}, {"anyOf": [PET, thing({"rooms": INTEGER, "b": TEXT}), HOME]}),
    # An alternative that declares nothing stays free beside others.
    ({"anyOf": [PET, {}]}, {"anyOf": [HOME, {}]}),
    ({"anyOf": [PET, {}]}, {"anyOf": [PET, {"title": "any"}, TEXT]}),
    # Of alternatives whose required properties cannot be the same, none lends to the other.
    ({"anyOf": [thing({"size": INTEGER}, "size"), {"type": "object", "additionalProperties": TEXT}]},
     {"anyOf": [thing({"size": INTEGER}), {"type": "object", "additionalProperties": TEXT}]}),
    (constants("a", "b"), {"enum": ["b", "a", "c"]}),
    ({"enum": ["a"]}, constants("b", "a")),
    ({"type": "integer", "enum": [3], "allOf": [KINDS]}, {"allOf": [KINDS]}),
    ({"oneOf": [{"const": 1}, {"enum": [1, 2]}]}, {"const": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("subschema", "superschema"), FITS)
def test_unions_are_proved_to_fit(subschema, superschema):
    assert gaps(subschema, superschema) == ()


BREAKS = [
    ({"anyOf": [PET, HOME]}, {"anyOf": [PET, thing({"name": TEXT, "road": TEXT})]}),
    ({"anyOf": [PET, {}]}, {"anyOf": [PET, {"type": "object", "properties": {"a": {}}}]}),
    ({"anyOf": [thing({"kind": TEXT}, "kind"), PET]}, {"anyOf": [thing({"size": TEXT}, "kind"), PET]}),
    ({"const": 2}, {"oneOf": [{"const": 2}, {"enum": [2, 3]}]}),
    (constants("a", "b"), constants("a", "c")),
    ({"oneOf": [{}, thing({"kind": {"const": "x"}, "n": INTEGER})]},
     {"oneOf": [{}, thing({"kind": {"const": "x"}, "n": {"type": ["integer", "null"]}})]}),
]  # fmt: skip


@pytest.mark.parametrize(("subschema", "superschema"), BREAKS)
def test_unions_that_do_not_fit_are_shown_by_a_witness(subschema, superschema):
    assert {gap.verdict for gap in gaps(subschema, superschema)} == {"refuted"}


def test_a_union_of_many_tagged_objects_takes_no_product_of_its_tags():
    tags = constants(*range(40))
    members = [
        thing({"type": {"enum": [i], "allOf": [tags]}, "inner": {"$ref": "#/$defs/Any"}}, "type")
        for i in range(40)
    ]
    shorter = copy.deepcopy(members)
    shorter[7]["properties"]["more"] = {"type": "string", "maxLength": 3}
    mine = SchemaView({"Any": schema({"oneOf": members})}, "producer", "request")
    theirs = SchemaView({"Any": schema({"oneOf": shorter})}, "consumer", "request")

    assert (
        ContainmentChecker(mine, theirs).find_incompatibilities(
            schema({"$ref": "#/$defs/Any"}), schema({"$ref": "#/$defs/Any"})
        )
        == ()
    )


def test_what_goes_round_in_circles_hides_no_shallow_witness():
    def circle(of):
        inner = {"$ref": "#/$defs/Circle"}
        one = thing(
            {
                "kind": {"const": "graph"},
                "parameters": of,
                "inner": {"type": "array", "items": inner},
            }
        )
        return {**thing({"kind": TEXT, "items": {"anyOf": [{"type": "array", "items": inner}, inner]}}),
                "oneOf": [{"title": "plain"}, one, thing({"kind": {"const": "cube"}, "inner": inner})]}  # fmt: skip

    sides = [
        SchemaView({"Circle": schema(circle(of))}, "consumer", "response")
        for of in ({"type": "array"}, {"type": ["array", "null"]})
    ]
    found = ContainmentChecker(*sides).find_incompatibilities(
        schema({"$ref": "#/$defs/Circle"}), schema({"$ref": "#/$defs/Circle"})
    )
    assert {gap.verdict for gap in found} == {"refuted"}


# --- all small values

NAMES, INNER = "abc", (0, "s", None, {}, {"a": 0}, {"b": "s"})
_ABSENT = object()
VALUES = [0, 1, "s", "t", None, *(
    {name: value for name, value in zip(NAMES, chosen, strict=True) if value is not _ABSENT}
    for chosen in product((_ABSENT, *INNER), repeat=len(NAMES))
)]  # fmt: skip

_inner = st.sampled_from([
    TEXT, INTEGER, {}, {"type": ["string", "null"]}, {"const": "s"}, {"oneOf": [{"const": 0}, {"const": "s"}]},
    thing({"a": INTEGER}), {"anyOf": [thing({"a": INTEGER}), {}]}, {"anyOf": [thing({"a": INTEGER}), thing({"b": TEXT})]},
    {"type": "string", "readOnly": True},
])  # fmt: skip
_members = st.one_of(
    st.builds(
        lambda p, r, m: thing(p, *r, **m),
        st.dictionaries(st.sampled_from(NAMES), _inner, max_size=2),
        st.lists(st.sampled_from(NAMES), max_size=1),
        st.sampled_from([{}, {}, {}, {"additionalProperties": False}, {"additionalProperties": TEXT}, {"patternProperties": {"^c": INTEGER}},
                         {"dependentSchemas": {"a": {"properties": {"c": INTEGER}}}}]),
    ),
    st.sampled_from([{}, TEXT, {"const": 0}, {"enum": [0, "s"]}, {"type": "object"}, {"$ref": "#/$defs/Free"}, {"$ref": "#/$defs/One"}]),
)  # fmt: skip
_lists = st.lists(_members, min_size=1, max_size=3)
_unions = st.builds(lambda k, m: {k: m}, st.sampled_from(["anyOf", "oneOf"]), _lists)
_nested = st.one_of(
    _unions,
    st.builds(
        lambda k, m, u: {k: [*m, u]}, st.sampled_from(["anyOf", "oneOf", "allOf"]), _lists, _unions
    ),
    st.builds(lambda m, u: {**m, **u}, _members, _unions),
    st.builds(lambda i, t, e: {"if": i, "then": t, "else": e}, _members, _members, _unions),
)
DEFS = {
    "Free": {"anyOf": [thing({"a": TEXT}), {}]},
    "One": {"oneOf": [thing({"a": TEXT}, "a"), thing({"b": TEXT})]},
}


@st.composite
def pairs(draw):
    """Two unions: what some edits made of one, or two of their own."""
    one = draw(_nested)
    if draw(st.integers(0, 3)) == 0:
        return one, draw(_nested)
    other = copy.deepcopy(one)
    listed = [other[k] for k in ("anyOf", "oneOf", "allOf") if k in other]
    for members in listed:
        at = draw(st.integers(0, len(members) - 1))
        edited = draw(st.sampled_from(["other", "more", "turned", "property"]))
        if edited == "property" and "properties" in members[at]:
            members[at]["properties"][draw(st.sampled_from(NAMES))] = draw(_inner)
        elif edited == "more":
            members.append(draw(_members))
        elif edited == "turned":
            members.reverse()
        else:
            members[at] = draw(_members)
    return (one, other) if draw(st.booleans()) else (other, one)


def checker(value, reading):
    defs = {name: schema(inner) for name, inner in DEFS.items()}
    return Checker(
        close_schema(schema(value), defs, "request")
        if reading == "producer"
        else bundle_schema(schema(value), defs)
    )


@given(
    pairs(),
    st.sampled_from([("producer", "consumer"), ("producer", "producer"), ("consumer", "consumer")]),
)
def test_what_is_proved_holds_for_all_small_values(pair, readings):
    found = gaps(*pair, *readings, defs=DEFS)
    sent, taken = (checker(one, reading) for one, reading in zip(pair, readings, strict=True))
    for gap in found:
        if gap.verdict == "refuted":
            assert sent.accepts_by_reference(gap.witness)
            assert not taken.accepts_by_reference(gap.witness)
    if not found:
        assert [value for value in VALUES if sent.accepts(value) and not taken.accepts(value)] == []
