"""What a hostile value or schema makes the engines do is counted, whatever the keyword."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.schema.engines import jsonschema_rs_engine
from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.fast_roots import write_fast_root
from dynclient.schema.engines.fast_schema import UnsuitableSchema
from dynclient.schema.engines.jsonschema_keywords import to_hashable
from dynclient.schema.engines.step_limit import StepLimitExceeded, limit_steps, spend_steps

MANY = 100_000
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 1.5, "", "1"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner)
)


def is_equal(one, other):
    """Say whether two values are equal in JSON, written as the standard says it."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_equal(one[k], other[k]) for k in one)
    return one == other


@given(JSON, JSON)
def test_values_that_are_equal_in_json_have_one_hash(one, other):
    assert (to_hashable(one) == to_hashable(other)) is is_equal(one, other)


@pytest.mark.parametrize(
    ("items", "fits"),
    [([1, 1.0], False), ([1, True], True), ([0, False], True), ([[1], [True]], True),
     ([[1], [1.0]], False), ([{"a": 1, "b": 2}, {"b": 2, "a": 1.0}], False), ([None, False, 0, ""], True),
     ([["array"], "array"], True), ([10**30, 1e30], 10**30 != 1e30)],
)  # fmt: skip
def test_unique_items_are_exact(items, fits):
    assert Checker({"uniqueItems": True}).accepts_by_reference(items) is fits


#: Name → a schema, and a large value that it refuses at its end.
LARGE = {
    "uniqueItems": ({"uniqueItems": True, "items": {"type": "integer"}}, [*range(MANY), "x"]),
    "items": ({"items": {"type": "integer"}}, [1] * MANY + ["x"]),
    "contains": ({"contains": {"type": "string"}}, [1] * MANY),
    "enum": ({"items": {"enum": list(range(5000))}}, ["x"] * 5000),
    "enum of objects": ({"items": {"enum": [{"a": i} for i in range(500)]}}, [{"a": "x"}] * 500),
    "const": ({"items": {"const": list(range(5000))}}, [[1]] * 5000),
    "type": ({"items": {"type": "string"}}, [list(range(2000))] * 2000),
    "anyOf": ({"items": {"anyOf": [{"type": "null"}, {"items": False}]}}, [[1] * 500] * 500),
    "unevaluatedItems": ({"contains": {"const": 1}, "unevaluatedItems": False}, [1] * MANY + [2]),
    "propertyNames": (
        {"propertyNames": {"maxLength": 4}},
        {f"k{i}": 1 for i in range(20_000)},
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_wrong_value_takes_few_steps_and_little_memory(name):
    schema, value = LARGE[name]
    checker = Checker(schema)
    tracemalloc.start()
    violations = checker.check(value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert violations
    assert peak < 60_000_000


@pytest.mark.parametrize("keyword", ["items", "contains", "enum", "const", "type", "uniqueItems"])
def test_every_keyword_counts(keyword):
    schema, value = LARGE[keyword]
    with pytest.raises(StepLimitExceeded), limit_steps(1000):
        list(Checker(schema)._reference_validator.iter_errors(value))


def test_a_limit_inside_a_limit_takes_its_steps_from_it():
    with limit_steps(10):
        with limit_steps(100):
            spend_steps(8)
        with pytest.raises(StepLimitExceeded):
            spend_steps(3)


def test_compiling_takes_steps_of_the_limit_as_large_as_the_schema_is():
    taken = []
    for count in (10, 1000):
        root = {"properties": {f"p{i}": {"type": "string"} for i in range(count)}}
        with limit_steps() as limit:
            write_fast_root(root)
        taken.append(limit.charged)
    assert taken[0] >= 10
    assert taken[1] > 50 * taken[0]


def test_the_violations_that_were_found_before_the_steps_ran_out_are_reported():
    value = ["x", *[1] * 400_000]
    violations = Checker({"items": {"type": "integer", "minimum": 0}}).find_violations(value)
    assert [violation.path for violation in violations] == [(0,)]


def test_a_schema_with_endless_ways_to_one_value_is_not_given_to_the_fast_engine():
    defs = {f"S{i}": {"anyOf": [{"$ref": f"#/$defs/S{i + 1}"}] * 2} for i in range(60)}
    root = {"$ref": "#/$defs/S0", "$defs": {**defs, "S60": {"type": "integer"}}}
    with pytest.raises(UnsuitableSchema):
        write_fast_root(root)
    assert not Checker(root).accepts("x")


def test_values_that_are_too_deep_for_the_fast_engine_are_judged_by_the_reference():
    ways = {"anyOf": [{"properties": {"x": {"$ref": "#/$defs/S"}}, "required": [n]} for n in "ab"]}
    defs = {f"S{i}": {"anyOf": [{"properties": {"x": {"$ref": f"#/$defs/S{i + 1}"}}}] * 2} for i in range(40)}  # fmt: skip
    root = {"$ref": "#/$defs/S0", "$defs": {**defs, "S40": ways, "S": {"type": "integer"}}}
    assert write_fast_root(root).max_depth is not None
    value = {"a": 1}
    for _ in range(40):
        value = {"x": value}
    checker = Checker(root)
    assert not checker.accepts_by_fast_engine(value)
    assert checker.accepts({"x": {"x": {}}})


def test_large_schemas_give_their_memory_back(monkeypatch):
    monkeypatch.setattr(jsonschema_rs_engine, "MAX_COMPILED_SIZE", 5000)
    properties = {f"p{i}": {"type": "string", "minLength": 1} for i in range(2000)}
    roots = [write_fast_root({"properties": properties, "title": str(i)}) for i in range(5)]
    compiled = [jsonschema_rs_engine.CompiledRoot(root) for root in roots]
    assert [root.is_compiled for root in compiled] == [False, False, False, True, True]
    assert all(root.is_valid({"p1": "x"}) for root in compiled)
