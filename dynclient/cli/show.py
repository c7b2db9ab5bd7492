"""`dynclient show`: everything a caller wants to know about one operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dynclient.cli import document_option

if TYPE_CHECKING:
    from dynclient.client.client import Operation
    from dynclient.wire.schema_types import SchemaTypes

#: How many lines the outline of a value may take.
MAX_LINES = 40


@click.command("show")
@click.argument("operation", shell_complete=document_option.complete_operation_names)
@document_option.add_spec_option
def command(operation: str, spec: str | None) -> None:
    """Show all of an OPERATION.

    Signature, arguments, body, results, auth, and an example in Python and in curl.
    """
    from dynclient.cli.terminal_output import print_block
    from dynclient.client.client import Client

    client = Client(document_option.load_document(spec))
    for line in _format_operation(client[operation]):
        print_block(line)


def _format_operation(operation: Operation) -> Iterator[str]:
    yield from _format_heading(operation)
    yield from _format_arguments(operation)
    yield from _format_body(operation)
    yield from _format_results(operation)
    yield from _format_auth(operation)
    yield from _format_examples(operation)


def _format_heading(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import format_one_line, get_width, wrap_prose
    from dynclient.description.operation_signature import format_signature

    declared = operation.operation
    yield "  ".join(map(format_one_line, declared.heading.split("  ")))
    yield format_one_line(declared.summary) + ("  (deprecated)" if operation.deprecated else "")
    yield ""
    name, signature = operation.__name__, operation.__signature__
    yield from _indent(format_signature(name, signature, get_width() - 2), "  ")
    if declared.description.strip() not in ("", declared.summary.strip()):
        yield ""
        yield from wrap_prose(declared.description, "  ")


def _format_arguments(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import align_columns, format_one_line, wrap_prose
    from dynclient.description.operation_description import describe_arguments
    from dynclient.description.value_outline import describe_type, find_description

    plan = operation._plan  # noqa: SLF001 (the plan describes the operation)
    arguments = describe_arguments(plan, operation.call_schema)
    if not arguments:
        return
    rows = []
    for argument in arguments:
        type_text = _mark_required(describe_type(argument.types), argument.is_required)
        rows.append((argument.name, argument.location, format_one_line(type_text)))
    yield ""
    yield "Arguments"
    for line, argument in zip(align_columns(rows, "  "), arguments, strict=True):
        yield line
        yield from wrap_prose(find_description(argument.types), "      ")


def _format_body(operation: Operation) -> Iterator[str]:
    from dynclient.description.value_outline import get_location_types

    body = operation.operation.request_body
    if body is None:
        return
    schema = operation.call_schema
    media_types = ", ".join(body.content) or "of any media type"
    yield ""
    yield f"Body  {_mark_required(media_types, 'body' in schema['required'])}"
    yield from _format_outline(get_location_types(schema, "body"))


def _format_outline(value: SchemaTypes, depth: int | None = None) -> Iterator[str]:
    """Yield the members of a value, with those of their members, as aligned lines."""
    from dynclient.cli.terminal_output import align_columns, format_one_line
    from dynclient.description.value_outline import MAX_DEPTH, outline_members

    rows = []
    for member in outline_members(value, depth or MAX_DEPTH):
        type_text = _mark_required(member.type_text, member.is_required)
        rows.append((format_one_line(member.path), format_one_line(type_text)))
    yield from align_columns(rows[:MAX_LINES], "  ")
    if len(rows) > MAX_LINES:
        yield f"  … and {len(rows) - MAX_LINES} more"


def _format_results(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import format_one_line
    from dynclient.description.value_outline import describe_type, list_member_names
    from dynclient.wire.schema_types import SchemaTypes

    yield ""
    yield "Results"
    for status, response in operation.operation.responses.items():
        yield f"  {status}  {format_one_line(response.description)}"
        for media_type in response.content:
            schema = operation.result_schemas[status, media_type]
            value = SchemaTypes(schema, schema.get("$defs", {}))
            yield f"      {format_one_line(media_type)}: {format_one_line(describe_type(value))}"
            objects = value.item_types if value.is_array else value
            if status.startswith("2") and list_member_names(objects):
                for line in _format_outline(objects, depth=1):
                    yield f"      {line}"


def _format_auth(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import align_columns, format_one_line
    from dynclient.description.operation_description import (
        describe_credential_place,
        list_security_schemes,
    )
    from dynclient.wire.message import build_credential_variable
    from dynclient.wire.security import format_formula

    formula = operation.operation.security
    yield ""
    yield f"Auth  {format_one_line(format_formula(formula))}"
    rows = []
    for scheme in list_security_schemes(formula):
        place = format_one_line(describe_credential_place(scheme))
        variable = build_credential_variable(scheme.key)
        rows.append((format_one_line(scheme.key), place, f"${variable}"))
    yield from align_columns(rows, "  ")


def _format_examples(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import get_width
    from dynclient.description.python_text import (
        build_accessor,
        build_call_arguments,
        format_python_call,
    )
    from dynclient.errors import UsageError

    yield ""
    yield "Example"
    try:
        call = operation.example()
        binder = operation._plan.binder  # noqa: SLF001 (it knows the names of the arguments)
        args, kwargs = build_call_arguments(binder, call)
        accessor = build_accessor(operation.operation)
        yield from _indent(format_python_call(accessor, args, kwargs, get_width() - 2), "  ")
        yield ""
        yield from _indent(operation.request(call).curl(), "  ")
    except UsageError as error:
        yield f"  none: {error.headline}"


def _mark_required(text: str, is_required: bool) -> str:
    return f"{text}, required" if is_required else text


def _indent(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        yield indent + line
