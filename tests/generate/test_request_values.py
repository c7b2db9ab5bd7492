"""Values of the request in a generated result."""

from __future__ import annotations

import jsonschema_rs
import pytest

from dynclient.generate import copy_request_values


def compile_fast(schema):
    return jsonschema_rs.Draft202012Validator(schema).is_valid


def test_values_that_stay_valid_are_copied_and_nothing_else():
    result = {"id": 1, "name": "name-1", "integrationId": "i-1"}
    is_valid = compile_fast({"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}})

    assert copy_request_values(result, {"name": "Gold", "id": "no", "new": 1}, is_valid) == {
        "id": 1,
        "name": "Gold",
        "integrationId": "i-1",
    }
    assert result["name"] == "name-1"


def test_copying_reaches_into_wrappers_and_the_first_item():
    result = {"total": 1, "profile": {"name": "a"}, "data": [{"name": "b"}, {"name": "c"}]}

    copied = copy_request_values(result, {"name": "Gold"}, lambda _: True)

    assert copied == {
        "total": 1,
        "profile": {"name": "Gold"},
        "data": [{"name": "Gold"}, {"name": "c"}],
    }
    assert copy_request_values([{"name": "a"}], {"name": "Gold"}, lambda _: True) == [
        {"name": "Gold"}
    ]


def test_a_value_that_does_not_fit_whole_is_copied_member_by_member():
    result = {"session": {"state": "open", "id": 1}}
    is_valid = compile_fast(
        {"properties": {"session": {"properties": {"id": {"type": "integer"}}, "maxProperties": 2}}}
    )

    copied = copy_request_values(
        result, {"session": {"state": "closed", "id": "no", "more": 1}}, is_valid
    )

    assert copied == {"session": {"state": "closed", "id": 1}}


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_no_object_changes_nothing(body):
    assert copy_request_values({"name": "a"}, body, lambda _: True) == {"name": "a"}
