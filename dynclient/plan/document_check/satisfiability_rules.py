"""Rule for schemas that are made of others: some value should fit all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from dynclient.document.references import Node
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.plan.document_check.overlap_finder import OverlapFinder
from dynclient.schema.dialect import UNION_KEYWORDS, Direction, Schema, get_definition_name
from dynclient.schema.readings import Definitions
from dynclient.schema.schema_text import name_schema

#: How many parts of one schema are looked at pair by pair, for the message.
_MAX_PARTS = 12

_HINT = "loosen one of them, or make them alternatives of `anyOf`"
_TYPE_HINT = "give `type` the types of the alternatives too, or leave it out"
_REPEATED_HINT = "list it once; `anyOf` lets several alternatives fit"
_CLOSED_HINT = (
    "`additionalProperties: false` refuses what the other parts of `allOf` declare; leave it out, "
    "or write `unevaluatedProperties: false` beside `allOf` (OpenAPI 3.1)"
)


def check_satisfiable(visit: Visit, context: CheckContext) -> None:
    """Report a schema whose parts contradict each other, so that no value fits.

    A part that no value fits by itself is reported itself.
    """
    node = visit.node
    if "enum" in node.value or "const" in node.value:
        return  # Another rule compares these with the rest.
    if not _can_contradict(node.value):
        return
    direction = visit.direction or "request"
    try:
        parts = _list_contradictory_parts(node, direction, context)
    except RecursionError:  # What is nested too deeply is reported elsewhere.
        return
    if parts is None:
        return
    finder = context.get_overlap_finder(direction)
    definitions = context.schemas.get_dialect(direction).defs
    subject, hint = _describe_contradiction(node.value, parts, finder, definitions)
    context.report(node, "unsatisfiable-schema", f"no value fits this schema: {subject}", hint)


def _list_contradictory_parts(
    node: Node, direction: Direction, context: CheckContext
) -> list[Any] | None:
    """Return the parts of a schema that no value fits; None where there is nothing to report."""
    schema = context.schemas.translate(node, direction)
    if not isinstance(schema, Schema) or not isinstance(schema.get("allOf", []), list):
        return None
    finder = context.get_overlap_finder(direction)
    if not context.take_composed_schema(finder.measure(schema)):
        return None
    if not finder.is_unsatisfiable(schema):
        return None
    parts = _list_parts(schema)
    if _has_repeated_branch(node.value):
        return parts
    has_reported_part = any(finder.is_unsatisfiable(part) for part in parts)
    return None if has_reported_part else parts


def _describe_contradiction(
    value: Mapping[str, Any], parts: Sequence[Any], finder: OverlapFinder, definitions: Definitions
) -> tuple[str, str]:
    """Return what contradicts itself in a schema, and what to do about it."""
    if _has_repeated_branch(value):
        return "`oneOf` lists the same alternative twice", _REPEATED_HINT
    if "allOf" not in value and "$ref" not in value:
        return "no alternative has its `type`", _TYPE_HINT
    has_closed_part = any(_is_closed(part, definitions) for part in parts)
    hint = _CLOSED_HINT if has_closed_part else _HINT
    names = _find_contradiction(parts, finder, definitions)
    if names is None:
        return "its parts contradict each other", hint
    return f"{names[0]} and {names[1]} contradict each other", hint


def _can_contradict(value: Mapping[str, Any]) -> bool:
    """Tell whether a schema is made of parts that may exclude each other."""
    if "allOf" in value or ("$ref" in value and len(value) > 1) or _has_repeated_branch(value):
        return True
    return "type" in value and any(keyword in value for keyword in UNION_KEYWORDS)


def _has_repeated_branch(value: Mapping[str, Any]) -> bool:
    """Tell whether `oneOf` has two branches that are written alike: no value fits just one."""
    branches = value.get("oneOf")
    if not isinstance(branches, list) or len(branches) > _MAX_PARTS:
        return False
    return any(one == other for one, other in combinations(branches, 2))


def _is_closed(part: Any, definitions: Definitions) -> bool:
    """Tell whether a part of `allOf` refuses the properties that it does not declare."""
    if isinstance(part, dict) and "$ref" in part:
        part = definitions.get(get_definition_name(part["$ref"]))
    return isinstance(part, dict) and part.get("additionalProperties") is False


def _list_parts(schema: Schema) -> list[Any]:
    """Return the parts of a schema: those of `allOf`, what it refers to, unions, and the rest."""
    parts = list(schema.get("allOf", ()))
    parts += [
        Schema({keyword: schema[keyword]}, schema.place)
        for keyword in ("$ref", *UNION_KEYWORDS)
        if keyword in schema
    ]
    taken = ("allOf", "$ref", *UNION_KEYWORDS)
    rest = {key: value for key, value in schema.items() if key not in taken}
    return [*parts, Schema(rest, schema.place)] if rest else parts


def _find_contradiction(
    parts: Sequence[Any], finder: OverlapFinder, definitions: Definitions
) -> tuple[str, str] | None:
    """Return the names of the first two parts that no value fits together."""
    for one, other in combinations(range(len(parts[:_MAX_PARTS])), 2):
        if finder.is_unsatisfiable(Schema({"allOf": [parts[one], parts[other]]})):
            names = [name_schema(part, definitions) for part in (parts[one], parts[other])]
            if names[0] == names[1]:
                names = [f"part {one + 1}", f"part {other + 1}"]
            return names[0], names[1]
    return None
