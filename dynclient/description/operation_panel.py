"""Clients and operations as panels of a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dynclient.commonmark_html import build_description
from dynclient.description.described_operation import get_plan
from dynclient.description.operation_description import describe_arguments
from dynclient.description.operation_signature import format_signature
from dynclient.description.operation_text import format_credentials, format_examples
from dynclient.description.value_outline import (
    describe_type,
    find_description,
    get_location_types,
    get_objects,
    list_known_values,
    list_member_names,
    outline_members,
)
from dynclient.description.value_text import mark_required
from dynclient.display_text import format_count
from dynclient.errors import DynclientError
from dynclient.html_elements import Markup, element, join_children
from dynclient.model import Document, Operation
from dynclient.notebook_panel import (
    build_code,
    build_filter_box,
    build_panel,
    build_section,
    build_table,
)
from dynclient.schema.schema_text import MAX_LISTED_VALUES
from dynclient.violations import shorten_repr
from dynclient.wire.schema_types import SchemaTypes

#: How many columns code takes.
WIDTH = 88

#: A client with more operations shows its tags folded.
MAX_OPEN_OPERATIONS = 60

WITHOUT_TAG = "without a tag"
FILTER_LABEL = "filter operations"


def build_client_panel(document: Document, tags: Mapping[str, Iterable[str]]) -> str:
    """Return the operations of a client by tag, with a box that filters them.

    Args:
        document: of the client.
        tags: the keys of the operations of each tag.

    """
    tagged = {tag: [document.operations[key] for key in keys] for tag, keys in tags.items()}
    seen = {operation.key for operations in tagged.values() for operation in operations}
    others = [each for key, each in document.operations.items() if key not in seen]
    facts = [str(document.info.get("version") or "")]
    facts += [server.url for server in document.servers[:1]]
    facts.append(format_count(len(document.operations), "operation"))
    if document.problems:
        facts.append(format_count(len(document.problems), "problem"))
    subtitle = " · ".join(filter(None, facts))
    sections = _build_tag_sections({**tagged, WITHOUT_TAG: others})
    return build_panel(document.title, subtitle, build_filter_box(FILTER_LABEL), *sections)


def build_tags_panel(tagged: Mapping[str, list[Operation]]) -> str:
    """Return the operations of each tag."""
    title = format_count(len(tagged), "tag")
    return build_panel(title, "", build_filter_box(FILTER_LABEL), *_build_tag_sections(tagged))


def _build_tag_sections(tagged: Mapping[str, list[Operation]]) -> list[Markup]:
    """Return a section for each tag that has operations, open where they are few."""
    keys = {operation.key for operations in tagged.values() for operation in operations}
    is_open = len(keys) <= MAX_OPEN_OPERATIONS
    return [
        _build_operation_section(tag, operations, is_open=is_open)
        for tag, operations in tagged.items()
        if operations
    ]


def _build_operation_section(title: str, operations: list[Operation], *, is_open: bool) -> Markup:
    rows = [_build_operation_row(operation) for operation in operations]
    return build_section(f"{title} ({len(rows)})", build_table((), rows), is_open=is_open)


def _build_operation_row(operation: Operation) -> list[Markup | str]:
    name = element("code", operation.python_name, class_="old" if operation.deprecated else "")
    return [name, f"{operation.method} {operation.path}", operation.summary]


def build_operations_panel(operations: list[Operation]) -> str:
    """Return operations as a table."""
    rows = [_build_operation_row(operation) for operation in operations]
    title = format_count(len(operations), "operation")
    return build_panel(title, "", build_filter_box(FILTER_LABEL), build_table((), rows))


def build_operation_panel(operation: Any) -> str:
    """Return an operation of a client: arguments, body, results, credentials, examples."""
    declared: Operation = operation.operation
    subtitle = declared.summary + ("  (deprecated)" if declared.deprecated else "")
    try:
        parts = _build_operation_parts(operation)
    except DynclientError as error:
        parts = [build_code(f"This operation cannot be used: {error}")]
    return build_panel(declared.heading, subtitle, *parts)


def _build_operation_parts(operation: Any) -> list[Markup]:
    declared: Operation = operation.operation
    name, signature = operation.__name__, operation.__signature__
    parts = [build_code(format_signature(name, signature, WIDTH))]
    if declared.description:
        parts.append(build_description(declared.description))
    arguments = describe_arguments(get_plan(operation), operation.call_schema)
    if arguments:
        rows = [
            (
                element("code", argument.name),
                argument.location,
                argument.type_text,
                _describe(argument.types),
            )
            for argument in arguments
        ]
        headers = ("argument", "in", "type", "description")
        parts.append(build_section("Arguments", build_table(headers, rows)))
    if declared.request_body is not None:
        body = get_location_types(operation.call_schema, "body")
        parts.append(build_section("Body", _build_member_table(body), is_open=False))
    parts.append(build_section("Results", *_build_results(operation)))
    parts.append(build_code("\n".join(format_credentials(declared, "")).strip()))
    examples = "\n".join(format_examples(operation, "", WIDTH))
    parts.append(build_section("Example", build_code(examples)))
    return parts


def _build_results(operation: Any) -> list[Markup]:
    parts = []
    for status, response in operation.operation.responses.items():
        parts.append(
            element(
                "div",
                element("b", status),
                build_description(response.description),
                class_="status",
            )
        )
        for media_type in response.content:
            schema = operation.result_schemas[status, media_type]
            value = SchemaTypes(schema, schema.get("$defs", {}))
            title = f"{media_type}: {describe_type(value)}"
            if list_member_names(get_objects(value)):
                parts.append(build_section(title, _build_member_table(value), is_open=False))
            else:
                parts.append(element("p", title))
    return parts


def _build_member_table(value: SchemaTypes) -> Markup:
    rows = [
        (
            element("code", member.path),
            mark_required(member.type_text, is_required=member.is_required),
            _describe(member.types),
        )
        for member in outline_members(value)
    ]
    return build_table((), rows)


def _describe(types: SchemaTypes) -> Markup:
    """Return the description of a value, and all its values where the type folds them."""
    text = build_description(find_description(types))
    values = list_known_values(types.item_types if types.is_array else types)
    if len(values) <= MAX_LISTED_VALUES:
        return text
    return join_children([text, element("p", "values: " + ", ".join(map(shorten_repr, values)))])
