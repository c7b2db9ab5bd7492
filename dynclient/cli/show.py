"""`dynclient show`: everything a caller wants to know of one operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dynclient.cli import document_option

if TYPE_CHECKING:
    from dynclient.client.client import Client, Operation
    from dynclient.wire.schema_types import SchemaTypes

#: How deep the outline of a value goes, and how many lines it may take.
MAX_DEPTH = 3
MAX_LINES = 40


@click.command("show")
@click.argument("operation", shell_complete=document_option.complete_operation_names)
@document_option.add_spec_option
def command(operation: str, spec: str | None) -> None:
    """Show all of an OPERATION.

    Signature, arguments, body, results, auth, and an example in Python and in curl.
    """
    from dynclient.client.client import Client

    client = Client(document_option.load_document(spec))
    shown = client[operation]
    for section in (
        _format_heading,
        _format_arguments,
        _format_body,
        _format_results,
        _format_auth,
    ):
        for line in section(shown):
            click.echo(line)
    for line in _format_examples(client, shown):
        click.echo(line)


def _format_heading(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import format_one_line, wrap_prose

    about = operation.operation
    yield f"{format_one_line(about.id)}  {about.method} {format_one_line(about.path)}"
    yield format_one_line(about.summary) + ("  (deprecated)" if operation.deprecated else "")
    yield ""
    yield from _format_signature_lines(operation)
    if about.description.strip() not in ("", about.summary.strip()):
        yield ""
        yield from wrap_prose(about.description, "  ")


def _format_signature_lines(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import get_width
    from dynclient.description.python_text import format_signature

    yield from (
        f"  {line}"
        for line in format_signature(operation.__name__, operation, get_width() - 2).splitlines()
    )


def _format_arguments(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import align_columns, format_one_line, wrap_prose
    from dynclient.description import operation_facts

    found = operation_facts.describe_arguments(operation)
    if not found:
        return
    rows = [
        (
            a.name,
            a.location,
            format_one_line(
                operation_facts.describe_type(a.shape) + (", required" if a.is_required else "")
            ),
        )
        for a in found
    ]
    yield ""
    yield "Arguments"
    for line, argument in zip(align_columns(rows, "  "), found, strict=True):
        yield line
        yield from wrap_prose(operation_facts.find_description(argument.shape), "      ")


def _format_body(operation: Operation) -> Iterator[str]:
    from dynclient.description.operation_facts import get_location_shape

    body = operation.operation.request_body
    if body is None:
        return
    schema = operation.call_schema
    required = ", required" if "body" in schema["required"] else ""
    yield ""
    yield f"Body  {', '.join(body.content) or 'of any media type'}{required}"
    yield from _format_outline(get_location_shape(schema, "body"))


def _format_outline(shape: SchemaTypes, depth: int = MAX_DEPTH) -> Iterator[str]:
    """Yield the members of a value, with those of their members, as aligned lines."""
    from dynclient.cli.terminal_output import align_columns, format_one_line

    rows = [
        (format_one_line(name), format_one_line(wanted))
        for name, wanted in _iterate_members(shape, "", depth, frozenset())
    ]
    yield from align_columns(rows[:MAX_LINES], "  ")
    if len(rows) > MAX_LINES:
        yield f"  … and {len(rows) - MAX_LINES} more"


def _iterate_members(
    shape: SchemaTypes, above: str, depth: int, seen: frozenset[int]
) -> Iterator[tuple[str, str]]:
    """Yield (path, what it wants) of each member of an object, or of an array's items, down to a depth."""
    from dynclient.description.operation_facts import (
        describe_type,
        find_required_names,
        list_member_names,
    )
    from dynclient.schema.explain import describe_schema

    if not above and not list_member_names(shape):
        yield "(whole)", describe_type(shape)
    if shape.is_array:
        yield from _iterate_members(shape.item_types, f"{above}[]", depth, seen)
        return
    needed = find_required_names(shape)
    for name in list_member_names(shape):
        member = shape.find_member_types(name)
        path = f"{above}.{name}" if above else name
        yield path, describe_type(member) + (", required" if name in needed else "")
        inner = member.item_types if member.is_array else member
        mark = hash(describe_schema(inner.schema, inner.defs) + ",".join(list_member_names(inner)))
        if depth > 1 and mark not in seen:
            yield from _iterate_members(member, path, depth - 1, seen | {mark})


def _format_results(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import format_one_line
    from dynclient.description.operation_facts import describe_type, list_member_names
    from dynclient.wire.schema_types import SchemaTypes

    yield ""
    yield "Results"
    schemas = operation.result_schemas
    for status, response in operation.operation.responses.items():
        yield f"  {status}  {format_one_line(response.description)}"
        for name in response.content:
            schema = schemas[status, name]
            shape = SchemaTypes(schema, schema.get("$defs", {}))
            yield f"      {format_one_line(name)}: {format_one_line(describe_type(shape))}"
            if status.startswith("2"):
                inner = shape.item_types if shape.is_array else shape
                yield from (
                    (f"      {line}" for line in _format_outline(inner, 1))
                    if list_member_names(inner)
                    else ()
                )


def _format_auth(operation: Operation) -> Iterator[str]:
    from dynclient.cli.terminal_output import align_columns, format_one_line
    from dynclient.description.operation_facts import (
        describe_credential_place,
        list_security_schemes,
    )
    from dynclient.wire.message import build_credential_variable
    from dynclient.wire.security import format_formula

    formula = operation.operation.security
    yield ""
    yield f"Auth  {format_one_line(format_formula(formula))}"
    rows = (
        (
            format_one_line(s.key),
            format_one_line(describe_credential_place(s)),
            f"${build_credential_variable(s.key)}",
        )
        for s in list_security_schemes(formula)
    )
    yield from align_columns(rows, "  ")


def _format_examples(client: Client, operation: Operation) -> Iterator[str]:
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
        args, kwargs = build_call_arguments(operation, call)
        python = format_python_call(
            build_accessor(client, operation), args, kwargs, get_width() - 2
        )
        yield from (f"  {line}" for line in python.splitlines())
        yield ""
        yield from (f"  {line}" for line in operation.request(call).curl().splitlines())
    except UsageError as error:
        yield f"  none: {error.headline}"
