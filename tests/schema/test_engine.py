from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.schemas import odd_texts, schemas, values

from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.jsonschema_keywords import is_multiple


def agreed(schema, value) -> bool:
    """Return what both engines say of a value; what only the reference accepts counts as accepted."""
    checker = Checker(schema)
    accepted = checker.accepts(value)
    assert accepted is checker.accepts_by_reference(value)
    assert (checker.find_violations(value) == []) is accepted
    return accepted


@given(schemas(), values(odd_texts))
@example({"type": "integer"}, 1.0)
@example({"const": 1}, True)
@example({"enum": [0]}, -0.0)
@example({"uniqueItems": True}, [1, True])
@example({"anyOf": [False]}, None)
@example({"oneOf": [False, False]}, 1)
@example({"maximum": 5}, 10**400)
@example({"patternProperties": {"^\\p{L}+$": {}}, "unevaluatedProperties": False}, {"é": 1, "1": 2})
@example({"minLength": 1}, "\ud800")
def test_both_engines_say_the_same_and_a_refusal_is_always_explained(schema, value):
    agreed(schema, value)


@given(values(odd_texts))
def test_every_json_value_fits_a_schema_made_of_it(value):
    if not _holds_surrogates(value):
        assert agreed({"const": value}, value)
        assert agreed({"enum": [value]}, value)


def _holds_surrogates(value) -> bool:
    return any(
        0xD800 <= ord(char) <= 0xDFFF
        for char in repr(value).encode().decode("unicode_escape", "replace")
    )


@pytest.mark.parametrize(
    ("value", "divisor", "fits"),
    [(19.99, 0.01, True), (0.3, 0.1, True), (1.1, 0.1, True), (0.35, 0.1, False), (10**40 + 1, 10**20, False),
     (10**40, 10**20, True), (2**53 + 1, 2, False), (1e22, 1e-7, True), (0, 7, True), (-4.5, 1.5, True),
     (1e308, 1e-308, True), (float("inf"), 1, False), (float("nan"), 1, False)],
)  # fmt: skip
def test_decimal_digits_decide_what_is_a_multiple(value, divisor, fits):
    assert is_multiple(value, divisor) is fits
    if math.isfinite(value):
        assert agreed({"multipleOf": divisor}, value) is fits


@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_cents_are_multiples_of_a_cent(count, digits):
    value = float(f"{count}e-{digits}")
    assert agreed({"multipleOf": float(f"1e-{digits}")}, value)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "array"},
        {"type": "string"},
        {"items": {}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}},
    ],
)
@pytest.mark.parametrize("inner", [lambda value: [value], lambda value: {"a": value}])
def test_a_value_nested_three_thousand_deep_gets_an_answer(schema, inner):
    value = 1
    for _ in range(3000):
        value = inner(value)
    checker = Checker(schema)
    assert checker.accepts(value) in (True, False)
    assert isinstance(checker.find_violations(value), list)


def test_a_pattern_is_read_as_ecma_262_reads_it():
    assert agreed({"pattern": "^\\p{L}+$"}, "é")
    assert not agreed({"pattern": "^\\d$"}, "٣")
    assert not agreed({"pattern": "^a$"}, "a\n")


def test_a_catastrophic_pattern_comes_to_an_end():
    assert not agreed({"pattern": "^(a+)+$"}, "a" * 50 + "b")


def test_a_format_is_checked_and_one_that_nobody_knows_is_not():
    assert not agreed({"format": "date"}, "2024-02-30")
    assert agreed({"format": "date"}, 5)
    assert agreed({"format": "no-such-format"}, "x")


def test_unevaluated_properties_know_ecma_patterns():
    schema = {"allOf": [{"patternProperties": {"^\\p{Lu}": {}}}], "unevaluatedProperties": False}
    assert agreed(schema, {"Éa": 1})
    assert not agreed(schema, {"Éa": 1, "b": 2})


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_boolean_branch_is_a_branch(keyword):
    assert not agreed({keyword: [False]}, 1)
    assert agreed({keyword: [True]}, 1)


def test_a_schema_that_the_fast_engine_does_not_compile_still_checks():
    assert Checker({"title": 5, "type": "integer"}).accepts(1)
    assert not Checker({"title": 5, "type": "integer"}).accepts("x")
