"""Roots that share definitions are compiled together, and check values as each alone does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dynclient.schema.dialect import Schema, SharedDefinitions, bundle_schema
from dynclient.schema.engines.check_cost import CheckCostEstimator
from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.fast_roots import write_fast_root
from dynclient.schema.engines.jsonschema_rs_engine import CompiledDefinitions
from dynclient.schema.engines.separate_members import MIN_DEFINITIONS, split_members

NAMES = ("A", "B", "C")

#: What may stand beside a reference: nothing, what says nothing of values, or more of them.
siblings = st.sampled_from([{}, {}, {"description": "d"}, {"type": "object"}, {"minProperties": 1}])
references = st.builds(lambda name, more: {"$ref": f"#/$defs/{name}", **more}, st.sampled_from(NAMES), siblings)  # fmt: skip
scalars = st.sampled_from([{}, {"type": "string"}, {"type": "integer"}, True])


def extend(children):
    properties = st.dictionaries(st.sampled_from("pq"), children, min_size=1)
    return st.one_of(
        st.builds(lambda parts: {"anyOf": parts}, st.lists(children, min_size=1, max_size=3)),
        st.builds(lambda members: {"type": "object", "properties": members}, properties),
        st.builds(
            lambda members: {"anyOf": [{"properties": members}, {"required": ["p"]}], "unevaluatedProperties": False},
            properties,
        ),
        st.builds(lambda item: {"type": "array", "items": item}, children),
    )  # fmt: skip


schemas = st.recursive(st.one_of(references, scalars), extend, max_leaves=6)
definitions = st.fixed_dictionaries(dict.fromkeys(NAMES, st.builds(lambda part: {"type": ["object", "array", "string"], "properties": {"p": part}}, schemas)))  # fmt: skip
values = st.recursive(
    st.sampled_from(["text", 1, None]),
    lambda members: st.one_of(st.lists(members, max_size=2), st.dictionaries(st.sampled_from("pq"), members)),
    max_leaves=5,
)  # fmt: skip


def share(defs):
    shared = SharedDefinitions()
    shared.update(defs)
    return shared


@given(definitions, st.lists(schemas, min_size=2, max_size=4), values)
def test_a_root_with_shared_definitions_accepts_what_it_accepts_alone(defs, roots, value):
    shared = share(defs)
    for root in [*roots, {"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]:
        together = bundle_schema(Schema(root) if isinstance(root, dict) else root, shared)
        alone = Schema({**together})
        assert Checker(together).accepts(value) is Checker(alone).accepts_by_reference(value)


@given(definitions, st.dictionaries(st.sampled_from("pqr"), schemas, min_size=1), values)
def test_members_that_are_checked_apart_change_no_verdict(defs, members, value):
    shared = share(defs)
    shared.update({f"D{i}": {} for i in range(MIN_DEFINITIONS)})
    every = {"properties": {f"x{i}": {"$ref": f"#/$defs/D{i}"} for i in range(MIN_DEFINITIONS)}}
    members = {**members, "list": {"type": "array", "items": {"$ref": "#/$defs/A"}}}
    inner = Schema({"type": "object", "properties": members, "allOf": [every]})
    root = bundle_schema(Schema({"properties": {"body": inner}, "required": ["body"]}), shared)
    assert split_members(root)[1]
    for candidate in ({"body": value}, {"body": {"p": value, "list": [value]}}, value, {}):
        expected = Checker(Schema({**root})).accepts_by_reference(candidate)
        assert Checker(root).accepts(candidate) is expected


@given(definitions, st.lists(schemas, min_size=1, max_size=3))
def test_an_estimate_does_not_depend_on_what_was_estimated_before(defs, roots):
    # Without cycles: where definitions refer to one another, the order of reading counts.
    acyclic = {"A": defs["A"], "B": {"type": "string"}, "C": {"type": "integer"}}
    acyclic["A"] = {
        "properties": {"p": {"$ref": "#/$defs/B"}, "q": {"anyOf": [{"$ref": "#/$defs/C"}] * 2}}
    }
    shared = CheckCostEstimator(acyclic)
    for root in roots:
        assert shared.estimate(root) == CheckCostEstimator(acyclic).estimate(root)
        for limit in (3, 10):
            found = shared.find_depth(root, limit)
            assert found == CheckCostEstimator(acyclic).find_depth(root, limit)


def test_operations_that_refer_to_one_definition_share_its_compiled_form():
    shared = share({"A": {"properties": {"b": {"$ref": "#/$defs/B"}}}, "B": {"type": "string"}})
    compiled = shared.derive(CompiledDefinitions)
    assert compiled.find("A") is compiled.find("A")
    assert compiled.find("B") is compiled.find("A")


def test_what_stands_beside_a_reference_is_checked_with_it():
    shared = share({"A": {}, **{f"D{i}": {} for i in range(MIN_DEFINITIONS)}})
    every = {f"x{i}": {"$ref": f"#/$defs/D{i}"} for i in range(MIN_DEFINITIONS)}
    member = {"$ref": "#/$defs/A", "type": "string"}
    items = {"type": "array", "items": member}
    root = bundle_schema(Schema({"properties": {**every, "a": member, "b": items}}), shared)
    checker = Checker(root)
    assert [checker.accepts(value) for value in ({"a": 1}, {"b": [1]})] == [False, False]
    assert checker.accepts({"a": "1", "b": ["1"]})


def test_a_root_brings_only_the_checks_of_formats_that_it_reaches():
    # With any check in Python, jsonschema-rs takes a quarter longer for every value.
    shared = share(
        {
            "Plain": {"format": "date-time", "properties": {"p": {"format": "int64"}}},
            "Binary": {"anyOf": [{"format": "binary"}, {"format": "password"}]},
            "Mail": {"properties": {"mail": {"format": "email"}}},
            "Indirect": {"items": {"$ref": "#/$defs/Mail"}},
            "Backreference": {"properties": {"p": {"pattern": r"^(a|b)\1$"}}},
        }
    )

    def list_checks(name):
        root = bundle_schema(Schema({"$ref": f"#/$defs/{name}"}), shared)
        return list(write_fast_root(root).format_checks)

    assert list_checks("Indirect") == ["email"]
    assert list_checks("Mail") == ["email"]
    assert len(list_checks("Backreference")) == 1
    assert list_checks("Plain") == list_checks("Binary") == []


def test_the_conditions_of_one_root_mean_nothing_in_another():
    shared = share({"A": {"type": "string"}})

    def build(name):
        """A root that is closed, and has one property where another one holds a text."""
        condition = {"properties": {name: {"$ref": "#/$defs/A"}}, "required": [name]}
        return bundle_schema(
            Schema({"anyOf": [condition, {"minProperties": 0}], "unevaluatedProperties": False}), shared
        )  # fmt: skip

    for name in ("p", "q"):
        checker = Checker(build(name))
        assert checker.accepts({name: "text"})
        assert not checker.accepts({name: 1})
        assert not checker.accepts({"r": "text"})


def test_the_alternatives_of_one_root_are_none_of_another():
    shared = share({"A": {"type": "string"}})
    for name, other in ("pq", "qp"):
        alternative = {"properties": {name: {"$ref": "#/$defs/A"}}, "required": [name]}
        checker = Checker(bundle_schema(Schema({"anyOf": [alternative, {"type": "null"}]}), shared))
        assert checker.accepts({name: "text"})
        assert not checker.accepts({other: "text"})


def test_a_definition_that_somebody_replaced_counts():
    shared = share({"A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}}, "B": {}})
    root = bundle_schema(Schema({"$ref": "#/$defs/A"}), shared)
    assert Checker(root).accepts({"b": 1})
    root["$defs"]["B"] = {"type": "string"}
    assert not Checker(root).accepts({"b": 1})
