"""A value described by its schema: its type in words, and the tree of its members."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from dynclient.model import QUERYSTRING
from dynclient.schema.schema_text import describe_schema
from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM
from dynclient.wire.schema_types import SchemaTypes

#: How many levels of members an outline shows.
MAX_DEPTH = 4

#: How many lines an outline has at most.
MAX_MEMBERS = 200


@dataclass(frozen=True)
class MemberOutline:
    """A line of an outline.

    Attributes:
        path: where the member is, such as `cartItems[].name`; "(whole)" for a value without any.
        types: what its value may be.
        type_text: the same in a few words.
        is_required: whether its object must have it.
        is_folded: whether it has members that are not shown: of a type that stands above, or too
            deep.

    """

    path: str
    types: SchemaTypes
    type_text: str
    is_required: bool = False
    is_folded: bool = False

    @property
    def description(self) -> str:
        """The description in the document, "" for none."""
        return find_description(self.types)


@dataclass
class _OutlineNode:
    """A member in the making; its own members are opened later, or never."""

    path: str
    types: SchemaTypes
    depth: int
    seen: frozenset[str]
    is_required: bool = False
    signature: str = ""
    members: list[_OutlineNode] = field(default_factory=list)

    @property
    def can_be_opened(self) -> bool:
        """Whether it has members, and is of no type that stands above."""
        return bool(self.signature) and self.signature not in self.seen


def outline_members(value: SchemaTypes, depth: int = MAX_DEPTH) -> list[MemberOutline]:
    """Return the members of an object or of an array's items, and their members, to a depth.

    Where they are too many, the levels below are opened one after the other, the required members
    first, until there are enough. A type that is described above is not opened again.
    """
    root = _OutlineNode("", value, 0, frozenset())
    root.signature = _describe_recognizably(value)
    pending = deque([root])
    count = 0
    while pending:
        node = pending.popleft()
        names = list_member_names(get_objects(node.types))
        if node.depth >= depth or (node is not root and count + len(names) > MAX_MEMBERS):
            continue
        _open_node(node, names)
        count += len(node.members)
        inner = [
            each for each in node.members if each.signature and each.signature not in each.seen
        ]
        pending.extend(sorted(inner, key=lambda each: not each.is_required))
    if not root.members:
        return [MemberOutline("(whole)", value, describe_type(value))]
    return list(islice(_flatten(root), MAX_MEMBERS))


def _open_node(node: _OutlineNode, names: list[str]) -> None:
    """Give a member its own members."""
    prefix = node.path + _write_item_marks(node.types)
    value = get_objects(node.types)
    seen = node.seen | {node.signature}
    for name in names:
        types = value.find_member_types(name)
        path = f"{prefix}.{name}" if prefix else name
        member = _OutlineNode(path, types, node.depth + 1, seen, name in value.required_names)
        if list_member_names(get_objects(types)):
            member.signature = _describe_recognizably(types)
        node.members.append(member)


def _flatten(node: _OutlineNode) -> Iterator[MemberOutline]:
    for member in node.members:
        yield MemberOutline(
            member.path,
            member.types,
            describe_type(member.types),
            is_required=member.is_required,
            is_folded=bool(member.signature) and not member.members,
        )
        yield from _flatten(member)


def _write_item_marks(value: SchemaTypes) -> str:
    """Return `[]` for an array, `[][]` for an array of arrays, "" for any other value."""
    marks = ""
    while value.is_array and len(marks) < len("[]") * MAX_DEPTH:
        value, marks = value.item_types, f"{marks}[]"
    return marks


def get_objects(value: SchemaTypes) -> SchemaTypes:
    """Return the items of an array, or of arrays in an array; any other value itself."""
    for _ in range(MAX_DEPTH):
        if not value.is_array:
            break
        value = value.item_types
    return value


def _describe_recognizably(member: SchemaTypes) -> str:
    """Return a text by which an object is recognized when it stands in itself."""
    value = get_objects(member)
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


class CallTypes:
    """What the locations of a call document may hold. Each location is read once.

    Args:
        call_schema: the schema of the call document.

    """

    def __init__(self, call_schema: dict[str, Any]) -> None:
        self._call_schema = call_schema
        self._locations: dict[str, SchemaTypes] = {}

    def get_location(self, location: str) -> SchemaTypes:
        """Return the types of a location (path, query, …, body)."""
        if location not in self._locations:
            self._locations[location] = get_location_types(self._call_schema, location)
        return self._locations[location]

    def get_argument(self, location: str, name: str) -> SchemaTypes:
        """Return the types of a parameter or of a property of the body.

        Args:
            location: where it is; for `querystring`, the types are those of the whole query.
            name: on the wire.

        """
        group = self.get_location(location)
        return group if location == QUERYSTRING else group.find_member_types(name)


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
