"""The example generator: plausible, valid, the same for the same seed, and always at an end."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from dynclient.generate import (
    ExampleGenerator,
    NoExample,
    conflict_analysis,
    value_choices,
)
from dynclient.schema.formats import FORMAT_CHECKS

SEEDS = range(12)


def compile_fast(schema):
    return jsonschema_rs.Draft202012Validator(
        schema, formats=dict(FORMAT_CHECKS), validate_formats=True, ignore_unknown_formats=True
    ).is_valid


def compile_reference(schema):
    checker = FormatChecker(formats=())
    for name, check in FORMAT_CHECKS.items():
        checker.checks(name)(lambda value, check=check: not isinstance(value, str) or check(value))
    return Draft202012Validator(schema, format_checker=checker)


def generate_checked(schema, seeds=SEEDS, **options):
    """Generate with several seeds; both engines must accept each."""
    generator = ExampleGenerator(schema, compile_schema=compile_fast)
    found = [generator.generate(seed=seed, **options) for seed in seeds]
    judge = compile_reference(schema)
    for instance in found:
        assert compile_fast(schema)(instance), instance
        assert not list(judge.iter_errors(instance)), instance
    return found


def brief(schema):
    return str(schema)[:70]


def distinct(values):
    return {json.dumps(value, sort_keys=True) for value in values}


# --- what the schema offers itself ---


def test_const_comes_before_examples_and_default():
    assert generate_checked({"const": 3, "examples": [4], "default": 5}) == [3] * len(SEEDS)


def test_seed_0_takes_the_first_valid_example_and_others_vary():
    schema = {"type": "integer", "examples": ["no", 7, 8, 9], "default": 1}

    assert generate_checked(schema, [0]) == [7]
    assert set(generate_checked(schema, range(40))) == {7, 8, 9}


def test_example_of_openapi_is_read_beside_examples():
    assert generate_checked({"type": "string", "example": "shirt"}, [0]) == ["shirt"]


def test_an_example_that_the_schema_refuses_is_ignored():
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}},
        "example": {"id": "x"},
    }

    assert isinstance(generate_checked(schema, [0])[0]["id"], int)


def test_an_object_with_a_valid_example_uses_all_of_it():
    schema = {
        "type": "object",
        "properties": {"id": {"type": "integer", "example": 1}},
        "example": {"id": 9, "more": True},
    }

    assert generate_checked(schema, [0]) == [{"id": 9, "more": True}]


def test_an_example_is_checked_by_every_schema_of_the_value():
    schema = {
        "allOf": [{"$ref": "#/$defs/Word"}, {"maxLength": 3}],
        "$defs": {"Word": {"type": "string", "examples": ["lengthy", "abc"]}},
    }

    assert generate_checked(schema, [0]) == ["abc"]


def test_changing_an_example_does_not_change_the_schema():
    generator = ExampleGenerator(
        {"type": "array", "examples": [[{"a": {"b": 1}}]]}, compile_schema=compile_fast
    )

    generator.generate()[0]["a"]["b"] = 2

    assert generator.generate() == [{"a": {"b": 1}}]


def test_a_valid_default_comes_before_enum():
    assert generate_checked({"enum": ["a", "b"], "default": "b"}) == ["b"] * len(SEEDS)


def test_enum_values_of_another_type_are_left_out():
    assert set(
        generate_checked({"type": "integer", "enum": ["a", 2, None, 4, 2.5]}, range(30))
    ) == {2, 4}


def test_null_stands_only_where_nothing_else_may():
    assert None not in generate_checked({"type": ["string", "null"]})
    assert None not in generate_checked({"enum": [None, "a"]})
    assert None not in generate_checked({"anyOf": [{"type": "integer"}, {"type": "null"}]})
    assert generate_checked({"type": "null"}, [0]) == [None]


# --- plausible values ---


def test_strings_are_named_after_their_property():
    schema = {
        "type": "object",
        "properties": {
            name: {"type": "string"} for name in ("name", "email", "currency", "profileId")
        },
    }

    found = generate_checked(schema, [0], optional="all")[0]

    assert found["name"].startswith("name-")
    assert "@" in found["email"]
    assert found["currency"] == "EUR"
    assert found["profileId"].startswith("profile-id-")


def test_a_readable_string_is_kept_where_the_pattern_allows_it():
    schema = {
        "type": "object",
        "required": ["slug"],
        "properties": {"slug": {"type": "string", "pattern": "^[a-z0-9-]+$"}},
    }

    assert all(found["slug"].startswith("slug-") for found in generate_checked(schema))


@pytest.mark.parametrize("low_high", [(0, 0), (1, 1), (3, 3), (0, 2), (40, 50)])
def test_lengths_are_honoured(low_high):
    low, high = low_high
    generate_checked({"type": "string", "minLength": low, "maxLength": high})
    generate_checked({"type": "string", "minLength": low, "maxLength": high, "pattern": "^[a-f]*$"})


@pytest.mark.parametrize("form", sorted(FORMAT_CHECKS))
def test_every_listed_format_is_met(form):
    assert all(
        FORMAT_CHECKS[form](found) for found in generate_checked({"type": "string", "format": form})
    )


def test_a_format_and_a_pattern_are_met_together():
    schema = {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "maxLength": 10,
    }

    assert all(FORMAT_CHECKS["date"](found) for found in generate_checked(schema))


def test_prices_have_two_decimals_and_integers_are_small():
    assert all(
        round(price, 2) == price and 1 <= price <= 100
        for price in generate_checked({"type": "number"})
    )
    assert all(
        isinstance(count, int) and 1 <= count <= 100
        for count in generate_checked({"type": "integer"})
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 2**70, "maximum": 2**70 + 3},
        {"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 6},
        {"type": "integer", "multipleOf": 1000},
        {"type": "integer", "multipleOf": 6, "allOf": [{"multipleOf": 4}], "minimum": 13},
        {"type": "integer", "multipleOf": 2.5},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
        {"type": "number", "minimum": -5, "maximum": -4.5},
        {"type": "number", "minimum": 0.1, "maximum": 0.1},
        {"type": "number", "minimum": 1e300},
        {"type": "number", "exclusiveMinimum": 2**55},
        {"type": "number", "exclusiveMaximum": -(2**55)},
        {"type": "number", "minimum": 0, "maximum": 2**60},
        {"type": "number", "minimum": 2**60 + 0.5},
        {"type": "number", "maximum": -1e300},
        {"type": "number", "minimum": 99.995, "maximum": 99.999},
    ],
    ids=brief,
)
def test_numbers_lie_between_their_bounds(schema):
    generate_checked(schema)


def test_multiples_of_a_decimal_are_exact():
    found = generate_checked({"type": "number", "multipleOf": 0.25, "minimum": 10}, range(30))

    assert len(set(found)) > 5
    generator = ExampleGenerator(
        {"type": "number", "multipleOf": 0.01, "minimum": 19.985}, accepts=lambda _: True
    )
    assert all(
        str(generator.generate(seed=seed)) == str(round(generator.generate(seed=seed), 2))
        for seed in SEEDS
    )


# --- arrays ---


def test_arrays_have_one_or_two_items():
    assert {
        len(found)
        for found in generate_checked({"type": "array", "items": {"type": "string"}}, range(30))
    } == {1, 2}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"enum": [1, 2, 3, 4]}, "minItems": 4, "uniqueItems": True},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "items": {"enum": [1, True]}, "minItems": 2, "uniqueItems": True},
        {
            "type": "array",
            "items": {"enum": [[{"a": 1}], [{"a": 2}]]},
            "minItems": 2,
            "uniqueItems": True,
        },
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 30},
            "minItems": 31,
            "uniqueItems": True,
        },
        {
            "type": "array",
            "items": {"type": "string", "maxLength": 1},
            "minItems": 4,
            "uniqueItems": True,
        },
        {
            "type": "array",
            "items": {"type": "string", "example": "a"},
            "minItems": 3,
            "uniqueItems": True,
        },
        {"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}},
        {
            "type": "array",
            "items": {"type": "integer"},
            "contains": {"minimum": 50},
            "minContains": 2,
            "maxContains": 2,
        },
        {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
            "items": False,
            "minItems": 2,
        },
        {"type": "array", "prefixItems": [{"type": "string"}], "unevaluatedItems": False},
        {"type": "array", "prefixItems": [{"type": "string"}], "contains": {"type": "integer"}},
        {"type": "array", "items": False},
        {"type": "array", "maxItems": 0},
    ],
    ids=brief,
)
@pytest.mark.parametrize("optional", ["none", "some", "all"])
def test_arrays_are_valid(schema, optional):
    generate_checked(schema, optional=optional)


# --- objects ---


def test_optional_properties_are_none_some_or_all():
    schema = {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in "abcd"},
        "required": ["a"],
    }

    assert {tuple(found) for found in generate_checked(schema, optional="none")} == {("a",)}
    assert {tuple(found) for found in generate_checked(schema, optional="all")} == {tuple("abcd")}
    assert len({tuple(found) for found in generate_checked(schema)}) > 2


def test_properties_come_in_declared_order():
    schema = {"properties": {"z": {}, "a": {}, "m": {}}, "required": ["m"]}

    assert list(generate_checked(schema, [0], optional="all")[0]) == ["z", "a", "m"]


def test_a_required_property_that_is_false_has_no_example():
    with pytest.raises(NoExample) as caught:
        ExampleGenerator(
            {"type": "object", "properties": {"a": False}, "required": ["a"]},
            compile_schema=compile_fast,
        ).generate()

    assert caught.value.pointer == "/a"
    assert "refuses every value" in caught.value.reason


def test_an_optional_property_that_is_false_is_left_out():
    assert (
        generate_checked(
            {"type": "object", "properties": {"a": False, "b": {"not": {}}}}, optional="all"
        )[0]
        == {}
    )


def test_a_bare_map_gets_an_entry():
    assert all(generate_checked({"type": "object", "additionalProperties": {"type": "integer"}}))
    assert generate_checked(
        {"type": "object", "additionalProperties": {"type": "integer"}}, [0], optional="none"
    ) == [{}]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "minProperties": 3},
        {"type": "object", "minProperties": 3, "unevaluatedProperties": {"type": "integer"}},
        {
            "type": "object",
            "properties": {"a": {}, "b": {}},
            "minProperties": 2,
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"a": {}, "b": {}, "c": {}},
            "required": ["b"],
            "maxProperties": 1,
        },
        {"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^x[0-9]{3}$"}},
        {"type": "object", "minProperties": 2, "propertyNames": {"enum": ["p", "q"]}},
        {
            "type": "object",
            "patternProperties": {"^n_": {"type": "integer"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
        {
            "type": "object",
            "properties": {"n_a": {}},
            "required": ["n_a"],
            "patternProperties": {"^n_": {"type": "integer"}},
        },
        {
            "type": "object",
            "properties": {"a": {}},
            "required": ["a"],
            "dependentRequired": {"a": ["b"], "b": ["c"]},
        },
        {
            "type": "object",
            "properties": {"card": {"type": "string"}},
            "required": ["card"],
            "dependentSchemas": {
                "card": {"properties": {"address": {"type": "integer"}}, "required": ["address"]}
            },
        },
        {
            "properties": {"a": {"type": "integer"}},
            "allOf": [{"properties": {"a": {"minimum": 500}}, "required": ["a"]}],
        },
        {
            "allOf": [
                {"properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"properties": {"b": {"type": "string"}}, "required": ["b"]},
            ],
            "unevaluatedProperties": False,
        },
    ],
    ids=brief,
)
@pytest.mark.parametrize("optional", ["none", "some", "all"])
def test_objects_are_valid(schema, optional):
    generate_checked(schema, optional=optional)


# --- branches ---


def test_every_branch_of_one_of_is_drawn():
    schema = {"oneOf": [{"const": n} for n in range(5)]}

    assert set(generate_checked(schema, range(60))) == set(range(5))


def test_overlapping_branches_of_one_of_are_distinguished():
    branch = {"type": "object", "required": ["value"], "properties": {"value": {"type": "string"}}}
    schema = {
        "oneOf": [
            branch,
            {
                "type": "object",
                "required": ["value"],
                "properties": {"value": {"type": "string"}, "id": {"type": "integer"}},
            },
            {"type": "object", "properties": {"name": {"type": "string"}}},
        ]
    }

    for optional in ("none", "some", "all"):
        generate_checked(schema, optional=optional)


def test_many_overlapping_branches_are_distinguished():
    names = ["name", "amount", "code", "position", "program", "ledger", "target", "payer"]
    branches = [
        {
            "required": ["value", *names[:n]],
            "properties": {name: {"type": "string"} for name in ["value", *names[: n + 2]]},
        }
        for n in range(len(names))
    ]
    loose = {"properties": {"audienceId": {"type": "integer"}, "audienceName": {"type": "string"}}}
    schema = {"oneOf": [{"type": "object", **branch} for branch in [*branches, loose]]}

    for optional in ("none", "some", "all"):
        generate_checked(schema, optional=optional)


def test_a_branch_that_accepts_everything_is_drawn_where_the_others_refuse():
    schema = {
        "oneOf": [
            {"type": "object"},
            {"type": "object", "required": ["a"]},
            {"additionalProperties": True},
        ]
    }

    assert not any(
        isinstance(found, dict) for found in generate_checked(schema, range(30), optional="none")
    )


CLOSED = {
    "type": "object",
    "properties": {"kind": {"type": "string"}},
    "oneOf": [{"title": "Any"}, {"$ref": "#/$defs/Cat:open"}],
    "allOf": [{"if": {"$ref": "#/$defs/Cat:open"}, "then": {"$ref": "#/$defs/Cat"}}],
    "unevaluatedProperties": False,
    "$defs": {
        "Cat:open": {"properties": {"kind": {"const": "cat"}, "owner": {"type": "object"}}},
        "Cat": {
            "properties": {
                "kind": {"const": "cat"},
                "owner": {"type": "object", "required": ["name"]},
            }
        },
    },
}


def test_conditions_wait_until_the_branch_is_sure():
    for optional in ("none", "some", "all"):
        generate_checked(CLOSED, optional=optional)


def test_the_loosest_of_several_branches_is_found_from_every_seed():
    tagged = {
        n: {"properties": {"kind": {"enum": [n], "type": "string"}, "p" + n: {"type": "object"}}}
        for n in "ABC"
    }
    schema = {
        **CLOSED,
        "oneOf": [{"title": "Any"}, *({"$ref": f"#/$defs/{n}:open"} for n in tagged)],
        "allOf": [
            {"if": {"$ref": f"#/$defs/{n}:open"}, "then": {"$ref": f"#/$defs/{n}"}} for n in tagged
        ],
        "$defs": {**tagged, **{f"{n}:open": branch for n, branch in tagged.items()}},
    }

    for optional in ("none", "some", "all"):
        generate_checked(schema, range(40), optional=optional)


@pytest.mark.parametrize("optional", ["none", "some", "all"])
def test_two_readings_of_one_schema_draw_the_same_branch(optional):
    names = [f"kind{n}" for n in range(25)]
    shapes = [
        {"type": "object", "required": ["t"], "properties": {"t": {"const": name}, name: {}}}
        for name in names
    ]
    schema = {
        "allOf": [{"$ref": "#/$defs/Shape:open"}, {"$ref": "#/$defs/Shape"}],
        "$defs": {
            "Shape:open": {
                "anyOf": [{"anyOf": [dict(shape) for shape in shapes]}, {"type": "null"}]
            },
            "Shape": {"anyOf": [{"anyOf": shapes}, {"type": "null", "additionalProperties": True}]},
        },
    }

    assert None not in generate_checked(schema, range(30), optional=optional)


def test_what_follows_from_a_chosen_branch_is_known_before_the_first_try(monkeypatch):
    monkeypatch.setattr(
        conflict_analysis.ConflictAnalyzer, "analyze", lambda *_: pytest.fail("a value was refused")
    )
    schema = {**CLOSED, "oneOf": [{"type": "array"}, {"$ref": "#/$defs/Cat:open"}]}

    assert all("name" in found["owner"] for found in generate_checked(schema, optional="all"))


def test_one_of_number_and_integer_is_distinguished():
    assert all(
        isinstance(found, float)
        for found in generate_checked({"oneOf": [{"type": "number"}, {"type": "integer"}]})
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "string", "minLength": 3}, {"type": "integer"}]},
        {"type": "integer", "not": {"minimum": 10}},
        {"type": "string", "not": {"enum": ["a", "b"]}},
        {"type": ["string", "integer"], "not": {"type": "string"}},
        {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a"]}},
        {
            "type": "object",
            "properties": {"a": {"enum": [1, 2]}},
            "required": ["a"],
            "not": {"properties": {"a": {"const": 1}}},
        },
        {
            "type": "object",
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            "properties": {"a": {}, "b": {}},
        },
        {"not": {"not": {"type": "integer"}}},
        {"not": {"if": True, "then": {"type": ["object", "string"]}, "else": {}}},
        {"if": {"enum": ["a", 2.5]}, "then": {"type": "string"}, "else": {"enum": ["a", 2.5]}},
        {"not": {"anyOf": [{"type": "string"}, {"type": "object"}]}},
    ],
    ids=brief,
)
def test_anyof_and_not_are_honoured(schema):
    generate_checked(schema, range(20))


def test_conditions_hold_whichever_value_is_drawn():
    rules = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"required": [kind], "properties": {kind: {"type": "integer"}}},
        }
        for kind in "abcdef"
    ]
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": list("abcdef")}},
        "required": ["kind"],
        "allOf": rules,
    }

    assert {found["kind"] for found in generate_checked(schema, range(60))} == set("abcdef")


def test_else_holds_where_the_condition_does_not():
    schema = {
        "type": "object",
        "required": ["n"],
        "properties": {"n": {"type": "integer"}},
        "if": {"properties": {"n": {"minimum": 50}}},
        "then": {"required": ["large"]},
        "else": {"required": ["small"]},
    }

    assert {
        ("large" in found, "small" in found) for found in generate_checked(schema, range(40))
    } == {
        (True, False),
        (False, True),
    }


ANIMALS = {
    "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
    "Dog": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["Dog", "puppy"]}},
    },
}


def test_a_discriminator_gives_the_tag_its_mapped_key_or_the_name():
    schema = {
        "anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"meow": "#/$defs/Cat"}},
        "$defs": ANIMALS,
    }

    assert {found["kind"] for found in generate_checked(schema, range(30))} == {"meow", "Dog"}


def test_a_discriminator_knows_a_branch_of_the_closed_reading_by_its_own_name():
    schema = {
        "anyOf": [{"$ref": "#/$defs/Cat:open"}],
        "discriminator": {"propertyName": "kind", "mapping": {"meow": "#/$defs/Cat"}},
        "$defs": {"Cat:open": ANIMALS["Cat"], "Cat": ANIMALS["Cat"]},
    }

    assert generate_checked(schema, [0])[0]["kind"] == "meow"


def test_a_discriminator_of_a_base_schema_names_the_schema_that_extends_it():
    base = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "mapping": {"c": "#/$defs/Cat"}},
    }
    defs = {
        "Base": base,
        "Cat": {"allOf": [{"$ref": "#/$defs/Base"}]},
        "Cow": {"allOf": [{"$ref": "#/$defs/Base"}]},
    }

    assert generate_checked({"$ref": "#/$defs/Cat", "$defs": defs}, [0])[0]["kind"] == "c"


# --- references, recursion, limits ---


def test_references_with_escapes_and_inner_pointers_are_followed():
    schema = {
        "$ref": "#/$defs/a~1b",
        "$defs": {
            "a/b": {"type": "array", "items": {"$ref": "#/$defs/x~0y/properties/z"}, "minItems": 1},
            "x~y": {"properties": {"z": {"const": 4}}},
        },
    }

    assert set(generate_checked(schema, [0])[0]) == {4}


def test_a_reference_to_the_whole_schema_is_followed():
    generate_checked(
        {
            "type": "object",
            "properties": {"next": {"$ref": "#"}, "n": {"type": "integer"}},
            "required": ["n"],
        }
    )


@pytest.mark.parametrize("optional", ["none", "some", "all"])
@pytest.mark.parametrize(
    "defs",
    [
        {
            "T": {
                "type": "object",
                "properties": {"l": {"$ref": "#/$defs/T"}, "r": {"$ref": "#/$defs/T"}},
            }
        },
        {"T": {"type": "array", "items": {"$ref": "#/$defs/T"}}},
        {"T": {"type": "object", "additionalProperties": {"$ref": "#/$defs/T"}}},
        {
            "T": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["a"],
                        "properties": {"a": {"$ref": "#/$defs/T"}},
                    },
                    {"type": "string"},
                ]
            }
        },
        {
            "T": {
                "type": "object",
                "required": ["a", "b"],
                "properties": {"a": {"$ref": "#/$defs/U"}, "b": {"$ref": "#/$defs/U"}},
            },
            "U": {
                "anyOf": [{"$ref": "#/$defs/T"}, {"type": "array", "items": {"$ref": "#/$defs/T"}}]
            },
        },
    ],
    ids=brief,
)
def test_recursive_schemas_end(defs, optional):
    for found in generate_checked({"$ref": "#/$defs/T", "$defs": defs}, optional=optional):
        assert len(json.dumps(found)) < 100_000


def test_a_schema_that_is_entered_again_grows_only_what_it_must():
    tree = {
        "type": "object",
        "properties": {"l": {"$ref": "#/$defs/T"}, "r": {"$ref": "#/$defs/T"}, "n": {"const": 1}},
    }

    found = generate_checked({"$ref": "#/$defs/T", "$defs": {"T": tree}}, [0], optional="all")

    assert found == [{"l": {}, "r": {}, "n": 1}]


def test_references_that_only_refer_to_each_other_end():
    defs = {
        "T": {"allOf": [{"$ref": "#/$defs/U"}]},
        "U": {"allOf": [{"$ref": "#/$defs/T"}], "type": "integer"},
    }

    assert isinstance(
        ExampleGenerator(
            {"$ref": "#/$defs/T", "$defs": defs}, compile_schema=compile_fast
        ).generate(),
        int,
    )


@pytest.mark.parametrize(
    "schema",
    [
        {
            "$ref": "#/$defs/T",
            "$defs": {
                "T": {
                    "type": "object",
                    "required": ["a"],
                    "properties": {"a": {"$ref": "#/$defs/T"}},
                }
            },
        },
        {"type": "array", "minItems": 10**9},
        {"type": "array", "contains": {}, "minContains": 10**12},
        {"type": "string", "minLength": 10**12},
        {"type": "object", "minProperties": 10**9},
        {"type": "array", "items": {"enum": [1, 2]}, "minItems": 3, "uniqueItems": True},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "number", "allOf": [{"multipleOf": n + 0.1} for n in range(400)]},
        {"type": "integer", "allOf": [{"multipleOf": n} for n in range(1, 20_000)]},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "string", "enum": [1]},
        {"not": {}},
        {"$ref": "#/$defs/Gone"},
        {"oneOf": [{"type": "string"}, {"type": "string"}]},
    ],
    ids=brief,
)
def test_what_has_no_instance_within_the_bounds_has_no_example(schema):
    with pytest.raises(NoExample) as caught:
        ExampleGenerator(schema, compile_schema=lambda _: lambda _value: False).generate()

    assert caught.value.reason


def test_a_very_long_string_is_refused_before_it_is_made():
    with pytest.raises(NoExample, match="minLength"):
        ExampleGenerator(
            {"type": "string", "minLength": 200_000}, accepts=lambda _: True
        ).generate()


def test_the_budget_of_steps_bounds_the_search(monkeypatch):
    spent = []
    ordinary = value_choices.ValueChoices.spend
    monkeypatch.setattr(
        value_choices.ValueChoices,
        "spend",
        lambda self, steps: (spent.append(steps), ordinary(self, steps)),
    )
    nest = {
        "type": "object",
        "required": ["a", "b"],
        "properties": {name: {"$ref": "#/$defs/T"} for name in "ab"},
    }

    with pytest.raises(NoExample):
        ExampleGenerator(
            {"$ref": "#/$defs/T", "$defs": {"T": nest}}, compile_schema=compile_fast
        ).generate()

    assert sum(spent) < 3 * value_choices.MAX_STEPS


def test_the_reason_names_the_keyword_that_refuses():
    refuses_sum = {"type": "object", "properties": {}, "x-sum": 1}

    def compile_schema(schema):
        return lambda _value: "x-sum" not in schema

    with pytest.raises(NoExample, match="x-sum"):
        ExampleGenerator(refuses_sum, compile_schema=compile_schema).generate()


def test_no_example_survives_pickling():
    error = pickle.loads(pickle.dumps(NoExample("/a", "enum leaves no value")))

    assert (error.pointer, error.reason, str(error)) == (
        "/a",
        "enum leaves no value",
        "no sample found at /a: enum leaves no value",
    )


# --- seeds ---


RICH = {
    "type": "object",
    "required": ["id", "choice"],
    "properties": {
        "id": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "price": {"type": "number", "minimum": 0},
        "at": {"type": "string", "format": "date-time"},
        "code": {"type": "string", "pattern": "^[A-Z]{3}[0-9]{2}$"},
        "choice": {
            "oneOf": [
                {"type": "string", "maxLength": 3},
                {"type": "integer", "minimum": 4},
                {"enum": [True, None]},
            ]
        },
    },
}


def test_different_seeds_differ():
    assert len(distinct(generate_checked(RICH, range(40)))) > 30


def test_a_used_generator_gives_the_same_as_a_fresh_one():
    used = ExampleGenerator(RICH, compile_schema=compile_fast)
    backwards = {seed: used.generate(seed=seed) for seed in reversed(SEEDS)}

    assert all(
        ExampleGenerator(RICH, compile_schema=compile_fast).generate(seed=seed) == backwards[seed]
        for seed in SEEDS
    )


def test_another_process_gives_the_same():
    code = "import json,sys; from dynclient.generate import ExampleGenerator; s=ExampleGenerator(json.load(sys.stdin)); print(json.dumps([s.generate(seed=n) for n in range(12)]))"
    outputs = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            input=json.dumps(RICH),
            text=True,
            capture_output=True,
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
        ).stdout
        for seed in ("1", "2")
    }

    assert len(outputs) == 1


# --- hints and echoes ---


def test_hints_appear_where_the_schema_allows_them():
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
        "additionalProperties": False,
    }

    found = ExampleGenerator(schema, compile_schema=compile_fast).generate(
        optional="none", hints={"name": "Gold", "id": "no", "x": 1}
    )

    assert found["name"] == "Gold"
    assert isinstance(found["id"], int)
    assert "x" not in found


# --- promises ---

SCALARS = st.one_of(
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        st.integers(0, 5),
        st.integers(0, 20),
    ),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-(2**70), 2**70),
        st.integers(0, 9),
    ),
    st.builds(
        lambda low, step: {"type": "number", "minimum": low, "multipleOf": step},
        st.integers(-50, 50),
        st.sampled_from([0.5, 2, 0.25]),
    ),
    st.builds(
        lambda low: {"exclusiveMinimum": low, "exclusiveMaximum": low + 0.5, "type": "number"},
        st.integers(-9, 9),
    ),
    st.sampled_from(
        [
            {"type": "string", "pattern": "^[a-c]{2,4}$"},
            {"type": "string", "format": "date"},
            {},
            True,
        ]
    ),
    st.builds(
        lambda values: {"enum": values},
        st.lists(st.sampled_from(["a", 1, None, True, 2.5, []]), min_size=1, unique_by=repr),
    ),
)
NAMES = st.sampled_from(["a", "b", "id", "name"])


def composed(inner):
    properties = st.dictionaries(NAMES, inner, max_size=3)
    objects = st.builds(
        lambda props, required, extra: {
            "type": "object",
            "properties": props,
            "required": sorted(required & {*props}),
            **extra,
        },
        properties,
        st.sets(NAMES),
        st.sampled_from(
            [
                {},
                {"additionalProperties": False},
                {"unevaluatedProperties": False},
                {"maxProperties": 3},
            ]
        ),
    )
    arrays = st.builds(
        lambda items, low, unique: {
            "type": "array",
            "items": items,
            "minItems": low,
            "uniqueItems": unique,
        },
        inner,
        st.integers(0, 2),
        st.booleans(),
    )
    return st.one_of(
        objects,
        arrays,
        st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner),
        st.builds(
            lambda a, b: {
                "oneOf": [a, {"type": "array", "items": b, "minItems": 1}, {"const": "other"}]
            },
            inner,
            inner,
        ),
        st.builds(lambda a: {"allOf": [a, True]}, inner),
        st.builds(
            lambda a, b: {"if": a, "then": {"type": ["object", "string"]}, "else": b}, inner, inner
        ),
        st.builds(lambda a: {"not": a}, inner),
        st.just({"$ref": "#/$defs/Tree"}),
    )


SCHEMAS = st.recursive(SCALARS, composed, max_leaves=6).map(
    lambda schema: {
        "allOf": [schema],
        "$defs": {
            "Tree": {
                "type": "object",
                "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
            }
        },
    }
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, st.integers(0, 3), st.sampled_from(["none", "some", "all"]))
def test_an_example_is_valid_and_the_same_again(schema, seed, optional):
    try:
        found = ExampleGenerator(schema, compile_schema=compile_fast).generate(
            seed=seed, optional=optional
        )
    except NoExample:
        with pytest.raises(NoExample):
            ExampleGenerator(schema, compile_schema=compile_fast).generate(
                seed=seed, optional=optional
            )
        return

    assert compile_reference(schema).is_valid(found)
    assert found == ExampleGenerator(schema, compile_schema=compile_fast).generate(
        seed=seed, optional=optional
    )


@settings(max_examples=200, deadline=None)
@given(SCALARS, st.integers(0, 50))
def test_every_simple_schema_has_an_example(schema, seed):
    assert compile_reference(schema).is_valid(
        ExampleGenerator(schema, compile_schema=compile_fast).generate(seed=seed)
    )


def test_a_reference_that_stands_in_an_example_is_data():
    schema = {
        "$ref": "#/$defs/A",
        "$defs": {
            "A": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}},
                "examples": [{"$ref": "../examples/a.json"}],
            }
        },
    }

    assert set(ExampleGenerator(schema).generate()) == {"name"}
