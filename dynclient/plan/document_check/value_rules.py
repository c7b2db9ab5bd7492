"""Rules for the values in a document: examples, defaults and enums fit their own schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.model import has_items
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.schema.dialect import Direction, Schema
from dynclient.schema.engines.engine import Checker
from dynclient.violations import Violation, shorten_repr
from dynclient.wire import media, media_types
from dynclient.wire.schema_types import SchemaTypes

#: Keywords that judge no value, or that the check of an `enum` leaves out.
_NOT_OF_ENUM = (
    *("enum", "const", "title", "description", "format", "default", "examples", "deprecated"),
    *("readOnly", "writeOnly", "discriminator", "contentEncoding", "contentMediaType"),
)

#: Where the named schemas of a document stand, by version.
_COMPONENTS = ("/components/schemas/", "/definitions/")


def check_translation(visit: Visit, context: CheckContext) -> None:
    """Translate a schema that is inside no other one; what cannot be translated is reported."""
    direction = visit.direction or "response"
    is_component = visit.node.pointer.startswith(_COMPONENTS)
    if visit.is_root and is_component:
        context.schemas.get_dialect(direction).translate_component(visit.node)
    elif visit.is_root:
        context.schemas.translate(visit.node, direction)


def check_schema_values(visit: Visit, context: CheckContext) -> None:
    """Report a default and examples of a schema that do not fit it, and members of its `enum`."""
    node = visit.node
    if "default" in node.value:
        place = node.get_child("default")
        _check_values([place], node, visit.direction, "invalid-default", context)
    examples = [node.get_child("example")] if "example" in node.value else []
    listed = node.get_child("examples")
    if isinstance(listed.value, list):
        examples += listed.iterate_children()
    elif listed.value is not None:
        text = "`examples` of a schema must be a list of values; it is ignored"
        context.warn(listed, "invalid-keyword", text)
    _check_values(examples, node, visit.direction, "invalid-example", context)
    members = [node.get_child("const")] if "const" in node.value else []
    members += node.get_child("enum").iterate_children()
    if members:
        _check_members(visit, members, context)


def check_media_type_examples(visit: Visit, context: CheckContext) -> None:
    """Report examples of a media type that do not fit its schema.

    Only JSON has the form of its schema; other examples may be the text that is sent.
    """
    name = visit.node.pointer.rpartition("/")[2].replace("~1", "/")
    examples = list(_list_examples(visit.node))
    if media.is_composed(name) or media_types.is_range(name):
        examples = [example for example in examples if not isinstance(example.value, str)]
    elif not media_types.takes_json(name):
        return
    schema = visit.node.get_child("schema")
    _check_values(examples, schema, visit.direction, "invalid-example", context)


def check_item_fields(visit: Visit, context: CheckContext) -> None:
    """Report what is said of items where a body has none, and encodings of both kinds.

    Source: OAS 3.2.0 Media Type Object.
    """
    node = visit.node
    owner, _, key = node.pointer.rpartition("/")
    name = key.replace("~1", "/")
    if owner.endswith("/content") and not has_items(name):
        for field in ("itemSchema", "prefixEncoding", "itemEncoding"):
            if field in node.value:
                text = f"`{field}` has no effect: a body of {name} is not made of items"
                hint = "give the schema of the whole body as `schema`"
                context.warn(node.get_child(field), "ignored-field", text, hint)
    has_positions = "prefixEncoding" in node.value or "itemEncoding" in node.value
    if has_positions and "encoding" in node.value:
        text = "`encoding` is for parts with names, and cannot stand beside those by position"
        context.warn(node.get_child("encoding"), "ignored-field", text, "remove one of them")


def check_parameter_examples(visit: Visit, context: CheckContext) -> None:
    """Report examples of a parameter or header that do not fit its schema.

    An array or object may be given as the text that is sent.
    """
    schema = visit.node.get_child("schema")
    examples = list(_list_examples(visit.node))
    if not schema or not examples:
        return
    translated = context.schemas.translate(schema, visit.direction or "request")
    if _allows_collections(translated, context, visit.direction or "request"):
        examples = [example for example in examples if not isinstance(example.value, str)]
    _check_values(examples, schema, visit.direction, "invalid-example", context)


def _allows_collections(schema: Any, context: CheckContext, direction: Direction) -> bool:
    defs = context.schemas.get_dialect(direction).defs
    return bool({"array", "object"} & set(SchemaTypes(schema, defs).types))


def _list_examples(node: Node) -> Iterator[Node]:
    """Yield the values of `example` and `examples` of a parameter, header or media type."""
    if "example" in node.value:
        yield node.get_child("example")
    for child in node.follow_child("examples").iterate_children():
        try:
            example = child.resolve()
        except DocumentError:  # It is reported where it stands.
            continue
        for name in ("dataValue", "value"):
            if isinstance(example.value, dict) and name in example.value:
                yield example.get_child(name)


def check_example_values(
    examples: list[Node], schema: Node, direction: Direction | None, context: CheckContext
) -> None:
    """Report the first of some examples that does not fit a schema."""
    _check_values(examples, schema, direction, "invalid-example", context)


def _check_values(
    values: list[Node],
    schema: Node,
    direction: Direction | None,
    code: str,
    context: CheckContext,
) -> None:
    """Report the first of some values that does not fit a schema.

    Where the values may travel both ways, one that fits one way is right: a request lacks what is
    `readOnly`, and a response what is `writeOnly`.
    """
    if not values or not schema:
        return
    directions: tuple[Direction, ...] = (direction,) if direction else ("response", "request")
    checkers = [_build_checker(schema, each, context) for each in directions]
    for value in values:
        if any(checker.accepts(value.value) for checker in checkers):
            continue
        noun = "the default" if code == "invalid-default" else "an example"
        text = f"{noun} does not fit its schema"
        violations = checkers[0].find_violations(value.value)
        if violations:
            text += f": {_describe_violation(violations[0])}"
        context.warn(value, code, text)
        return


def _build_checker(schema: Node, direction: Direction, context: CheckContext) -> Checker:
    translated = context.schemas.translate(schema, direction)
    return Checker(context.schemas.bundle(translated, direction, "consumer"))


def _describe_violation(violation: Violation) -> str:
    """Return a violation in words; a value that is wrong as a whole needs no path."""
    return violation.message if not violation.path else str(violation)


def _check_members(visit: Visit, members: list[Node], context: CheckContext) -> None:
    """Report members of an `enum`, and a `const`, that the other keywords exclude."""
    direction = visit.direction or "response"
    schema = context.schemas.translate(visit.node, direction)
    if not isinstance(schema, dict):
        return
    rest = {key: value for key, value in schema.items() if key not in _NOT_OF_ENUM}
    if not rest:
        return
    checker = Checker(context.schemas.bundle(Schema(rest, schema.place), direction, "consumer"))
    wrong = [member for member in members if not checker.accepts(member.value)]
    if wrong:
        keyword = wrong[0].pointer[len(visit.node.pointer) :].split("/")[1]
        shown = ", ".join(shorten_repr(member.value) for member in wrong[:3])
        text = f"the `{keyword}` allows what the rest of the schema excludes: {shown}"
        if wrong[3:]:
            text += " and more"
        context.warn(visit.node.get_child(keyword), "invalid-enum", text)
