"""Rule for `required`: some schema should declare each property that an object must have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.names import suggest
from dynclient.plan.document_check.check_context import CheckContext, Visit

#: A schema that is made of more parts than this is not looked at as a whole.
_MAX_PARTS = 200

#: Keywords whose subschemas apply to the same value.
_LISTS_OF_PARTS = ("allOf", "anyOf", "oneOf")
_SINGLE_PARTS = ("if", "then", "else")

#: With one of these, a property may be described elsewhere than in `properties`.
_OTHER_DECLARATIONS = ("patternProperties", "additionalProperties", "$dynamicRef", "$recursiveRef")


class _Composition(NamedTuple):
    """What all schemas that may apply to one value say together.

    Attributes:
        declared: the properties that some of them declare.
        is_open: whether a property may be described elsewhere, or not all schemas are known.

    """

    declared: frozenset[str]
    is_open: bool


def note_required(visit: Visit, context: CheckContext) -> None:
    """Note a schema that requires a property which it does not declare itself, and its parts.

    Whether another schema declares it is known when all schemas have been visited.
    """
    node = visit.node
    for part in _list_parts(node):
        for place in (part, _resolve(part)):
            context.schemas_around.setdefault((place.uri, place.pointer), []).append(node)
    required = node.get_child("required").value
    if not isinstance(required, list):
        return
    own = _list_property_names(node)
    missing = [name for name in required if isinstance(name, str) and name not in own]
    if missing:
        context.incomplete_objects.append((node, tuple(missing)))


def check_required_properties(context: CheckContext) -> None:
    """Report properties that are required and that no schema around or in it declares."""
    for node, missing in context.incomplete_objects:
        composition = _read_composition(node, context)
        undeclared = [name for name in missing if name not in composition.declared]
        if not undeclared or composition.is_open or not composition.declared:
            continue
        names = ", ".join(map(repr, undeclared[:3])) + (" and more" if undeclared[3:] else "")
        verb = "is" if len(undeclared) == 1 else "are"
        text = f"{names} {verb} required, and no schema declares it"
        similar = suggest(undeclared[0], composition.declared, 1)
        hint = f"did you mean {similar[0]!r}?" if similar else "add it to `properties`"
        context.warn(node.get_child("required"), "undeclared-required", text, hint)


def _read_composition(node: Node, context: CheckContext) -> _Composition:
    """Return what the schemas in a schema, and those that are made of it, say together."""
    declared: set[str] = set()
    is_open = False
    pending = [node]
    seen: set[tuple[str, str]] = set()
    while pending:
        part = pending.pop()
        key = (part.uri, part.pointer)
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > _MAX_PARTS:
            return _Composition(frozenset(declared), is_open=True)
        if not isinstance(part.value, dict):
            continue
        declared.update(_list_property_names(part))
        is_open = is_open or _is_described_elsewhere(part)
        pending += _list_parts(part)
        pending += context.schemas_around.get(key, ())
    return _Composition(frozenset(declared), is_open)


def _list_property_names(node: Node) -> list[str]:
    """Return the properties that a schema declares; some documents put them behind a reference."""
    try:
        return node["properties"].member_keys()
    except DocumentError:  # It is reported where it stands.
        return []


def _is_described_elsewhere(node: Node) -> bool:
    value = node.value
    if not isinstance(value, dict):
        return False
    return any(value.get(keyword) not in (None, False) for keyword in _OTHER_DECLARATIONS)


def _list_parts(node: Node) -> Iterator[Node]:
    """Yield the schemas that apply to the same value: a target of a reference, and subschemas."""
    if node.reference is not None:
        yield _resolve(node)
    for keyword in (*_LISTS_OF_PARTS, "dependentSchemas"):
        yield from node.get_child(keyword).iterate_children()
    for keyword in _SINGLE_PARTS:
        if keyword in node.value:
            yield node.get_child(keyword)


def _resolve(node: Node) -> Node:
    """Return what a schema leads to; itself where its reference leads nowhere."""
    try:
        return node.resolve()
    except DocumentError:  # It is reported where it stands.
        return node
