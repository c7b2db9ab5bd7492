from __future__ import annotations

import itertools
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.containment import number_sets, string_sets
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.string_sets import StringSet
from dynclient.containment.unknown import Undecidable, Unknown
from dynclient.schema.engines.jsonschema_engine import compile_reference_validator

WHOLE = {"type": "integer"}


def number_set(schema: dict[str, Any]) -> NumberSet:
    return NumberSet.from_schema(schema, is_integer=schema.get("type") == "integer")


def accepts(schema: dict[str, Any], value: Any) -> bool:
    return bool(compile_reference_validator(schema).is_valid(value))


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subschema", "superschema", "witness"),
    [
        ({}, {}, None),
        ({"minimum": 0}, {"minimum": 1}, 0),
        ({"minimum": 1}, {"minimum": 0}, None),
        ({"minimum": 0}, {"exclusiveMinimum": 0}, 0),
        ({"exclusiveMinimum": 0}, {"minimum": 0}, None),
        ({**WHOLE, "exclusiveMinimum": 0}, {"minimum": 1}, None),
        ({"exclusiveMinimum": 0}, {"minimum": 1}, 0.5),
        ({**WHOLE, "minimum": 0}, {"maximum": 100}, 101),
        ({"maximum": 10.5}, {"maximum": 10.25}, 10.5),
        ({"minimum": 0.1}, {"minimum": 0.1}, None),
        ({}, WHOLE, 0.5),
        (WHOLE, {}, None),
        ({"multipleOf": 2.0}, WHOLE, None),
        ({"multipleOf": 0.1}, {"multipleOf": 0.01}, None),
        ({"multipleOf": 0.01}, {"multipleOf": 0.1}, 0.01),
        ({"multipleOf": 6}, {"multipleOf": 4}, 6),
        ({**WHOLE, "multipleOf": 1.5}, {"multipleOf": 3}, None),
        ({"multipleOf": 5, "minimum": 1, "maximum": 9}, {"multipleOf": 10}, 5),
        ({"multipleOf": 7, "minimum": 1, "maximum": 6}, {"maximum": 0}, None),
        ({"minimum": 3, "maximum": 3}, WHOLE, None),
        ({"minimum": 3.5, "maximum": 3.5}, WHOLE, 3.5),
        ({"minimum": 5, "maximum": 4}, {"maximum": 0}, None),
        ({"exclusiveMinimum": 4, "maximum": 4}, {"maximum": 0}, None),
        ({**WHOLE, "exclusiveMinimum": 4, "exclusiveMaximum": 5}, {"maximum": 0}, None),
        ({**WHOLE, "maximum": 2**63 - 1}, {"maximum": 2**31 - 1}, 2**31),
        ({**WHOLE}, {"maximum": 2**63 - 1}, 2**63),
        ({**WHOLE, "maximum": 2**63 - 1}, {"maximum": 2**63}, None),
        ({"maximum": 10**23}, {"maximum": 1e23}, 10**23 - 8388608 + 1),
        ({"maximum": 1e23}, {"maximum": 10**23}, None),
        ({"minimum": 1e-300, "maximum": 2e-300}, {"maximum": 0}, 1e-300),
    ],
)
def test_numbers_within_bounds_and_on_grids(
    subschema: dict[str, Any], superschema: dict[str, Any], witness: object
) -> None:
    assert (
        number_sets.find_counterexample(number_set(subschema), number_set(superschema)) == witness
    )
    assert witness is None or (accepts(subschema, witness) and not accepts(superschema, witness))


@pytest.mark.parametrize(
    ("subschema", "union", "witness"),
    [
        ({**WHOLE, "minimum": 0, "maximum": 10}, [{"maximum": 5}, {"minimum": 6}], None),
        ({"minimum": 0, "maximum": 10}, [{"maximum": 5}, {"minimum": 6}], 5.5),
        ({}, [{"maximum": 0}, {"exclusiveMinimum": 0}], None),
        ({}, [{"exclusiveMaximum": 0}, {"exclusiveMinimum": 0}], 0),
        (WHOLE, [{"multipleOf": 2}, {"multipleOf": 3}], 1),
        ({**WHOLE, "minimum": 2, "maximum": 4}, [{"multipleOf": 2}, {"multipleOf": 3}], None),
        ({"multipleOf": 2}, [{"multipleOf": 4}, {"maximum": 1}, {"minimum": 3}], 2),
        ({}, [WHOLE, {"maximum": 3}], 3.5),
        ({}, [], 0),
        ({"minimum": 1, "maximum": 0}, [], None),
    ],
)
def test_numbers_within_a_union(
    subschema: dict[str, Any], union: list[dict[str, Any]], witness: object
) -> None:
    assert number_sets.find_uncovered(number_set(subschema), map(number_set, union)) == witness


def test_single_numbers_are_left_out_and_listed() -> None:
    three = NumberSet.from_schema({"minimum": 1, "maximum": 3}, is_integer=True)

    assert number_sets.find_counterexample(three, NumberSet.from_values([1, 2.0, 3])) is None
    assert number_sets.find_counterexample(three, NumberSet.from_values([1, 3])) == 2
    assert number_sets.find_counterexample(NumberSet.from_values([1, 2.5]), three) == 2.5
    assert (
        number_sets.find_counterexample(three.exclude([2]), NumberSet.from_values([1, 3])) is None
    )
    assert number_sets.find_counterexample(three, three.exclude([2])) == 2
    assert number_sets.find_counterexample(three.exclude([2]), three.exclude([2, 7])) is None
    assert (
        number_sets.find_uncovered(three, [three.exclude([2]), NumberSet.from_values([2])]) is None
    )
    assert number_sets.find_example(three.exclude([1, 2, 3])) is None
    assert number_sets.find_example(NumberSet().exclude([0])) in {1, 0.5}


def test_numbers_that_must_be_no_multiples() -> None:
    odd = NumberSet(is_integer=True, excluded_divisors=frozenset({Fraction(2)}))

    assert number_sets.find_counterexample(NumberSet(is_integer=True), odd) == 0
    assert number_sets.find_counterexample(odd, NumberSet.from_schema({"multipleOf": 3})) == 1
    assert (
        number_sets.find_counterexample(
            odd & NumberSet.from_schema({"multipleOf": 4}), NumberSet.from_values([])
        )
        is None
    )
    assert (
        number_sets.find_uncovered(
            NumberSet(is_integer=True), [odd, NumberSet.from_schema({"multipleOf": 2})]
        )
        is None
    )
    assert (
        number_sets.find_example(odd & NumberSet.from_schema({"minimum": 2, "exclusiveMaximum": 3}))
        is None
    )


def test_sets_of_numbers_intersect() -> None:
    both = NumberSet.from_schema({"minimum": 0, "multipleOf": 2}) & NumberSet.from_schema(
        {"maximum": 10, "multipleOf": 3}
    )

    assert both.step == 6
    assert [value for value in range(-20, 20) if both.contains(value)] == [0, 6]
    assert (NumberSet.from_values([1, 2]) & NumberSet.from_values([2, 3])).enumeration == {
        Fraction(2)
    }
    assert number_sets.find_example(NumberSet.from_values([1]) & NumberSet.from_values([2])) is None


def test_an_integer_may_be_written_with_a_point_and_a_truth_is_no_number() -> None:
    whole = NumberSet(is_integer=True)

    assert [
        value
        for value in (1, 1.0, 1e300, 1.5, True, float("inf"), float("nan"))
        if whole.contains(value)
    ] == [
        1,
        1,
        1e300,
    ]
    assert NumberSet.from_schema({"multipleOf": 10}).contains(1e23)


@pytest.mark.parametrize(
    "schema",
    [
        {"minimum": 10**9000},
        {"minimum": float("inf")},
        {"maximum": float("nan")},
        {"multipleOf": 0},
        {"multipleOf": -1},
        {"minimum": True},
    ],
)
def test_bounds_that_are_no_numbers_are_undecidable(schema: dict[str, Any]) -> None:
    with pytest.raises(Undecidable):
        NumberSet.from_schema(schema)


@pytest.mark.parametrize(
    ("subschema", "union"),
    [
        (
            NumberSet.from_schema({"minimum": 0, "maximum": 10**9}, is_integer=True),
            [NumberSet.from_schema({"multipleOf": n}) for n in range(2, 40)],
        ),
        (
            NumberSet(is_integer=True),
            [
                NumberSet.from_schema({"minimum": n, "maximum": n + 1, "multipleOf": 2})
                for n in range(400)
            ],
        ),
        (
            NumberSet.from_schema({"multipleOf": 1e-300}),
            [NumberSet.from_schema({"multipleOf": 1e300})],
        ),
        (
            NumberSet.from_schema({"minimum": 10**3000}),
            [NumberSet.from_schema({"minimum": 10**3001})],
        ),
        (
            NumberSet.from_schema({"multipleOf": 2**60}, is_integer=True).exclude(
                range(0, 3000 * 2**60, 2**60)
            ),
            [NumberSet.from_values([1])],
        ),
    ],
)
def test_hostile_numbers_get_an_answer(subschema: NumberSet, union: list[NumberSet]) -> None:
    answer = number_sets.find_uncovered(subschema, union)

    assert (
        isinstance(answer, Unknown)
        or answer is None
        or (subschema.contains(answer) and not any(m.contains(answer) for m in union))
    )


_limits = st.one_of(
    st.integers(-4, 4),
    st.integers(-16, 16).map(lambda quarters: quarters / 4),
    st.sampled_from([0.1, -0.3]),
)
_number_schemas = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": _limits,
        "maximum": _limits,
        "exclusiveMinimum": _limits,
        "exclusiveMaximum": _limits,
        "multipleOf": st.sampled_from([1, 2, 3, 0.5, 0.25, 0.1, 1.5]),
    },
)
_TRIED = sorted(
    {
        *range(-30, 31),
        *(n / 4 for n in range(-24, 25)),
        *(n / 10 for n in range(-60, 61)),
        0.05,
        3.99,
        -0.301,
    }
)


def _check_numbers(answer: object, subschema: dict[str, Any], union: list[dict[str, Any]]) -> None:
    assert not isinstance(answer, Unknown)
    if answer is None:
        assert [
            v
            for v in _TRIED
            if accepts(subschema, v) and not any(accepts(superschema, v) for superschema in union)
        ] == []
    else:
        assert json.loads(json.dumps(answer)) == answer
        assert accepts(subschema, answer)
        assert not any(accepts(superschema, answer) for superschema in union)


@given(_number_schemas, _number_schemas)
def test_an_answer_on_numbers_agrees_with_the_engine(
    subschema: dict[str, Any], superschema: dict[str, Any]
) -> None:
    _check_numbers(
        number_sets.find_counterexample(number_set(subschema), number_set(superschema)),
        subschema,
        [superschema],
    )
    _check_numbers(number_sets.find_example(number_set(subschema)), subschema, [])


@given(_number_schemas, st.lists(_number_schemas, max_size=3))
def test_an_answer_on_unions_of_numbers_agrees_with_the_engine(
    subschema: dict[str, Any], union: list[dict[str, Any]]
) -> None:
    _check_numbers(
        number_sets.find_uncovered(number_set(subschema), map(number_set, union)), subschema, union
    )


@given(
    _number_schemas,
    _number_schemas,
    st.sets(st.integers(-4, 4), max_size=4),
    st.sets(st.integers(-4, 4), max_size=4),
)
def test_an_answer_on_left_out_numbers_agrees_with_the_engine(
    subschema: dict[str, Any], superschema: dict[str, Any], fewer: set[int], less: set[int]
) -> None:
    answer = number_sets.find_counterexample(
        number_set(subschema).exclude(fewer), number_set(superschema).exclude(less)
    )

    _check_numbers(
        answer,
        {**subschema, "not": {"enum": list(fewer)}},
        [{**superschema, "not": {"enum": list(less)}}],
    )


@given(_number_schemas, st.sampled_from(_TRIED))
def test_a_set_holds_what_the_engine_accepts(schema: dict[str, Any], value: float) -> None:
    assert number_set(schema).contains(value) == accepts(schema, value)


# --- strings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subschema", "superschema", "witness"),
    [
        ({}, {}, None),
        ({"maxLength": 10}, {"maxLength": 5}, "aaaaaa"),
        ({"minLength": 1}, {"minLength": 2}, "a"),
        ({"maxLength": 5}, {"maxLength": 65535}, None),
        ({}, {"maxLength": 4000}, "a" * 4001),
        ({"minLength": 5, "maxLength": 4}, {"maxLength": 0}, None),
        ({"maxLength": 1.5}, {"maxLength": 1.0}, None),
        ({"minLength": 1}, {"minLength": 1.5}, "a"),
        ({"pattern": "^[a-z]+$", "maxLength": 10}, {"pattern": "^[a-z]{1,5}$"}, "aaaaaa"),
        ({"pattern": "^[a-z]{1,5}$"}, {"pattern": "^[a-z]+$", "maxLength": 10}, None),
        ({"pattern": "^[a-z]{1,5}$"}, {"minLength": 1, "maxLength": 5}, None),
        ({"pattern": "^[a-z]{1,255}$"}, {"maxLength": 254}, "a" * 255),
        ({"minLength": 1}, {"pattern": r"\S"}, " "),
        ({"pattern": r"\S"}, {"minLength": 1}, None),
        ({}, {"pattern": "^.*$"}, "\u2028"),
        ({"pattern": "^[A-Z]{2}$"}, {"pattern": "^[A-Z]{3}$"}, "AA"),
        ({"pattern": r"^(a)\1$"}, {"pattern": r"^(a)\1$"}, None),
        ({"pattern": r"^(a)\1$", "maxLength": 4}, {"pattern": r"^(a)\1$", "maxLength": 5}, None),
        ({"pattern": r"^(a)\1$"}, {"pattern": "^b$"}, "aa"),
        ({"pattern": "^a$"}, {"pattern": r"^(a)\1$"}, "a"),
        ({"pattern": r"^(a)\1$", "maxLength": 4}, {"pattern": "^[^]{0,4}$"}, None),
    ],
)
def test_strings_within_lengths_and_patterns(
    subschema: dict[str, Any], superschema: dict[str, Any], witness: str | None
) -> None:
    found = string_sets.find_counterexample(
        StringSet.from_schema(subschema), StringSet.from_schema(superschema)
    )

    assert isinstance(found, str | None)
    assert (found and len(found)) == (witness and len(witness))
    assert found == witness or not (found or "").isprintable()
    assert found is None or (accepts(subschema, found) and not accepts(superschema, found))


def test_what_needs_a_backreference_is_unknown() -> None:
    subschema, superschema = {"pattern": r"^(a|b)\1$"}, {"pattern": r"^(aa|bb)$"}

    for one, other in [(subschema, superschema), (superschema, subschema)]:
        answer = string_sets.find_counterexample(
            StringSet.from_schema(one), StringSet.from_schema(other)
        )
        assert isinstance(answer, Unknown)
        assert "backreference" in answer.reason


def test_strings_within_a_union() -> None:
    anything, a = StringSet(), StringSet.from_schema({"pattern": "a"})

    assert (
        string_sets.find_uncovered(anything, [a, StringSet.from_schema({"pattern": "^[^a]*$"})])
        is None
    )
    assert (
        string_sets.find_uncovered(anything, [a, StringSet.from_schema({"pattern": "^[^ab]*$"})])
        == "b"
    )
    assert (
        string_sets.find_uncovered(
            anything,
            [StringSet.from_schema({"maxLength": 5}), StringSet.from_schema({"minLength": 6})],
        )
        is None
    )
    assert (
        string_sets.find_uncovered(
            anything,
            [StringSet.from_schema({"maxLength": 5}), StringSet.from_schema({"minLength": 7})],
        )
        == "a" * 6
    )
    assert string_sets.find_uncovered(anything, []) == ""


def test_single_texts_are_left_out_and_listed() -> None:
    code = StringSet.from_schema({"pattern": "^[ab]$"})

    assert string_sets.find_counterexample(code, StringSet.from_values(["a", "b", "c"])) is None
    assert string_sets.find_counterexample(code, StringSet.from_values(["a"])) == "b"
    assert string_sets.find_counterexample(StringSet.from_values(["a", "cc", "d"]), code) == "d"
    assert (
        string_sets.find_counterexample(code.exclude(["b"]), StringSet.from_values(["a"])) is None
    )
    assert string_sets.find_counterexample(code, code.exclude(["b"])) == "b"
    assert string_sets.find_counterexample(code, code.exclude(["c"])) is None
    assert (
        string_sets.find_uncovered(code, [code.exclude(["b"]), StringSet.from_values(["b"])])
        is None
    )
    assert string_sets.find_example(code.exclude(["a", "b"])) is None
    assert (
        string_sets.find_example(StringSet.from_schema({"pattern": r"^\d{4}-\d\d$"})) == "0000-00"
    )
    assert (
        string_sets.find_example(
            StringSet.from_schema({"pattern": r"^\d{4}-\d\d$", "minLength": 8})
        )
        is None
    )


def test_strings_that_must_not_match() -> None:
    plain = StringSet(excluded_patterns=frozenset({"[^a-z]"}))

    assert (
        string_sets.find_counterexample(plain, StringSet.from_schema({"pattern": "^[a-z]*$"}))
        is None
    )
    assert (
        string_sets.find_counterexample(StringSet.from_schema({"pattern": "^[a-z]*$"}), plain)
        is None
    )
    assert (
        string_sets.find_counterexample(plain, StringSet.from_schema({"pattern": "^[a-y]*$"}))
        == "z"
    )
    assert string_sets.find_example(plain & StringSet(patterns=frozenset({"[^a-z]"}))) is None


def test_sets_of_strings_intersect() -> None:
    both = StringSet(1, 5, frozenset({"a"})) & StringSet(
        2, None, frozenset({"b"}), enumeration=frozenset({"ab", "b"})
    )

    assert (both.min_length, both.max_length, both.patterns) == (2, 5, {"a", "b"})
    assert [text for text in ("ab", "b", "ba") if both.contains(text)] == ["ab"]


def test_half_a_surrogate_pair_is_never_proved_within_a_pattern() -> None:
    assert (
        string_sets.find_counterexample(
            StringSet.from_values(["\ud800"]), StringSet.from_schema({"pattern": "^"})
        )
        == "\ud800"
    )
    assert isinstance(
        string_sets.find_counterexample(
            StringSet(patterns=frozenset("a")), StringSet.from_values(["a", "\ud800"])
        ),
        str | Unknown,
    )


def test_hostile_patterns_are_unknown_or_refuted() -> None:
    one = StringSet.from_schema({"pattern": "^[ab]*a[ab]{25}$"})
    other = StringSet.from_schema({"pattern": "^[ab]*b[ab]{25}$"})
    answer = string_sets.find_counterexample(one, other)

    assert isinstance(answer, Unknown) or (
        one.contains(answer or "") and not other.contains(answer or "")
    )
    assert string_sets.find_counterexample(one, one & StringSet()) is None


_patterns = st.sampled_from(
    [
        "a",
        "^a",
        "b$",
        "^[ab]*$",
        "^.{2}$",
        "^(?!ab)",
        "a|b",
        r"^\w*$",
        "[^a]",
        "^a?b?$",
        "^[ab]{1,20}$",
    ]
)
_string_schemas = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={"minLength": st.integers(0, 4), "maxLength": st.integers(0, 4), "pattern": _patterns},
)
_TEXTS = ["".join(chars) for size in range(5) for chars in itertools.product("ab-", repeat=size)]


@given(_string_schemas, st.lists(_string_schemas, max_size=3))
def test_an_answer_on_strings_agrees_with_the_engine(
    subschema: dict[str, Any], union: list[dict[str, Any]]
) -> None:
    answer = string_sets.find_uncovered(
        StringSet.from_schema(subschema), map(StringSet.from_schema, union)
    )

    assert not isinstance(answer, Unknown)
    if answer is None:
        validators = [compile_reference_validator(superschema) for superschema in union]
        assert [
            t
            for t in _TEXTS
            if accepts(subschema, t) and not any(validator.is_valid(t) for validator in validators)
        ] == []
    else:
        assert accepts(subschema, answer)
        assert not any(accepts(superschema, answer) for superschema in union)


@given(_string_schemas, _string_schemas, st.sampled_from(_TEXTS))
def test_sets_of_strings_hold_what_the_engine_accepts(
    one: dict[str, Any], other: dict[str, Any], text: str
) -> None:
    both = StringSet.from_schema(one) & StringSet.from_schema(other)

    assert (
        both.contains(text)
        == (text in both.to_language())
        == accepts({"allOf": [one, other]}, text)
    )
