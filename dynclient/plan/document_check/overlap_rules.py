"""Rule for `oneOf`: no value should fit two of its alternatives."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.schema.dialect import Schema
from dynclient.schema.schema_text import name_schema
from dynclient.violations import shorten

#: How many pairs of alternatives of one `oneOf` are looked at.
MAX_PAIRS = 100

_HINT = (
    "tell the alternatives apart by a discriminator, `const` or `required`, or use `anyOf`; "
    "a client can set one_of='any'"
)


def check_one_of(visit: Visit, context: CheckContext) -> None:
    """Report a `oneOf` with two alternatives that the same value fits, with that value.

    Where a discriminator is, it decides.
    """
    value = visit.node.value
    if not isinstance(value.get("oneOf"), list) or "discriminator" in value:
        return
    try:
        _report_overlap(visit, context)
    except RecursionError:  # what is nested too deeply is reported elsewhere
        return


def _report_overlap(visit: Visit, context: CheckContext) -> None:
    direction = visit.direction or "request"
    schema = _find_union(context.schemas.translate(visit.node, direction))
    if schema is None:
        return
    finder = context.get_overlap_finder(direction)
    rest = Schema({name: part for name, part in schema.items() if name != "oneOf"}, schema.place)
    pairs = list(combinations(range(len(schema["oneOf"])), 2))[:MAX_PAIRS]
    for first, second in pairs:
        if not context.take_overlap_pair():
            return
        one, other = schema["oneOf"][first], schema["oneOf"][second]
        witness = finder.find_overlap(rest, one, other)
        if witness is not None:
            definitions = context.schemas.get_dialect(direction).defs
            names = [name_schema(part, definitions) for part in (one, other)]
            if names[0] == names[1]:
                names = [f"number {first + 1}", f"number {second + 1}"]
            shown = shorten(json.dumps(witness.value, ensure_ascii=False), 80)
            message = f"{shown} fits two alternatives of `oneOf`, {names[0]} and {names[1]}"
            context.warn(visit.node.get_child("oneOf"), "overlapping-one-of", message, _HINT)
            return


def _find_union(schema: Any) -> Schema | None:
    """Return the schema with the `oneOf`, which may have null beside it."""
    if isinstance(schema, Schema) and "oneOf" not in schema and "anyOf" in schema:
        schema = schema["anyOf"][0]
    return schema if isinstance(schema, Schema) and "oneOf" in schema else None
