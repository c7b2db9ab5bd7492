"""Members of a value that are checked apart, by definitions that many roots share.

A root that refers to large definitions would be compiled together with all of them, once for each
operation. The members that a definition describes alone are taken out of it instead.
"""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import Schema, get_definition_name

#: Begins the name under which the arrays of a definition are checked.
ARRAY_PREFIX = "[]"

#: A root that reaches fewer definitions than this is compiled with them.
MIN_DEFINITIONS = 50

#: Stands where a value has no such member.
_ABSENT = object()

#: An array of which nothing else is said.
_ARRAY_KEYWORDS = frozenset(("type", "items"))
_ANNOTATIONS = frozenset(("$schema", "default", "deprecated", "description", "examples", "title"))


class SeparateMember:
    """A member of a value that is checked apart.

    Args:
        path: the properties that lead to it.
        name: of the definition; with `ARRAY_PREFIX` where it describes the items.

    """

    def __init__(self, path: tuple[str, ...], name: str) -> None:
        self.path = path
        self.name = name

    @property
    def definition(self) -> str:
        """The definition's own name."""
        return self.name.removeprefix(ARRAY_PREFIX)

    def wrap(self, value: Any) -> dict[str, Any] | None:
        """Return the member of a value below the name of its definition; None where it is absent.

        What should hold it and is no object is none of its business.
        """
        for name in self.path:
            value = value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT
        return None if value is _ABSENT else {self.name: value}


def split_members(root: Schema) -> tuple[Schema, list[SeparateMember]]:
    """Return a root without the members that definitions describe alone, and these members.

    Together they accept what the root accepts.
    """
    if len(root.get("$defs", ())) < MIN_DEFINITIONS:
        return root, []
    members: list[SeparateMember] = []
    rest = _split_properties(root, (), members)
    return Schema(rest, root.place, root.shared_definitions), members


def _split_properties(
    schema: dict[str, Any], path: tuple[str, ...], members: list[SeparateMember]
) -> dict[str, Any]:
    if "properties" not in schema:
        return schema
    rest: dict[str, Any] = {}
    for name, member in schema["properties"].items():
        definition = _find_definition(member)
        if definition:
            members.append(SeparateMember((*path, name), definition))
            rest[name] = True
        elif isinstance(member, dict):
            rest[name] = _split_properties(member, (*path, name), members)
        else:
            rest[name] = member
    return {**schema, "properties": rest}


def _find_definition(schema: Any) -> str:
    """Return the name of what describes a member alone; "" where more is said of it."""
    if not isinstance(schema, dict):
        return ""
    keywords = schema.keys() - _ANNOTATIONS
    if keywords == {"$ref"}:
        return get_definition_name(schema["$ref"])
    if keywords != _ARRAY_KEYWORDS or schema["type"] != "array":
        return ""
    items = _find_definition(schema["items"])
    return ARRAY_PREFIX + items if items and not items.startswith(ARRAY_PREFIX) else ""
