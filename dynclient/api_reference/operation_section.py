"""The section of an operation: signature, example, parameters, return type, authorization, headers, statuses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress

from dynclient.api_reference.markdown_text import (
    escape_literal,
    format_block,
    format_code,
    format_code_block,
    format_inline,
    format_table,
)
from dynclient.client.client import Client, Operation
from dynclient.description.operation_facts import (
    ArgumentDescription,
    describe_arguments,
    describe_credential_place,
    describe_results,
    describe_type,
    find_description,
    get_component_name,
    get_location_shape,
    list_security_schemes,
)
from dynclient.description.python_text import (
    build_accessor,
    build_call_arguments,
    format_python_call,
    format_signature,
)
from dynclient.errors import DocumentError, UsageError
from dynclient.model import Parameter, Response
from dynclient.names import to_snake_case
from dynclient.wire.message import build_credential_variable
from dynclient.wire.security import format_formula

MAX_COLUMNS = 100

#: The server of examples where the document names none that can be called, as the generated SDKs have it.
PLACEHOLDER_SERVER = "http://localhost"

MAX_MEMBERS = 60


def build_operation_section(client: Client, key: str, index: str) -> Iterator[str]:
    """Yield the lines of an operation's section.

    Args:
        client: of the document; nothing is sent.
        key: of the operation.
        index: the file that explains the security schemes.

    """
    operation = client.operations[key]
    about_it = operation.operation
    yield from [f"## {format_code(operation.__name__)}", ""]
    yield from [f"**{about_it.method}** {format_code(about_it.path)}", ""]
    if operation.deprecated:
        yield from ["**Deprecated.**", ""]
    for text in dict.fromkeys((about_it.summary.strip(), about_it.description.strip())):
        if text:
            yield from [format_block(text), ""]
    try:
        # All at once: an operation with a part that cannot be read has no half of a description.
        yield from list(_build_details(client, operation, index))
    except DocumentError as error:
        yield f"This operation cannot be used: {escape_literal(error.headline)}"


def _build_details(client: Client, operation: Operation, index: str) -> Iterator[str]:
    yield from format_code_block(
        format_signature(build_accessor(client, operation), operation, MAX_COLUMNS), "python"
    )
    yield from ["", "### Example", "", *_build_example(client, operation)]
    yield from ["", "### Parameters", "", *_build_parameters(operation)]
    yield from ["", "### Return type", "", *_build_return_type(operation)]
    yield from ["", "### Authorization", "", *_build_authorization(operation, index)]
    yield from ["", "### HTTP request headers", "", *_build_content_headers(operation)]
    yield from [
        "",
        "### HTTP response details",
        "",
        *_build_status_table(operation.operation.responses.values()),
    ]


def _build_example(client: Client, operation: Operation) -> Iterator[str]:
    try:
        call = operation.example()
    except UsageError as error:
        yield f"None could be made: {escape_literal(error.headline)}"
        return
    args, kwargs = build_call_arguments(operation, call)
    yield from format_code_block(
        format_python_call(build_accessor(client, operation), args, kwargs, MAX_COLUMNS), "python"
    )
    nowhere = client.with_options(server=PLACEHOLDER_SERVER)[operation.operation.key]
    for sender in (operation, nowhere):
        with suppress(UsageError):
            yield from ["", *format_code_block(sender.request(call).curl(), "bash")]
            return


def _build_parameters(operation: Operation) -> Iterator[str]:
    rows = [_build_parameter_row(argument) for argument in describe_arguments(operation)]
    body = operation.operation.request_body
    if body is not None and not operation._plan.body_property_names:  # noqa: SLF001 (the compiled operation knows)
        schema = operation.call_schema
        shape = get_location_shape(schema, "body")
        text = format_inline(body.description or find_description(shape))
        rows.append(
            (
                "**body**",
                "body",
                _format_type(describe_type(shape), _get_body_component_name(operation)),
                _format_yes_no("body" in schema["required"]),
                "",
                text,
            )
        )
    if not rows:
        yield "This operation takes no parameters."
        return
    yield from format_table(("Name", "In", "Type", "Required", "Default", "Description"), rows)
    if name := _get_body_component_name(operation):
        yield from (
            [
                "",
                f"The body is {format_code(name)}: its properties are arguments, or it is given whole as `body=`.",
            ]
            if (
                operation._plan.body_property_names  # noqa: SLF001 (the compiled operation knows)
            )
            else []
        )


def _build_parameter_row(argument: ArgumentDescription) -> tuple[str, ...]:
    text = format_inline(find_description(argument.shape))
    if argument.is_deprecated:
        text = f"**Deprecated.** {text}".strip()
    if argument.name != argument.wire_name:
        text = f"{format_code(argument.wire_name)} on the wire. {text}".strip()
    default = (
        format_code(json.dumps(argument.default, ensure_ascii=False))
        if argument.has_default
        else ""
    )
    return (
        f"**{format_code(argument.name)}**",
        argument.location,
        _format_type(describe_type(argument.shape), argument.component_name),
        _format_yes_no(argument.is_required),
        default,
        text,
    )


def _format_yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _get_body_component_name(operation: Operation) -> str:
    entry = operation._plan.find_media_type(None)  # noqa: SLF001 (the compiled operation knows)
    return get_component_name(entry.schema) if entry is not None else ""


def _format_type(text: str, name: str) -> str:
    return f"{format_code(name)}, {format_code(text)}" if name else format_code(text)


def _build_return_type(operation: Operation) -> Iterator[str]:
    found = list(describe_results(operation))
    if not found:
        yield "The document declares no success."
    for one in found:
        lead = f"{format_code(one.status)}: " if len(found) > 1 else ""
        members = ", ".join(format_code(name) for name in one.member_names[:MAX_MEMBERS])
        rest = ", …" if len(one.member_names) > MAX_MEMBERS else ""
        yield f"{'- ' if lead else ''}{lead}{_format_type(one.type_text, one.component_name)}" + (
            f" with {members}{rest}" if members else ""
        )


def _build_authorization(operation: Operation, index: str) -> Iterator[str]:
    formula = operation.operation.security
    if not formula:
        yield "No authorization required."
        return
    yield from [f"Needs {escape_literal(format_formula(formula))}.", ""]
    for scheme in list_security_schemes(formula):
        link = f"[{escape_literal(scheme.key)}]({index}#auth-{to_snake_case(scheme.key)})"
        yield f"- {link}: {format_code(describe_credential_place(scheme))}, `credentials=` or {format_code('$' + build_credential_variable(scheme.key))}"


def _build_content_headers(operation: Operation) -> Iterator[str]:
    body = operation.operation.request_body
    sent = ", ".join(format_code(name) for name in body.content) if body is not None else ""
    came = dict.fromkeys(
        name for response in operation.operation.responses.values() for name in response.content
    )
    yield f"- **Content-Type**: {sent or 'Not defined'}"
    yield f"- **Accept**: {', '.join(map(format_code, came)) or 'Not defined'}"


def _build_status_table(responses: Iterable[Response]) -> list[str]:
    rows = [
        (
            f"**{format_code(r.status)}**",
            format_inline(r.description),
            _format_response_headers(r.headers.values()),
        )
        for r in responses
    ]
    return format_table(("Status code", "Description", "Response headers"), rows)


def _format_response_headers(headers: Iterable[Parameter]) -> str:
    return "<br>".join(
        f"{format_code(h.name)}{': ' if h.description else ''}{format_inline(h.description)}"
        for h in headers
    )
