"""The section of an operation: signature, example, parameters, results, authorization."""

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
from dynclient.client.callable_operations import Operation
from dynclient.client.client import Client
from dynclient.description.described_operation import get_plan
from dynclient.description.operation_description import (
    ArgumentDescription,
    ResultDescription,
    describe_arguments,
    describe_credential_place,
    describe_results,
    get_component_name,
    list_security_schemes,
)
from dynclient.description.operation_signature import format_signature
from dynclient.description.python_text import (
    build_accessor,
    build_call_arguments,
    format_python_call,
)
from dynclient.description.value_outline import (
    describe_type,
    find_description,
    get_location_types,
)
from dynclient.description.value_text import FILLED
from dynclient.errors import DocumentError, UsageError
from dynclient.model import Parameter, RequestBody, Response
from dynclient.names import to_snake_case
from dynclient.wire.message import build_credential_variable
from dynclient.wire.security import format_formula

MAX_COLUMNS = 100

#: The server of examples if the document names none that can be called.
PLACEHOLDER_SERVER = "http://localhost"

MAX_MEMBERS = 60

_PARAMETER_HEADINGS = ("Name", "In", "Type", "Required", "Default", "Description")


def build_operation_section(client: Client, key: str, index: str) -> Iterator[str]:
    """Yield the lines of an operation's section.

    Args:
        client: a client of the document; nothing is sent.
        key: the key of the operation.
        index: the file that explains the security schemes.

    """
    operation = client.operations[key]
    declared = operation.operation
    yield from [f"## {format_code(operation.__name__)}", ""]
    yield from [f"**{declared.method}** {format_code(declared.path)}", ""]
    if operation.deprecated:
        yield from ["**Deprecated.**", ""]
    for text in dict.fromkeys((declared.summary.strip(), declared.description.strip())):
        if text:
            yield from [format_block(text), ""]
    try:
        # All at once: an operation with a part that cannot be read has no half of a description.
        yield from list(_build_details(client, operation, index))
    except DocumentError as error:
        yield f"This operation cannot be used: {escape_literal(error.headline)}"


def _build_details(client: Client, operation: Operation, index: str) -> Iterator[str]:
    accessor = build_accessor(operation.operation)
    signature = format_signature(accessor, operation.__signature__, MAX_COLUMNS)
    responses = operation.operation.responses.values()
    yield from format_code_block(signature, "python")
    yield from ["", "### Example", "", *_build_example(client, operation)]
    yield from ["", "### Parameters", "", *_build_parameters(operation)]
    yield from ["", "### Return type", "", *_build_return_type(operation)]
    yield from ["", "### Authorization", "", *_build_authorization(operation, index)]
    yield from ["", "### HTTP request headers", "", *_build_content_headers(operation)]
    yield from ["", "### HTTP response details", "", *_build_status_table(responses)]


def _build_example(client: Client, operation: Operation) -> Iterator[str]:
    try:
        call = operation.example()
    except UsageError as error:
        yield f"None could be made: {escape_literal(error.headline)}"
        return
    plan = get_plan(operation)
    args, kwargs = build_call_arguments(plan.binder, plan.remove_filled(call))
    accessor = build_accessor(operation.operation)
    yield from format_code_block(format_python_call(accessor, args, kwargs, MAX_COLUMNS), "python")
    on_placeholder = client.with_options(server=PLACEHOLDER_SERVER)[operation.operation.key]
    for sender in (operation, on_placeholder):
        with suppress(UsageError):
            yield from ["", *format_code_block(sender.request(call).curl(), "bash")]
            return


# --- parameters and body


def _build_parameters(operation: Operation) -> Iterator[str]:
    plan = get_plan(operation)
    arguments = describe_arguments(plan, operation.call_schema)
    rows = [_build_parameter_row(argument) for argument in arguments]
    body = operation.operation.request_body
    if body is not None and not plan.list_body_properties():
        rows.append(_build_body_row(operation, body))
    if not rows:
        yield "This operation takes no parameters."
        return
    yield from format_table(_PARAMETER_HEADINGS, rows)
    component_name = _get_body_component_name(operation)
    if component_name and plan.list_body_properties():
        yield ""
        yield (
            f"The body is {format_code(component_name)}: its properties are arguments, "
            "or it is given whole as `body=`."
        )


def _build_parameter_row(argument: ArgumentDescription) -> tuple[str, ...]:
    text = format_inline(find_description(argument.types))
    if argument.is_filled:
        text = f"{FILLED.capitalize()}. {text}".strip()
    if argument.is_deprecated:
        text = f"**Deprecated.** {text}".strip()
    if argument.name != argument.wire_name:
        text = f"{format_code(argument.wire_name)} on the wire. {text}".strip()
    default = ""
    if argument.has_default:
        default = format_code(json.dumps(argument.default, ensure_ascii=False))
    return (
        f"**{format_code(argument.name)}**",
        argument.location,
        _format_type(describe_type(argument.types), argument.component_name),
        _format_yes_no(argument.is_required),
        default,
        text,
    )


def _build_body_row(operation: Operation, body: RequestBody) -> tuple[str, ...]:
    schema = operation.call_schema
    types = get_location_types(schema, "body")
    return (
        "**body**",
        "body",
        _format_type(describe_type(types), _get_body_component_name(operation)),
        _format_yes_no("body" in schema["required"]),
        "",
        format_inline(body.description or find_description(types)),
    )


def _format_yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _get_body_component_name(operation: Operation) -> str:
    entry = get_plan(operation).find_media_type(None)
    return get_component_name(entry.schema) if entry is not None else ""


def _format_type(text: str, component_name: str) -> str:
    if not component_name:
        return format_code(text)
    return f"{format_code(component_name)}, {format_code(text)}"


# --- results, authorization, headers


def _build_return_type(operation: Operation) -> Iterator[str]:
    results = list(describe_results(get_plan(operation)))
    if not results:
        yield "The document declares no success."
    for result in results:
        text = _format_result(result)
        yield f"- {format_code(result.status)}: {text}" if len(results) > 1 else text


def _format_result(result: ResultDescription) -> str:
    type_text = _format_type(result.type_text, result.component_name)
    if not result.member_names:
        return type_text
    members = ", ".join(map(format_code, result.member_names[:MAX_MEMBERS]))
    rest = ", …" if len(result.member_names) > MAX_MEMBERS else ""
    return f"{type_text} with {members}{rest}"


def _build_authorization(operation: Operation, index: str) -> Iterator[str]:
    formula = operation.operation.security
    if not formula:
        yield "No authorization required."
        return
    yield from [f"Needs {escape_literal(format_formula(formula))}.", ""]
    for scheme in list_security_schemes(formula):
        link = f"[{escape_literal(scheme.key)}]({index}#auth-{to_snake_case(scheme.key)})"
        place = format_code(describe_credential_place(scheme))
        variable = format_code(f"${build_credential_variable(scheme.key)}")
        yield f"- {link}: {place}, `credentials=` or {variable}"


def _build_content_headers(operation: Operation) -> Iterator[str]:
    body = operation.operation.request_body
    content_types = list(body.content) if body is not None else []
    accepted: dict[str, None] = {}
    for response in operation.operation.responses.values():
        accepted.update(dict.fromkeys(response.content))
    yield f"- **Content-Type**: {', '.join(map(format_code, content_types)) or 'Not defined'}"
    yield f"- **Accept**: {', '.join(map(format_code, accepted)) or 'Not defined'}"


def _build_status_table(responses: Iterable[Response]) -> list[str]:
    rows = []
    for response in responses:
        status = f"**{format_code(response.status)}**"
        headers = _format_response_headers(response.headers.values())
        rows.append((status, format_inline(response.description), headers))
    return format_table(("Status code", "Description", "Response headers"), rows)


def _format_response_headers(headers: Iterable[Parameter]) -> str:
    texts = []
    for header in headers:
        text = format_code(header.name)
        if header.description:
            text += f": {format_inline(header.description)}"
        texts.append(text)
    return "<br>".join(texts)
