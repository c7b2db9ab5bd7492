"""A value described by its schema: its type in words, and the tree of its members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dynclient.model import QUERYSTRING
from dynclient.schema.explain import describe_schema
from dynclient.schema.open_enums import X_EXTENSIBLE_ENUM
from dynclient.schema.readings import walk_in_place
from dynclient.wire.schema_types import SchemaTypes

#: How many levels of members an outline shows.
MAX_DEPTH = 3


@dataclass(frozen=True)
class MemberOutline:
    """A line of an outline.

    Attributes:
        path: where the member is, such as `cartItems[].name`; "(whole)" for a value without any.
        type_text: what its value is, in a few words.
        is_required: whether its object must have it.

    """

    path: str
    type_text: str
    is_required: bool = False


def outline_members(value: SchemaTypes, depth: int = MAX_DEPTH) -> Iterator[MemberOutline]:
    """Yield the members of an object or of an array's items, and their members, to a depth."""
    if not list_member_names(value):
        yield MemberOutline("(whole)", describe_type(value))
    yield from _outline_below(value, "", depth, frozenset())


def _outline_below(
    value: SchemaTypes, prefix: str, depth: int, seen: frozenset[str]
) -> Iterator[MemberOutline]:
    """Yield the members below a path; a type that is described above is not opened again."""
    while value.is_array:
        value, prefix = value.item_types, f"{prefix}[]"
    required_names = find_required_names(value)
    for name in list_member_names(value):
        member = value.find_member_types(name)
        path = f"{prefix}.{name}" if prefix else name
        yield MemberOutline(path, describe_type(member), is_required=name in required_names)
        signature = _describe_recognizably(member)
        if depth > 1 and signature not in seen:
            yield from _outline_below(member, path, depth - 1, seen | {signature})


def _describe_recognizably(member: SchemaTypes) -> str:
    """Return a text by which an object is recognized when it stands in itself."""
    value = member.item_types if member.is_array else member
    return describe_schema(value.schema, value.defs) + ",".join(list_member_names(value))


def describe_type(value: SchemaTypes) -> str:
    """Return what a value has to be; for an array, also what its items are."""
    text = describe_schema(value.schema, value.defs)
    if not text.startswith("array"):
        return text
    items = describe_schema(value.item_types.schema, value.defs)
    if items == "any value":
        return text
    return text.replace("array", f"array of {items}", 1)


def get_location_types(call_schema: dict[str, Any], location: str) -> SchemaTypes:
    """Return the types of a location (path, query, …, body) of a call document."""
    defs = call_schema.get("$defs", {})
    return SchemaTypes(call_schema["properties"].get(location, {}), defs)


def get_argument_types(call_schema: dict[str, Any], location: str, name: str) -> SchemaTypes:
    """Return the types of a parameter or of a property of the body; those of the whole query."""
    group = get_location_types(call_schema, location)
    return group if location == QUERYSTRING else group.find_member_types(name)


def find_required_names(value: SchemaTypes) -> set[str]:
    """Return the names of the members that an object must have."""
    names: set[str] = set()
    for subschema in walk_in_place(value.schema, value.defs, alternatives=False):
        names.update(subschema.get("required", ()))
    return names


def list_member_names(value: SchemaTypes) -> list[str]:
    """Return the names of an object's members, without those that no value may have.

    Such are members that are `readOnly`, in a call.
    """
    names: dict[str, None] = {}
    for subschema in value.subschemas:
        names.update(dict.fromkeys(subschema.get("properties", {})))
    return [name for name in names if not is_forbidden(value.find_member_types(name))]


def is_forbidden(value: SchemaTypes) -> bool:
    """Tell whether no value at all is allowed."""
    return any(subschema.get("not") == {} for subschema in value.subschemas)


def find_description(value: SchemaTypes) -> str:
    """Return the description that the document gives of a value, "" if it gives none."""
    for subschema in value.subschemas:
        if subschema.get("description"):
            return str(subschema["description"])
    return ""


def list_known_values(value: SchemaTypes) -> list[Any]:
    """Return all values that a schema lists, each once; [] if it lists none.

    They are those of `enum` and `const`, and those that an open enum knows.
    """
    values: list[Any] = []
    for subschema in value.subschemas:
        listed = [subschema["const"]] if "const" in subschema else []
        for keyword in ("enum", X_EXTENSIBLE_ENUM):
            found = subschema.get(keyword)
            listed += found if isinstance(found, list) else []
        values += [each for each in listed if each not in values]
    return values


def find_default(types: SchemaTypes) -> Any:
    """Return the default that the document declares; `...` where it declares none."""
    for subschema in types.subschemas:
        if "default" in subschema:
            return subschema["default"]
    return ...
