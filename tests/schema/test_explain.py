from __future__ import annotations

import pytest

from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.explain import list_declared_names
from dynclient.schema.schema_text import describe_schema
from dynclient.violations import Place


def told(schema, value) -> dict[str, tuple[str, str]]:
    """Return where → (kind, text) of everything that is wrong."""
    return {
        v.where: (v.kind, str(v).partition(": ")[2]) for v in Checker(schema).find_violations(value)
    }


def test_a_missing_property_is_reported_at_its_own_place():
    schema = {"required": ["id"], "properties": {"id": {"type": "string", "minLength": 1}}}
    assert told(schema, {}) == {"id": ("missing", "string, at least 1 character, required")}


def test_an_unknown_property_comes_with_the_name_that_was_meant():
    schema = {"properties": {"quantity": {}, "sku": {}}, "additionalProperties": False}
    assert told(schema, {"quantty": 1}) == {"quantty": ("unknown", "did you mean quantity?")}


def test_a_suggested_name_is_not_one_that_is_given_already():
    schema = {"properties": {"quantity": {}, "quantities": {}}, "additionalProperties": False}
    assert told(schema, {"quantity": 1, "quantitiy": 1})["quantitiy"] == (
        "unknown",
        "did you mean quantities?",
    )


def test_what_is_there_and_what_is_expected_is_reported_deep_inside():
    schema = {
        "properties": {"items": {"items": {"properties": {"n": {"type": "integer", "minimum": 1}}}}}
    }
    assert told(schema, {"items": [{"n": 1}, {"n": "two"}]}) == {
        "items[1].n": ("type", "got 'two', want integer ≥ 1")
    }


def test_a_property_that_only_another_branch_declares_is_unknown():
    schema = {
        "properties": {"kind": {}},
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"properties": {"x": {}}},
        "unevaluatedProperties": False,
    }
    assert told(schema, {"kind": "b", "x": 1})["x"][0] == "unknown"


def test_a_declared_property_with_a_wrong_value_is_reported_once_and_not_as_unknown():
    schema = {"allOf": [{"properties": {"a": {"type": "integer"}}}], "unevaluatedProperties": False}
    assert told(schema, {"a": "x"}) == {"a": ("type", "got 'x', want integer")}


TAGGED = {
    "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
    "discriminator": {
        "propertyName": "kind",
        "mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog"},
    },
    "$defs": {
        "Cat": {
            "required": ["kind", "lives"],
            "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}},
        },
        "Dog": {
            "required": ["kind", "bark"],
            "properties": {"kind": {"type": "string"}, "bark": {"type": "string"}},
        },
    },
}


def test_the_branch_that_the_discriminator_names_is_explained():
    assert told(TAGGED, {"kind": "cat", "lives": "nine"}) == {
        "lives": ("type", "got 'nine', want integer")
    }
    assert list(told(TAGGED, {"kind": "dog", "bark": 1})) == ["bark"]


def test_without_a_tag_the_nearest_branch_is_explained():
    schema = {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "required": ["id"], "properties": {"id": {}}},
        ]
    }
    assert told(schema, {}) == {"id": ("missing", "any value, required")}


def test_branches_that_are_all_far_are_listed():
    schema = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert told(schema, []) == {"(whole)": ("anyOf", "got an array of 0, want string or integer")}


def test_a_value_that_fits_two_alternatives_is_reported_with_their_names_and_a_way_out():
    way_out = "where one is allowed; option one_of='any' allows it"
    assert told({"oneOf": [{"type": "integer"}, {"minimum": 0}]}, 1) == {
        "(whole)": (
            "oneOf",
            f"got 1, which fits several alternatives, integer and any value ≥ 0, {way_out}",
        )
    }
    twins = {"oneOf": [{"title": "Gold"}, {"type": "string"}, {"type": "object"}, {}]}
    assert told(twins, {})["(whole)"][1] == (
        "got an object of 0 properties, which fits several alternatives, Gold and object and any"
        f" value, {way_out}"
    )
    equal = {"oneOf": [{"type": "string"}, {"type": "object"}, {"type": "object"}]}
    assert "alternatives, number 2 and number 3, where" in told(equal, {})["(whole)"][1]


INTERFACES = {
    "properties": {
        "network_interfaces": {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["type", "params"],
                    "properties": {"type": {"enum": ["new"]}, "params": {"type": "array"}},
                },
                {"type": "object", "properties": {"type": {"enum": ["none"]}}},
            ]
        }
    }
}


def test_the_property_that_tells_alternatives_apart_is_explained():
    assert told(INTERFACES, {"network_interfaces": {"type": "default"}}) == {
        "network_interfaces.type": ("enum", "got 'default', want 'new' or 'none'")
    }
    assert told(INTERFACES, {"network_interfaces": {"type": "noen"}}) == {
        "network_interfaces.type": (
            "enum",
            "got 'noen', want 'new' or 'none'; did you mean 'none'?",
        )
    }
    assert told(INTERFACES, {"network_interfaces": {"type": "new"}}) == {
        "network_interfaces.params": ("missing", "array, required")
    }


def test_the_alternative_with_most_of_the_keys_is_explained():
    schema = {
        "oneOf": [
            {"required": ["z"], "properties": {"a": {"type": "integer"}}},
            {
                "required": ["x", "y"],
                "properties": {name: {"type": "integer"} for name in ("a", "b", "c")},
            },
        ]
    }
    assert told(schema, {"a": 1, "b": 2, "c": "three"}) == {
        "x": ("missing", "any value, required"),
        "y": ("missing", "any value, required"),
        "c": ("type", "got 'three', want integer"),
    }


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_no_message_wants_an_object_of_an_object(keyword):
    one, two = ({"type": "object", "required": [name]} for name in ("a", "b"))
    assert told({keyword: [one, two]}, {"c": 1}) == {"a": ("missing", "any value, required")}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1}, "integer ≥ 1"),
        ({"type": "string", "minLength": 1, "maxLength": 20}, "string, 1–20 characters"),
        ({"enum": ["a", "b"]}, "one of 'a', 'b'"),
        ({"const": None}, "null"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "string or integer"),
        (
            {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1, "format": "int64"},
            "integer",
        ),
        (True, "anything"),
        (False, "nothing"),
        ({"allOf": [{"type": "string"}, {"pattern": "^a"}]}, "string, matching ^a"),
    ],
)
def test_a_schema_is_described_in_a_few_words(schema, words):
    assert describe_schema(schema, {}) == words


def test_a_violation_names_the_place_of_the_schema_that_refused():
    place = Place("shop.yaml", "/components/schemas/Item/properties/n", lambda *_: (7, 3))
    schema = Schema({"properties": {"n": Schema({"type": "integer"}, place)}})
    (violation,) = Checker(schema).find_violations({"n": "x"})
    assert str(violation.place) == "shop.yaml:7"


def test_names_are_found_through_references_and_branches_even_in_a_circle():
    defs = {
        "A": {
            "properties": {"a": {}},
            "allOf": [{"$ref": "#/$defs/A"}],
            "oneOf": [{"properties": {"b": {}}}],
        }
    }
    assert list_declared_names({"$ref": "#/$defs/A"}, defs) == ["a", "b"]


def test_ten_thousand_unknown_properties_are_reported_in_a_few_violations():
    schema = {"properties": {f"prop{i}": {} for i in range(30)}, "additionalProperties": False}
    found = Checker(schema).find_violations({f"prpo{i}": 1 for i in range(10_000)})
    assert 0 < len(found) <= 1000


def test_values_are_cut_short_and_bodies_never_echoed():
    text = told({"type": "integer"}, "x" * 10_000)["(whole)"][1]
    assert len(text) < 120
    assert "secret" not in str(told({"type": "integer"}, {"password": "secret"}))


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        ({"pattern": "^[a-z]+$"}, "Hunter-2"),
        ({"enum": ["alpha", "beta"]}, "hunter2"),
        ({"type": "string"}, 20252025),
        ({"maxLength": 3}, "hunter2"),
    ],
)
def test_a_value_that_is_a_password_is_in_no_message(limits, value):
    schema = {"properties": {"secret": {"format": "password", **limits}}}
    (violation,) = Checker(schema).find_violations({"secret": value})
    assert str(value) not in f"{violation} {violation!r}"
    assert violation.got == "…"


def test_alternatives_that_lead_to_alternatives_are_described_within_bounds():
    names = [f"S{i}" for i in range(60)]
    defs = {
        name: {"anyOf": [{"$ref": f"#/$defs/{other}"} for other in names if other > name] or [True]}
        for name in names
    }
    assert describe_schema({"$ref": "#/$defs/S0"}, defs) == "anything"
    nested = {"anyOf": [{"type": "string"}, {"oneOf": [{"type": "integer"}, {"type": "null"}]}]}
    assert describe_schema(nested, {}) == "string or integer or null"
