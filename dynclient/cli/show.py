"""`dynclient show`: everything a caller wants to know of one operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dynclient.cli import choice

if TYPE_CHECKING:
    from dynclient.client.client import Client, Operation
    from dynclient.wire.shapes import Shape

#: How deep the outline of a value goes, and how many lines it may take.
MAX_DEPTH = 3
MAX_LINES = 40


@click.command("show")
@click.argument("operation", shell_complete=choice.operation_names)
@choice.spec_option
def command(operation: str, spec: str | None) -> None:
    """Show all of an OPERATION.

    Signature, arguments, body, results, auth, and an example in Python and in curl.
    """
    from dynclient.client.client import Client

    client = Client(choice.document(spec))
    shown = client[operation]
    for section in (_top, _arguments, _body, _results, _auth):
        for line in section(shown):
            click.echo(line)
    for line in _examples(client, shown):
        click.echo(line)


def _top(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import one_line, prose

    about = operation.operation
    yield f"{one_line(about.id)}  {about.method} {one_line(about.path)}"
    yield one_line(about.summary) + ("  (deprecated)" if operation.deprecated else "")
    yield ""
    yield from _signature(operation)
    if about.description.strip() not in ("", about.summary.strip()):
        yield ""
        yield from prose(about.description, "  ")


def _signature(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import width
    from dynclient.docs.written import signature

    yield from (
        f"  {line}" for line in signature(operation.__name__, operation, width() - 2).splitlines()
    )


def _arguments(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import aligned, one_line, prose
    from dynclient.docs import facts

    found = facts.arguments(operation)
    if not found:
        return
    rows = [
        (a.name, a.location, one_line(facts.wanted(a.shape) + (", required" if a.required else "")))
        for a in found
    ]
    yield ""
    yield "Arguments"
    for line, argument in zip(aligned(rows, "  "), found, strict=True):
        yield line
        yield from prose(facts.about(argument.shape), "      ")


def _body(operation: Operation) -> Iterator[str]:
    from dynclient.docs.facts import located

    body = operation.operation.request_body
    if body is None:
        return
    schema = operation.call_schema
    required = ", required" if "body" in schema["required"] else ""
    yield ""
    yield f"Body  {', '.join(body.content) or 'of any media type'}{required}"
    yield from _outline(located(schema, "body"))


def _outline(shape: Shape, depth: int = MAX_DEPTH) -> Iterator[str]:
    """Yield the members of a value, with those of their members, as aligned lines."""
    from dynclient.cli.render import aligned, one_line

    rows = [
        (one_line(name), one_line(wanted))
        for name, wanted in _members(shape, "", depth, frozenset())
    ]
    yield from aligned(rows[:MAX_LINES], "  ")
    if len(rows) > MAX_LINES:
        yield f"  … and {len(rows) - MAX_LINES} more"


def _members(
    shape: Shape, above: str, depth: int, seen: frozenset[int]
) -> Iterator[tuple[str, str]]:
    """Yield (path, what it wants) of each member of an object, or of an array's items, down to a depth."""
    from dynclient.docs.facts import names, required, wanted
    from dynclient.schema.explain import described

    if not above and not names(shape):
        yield "(whole)", wanted(shape)
    if shape.is_array:
        yield from _members(shape.item, f"{above}[]", depth, seen)
        return
    needed = required(shape)
    for name in names(shape):
        member = shape.member(name)
        path = f"{above}.{name}" if above else name
        yield path, wanted(member) + (", required" if name in needed else "")
        inner = member.item if member.is_array else member
        mark = hash(described(inner.schema, inner.defs) + ",".join(names(inner)))
        if depth > 1 and mark not in seen:
            yield from _members(member, path, depth - 1, seen | {mark})


def _results(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import one_line
    from dynclient.docs.facts import names, wanted
    from dynclient.wire.shapes import Shape

    yield ""
    yield "Results"
    schemas = operation.result_schemas
    for status, response in operation.operation.responses.items():
        yield f"  {status}  {one_line(response.description)}"
        for name in response.content:
            schema = schemas[status, name]
            shape = Shape(schema, schema.get("$defs", {}))
            yield f"      {one_line(name)}: {one_line(wanted(shape))}"
            if status.startswith("2"):
                inner = shape.item if shape.is_array else shape
                yield from (f"      {line}" for line in _outline(inner, 1)) if names(inner) else ()


def _auth(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import aligned, one_line
    from dynclient.docs.facts import carried, schemes
    from dynclient.wire.message import environment_name
    from dynclient.wire.security import written

    formula = operation.operation.security
    yield ""
    yield f"Auth  {one_line(written(formula))}"
    rows = (
        (one_line(s.key), one_line(carried(s)), f"${environment_name(s.key)}")
        for s in schemes(formula)
    )
    yield from aligned(rows, "  ")


def _examples(client: Client, operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import width
    from dynclient.docs.written import accessor, python_call, spelled
    from dynclient.errors import UsageError

    yield ""
    yield "Example"
    try:
        call = operation.example()
        args, kwargs = spelled(operation, call)
        python = python_call(accessor(client, operation), args, kwargs, width() - 2)
        yield from (f"  {line}" for line in python.splitlines())
        yield ""
        yield from (f"  {line}" for line in operation.request(call).curl().splitlines())
    except UsageError as error:
        yield f"  none: {error.headline}"
