"""A checker that asks the reference first, and compiles a schema only when it is worth it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.schema.engines.engine import (
    STEPS_BEFORE_COMPILING,
    Checker,
    LazyChecker,
    compile_check,
)
from dynclient.schema.engines.jsonschema_rs_engine import CompiledRoot

SCHEMA = {
    "type": "object",
    "properties": {"name": {"$ref": "#/$defs/Name"}, "size": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "unevaluatedProperties": False,
    "$defs": {"Name": {"type": "string", "minLength": 1}},
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "size", "other"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.fixture
def compilations(monkeypatch):
    """The roots that are compiled."""
    compiled = []
    original = CompiledRoot._compile
    monkeypatch.setattr(
        CompiledRoot, "_compile", lambda self: compiled.append(self) or original(self)
    )
    return compiled


def test_the_first_values_are_checked_without_compiling(compilations):
    accepts = compile_check(SCHEMA)
    assert [accepts({"name": "a"}), accepts({"name": ""}), accepts(1)] == [True, False, False]
    assert compilations == []


def test_a_schema_by_which_many_values_are_checked_is_compiled_once(compilations):
    checker = LazyChecker(SCHEMA)
    verdicts = {checker.accepts({"name": "a"}) for _ in range(STEPS_BEFORE_COMPILING)}
    assert verdicts == {True}
    assert len(compilations) == 1
    assert checker.ask_reference({"name": "a"}) is None


def test_a_large_value_is_left_to_the_fast_engine(compilations):
    checker = LazyChecker({"items": {"type": "integer"}})
    assert checker.accepts([1] * STEPS_BEFORE_COMPILING)
    assert len(compilations) == 1


@given(VALUES)
def test_the_verdict_is_that_of_a_checker(value):
    assert LazyChecker(SCHEMA).accepts(value) is Checker(SCHEMA).accepts(value)


def test_a_value_that_is_too_deep_is_refused_or_accepted_and_raises_nothing():
    value = []
    for _ in range(5000):
        value = [value]
    LazyChecker({"$ref": "#/$defs/T", "$defs": {"T": {"items": {"$ref": "#/$defs/T"}}}}).accepts(
        value
    )
