"""A topic of a document by its name, as lines of text: an operation, a schema, or a part of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.client.client import BaseClient
from dynclient.client.operation_lookup import build_not_found_error
from dynclient.description.operation_text import format_operation
from dynclient.description.value_outline import (
    describe_type,
    find_description,
    get_location_types,
    get_objects,
    list_member_names,
)
from dynclient.description.value_text import format_members, format_notes
from dynclient.display_text import format_one_line
from dynclient.document.references import Node
from dynclient.errors import OperationNotFound
from dynclient.names import suggest, to_snake_case
from dynclient.plan.binder import LOCATION_GROUPS
from dynclient.wire.schema_types import SchemaTypes

#: How many parts a topic has at most.
MAX_PARTS = 100


def format_topic(client: BaseClient[Any], topic: str, width: int) -> Iterator[str]:
    """Yield what a document says of a topic.

    Args:
        client: of the document.
        topic: an operation by any of its names, a schema by its name, or a part of either:
            `Order.lines`, `createOrder.body.lines`, `createOrder.200.lines`.
        width: the columns that prose may take.

    Raises:
        OperationNotFound: the document has no such topic.

    """
    if topic in client:
        yield from format_operation(client[topic], width)
        return
    types = find_topic_types(client, topic)
    yield f"{format_one_line(topic)}: {format_one_line(describe_type(types))}"
    yield from format_notes(types, find_description(types), indent="  ", width=width)
    objects = get_objects(types)
    if list_member_names(objects):
        yield ""
        shown_topic = topic.replace("[]", "")
        yield from format_members(objects, indent="  ", width=width, topic=shown_topic)


def list_schema_names(client: BaseClient[Any]) -> list[str]:
    """Return the names of the schemas of a document."""
    members = client.document.top.iterate_resolved_members("components", "schemas")
    return [name for name, _ in members]


def list_part_names(client: BaseClient[Any], topic: str) -> list[str]:
    """Return the names of the parts of a topic: those of a schema, or the parts of an operation.

    Args:
        client: of the document.
        topic: as `format_topic` takes it; one that does not exist has no parts.

    """
    if topic in client:
        operation = client[topic]
        statuses = dict.fromkeys(status for status, _ in operation.result_schemas)
        locations = [name for name in operation.call_schema["properties"] if name != "media_type"]
        return [*locations, *statuses]
    try:
        types = find_topic_types(client, topic)
    except OperationNotFound:
        return []
    return list_member_names(get_objects(types))


def find_topic_types(client: BaseClient[Any], topic: str) -> SchemaTypes:
    """Return what the value of a topic may be.

    Raises:
        OperationNotFound: the document has no such topic.

    """
    parts = topic.replace("[]", "").split(".")[:MAX_PARTS]
    schema_names = list_schema_names(client)
    for length in range(len(parts), 0, -1):
        start, rest = ".".join(parts[:length]), parts[length:]
        if start in schema_names:
            node = client.document.top["components"]["schemas"].get_child(start)
            return _go_into(topic, _translate(client, node), rest)
        if start in client and rest:
            return _find_in_operation(client[start], topic, rest)
    known = [*client.operations, *schema_names]
    if len(parts) > 1:
        raise _build_unknown_part(topic, parts[0], known)
    raise build_not_found_error(client.document, topic, known)


def _translate(client: BaseClient[Any], node: Node) -> SchemaTypes:
    schemas = client._compiled.schemas  # noqa: SLF001 (the schemas of its document)
    schema = schemas.translate(node, "response")
    return SchemaTypes(schema, schemas.get_dialect("response").defs)


def _find_in_operation(operation: Any, topic: str, parts: list[str]) -> SchemaTypes:
    """Return the types of a part of an operation: body, a location, a status, or an argument."""
    first, rest = parts[0], parts[1:]
    for (status, _), schema in operation.result_schemas.items():
        if status == first:
            return _go_into(topic, SchemaTypes(schema, schema.get("$defs", {})), rest)
    schema = operation.call_schema
    if first in (*LOCATION_GROUPS, "body") and first in schema["properties"]:
        return _go_into(topic, get_location_types(schema, first), rest)
    for location in schema["properties"]:
        types = get_location_types(schema, location)
        name = _find_member(types, first)
        if name:
            return _go_into(topic, types.find_member_types(name), rest)
    raise _build_unknown_part(topic, first, [*schema["properties"]])


def _go_into(topic: str, types: SchemaTypes, parts: list[str]) -> SchemaTypes:
    for part in parts:
        types = get_objects(types)
        name = _find_member(types, part)
        if not name:
            raise _build_unknown_part(topic, part, list_member_names(types))
        types = types.find_member_types(name)
    return types


def _find_member(types: SchemaTypes, name: str) -> str:
    """Return the member of a name, also in the spelling of Python; "" for none."""
    names = list_member_names(types)
    if name in names:
        return name
    return next((each for each in names if to_snake_case(each) == name), "")


def _build_unknown_part(topic: str, part: str, known: list[str]) -> OperationNotFound:
    suggestions = tuple(suggest(part, known))
    hint = f"did you mean {' or '.join(suggestions)}?" if suggestions else None
    return OperationNotFound(
        f"{topic!r}: there is no {part!r}", hint=hint, suggestions=suggestions, name=topic
    )
