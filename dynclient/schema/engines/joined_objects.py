"""One object in place of those parts of an `allOf` that only describe properties.

The fast engine goes through the properties of a value once for each part. Documents that make
objects of other ones, by `allOf` and references, have many such parts.
"""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import X_SERIALIZATION, get_definition_name
from dynclient.schema.readings import Definitions

#: Keywords that say nothing about what is valid.
ANNOTATIONS = frozenset(
    (
        "default",
        "deprecated",
        "description",
        "discriminator",
        "examples",
        "readOnly",
        "title",
        "writeOnly",
        "x-extensible-enum",
        X_SERIALIZATION,
    )
)

#: Objects of more parts, and those with more schemas and lists in their properties, stay apart:
#: what is joined is a copy.
MAX_PARTS = 20
MAX_COPIED_NODES = 100

#: How many references and parts may lead to a part.
MAX_DEPTH = 8

_OWN_KEYWORDS = ("type", "properties", "required")
_PART_KEYWORDS = frozenset((*_OWN_KEYWORDS, "allOf", "additionalProperties"))
_SCALAR_TYPES = frozenset((str, int, float, bool))


def join_objects(schema: dict[str, Any], defs: Definitions) -> dict[str, Any]:
    """Return a schema that accepts the same values, with one object for parts of its `allOf`.

    Parts that say more than which properties an object has stay as they are.

    Args:
        schema: a schema of our dialect; it is returned itself where nothing can be joined.
        defs: the definitions that its references name.

    """
    objects: list[dict[str, Any]] = []
    others: list[Any] = []
    for part in schema.get("allOf", ()):
        found = _list_objects(part, defs, MAX_DEPTH)
        if found is None:
            others.append(part)
        else:
            objects += found
    if not objects:
        return schema
    own = {key: schema[key] for key in _OWN_KEYWORDS if key in schema}
    if _is_open_object(schema):
        rest = {key: value for key, value in schema.items() if key not in own and key != "allOf"}
        objects.insert(0, own)
    else:
        # It says something of all properties that do not stand beside it.
        rest = {key: value for key, value in schema.items() if key != "allOf"}
    if not _can_be_copied(objects):
        return schema
    joined = _join(objects)
    if not _is_open_object(schema):
        return {**rest, "allOf": [joined, *others]}
    return {**rest, **joined, "allOf": others} if others else {**rest, **joined}


def _is_open_object(schema: dict[str, Any]) -> bool:
    """Tell whether more properties may stand beside those of a schema, if it is of an object."""
    is_object = schema.get("type", "object") == "object"
    return is_object and schema.get("additionalProperties", True) is True


def _list_objects(
    schema: Any, defs: Definitions, remaining_depth: int
) -> list[dict[str, Any]] | None:
    """Return the objects that a part consists of; None where it says more than properties."""
    if not isinstance(schema, dict) or remaining_depth == 0:
        return None
    keywords = schema.keys() - ANNOTATIONS
    if keywords == {"$ref"}:
        target = defs.get(get_definition_name(schema["$ref"]))
        return _list_objects(target, defs, remaining_depth - 1)
    if not keywords <= _PART_KEYWORDS or not _is_open_object(schema):
        return None
    objects = [schema]
    for part in schema.get("allOf", ()):
        found = _list_objects(part, defs, remaining_depth - 1)
        if found is None or len(objects) + len(found) > MAX_PARTS:
            return None
        objects += found
    return objects


def _can_be_copied(objects: list[dict[str, Any]]) -> bool:
    """Tell whether what objects say of their properties is little enough."""
    pending: list[Any] = [part.get("properties", {}) for part in objects]
    count = 0
    while pending:
        count += 1
        if count > MAX_COPIED_NODES:
            return False
        node = pending.pop()
        members = node.values() if isinstance(node, dict) else node
        pending += [member for member in members if isinstance(member, dict | list)]
    return True


def _join(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one object in place of several."""
    joined: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    required: dict[str, None] = {}
    for part in objects:
        joined.update({key: part[key] for key in ("type", "additionalProperties") if key in part})
        required |= dict.fromkeys(part.get("required", ()))
        for name, member in part.get("properties", {}).items():
            properties[name] = _join_members(properties.get(name, True), member)
    if properties:
        joined["properties"] = properties
    if required:
        joined["required"] = list(required)
    return joined


def _join_members(first: Any, second: Any) -> Any:
    """Return what holds for a property of which two objects say something."""
    if first is True or first is second:
        return second
    if second is True or _are_same_scalars(first, second):
        return first
    return {"allOf": [first, second]}


def _are_same_scalars(first: Any, second: Any) -> bool:
    """Tell whether two schemas have the same keywords, whose values are texts and numbers."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return False
    keywords = first.keys() - ANNOTATIONS
    if keywords != second.keys() - ANNOTATIONS:
        return False
    # 1 and True are equal in Python, and no JSON value is both.
    kinds = [(type(first[key]), type(second[key])) for key in keywords]
    if any(one is not other or one not in _SCALAR_TYPES for one, other in kinds):
        return False
    return all(first[key] == second[key] for key in keywords)
