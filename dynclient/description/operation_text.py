"""All of an operation as lines of text: what `show` prints, and what `help()` adds to arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dynclient.description.command_text import format_command
from dynclient.description.described_operation import get_plan
from dynclient.description.operation_description import (
    describe_arguments,
    describe_credential_place,
    list_security_schemes,
)
from dynclient.description.operation_signature import format_signature
from dynclient.description.python_text import (
    build_accessor,
    build_call_arguments,
    format_python_call,
)
from dynclient.description.text_layout import align_columns, wrap_paragraphs
from dynclient.description.value_outline import (
    describe_type,
    find_description,
    get_location_types,
    get_objects,
    list_member_names,
)
from dynclient.description.value_text import format_members, format_notes, mark_required
from dynclient.display_text import escape_unprintable, format_one_line
from dynclient.errors import DynclientError, UsageError
from dynclient.model import Operation
from dynclient.plan.call_document import Call
from dynclient.wire.message import build_credential_variable
from dynclient.wire.schema_types import SchemaTypes
from dynclient.wire.security import format_formula

NOTE_INDENT = "      "


def format_operation(operation: Any, width: int) -> Iterator[str]:
    """Yield all of an operation: purpose, signature, arguments, body, results, auth, examples.

    Args:
        operation: of a client.
        width: the columns that prose may take.

    """
    yield from _format_heading(operation, width)
    yield from _format_arguments(operation, width)
    yield from _format_body(operation, width)
    yield ""
    yield "Results"
    yield from format_results(operation, "  ", width)
    yield from format_credentials(operation.operation, "")
    pagination = operation.pagination
    if pagination is not None:
        yield ""
        yield f"Pages  {format_one_line(pagination.describe())}"
    yield ""
    yield "Example"
    yield from format_examples(operation, "  ", width)


def _format_heading(operation: Any, width: int) -> Iterator[str]:
    declared = operation.operation
    yield "  ".join(map(format_one_line, declared.heading.split("  ")))
    yield format_one_line(declared.summary) + ("  (deprecated)" if declared.deprecated else "")
    yield ""
    name, signature = operation.__name__, operation.__signature__
    yield from _indent(format_signature(name, signature, width - 2), "  ")
    if declared.description.strip() not in ("", declared.summary.strip()):
        yield ""
        yield from wrap_paragraphs(declared.description, "  ", width)


def _format_arguments(operation: Any, width: int) -> Iterator[str]:
    arguments = describe_arguments(get_plan(operation), operation.call_schema)
    if not arguments:
        return
    rows = [
        (argument.name, argument.location, format_one_line(argument.type_text))
        for argument in arguments
    ]
    yield ""
    yield "Arguments"
    for line, argument in zip(align_columns(rows, "  "), arguments, strict=True):
        yield line
        description = find_description(argument.types)
        yield from format_notes(argument.types, description, indent=NOTE_INDENT, width=width)


def _format_body(operation: Any, width: int) -> Iterator[str]:
    body = operation.operation.request_body
    if body is None:
        return
    schema = operation.call_schema
    media_types = ", ".join(body.content) or "of any media type"
    yield ""
    text = mark_required(media_types, is_required="body" in schema["required"])
    yield f"Body  {format_one_line(text)}"
    topic = f"{operation.operation.key}.body"
    value = get_location_types(schema, "body")
    yield from format_members(value, indent="  ", width=width, topic=topic)


def format_results(operation: Any, indent: str, width: int) -> Iterator[str]:
    """Yield what each status means, and the tree of what a success returns."""
    inner = indent + "    "
    for status, response in operation.operation.responses.items():
        yield f"{indent}{status}  {format_one_line(response.description)}".rstrip()
        for media_type in response.content:
            schema = operation.result_schemas[status, media_type]
            value = SchemaTypes(schema, schema.get("$defs", {}))
            yield f"{inner}{format_one_line(media_type)}: {format_one_line(describe_type(value))}"
        yield from format_result_members(operation, status, f"{inner}  ", width)


def format_result_members(operation: Any, status: str, indent: str, width: int) -> Iterator[str]:
    """Yield the tree of what a success returns; of its first media type that has members."""
    if not status.startswith(("2", "default")):
        return
    for media_type in operation.operation.responses[status].content:
        schema = operation.result_schemas[status, media_type]
        value = SchemaTypes(schema, schema.get("$defs", {}))
        if list_member_names(get_objects(value)):
            topic = f"{operation.operation.key}.{status}"
            yield from format_members(value, indent=indent, width=width, topic=topic)
            return


def format_credentials(operation: Operation, indent: str) -> Iterator[str]:
    """Yield which credentials an operation asks for, and the variables that hold them."""
    formula = operation.security
    yield ""
    yield f"{indent}Auth  {format_one_line(format_formula(formula))}"
    rows = []
    for scheme in list_security_schemes(formula):
        place = format_one_line(describe_credential_place(scheme))
        variable = build_credential_variable(scheme.key)
        rows.append((format_one_line(scheme.key), place, f"${variable}"))
    yield from align_columns(rows, f"{indent}  ")


def format_examples(operation: Any, indent: str, width: int) -> Iterator[str]:
    """Yield a ready call in Python, for the command line, and in curl."""
    try:
        call = operation.example()
        plan = get_plan(operation)
        shown = plan.remove_filled(call)
        args, kwargs = build_call_arguments(plan.binder, shown)
        accessor = build_accessor(operation.operation)
        python_text = format_python_call(accessor, args, kwargs, width - 2)
        texts = [python_text, *_format_loops(operation, shown, width - 2)]
        texts.append(format_command(plan, operation.call_schema, shown))
        texts.append(operation.request(call).curl())
    except UsageError as error:
        yield f"{indent}none: {error.headline}"
        return
    except DynclientError as error:
        yield f"{indent}none: {format_one_line(str(error))}"
        return
    for index, text in enumerate(texts):
        if index:
            yield ""
        yield from _indent(escape_unprintable(text, keep="\n"), indent)


def _format_loops(operation: Any, call: Call, width: int) -> Iterator[str]:
    """Yield loops over the items of pages and of a stream, where an operation has some."""
    plan, accessor = get_plan(operation), build_accessor(operation.operation)
    pagination = operation.pagination
    if pagination is not None and pagination.is_usable:
        first = _leave_out(call, pagination.parameter or "")
        args, kwargs = build_call_arguments(plan.binder, first)
        text = format_python_call(f"{accessor}.items", args, kwargs, width)
        yield f"for item in {text}:\n    print(item)"
    if plan.stream_accept is not None:
        args, kwargs = build_call_arguments(plan.binder, call)
        text = format_python_call(f"{accessor}.stream", args, kwargs, width)
        yield f"with {text} as items:\n    for item in items:\n        print(item)"


def _leave_out(call: Call, pointer: str) -> Call:
    """Return a call without the argument at a place such as `/query/page`."""
    location, _, name = pointer.removeprefix("/").partition("/")
    part = call.get(location)
    if not isinstance(part, Mapping):
        return call
    kept = {key: value for key, value in part.items() if key != name}
    return Call({**call, location: kept})


def _indent(text: str, indent: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield indent + line
