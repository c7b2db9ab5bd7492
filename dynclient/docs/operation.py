"""The section of an operation: signature, example, parameters, return type, authorization, headers, statuses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress

from dynclient.client.client import Client, Operation
from dynclient.docs.facts import (
    Argument,
    about,
    arguments,
    carried,
    located,
    model,
    returned,
    schemes,
    wanted,
)
from dynclient.docs.markdown import block, code, fenced, inline, literal, table
from dynclient.docs.written import accessor, python_call, signature, spelled
from dynclient.errors import DocumentError, UsageError
from dynclient.model import Parameter, Response
from dynclient.names import snake_case
from dynclient.wire.message import environment_name
from dynclient.wire.security import written

WIDTH = 100

#: The server of examples where the document names none that can be called, as the generated SDKs have it.
NOWHERE = "http://localhost"

MAX_MEMBERS = 60


def section(client: Client, key: str, index: str) -> Iterator[str]:
    """Yield the lines of an operation's section.

    Args:
        client: of the document; nothing is sent.
        key: of the operation.
        index: the file that explains the security schemes.

    """
    operation = client.operations[key]
    about_it = operation.operation
    yield from [f"## {code(operation.__name__)}", ""]
    yield from [f"**{about_it.method}** {code(about_it.path)}", ""]
    if operation.deprecated:
        yield from ["**Deprecated.**", ""]
    for text in dict.fromkeys((about_it.summary.strip(), about_it.description.strip())):
        if text:
            yield from [block(text), ""]
    try:
        # All at once: an operation with a part that cannot be read has no half of a description.
        yield from list(_details(client, operation, index))
    except DocumentError as error:
        yield f"This operation cannot be used: {literal(error.headline)}"


def _details(client: Client, operation: Operation, index: str) -> Iterator[str]:
    yield from fenced(signature(accessor(client, operation), operation, WIDTH), "python")
    yield from ["", "### Example", "", *_example(client, operation)]
    yield from ["", "### Parameters", "", *_parameters(operation)]
    yield from ["", "### Return type", "", *_return_type(operation)]
    yield from ["", "### Authorization", "", *_authorization(operation, index)]
    yield from ["", "### HTTP request headers", "", *_headers(operation)]
    yield from [
        "",
        "### HTTP response details",
        "",
        *_statuses(operation.operation.responses.values()),
    ]


def _example(client: Client, operation: Operation) -> Iterator[str]:
    try:
        call = operation.example()
    except UsageError as error:
        yield f"None could be made: {literal(error.headline)}"
        return
    args, kwargs = spelled(operation, call)
    yield from fenced(python_call(accessor(client, operation), args, kwargs, WIDTH), "python")
    nowhere = client.with_options(server=NOWHERE)[operation.operation.key]
    for sender in (operation, nowhere):
        with suppress(UsageError):
            yield from ["", *fenced(sender.request(call).curl(), "bash")]
            return


def _parameters(operation: Operation) -> Iterator[str]:
    rows = [_row(argument) for argument in arguments(operation)]
    body = operation.operation.request_body
    if body is not None and not operation._plan.body_names:  # noqa: SLF001 (the compiled operation knows)
        schema = operation.call_schema
        shape = located(schema, "body")
        text = inline(body.description or about(shape))
        rows.append(
            (
                "**body**",
                "body",
                _type(wanted(shape), _body_model(operation)),
                _yes("body" in schema["required"]),
                "",
                text,
            )
        )
    if not rows:
        yield "This operation takes no parameters."
        return
    yield from table(("Name", "In", "Type", "Required", "Default", "Description"), rows)
    if name := _body_model(operation):
        yield from (
            [
                "",
                f"The body is {code(name)}: its properties are arguments, or it is given whole as `body=`.",
            ]
            if (
                operation._plan.body_names  # noqa: SLF001 (the compiled operation knows)
            )
            else []
        )


def _row(argument: Argument) -> tuple[str, ...]:
    text = inline(about(argument.shape))
    if argument.deprecated:
        text = f"**Deprecated.** {text}".strip()
    if argument.name != argument.wire:
        text = f"{code(argument.wire)} on the wire. {text}".strip()
    default = code(json.dumps(argument.default, ensure_ascii=False)) if argument.has_default else ""
    return (
        f"**{code(argument.name)}**",
        argument.location,
        _type(wanted(argument.shape), argument.model),
        _yes(argument.required),
        default,
        text,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _body_model(operation: Operation) -> str:
    entry = operation._plan.entry(None)  # noqa: SLF001 (the compiled operation knows)
    return model(entry.schema) if entry is not None else ""


def _type(text: str, name: str) -> str:
    return f"{code(name)}, {code(text)}" if name else code(text)


def _return_type(operation: Operation) -> Iterator[str]:
    found = list(returned(operation))
    if not found:
        yield "The document declares no success."
    for one in found:
        lead = f"{code(one.status)}: " if len(found) > 1 else ""
        members = ", ".join(code(name) for name in one.members[:MAX_MEMBERS])
        rest = ", …" if len(one.members) > MAX_MEMBERS else ""
        yield f"{'- ' if lead else ''}{lead}{_type(one.text, one.model)}" + (
            f" with {members}{rest}" if members else ""
        )


def _authorization(operation: Operation, index: str) -> Iterator[str]:
    formula = operation.operation.security
    if not formula:
        yield "No authorization required."
        return
    yield from [f"Needs {literal(written(formula))}.", ""]
    for scheme in schemes(formula):
        link = f"[{literal(scheme.key)}]({index}#auth-{snake_case(scheme.key)})"
        yield f"- {link}: {code(carried(scheme))}, `credentials=` or {code('$' + environment_name(scheme.key))}"


def _headers(operation: Operation) -> Iterator[str]:
    body = operation.operation.request_body
    sent = ", ".join(code(name) for name in body.content) if body is not None else ""
    came = dict.fromkeys(
        name for response in operation.operation.responses.values() for name in response.content
    )
    yield f"- **Content-Type**: {sent or 'Not defined'}"
    yield f"- **Accept**: {', '.join(map(code, came)) or 'Not defined'}"


def _statuses(responses: Iterable[Response]) -> list[str]:
    rows = [
        (f"**{code(r.status)}**", inline(r.description), _response_headers(r.headers.values()))
        for r in responses
    ]
    return table(("Status code", "Description", "Response headers"), rows)


def _response_headers(headers: Iterable[Parameter]) -> str:
    return "<br>".join(
        f"{code(h.name)}{': ' if h.description else ''}{inline(h.description)}" for h in headers
    )
