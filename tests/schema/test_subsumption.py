"""Which values of one schema fit another: each rule proves what holds and shows what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import UsageError
from dynclient.schema.dialect import Schema, bundled
from dynclient.schema.engine import Checker
from dynclient.schema.readings import closed
from dynclient.schema.subsumption import ITEMS, KEYS, Inclusion, Side
from dynclient.strategies import from_schema

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def schema(value):
    """A schema as the translation makes it: dicts that know their place."""
    if isinstance(value, dict):
        return Schema({key: schema(inner) for key, inner in value.items()})
    return [schema(inner) for inner in value] if isinstance(value, list) else value


def gaps(narrow, wide, narrow_defs=None, wide_defs=None, reading="producer"):
    mine = Side({k: schema(v) for k, v in (narrow_defs or {}).items()}, reading, "request")
    theirs = Side({k: schema(v) for k, v in (wide_defs or {}).items()}, "consumer", "request")
    return Inclusion(mine, theirs).gaps(schema(narrow), schema(wide))


def thing(**keywords):
    return {"type": "object", **keywords}


PROVED = [
    (INTEGER, NUMBER),
    (TEXT, {}),
    (False, TEXT),
    ({"enum": ["a", 1]}, {"type": ["string", "integer"]}),
    ({"type": "integer", "minimum": 3}, {"type": "number", "exclusiveMinimum": 2}),
    ({"type": "string", "pattern": "^[ab]{2}$"}, {"type": "string", "maxLength": 2, "pattern": "^[a-c]*$"}),
    ({"type": "string", "maximum": 5}, TEXT),
    (TEXT, {"type": "string", "maximum": 5, "required": ["a"], "minItems": 2}),
    ({"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}),
    (INTEGER, {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1}),
    (thing(properties={"a": TEXT}), thing(properties={"a": TEXT, "b": TEXT})),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(properties={"a": TEXT})),
    (thing(properties={"a": TEXT}, required=["a"]), thing(properties={"a": TEXT})),
    (thing(properties={"a": TEXT, "b": {"type": "string", "readOnly": True}}),
     thing(properties={"a": TEXT}, additionalProperties=False)),
    (thing(additionalProperties=INTEGER), thing(additionalProperties=NUMBER)),
    (thing(patternProperties={"^x": INTEGER}), thing(patternProperties={"^x": NUMBER})),
    (thing(properties={"a": {"not": {}}}, required=["a"]), TEXT),
    ({"allOf": [thing(properties={"a": TEXT}), thing(required=["a"])]}, thing(required=["a"])),
    ({"anyOf": [TEXT, INTEGER]}, {"anyOf": [NUMBER, TEXT, {"type": "null"}]}),
    ({"anyOf": [TEXT, INTEGER]}, {"oneOf": [NUMBER, TEXT]}),
    (INTEGER, {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "integer", "maximum": 0}]}),
    ({"oneOf": [{"minLength": 2}, {"maxLength": 5}]}, {"oneOf": [{"minLength": 2}, {"maxLength": 5}]}),
    (thing(properties={"k": {"enum": ["a"]}}, required=["k"]),
     {"oneOf": [thing(properties={"k": {"const": "a"}}, required=["k"]),
                thing(properties={"k": {"const": "b"}}, required=["k"])]}),
    ({"type": "array", "items": INTEGER, "maxItems": 2}, {"type": "array", "items": NUMBER, "maxItems": 3}),
    ({"type": "array", "prefixItems": [TEXT], "items": False}, {"type": "array", "maxItems": 1}),
    ({"if": TEXT, "then": {"minLength": 3}, "else": INTEGER}, {"type": ["string", "integer"]}),
    ({"not": TEXT}, {"not": TEXT}),
    ({"type": ["boolean", "null"]}, {"enum": [True, False, None]}),
]  # fmt: skip

REFUTED = [
    (NUMBER, INTEGER, "type", ()),
    (TEXT, INTEGER, "type", ()),
    ({"type": ["string", "null"]}, TEXT, "enum", ()),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, "enum", ()),
    (TEXT, {"enum": ["a"]}, "enum", ()),
    ({"type": "integer", "maximum": 9}, {"type": "integer", "maximum": 8}, "maximum", ()),
    ({"type": "integer"}, {"type": "integer", "multipleOf": 2}, "multipleOf", ()),
    ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 8}, "maxLength", ()),
    ({"type": "string", "pattern": "^[a-z]+$"}, {"type": "string", "pattern": "^[a-y]+$"}, "pattern", ()),
    (thing(properties={"a": TEXT}), thing(properties={"a": TEXT}, required=["a"]), "required", ("a",)),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(properties={"a": TEXT}, additionalProperties=False),
     "additionalProperties", ("b",)),
    (thing(additionalProperties=TEXT), thing(additionalProperties=False), "additionalProperties", (KEYS,)),
    (thing(additionalProperties=NUMBER), thing(additionalProperties=INTEGER), "type", (KEYS,)),
    (thing(properties={"a": thing(properties={"b": NUMBER})}), thing(properties={"a": thing(properties={"b": INTEGER})}),
     "type", ("a", "b")),
    ({"type": "array", "items": NUMBER, "minItems": 2}, {"type": "array", "items": INTEGER}, "type", (ITEMS,)),
    ({"type": "array", "items": TEXT}, {"type": "array", "minItems": 1}, "minItems", ()),
    ({"type": "array", "items": TEXT}, {"type": "array", "maxItems": 3}, "maxItems", ()),
    ({"type": "array", "items": TEXT}, {"type": "array", "uniqueItems": True}, "uniqueItems", ()),
    (thing(), thing(minProperties=1), "minProperties", ()),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(maxProperties=1), "maxProperties", ()),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(dependentRequired={"a": ["b"]}), "dependentRequired", ()),
    (TEXT, {"not": TEXT}, "not", ()),
    (INTEGER, {"oneOf": [INTEGER, NUMBER]}, "oneOf", ()),
    ({"anyOf": [TEXT, INTEGER]}, {"anyOf": [TEXT, {"type": "null"}]}, "type", ()),
    (INTEGER, {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}, "maximum", ()),
]  # fmt: skip


@pytest.mark.parametrize(("narrow", "wide"), PROVED)
def test_what_fits_is_proved(narrow, wide):
    assert gaps(narrow, wide) == ()


@pytest.mark.parametrize(("narrow", "wide", "rule", "path"), REFUTED)
def test_what_does_not_fit_is_shown_by_a_witness(narrow, wide, rule, path):
    found = [gap for gap in gaps(narrow, wide) if (gap.rule, gap.path) == (rule, path)]

    assert [gap.verdict for gap in found] == ["refuted"]


def test_every_cause_is_told_each_with_a_witness_of_its_own():
    narrow = thing(properties={"a": NUMBER, "b": TEXT, "c": TEXT})
    wide = thing(properties={"a": INTEGER, "b": {"type": "string", "maxLength": 3}, "c": TEXT}, required=["c"])

    found = gaps(narrow, wide)

    assert {gap.path: gap.rule for gap in found} == {("a",): "type", ("b",): "maxLength", ("c",): "required"}
    assert all(gap.verdict == "refuted" for gap in found)


def tree(value):
    return {"Node": thing(properties={"value": value, "next": {"$ref": "#/$defs/Node"}})}


def test_a_schema_that_holds_itself_is_proved_by_assuming_what_is_under_way():
    reference = {"$ref": "#/$defs/Node"}

    assert gaps(reference, reference, tree(INTEGER), tree(NUMBER)) == ()
    (found,) = gaps(reference, reference, tree(NUMBER), tree(INTEGER))
    assert (found.rule, found.path, found.verdict) == ("type", ("value",), "refuted")


def test_a_failed_alternative_leaves_no_assumption_behind():
    reference = {"$ref": "#/$defs/Node"}
    either = {"anyOf": [{"$ref": "#/$defs/Narrow"}, {"$ref": "#/$defs/Node"}]}
    wide = {**tree(NUMBER), "Narrow": thing(properties={"value": INTEGER, "next": reference}, required=["next"])}

    assert gaps(reference, either, tree(NUMBER), wide) == ()
    assert gaps(reference, either, tree({"type": ["number", "string"]}), wide)


def test_what_rested_on_an_assumption_that_failed_is_asked_again():
    def circle(value):
        holder = thing(properties={"node": {"$ref": "#/$defs/Node"}})
        node = thing(properties={"holder": {"$ref": "#/$defs/Holder"}, "value": value})
        return {name: schema(made) for name, made in (("Node", node), ("Holder", holder))}

    narrow, wide = circle(NUMBER), circle(INTEGER)
    inclusion = Inclusion(Side(narrow, "producer", "request"), Side(wide, "consumer", "request"))

    assert [gap.path for gap in inclusion.gaps(narrow["Node"], wide["Node"])] == [("value",)]
    assert [gap.path for gap in inclusion.gaps(narrow["Holder"], wide["Holder"])] == [("node", "value")]


def test_what_cannot_be_shown_is_unknown_never_passed():
    narrow = {"type": "array", "items": TEXT, "contains": {"const": "a"}, "minItems": 1}
    wide = {"type": "array", "contains": {"maxLength": 1, "minLength": 1}}

    (found,) = gaps(narrow, wide)

    assert (found.verdict, found.rule) == ("unknown", "contains")


def test_hostile_unions_and_depths_end_as_unknown():
    wide = {"allOf": [{"anyOf": [{"required": [f"a{i}{j}"]} for j in range(9)]} for i in range(9)]}
    deep_narrow, deep_wide = NUMBER, INTEGER
    for _ in range(100):
        deep_narrow, deep_wide = thing(properties={"a": deep_narrow}), thing(properties={"a": deep_wide})

    assert [gap.verdict for gap in gaps(thing(), wide)] == ["unknown"]
    assert [gap.verdict for gap in gaps(deep_narrow, deep_wide)] == ["unknown"]


LEAVES = st.sampled_from([
    TEXT, INTEGER, NUMBER, {"type": "boolean"}, {"type": ["string", "null"]}, {"enum": ["a", "b"]}, {"enum": ["a", 1, None]},
    {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 0, "maximum": 5}, {"type": "number", "multipleOf": 0.5},
    {"type": "string", "maxLength": 3}, {"type": "string", "minLength": 2}, {"type": "string", "pattern": "^a"}, {}, True,
])  # fmt: skip


def objects(inner):
    members = st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    extra = st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": True}, {"minProperties": 1},
                             {"additionalProperties": TEXT}, {"patternProperties": {"^b": TEXT}}, {"maxProperties": 1}])  # fmt: skip
    required = st.lists(st.sampled_from("ab"), unique=True)
    return st.builds(lambda p, e, r: thing(properties=p, required=r, **e), members, extra, required)


def arrays(inner):
    extra = st.sampled_from([{}, {"minItems": 1}, {"maxItems": 2}, {"uniqueItems": True}, {"prefixItems": [TEXT]}])
    return st.builds(lambda i, e: {"type": "array", "items": i, **e}, inner, extra)


def unions(inner):
    return st.builds(
        lambda k, s: {k: s}, st.sampled_from(["anyOf", "oneOf", "allOf"]), st.lists(inner, min_size=1, max_size=3)
    )


SCHEMAS = st.recursive(LEAVES, lambda inner: objects(inner) | arrays(inner) | unions(inner), max_leaves=5)


@given(SCHEMAS, SCHEMAS, st.data())
def test_a_proof_holds_for_what_is_drawn_and_a_witness_under_both_engines(narrow, wide, data):
    found = gaps(narrow, wide)
    sent, taken = Checker(closed(schema(narrow), {}, "request")), Checker(bundled(schema(wide), {}))

    for gap in found:
        if gap.verdict == "refuted":
            assert sent.accepts_by_reference(gap.witness)
            assert sent.accepts(gap.witness)
            assert not taken.accepts_by_reference(gap.witness)
            assert not taken.fast_accepts(gap.witness)
    if not found:
        try:
            value = data.draw(from_schema(sent.schema))
        except UsageError:  # nothing satisfies it
            return
        assert taken.accepts_by_reference(value)


@given(SCHEMAS)
def test_a_schema_fits_itself(one):
    assert gaps(one, one) == ()
