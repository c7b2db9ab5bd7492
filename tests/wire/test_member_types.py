"""What the members of an object may be, where several schemas declare one."""

from __future__ import annotations

from dynclient.wire.schema_types import SchemaTypes

NAMED = {"type": "object", "properties": {"name": {}}, "required": ["name"]}
AGED = {"type": "object", "properties": {"age": {}}, "required": ["age"]}


def find(schema):
    return SchemaTypes(schema, {}).find_member_types("owner")


def declare(schema):
    return {"properties": {"owner": schema}}


def test_what_holds_in_any_case_is_required_of_a_member():
    member = find({"allOf": [declare(NAMED), declare(AGED)]})
    assert member.required_names == {"name", "age"}
    assert member.has_property("name")
    assert member.has_property("age")


def test_what_one_alternative_requires_is_not_required_of_a_member():
    member = find({**declare(NAMED), "anyOf": [declare(AGED), {}]})
    assert member.required_names == {"name"}
    assert member.has_property("age")
    member = find({"oneOf": [declare(NAMED), declare(AGED)]})
    assert member.required_names == frozenset()
    assert member.has_property("name")
    assert member.has_property("age")


def test_one_declaration_is_the_member_itself():
    assert find({"anyOf": [declare(NAMED), {}]}).schema is NAMED
