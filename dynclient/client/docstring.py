"""The docstring of an operation."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.client.signature import find_required, list_conjuncts
from dynclient.names import to_snake_case
from dynclient.plan.plan import Plan
from dynclient.schema.explain import describe_schema
from dynclient.wire import media


def build_docstring(plan: Plan) -> str:
    """Return the docstring of an operation: what it does, its arguments, its results."""
    operation, schema = plan.operation, plan.get_call_schema()
    lines = [operation.summary or operation.id, "", f"{operation.method} {operation.path}"]
    if operation.deprecated:
        lines += ["", "Deprecated."]
    if operation.description and operation.description != operation.summary:
        lines += ["", operation.description.strip()]

    required = find_required(schema)
    targets = plan.binder.targets
    arguments = [
        _describe_argument(plan, name, required) for name in plan.argument_names if name in targets
    ]
    if plan.binder.has_body:
        body_schema = schema["properties"].get("body", True)
        text = describe_schema(body_schema, schema.get("$defs", {}))
        arguments.append(f"    body: the whole body, {text}")
    if arguments:
        lines += ["", "Args:", *arguments]

    results = [
        f"    {status}: {_describe_response(response)}"
        for status, response in operation.responses.items()
    ]
    if results:
        lines += ["", "Results:", *results]
    return "\n".join(lines)


def _describe_argument(plan: Plan, name: str, required: set[Any]) -> str:
    location, wire_name = plan.binder.targets[name]
    call_schema = plan.get_call_schema()
    schema: Any = True
    for part in list_conjuncts(call_schema["properties"].get(location), call_schema):
        if wire_name in part.get("properties", {}):
            schema = part["properties"][wire_name]
            break
    text = describe_schema(schema, call_schema.get("$defs", {}))
    line = f"    {to_snake_case(name)} ({location}): {text}"
    if (location, wire_name) in required:
        line += ", required"
    description = str(schema.get("description", "")) if isinstance(schema, dict) else ""
    return f"{line}. {' '.join(description.split())}" if description else line


def _describe_response(response: model.Response) -> str:
    description = " ".join(response.description.split())
    names = ", ".join(media.get_essence(name) for name in response.content)
    return f"{description} ({names})" if names else description
