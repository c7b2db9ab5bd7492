"""The docstring of an operation, which `help()` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.description.described_operation import get_plan
from dynclient.description.operation_signature import find_required_places
from dynclient.description.operation_text import (
    format_credentials,
    format_examples,
    format_result_members,
)
from dynclient.description.value_outline import (
    CallTypes,
    describe_type,
    find_description,
    get_objects,
    list_member_names,
)
from dynclient.description.value_text import format_members, format_notes, mark_required
from dynclient.display_text import escape_unprintable
from dynclient.model import QUERYSTRING, Operation, Response
from dynclient.names import to_snake_case
from dynclient.plan.binder import MemberTarget
from dynclient.plan.plan import Plan
from dynclient.schema.schema_text import describe_schema
from dynclient.wire import media
from dynclient.wire.schema_types import SchemaTypes

INDENT = "    "

#: The columns that prose in a docstring takes.
WIDTH = 88


def build_docstring(operation: Any, media_type: str | None = None) -> str:
    """Return the docstring of an operation: purpose, arguments, results, credentials, examples.

    Args:
        operation: of a client.
        media_type: of the body; None: the preferred one.

    """
    plan: Plan = get_plan(operation)
    lines = _describe_purpose(plan.operation)
    arguments = list(_describe_arguments(plan, media_type))
    if arguments:
        lines += ["", "Args:", *arguments]
    results: list[str] = []
    for status, response in plan.operation.responses.items():
        results.append(f"{INDENT}{status}: {_describe_response(response)}")
        results += format_result_members(operation, status, INDENT * 2, WIDTH)
    if results:
        lines += ["", "Results:", *results]
    lines += format_credentials(plan.operation, "")
    lines += ["", "Example:", *format_examples(operation, INDENT, WIDTH)]
    return escape_unprintable("\n".join(lines), keep="\n\t")


def build_short_docstring(plan: Plan) -> str:
    """Return a docstring without members, credentials and examples: what types do not say.

    Args:
        plan: of the operation.

    """
    lines = _describe_purpose(plan.operation)
    arguments = list(_describe_arguments(plan, None, has_members=False))
    if arguments:
        lines += ["", "Args:", *arguments]
    results = [
        f"{INDENT}{status}: {_describe_response(response)}"
        for status, response in plan.operation.responses.items()
    ]
    if results:
        lines += ["", "Results:", *results]
    return "\n".join(lines)


def _describe_purpose(operation: Operation) -> list[str]:
    lines = [operation.summary or operation.id, "", f"{operation.method} {operation.path}"]
    if operation.deprecated:
        lines += ["", "Deprecated."]
    if operation.description and operation.description != operation.summary:
        lines += ["", operation.description.strip()]
    return lines


def _describe_arguments(
    plan: Plan, media_type: str | None, *, has_members: bool = True
) -> Iterator[str]:
    call_schema = plan.get_call_schema(media_type)
    binder = plan.get_binder(media_type)
    call_types = CallTypes(call_schema)
    required_places = find_required_places(plan, call_schema)
    for name in plan.list_argument_names(media_type):
        place = binder.targets.get(name)
        if place is not None:
            is_required, is_filled = place in required_places, place in plan.filled_places
            yield _describe_argument(
                call_types, name, place, is_required=is_required, is_filled=is_filled
            )
            if has_members:
                yield from _describe_members(plan, name, call_types.get_argument(*place))
        member = binder.get_member(name)
        if place is None and member is not None:
            yield _describe_member(call_types, name, member)
            if has_members:
                owner = call_types.get_argument(member.location, member.parameter)
                yield from _describe_members(plan, name, owner.find_member_types(member.member))
    if binder.has_body:
        body_schema = call_schema["properties"].get("body", True)
        body_text = describe_schema(body_schema, call_schema.get("$defs", {}))
        yield f"{INDENT}body: the whole body, {body_text}"


def _describe_members(plan: Plan, name: str, types: SchemaTypes) -> Iterator[str]:
    """Yield all values of an argument if its line folds them, and the tree of its members."""
    indent = INDENT * 2
    yield from format_notes(types, "", indent=indent, width=WIDTH)
    if list_member_names(get_objects(types)):
        topic = f"{plan.operation.key}.{name}"
        yield from format_members(types, indent=indent, width=WIDTH, topic=topic)


def _describe_argument(
    call_types: CallTypes, name: str, place: tuple[str, str], *, is_required: bool, is_filled: bool
) -> str:
    location, wire_name = place
    group = call_types.get_location(location)
    is_whole = location == QUERYSTRING
    schema = group.schema if is_whole else group.declared_members.get(wire_name, True)
    type_text = mark_required(
        describe_schema(schema, group.defs), is_required=is_required, is_filled=is_filled
    )
    text = f"{INDENT}{to_snake_case(name)} ({location}): {type_text}"
    description = str(schema.get("description", "")) if isinstance(schema, dict) else ""
    return f"{text}. {' '.join(description.split())}" if description else text


def _describe_member(call_types: CallTypes, name: str, target: MemberTarget) -> str:
    parameter = call_types.get_argument(target.location, target.parameter)
    types = parameter.find_member_types(target.member)
    place = f"{target.location}, member of {target.parameter}"
    text = f"{INDENT}{to_snake_case(name)} ({place}): {describe_type(types)}"
    description = " ".join(find_description(types).split())
    return f"{text}. {description}" if description else text


def _describe_response(response: Response) -> str:
    description = " ".join(response.description.split())
    media_types = ", ".join(map(media.get_essence, response.content))
    return f"{description} ({media_types})" if media_types else description
