"""`dynclient show`: everything a caller wants to know of one operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import choice

if TYPE_CHECKING:
    from dynclient.client.client import Operation
    from dynclient.model import SecurityScheme
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

    shown = Client(choice.document(spec))[operation]
    for section in (_top, _arguments, _body, _results, _auth, _examples):
        for line in section(shown):
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

    parameters = operation.__signature__.parameters.values()
    flat = f"  {operation.__name__}{operation.__signature__}"
    if len(flat) <= width():
        yield flat
        return
    yield f"  {operation.__name__}("
    star = False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            star = True
            yield "      *,"
        yield f"      {parameter},"
    yield "  )"


def _arguments(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import aligned, one_line, prose
    from dynclient.names import snake_case

    binder, schema = operation._plan.binder, operation.call_schema  # noqa: SLF001 (the compiled operation knows)
    rows, texts = [], []
    for name in (name for name in binder.names if name in binder.targets):
        location, wire = binder.targets[name]
        shape = _located(schema, location).member(wire)
        if _is_refused(shape):
            continue
        required = wire in _required(_located(schema, location))
        wanted = _wanted(shape) + (", required" if required else "")
        rows.append((snake_case(name), location, one_line(wanted)))
        texts.append(_about(shape))
    if not rows:
        return
    yield ""
    yield "Arguments"
    for line, text in zip(aligned(rows, "  "), texts, strict=True):
        yield line
        yield from prose(text, "      ")


def _located(schema: dict[str, Any], location: str) -> Shape:
    from dynclient.wire.shapes import Shape

    return Shape(schema["properties"].get(location, {}), schema.get("$defs", {}))


def _required(shape: Shape) -> set[str]:
    from dynclient.schema.readings import in_place

    parts = in_place(shape.schema, shape.defs, alternatives=False)
    return {name for part in parts for name in part.get("required", ())}


def _about(shape: Shape) -> str:
    return next((str(part["description"]) for part in shape.parts if part.get("description")), "")


def _body(operation: Operation) -> Iterator[str]:
    body = operation.operation.request_body
    if body is None:
        return
    schema = operation.call_schema
    required = ", required" if "body" in schema["required"] else ""
    yield ""
    yield f"Body  {', '.join(body.content) or 'of any media type'}{required}"
    yield from _outline(_located(schema, "body"))


def _outline(shape: Shape, depth: int = MAX_DEPTH) -> Iterator[str]:
    """Yield the members of a value, with those of their members, as aligned lines."""
    from dynclient.cli.render import aligned, one_line

    rows = [(one_line(name), one_line(wanted)) for name, wanted in _members(shape, "", depth, frozenset())]
    yield from aligned(rows[:MAX_LINES], "  ")
    if len(rows) > MAX_LINES:
        yield f"  … and {len(rows) - MAX_LINES} more"


def _members(shape: Shape, above: str, depth: int, seen: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Yield (path, what it wants) of each member of an object, or of an array's items, down to a depth."""
    from dynclient.schema.explain import described

    if not above and not _names(shape):
        yield "(whole)", _wanted(shape)
    if shape.is_array:
        yield from _members(shape.item, f"{above}[]", depth, seen)
        return
    required = _required(shape)
    for name in _names(shape):
        member = shape.member(name)
        path = f"{above}.{name}" if above else name
        yield path, _wanted(member) + (", required" if name in required else "")
        inner = member.item if member.is_array else member
        mark = hash(described(inner.schema, inner.defs) + ",".join(_names(inner)))
        if depth > 1 and mark not in seen:
            yield from _members(member, path, depth - 1, seen | {mark})


def _names(shape: Shape) -> list[str]:
    """Return the names of an object's members, without those that may never be given here (`readOnly` in a call)."""
    names = dict.fromkeys(name for part in shape.parts for name in part.get("properties", {}))
    return [name for name in names if not _is_refused(shape.member(name))]


def _is_refused(shape: Shape) -> bool:
    return any(part.get("not") == {} for part in shape.parts)


def _wanted(shape: Shape) -> str:
    """Return what a value has to be, of an array also what its items are."""
    from dynclient.schema.explain import described

    text = described(shape.schema, shape.defs)
    items = described(shape.item.schema, shape.defs) if text.startswith("array") else "any value"
    return text if items == "any value" else text.replace("array", f"array of {items}", 1)


def _results(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import one_line
    from dynclient.wire.shapes import Shape

    yield ""
    yield "Results"
    schemas = operation.result_schemas
    for status, response in operation.operation.responses.items():
        yield f"  {status}  {one_line(response.description)}"
        for name in response.content:
            schema = schemas[status, name]
            shape = Shape(schema, schema.get("$defs", {}))
            yield f"      {one_line(name)}: {one_line(_wanted(shape))}"
            if status.startswith("2"):
                inner = shape.item if shape.is_array else shape
                yield from (f"      {line}" for line in _outline(inner, 1)) if _names(inner) else ()


def _auth(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import aligned
    from dynclient.wire.message import environment_name
    from dynclient.wire.security import written

    formula = operation.operation.security
    schemes = {r.scheme.key: r.scheme for requirements in formula for r in requirements}
    yield ""
    yield f"Auth  {written(formula)}"
    yield from aligned(((key, _carried(scheme), f"${environment_name(key)}") for key, scheme in schemes.items()), "  ")


def _carried(scheme: SecurityScheme) -> str:
    from dynclient.cli.render import one_line

    if scheme.type == "apiKey":
        return one_line(f"apiKey in {scheme.location} {scheme.name}")
    return one_line(f"{scheme.type} {scheme.scheme}")


def _examples(operation: Operation) -> Iterator[str]:
    from dynclient.cli.render import width
    from dynclient.cli.written import arguments, python_call
    from dynclient.errors import UsageError

    yield ""
    yield "Example"
    try:
        call = operation.example()
        args, kwargs = arguments(operation, call)
        python = python_call(f"client.{operation.__name__}", args, kwargs, width() - 2)
        yield from (f"  {line}" for line in python.splitlines())
        yield ""
        yield from (f"  {line}" for line in operation.request(call).curl().splitlines())
    except UsageError as error:
        yield f"  none: {error.headline}"
